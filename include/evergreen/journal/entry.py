"""Entry: one line of the audit trail, chained to the line before it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from evergreen.core.digest import canonical
from evergreen.core.errors import IntegrityError
from evergreen.journal.signing import Keyring, Signer
from evergreen.records.base import Record

R = TypeVar("R", bound=Record)

NOTHING = "0" * 64
"""What the first entry holds as the digest of the entry before it."""


class Kind(StrEnum):
    """What an entry is about. A newer release may write kinds that this one carries on without reading."""

    SNAPSHOT = "snapshot"
    EVALUATION = "evaluation"
    VERDICT = "verdict"
    APPROVAL = "approval"
    DELEGATION = "delegation"
    RELEASE = "release"
    PROMOTION = "promotion"
    ROLLBACK = "rollback"
    FREEZE = "freeze"
    LIFT = "lift"
    FORGET = "forget"
    REQUEST_OPENED = "request_opened"
    REQUEST_CONFIRMED = "request_confirmed"
    REQUEST_CLAIMED = "request_claimed"
    REQUEST_CLOSED = "request_closed"


SIGNED = frozenset(
    {Kind.APPROVAL, Kind.DELEGATION, Kind.RELEASE, Kind.PROMOTION, Kind.ROLLBACK, Kind.LIFT, Kind.FORGET}
)
"""Kinds that decide over what serves, or erase: each such entry carries a signature, which only release steps can give."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What a decision wants to write; the journal adds the rest.

    Attributes
    ----------
    kind
        One of `Kind`.
    key
        Idempotency key: a journal holds no two entries with one key.
    body
        JSON: keys, digests and numbers, never a row of data.
    """

    kind: str
    key: str
    body: dict[str, Any]
    actor: str = "evergreen"


@dataclass(frozen=True, kw_only=True)
class Entry(Record):
    """An entry as it is stored, in canonical JSON. Its ``digest`` is the SHA-256 of those bytes.

    Attributes
    ----------
    uuid
        Made by each call of ``append`` and kept for all of its attempts: a writer whose reply was lost recognises its
        own entry by it.
    previous
        Digest of the entry before this one.
    signature, signed_by
        Ed25519 over the model's name and the canonical JSON of the entry with ``signature`` null (`signing`), and the
        key's name; null where nobody signed.
    """

    sequence: int
    uuid: str
    kind: str
    key: str
    at: datetime
    actor: str
    body: dict[str, Any]
    previous: str
    signature: str | None = None
    signed_by: str | None = None


def folder_of(model: str) -> str:
    """Where the entries of a model lie."""
    return f"{model}/journal/"


def key_of(model: str, sequence: int) -> str:
    """The object key of an entry.

    >>> key_of("flight_delays", 7)
    'flight_delays/journal/00000000000000000007.json'
    """
    return f"{folder_of(model)}{sequence:020d}.json"


def read_entry(data: bytes, model: str, sequence: int) -> Entry:
    """The entry in ``data``, which lay at ``sequence``.

    Raises
    ------
    IntegrityError
        When the bytes are not, to the letter, an entry of that sequence number.
    """
    key = key_of(model, sequence)
    try:
        entry = Entry.from_json(data)
        written = entry.to_json()
    except (IntegrityError, ValueError) as error:
        raise IntegrityError(f"{key}: {error}") from None
    if written != data:
        raise IntegrityError(f"{key}: the bytes are not those that an entry is written as.")
    if entry.sequence != sequence:
        raise IntegrityError(f"{key}: it says that it is entry {entry.sequence}.")
    return entry


def body_of(entry: Entry, kind: type[R]) -> R:
    """The body of an entry as what its kind says that it is; raises ``IntegrityError`` when it is not."""
    try:
        return kind.from_json(canonical(entry.body))
    except IntegrityError as error:
        raise IntegrityError(f"The body of entry {entry.sequence} ({entry.kind}): {error}") from None


def signed(entry: Entry, model: str, signer: Signer) -> Entry:
    """The entry with a signature."""
    named = replace(entry, signature=None, signed_by=signer.name)
    return replace(named, signature=signer.sign("entry", model, named.to_json()))


def check_signature(entry: Entry, model: str, keys: Keyring) -> None:
    """Raise ``IntegrityError`` unless one of ``keys`` has signed this entry for this model."""
    data = replace(entry, signature=None).to_json()
    try:
        keys.check("entry", model, data, entry.signature, entry.signed_by)
    except IntegrityError as error:
        raise IntegrityError(f"{key_of(model, entry.sequence)} ({entry.kind}): {error}") from None
