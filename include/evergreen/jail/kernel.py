"""The calls to the Linux kernel that Python has no function for."""

import ctypes
import os
import sys

PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
CAPABILITY_VERSION = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def linux() -> bool:
    """Whether there is anything to call."""
    return sys.platform == "linux"


def syscall(number: int, *arguments: object) -> int:
    """The answer of a system call; raises ``OSError`` with its error number."""
    answer = int(_libc.syscall(ctypes.c_long(number), *arguments))
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return answer


def prctl(option: int, *arguments: object) -> None:
    """Change this process; raises ``OSError`` with the error number."""
    filled = (*arguments, *[ctypes.c_ulong(0)] * (4 - len(arguments)))
    if _libc.prctl(ctypes.c_int(option), *filled) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def adopt_orphans() -> bool:
    """Make this process the parent of every descendant whose own parent ends; False where the system cannot."""
    if not linux():
        return False
    prctl(PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1))
    return True


def give_up_privileges() -> None:
    """No capability, not even root's, and none through a program that is started; no-op on other systems."""
    if not linux():
        return
    prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1))
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    if _libc.capset(header, none) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
