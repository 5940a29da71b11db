"""Which way a run came, why, and as of when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evergreen.core.errors import RunError
from evergreen.records.run import Way
from evergreen.spec.model import ModelSpec
from evergreen_airflow.runs import run_of

Make = Callable[..., Any]
MARCH = datetime(2013, 3, 1, 6, tzinfo=UTC)


def test_a_scheduled_run_is_as_of_the_end_of_its_interval(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    later = MARCH + timedelta(days=4000)
    run = run_of(context(run_type="scheduled", data_interval_end=MARCH, run_after=later), small_spec())
    assert (run.way, run.as_of, run.asked_by, run.hyperparameters) == (Way.SCHEDULE, MARCH, "schedule", {})
    assert type(run.as_of) is datetime


def test_a_backfill_names_who_asked(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    run = run_of(context(run_type="backfill", data_interval_end=MARCH, triggering_user_name="ann"), small_spec())
    assert (run.way, run.asked_by) == (Way.SCHEDULE, "ann")


def test_the_form_of_a_manual_run_is_taken(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    form = {"as_of": "2013-07-01T02:00:00+02:00", "window": "60d", "reason": "summer", "dry_run": True, "max_iter": 50}
    run = run_of(context(conf=form, params=form, triggering_user_name="ann"), small_spec())
    assert (run.way, run.asked_by, run.reason) == (Way.MANUAL, "ann", "summer")
    assert (run.as_of, run.window) == (datetime(2013, 7, 1, tzinfo=UTC), timedelta(days=60))
    assert run.dry_run
    assert run.hyperparameters == {"max_iter": 50}


def test_fields_left_at_their_defaults_override_nothing(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    defaults = {name: parameter.default for name, parameter in small_spec().training.hyperparameters.items()}
    sent = {"as_of": None, "window": None, **defaults}
    assert run_of(context(conf=sent, params=sent), small_spec()).hyperparameters == {}


def test_a_run_without_as_of_takes_its_logical_date_or_start(
    context: Make, small_spec: Callable[..., ModelSpec]
) -> None:
    before = MARCH - timedelta(days=1)
    assert run_of(context(), small_spec()).as_of == MARCH
    assert run_of(context(logical_date=before, data_interval_end=MARCH), small_spec()).as_of == before


def test_a_request_is_recorded_with_its_id(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    conf = {"request_id": "ab12"}
    run = run_of(context(run_id="request__ab12", run_type="operator_triggered", conf=conf), small_spec())
    assert (run.way, run.request_id, run.asked_by) == (Way.REQUEST, "ab12", "request:ab12")


def test_nobody_else_serves_a_request(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    with pytest.raises(RunError, match="'by-hand' cannot serve request 'ab12'"):
        run_of(context(run_id="by-hand", conf={"request_id": "ab12"}), small_spec())


def test_a_request_that_new_data_made_came_by_the_schedule(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    conf = {"request_id": "data-1", "way": "schedule"}
    run = run_of(context(run_id="request__data-1", run_type="operator_triggered", conf=conf), small_spec())
    assert (run.way, run.asked_by) == (Way.SCHEDULE, "request:data-1")


def test_nobody_else_says_which_way_a_run_came(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    with pytest.raises(RunError, match="unknown field 'way'"):
        run_of(context(conf={"way": "schedule"}), small_spec())


def test_an_unknown_field_is_an_error_with_the_nearest_one(context: Make, small_spec: Callable[..., ModelSpec]) -> None:
    with pytest.raises(RunError, match="unknown field 'max_itr'; did you mean 'max_iter'"):
        run_of(context(conf={"max_itr": 5}), small_spec())
