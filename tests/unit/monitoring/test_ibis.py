"""The same profile by DuckDB through Ibis as by the kernel."""

import math
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evergreen.monitoring import ibis as by_ibis
from evergreen.monitoring.profile import profile
from evergreen.records.profile import ColumnBins, Layout
from evergreen.stats.edges import edges_of

RANDOM = np.random.default_rng(2)
SPECIAL = [None, math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1e308]


def table() -> pa.Table:
    smooth = RANDOM.normal(size=150)
    often = np.where(RANDOM.random(150) < 0.5, 0.25, smooth)
    return pa.table(
        {
            "smooth": pa.array([*SPECIAL, *smooth]),
            "often": pa.array([*SPECIAL, *often], pa.float64()),
            "single": pa.array([*SPECIAL[:-1], 1e30, *smooth], pa.float32()),
            "whole": pa.array([*([None] * 8), *RANDOM.integers(-5, 400, 150).tolist()], pa.int64()),
            "yes": pa.array([*([None] * 8), *(smooth > 0).tolist()]),
            "carrier": pa.array([None, "", "new", "new", *RANDOM.choice(["UA", "AA", "Zürich"], 154).tolist()]),
            "month": pa.array([*([None] * 8), *RANDOM.integers(1, 13, 150).tolist()], pa.int32()),
            "code": pa.array([*SPECIAL[:2], *RANDOM.choice([1.0, 2.5, 1e-7, 1e22], 156).tolist()], pa.float64()),
            "wide": pa.array([f"N{i}" for i in RANDOM.integers(0, 50, 158)]),
        }
    )


def layout(rows: pa.Table) -> Layout:
    numeric = [
        ColumnBins(name=name, kind="numeric", edges=edges_of(rows[name].cast(pa.float64()).drop_null().to_numpy()))
        for name in ("smooth", "often", "single", "whole")
    ]
    known: dict[str, Any] = {"carrier": ("UA", "AA"), "month": ("1", "2"), "code": ("1", "2.5", "1e+22")}
    return Layout(
        model="flights",
        columns=(
            *numeric,
            ColumnBins(name="yes", kind="numeric", edges=(1.0,)),
            *(ColumnBins(name=name, kind="categorical", categories=names) for name, names in known.items()),
            ColumnBins(name="wide", kind="categorical", categories=("N1", "N2"), buckets=16),
        ),
    )


def test_both_count_alike(tmp_path: Path) -> None:
    rows = table()
    bins = layout(rows)
    columns = {f"feature_{name}": name for name in rows.column_names}
    path = tmp_path / "rows.parquet"
    pq.write_table(rows.rename_columns(list(columns)), path, row_group_size=60)
    connection = ibis.duckdb.connect()
    try:
        theirs = by_ibis.profile(connection.read_parquet(path), bins, columns)
    finally:
        connection.disconnect()
    ours = profile(path, bins, columns)
    for name, counts in ours.counts.items():
        assert theirs.counts[name] == counts, name
    assert theirs == ours
    assert ours.counts["smooth"].nulls == 2
    assert ours.counts["carrier"].new.keys() == {"", "new", "Zürich"}
