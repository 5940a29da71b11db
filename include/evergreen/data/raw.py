"""Raw data as a stream of batches: a Parquet file, a CSV file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from evergreen.core.errors import DataError
from evergreen.core.settings import settings
from evergreen.data.columns import canonical, stated
from evergreen.spec.model import ModelSpec

READ_BUFFER = 1 << 20
CSV_NULLS = ["", "NA", "N/A", "NaN", "nan", "NULL", "null", "None"]
_CSV_SHAPE = re.compile(r"(?:Row #\d+: )?Expected \d+ columns, got \d+")


@dataclass(frozen=True, kw_only=True)
class RawStream:
    """Batches with the canonical types of ``schema``. ``where`` names the raw data in messages."""

    where: str
    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


def open_raw(spec: ModelSpec, path: Path, key: str) -> RawStream:
    """The rows of the file at ``path``, which is the raw object ``key``; never more than a batch of them at once.

    Raises
    ------
    DataError
        The file is no whole Parquet or CSV file, or has a column that parts cannot keep. Also while iterating.
    """
    where = f"{spec.name}: {key} ({path.stat().st_size} bytes)"
    is_parquet = spec.source.kind == "objects" and spec.source.format == "parquet"
    return _parquet(where, path) if is_parquet else _csv(spec, where, path)


def convert(where: str, name: str, values: pa.Array, kind: pa.DataType) -> pa.Array:
    """``values`` in a canonical type: text is read, NaN becomes null.

    Raises
    ------
    DataError
        Names the column. The values are not repeated.
    """
    try:
        if pa.types.is_string(values.type) and pa.types.is_timestamp(kind):
            values = _moments(values)
        converted = values.cast(kind, safe=not pa.types.is_temporal(kind))
    except pa.ArrowInvalid:
        raise DataError(
            f"{where}: column {name} holds values that cannot be read as {kind}. Correct and land it again."
        ) from None
    if not pa.types.is_floating(kind):
        return converted
    return pc.if_else(pc.is_nan(converted), pa.scalar(None, kind), converted)


def _parquet(where: str, path: Path) -> RawStream:
    try:
        # A buffer keeps column chunks on the disk: a row group may be as large as the file.
        file = pq.ParquetFile(path, buffer_size=READ_BUFFER, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(where, "Parquet", error) from None
    schema = canonical(where, file.schema_arrow)

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in file.iter_batches(batch_size=settings().batch_rows, use_threads=False):
                yield _conform(where, batch, schema)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(where, "Parquet", error) from None
        finally:
            file.close()

    return RawStream(where=where, schema=schema, batches=batches())


def _csv(spec: ModelSpec, where: str, path: Path) -> RawStream:
    """Every column is read as text first, so that types follow from the spec and not from the first rows."""
    try:
        names = pyarrow.csv.open_csv(path, read_options=pyarrow.csv.ReadOptions(use_threads=False)).schema.names
        reader = pyarrow.csv.open_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=READ_BUFFER),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=CSV_NULLS, strings_can_be_null=True
            ),
        )
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(where, "CSV", error) from None
    schema = canonical(where, stated(spec.columns, names, task=spec.task))

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for batch in reader:
                yield _conform(where, batch, schema)
        except (pa.ArrowException, OSError) as error:
            raise _unreadable(where, "CSV", error) from None
        finally:
            reader.close()

    return RawStream(where=where, schema=schema, batches=batches())


def _conform(where: str, batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [convert(where, f.name, values, f.type) for f, values in zip(schema, batch.columns, strict=True)]
    return pa.record_batch(columns, schema=schema)


def _moments(texts: pa.Array) -> pa.Array:
    """ISO 8601 with a zone, or without one in the whole batch: then UTC."""
    try:
        return texts.cast(pa.timestamp("us", tz="UTC"))
    except pa.ArrowInvalid:
        return texts.cast(pa.timestamp("us"))


def _unreadable(where: str, kind: str, error: Exception) -> DataError:
    """Parsers of text quote the line at fault, which may be anybody's data: only the shape of it is repeated."""
    said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    if kind == "CSV":
        shape = _CSV_SHAPE.search(said)
        said = shape[0] if shape else "it is empty or broken"
    return DataError(f"{where} cannot be read as {kind}: {said}. Land it again.")
