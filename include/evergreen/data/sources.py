"""Which raw data a window is made of, and how each piece is read."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from evergreen.core.errors import DataError
from evergreen.records.interval import Interval
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectInfo, ObjectStore

Connect = Callable[[str], str]
"""Turns an Airflow connection id into a database URL for SQLAlchemy."""

_STAMP = re.compile(r"start=(?P<start>[^/]+)/end=(?P<end>[^/]+)/[^/]+")


@dataclass(frozen=True, kw_only=True)
class RawObject:
    """An object as the store lists it, with the interval that its key names."""

    info: ObjectInfo
    interval: Interval


def raw_objects(spec: ModelSpec, prefix: str, window: Interval, store: ObjectStore) -> tuple[RawObject, ...]:
    """The raw objects of a window, in order of their intervals.

    An object counts when its interval is complete at the window's end and overlaps the window. Objects whose name
    begins with ``_`` or ``.`` (markers of other tools) are passed over.

    Raises
    ------
    DataError
        No such object, a key without an interval, intervals that overlap, or an interval without an object between the
        window's start and its last object. A sliding window may begin before the first object ever landed.
    """
    root, landed = f"{spec.name}/{prefix}", landed_objects(spec, prefix, store)
    wanted = [raw for raw in landed if raw.interval.end <= window.end and raw.interval.end > window.start]
    if not wanted:
        raise DataError(
            f"{spec.name}: {len(landed)} raw objects are below {root} in {store}, and none of them is complete and in the "
            f"window {_words(window)}. Land the data, or choose another as_of or window."
        )
    begun = spec.training.window.kind == "expanding" or landed[0].interval.start <= window.start
    _refuse_holes(spec.name, root, window, wanted, begun=begun)
    return tuple(wanted)


def landed_objects(spec: ModelSpec, prefix: str, store: ObjectStore) -> list[RawObject]:
    """Every raw object, in order of their intervals; raises ``DataError`` for a key without an interval."""
    root = f"{spec.name}/{prefix}"
    landed = [_raw_object(spec.name, root, info) for info in store.list(root) if not is_marker(info.key)]
    return sorted(landed, key=lambda raw: (raw.interval.start, raw.interval.end, raw.info.key))


def months(window: Interval) -> Iterable[Interval]:
    """The window cut at the months of UTC: the pieces in which the rows of a query are kept.

    >>> [piece.start.day for piece in months(Interval(start=datetime(2013, 1, 9, tzinfo=UTC), end=datetime(2013, 2, 2, tzinfo=UTC)))]
    [9, 1]
    """
    start = window.start
    while start < window.end:
        utc = start.astimezone(UTC)
        following = datetime(utc.year + utc.month // 12, utc.month % 12 + 1, 1, tzinfo=UTC)
        yield Interval(start=start, end=min(following, window.end))
        start = following


def is_marker(key: str) -> bool:
    """Whether an object is a marker of another tool, by its name."""
    name = key.rsplit("/", 1)[-1]
    return not name or name[0] in "_."


def _raw_object(model: str, root: str, info: ObjectInfo) -> RawObject:
    match = _STAMP.fullmatch(info.key.removeprefix(root))
    start, end = (_moment(match["start"]), _moment(match["end"])) if match else (None, None)
    if start is None or end is None or start >= end:
        raise DataError(
            f"{model}: the key {info.key} names no interval; raw objects are landed as "
            f"{root}start=2013-01-01/end=2013-02-01/<file>, in UTC. Move or remove this object."
        )
    return RawObject(info=info, interval=Interval(start=start, end=end))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(unquote(text))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _refuse_holes(model: str, root: str, window: Interval, objects: Sequence[RawObject], *, begun: bool) -> None:
    """Refuse overlaps and holes. ``begun``: the data reaches back to the window's start, or should."""
    covered = window.start if begun else objects[0].interval.start
    for begin, end in sorted({(raw.interval.start, raw.interval.end) for raw in objects}):
        start = max(begin, window.start)
        if start < covered:
            raise DataError(
                f"{model}: raw intervals below {root} overlap from {start.isoformat()} to "
                f"{min(covered, end).isoformat()}. Land each event once, and remove the interval that is too many."
            )
        if start > covered:
            raise DataError(
                f"{model}: no raw object below {root} covers {_words(Interval(start=covered, end=start))}, inside the "
                f"window {_words(window)}. Land it, or choose a window without the hole."
            )
        covered = end


def _words(interval: Interval) -> str:
    return f"{interval.start.isoformat()} to {interval.end.isoformat()}"
