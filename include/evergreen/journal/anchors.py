"""Heads noted outside the bucket: by them a chain that was cut at its end, or written anew, is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evergreen.core.clock import now
from evergreen.core.digest import sha256
from evergreen.core.errors import IntegrityError, NotFound, Refused
from evergreen.journal.entry import key_of
from evergreen.journal.journal import Journal
from evergreen.journal.stored import Finding, read_first
from evergreen.records.base import Record
from evergreen.stores.ports import Anchors


@dataclass(frozen=True, kw_only=True)
class Head(Record):
    """The last entry of a journal when it was noted; ``entry`` is its digest."""

    model: str
    sequence: int
    entry: str
    noted_at: datetime


@dataclass(frozen=True, kw_only=True)
class Witness:
    """Something that says what the digest of an entry was; ``place`` names it."""

    sequence: int
    digest: str
    place: str


def anchor(journal: Journal, places: Sequence[Anchors]) -> Head:
    """Note the head of a journal in every place; a head that a place holds already is not noted again.

    Raises
    ------
    IntegrityError
        When a place holds a head that the journal does not bear out: the note is evidence, and stays.
    Refused
        When the journal is empty, or there is no place.
    """
    state = journal.state()
    if not places or state.sequence == 0:
        raise Refused(f"{journal.model}: there is no {'entry to note' if places else 'place to note a head in'}.")
    head = Head(model=journal.model, sequence=state.sequence, entry=state.digest, noted_at=now())
    for place in places:
        last = max(heads(place, journal.model), key=lambda known: known.sequence, default=None)
        if last is not None:
            _require(journal, last, place)
        if last is None or last.sequence < head.sequence:
            place.note(journal.model, head.to_json().decode())
    return head


def heads(place: Anchors, model: str) -> tuple[Head, ...]:
    """What a place has noted; raises ``IntegrityError`` for a line that is no head of this model."""
    found = tuple(Head.from_json(line.encode()) for line in place.noted(model))
    for head in found:
        if head.model != model:
            raise IntegrityError(f"{place} holds a head of {head.model!r} under the name of {model!r}.")
    return found


def witnesses(places: Sequence[Anchors], model: str) -> tuple[list[Witness], list[Finding]]:
    """What all places say, and what cannot be read of it."""
    found: list[Witness] = []
    strange: list[Finding] = []
    for place in places:
        try:
            found += [
                Witness(sequence=h.sequence, digest=h.entry, place=f"{place} ({h.noted_at:%Y-%m-%d %H:%M:%S})")
                for h in heads(place, model)
            ]
        except IntegrityError as error:
            strange.append(Finding(key=str(place), reason=str(error)))
    return found, strange


def _require(journal: Journal, head: Head, place: Anchors) -> None:
    key = key_of(journal.model, head.sequence)
    try:
        digest = sha256(read_first(journal.store, journal.model, head.sequence))
    except NotFound:
        digest = ""
    if digest != head.entry:
        raise IntegrityError(
            f"{key}: this entry was noted in {place} at {head.noted_at:%Y-%m-%d %H:%M:%S}, and is gone or another one now. "
            f"Run `evergreen journal verify --model {journal.model}`."
        )
