"""What was expected and what was found, in words for people."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

FOUND_LIMIT = 60


def nearest(word: object, known: Iterable[str]) -> str:
    """The hint to append to a message; empty where nothing is near.

    >>> nearest("expandig", ["expanding", "sliding"])
    "; did you mean 'expanding'?"
    >>> nearest("blue", ["expanding", "sliding"])
    ''
    """
    close = get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def found(value: Any) -> str:
    """A value of the file, bounded.

    >>> found("x" * 100)[-5:], found({"a": 1}), found(None)
    ("xxx…'", 'a mapping', 'nothing')
    """
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return repr(value if len(value) <= FOUND_LIMIT else value[: FOUND_LIMIT - 1] + "…")
    if isinstance(value, bool):
        return f"{str(value).lower()} (text needs quotes)"
    return str(value)[:FOUND_LIMIT]
