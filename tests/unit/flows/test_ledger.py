"""What a step gave is kept once, and read back as it was."""

import json
from datetime import UTC, datetime

import pytest

from evergreen.core.errors import IntegrityError, RunError
from evergreen.flows.ledger import Ledger
from evergreen.records.interval import Interval
from evergreen.records.version import Version
from evergreen.stores.memory import MemoryStore

JANUARY = Interval(start=datetime(2013, 1, 1, tzinfo=UTC), end=datetime(2013, 2, 1, tzinfo=UTC))
RECORD = "m/records/register/k.json"


def version(number: int) -> Version:
    return Version(model="m", number=number, key="k", run_id="mlflow", data=JANUARY)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(MemoryStore(), "m", "r1")


def test_a_step_that_has_not_run_gave_nothing(ledger: Ledger) -> None:
    assert ledger.find("register", Version) is None
    with pytest.raises(RunError, match="'register' of run 'r1' has not run"):
        ledger.read("register", Version)


def test_the_first_record_of_a_key_stays(ledger: Ledger) -> None:
    other = Ledger(ledger.store, "m", "r2")
    assert ledger.keep("register", version(1), "k") == version(1)
    assert other.keep("register", version(2), "k") == version(1)
    assert ledger.read("register", Version) == other.read("register", Version) == version(1)


def test_a_record_that_was_changed_is_not_believed(ledger: Ledger) -> None:
    ledger.keep("register", version(1), "k")
    ledger.store.put(RECORD, version(2).to_json())
    with pytest.raises(IntegrityError, match=f"{RECORD} is not what the step 'register' of run 'r1' stored"):
        ledger.find("register", Version)


def test_a_record_in_the_bytes_of_another_release_is_adopted(ledger: Ledger) -> None:
    ledger.store.put(RECORD, json.dumps(version(1).to_dict(), indent=1).encode())
    ledger.keep("register", version(2), "k")
    assert ledger.read("register", Version) == version(1)
