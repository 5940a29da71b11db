"""The start-up check of a store: that it honours the conditional writes on which the journal rests."""

from contextlib import suppress
from uuid import uuid4

from evergreen.core.errors import AlreadyExists, PreconditionFailed, StoreError
from evergreen.stores.ports import ObjectStore

FOLDER = ".evergreen/conditional-writes"
USE = (
    "Two writers could both believe that they had won. Use a server that honours it: Amazon S3, MinIO or SeaweedFS do."
)


def check_conditional_writes(store: ObjectStore) -> None:
    """Try both conditions on an object of our own, and remove it.

    Raises
    ------
    StoreError
        When the store ignores a condition; the message says which and what follows from it.
    AccessDenied
        When the keys are wrong or the bucket is missing.
    OutageError
        When the store does not answer.
    """
    next(store.list(f"{FOLDER}/"), None)  # some servers make a missing bucket on the first write: ask before
    key = f"{FOLDER}/{uuid4().hex}"
    try:
        _check(store, key)
    finally:
        store.delete(key)


def _check(store: ObjectStore, key: str) -> None:
    first = store.create(key, b"first")
    with suppress(AlreadyExists):
        store.create(key, b"second")
        raise StoreError(f"{store} does not honour If-None-Match: it created one object twice. {USE}")
    second = store.replace(key, b"third", etag=first.etag)
    with suppress(PreconditionFailed):
        store.replace(key, b"fourth", etag=first.etag)
        raise StoreError(f"{store} does not honour If-Match: it replaced an object that had changed. {USE}")
    if second.etag != store.head(key).etag:
        raise StoreError(f"{store} gives an object another ETag than the write that made it. {USE}")
