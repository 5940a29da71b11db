"""Validate 1M rows of 40 numeric and 10 categorical columns (and a time) against 30 expectations: Evergreen's station and Great Expectations on pandas.

    python benchmarks/validation.py [--rows 1000000] [--json]

Each side runs in a process of its own, imports apart, loading included; ours also computes the columns' statistics and
writes report and Data Docs, Great Expectations only judges. Both must give the same verdicts and counts.
"""

import argparse
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NUMERIC, CATEGORICAL = 40, 10
START, END = datetime(2013, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC)
YEAR_US, NULLS = 365 * 86_400 * 1_000_000, 0.02
CATEGORIES = [f"category {i:02d}" for i in range(40)]


def suite() -> list[dict[str, Any]]:
    """30 expectations, of every family of a real suite."""

    def expect(what: str, **kwargs: Any) -> dict[str, Any]:
        return {"type": f"expect_{what}", "kwargs": kwargs}

    return [
        expect("table_row_count_to_be_between", min_value=1),
        expect("table_column_count_to_equal", value=NUMERIC + CATEGORICAL + 1),
        *(expect("column_values_to_not_be_null", column=f"n{i}", mostly=0.9) for i in range(6)),
        *(expect("column_values_to_be_between", column=f"n{i}", min_value=-3, max_value=3) for i in range(6, 13)),
        *(expect("column_mean_to_be_between", column=f"n{i}", min_value=-0.1, max_value=0.1) for i in range(13, 16)),
        *(expect("column_stdev_to_be_between", column=f"n{i}", min_value=0.9, max_value=1.1) for i in range(16, 19)),
        *(expect("column_max_to_be_between", column=f"n{i}", max_value=5) for i in range(19, 21)),
        *(expect("column_values_to_be_in_set", column=f"c{i}", value_set=CATEGORIES[: 38 + i]) for i in range(4)),
        expect("column_unique_value_count_to_be_between", column="c5", min_value=40, max_value=40),
        expect("column_value_lengths_to_equal", column="c6", value=11),
        expect("column_values_to_be_unique", column="n0"),
    ]


def write(path: Path, rows: int) -> None:
    """The table as a part of a snapshot, which both sides read; ``n0`` is a key."""
    import numpy as np
    import pyarrow as pa

    from evergreen.data.parts import ROW_GROUP, part_writer

    rng = np.random.default_rng(0)
    start = int(START.timestamp() * 1_000_000)
    columns: dict[str, Any] = {
        "at": pa.array(start + 30_000_000 * np.arange(rows) % YEAR_US, pa.timestamp("us", tz="UTC"))
    }
    columns["n0"] = pa.array(np.arange(rows, dtype=float))
    for i in range(1, NUMERIC):
        columns[f"n{i}"] = pa.array(rng.normal(size=rows), mask=rng.random(rows) < NULLS)
    for i in range(CATEGORICAL):
        columns[f"c{i}"] = pa.array(CATEGORIES).take(pa.array(rng.integers(0, len(CATEGORIES), rows)))
    table = pa.table(columns)
    with part_writer(path, table.schema) as writer:
        writer.write_table(table, row_group_size=ROW_GROUP)


def evergreen(path: Path, folder: Path) -> dict[str, Any]:
    """Our station, the part being in the local cache as it is after the snapshot."""
    import yaml

    from evergreen.data.validate import validate
    from evergreen.stores.cache import local_copy
    from evergreen.stores.memory import MemoryStore

    store, spec, snapshot = MemoryStore(), _spec(), _snapshot(path)
    store.put(snapshot.parts[0].key, path)
    local_copy(store, snapshot.parts[0].key)
    expectations = folder / "expectations.yaml"
    expectations.write_text(yaml.safe_dump({"version": 1, "expectations": suite()}))
    report, cost = measured(lambda: validate(spec, snapshot, None, expectations, store))
    facts = [[o.success, o.element_count, o.unexpected_count, _rounded(o.observed)] for o in report.outcomes]
    return {**cost, "facts": facts, "engines": sorted({o.engine for o in report.outcomes})}


def great_expectations(path: Path, _: Path) -> dict[str, Any]:
    """Great Expectations on the pandas frame of the same file."""
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.expectations.registry import get_expectation_impl

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    expectations = [get_expectation_impl(e["type"])(**e["kwargs"]) for e in suite()]

    def run() -> Any:
        frame = pd.read_parquet(path)
        asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
        return batch.validate(gx.ExpectationSuite(name="suite", expectations=expectations), result_format="BASIC")

    found, cost = measured(run)
    return {**cost, "facts": [_gx_facts(result) for result in _in_order(found.results, expectations)]}


def measured(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What ``work`` returns, and what it cost; imports are done."""
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    found = work()
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found, {"cpu_s": cpu, "wall_s": wall, "peak_mb": after.ru_maxrss / 1024}


def _in_order(results: list[Any], expectations: list[Any]) -> list[Any]:
    """The results in the order of the suite, which Great Expectations does not promise."""
    wanted = [(e.expectation_type, getattr(e, "column", None)) for e in expectations]
    found = {(r.expectation_config.type, r.expectation_config.kwargs.get("column")): r for r in results}
    return [found[key] for key in wanted]


def _gx_facts(result: Any) -> list[Any]:
    found = result.result
    return [
        result.success,
        found.get("element_count"),
        found.get("unexpected_count"),
        _rounded(found.get("observed_value")),
    ]


def _rounded(value: Any) -> Any:
    return float(f"{float(value):.9g}") if isinstance(value, int | float) else value


def _spec() -> Any:
    from evergreen.spec.model import ModelSpec

    numeric = [f"n{i}" for i in range(2, NUMERIC)]
    categorical = [f"c{i}" for i in range(CATEGORICAL)]
    return ModelSpec.model_validate(
        {
            "version": 1,
            "name": "bench",
            "owner": {"name": "Bench", "email": "bench@example.com"},
            "purpose": "Measures what validation costs.",
            "task": "regression",
            "source": {"kind": "objects"},
            "columns": {
                "event_time": "at",
                "keys": ["n0"],
                "label": {"column": "n1"},
                "features": {"numeric": numeric, "categorical": categorical},
            },
            "training": {"window": {"kind": "expanding", "start": START}},
            "gates": [{"rule": "better_than_baseline", "metric": "rmse"}],
        }
    )


def _snapshot(path: Path) -> Any:
    import pyarrow.parquet as pq

    from evergreen.core.digest import digest_of_file
    from evergreen.records.interval import Interval
    from evergreen.records.snapshot import Column, Part, Snapshot, Source

    window, file, size = Interval(start=START, end=END), pq.ParquetFile(path), path.stat().st_size
    rows, digest = file.metadata.num_rows, digest_of_file(path)
    source = Source(key="raw", etag="1", size=size, interval=window, producer_run=None)
    part = Part(
        key=f"bench/parts/{digest}.parquet", rows_sha256=digest, rows=rows, bytes=size, events=window, source=source
    )
    columns = tuple(Column(name=field.name, type=str(field.type)) for field in file.schema_arrow)
    return Snapshot(
        model="bench", as_of=END, window=window, event_time="at", keys=("n0",), columns=columns, parts=(part,),
        rows=rows, rows_sha256=digest,
    )  # fmt: skip


SIDES = {"evergreen": evergreen, "great_expectations": great_expectations}


def _subprocess(side: str, path: Path, folder: Path) -> dict[str, Any]:
    environment = {**os.environ, "EVERGREEN_WORK_DIR": str(folder / "work")}
    command = [sys.executable, __file__, "--side", side, "--file", str(path), "--folder", str(folder)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(rows: int) -> dict[str, Any]:
    """Both sides in the same run; raises ``AssertionError`` where a verdict or a count differs."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "rows.parquet", rows)
        found = {side: _subprocess(side, folder / "rows.parquet", folder) for side in SIDES}
    ours, theirs = found["evergreen"].pop("facts"), found["great_expectations"].pop("facts")
    for expected, mine, their in zip(suite(), ours, theirs, strict=True):
        if mine != their:
            raise AssertionError(f"{expected}: {mine} is not {their}")
    ratios = {key: found["great_expectations"][key] / found["evergreen"][key] for key in ("cpu_s", "wall_s", "peak_mb")}
    return {
        "rows": rows,
        "expectations": len(ours),
        "failed": sum(not fact[0] for fact in ours),
        **found,
        "ratio": ratios,
    }


def main() -> int:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description="What validation costs, against Great Expectations on pandas.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        print(json.dumps(SIDES[asked.side](asked.file, asked.folder)))
        return 0
    found = compare(asked.rows)
    if asked.json:
        print(json.dumps(found))
        return 0
    print(f"{found['rows']:,} rows, {found['expectations']} expectations ({found['failed']} failed on both sides)")
    print(f"{'':<22}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}")
    for side in ("great_expectations", "evergreen", "ratio"):
        row = found[side]
        print(f"{side.replace('_', ' '):<22}{row['cpu_s']:>9.2f}{row['wall_s']:>9.2f}{row['peak_mb']:>9.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
