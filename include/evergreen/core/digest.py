"""Digests: SHA-256, in hexadecimal, over bytes or over canonical JSON.

>>> canonical({"b": 1, "a": [True, None]})
b'{"a":[true,null],"b":1}'
>>> digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1})
True
"""

import hashlib
import json
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no white space, UTF-8.

    Raises
    ------
    ValueError
        For NaN and infinities, which JSON does not have.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data``, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """The SHA-256 of ``value`` as canonical JSON."""
    return sha256(canonical(value))


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file, read in pieces."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            total.update(piece)
    return total.hexdigest()
