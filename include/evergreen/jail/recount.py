"""What user code did, in words: bounded, on one line, and naming the user's own file."""

import traceback
from pathlib import Path

REASON_LIMIT = 300


def describe(error: BaseException) -> str:
    r"""Class and message of an error that user code raised.

    >>> describe(ValueError("too   many\nspaces"))
    'ValueError: too many spaces'
    """
    return f"{type(error).__name__}: {plain(str(error), REASON_LIMIT)}".rstrip(": ")


def plain(text: str, limit: int) -> str:
    """On one line, without characters that steer a terminal, and cut to ``limit`` characters."""
    words = " ".join(text[: 4 * limit].split())
    return "".join(letter for letter in words if letter.isprintable())[:limit]


def place(error: BaseException, code: Path, shown: Path, module: str) -> str:
    """``file:line``, the last line of the user's own files that the error passed through.

    Parameters
    ----------
    code, shown
        Where the files lie that were run, and the folder that they are a copy of: the latter is named.
    module
        The file to name when the error passed through none.
    """
    frames: list[tuple[str, int | None]] = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    own = [(Path(name), line) for name, line in frames if Path(name).is_relative_to(code)]
    if not own:
        return str(shown / f"{module}.py")
    name, line = own[-1]
    return f"{shown / name.relative_to(code)}:{line}"
