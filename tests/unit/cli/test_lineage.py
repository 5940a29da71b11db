"""What the commands about lineage print."""

from datetime import UTC, datetime

from evergreen.cli.lineage import outcome_of, touched_by
from evergreen.records.lineage import Deviation, Impact, Predictions, Reproduction, Service, Touched

MARCH, JULY = datetime(2013, 3, 1, tzinfo=UTC), datetime(2013, 7, 1, tzinfo=UTC)
SAID, OTHER = Predictions(rows=9, sha256="a"), Predictions(rows=9, sha256="b")


def test_impact_says_when_a_version_served() -> None:
    served = (Service(since=MARCH, until=JULY), Service(since=JULY, until=None))
    base = {"package": "p", "run_id": "r", "snapshot": "s", "keys": ("k",)}
    found = Impact(
        model="m",
        asked="k",
        versions=(
            Touched(version=1, fitted=False, served=(), **base),  # type: ignore[arg-type]
            Touched(version=2, fitted=True, served=served, **base),  # type: ignore[arg-type]
        ),
    )
    assert touched_by(found).splitlines() == [
        "version 1: only tested on it, run r; served: never",
        "version 2: fitted on it, run r; served: 2013-03-01 00:00 until 2013-07-01 00:00; 2013-07-01 00:00 until now",
    ]
    assert touched_by(Impact(model="m", asked="k", versions=())) == "no version of m knows k"


def test_a_version_that_differs_says_which_input_does() -> None:
    seed = Deviation(input="seed", recorded="0", now="8", advice="restore it")
    found = Reproduction(model="m", version=2, equal=False, recorded=SAID, rebuilt=OTHER, deviations=(seed,))
    assert outcome_of(found).splitlines() == [
        "m: version 2 is not reproduced: its test predictions differ; these inputs differ:",
        "  seed: 0 -> 8; restore it",
    ]
    same = Reproduction(model="m", version=2, equal=True, recorded=SAID, rebuilt=SAID, deviations=())
    assert outcome_of(same) == "m: version 2 is reproduced: its 9 test predictions are equal bit by bit."
