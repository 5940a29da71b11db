"""Identity of the code that made a record."""

from functools import cache
from pathlib import Path

from evergreen.core.digest import digest_of, digest_of_file

PACKAGE = Path(__file__).parents[1]


@cache
def code_of(*rooms: str) -> str:
    """Digest of the sources of these rooms (``data``, ``stats``, …), by relative path."""
    files = sorted(p for room in rooms for p in (PACKAGE / room).rglob("*.py"))
    return digest_of({str(p.relative_to(PACKAGE)): digest_of_file(p) for p in files})
