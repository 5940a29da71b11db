"""The read model in PostgreSQL: a copy of the fleet's journals that answers in one query. Nothing decides by it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from evergreen.core.errors import AccessDenied, InputError, OutageError, StoreError
from evergreen.records.fleet import EntryRow, VersionRow
from evergreen.stores.read_model_layout import NUMBER, QUESTIONS, TABLES, Question

SCHEMA: LiteralString = "fleet"
NEW: LiteralString = "fleet_new"
LAYOUT = f"layout {NUMBER}"
LOCK = 5_083_217
"""One writer at a time."""
SECONDS = 10

_REFUSED = re.compile(
    r"authentication failed|no password supplied|pg_hba|does not exist|permission denied", re.IGNORECASE
)


class Writing:
    """One transaction: others see all of it or nothing."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What was written inside is undone when it raises; the rest of the transaction stays."""
        try:
            with self._connection.transaction():
                yield
        except psycopg.DataError as error:
            raise StoreError(f"PostgreSQL cannot hold a value of a row ({type(error).__name__}).") from None

    def known(self, model: str) -> tuple[int, str]:
        """Number and digest of the last entry that was taken; 0 for none."""
        asked = self._connection.execute("SELECT sequence, digest FROM models WHERE model = %s", [model])
        return asked.fetchone() or (0, "")

    def add(self, rows: Iterable[EntryRow]) -> int:
        """Append entries; gives their number."""
        return self._copy("entries", EntryRow, rows)

    def set_versions(self, model: str, rows: Iterable[VersionRow]) -> None:
        """Let these be the versions of the model."""
        self._connection.execute("DELETE FROM versions WHERE model = %s", [model])
        self._copy("versions", VersionRow, rows)

    def note(self, model: str, sequence: int, digest: str, at: datetime, problem: str = "") -> None:
        """Note how far a journal was taken, or why it was not."""
        self._connection.execute(
            "INSERT INTO models VALUES (%s, %s, %s, %s, %s) ON CONFLICT (model) DO UPDATE SET sequence = excluded.sequence, "
            "digest = excluded.digest, problem = excluded.problem, taken_at = excluded.taken_at",
            [model, sequence, digest, problem, at],
        )

    def _copy(
        self, table: LiteralString, kind: type[EntryRow | VersionRow], rows: Iterable[EntryRow | VersionRow]
    ) -> int:
        names = [field.name for field in fields(kind)]
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
        count = 0
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                values = (getattr(row, name) for name in names)
                copy.write_row([Jsonb(value) if isinstance(value, Mapping) else value for value in values])
                count += 1
        return count


class ReadModel:
    """The schema ``fleet`` of a database.

    Every method raises ``OutageError`` when the database does not answer, ``AccessDenied`` when it refuses the login, and
    ``StoreError`` for any other no.

    Raises
    ------
    InputError
        When the URL is not one of PostgreSQL. It is not repeated.
    """

    def __init__(self, url: str) -> None:
        try:
            self._parts: dict[str, Any] = conninfo_to_dict(url, connect_timeout=SECONDS, application_name="evergreen")
        except psycopg.Error:
            raise InputError(
                "EVERGREEN_DATABASE_URL cannot be used: expected postgresql://<user>:<password>@<host>:5432/<database>."
            ) from None

    def __str__(self) -> str:
        host, port = self._parts.get("host", "localhost"), self._parts.get("port", 5432)
        return f"PostgreSQL at {host}:{port}/{self._parts.get('dbname', '')}"

    def ready(self) -> bool:
        """Whether the tables are there, in the layout of this release."""
        with self._connected() as connection:
            asked = connection.execute("SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [SCHEMA])
            return asked.fetchone() == (LAYOUT,)

    @contextmanager
    def adding(self) -> Iterator[Writing]:
        """Write into the tables that are there."""
        with self._writing(SCHEMA) as connection:
            yield Writing(connection)

    @contextmanager
    def replacing(self) -> Iterator[Writing]:
        """Write tables anew; readers see those of before until all is written, and these then."""
        with self._writing(NEW) as connection:
            connection.execute(
                sql.SQL("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}").format(sql.Identifier(NEW))
            )
            connection.execute(TABLES)
            yield Writing(connection)
            connection.execute(
                sql.SQL(
                    "DROP SCHEMA IF EXISTS {old} CASCADE; ALTER SCHEMA {new} RENAME TO {old}; COMMENT ON SCHEMA {old} IS {layout}"
                ).format(old=sql.Identifier(SCHEMA), new=sql.Identifier(NEW), layout=LAYOUT)
            )

    def ask(self, question: Question, **values: Any) -> list[dict[str, Any]]:
        """The rows of an answer, by column; raises ``StoreError`` before the first rebuild."""
        if not self.ready():
            raise StoreError(f"{self} holds no read model of this release. Run `evergreen fleet rebuild`.")
        with self._connected() as connection:
            _look_in(connection, SCHEMA)
            return connection.cursor(row_factory=dict_row).execute(QUESTIONS[question], values).fetchall()

    @contextmanager
    def _writing(self, schema: LiteralString) -> Iterator[psycopg.Connection[Any]]:
        with self._connected() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            _look_in(connection, schema)
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection, in one transaction, which is undone when something raises."""
        try:
            with psycopg.connect(**self._parts) as connection:
                yield connection
        except psycopg.OperationalError as error:
            if _REFUSED.search(str(error)):
                raise AccessDenied(f"{self} refuses the login of EVERGREEN_DATABASE_URL.") from None
            raise OutageError(f"{self} does not answer ({type(error).__name__}).") from None
        except psycopg.Error as error:  # its text may quote a row
            raise StoreError(f"{self} says no ({type(error).__name__}, {error.sqlstate}).") from None


def _look_in(connection: psycopg.Connection[Any], schema: LiteralString) -> None:
    connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(schema)))
