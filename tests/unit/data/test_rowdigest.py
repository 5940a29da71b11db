"""The digest of rows: the same for any cut into batches, another for any other value."""

import hashlib
import struct
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.core.digest import digest_of
from evergreen.data.rowdigest import RowDigest

TYPES = {"n": pa.int64(), "x": pa.float64(), "t": pa.string(), "b": pa.bool_(), "at": pa.timestamp("us", tz="UTC")}
values = st.fixed_dictionaries({
    "n": st.none() | st.integers(-(2**63), 2**63 - 1),
    "x": st.none() | st.floats(allow_nan=False),
    "t": st.none() | st.text(max_size=5),
    "b": st.none() | st.booleans(),
    "at": st.none() | st.integers(0, 2**50),
})  # fmt: skip


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in TYPES.items()})


def _digest(*tables: pa.Table) -> str:
    digest = RowDigest()
    for table in tables:
        digest.update(table)
    return digest.hexdigest()


@given(st.lists(values, min_size=1, max_size=12), st.data())
def test_any_cut_gives_the_same_digest(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    table = _table(rows)
    cut = data.draw(st.integers(0, len(rows)))
    assert _digest(table) == _digest(table.slice(0, cut), table.slice(cut))
    assert _digest(table) == _digest(table.select(sorted(TYPES)))


@given(st.lists(values, min_size=1, max_size=6), st.lists(values, min_size=1, max_size=6))
def test_other_rows_have_another_digest(rows: list[dict[str, Any]], others: list[dict[str, Any]]) -> None:
    one, two = _table(rows), _table(others)
    assert (_digest(one) == _digest(two)) == (repr(one.to_pylist()) == repr(two.to_pylist()))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (["ab", "c"], ["a", "bc"]),
        (["", None], [None, ""]),
        (["a", "b"], ["b", "a"]),
    ],
)
def test_texts_are_told_apart(one: list[str], two: list[str]) -> None:
    assert _digest(pa.table({"t": pa.array(one, pa.string())})) != _digest(pa.table({"t": pa.array(two, pa.string())}))


def test_names_and_types_count() -> None:
    digests = {
        _digest(pa.table({name: pa.array([1, 0], kind)}))
        for name in ("a", "b")
        for kind in (pa.int64(), pa.int32(), pa.timestamp("us", tz="UTC"))
    }
    assert len(digests) == 6


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_definition_does_not_drift() -> None:
    """Written out by hand. A change makes every stored part a stranger: raise VERSION on purpose, and say so."""
    table = _table([{"n": 1, "x": 0.5, "t": "é", "b": True, "at": 3}, dict.fromkeys(TYPES)])
    valid = _sha(b"\1\0")
    expected = {
        "n": {"type": "int64", "valid": valid, "values": _sha(struct.pack("<qq", 1, 0))},
        "x": {"type": "double", "valid": valid, "values": _sha(struct.pack("<dd", 0.5, 0.0))},
        "t": {"type": "string", "valid": valid, "lengths": _sha(struct.pack("<qq", 2, 0)), "bytes": _sha("é".encode())},
        "b": {"type": "bool", "valid": valid, "values": _sha(b"\1\0")},
        "at": {"type": "timestamp[us, tz=UTC]", "valid": valid, "values": _sha(struct.pack("<qq", 3, 0))},
    }
    assert _digest(table) == digest_of({"version": 1, "rows": 2, "columns": expected})
