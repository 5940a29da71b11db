"""Silence while clients work whose log lines and errors hold URLs, and with them secrets."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

UNHEARD = -1
"""A level below that of every handler."""
STATUS = re.compile(r"\berror=(\d{3})\b")  # as Apprise words what a service answered


@contextmanager
def hushed() -> Iterator[list[str]]:
    """Nothing that any logger is given in the body is kept or shown; HTTP status codes alone are handed out.

    Masking what is known to be secret comes on top, and would not do alone: each client quotes, cuts and joins the parts
    of a URL in its own way. Log records are made empty, whoever asks for one: to name the loggers of every service's
    client is to forget one.

    >>> with hushed() as codes:
    ...     logging.getLogger("apprise").error("Sending to https://host/secret failed: error=%d.", 500)
    >>> codes
    ['500']
    """
    make, codes = logging.getLogRecordFactory(), list[str]()

    def empty(name: str, _level: int, path: str, line: int, msg: object, args: Any, *_: Any, **__: Any) -> Any:
        record = make(name, UNHEARD, path, line, msg, args, None)
        codes.extend(STATUS.findall(_said(record)))
        record.msg, record.args = "", ()
        return record

    logging.setLogRecordFactory(empty)
    try:
        yield codes
    finally:
        logging.setLogRecordFactory(make)


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 (a client's own mistake in its words, which logging forgives, too)
        return ""
