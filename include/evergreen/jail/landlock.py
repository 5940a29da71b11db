"""Landlock: what this process and all that it starts may read and write, by the kernel's word, from now on.

Unprivileged and irreversible. https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

from evergreen.jail.kernel import linux, syscall

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
ASK_VERSION = 1
PATH_BENEATH = 1

READ_FILE, READ_DIR = 1 << 2, 1 << 3
READ = READ_FILE | READ_DIR
OF_FILES = (1 << 1) | READ_FILE | (1 << 14)
"""Write, read, truncate: what may be granted on a file; the rest is about folders."""
FIRST_RIGHTS = (1 << 13) - 1
"""Version 1: execute, write, read, list, remove, and make each kind of file."""
LATER_RIGHTS = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""By version: to link across folders, to truncate, to control devices."""
IN_SCRATCH = FIRST_RIGHTS & ~(1 | 1 << 6 | 1 << 11) | 1 << 13 | 1 << 14
"""All but to execute and to make devices."""
NETWORK = 0b11  # to bind and to connect TCP, since version 4
SCOPES = 0b11  # abstract Unix sockets and signals of others, since version 6


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """What this kernel offers; 0 for nothing."""
    if not linux():
        return 0
    try:
        return syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION))
    except OSError:
        return 0


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> int:
    """From now on read only below ``readable`` and ``writable``, write only below ``writable``, execute nothing.

    Nothing is done where the kernel offers nothing. The process must have given up new privileges before.

    Returns
    -------
    int
        The version of Landlock that holds; 0 for none.
    """
    offered = version()
    if not offered:
        return 0
    handled = FIRST_RIGHTS | sum(right for since, right in LATER_RIGHTS.items() if offered >= since)
    rules = _Ruleset(handled, NETWORK if offered >= 4 else 0, SCOPES if offered >= 6 else 0)
    size = 8 if offered < 4 else 16 if offered < 6 else 24
    ruleset = syscall(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    try:
        for rights, paths in ((READ, readable), (IN_SCRATCH, writable)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        syscall(RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return offered


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = _Beneath(rights if path.is_dir() else rights & OF_FILES, opened)
        syscall(ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(PATH_BENEATH), ctypes.byref(rule), ctypes.c_uint32(0))
    finally:
        os.close(opened)
