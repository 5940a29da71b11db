"""The rows of a SQL source, streamed through a server-side cursor."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, ProgrammingError, SQLAlchemyError

from evergreen.core.errors import AccessDenied, DataError, EvergreenError, InputError, OutageError
from evergreen.core.settings import settings
from evergreen.data.columns import stated
from evergreen.data.raw import RawStream, convert
from evergreen.records.interval import Interval
from evergreen.spec.data import SqlSource
from evergreen.spec.model import ModelSpec

Ask = Callable[[Interval], RawStream]

REFUSALS = ("28", "3D", "42501")
"""How SQLSTATEs begin of a login that is refused, a database that is not there, and one that is not open to the login."""

REFUSED = re.compile(
    r'password authentication failed|no password supplied|no pg_hba\.conf entry|(?:role|database) ".*" does not exist'
    r"|permission denied for database|access denied for user",
    re.IGNORECASE,
)
"""The same in words: libpq passes on no SQLSTATE when it cannot connect. Another language is taken for an outage."""


@contextmanager
def open_query(spec: ModelSpec, source: SqlSource, url: str) -> Iterator[Ask]:
    """A function that gives the rows of one interval, by event time and keys, in which order they are digested.

    Types follow from the spec, as for CSV. One stream is read to its end before the next is asked for.

    Raises
    ------
    InputError
        The URL cannot be used.
    AccessDenied
        The database refuses the login.
    OutageError
        The database does not answer.
    DataError
        The query fails, on opening a stream or while reading it. URLs and passwords are not repeated.
    """
    where = f"{spec.name}: the query on connection {source.connection!r}"
    try:
        engine = sa.create_engine(url)
    except (SQLAlchemyError, ImportError) as error:
        raise InputError(
            f"{where} cannot start: its URL is of no known kind ({type(error).__name__}). Mend the connection."
        ) from None
    try:
        try:
            connection = engine.connect()
        except DBAPIError as error:
            raise _unconnected(where, error) from None
        with connection.execution_options(stream_results=True, yield_per=settings().batch_rows) as streaming:
            yield lambda interval: _ask(spec, source, where, streaming, interval)
    finally:
        engine.dispose()


def _ask(spec: ModelSpec, source: SqlSource, where: str, connection: sa.Connection, interval: Interval) -> RawStream:
    try:
        result = connection.execute(_statement(spec, source), {"start": interval.start, "end": interval.end})
    except SQLAlchemyError as error:
        raise _failed(where, error) from None
    names = list(result.keys())
    schema = stated(spec.columns, names, task=spec.task)

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            for rows in result.partitions():
                columns = zip(*rows, strict=True)
                yield pa.record_batch(
                    [_array(where, field, values) for field, values in zip(schema, columns, strict=True)], schema=schema
                )
        except SQLAlchemyError as error:
            raise _failed(where, error) from None

    return RawStream(
        where=f"{where}, {interval.start.isoformat()} to {interval.end.isoformat()}", schema=schema, batches=batches()
    )


def _statement(spec: ModelSpec, source: SqlSource) -> sa.Select[Any]:
    moment = sa.DateTime(timezone=True)
    query = sa.text(source.query.strip().rstrip(";")).bindparams(
        sa.bindparam("start", type_=moment), sa.bindparam("end", type_=moment)
    )
    inner = query.columns().subquery("source")
    order: list[sa.ColumnClause[Any]] = [sa.column(name) for name in (spec.columns.event_time, *spec.columns.keys)]
    return sa.select(sa.text("*")).select_from(inner).order_by(*order)


def _array(where: str, field: pa.Field, values: tuple[Any, ...]) -> pa.Array:
    """Python values of one column; drivers give numbers, text, decimals, dates and more."""
    kind = field.type
    try:
        if pa.types.is_floating(kind):
            raw = pa.array([None if value is None else float(value) for value in values], kind)
        elif pa.types.is_string(kind):
            raw = pa.array([None if value is None else str(value) for value in values], kind)
        elif pa.types.is_timestamp(kind) and any(isinstance(value, str) for value in values):
            raw = pa.array(values, pa.string())
        else:
            raw = pa.array(values, kind)
    except (pa.ArrowException, TypeError, ValueError):
        raise DataError(
            f"{where}: column {field.name} holds values that cannot be read as {kind}. Cast it in the query."
        ) from None
    return convert(where, field.name, raw, kind)


def _unconnected(where: str, error: DBAPIError) -> EvergreenError:
    """A mistyped URL may show part of its password as a name or an option: of refusals no driver's word is repeated."""
    state = _sqlstate(error)
    if state.startswith(REFUSALS) or REFUSED.search(str(error.orig)):
        return AccessDenied(
            f"{where}: the database refuses the login{f' (SQLSTATE {state})' if state else ''}. "
            "Check user, password and database of the connection."
        )
    if isinstance(error, ProgrammingError):
        return InputError(
            f"{where} cannot start: its URL has an option that the driver does not know. Mend the connection."
        )
    return OutageError(f"{where}: the database does not answer ({_said(error)}).")


def _sqlstate(error: BaseException | None) -> str:
    """The five letters and digits of an error, or of one that it wraps; empty where there are none."""
    while error is not None:
        if code := getattr(error, "sqlstate", None) or getattr(error, "pgcode", None):
            return str(code)
        error = getattr(error, "orig", None) or error.__cause__
    return ""


def _failed(where: str, error: SQLAlchemyError) -> DataError | OutageError:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return OutageError(f"{where}: the database went away ({_said(error)}).")
    return DataError(f"{where} failed: {_said(error)}. Correct the query in model.yaml; it binds :start and :end.")


def _said(error: SQLAlchemyError) -> str:
    """The driver's first line, without the statement and its parameters that SQLAlchemy adds."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return said.splitlines()[0][:200] if said else type(error).__name__
