"""A journal holds keys, digests, numbers and short words: no body has room for a row of data."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from tests.unit.journal.life import whole_life
from tests.unit.journal.story import MODEL

from evergreen.core.digest import canonical
from evergreen.journal.bodies import Claim, Closing, Confirmed, Evaluated, Judged, SnapshotTaken
from evergreen.journal.entry import Kind
from evergreen.journal.journal import Journal
from evergreen.records.approval import Approval
from evergreen.records.base import Record
from evergreen.records.delegation import Delegation
from evergreen.records.forget import Forget
from evergreen.records.freeze import Freeze, Lift
from evergreen.records.promotion import Promotion
from evergreen.records.release import Release
from evergreen.records.request import RetrainRequest
from evergreen.records.rollback import Rollback
from evergreen.stores.memory import MemoryStore

BODIES: dict[Kind, type[Record]] = {
    Kind.SNAPSHOT: SnapshotTaken,
    Kind.EVALUATION: Evaluated,
    Kind.VERDICT: Judged,
    Kind.APPROVAL: Approval,
    Kind.DELEGATION: Delegation,
    Kind.RELEASE: Release,
    Kind.PROMOTION: Promotion,
    Kind.ROLLBACK: Rollback,
    Kind.FREEZE: Freeze,
    Kind.LIFT: Lift,
    Kind.FORGET: Forget,
    Kind.REQUEST_OPENED: RetrainRequest,
    Kind.REQUEST_CONFIRMED: Confirmed,
    Kind.REQUEST_CLAIMED: Claim,
    Kind.REQUEST_CLOSED: Closing,
}
SCALARS = (str, int, float, bool, NoneType, datetime, timedelta)
LONGEST = 2_000
"""Characters of a text in a body."""


def _unfit(annotation: Any, path: str) -> Iterator[str]:
    """Where a type has room for anything: no ``Any``, no bytes, no list of mappings."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in SCALARS or origin is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        return
    if isinstance(annotation, type) and is_dataclass(annotation):
        hints = get_type_hints(annotation)
        for field in fields(annotation):
            yield from _unfit(hints[field.name], f"{path}.{field.name}")
    elif origin in (Union, UnionType) or (origin is tuple and not any(get_origin(a) is Mapping for a in inner)):
        for part in set(inner) - {Ellipsis}:
            yield from _unfit(part, path)
    elif origin is Mapping and inner[0] is str:
        yield from _unfit(inner[1], f"{path}[]")
    else:
        yield f"{path}: {annotation}"


def test_every_kind_has_a_body() -> None:
    assert BODIES.keys() == set(Kind)


@pytest.mark.parametrize("kind", BODIES)
def test_no_body_has_room_for_a_row(kind: Kind) -> None:
    assert list(_unfit(BODIES[kind], kind)) == []


def test_what_has_room_is_caught() -> None:
    for annotation in (Any, bytes, object, list[str], dict[str, str], tuple[Mapping[str, str], ...]):
        assert list(_unfit(annotation, "body")) != []


def test_what_is_written_is_what_these_types_say_and_short() -> None:
    journal = Journal(MemoryStore(), MODEL)
    whole_life(journal)
    for entry in journal.entries():
        if entry.kind in set(Kind):
            assert BODIES[Kind(entry.kind)].from_json(canonical(entry.body)).to_dict() == entry.body
            assert max(map(len, _texts(entry.body))) <= LONGEST


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield key
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
