"""The light check: what went wrong with served traffic in the last minutes, from the newest files of the log alone.

It is asked every few minutes, so it reads little: the footers of files that were written since `SINCE`, their categories, and
the names of the files of eight hours. It knows no windows, no sampling units and no false discovery rate; drift is for the
reports. What it calls a burst lies beyond what the reference itself did on a bad day, plus a margin, by more than chance.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

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
"""The rate of a smaller block says little."""


def light_check(spec: ModelSpec, reference: Reference, log: PredictionLog, now: datetime) -> tuple[Finding, ...]:
    """Bursts of nulls and of unknown categories in features, and an hour without predictions where there always are some.

    Margins are those at which a report calls a change large: ``monitoring.drift.effects``. A rate must be above reference
    and margin together by an exact binomial test, so that a few rows alarm only when nearly all of them are wrong.

    Source: Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial",
    *Biometrika* 26, 404-413.
    """
    files = _newest(log, now)
    rates = _rates(reference)
    columns = [c for c in reference.features.layout.columns if c.name in spec.columns.features.names]
    tests = len(columns) + sum(c.kind == "categorical" for c in columns)
    effects, since = spec.monitoring.drift.effects, now - SINCE
    found: list[Finding] = []
    for column, (usual_nulls, usual_new) in zip(columns, (rates[c.name] for c in columns), strict=True):
        rows, nulls, new = _counted(log, files, column)
        found += _burst("null_burst", column.name, "null", nulls, rows, usual_nulls, effects.null_rate, tests, since)
        found += _burst("new_burst", column.name, "unknown", new, rows, usual_new, effects.new_share, tests, since)
    return (*found, *_silence(log, now))


def _newest(log: PredictionLog, now: datetime) -> list[LogFile]:
    partitions = log.partitions(Interval(start=now - AROUND, end=now + AROUND))
    return [f for p in partitions for f in p.of(variants=ANSWERING).files if f.modified >= now - SINCE]


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


def _counted(log: PredictionLog, files: Sequence[LogFile], column: ColumnBins) -> tuple[int, int, int]:
    """Rows of the files that have the column, nulls, and categories that the reference lacks."""
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
    return rows, nulls, new


def _nulls(parquet: pq.ParquetFile, name: str) -> int:
    """From the footer, where it counts them; else from the column."""
    groups = [parquet.metadata.row_group(g) for g in range(parquet.num_row_groups)]
    place = parquet.schema_arrow.get_field_index(name)
    noted = [g.column(place).statistics for g in groups]
    if all(s is not None and s.has_null_count for s in noted):
        return sum(s.null_count for s in noted)
    return int(parquet.read([name], use_threads=False)[name].null_count)


def _burst(
    rule: str, column: str, what: str, count: int, rows: int, usual: float, margin: float, tests: int, since: datetime
) -> Iterator[Finding]:
    borne = usual + margin
    if not rows or borne >= 1 or stats.binom.sf(count - 1, rows, borne) >= CHANCE / tests:
        return
    yield Finding(
        rule=rule,
        subject=column,
        then="alert",
        holds=True,
        fired=True,
        value=count / rows,
        threshold=borne,
        low=None,
        high=None,
        since=since,
        sentence=f"{column} is {what} in {count} of the last {rows} served rows ({count / rows:.1%}); "
        f"{usual:.1%} was seen on a bad day of the reference.",
    )


def _silence(log: PredictionLog, now: datetime) -> Iterator[Finding]:
    """The last whole hour has no prediction, and each of the seven days before had so many that chance does not explain it."""
    ended = (now - GRACE).replace(minute=0, second=0, microsecond=0)
    here, *before = (_rows(log, ended - n * DAY - HOUR) for n in range(DAYS_BEFORE + 1))
    if here or not all(before) or stats.poisson.pmf(0, min(before)) >= CHANCE:
        return
    yield Finding(
        rule="silence",
        subject="",
        then="alert",
        holds=True,
        fired=True,
        value=0.0,
        threshold=float(min(before)),
        low=None,
        high=None,
        since=ended - HOUR,
        sentence=f"No prediction is logged for {ended - HOUR:%Y-%m-%d %H:%M} to {ended:%H:%M} UTC; on each of the "
        f"{DAYS_BEFORE} days before there were at least {min(before)} at that hour.",
    )


def _rows(log: PredictionLog, start: datetime) -> int:
    """Predictions of an hour by the names of its files; those of a whole day count where a file spans the day."""
    hour = Interval(start=start, end=start + HOUR)
    return sum(p.of(variants=ANSWERING).rows for p in log.partitions(hour))
