"""Identity of the code that made something."""

from functools import cache
from pathlib import Path

from evergreen.core.digest import digest_of, digest_of_file

PACKAGE = Path(__file__).parents[1]


@cache
def code_of(*rooms: str) -> str:
    """Digest of the sources of these rooms (``data``, ``stats``, …), by relative path."""
    return sources_of(PACKAGE, *rooms)


def sources_of(folder: Path, *rooms: str) -> str:
    """Digest of the Python files in these folders below ``folder``, or in all of it, by relative path.

    Other files, the order of the rooms and where the folder lies make no difference.
    """
    roots = [folder / room for room in rooms] or [folder]
    files = sorted(path for root in roots for path in root.rglob("*.py"))
    return digest_of({str(path.relative_to(folder)): digest_of_file(path) for path in files})
