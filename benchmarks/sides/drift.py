"""The sides of ``benchmarks/drift.py``, each of which runs in a process of its own: ``python sides/drift.py SIDE FOLDER``.

Only what a side calls is imported, so that the peers run in environments without Evergreen.
"""

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

NUMERIC, CATEGORICAL = [f"n{i:02d}" for i in range(40)], [f"c{i:02d}" for i in range(10)]
ROW_GROUP, DAYS, LEVEL = 131_072, 30, 0.05


def columns(rows: int, seed: int, shift: float) -> pa.Table:
    """Smooth, skewed, heavy-tailed, whole and often zero numbers, some with nulls; ``shift`` moves each fifth column."""
    random = np.random.default_rng(seed)
    made: dict[str, Any] = {}
    for i, name in enumerate(NUMERIC):
        moved = shift * (i % 5 == 0)
        values = [
            random.normal(moved, 1, rows),
            random.lognormal(moved, 1, rows),
            random.standard_t(3, rows) + moved,
            random.poisson(30 + moved, rows).astype(float),
            np.where(random.random(rows) < 0.6, 0, random.exponential(1 + moved, rows)),
        ][(i // 5) % 5]
        made[name] = pa.array(values, mask=random.random(rows) < 0.02 if i % 10 == 7 else None)
    for i, name in enumerate(CATEGORICAL):
        names = pa.array([f"category {k:03d}" for k in range(5 * 2 ** (i % 8))])
        at = len(names) * random.random(rows) ** (1.5 + shift * (i % 5 == 0))
        made[name] = names.take(pa.array(at.astype(np.int64)))
    return pa.table(made)


def write(path: Path, rows: int, seed: int, shift: float) -> None:
    """A window as zstd Parquet, a piece at a time."""
    with pq.ParquetWriter(path, columns(1, seed, shift).schema, compression="zstd") as writer:
        for begin in range(0, rows, 4 * ROW_GROUP):
            piece = columns(min(4 * ROW_GROUP, rows - begin), seed + begin, shift)
            writer.write_table(piece, row_group_size=ROW_GROUP)


def measured(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What ``work`` returns, and what it cost."""
    cpu, began = time.process_time(), time.perf_counter()
    found = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - began
    return found, {"cpu_s": cpu, "wall_s": wall, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def prepare(folder: Path) -> dict[str, Any]:
    """What a training stores: the layout, and the profile of the reference."""
    from evergreen.monitoring.binned import Kind, binned
    from evergreen.monitoring.profile import profile
    from evergreen.records.profile import Layout

    source = folder / "reference.parquet"
    kinds: dict[str, Kind] = {name: "numeric" if name in NUMERIC else "categorical" for name in NUMERIC + CATEGORICAL}
    bins = [binned(name, kind, pq.read_table(source, columns=[name])[name])[0] for name, kind in kinds.items()]
    layout = Layout(model="bench", columns=tuple(bins))
    (folder / "layout.json").write_bytes(layout.to_json())
    (folder / "reference.bin").write_bytes(profile(source, layout).to_bytes())
    return {}


def evergreen(folder: Path) -> dict[str, Any]:
    """The current window against the stored profile: counting and all statistics."""
    from evergreen.monitoring.profile import profile

    profile(folder / "day.parquet", _stored(folder)[0])  # compiles, or loads what was compiled

    def work() -> None:
        layout, reference = _stored(folder)
        _statistics(layout, reference, profile(folder / "current.parquet", layout))

    return measured(work)[1]


def decided(folder: Path) -> dict[str, Any]:
    """The certified KS interval of every numeric column, and the decision: by a second pass where it straddles."""
    from evergreen.monitoring.profile import profile

    layout, before = _stored(folder)
    now = profile(folder / "current.parquet", layout).counts
    return {name: ks_of(folder, layout.by_name[name], before.counts[name], now[name]) for name in NUMERIC}


def ks_of(folder: Path, bins: Any, before: Any, now: Any) -> dict[str, Any]:
    """The certified interval of a column, whether it straddles the critical value, and the decision at `LEVEL`."""
    from evergreen.monitoring.exact import ks_exact
    from evergreen.stats import ks

    interval, critical = ks.interval(before.bins, now.bins, bins.edges), ks.critical(before.values, now.values, LEVEL)
    straddles = ks.decide(interval, critical) is ks.Decision.STRADDLES
    parts: dict[str, Any] = {f"{w}_parts": [(folder / f"{w}.parquet", None)] for w in ("reference", "current")}
    known = ks.Certified(*[ks_exact(bins, before, now, **parts)] * 2) if straddles else interval
    return {"ks": interval, "straddles": straddles, "drifts": ks.decide(known, critical) is ks.Decision.YES}


def window(folder: Path) -> dict[str, Any]:
    """The profile of thirty days: from stored ones, with the newest day still to count, and from all rows again."""
    from evergreen.monitoring.profile import profile
    from evergreen.records.profile import Profile

    layout, day = _stored(folder)[0], folder / "day.parquet"
    data = [profile(day, layout).to_bytes()] * DAYS
    ways = {
        "stored": lambda: reduce(add, map(Profile.from_bytes, data)),
        "daily": lambda: reduce(add, [*map(Profile.from_bytes, data[1:]), profile(day, layout)]),
        "rescan": lambda: reduce(add, (profile(day, layout) for _ in data)),
    }
    found = {way: measured(work) for way, work in ways.items()}
    if not found["stored"][0] == found["daily"][0] == found["rescan"][0]:
        raise AssertionError("the sum of stored profiles is not the profile of all days")
    return {way: cost for way, (_, cost) in found.items()}


def decoding(folder: Path) -> dict[str, Any]:
    """What it costs only to decode the current window."""

    def work() -> None:
        path = folder / "current.parquet"
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda group: decode(path, group), range(pq.read_metadata(path).num_row_groups)))

    def decode(path: Path, group: int) -> None:
        pq.ParquetFile(path).read_row_group(group, use_threads=False)

    return measured(work)[1]


def scipy_loop(folder: Path) -> dict[str, Any]:
    """KS of every numeric column and chi-squared of every categorical one, on pandas frames."""
    import pandas as pd
    from scipy import stats

    def work() -> Any:
        before, now = _frames(folder)
        found = {c: stats.ks_2samp(before[c].dropna(), now[c].dropna(), method="asymp") for c in NUMERIC}
        for c in CATEGORICAL:
            stats.chi2_contingency(pd.concat([f[c].value_counts() for f in (before, now)], axis=1).fillna(0).to_numpy())
        return {c: {"statistic": float(f.statistic), "drifts": bool(f.pvalue < LEVEL)} for c, f in found.items()}

    found, cost = measured(work)
    return {**cost, "ks": found}


def evidently(folder: Path) -> dict[str, Any]:
    """PSI of every column, on pandas frames."""
    library, presets = importlib.import_module("evidently"), importlib.import_module("evidently.presets")
    definition = library.DataDefinition(numerical_columns=NUMERIC, categorical_columns=CATEGORICAL)

    def work() -> None:
        before, now = (library.Dataset.from_pandas(frame, data_definition=definition) for frame in _frames(folder))
        library.Report([presets.DataDriftPreset(method="psi")]).run(now, before).dict()

    return measured(work)[1]


def alibi_detect(folder: Path) -> dict[str, Any]:
    """KS and chi-squared; categories as numbers, nulls as -1, which it does not know."""
    drift = importlib.import_module("alibi_detect.cd").TabularDrift

    def work() -> None:
        before, now = _frames(folder)
        for name in CATEGORICAL:
            levels = {level: code for code, level in enumerate(before[name].unique())}
            before[name], now[name] = (frame[name].map(levels).fillna(-1) for frame in (before, now))
        known = {len(NUMERIC) + i: None for i in range(len(CATEGORICAL))}
        before, now = (frame.fillna(-1).to_numpy(dtype=np.float32) for frame in (before, now))
        drift(before, p_val=LEVEL, categories_per_feature=known).predict(now, drift_type="feature")

    return measured(work)[1]


def nannyml(folder: Path) -> dict[str, Any]:
    """KS and chi-squared of one chunk."""
    calculator = importlib.import_module("nannyml").UnivariateDriftCalculator

    def work() -> None:
        before, now = _frames(folder)
        made = calculator(
            column_names=NUMERIC + CATEGORICAL,
            treat_as_categorical=CATEGORICAL,
            continuous_methods=["kolmogorov_smirnov"],
            categorical_methods=["chi2"],
            chunk_number=1,
        )
        made.fit(before).calculate(now).to_df()

    return measured(work)[1]


def _frames(folder: Path) -> Any:
    return [importlib.import_module("pandas").read_parquet(folder / f"{w}.parquet") for w in ("reference", "current")]


def _stored(folder: Path) -> Any:
    from evergreen.records.profile import Layout, Profile

    layout = Layout.from_json((folder / "layout.json").read_bytes())
    return layout, Profile.from_bytes((folder / "reference.bin").read_bytes())


def _statistics(layout: Any, reference: Any, current: Any) -> dict[str, Any]:
    from evergreen.stats import divergence, ks
    from evergreen.stats.grouping import grouping
    from evergreen.stats.wasserstein import wasserstein

    measures = (divergence.psi, divergence.jensen_shannon, divergence.kullback_leibler, divergence.chi_squared)
    found: dict[str, Any] = {}
    for column in layout.columns:
        before, now = reference.counts[column.name], current.counts[column.name]
        p, q = (grouping(column, before).rows(counts) for counts in (before, now))
        found[column.name] = {measure.__name__: measure(p, q) for measure in measures}
        if column.kind == "numeric":
            found[column.name]["ks"] = ks.interval(before.bins, now.bins, column.edges)
            found[column.name]["wasserstein"] = wasserstein(before.bins, now.bins, column.edges)
    return found


def main() -> int:
    """``SIDE FOLDER [ROWS]``: print what it found as JSON."""
    side, folder = sys.argv[1], Path(sys.argv[2])
    if side == "write":
        rows = int(sys.argv[3])
        write(folder / "reference.parquet", rows, 1, 0.0)
        write(folder / "current.parquet", rows, 2, 0.003)
        write(folder / "day.parquet", max(rows // DAYS, 1), 3, 0.003)
        return 0
    sides = (prepare, evergreen, decided, window, decoding, scipy_loop, evidently, alibi_detect, nannyml)
    print(json.dumps({each.__name__: each for each in sides}[side](folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
