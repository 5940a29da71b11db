"""Durations as people write them: a whole number and a unit.

>>> parse_duration("28d").days, parse_duration("90m").seconds
(28, 5400)
>>> format_duration(parse_duration("36h"))
'36h'
"""

import re
from datetime import timedelta

SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
PATTERN = re.compile(r"^(\d{1,6})([wdhms])$")


def parse_duration(text: str) -> timedelta:
    """Read ``28d``, ``6h``, ``90m``, ``30s`` or ``2w``; raises ``ValueError`` for anything else."""
    match = PATTERN.match(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no duration: write a whole number and one of w, d, h, m, s, such as 28d")
    return timedelta(seconds=int(match[1]) * SECONDS[match[2]])


def format_duration(value: timedelta) -> str:
    """The shortest spelling, with days as the largest unit."""
    total = int(value.total_seconds())
    unit = next(u for u in "dhms" if total % SECONDS[u] == 0)
    return f"{total // SECONDS[unit]}{unit}"
