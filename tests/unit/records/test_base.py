"""The parts of `Record` that no single record shows, and the bound of every message."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from evergreen.core.errors import MESSAGE_LIMIT, EvergreenError, IntegrityError, OutageError, SpecError
from evergreen.records.base import Record


@dataclass(frozen=True, kw_only=True)
class Second(Record):
    SCHEMA_VERSION: ClassVar[int] = 2
    value: float


def test_an_older_record_is_read() -> None:
    assert Second.from_json(b'{"schema_version": 1, "value": 2.5}') == Second(schema_version=1, value=2.5)


def test_a_number_that_json_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        Second(value=float("nan")).to_json()


@pytest.mark.parametrize("version", ["true", '"9"', "null", "[3]"])
def test_a_version_that_is_no_number_is_garbage(version: str) -> None:
    with pytest.raises(IntegrityError, match="Not a Second record"):
        Second.from_json(b'{"value": "x", "schema_version": %s}' % version.encode())


def test_messages_are_bounded() -> None:
    assert len(str(EvergreenError("x" * 10_000))) == MESSAGE_LIMIT
    assert str(SpecError("short")) == "short"


@pytest.mark.parametrize(("error", "parent"), [(SpecError, ValueError), (OutageError, ConnectionError)])
def test_errors_are_the_builtin_errors_that_people_catch(error: type[Exception], parent: type[Exception]) -> None:
    assert issubclass(error, parent)
