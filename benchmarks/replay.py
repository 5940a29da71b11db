"""2013 as it happened, simulated with the real steps, against four policies on the same rows.

    python benchmarks/replay.py [--model flight_delays] [--begin 2013-07-01] [--starts N] [--resampled SEED …] [--json]

The model is watched every day and retrained when its own spec says so: gates, refit, journal and decisions are the platform's,
the stores are in memory and the DAGs are left out. Printed are the means from March to December, the numbers of trainings,
and how far the platform is from the targets on the flights: at least 0.033 of AUC above never retraining, at most 0.009
below retraining every month on all data so far, with at most half of its trainings. One first model more or less lucky moves
the first of these by more than its margin: ``--starts`` replays the year as often, each time known from a day of January later,
and holds each against the first champion of the same replay. With ``--resampled`` the days of the year come in random order:
nothing changes, and no training may be asked for. With ``--begin`` the year begins on another day, and the days before it
come after its end: the seasons come in an order that no default was chosen on.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from evergreen.features.packaged import load as load_package
from evergreen.flows.in_process import FIRST as FIRST_REQUEST
from evergreen.flows.in_process import InProcess, in_memory
from evergreen.flows.ledger import Ledger
from evergreen.flows.policies import Policy, judged, others
from evergreen.flows.replay import Replay
from evergreen.flows.requests import run_id_of
from evergreen.flows.year import year_of_flights
from evergreen.records.interval import Interval
from evergreen.records.refit import Refit
from evergreen.spec.load import load

MODELS = Path(__file__).resolve().parents[1] / "models"
FIRST = Interval(start=datetime(2013, 1, 1, tzinfo=UTC), end=datetime(2013, 3, 1, 6, tzinfo=UTC))
END = datetime(2014, 1, 1, tzinfo=UTC)
ABOVE_NEVER, BELOW_MONTHLY, SHARE = 0.033, 0.009, 0.5


def played(model: str, *, start: int = 0, begin: datetime | None = None, seed: int | None = None) -> Replay:
    """A replay of the year: known from ``start`` days later, begun on another day, or with its days in random order."""
    folder = MODELS / model
    spec = load(folder)
    window = spec.training.window.model_copy(update={"start": FIRST.start + timedelta(days=start)})
    spec = spec.model_copy(update={"training": spec.training.model_copy(update={"window": window})})
    ws = in_memory(spec, folder)
    year = year_of_flights(spec, MODELS)
    year = year.begun(begin) if begin else year
    year = year if seed is None else year.resampled(seed)
    return Replay(ws=ws, year=year, platform=InProcess(ws), first=FIRST, until=END, say=lambda _: None)


def never(replay: Replay) -> Policy:
    """What the first champion of a replay that has ended would have answered all year."""
    truth = replay.truth()
    refit = Ledger(replay.ws.store, replay.ws.model, run_id_of(FIRST_REQUEST)).read("refit", Refit)
    model = load_package(replay.ws.store, refit.package)
    return judged("never retrain", 1, truth, truth.scores(model, slice(0, len(truth.labels))))


def line(policy: Policy) -> str:
    """A policy in words."""
    trainings = "-" if policy.trainings is None else str(policy.trainings)
    numbers = "  ".join(f"{value:.4f}" for value in (*policy.means, *policy.rows))
    return f"{policy.name:<22}{trainings:>4}   {numbers}"


Said = tuple[list[str], dict[str, Any], bool]
"""Lines to print, the same as data, and whether every target was met."""


def held(what: str, value: float, bound: float, *, least: bool = False) -> tuple[str, bool]:
    """A target in words, and whether it was met."""
    met = value >= bound if least else value <= bound
    return f"{what}: {value:.4g}, target at {'least' if least else 'most'} {bound:g}: {'met' if met else 'MISSED'}", met


def year(model: str, begin: datetime | None) -> Said:
    """The year, beside the other policies; targets are for the flights of the year as it was."""
    replay = played(model, begin=begin)
    asked = [f"{at:%d %B}: {outcome}" for month in replay.months() for at, outcome in month.requests]
    ours = replay.result()
    rest = others(replay.ws, replay.truth(), replay.first, replay.say)
    lines = [*asked, *(line(policy) for policy in (ours, *rest))]
    found = {"requests": asked, "policies": [vars(p) for p in (ours, *rest)]}
    if model != "flight_delays" or begin:
        return lines, found, True
    first, always = rest[0], rest[1]
    targets = [
        held("above never", ours.means[0] - first.means[0], ABOVE_NEVER, least=True),
        held("below monthly", always.means[0] - ours.means[0], BELOW_MONTHLY),
        held("trainings", ours.trainings or 0, (always.trainings or 0) * SHARE),
    ]
    return [*lines, *(said for said, _ in targets)], found, all(met for _, met in targets)


def starts(model: str, count: int) -> Said:
    """The platform against its own first champion, for first champions that know the year from other days on."""
    lines, rows = [], []
    for start in range(count):
        replay = played(model, start=start)
        for _ in replay.months():
            pass
        ours, first = replay.result(), never(replay)
        rows.append({"start": start, "trainings": ours.trainings, "ours": ours.means[0], "never": first.means[0]})
        lines.append(
            f"from {1 + start} January: {ours.trainings} trainings, {ours.means[0]:.4f}; never {first.means[0]:.4f}"
        )
        sys.stderr.write(lines[-1] + "\n")
    mean = {name: float(np.mean([row[name] for row in rows])) for name in ("trainings", "ours", "never")}
    lines.append(f"mean of {count}: {mean['trainings']:.1f} trainings, {mean['ours']:.4f}; never {mean['never']:.4f}")
    if model != "flight_delays":
        return lines, {"starts": rows, "mean": mean}, True
    target, met = held("above never, mean", mean["ours"] - mean["never"], ABOVE_NEVER, least=True)
    return [*lines, target], {"starts": rows, "mean": mean}, met


def unchanged(model: str, seeds: Sequence[int]) -> Said:
    """Years without change: how often a training was asked for."""
    counts = {seed: sum(len(m.requests) for m in played(model, seed=seed).months()) for seed in seeds}
    lines = [f"year without change, seed {s}: {n} requests, target none" for s, n in counts.items()]
    return lines, {"resampled": counts}, not any(counts.values())


def main() -> int:
    """Replay and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="flight_delays")
    parser.add_argument("--begin", type=lambda day: datetime.fromisoformat(day).replace(tzinfo=UTC), metavar="DAY")
    parser.add_argument("--starts", type=int, metavar="N")
    parser.add_argument("--resampled", type=int, nargs="+", metavar="SEED")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.resampled:
        said, found, met = unchanged(asked.model, asked.resampled)
    elif asked.starts:
        said, found, met = starts(asked.model, asked.starts)
    else:
        said, found, met = year(asked.model, asked.begin)
    sys.stdout.write(json.dumps(found, default=str) if asked.json else "\n".join(said))
    sys.stdout.write("\n")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
