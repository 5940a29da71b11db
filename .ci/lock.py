# ruff: noqa: INP001 - a script
"""Say whether requirements.txt is in step with pyproject.toml, without the network.

Every dependency of pyproject.toml must be pinned to a version that it allows, and nothing may be pinned on its behalf
that it does not name any more. Exit code 1 and a line for each difference; `make lock` mends them.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)


def wanted() -> dict[str, Requirement]:
    """What pyproject.toml asks for, by name."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = [*document["project"]["dependencies"], *document["dependency-groups"]["dev"]]
    return {canonicalize_name(line.name): line for line in map(Requirement, lines)}


def pinned() -> dict[str, tuple[set[str], bool]]:
    """Versions of each locked package (one per environment marker), and whether pyproject.toml is a reason for it."""
    pins: dict[str, tuple[set[str], bool]] = {}
    text = (ROOT / "requirements.txt").read_text()
    found = list(PIN.finditer(text))
    ends = [pin.start() for pin in found[1:]] + [len(text)]
    for pin, end in zip(found, ends, strict=True):
        name = canonicalize_name(pin["name"])
        versions, own = pins.get(name, (set(), False))
        block = text[pin.start() : end]
        pins[name] = (versions | {pin["version"]}, own or "(pyproject.toml" in block)
    return pins


def differences() -> list[str]:
    """One line for each way in which the two files disagree."""
    want, have = wanted(), pinned()
    lines = [f"{name} is in pyproject.toml and not locked" for name in sorted(want.keys() - have.keys())]
    for name in sorted(want.keys() & have.keys()):
        wrong = [v for v in have[name][0] if not want[name].specifier.contains(v, prereleases=True)]
        lines += [f"{name} is locked at {version}; pyproject.toml says {want[name].specifier}" for version in wrong]
    strays = (name for name, (_, own) in have.items() if own and name not in want)
    return lines + [f"{name} is locked for pyproject.toml, which does not name it" for name in sorted(strays)]


if __name__ == "__main__":
    found = differences()
    if found:
        sys.exit("requirements.txt is out of step with pyproject.toml; run `make lock`:\n" + "\n".join(found))
