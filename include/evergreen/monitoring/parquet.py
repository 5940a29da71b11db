"""Row groups of a Parquet file, as profiles read them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from evergreen.core.errors import DataError
from evergreen.records.profile import ColumnBins, Layout

Source = Path | bytes
"""A Parquet file, or its bytes."""


def open_parquet(source: Source, dictionaries: Iterable[str] = ()) -> pq.ParquetFile:
    """The file, with these text columns as dictionaries; one for each thread, since reading moves its position."""
    opened = pa.BufferReader(source) if not isinstance(source, Path) else source
    return pq.ParquetFile(opened, read_dictionary=list(dictionaries))


def name_of(source: Source) -> str:
    """What an error calls it."""
    return source.name if isinstance(source, Path) else "The Parquet file"


def stored_names(
    source: Source, schema: pa.Schema, layout: Layout, columns: Mapping[str, str] | None
) -> dict[str, str]:
    """The name in the file of each column of the layout.

    Raises
    ------
    DataError
        Names the columns that are missing, or have a type without numbers.
    """
    stored = {name: there for there, name in (columns or {}).items()} if columns else {}
    names = {column.name: stored.get(column.name, column.name) for column in layout.columns}
    if missing := [there for there in names.values() if there not in schema.names]:
        raise DataError(
            f"{layout.model}: {name_of(source)} lacks {', '.join(missing)}, which its reference has. "
            "Profile rows with all columns of the model, or against another reference."
        )
    wrong = [
        f"{there} is {schema.field(there).type}"
        for c in layout.columns
        if not _fits(c, schema.field(there := names[c.name]).type)
    ]
    if wrong:
        raise DataError(
            f"{layout.model}: {name_of(source)} has no numbers where its reference has: {'; '.join(wrong)}. "
            "Land it again with the types of the reference."
        )
    return names


def _fits(column: ColumnBins, kind: pa.DataType) -> bool:
    if column.kind == "categorical":
        return not pa.types.is_nested(kind)
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return bool(number or pa.types.is_boolean(kind) or pa.types.is_timestamp(kind) or pa.types.is_null(kind))
