"""The local cache of immutable objects: each is downloaded once, and the least recently used make room."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from evergreen.core.digest import sha256
from evergreen.core.settings import settings
from evergreen.stores.ports import ObjectStore

GRACE_SECONDS = 3600.0
LOCK = ".lock"
SLACK = 0.01
"""A process looks through the cache again when it has added so much of the bound: a log has thousands of small files."""

_added: dict[Path, int] = {}
"""Bytes that this process has added to a cache since it last looked through it."""


def local_copy(store: ObjectStore, key: str) -> Path:
    """A file with the bytes of ``key``, whose content must never change (its name holds a digest).

    The cache lies under ``work_dir``, for all processes that use it, and each of them keeps it within ``cache_bytes`` and a
    percent; but a file that was handed out within the last hour stays, so that a reader of many parts finds them all. Treat
    the file as read-only, and ask again rather than keep the path for hours.

    Raises
    ------
    NotFound
        When the store has no such object.
    """
    folder = settings().work_dir / "cache"
    partials = folder / "partial"
    partials.mkdir(parents=True, exist_ok=True)
    home = folder / sha256(key.encode())
    with _locked(folder, fcntl.LOCK_SH):
        if found := _whole(home):
            os.utime(found)
            return found
    partial = partials / uuid4().hex
    try:
        size = store.download(key, partial).size
        with _locked(folder, fcntl.LOCK_EX):
            home.mkdir(exist_ok=True)
            path = partial.replace(home / f"{size}{Path(key).suffix}")
            os.utime(path)
            if _due(folder, size):
                _evict(folder, newest=path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def drop_copy(key: str) -> None:
    """Remove the local copy of an object, if there is one."""
    folder = settings().work_dir / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder, fcntl.LOCK_EX):
        shutil.rmtree(folder / sha256(key.encode()), ignore_errors=True)


def _whole(home: Path) -> Path | None:
    """The copy whose size is the one that its name says: a crash of the machine can truncate a file."""
    for path in home.glob("*"):
        if path.stat().st_size == int(path.name.split(".")[0]):
            return path
    return None


def _due(folder: Path, size: int) -> bool:
    """Whether it is time to make room: at the first file of a process, and after every percent of the bound."""
    added = _added.get(folder, settings().cache_bytes) + size
    due = added > SLACK * settings().cache_bytes
    _added[folder] = 0 if due else added
    return due


def _evict(folder: Path, newest: Path) -> None:
    used = _used(folder)
    fresh = used[newest].st_mtime - GRACE_SECONDS
    excess = sum(stat.st_size for stat in used.values()) - settings().cache_bytes
    for path, stat in sorted(used.items(), key=lambda item: item[1].st_mtime):
        if excess <= 0 or stat.st_mtime > fresh:
            return
        path.unlink(missing_ok=True)
        excess -= stat.st_size


def _used(folder: Path) -> dict[Path, os.stat_result]:
    used = {}
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # another process has just finished with it
            if path.is_file() and path.name != LOCK:
                used[path] = path.stat()
    return used


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    with (folder / LOCK).open("a") as file:
        fcntl.flock(file, how)
        yield
