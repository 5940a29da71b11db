"""Drift of 40 numeric and 10 categorical columns: Evergreen's profiles, scipy's tests in a loop, and three libraries.

    python benchmarks/drift.py [--rows 1000000] [--peers evidently alibi_detect nannyml | --no-peers] [--no-scipy] [--json]

Each side runs in a process of its own, imports and compilation apart, loading included. Ours counts the current window
against the profile of the reference, which is stored with a version; the others read both windows. Decoding the current
window's Parquet is the limit. A peer is installed from PyPI into an environment of its own below ``EVERGREEN_WORK_DIR``.
Beside the cost: scipy's KS statistic must lie in every certified interval and the decisions agree, and the profile of 30
daily windows from stored ones is held against a rescan of their days. The targets are those of a million rows (of memory
for up to ten million: ``--rows 10000000 --no-scipy --no-peers``); 1 is returned when one is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evergreen.core.settings import settings

SIDES = Path(__file__).with_name("sides") / "drift.py"
PEERS = ("evidently", "alibi_detect", "nannyml")
QUIET = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1"}
"""Peers report to nobody that they ran."""
LESS_CPU = {"evidently": 150, "scipy_loop": 15, "nannyml": 12}
MOST_DECODING, MOST_MB, LESS_WINDOW = 1.8, 700, 25
SECONDS = 1_800
"""A peer that takes longer is given up; then nobody knows whether its target was met, and it is not."""


def environment(peer: str) -> str:
    """The Python of a peer's environment, which is made once."""
    made = [sys.executable, str(Path(__file__).parent / "sides" / "peers.py"), peer]
    return subprocess.run(made, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def run(side: str, folder: Path, *more: str) -> dict[str, Any]:
    """A side in a process of its own, for as long as `SECONDS`."""
    python = environment(side) if side in PEERS else sys.executable
    command = [python, str(SIDES), side, str(folder), *more]
    try:
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, **QUIET}, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return {"cpu_s": float("nan"), "wall_s": float("inf"), "peak_mb": float("nan")}
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"{side}: {error.stderr[-2_000:]}") from None
    lines = done.stdout.splitlines()
    return json.loads(lines[-1]) if lines else {}


def agree(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """The widest certified interval, how many hold scipy's statistic, and how many decisions are the same."""
    intervals = {name: ours[name]["ks"] for name in theirs}
    return {
        "columns": len(theirs),
        "held": sum(low - 1e-9 <= theirs[name]["statistic"] <= high + 1e-9 for name, (low, high) in intervals.items()),
        "equal": sum(ours[name]["drifts"] == found["drifts"] for name, found in theirs.items()),
        "drift": sum(found["drifts"] for found in theirs.values()),
        "widest": max(high - low for low, high in intervals.values()),
        "straddling": sum(ours[name]["straddles"] for name in theirs),
    }


def targets(found: dict[str, Any]) -> list[tuple[str, bool]]:
    """What was to be reached, of the sides that ran, and whether it was."""
    sides, window, ks = found["sides"], found["window"], found["ks"]
    ours = sides["evergreen"]
    said = []
    for side, least in LESS_CPU.items():
        if side in sides:
            ratio = sides[side]["cpu_s"] / ours["cpu_s"]
            said.append(
                (f"{side.replace('_', ' ')}: {ratio:.1f} times our CPU, target at least {least}", ratio >= least)
            )
    ratio = ours["cpu_s"] / sides["decoding"]["cpu_s"]
    said.append((f"{ratio:.2f} times the CPU of decoding, target at most {MOST_DECODING}", ratio <= MOST_DECODING))
    peak = ours["peak_mb"]
    said.append((f"peak of {peak:.0f} MB, target below {MOST_MB} for up to 10,000,000 rows", peak < MOST_MB))
    ratio = window["rescan"]["cpu_s"] / window["stored"]["cpu_s"]
    said.append(
        (
            f"30 days, all stored: {ratio:.0f} times less CPU than a rescan, target at least {LESS_WINDOW}",
            ratio >= LESS_WINDOW,
        )
    )
    if ks:
        said.append(
            (
                "KS: {held} of {columns} certified intervals hold scipy's statistic, target all".format(**ks),
                ks["held"] == ks["columns"],
            )
        )
        said.append(
            ("KS: {equal} of {columns} decisions are scipy's, target all".format(**ks), ks["equal"] == ks["columns"])
        )
    return said


def compare(rows: int, peers: Sequence[str], *, scipy: bool) -> dict[str, Any]:
    """All sides, one after the other, on the same two files."""
    with tempfile.TemporaryDirectory(dir=_folder()) as name:
        folder = Path(name)
        run("write", folder, str(rows))
        run("prepare", folder)
        found = {side: run(side, folder) for side in ("decoding", "evergreen", "window")}
        others = [*(["scipy_loop"] if scipy else []), *peers]
        found |= {side: run(side, folder) for side in others}
        size = (folder / "current.parquet").stat().st_size
        agreement = agree(run("decided", folder), found["scipy_loop"].pop("ks")) if scipy else None
    windows = found.pop("window")
    return {"rows": rows, "mb": size / 1e6, "sides": found, "window": windows, "ks": agreement}


def _folder() -> Path:
    folder = settings().work_dir / "benchmark"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def main() -> int:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description="What drift costs, against scipy and three libraries.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--peers", nargs="+", choices=PEERS, default=PEERS, help="libraries to install and compare with"
    )
    parser.add_argument("--no-peers", dest="peers", action="store_const", const=(), help="leave the libraries out")
    parser.add_argument("--no-scipy", action="store_true", help="leave scipy out, where two windows exceed the memory")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args()
    found = compare(asked.rows, asked.peers, scipy=not asked.no_scipy)
    reached = targets(found)
    missed = sum(not met for _, met in reached)
    if asked.json:
        print(json.dumps({**found, "targets": dict(reached), "missed": missed}))
        return int(bool(missed))
    table(found)
    for target, met in reached:
        print(f"{target} ({'met' if met else 'MISSED'})")
    return int(bool(missed))


def table(found: dict[str, Any]) -> None:
    """Print what each side costs."""
    ours = found["sides"]["evergreen"]["cpu_s"]
    print(f"{found['rows']:,} rows, 50 columns, {found['mb']:.0f} MB a window")
    print(f"{'':<16}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}{'ratio':>9}")
    for side, cost in found["sides"].items():
        numbers = f"{cost['cpu_s']:>9.2f}{cost['wall_s']:>9.2f}{cost['peak_mb']:>9.0f}{cost['cpu_s'] / ours:>9.2f}"
        print(f"{side.replace('_', ' '):<16}{numbers}")
    stored, daily, rescan = (found["window"][way]["cpu_s"] for way in ("stored", "daily", "rescan"))
    print(
        f"30 daily windows: {stored:.4f} CPU s with all days stored, {rescan / stored:.0f} times less than a rescan's "
        f"{rescan:.2f}; {daily:.4f} with the newest day counted anew, {rescan / daily:.1f} times less"
    )
    if found["ks"]:
        print(
            "KS: the widest interval is {widest:.5f}; {drift} of {columns} drift; {straddling} decided by a second pass".format(
                **found["ks"]
            )
        )


if __name__ == "__main__":
    sys.exit(main())
