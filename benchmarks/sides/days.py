"""Days of a process whose rows are counted at once: what ``drift_quality.py`` draws its references and windows from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evergreen.monitoring.compared import PARTS, Sampled
from evergreen.monitoring.drift import drift
from evergreen.records.drift import DriftReport
from evergreen.records.interval import Interval
from evergreen.records.profile import ColumnBins, Counts, Layout, Profile
from evergreen.records.reference import Reference, Sample
from evergreen.spec.model import ModelSpec
from evergreen.stats.edges import edges_of
from evergreen.stats.grouping import grouping

DAYS, REFERENCE_DAYS, REFERENCE_ROWS = 14, 60, 60_000
NORMAL = edges_of(np.random.default_rng(1).normal(size=200_000))[::4]
"""Two hundred and fifty bins: reports look at twenty groups of them."""
POINTS = np.array(NORMAL)
START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = Interval(start=START, end=START + timedelta(days=DAYS))


@dataclass(frozen=True)
class Column:
    """One column and how its days differ.

    Attributes
    ----------
    shares
        Of the categories; none for a numeric column, which is normal.
    effect, weather
        Standard deviation of a day's own shift (of the mean; of the logit of every second category), and how much of it
        is the shift that all columns share.
    skewed
        Days are mostly a little low and seldom very high.
    nulls
        Share of nulls, which differ by day as well.
    """

    name: str
    shares: tuple[float, ...] = ()
    effect: float = 0.0
    weather: float = 0.5
    skewed: bool = False
    nulls: float = 0.0

    @property
    def bins(self) -> ColumnBins:
        """Bins of the column."""
        if self.shares:
            return ColumnBins(
                name=self.name, kind="categorical", categories=tuple(f"c{i}" for i in range(len(self.shares)))
            )
        return ColumnBins(name=self.name, kind="numeric", edges=NORMAL)


@dataclass(frozen=True)
class Change:
    """What has become of a column: a shift, a factor, a share of nulls, of a new category, or of flipped labels."""

    shift: float = 0.0
    scale: float = 1.0
    nulls: float = 0.0
    new: float = 0.0
    flip: float = 0.0


SAME = Change()


def tail(count: int) -> tuple[float, ...]:
    """Shares of categories that fall as 1 / rank."""
    weights = 1 / np.arange(1, count + 1)
    return tuple((weights / weights.sum()).tolist())


def features(effect: float) -> tuple[Column, ...]:
    """Twelve features, score and label; ``effect`` is how much days differ."""
    numeric = [
        Column(f"x{i}", effect=effect * (0.25 + 0.25 * (i % 4)), skewed=i == 7, nulls=0.05 * (i % 2)) for i in range(8)
    ]
    wide = [Column(f"k{i}", tail(size), effect=effect, nulls=0.02 * (i % 2)) for i, size in enumerate((2, 4, 12, 60))]
    return (*numeric, *wide, Column("prediction", effect=effect), Column("label", (0.8, 0.2), effect=effect))


def day(column: Column, random: np.random.Generator, rows: int, weather: float, change: Change = SAME) -> Counts:
    """Counts of a day's rows."""
    own = random.exponential() - 1 if column.skewed else random.normal()
    shift = column.effect * (column.weather**0.5 * weather + (1 - column.weather) ** 0.5 * own)
    nulls = column.nulls and 1 / (1 + np.exp(-np.log(column.nulls / (1 - column.nulls)) - shift))
    missing = int(random.binomial(rows, min(nulls + change.nulls, 1.0)))
    if column.shares:
        bins, new = _categories(column, random, rows - missing, shift, change)
        return Counts(bins=bins, nulls=missing, new={"new": new} if new else {})
    points = special.ndtr((POINTS - shift - change.shift) / change.scale)
    shares = np.diff(np.concatenate([[0.0], points, [1.0]]))
    return Counts(bins=random.multinomial(rows - missing, shares).astype(np.int64), nulls=missing)


def _categories(
    column: Column, random: np.random.Generator, rows: int, shift: float, change: Change
) -> tuple[NDArray[np.int64], int]:
    weights = np.array(column.shares)
    weights[::2] *= np.exp(shift)
    shares = weights / weights.sum()
    shares = (1 - change.flip) * shares + change.flip * shares[::-1]
    shares = np.append(shares * (1 - change.new), change.new)
    found = random.multinomial(rows, shares)
    return found[:-1].astype(np.int64), int(found[-1])


@dataclass(frozen=True)
class World:
    """A process that days come from."""

    columns: tuple[Column, ...]
    unit: str
    random: np.random.Generator = field(repr=False)

    def days(
        self, count: int, rows: int, change: Callable[[int, Column], Change] | None = None
    ) -> list[dict[str, Counts]]:
        """So many days of so many rows, with a change by number of the day and column."""
        found = []
        for number in range(count):
            weather = float(self.random.normal())
            changes = {c.name: change(number, c) if change else SAME for c in self.columns}
            found.append({c.name: day(c, self.random, rows, weather, changes[c.name]) for c in self.columns})
        return found

    def reference(self, version: int) -> Reference:
        """Sixty days of the process, or as many independent rows."""
        by_day = self.days(REFERENCE_DAYS, REFERENCE_ROWS // REFERENCE_DAYS)

        def sample(*columns: Column) -> Sample:
            layout = Layout(model="bench", columns=tuple(c.bins for c in columns))
            counts = {c.name: summed(d[c.name] for d in by_day) for c in columns}
            blocks = None
            if self.unit == "day":
                groups = {c.name: grouping(c.bins, counts[c.name]) for c in columns}
                blocks = np.array([np.concatenate([groups[c.name].rows(d[c.name]) for c in columns]) for d in by_day])
            units = REFERENCE_ROWS if blocks is None else REFERENCE_DAYS
            profile = Profile(layout=layout.digest, rows=REFERENCE_ROWS, counts=counts)
            return Sample(layout=layout, profile=profile, units=units, blocks=blocks)

        return Reference(
            model="bench",
            version=version,
            package="",
            gated="",
            interval=WINDOW,
            test=WINDOW,
            unit=self.unit,
            features=sample(*self.columns[:-2]),
            prediction=sample(self.columns[-2]),
            label=sample(self.columns[-1]),
        )

    def report(self, reference: Reference, days: list[dict[str, Counts]]) -> DriftReport:
        """On the window of these days."""
        counts = {c.name: summed(d[c.name] for d in days) for c in self.columns}
        rows = counts["prediction"].values + counts["prediction"].nulls
        label = {"label": counts.pop("label")}
        return drift(
            spec_of(self.unit),
            reference,
            Profile(layout=reference.layout.digest, rows=rows, counts=counts),
            window=WINDOW,
            units=dict.fromkeys(PARTS, Sampled(len(days), "day")) if self.unit == "day" else {},
            version=1,
            weights={},
            label=Profile(layout=reference.label.layout.digest, rows=rows, counts=label),
        )


def summed(counts: Iterator[Counts]) -> Counts:
    """The counts of all days."""
    first = next(counts)
    return sum(counts, start=first)


def spec_of(unit: str) -> ModelSpec:
    """A spec with the defaults of monitoring."""
    return SPECS.setdefault(unit, ModelSpec.model_validate({
        "version": 1, "name": "bench", "owner": {"name": "B", "email": "b@example.com"}, "purpose": "To be watched.",
        "task": "binary", "source": {"kind": "objects"},
        "columns": {"event_time": "at", "keys": ["id"], "label": {"column": "y", "positive": 1},
                    "features": {"numeric": ["x0"]}},
        "training": {"window": {"kind": "sliding", "length": "60d"}, "split": {"sampling_unit": unit}},
        "gates": [{"rule": "minimum", "metric": "roc_auc", "at_least": 0.5}],
    }))  # fmt: skip


SPECS: dict[str, ModelSpec] = {}
