"""A filter of system calls: no socket of any kind, no look into another process.

Landlock (version 7) knows TCP, but neither UDP nor the named Unix sockets through which a container engine or a
database listens. https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import platform
import struct

from evergreen.jail.kernel import linux, prctl

PR_GET_SECCOMP, PR_SET_SECCOMP = 21, 22
MODE_FILTER = 2
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # of 32 bits, absolute or constant
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
OTHER_NUMBERS = 0x40000000  # the x32 calls of x86-64: the same calls under other numbers

FORBIDDEN = {
    # socket, ptrace, process_vm_readv, process_vm_writev, io_uring_setup
    "x86_64": (0xC000003E, (41, 101, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 117, 270, 271, 425)),
}


def offered() -> bool:
    """Whether this kernel filters, and the numbers of its calls are known here."""
    if not linux() or platform.machine() not in FORBIDDEN:
        return False
    try:
        prctl(PR_GET_SECCOMP)
    except OSError:
        return False
    return True


def forbid() -> None:
    """From now on these calls answer "not permitted"; the process must have given up new privileges before."""
    code = program(*FORBIDDEN[platform.machine()])
    buffer = ctypes.create_string_buffer(code, len(code))
    filled = struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer))
    prctl(PR_SET_SECCOMP, ctypes.c_ulong(MODE_FILTER), ctypes.create_string_buffer(filled, len(filled)))


def program(architecture: int, numbers: tuple[int, ...]) -> bytes:
    """The filter: refuse calls of another architecture, those under other numbers, and ``numbers``; allow the rest."""
    count = len(numbers)
    steps = [
        (LOAD, 0, 0, ARCHITECTURE),
        (JUMP_IF_EQUAL, 0, count + 3, architecture),
        (LOAD, 0, 0, NUMBER),
        (JUMP_IF_AT_LEAST, count + 1, 0, OTHER_NUMBERS),
        *((JUMP_IF_EQUAL, count - place, 0, number) for place, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
