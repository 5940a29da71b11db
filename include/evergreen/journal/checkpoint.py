"""Checkpoints: the signed state of a journal at some entry, so that a reader begins there and not at entry 1.

A checkpoint is an object ``<model>/checkpoints/<sequence>.jsonl`` of two lines: signature and key's name, then the
checkpoint, in canonical JSON. It is derived: without any, everything goes on, only slower.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from evergreen.core.digest import canonical, digest_of
from evergreen.core.errors import AlreadyExists, IntegrityError
from evergreen.journal.fold import Fold
from evergreen.journal.signing import Keyring, Signer
from evergreen.journal.state import State
from evergreen.journal.stored import Finding
from evergreen.records.base import Record
from evergreen.stores.ports import ObjectStore

EVERY = 500
"""So many entries after the last checkpoint, whoever can sign writes the next one."""
KEEP = 3
"""So many of the newest checkpoints are kept: each holds the whole state."""
FOLD = 1
"""Raise it when a reader of the fold makes something else of an entry than before."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint(Record):
    """The fold of a journal. ``layout`` says what kind of fold: a reader with another one passes it over."""

    layout: str
    state: State


def folder_of(model: str) -> str:
    """Where the checkpoints of a model lie."""
    return f"{model}/checkpoints/"


def key_of(model: str, sequence: int) -> str:
    """The object key of a checkpoint.

    >>> key_of("flight_delays", 500)
    'flight_delays/checkpoints/00000000000000000500.jsonl'
    """
    return f"{folder_of(model)}{sequence:020d}.jsonl"


@cache
def layout() -> str:
    """A digest that changes with the kinds that the fold reads and with the fields of a state."""
    return digest_of([FOLD, Fold("").kinds, TypeAdapter(State).json_schema()])


def write_checkpoint(store: ObjectStore, state: State, signer: Signer) -> str:
    """Store ``state``, signed, and remove old checkpoints; gives the key."""
    body = Checkpoint(layout=layout(), state=state).to_json()
    head = canonical({"signature": signer.sign("checkpoint", state.model, body), "signed_by": signer.name})
    key = key_of(state.model, state.sequence)
    try:
        store.create(key, head + b"\n" + body)
    except AlreadyExists:
        # Of this state, by another writer; or damaged, or of another release: then it is written anew.
        store.put(key, head + b"\n" + body)
    older = [info.key for info in store.list(folder_of(state.model)) if info.key < key]
    for surplus in older[: -KEEP + 1]:
        store.delete(surplus)
    return key


def newest_checkpoint(store: ObjectStore, model: str, keys: Keyring, report: Callable[[Finding], None]) -> State | None:
    """The state of the newest checkpoint that a known key signed; whatever else lies there is reported.

    Without known keys no checkpoint is trusted.
    """
    if not keys:
        return None
    for info in reversed(list(store.list(folder_of(model)))):
        try:
            state = read_checkpoint(store, model, info.key, keys)
        except IntegrityError as error:
            report(Finding(key=info.key, reason=f"a checkpoint that is not trusted: {error}"))
            continue
        if state is not None:
            return state
    return None


def read_checkpoint(store: ObjectStore, model: str, key: str, keys: Keyring) -> State | None:
    """The state of a checkpoint; None for one of another layout, which another release has written.

    Raises
    ------
    IntegrityError
        When it is forged, damaged, or one of another model or sequence number.
    """
    head, _, body = store.get(key).partition(b"\n")
    try:
        seal = json.loads(head)
        signature, name = str(seal["signature"]), str(seal["signed_by"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise IntegrityError("it has no signature.") from None
    keys.check("checkpoint", model, body, signature, name)
    if not body.startswith(b'{"layout":"%s"' % layout().encode()):  # canonical JSON: it comes first
        return None
    state = Checkpoint.from_json(body).state
    if key != key_of(model, state.sequence):
        raise IntegrityError(f"it is one of entry {state.sequence}.")
    return state
