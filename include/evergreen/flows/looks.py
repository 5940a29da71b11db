"""Where the reports of monitoring lie, and how they are read back.

``<model>/reports/monitoring/<as of>/`` holds ``drift.json``, ``performance.json``, ``page.html``, and ``monitor.json``.
``last.json`` is a copy of the newest one, written last, and never over a newer one: what comes after it is due.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TypeVar

from evergreen.core.errors import AlreadyExists, NotFound, OutageError, PreconditionFailed
from evergreen.records.drift import DriftReport
from evergreen.records.monitor import MonitorReport
from evergreen.records.performance import PerformanceReport
from evergreen.stores.ports import ObjectStore

TRIES = 20
FORMAT = "%Y-%m-%dT%H%MZ"
DRIFT, PERFORMANCE = "drift.json", "performance.json"
Part = TypeVar("Part", DriftReport, PerformanceReport)


def root_of(model: str) -> str:
    """The folder of all looks at a model."""
    return f"{model}/reports/monitoring/"


def folder_of(model: str, as_of: datetime) -> str:
    """The folder of one look.

    >>> folder_of("late", datetime(2013, 6, 1, tzinfo=UTC))
    'late/reports/monitoring/2013-06-01T0000Z/'
    """
    return f"{root_of(model)}{as_of.astimezone(UTC):{FORMAT}}/"


def newest_key(model: str) -> str:
    """The key of the copy of the newest report."""
    return f"{root_of(model)}last.json"


def read_newest(store: ObjectStore, model: str) -> MonitorReport:
    """The newest report; raises ``NotFound`` while there is none."""
    return MonitorReport.from_json(store.get(newest_key(model)))


def note_newest(store: ObjectStore, report: MonitorReport) -> None:
    """Note a report as the newest one, unless a newer one is noted: of two runs at once the slower may hold an older one.

    Raises
    ------
    OutageError
        When others were faster each time.
    """
    key, data = newest_key(report.model), report.to_json()
    for _ in range(TRIES):
        with suppress(AlreadyExists, PreconditionFailed):
            try:
                etag = store.head(key).etag
            except NotFound:
                store.create(key, data)
                return
            if read_newest(store, report.model).as_of <= report.as_of:
                store.replace(key, data, etag=etag)
            return
    raise OutageError(f"{report.model}: others wrote {key} {TRIES} times while this process tried to.")


def read_look(store: ObjectStore, model: str, as_of: datetime) -> MonitorReport | None:
    """The report as of a time, or None."""
    try:
        return MonitorReport.from_json(store.get(folder_of(model, as_of) + "monitor.json"))
    except NotFound:
        return None


def read_drift(store: ObjectStore, key: str) -> DriftReport:
    """A drift report; raises ``NotFound``."""
    return DriftReport.from_json(store.get(key))


def read_performance(store: ObjectStore, key: str) -> PerformanceReport:
    """A performance report; raises ``NotFound``."""
    return PerformanceReport.from_json(store.get(key))


def read_part(store: ObjectStore, key: str, kind: type[Part], version: int) -> Part | None:
    """A part of a look, whether or not it is decided yet; None without one on ``version``: another champion's is none."""
    try:
        found = kind.from_json(store.get(key))
    except NotFound:
        return None
    return found if found.version == version else None


def earlier_parts(
    store: ObjectStore, model: str, moments: Sequence[datetime], name: str, kind: type[Part], version: int
) -> tuple[Part, ...]:
    """The parts on ``version`` as of these times, in their order; those that are missing are left out."""
    found = (read_part(store, folder_of(model, moment) + name, kind, version) for moment in moments)
    return tuple(part for part in found if part is not None)


def earlier_looks(
    store: ObjectStore, model: str, moments: Sequence[datetime], version: int
) -> tuple[MonitorReport, ...]:
    """The reports on ``version`` as of these times, in their order; those that are missing are left out."""
    found = (read_look(store, model, moment) for moment in moments)
    return tuple(report for report in found if report is not None and report.version == version)
