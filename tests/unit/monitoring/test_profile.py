"""Profiles of Parquet files: against a plain count, and additive."""

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.core.errors import DataError
from evergreen.monitoring import profile as module
from evergreen.monitoring.profile import profile
from evergreen.records.profile import ColumnBins, Layout, Profile, bucket_of

LAYOUT = Layout(
    model="flights",
    columns=(
        ColumnBins(name="wind", kind="numeric", edges=(0.0, 5e-324, 1.5)),
        ColumnBins(name="seats", kind="numeric", edges=(100.0,)),
        ColumnBins(name="carrier", kind="categorical", categories=("UA", "AA")),
        ColumnBins(name="month", kind="categorical", categories=("1", "2")),
        ColumnBins(name="tail", kind="categorical", categories=("N1",), buckets=4),
    ),
)
ROW = st.tuples(
    st.none() | st.sampled_from([0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, 0.7]),
    st.none() | st.integers(98, 102),
    st.none() | st.sampled_from(["UA", "AA", "DL", "", "B6"]),
    st.none() | st.integers(1, 3),
    st.none() | st.sampled_from(["N1", "N2", "N3"]),
)
Row = tuple[Any, ...]
SCHEMA = pa.schema(
    [
        ("wind", pa.float64()),
        ("seats", pa.int64()),
        ("carrier", pa.string()),
        ("month", pa.int32()),
        ("tail", pa.string()),
    ]
)


def parquet(rows: list[Row], group: int = 3, names: dict[str, str] | None = None) -> bytes:
    columns = [[row[i] for row in rows] for i in range(5)]
    table = pa.table(columns, schema=SCHEMA)
    table = table.rename_columns([(names or {}).get(name, name) for name in table.column_names])
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=group)
    return file.getvalue()


def plain(rows: list[Row]) -> dict[str, tuple[list[int], int, dict[str, int]]]:
    """The counts, as one would write them."""
    found: dict[str, tuple[list[int], int, dict[str, int]]] = {}
    for i, column in enumerate(LAYOUT.columns):
        bins, nulls, new = [0] * column.count, 0, dict[str, int]()
        for value in (row[i] for row in rows):
            if value is None or (isinstance(value, float) and math.isnan(value)):
                nulls += 1
            elif column.kind == "numeric":
                bins[sum(edge <= value for edge in column.edges)] += 1
            elif str(value) in column.categories:
                bins[column.categories.index(str(value))] += 1
            elif column.buckets:
                bins[len(column.categories) + bucket_of(value, column.buckets)] += 1
            else:
                new[str(value)] = new.get(str(value), 0) + 1
        found[column.name] = bins, nulls, new
    return found


def read(found: Profile) -> dict[str, tuple[list[int], int, dict[str, int]]]:
    return {name: (counts.bins.tolist(), counts.nulls, dict(counts.new)) for name, counts in found.counts.items()}


@given(st.lists(ROW, max_size=20), st.data())
def test_a_profile_counts_every_row_and_profiles_add(rows: list[Row], data: st.DataObject) -> None:
    whole = profile(parquet(rows), LAYOUT)
    assert whole.rows == len(rows)
    assert read(whole) == plain(rows)
    cut = data.draw(st.integers(0, len(rows)))
    assert profile(parquet(rows[:cut]), LAYOUT) + profile(parquet(rows[cut:]), LAYOUT) == whole
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))), dtype=bool)
    kept = [row for row, chosen in zip(rows, keep, strict=True) if chosen]
    assert profile(parquet(rows), LAYOUT, keep=keep) == profile(parquet(kept), LAYOUT)


def test_columns_of_a_row_group_are_decoded_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Row] = [(0.5, 100, "DL", 2, "N9"), (None, None, None, None, None)] * 5
    whole = profile(parquet(rows), LAYOUT)
    monkeypatch.setattr(module, "DECODED_BYTES", 50)
    assert profile(parquet(rows), LAYOUT) == whole


def test_columns_are_found_by_their_names_in_the_file(tmp_path: Path) -> None:
    rows: list[Row] = [(1.0, 1, "UA", 1, "N1")]
    names = {name: f"feature_{name}" for name in SCHEMA.names}
    path = tmp_path / "predictions.parquet"
    path.write_bytes(parquet(rows, names=names))
    assert profile(path, LAYOUT, columns={there: name for name, there in names.items()}) == profile(
        parquet(rows), LAYOUT
    )


def test_dictionaries_and_plain_columns_count_alike() -> None:
    carrier = pa.array(["UA", None, "DL", "DL"])
    layout = Layout(model="flights", columns=(LAYOUT.columns[2],))
    found = []
    for column in (carrier, carrier.dictionary_encode(), carrier.cast(pa.large_string())):
        file = io.BytesIO()
        pq.write_table(pa.table({"carrier": column}), file)
        found.append(read(profile(file.getvalue(), layout)))
    assert found == [{"carrier": ([1, 0], 1, {"DL": 2})}] * 3


def test_what_the_file_lacks_is_named() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"wind": ["a"], "seats": [1]}), file)
    with pytest.raises(DataError, match=r"flights: The Parquet file lacks carrier, month, tail"):
        profile(file.getvalue(), LAYOUT)
    with pytest.raises(DataError, match=r"no numbers where its reference has: wind is string"):
        profile(file.getvalue(), Layout(model="flights", columns=LAYOUT.columns[:2]))


def test_a_mask_of_another_length_is_refused() -> None:
    with pytest.raises(DataError, match="has 1 rows, and 2 truth values"):
        profile(parquet([(None,) * 5]), LAYOUT, keep=np.array([True, False]))
