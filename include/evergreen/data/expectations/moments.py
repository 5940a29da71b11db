"""Times in expectations.yaml that derive from the snapshot.

>>> from datetime import UTC, datetime
>>> known = {"as_of": datetime(2013, 3, 1, tzinfo=UTC)}
>>> resolve("{as_of-40d}", known).isoformat()
'2013-01-20T00:00:00+00:00'
>>> resolve("EWR", known)
'EWR'
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evergreen.records.snapshot import Snapshot
from evergreen.spec.duration import parse_duration
from evergreen.spec.words import nearest

NAMES = ("as_of", "window_start", "window_end")
_PLACEHOLDER = re.compile(r"^\{\s*([a-z_]+)\s*(?:([+-])\s*(\w+)\s*)?\}$")


def moments_of(snapshot: Snapshot) -> dict[str, datetime]:
    """What the placeholders of a suite stand for."""
    return {"as_of": snapshot.as_of, "window_start": snapshot.window.start, "window_end": snapshot.window.end}


def resolve(value: Any, moments: Mapping[str, datetime]) -> Any:
    """The time that ``{as_of}``, ``{window_start+1d}``, … stands for; any other value as it is.

    Raises
    ------
    ValueError
        For a placeholder of an unknown name or with a broken duration.
    """
    match = _PLACEHOLDER.match(value) if isinstance(value, str) else None
    if match is None:
        return value
    name, sign, length = match.groups()
    if name not in moments:
        raise ValueError(f"{value!r} is no known time, use one of {', '.join(NAMES)}{nearest(name, NAMES)}")
    if sign is None:
        return moments[name]
    return moments[name] + parse_duration(length) * (1 if sign == "+" else -1)
