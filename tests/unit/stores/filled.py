"""A store with the content of another: what is slow to make is made once, and each test may change its copy."""

from typing import TypeVar

from evergreen.stores.memory import MemoryStore

Store = TypeVar("Store", bound=MemoryStore)


def filled(target: Store, source: MemoryStore) -> Store:
    """Let ``target`` hold what ``source`` holds; objects and versions are never changed in place."""
    target._objects = dict(source._objects)
    target._history = {key: list(versions) for key, versions in source._history.items()}
    return target
