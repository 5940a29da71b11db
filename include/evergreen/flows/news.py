"""News: what a waiting model is woken by, each asked for in one cheap request.

Light to import: the process that waits for hundreds of models loads no station.
"""

from evergreen.core.digest import digest_of
from evergreen.core.errors import NotFound
from evergreen.journal.entry import key_of
from evergreen.stores.ports import ObjectStore


def has_entry(store: ObjectStore, model: str, sequence: int) -> bool:
    """Whether the journal has an entry of this number, as a plain read sees it.

    Under Object Lock whoever may delete can hide an entry from plain reads, though not from the journal: nobody may
    wait for this answer alone.
    """
    try:
        store.get(key_of(model, sequence))
    except NotFound:
        return False
    return True


def raw_digest(store: ObjectStore, prefix: str) -> str:
    """A digest that changes when an object below ``prefix`` comes, goes or gets other bytes."""
    return digest_of([[info.key, info.etag] for info in store.list(prefix)])
