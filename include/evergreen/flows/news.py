"""News: what a waiting model is woken by, asked for in one cheap request when there is none.

Light to import: the process that waits for hundreds of models loads no station.
"""

import json

from evergreen.core.digest import digest_of
from evergreen.core.errors import NotFound
from evergreen.journal.entry import Kind, key_of
from evergreen.stores.ports import ObjectStore


def read_on(store: ObjectStore, model: str, sequence: int) -> tuple[int, bool]:
    """Read a journal behind ``sequence`` as plain reads show it, up to a request or the head.

    Nothing is checked: what looks like a request, or like nothing that is known, is for the journal to judge. And under
    Object Lock whoever may delete can hide an entry from plain reads, though not from the journal. So nobody may wait
    for this answer alone.

    Returns
    -------
    tuple
        The number of the last entry that was read, and whether it asks for a retraining, or confirms one.
    """
    while True:
        try:
            data = store.get(key_of(model, sequence + 1))
        except NotFound:
            return sequence, False
        sequence += 1
        if _asks(data):
            return sequence, True


def _asks(data: bytes) -> bool:
    try:
        kind: object = json.loads(data)["kind"]
    except (ValueError, KeyError, TypeError):
        return True
    return kind in (Kind.REQUEST_OPENED, Kind.REQUEST_CONFIRMED)


def raw_digest(store: ObjectStore, prefix: str) -> str:
    """A digest that changes when an object below ``prefix`` comes, goes or gets other bytes."""
    return digest_of([[info.key, info.etag] for info in store.list(prefix)])
