"""The light check: what went wrong with served traffic in the last minutes, from the newest files of the log alone.

It is asked every few minutes, so it reads little: the footers of files that were written since `SINCE`, their categories, and
the names of the files of eight hours. It knows no windows, no sampling units and no false discovery rate; drift is for the
reports. What it calls a burst lies beyond what the reference itself did on a bad day, plus a margin, by more than chance.
Where nothing new comes, nothing is better: what was found stands until rows show that it is over.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy import stats

from evergreen.records.interval import Interval
from evergreen.records.monitor import Finding
from evergreen.records.prediction import ANSWERING, FEATURE
from evergreen.records.profile import ColumnBins
from evergreen.records.reference import Reference
from evergreen.spec.model import ModelSpec
from evergreen.stats.grouping import grouping
from evergreen.stores.partitions import LogFile
from evergreen.stores.predictions import PredictionLog

SINCE = timedelta(minutes=15)
"""Files written within it are looked at."""
AROUND = timedelta(days=1)
"""So far before and after now lie the event times of what is answered now."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GRACE = timedelta(minutes=15)
"""An hour that ended so long ago should be in the log."""
DAYS_BEFORE = 7
CHANCE = 1e-3
"""Chance of an alarm, over all columns of one check, at a rate that is just borne (Bonferroni)."""
BAD_DAY = 0.95
"""The quantile of the blocks of the reference that a burst must exceed."""
FEWEST_IN_BLOCK = 100
"""The rate of a smaller block says little; nor do fewer rows end a burst."""


class _Bound(NamedTuple):
    """What is counted in a column, the share of it on a bad day of the reference, and how much more is borne."""

    what: str
    usual: float
    margin: float

    @property
    def borne(self) -> float:
        return self.usual + self.margin


def light_check(
    spec: ModelSpec,
    reference: Reference,
    log: PredictionLog,
    now: datetime,
    standing: Mapping[str, datetime] = MappingProxyType({}),
) -> tuple[Finding, ...]:
    """Bursts of nulls and of unknown categories in features, and an hour without predictions where there always are some.

    Margins are those at which a report calls a change large: ``monitoring.drift.effects``. A rate must be above reference
    and margin together by an exact binomial test, so that a few rows alarm only when nearly all of them are wrong.

    Source: Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial",
    *Biometrika* 26, 404-413.

    Parameters
    ----------
    standing
        What was found before and is not known to be over, and since when. It is given again, without a value, until it is: a
        burst is over when the newest 100 rows have no more than is borne, a silence when a prediction comes.
    """
    since = now - SINCE
    files = _written(log, Interval(start=now - AROUND, end=now + AROUND), since)
    rates, effects = _rates(reference), spec.monitoring.drift.effects
    columns = [c for c in reference.features.layout.columns if c.name in spec.columns.features.names]
    level = CHANCE / (len(columns) + sum(c.kind == "categorical" for c in columns))
    found: list[Finding] = []
    for column in columns:
        usual_nulls, usual_new = rates[column.name]
        bounds = {
            "null_burst": _Bound("null", usual_nulls, effects.null_rate),
            "new_burst": _Bound("unknown", usual_new, effects.new_share),
        }
        rows, counts = _counted(log, files, column)
        for rule, bound in bounds.items():
            burst = list(_burst(rule, column.name, bound, counts[rule], rows, level, since))
            found += burst or _still(log, files, column, rule, bound, standing, now)
    return (*found, *_silence(log, now, standing.get("silence")))


def _written(log: PredictionLog, events: Interval, since: datetime) -> list[LogFile]:
    """The files of the partitions that overlap ``events`` that were written since then."""
    return [f for p in log.partitions(events) for f in p.of(variants=ANSWERING).files if f.modified >= since]


def _newest(log: PredictionLog, files: list[LogFile], since: datetime, now: datetime) -> list[LogFile]:
    """The ``files`` of the last minutes, and older ones since then where those have fewer rows than a rate needs."""
    if not files or sum(file.rows for file in files) >= FEWEST_IN_BLOCK:
        return files
    events, there = Interval(start=now - AROUND, end=now + AROUND), dict[str, LogFile]()
    while True:  # day by day: where much is served, today is enough
        there |= {file.key: file for file in _written(log, events, since)}
        if sum(file.rows for file in there.values()) >= FEWEST_IN_BLOCK or events.start <= since - AROUND:
            break
        events = Interval(start=events.start - DAY, end=events.start)
    newest = sorted(there.values(), key=lambda f: f.modified, reverse=True)
    before = accumulate((file.rows for file in newest), initial=0)
    return [file for file, rows in zip(newest, before, strict=False) if rows < FEWEST_IN_BLOCK]


def _rates(reference: Reference) -> dict[str, tuple[float, float]]:
    """The shares of nulls and of new categories on a bad day of the reference, by column."""
    found, at, blocks = {}, 0, reference.features.blocks
    for column in reference.features.layout.columns:
        counts = reference.features.profile.counts[column.name]
        width = len(grouping(column, counts).labels)
        rows = counts.values + counts.nulls
        own = np.array([[sum(counts.new.values()), counts.nulls, rows]])
        if blocks is not None:
            part = blocks[:, at : at + width]
            own = np.vstack([own, np.column_stack([part[:, -2], part[:, -1], part.sum(axis=1)])])
        large = own[own[:, 2] >= min(FEWEST_IN_BLOCK, max(rows, 1))]
        new, nulls = np.quantile(large[:, :2] / large[:, 2:], BAD_DAY, axis=0) if len(large) else (0.0, 0.0)
        found[column.name] = float(nulls), float(new)
        at += width
    return found


def _counted(log: PredictionLog, files: Sequence[LogFile], column: ColumnBins) -> tuple[int, dict[str, int]]:
    """Rows of the files that have the column; of them nulls, and categories that the reference lacks, by rule."""
    name = FEATURE + column.name
    rows = nulls = new = 0
    for file in files:
        with pq.ParquetFile(log.path(file)) as parquet:
            if name not in parquet.schema_arrow.names:
                continue
            rows += file.rows
            nulls += _nulls(parquet, name)
            if column.kind == "categorical" and not column.buckets:
                values = parquet.read([name], use_threads=False)[name].cast("string")
                known = pc.is_in(values, value_set=pa.array(column.categories, pa.string()))
                new += len(values) - values.null_count - int(pc.sum(known).as_py() or 0)
    return rows, {"null_burst": nulls, "new_burst": new}


def _nulls(parquet: pq.ParquetFile, name: str) -> int:
    """From the footer, where it counts them; else from the column."""
    groups = [parquet.metadata.row_group(g) for g in range(parquet.num_row_groups)]
    place = parquet.schema_arrow.get_field_index(name)
    noted = [g.column(place).statistics for g in groups]
    if all(s is not None and s.has_null_count for s in noted):
        return sum(s.null_count for s in noted)
    return int(parquet.read([name], use_threads=False)[name].null_count)


def _burst(
    rule: str, column: str, bound: _Bound, count: int, rows: int, level: float, since: datetime
) -> Iterator[Finding]:
    if not rows or bound.borne >= 1 or stats.binom.sf(count - 1, rows, bound.borne) >= level:
        return
    yield _finding(
        rule,
        column,
        since,
        f"{column} is {bound.what} in {count} of the last {rows} served rows ({count / rows:.1%}); "
        f"{bound.usual:.1%} was seen on a bad day of the reference.",
        value=count / rows,
        threshold=bound.borne,
    )


def _still(
    log: PredictionLog,
    files: list[LogFile],
    column: ColumnBins,
    rule: str,
    bound: _Bound,
    standing: Mapping[str, datetime],
    now: datetime,
) -> Iterator[Finding]:
    """The burst that was found before, unless enough rows that came since are as they may be."""
    since = standing.get(f"{rule}: {column.name}")
    if since is None:
        return
    rows, counts = _counted(log, _newest(log, files, since, now), column)
    if rows < FEWEST_IN_BLOCK or counts[rule] / rows > bound.borne:
        yield _finding(
            rule,
            column.name,
            since,
            f"{column.name} was {bound.what} too often; too few good rows came since to say that it is over.",
        )


def _silence(log: PredictionLog, now: datetime, since: datetime | None) -> Iterator[Finding]:
    """The last whole hour has no prediction, and each of the seven days before had so many that chance does not explain it."""
    ended = (now - GRACE).replace(minute=0, second=0, microsecond=0)
    begun = since or ended - HOUR
    if _written(log, Interval(start=max(begun, now - AROUND), end=now + AROUND), begun):
        return
    if since is not None:
        yield _finding("silence", "", since, f"No prediction has come since {since:%Y-%m-%d %H:%M} UTC.")
        return
    here, *before = (_rows(log, ended - n * DAY - HOUR) for n in range(DAYS_BEFORE + 1))
    if here or not all(before) or stats.poisson.pmf(0, min(before)) >= CHANCE:
        return
    yield _finding(
        "silence",
        "",
        begun,
        f"No prediction is logged for {begun:%Y-%m-%d %H:%M} to {ended:%H:%M} UTC; on each of the "
        f"{DAYS_BEFORE} days before there were at least {min(before)} at that hour.",
        value=0.0,
        threshold=float(min(before)),
    )


def _finding(
    rule: str, subject: str, since: datetime, sentence: str, value: float | None = None, threshold: float | None = None
) -> Finding:
    """Without a value: nobody can tell whether it is over, so it is no new finding, and no end of the old one."""
    return Finding(
        rule=rule,
        subject=subject,
        then="alert",
        holds=value is not None,
        fired=value is not None,
        value=value,
        threshold=threshold,
        low=None,
        high=None,
        since=since,
        sentence=sentence,
    )


def _rows(log: PredictionLog, start: datetime) -> int:
    """Predictions of an hour by the names of its files; those of a whole day count where a file spans the day."""
    hour = Interval(start=start, end=start + HOUR)
    return sum(p.of(variants=ANSWERING).rows for p in log.partitions(hour))
