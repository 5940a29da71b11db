"""The Procfile: which programs make up the stack."""

import re
from pathlib import Path

from evergreen.core.errors import RunError

LINE = re.compile(r"^(?P<name>[A-Za-z0-9_-]+):\s*(?P<command>\S.*)$")


def parse(text: str) -> dict[str, str]:
    r"""The command of each component, in the order of the file.

    Raises
    ------
    RunError
        Names the line that is neither a comment nor ``name: command``, or repeats a name.

    Examples
    --------
    >>> parse("# the store\ns3: weed mini\n")
    {'s3': 'weed mini'}
    """
    commands: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.match(line)
        if found is None:
            raise RunError(f"Procfile, line {number}: expected `name: command`, a comment or nothing.")
        if found["name"] in commands:
            raise RunError(f"Procfile, line {number}: there is a component {found['name']} already.")
        commands[found["name"]] = found["command"]
    return commands


def read(project: Path) -> dict[str, str]:
    """The components of the project's Procfile."""
    return parse((project / "Procfile").read_text())
