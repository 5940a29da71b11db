"""Partitions of the prediction log: which files hold the predictions of an hour or a day, by their keys alone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from evergreen.core.digest import digest_of
from evergreen.core.errors import DataError
from evergreen.records.interval import Interval
from evergreen.records.prediction import Variant
from evergreen.stores.ports import ObjectInfo

Per = Literal["hour", "day"]
LENGTHS: dict[Per, timedelta] = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
KEY = re.compile(
    r"/date=(?P<date>\d{4}-\d\d-\d\d)/(?:hour=(?P<hour>\d\d)/)?"
    r"v(?P<version>\d+)-(?P<variant>champion|challenger|shadow)-(?P<rows>\d+)-[0-9a-f]{64}\.parquet$"
)


@dataclass(frozen=True, kw_only=True)
class LogFile:
    """Predictions of one version in one part, of one hour or one day, as the key says."""

    key: str
    etag: str
    size: int
    modified: datetime
    events: Interval
    version: int
    variant: Variant
    rows: int


@dataclass(frozen=True, kw_only=True)
class Partition:
    """The files of one hour, or of a day of which at least one file holds more than an hour.

    Attributes
    ----------
    files
        In the order in which they were written.
    """

    interval: Interval
    files: tuple[LogFile, ...]

    @property
    def digest(self) -> str:
        """Of the files' keys and ETags: another one after a file has come or gone."""
        return digest_of(sorted([file.key, file.etag] for file in self.files))

    @property
    def rows(self) -> int:
        """Rows as they were logged; a prediction that came in several files counts as often."""
        return sum(file.rows for file in self.files)

    def of(self, *, version: int | None = None, variants: Iterable[Variant] | None = None) -> "Partition":
        """The same partition with the files of this version and of these variants only."""
        wanted = None if variants is None else set(variants)
        kept = (f for f in self.files if version in (None, f.version) and (wanted is None or f.variant in wanted))
        return replace(self, files=tuple(kept))


def folder_of(start: datetime, per: Per) -> str:
    """The folder of an hour or a day, below ``<model>/predictions/``.

    >>> folder_of(datetime(2013, 3, 1, 5, tzinfo=UTC), "hour")
    'date=2013-03-01/hour=05/'
    """
    return f"date={start.date().isoformat()}/" + (f"hour={start:%H}/" if per == "hour" else "")


def log_file(info: ObjectInfo) -> LogFile:
    """What the key of a file says.

    Raises
    ------
    DataError
        For a file that the log did not write: its rows would be overlooked.
    """
    found = KEY.search(info.key)
    if found is None:
        raise DataError(
            f"{info.key} is no file of the prediction log. Log predictions through it, and remove this one."
        )
    start = datetime.strptime(f"{found['date']} {found['hour'] or '00'}", "%Y-%m-%d %H").replace(tzinfo=UTC)
    return LogFile(
        key=info.key,
        etag=info.etag,
        size=info.size,
        modified=info.modified,
        events=Interval(start=start, end=start + LENGTHS["hour" if found["hour"] else "day"]),
        version=int(found["version"]),
        variant=cast("Variant", found["variant"]),
        rows=int(found["rows"]),
    )


def partitioned(files: Iterable[LogFile]) -> tuple[Partition, ...]:
    """The files by hour, and by day where a file of the day spans more than an hour; in order of time."""
    by_day: dict[datetime, list[LogFile]] = {}
    for file in files:
        by_day.setdefault(file.events.start.replace(hour=0), []).append(file)
    found: list[Partition] = []
    for day, held in sorted(by_day.items()):
        hourly = all(file.events.end - file.events.start == LENGTHS["hour"] for file in held)
        starts = {file.events.start for file in held} if hourly else {day}
        length = LENGTHS["hour" if hourly else "day"]
        for start in sorted(starts):
            interval = Interval(start=start, end=start + length)
            mine = sorted((f for f in held if f.events.start in interval), key=lambda f: (f.modified, f.key))
            found.append(Partition(interval=interval, files=tuple(mine)))
    return tuple(found)
