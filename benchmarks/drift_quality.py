"""False alarms and misses of drift reports: windows without any change, and windows with changes that are known.

    python benchmarks/drift_quality.py [--trials 300] [--seed 0] [--json]

**False alarms.** Whole reports (eight numeric and four categorical features, score and label, nulls in half of them) on
windows of 1,000 to 1,000,000 rows that come from the same process as the reference. Once rows are independent; once the
days of a window differ strongly, share the weather, and are drawn anew for each window, as are those of the reference. A
report with any drifting column is a false alarm; the upper end of the one-sided 95% Clopper-Pearson interval is shown.

**Misses.** A change begins, and a report on the last 14 days (10,000 rows) is made each day: how many days until its
column drifts. The first window is the one whose rows are all changed.

Counts of a day's rows in bins are drawn from their exact probabilities, so that a million rows cost what a thousand do.
Whether the statistics are those of other libraries is for ``drift_agreement.py`` to show.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from evergreen.monitoring.drift import drift
from evergreen.records.drift import DriftReport
from evergreen.records.interval import Interval
from evergreen.records.profile import ColumnBins, Counts, Layout, Profile
from evergreen.records.reference import Reference, Sample
from evergreen.spec.model import ModelSpec
from evergreen.stats.edges import edges_of
from evergreen.stats.grouping import grouping

Floats = NDArray[np.float64]
SIZES = (1_000, 10_000, 100_000, 1_000_000)
DAYS, REFERENCE_DAYS, REFERENCE_ROWS = 14, 60, 60_000
PER_REFERENCE = 10
"""Windows held against one reference, before the next is drawn."""
LONGEST = 60
"""Days after which a change counts as missed."""
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
            units=len(days) if self.unit == "day" else None,
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


def false_alarms(kind: str, rows: int, trials: int, seed: int) -> dict[str, Any]:
    """Reports on windows without change."""
    unit, effect = ("day", 0.4) if kind == "days differ" else ("none", 0.0)
    world = World(features(effect), unit, np.random.default_rng([seed, rows, len(kind)]))
    alarms, reference = 0, world.reference(0)
    columns: dict[str, int] = {}
    for trial in range(trials):
        if trial and trial % PER_REFERENCE == 0:
            reference = world.reference(trial)
        report = world.report(reference, world.days(DAYS, -(-rows // DAYS)))
        drifting = [c.name for c in report.columns if c.drifts]
        alarms += bool(drifting)
        columns |= {name: columns.get(name, 0) + 1 for name in drifting}
    upper = float(stats.beta.ppf(0.95, alarms + 1, trials - alarms)) if alarms < trials else 1.0
    return {"kind": kind, "rows": rows, "reports": trials, "alarms": alarms, "upper": upper, "columns": columns}


def gradual(number: int) -> Change:
    """The mean rises for thirty days, by half a standard deviation in all."""
    return Change(shift=min(number / 30, 1.0) * 0.5)


def seasonal(number: int) -> Change:
    """The mean follows a year of 90 days, 0.5 standard deviations up and down."""
    return Change(shift=0.5 * np.sin(2 * np.pi * number / 90))


CHANGES: Mapping[str, tuple[str, Callable[[int], Change]]] = {
    "mean, 0.2 sd": ("x1", lambda _: Change(shift=0.2)),
    "mean, 0.5 sd": ("x1", lambda _: Change(shift=0.5)),
    "spread, 1.5 times": ("x1", lambda _: Change(scale=1.5)),
    "new category, 5% of rows": ("k2", lambda _: Change(new=0.05)),
    "nulls, 10% more": ("x1", lambda _: Change(nulls=0.1)),
    "labels flipped in 30%": ("label", lambda _: Change(flip=0.3)),
    "gradual, 0.5 sd in 30 days": ("x1", gradual),
    "seasonal, 0.5 sd": ("x1", seasonal),
}


def delays(kind: str, change: str, trials: int, seed: int) -> dict[str, Any]:
    """Days until the changed column drifts, and the share of trials in which the first changed window shows it."""
    unit, effect = ("day", 0.4) if kind == "days differ" else ("none", 0.0)
    random = np.random.default_rng([seed, len(change), len(kind)])
    name, of_day = CHANGES[change]
    world = World(tuple(c for c in features(effect) if c.name in (name, "prediction", "label")), unit, random)
    if name == "label":
        world = World(features(effect)[-3:], unit, random)
    found, first, reference = [], 0, world.reference(0)
    for trial in range(trials):
        if trial and trial % PER_REFERENCE == 0:
            reference = world.reference(trial)
        changed = world.days(LONGEST, 10_000 // DAYS + 1, lambda n, c: of_day(n) if c.name == name else SAME)
        before = world.days(DAYS, 10_000 // DAYS + 1)
        seen = (
            number
            for number in range(1, LONGEST + 1)
            if _drifts(world, reference, (before + changed)[number : number + DAYS], name)
        )
        found.append(next(seen, LONGEST + 1))
        first += _drifts(world, reference, changed[:DAYS], name)
    return {
        "kind": kind,
        "change": change,
        "trials": trials,
        "first_window": first / trials,
        "median": float(np.median(found)),
        "p95": float(np.quantile(found, 0.95)),
    }


def _drifts(world: World, reference: Reference, days: list[dict[str, Counts]], name: str) -> bool:
    column = world.report(reference, days).column(name)
    return column is not None and column.drifts


def main() -> int:
    """Print tables, or JSON; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description="False alarms and misses of drift reports.")
    parser.add_argument(
        "--trials", type=int, default=300, help="reports of each kind and size; a tenth for each change"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args()
    began = time.process_time()
    kinds = ("independent rows", "days differ")
    quiet = [false_alarms(kind, rows, asked.trials, asked.seed) for kind in kinds for rows in SIZES]
    loud = [delays(kind, change, max(asked.trials // 10, 5), asked.seed) for kind in kinds for change in CHANGES]
    spent = time.process_time() - began
    missed = [row for row in quiet if row["upper"] > 0.05]
    missed += [
        row
        for row in loud
        if row["change"] == "mean, 0.2 sd" and row["kind"] == kinds[0] and row["first_window"] < 0.95
    ]
    if asked.json:
        print(json.dumps({"false_alarms": quiet, "delays": loud, "cpu_s": spent, "missed": len(missed)}))
        return int(bool(missed))
    print(f"{'no change':<18}{'rows':>10}{'reports':>9}{'alarms':>8}{'at most (95%)':>15}")
    for row in quiet:
        print(f"{row['kind']:<18}{row['rows']:>10,}{row['reports']:>9}{row['alarms']:>8}{row['upper']:>15.1%}")
    print(f"\n{'change':<28}{'':<18}{'first window':>14}{'days, median':>14}{'95%':>6}")
    for row in loud:
        days = "".join(
            "never".rjust(w) if row[k] > LONGEST else f"{row[k]:{w}.0f}" for k, w in (("median", 14), ("p95", 6))
        )
        print(f"{row['change']:<28}{row['kind']:<18}{row['first_window']:>14.0%}{days}")
    print(f"\n{spent:.0f} CPU s; {len(missed)} targets missed")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
