"""Locks that cannot be left behind: the kernel holds them on a folder, and lets go when the holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold the lock on ``folder``; yields whether it was got (always, when ``wait``)."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)  # not inherited by programs started meanwhile
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def is_held(folder: Path) -> bool:
    """Whether some process holds the lock on ``folder``."""
    if not folder.is_dir():
        return False
    with held(folder, wait=False) as got:
        return not got
