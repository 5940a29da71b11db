"""A person's rows: which rows of a file have the given values, and files without them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from evergreen.core.errors import DataError, RunError
from evergreen.core.settings import settings
from evergreen.data.raw import READ_BUFFER, open_raw
from evergreen.spec.model import ModelSpec


@dataclass(frozen=True, kw_only=True)
class Person:
    """Rows in which each column has the given value, compared in the column's own type. ``repr`` shows no value."""

    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Person(columns={sorted(self.values)})"

    def mask(self, rows: pa.RecordBatch) -> pa.BooleanArray:
        """True for each row of this person; raises ``RunError`` when a value cannot be read in its column's type."""
        found = pa.array([True]).take(pa.array([0] * rows.num_rows, pa.int64()))
        for name, value in self.values.items():
            equal = pc.equal(rows[name], _typed(name, value, rows.schema.field(name).type))
            found = pc.and_(found, pc.fill_null(equal, False))
        return found


@dataclass(frozen=True, kw_only=True)
class Found:
    """Rows of the person, and rows of others, in one file; ``searched`` is False without one of the columns."""

    rows: int
    others: int
    searched: bool = True


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A file that is being read: its schema, and batches, each with the same rows in the types to compare in."""

    schema: pa.Schema
    batches: Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]


def search(person: Person, spec: ModelSpec, path: Path, key: str) -> Found:
    """Count the person's rows in a file.

    Raises
    ------
    DataError
        For a file that is neither Parquet nor CSV.
    """
    rows = total = 0
    with _opened(spec, path, key) as file:
        if not set(person.values) <= set(file.schema.names):
            return Found(rows=0, others=0, searched=False)
        for _, typed in file.batches:
            rows += pc.sum(person.mask(typed)).as_py() or 0
            total += typed.num_rows
    return Found(rows=rows, others=total - rows)


def without(person: Person, path: Path) -> Iterator[pa.RecordBatch]:
    """The batches of a Parquet file less the person's rows."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(settings().batch_rows, use_threads=False):
            yield batch.filter(pc.invert(person.mask(batch)))


def only(person: Person, path: Path, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    """These columns of the person's rows in a Parquet file."""
    wanted = list(dict.fromkeys((*columns, *person.values)))
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(settings().batch_rows, columns=wanted, use_threads=False):
            yield batch.filter(person.mask(batch)).select(list(columns))


def write_without(person: Person, spec: ModelSpec, path: Path, key: str, target: Path) -> None:
    """Write a file of the same kind less the person's rows; the values of CSV stay the texts that they are, in quotes."""
    with _opened(spec, path, key) as file:
        writer = (
            pq.ParquetWriter(target, file.schema) if _is_parquet(path) else pyarrow.csv.CSVWriter(target, file.schema)
        )
        with writer:
            for batch, typed in file.batches:
                writer.write_batch(batch.filter(pc.invert(person.mask(typed))))


@contextmanager
def _opened(spec: ModelSpec, path: Path, key: str) -> Iterator[Opened]:
    """A file by its first bytes: Parquet, else CSV, whose values stay text and are compared as the spec reads them."""
    try:
        if _is_parquet(path):
            with pq.ParquetFile(path, buffer_size=READ_BUFFER, pre_buffer=False) as file:
                batches = file.iter_batches(settings().batch_rows, use_threads=False)
                yield Opened(schema=file.schema_arrow, batches=((batch, batch) for batch in batches))
            return
        texts = _texts(path)
        # Both readers cut the file at the same bytes, so that their batches have the same rows.
        pairs = zip(texts, open_raw(spec, path, key).batches, strict=True)
        yield Opened(schema=texts.schema, batches=iter(pairs))
    except (pa.ArrowException, OSError):
        raise DataError(
            f"{spec.name}: {key} cannot be read as Parquet or CSV, so that nobody can be found in it. Mend or remove it."
        ) from None


def _texts(path: Path) -> pyarrow.csv.CSVStreamingReader:
    read = pyarrow.csv.ReadOptions(use_threads=False, block_size=READ_BUFFER)
    names = pyarrow.csv.open_csv(path, read_options=read).schema.names
    convert = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    return pyarrow.csv.open_csv(path, read_options=read, convert_options=convert)


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def _typed(name: str, value: str, kind: pa.DataType) -> pa.Scalar:
    try:
        return pa.scalar(value).cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise RunError(f"Column {name} is {kind}, and the given value cannot be read as that.") from None
