"""Drift of 40 numeric and 10 categorical columns: Evergreen's profiles, scipy's tests in a loop, and three libraries.

    python benchmarks/drift.py [--rows 1000000] [--peers evidently alibi_detect nannyml] [--json]

Each side runs in a process of its own, imports and compilation apart, loading included. Ours counts the current window
against the profile of the reference, which is stored with a version; the others read both windows. Decoding the current
window's Parquet is the limit. A peer named by ``--peers`` is installed from PyPI into an environment of its own below
``EVERGREEN_WORK_DIR``. Beside the cost: scipy's KS statistic must lie in every certified interval and the decisions agree,
and the last of 30 daily windows, whose days are profiled once, is held against a rescan of its days.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from evergreen.core.settings import settings

SIDES = Path(__file__).with_name("sides") / "drift.py"
PEERS = ("evidently", "alibi_detect", "nannyml")
QUIET = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1"}
"""Peers report to nobody that they ran."""
SECONDS = 1_800
"""A peer that takes longer is given up."""


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
    """The widest certified interval; raises ``AssertionError`` where one misses scipy's statistic, or a decision differs."""
    widest = 0.0
    for name, found in theirs.items():
        low, high = ours[name]["ks"]
        if not low - 1e-9 <= found["statistic"] <= high + 1e-9:
            raise AssertionError(f"{name}: {found['statistic']} lies outside of [{low}, {high}]")
        if ours[name]["drifts"] != found["drifts"]:
            raise AssertionError(f"{name}: scipy says {found['drifts']}, Evergreen the contrary")
        widest = max(widest, high - low)
    return {
        "columns": len(theirs),
        "drift": sum(found["drifts"] for found in theirs.values()),
        "widest": widest,
        "straddling": sum(ours[name]["straddles"] for name in theirs),
    }


def compare(rows: int, peers: list[str], *, scipy: bool) -> dict[str, Any]:
    """All sides, one after the other, on the same two files."""
    with tempfile.TemporaryDirectory(dir=_folder()) as name:
        folder = Path(name)
        run("write", folder, str(rows))
        run("prepare", folder)
        found = {side: run(side, folder) for side in ("decoding", "evergreen", "window")}
        others = (["scipy_loop"] if scipy else []) + peers
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
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=[], help="libraries to install and compare with")
    parser.add_argument("--no-scipy", action="store_true", help="leave scipy out, where two windows exceed the memory")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args()
    found = compare(asked.rows, asked.peers, scipy=not asked.no_scipy)
    if asked.json:
        print(json.dumps(found))
        return 0
    ours = found["sides"]["evergreen"]["cpu_s"]
    print(f"{found['rows']:,} rows, 50 columns, {found['mb']:.0f} MB a window")
    print(f"{'':<16}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}{'ratio':>9}")
    for side, cost in found["sides"].items():
        numbers = f"{cost['cpu_s']:>9.2f}{cost['wall_s']:>9.2f}{cost['peak_mb']:>9.0f}{cost['cpu_s'] / ours:>9.2f}"
        print(f"{side.replace('_', ' '):<16}{numbers}")
    stored, daily, rescan = (found["window"][way]["cpu_s"] for way in ("stored", "daily", "rescan"))
    print(
        f"30 daily windows: {stored:.4f} CPU s from stored profiles, {rescan / stored:.0f} times less than a rescan's "
        f"{rescan:.2f}; {daily:.4f} with the newest day counted, {rescan / daily:.1f} times less"
    )
    if found["ks"]:
        print("KS: {columns} intervals hold scipy's statistic, the widest {widest:.5f}; {drift} drift, on both sides; "
              "{straddling} decided by a second pass".format(**found["ks"]))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
