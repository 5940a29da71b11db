"""Drift statistics of the same windows by Evergreen, evidently, alibi-detect and nannyml: they must agree.

    python benchmarks/drift_agreement.py [--peers evidently alibi_detect nannyml] [--json]

Each peer runs in an environment of its own (``sides/peers.py``). PSI is compared on the bins that evidently chose, to 1e-9;
chi-squared to 1e-6 of its value; the KS statistic must lie in Evergreen's certified interval, and the decisions at 5% must be
the same: ours are those of the profiles, by a second pass where the interval straddles the critical value. 5,000 rows a
window: nannyml approximates KS beyond 10,000.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sides.drift import ks_of

from evergreen.core.settings import settings
from evergreen.monitoring.binned import binned
from evergreen.monitoring.profile import profile
from evergreen.records.profile import Layout
from evergreen.stats import divergence

HERE, ROWS = Path(__file__).parent, 5_000
CLOSE = (138, 375)
"""Two columns whose statistic lies as near to the critical value as the bins can tell: one below it, one above."""
PEERS = ("evidently", "alibi_detect", "nannyml")
QUIET = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1"}
"""Peers report to nobody that they ran."""
Numbers = dict[str, dict[str, Any]]


def windows() -> tuple[pa.Table, pa.Table]:
    """Numbers and categories, unchanged and changed by little and by much."""
    random = np.random.default_rng(0)

    def table(change: float) -> pa.Table:
        numbers = {f"normal {step}": random.normal(step * change, 1, ROWS) for step in (0.0, 0.02, 0.05, 0.2)}
        numbers |= {f"skewed {step}": random.lognormal(step * change, 1, ROWS) for step in (0.0, 0.1)}
        for seed in CLOSE:
            numbers[f"close {seed}"] = np.random.default_rng([seed, int(change)]).normal(0.05 * change, 1, ROWS)
        numbers["whole"] = random.poisson(30 + change, ROWS).astype(float)
        names = np.array(["a", "b", "c", "d", "e"], dtype=object)
        weights = [np.array([5, 4, 3, 2, 1]) + change * step * np.array([-1, 0, 0, 0, 1]) for step in (0, 0.3, 2)]
        texts = {f"kind {i}": random.choice(names, ROWS, p=w / w.sum()) for i, w in enumerate(weights)}
        return pa.table({**numbers, **{name: pa.array(values, pa.string()) for name, values in texts.items()}})

    return table(0.0), table(1.0)


def said(peer: str, folder: Path) -> Numbers:
    """What a peer says, in its own environment."""
    made = subprocess.run(
        [sys.executable, str(HERE / "sides" / "peers.py"), peer], check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()
    command = [made, str(HERE / "sides" / "drift_agreement.py"), peer, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **QUIET})
    if done.returncode:
        raise RuntimeError(f"{peer}: {done.stderr[-2_000:]}")
    found: Numbers = json.loads(done.stdout.splitlines()[-1])
    return found


def decisions(folder: Path, before: pa.Table) -> Numbers:
    """Our certified interval of KS and our decision, by numeric column."""
    numeric = [name for name in before.column_names if pa.types.is_floating(before[name].type)]
    layout = Layout(model="bench", columns=tuple(binned(name, "numeric", before[name])[0] for name in numeric))
    was, now = (profile(folder / f"{w}.parquet", layout).counts for w in ("reference", "current"))
    return {name: ks_of(folder, layout.by_name[name], was[name], now[name]) for name in numeric}


def differences(before: pa.Table, now: pa.Table, ours: Numbers, theirs: Numbers) -> dict[str, float]:
    """The largest difference of each statistic; 1 for a KS statistic or decision that is another."""
    found: dict[str, float] = {}
    for name, numbers in theirs.items():
        for what, value in _apart(before[name], now[name], ours.get(name, {}), numbers).items():
            found[what] = max(found.get(what, 0.0), value)
    return found


def _apart(
    before: pa.ChunkedArray, now: pa.ChunkedArray, ours: dict[str, Any], theirs: dict[str, Any]
) -> dict[str, float]:
    sides = before.to_numpy(), now.to_numpy()
    found: dict[str, float] = {}
    if "psi" in theirs:
        p, q = _binned(*sides, theirs["edges"])
        found["psi"] = abs(divergence.psi(p, q) - theirs["psi"])
    if "chi_squared" in theirs:
        p, q = _binned(*sides, [])
        statistic = divergence.chi_squared(p, q).statistic
        found["chi_squared"] = abs(statistic - theirs["chi_squared"]) / max(statistic, 1e-9)
    if "ks" in theirs:
        low, high = ours["ks"]
        found["ks"] = float(not low - 1e-6 <= theirs["ks"] <= high + 1e-6)
    if "ks_drift" in theirs:
        found["ks_drift"] = float(ours["drifts"] != theirs["ks_drift"])
    return found


def _binned(before: Any, now: Any, edges: list[float]) -> tuple[Any, Any]:
    """Rows of both sides by evidently's bins, or by category."""
    if edges:
        return np.histogram(before, edges)[0], np.histogram(now, edges)[0]
    names = sorted({*before, *now})
    p, q = (np.array([np.count_nonzero(side == name) for name in names]) for side in (before, now))
    return p, q


BOUNDS = {"psi": 1e-9, "chi_squared": 1e-6, "ks": 0.5, "ks_drift": 0.5}


def main() -> int:
    """Print a table, or JSON; 1 when a number differs."""
    parser = argparse.ArgumentParser(description="Whether drift statistics agree with three libraries.")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS, help="libraries to compare with")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args()
    (home := settings().work_dir / "benchmark").mkdir(parents=True, exist_ok=True)
    before, now = windows()
    with tempfile.TemporaryDirectory(dir=home) as name:
        pq.write_table(before, Path(name) / "reference.parquet")
        pq.write_table(now, Path(name) / "current.parquet")
        ours = decisions(Path(name), before)
        found = {peer: differences(before, now, ours, said(peer, Path(name))) for peer in asked.peers}
    wrong = [(peer, what) for peer, apart in found.items() for what in apart if apart[what] > BOUNDS[what]]
    if asked.json:
        print(json.dumps(found))
        return int(bool(wrong))
    for peer, apart in found.items():
        print(f"{peer:<14}" + ", ".join(f"{what} {value:.2g}" for what, value in apart.items()))
    drift, twice = (sum(column[what] for column in ours.values()) for what in ("drifts", "straddles"))
    print(f"KS: {drift} of {len(ours)} columns drift; {twice} decided by a second pass")
    print(f"{len(wrong)} differ" if wrong else "All agree.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
