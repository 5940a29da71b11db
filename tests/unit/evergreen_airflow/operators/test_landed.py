"""New data becomes a request; events of the asset announce the rows of a query."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from evergreen.core.clock import frozen
from evergreen.flows.landed import Announcement
from evergreen.flows.workspace import Workspace
from evergreen_airflow.operators.claim import ClaimOperator
from evergreen_airflow.operators.landed import LandedOperator, announcement_of
from evergreen_airflow.runs import run_of

Make = Callable[..., Any]
MAY, JUNE, JULY = (datetime(2013, month, 1, tzinfo=UTC) for month in (5, 6, 7))


def event(at: datetime, **extra: Any) -> Any:
    return SimpleNamespace(timestamp=at, extra=extra or None)


@pytest.fixture
def waiting(memory_workspace: Workspace, small_spec: Make) -> Workspace:
    """The model is retrained on new data."""
    spec = small_spec(schedule={"kind": "on_data"}).model_dump()
    object.__setattr__(memory_workspace, "spec", memory_workspace.spec.model_validate(spec))
    return memory_workspace


def _landed(context: Make) -> Any:
    return LandedOperator(task_id="landed", model="small", announced=False).execute(context())


@pytest.mark.usefixtures("waiting")
def test_without_data_it_is_skipped_and_says_why(context: Make) -> None:
    with pytest.raises(AirflowSkipException, match="No raw interval is complete yet"):
        _landed(context)


def test_data_makes_a_request_whose_run_came_by_the_schedule(waiting: Workspace, context: Make) -> None:
    with frozen(JULY - timedelta(days=1)):
        waiting.store.put("small/raw/start=2013-01-01/end=2013-06-01/rows.parquet", b"rows")
    with frozen(JULY):
        made = _landed(context)
        claimed = ClaimOperator(task_id="claim", model="small").execute(context())
    assert made["as_of"] == JUNE.isoformat()
    run = run_of(context(conf=claimed["conf"], params=claimed["conf"], run_id=claimed["run_id"]), waiting.spec)
    assert (run.way.value, run.as_of, run.request_id) == ("schedule", JUNE, made["request_id"])
    assert run.reason == "The data is complete up to 2013-06-01 00:00 UTC."


@pytest.mark.parametrize(
    ("events", "announced"),
    [
        ([], None),
        ([event(JULY)], (JULY, JULY)),
        ([event(JULY, end="2013-06-01T00:00:00Z")], (JUNE, JULY)),
        ([event(JULY, end="2013-05-01"), event(JUNE, end="2013-06-01T02:00:00+02:00")], (JUNE, JULY)),
        ([event(JUNE, end="2099-01-01T00:00:00Z")], (JUNE, JUNE)),
        ([event(JULY, end="soon"), event(JUNE, end="2013-05-01T00:00:00Z")], (MAY, JUNE)),
        ([event(JULY, end=7)], None),
    ],
)
def test_the_latest_end_counts_and_the_newest_event_is_its_word(
    events: list[Any], announced: tuple[datetime, datetime] | None
) -> None:
    found = announcement_of(events)
    assert found == (Announcement(end=announced[0], word=announced[1].isoformat()) if announced else None)
