"""False alarms and misses of drift reports: windows without any change, and windows with changes that are known.

    python benchmarks/drift_quality.py [--trials 300] [--flights 200] [--seed 0] [--json]

**False alarms.** Whole reports (eight numeric and four categorical features, score and label, nulls in half of them) on
windows of 1,000 to 1,000,000 rows that come from the same process as the reference. Once rows are independent; once the
days of a window differ strongly, share the weather, and are drawn anew for each window, as are those of the reference. A
report with any drifting column is a false alarm; the upper end of the one-sided 95% Clopper-Pearson interval is shown.
Real days are drawn, too: of the flights of 2013 a random half of the days is the reference, and 14 days of the other half
are the window. Target: at most 5%, by the upper end.

**Misses.** A change begins, and a report on the last 14 days (10,000 rows) is made each day: how many days until its
column drifts. The first window is the one whose rows are all changed. Target: a mean that moves by 0.2 standard deviations
is found in the first window in 95%, by the lower end of the interval, where rows are independent. Days that differ allow
less; that is printed beside it.

Counts of a day's rows in bins are drawn from their exact probabilities, so that a million rows cost what a thousand do.
Whether the statistics are those of other libraries is for ``drift_agreement.py`` to show.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from scipy import stats
from sides.days import DAYS, SAME, Change, World, features
from sides.flights import reports

from evergreen.records.drift import DriftReport
from evergreen.records.profile import Counts
from evergreen.records.reference import Reference

KINDS = ("independent rows", "days differ")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
PER_REFERENCE = 10
"""Windows held against one reference, before the next is drawn."""
DETECTED, TRIALS = "mean, 0.2 sd", 60
"""The change that has a target, and the fewest trials that can prove 95%."""
BORNE, FOUND = 0.05, 0.95
LONGEST = 60
"""Days after which a change counts as missed."""


def false_alarms(kind: str, rows: int, trials: int, seed: int) -> dict[str, Any]:
    """Reports on windows without change."""
    unit, effect = ("day", 0.4) if kind == "days differ" else ("none", 0.0)
    world = World(features(effect), unit, np.random.default_rng([seed, rows, len(kind)]))

    def made() -> Iterator[DriftReport]:
        for trial in range(trials):
            if trial % PER_REFERENCE == 0:
                reference = world.reference(trial)
            yield world.report(reference, world.days(DAYS, -(-rows // DAYS)))

    return {"kind": kind, "rows": rows, **counted(made())}


def counted(reports: Iterable[DriftReport]) -> dict[str, Any]:
    """How many of the reports are false alarms, at most how many that says, and the columns that drift in them."""
    drifting = [[c.name for c in report.columns if c.drifts] for report in reports]
    alarms, trials = sum(map(bool, drifting)), len(drifting)
    upper = float(stats.beta.ppf(0.95, alarms + 1, trials - alarms)) if alarms < trials else 1.0
    columns = Counter(name for names in drifting for name in names)
    return {"reports": trials, "alarms": alarms, "upper": upper, "columns": dict(columns)}


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
        "lower": float(stats.beta.ppf(0.05, first, trials - first + 1)) if first else 0.0,
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
    parser.add_argument("--flights", type=int, default=200, help="reports on windows of real days")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args()
    began, few = time.process_time(), max(asked.trials // 10, 5)
    quiet = [false_alarms(kind, rows, asked.trials, asked.seed) for kind in KINDS for rows in SIZES]
    flights = list(reports(asked.flights, PER_REFERENCE, asked.seed))
    rows = round(sum(report.rows for report in flights) / max(len(flights), 1))
    quiet.append({"kind": "flights of 2013", "rows": rows, **counted(flights)})
    loud = [
        delays(kind, change, max(few, TRIALS) if change == DETECTED else few, asked.seed)
        for kind in KINDS
        for change in CHANGES
    ]
    spent = time.process_time() - began
    missed = [row for row in quiet if row["upper"] > BORNE]
    missed += [row for row in loud if row["change"] == DETECTED and row["kind"] == KINDS[0] and row["lower"] < FOUND]
    if asked.json:
        print(json.dumps({"false_alarms": quiet, "delays": loud, "cpu_s": spent, "missed": len(missed)}))
        return int(bool(missed))
    show(quiet, loud)
    print(f"\n{spent:.0f} CPU s; {len(missed)} targets missed")
    return int(bool(missed))


def show(quiet: list[dict[str, Any]], loud: list[dict[str, Any]]) -> None:
    """Print the tables, and the targets beside what was reached."""
    print(f"{'no change':<18}{'rows':>10}{'reports':>9}{'alarms':>8}{'at most (95%)':>15}")
    for row in quiet:
        met = "" if row["upper"] <= BORNE else f"  MISSED, target {BORNE:.0%}"
        print(f"{row['kind']:<18}{row['rows']:>10,}{row['reports']:>9}{row['alarms']:>8}{row['upper']:>15.1%}{met}")
    print(
        f"\n{'change':<28}{'':<18}{'trials':>8}{'first window':>14}{'at least (95%)':>16}{'days, median':>14}{'95%':>6}"
    )
    for row in loud:
        days = "".join(
            "never".rjust(w) if row[k] > LONGEST else f"{row[k]:{w}.0f}" for k, w in (("median", 14), ("p95", 6))
        )
        found = f"{row['trials']:>8}{row['first_window']:>14.0%}{row['lower']:>16.1%}"
        print(f"{row['change']:<28}{row['kind']:<18}{found}{days}")
    independent, differ = (row for row in loud if row["change"] == DETECTED)
    print(
        f"\n{DETECTED}, independent rows: at least {independent['lower']:.1%} in the first window, target {FOUND:.0%} "
        f"({'met' if independent['lower'] >= FOUND else 'MISSED'}); the target is not for days that differ, which allow "
        f"{differ['first_window']:.0%}"
    )


if __name__ == "__main__":
    sys.exit(main())
