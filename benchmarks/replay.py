"""2013 as it happened, simulated with the real steps, against four policies on the same rows.

    python benchmarks/replay.py [--model flight_delays] [--resampled SEED …] [--json]

The model is watched every day and retrained when its own spec says so: gates, refit, journal and decisions are the platform's,
the stores are in memory and the DAGs are left out. Printed are the means from March to December, the numbers of trainings,
and how far the platform is from the targets on the flights: at least 0.033 of AUC above never retraining, at most 0.009
below retraining every month on all data so far, with at most half of its trainings. With ``--resampled`` the days of the
year come in random order: nothing changes, and no training may be asked for.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from evergreen.flows.in_process import InProcess, in_memory
from evergreen.flows.policies import Policy, others
from evergreen.flows.replay import Replay
from evergreen.flows.year import year_of_flights
from evergreen.records.interval import Interval
from evergreen.spec.load import load

MODELS = Path(__file__).resolve().parents[1] / "models"
FIRST = Interval(start=datetime(2013, 1, 1, tzinfo=UTC), end=datetime(2013, 3, 1, 6, tzinfo=UTC))
END = datetime(2014, 1, 1, tzinfo=UTC)
ABOVE_NEVER, BELOW_MONTHLY, SHARE = 0.033, 0.009, 0.5


def played(model: str, seed: int | None) -> Replay:
    """A replay of the year, or of one without change."""
    folder = MODELS / model
    ws = in_memory(load(folder), folder)
    year = year_of_flights(ws.spec, MODELS)
    year = year if seed is None else year.resampled(seed)
    return Replay(ws=ws, year=year, platform=InProcess(ws), first=FIRST, until=END, say=lambda _: None)


def line(policy: Policy) -> str:
    """A policy in words."""
    trainings = "-" if policy.trainings is None else str(policy.trainings)
    numbers = "  ".join(f"{value:.4f}" for value in (*policy.means, *policy.rows))
    return f"{policy.name:<22}{trainings:>4}   {numbers}"


def targets(ours: Policy, never: Policy, always: Policy) -> list[str]:
    """The targets on the flights, and how far from each."""
    gain, loss = ours.means[0] - never.means[0], always.means[0] - ours.means[0]
    most = int((always.trainings or 0) * SHARE)
    return [
        f"above never: {gain:+.4f}, target at least {ABOVE_NEVER} ({'met' if gain >= ABOVE_NEVER else 'MISSED'})",
        f"below monthly: {loss:+.4f}, target at most {BELOW_MONTHLY} ({'met' if loss <= BELOW_MONTHLY else 'MISSED'})",
        f"trainings: {ours.trainings}, target at most {most} ({'met' if (ours.trainings or 0) <= most else 'MISSED'})",
    ]


def main() -> int:
    """Replay and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="flight_delays")
    parser.add_argument("--resampled", type=int, nargs="*", default=[], metavar="SEED")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    said: list[str] = []
    found: dict[str, object] = {}
    if not asked.resampled:
        replay = played(asked.model, None)
        months = list(replay.months())
        ours = replay.result()
        rest = others(replay.ws, replay.truth(), replay.first, replay.say)
        found = {"requests": [str(r) for m in months for r in m.requests], "policies": [vars(p) for p in (ours, *rest)]}
        said += [line(policy) for policy in (ours, *rest)]
        said += targets(ours, rest[0], rest[1]) if asked.model == "flight_delays" else []
    for seed in asked.resampled:
        months = list(played(asked.model, seed).months())
        count = sum(len(month.requests) for month in months)
        found[f"resampled {seed}"] = count
        said.append(f"year without change, seed {seed}: {count} requests")
    sys.stdout.write(json.dumps(found, default=str) if asked.json else "\n".join(said))
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
