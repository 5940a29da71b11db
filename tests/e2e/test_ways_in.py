"""Three ways in, one pipeline: a person and a request here, a schedule in the story of the demo."""

from datetime import datetime
from typing import Any

import pytest

from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask
from evergreen.flows.workspace import Workspace
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report
from evergreen.records.run import Way

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

AS_OF = "2013-03-01T00:00:00Z"


def released_by(ws: Workspace, run_id: str) -> str:
    """The run that releases the challenger of a retraining run."""
    return f"release__{run_id}__v{Ledger(ws.store, ws.model, run_id).read('refit', Refit).version.number}"


def test_a_person_sets_hyperparameters_and_a_reason_in_the_form(house: Any, small: Workspace, by_hand: Any) -> None:
    run = Ledger(small.store, "e2e_small", "by-hand").run()
    assert (run.way, run.asked_by, run.reason, dict(run.hyperparameters)) == (
        Way.MANUAL, "admin", "More trees.", {"max_iter": 25},
    )  # fmt: skip
    assert "More trees." in by_hand.note
    released = house.finished("release__e2e_small", released_by(small, "by-hand"))
    assert set(released.states.values()) == {"success"}, house.why(released)
    assert small.journal.state().champion is not None


@pytest.mark.parametrize(
    "conf", [{"max_iter": 0}, {"max_iter": "many"}, {"as_of": "in summer"}, {"window": "a while"}, {"dry_run": "yes"}]
)
def test_the_form_refuses_what_its_schema_does_not_allow(house: Any, small: Workspace, conf: dict[str, Any]) -> None:
    answer = house.trigger(f"retrain__{small.model}", "never", **conf)
    assert answer.status_code == 400
    assert next(iter(conf)) in answer.text
    assert house.seen("retrain__e2e_small", "never") is None


def test_a_dry_run_judges_and_changes_nothing(house: Any, small: Workspace) -> None:
    before = small.journal.state()
    house.trigger("retrain__e2e_small", "dry", as_of=AS_OF, max_iter=30, dry_run=True)
    seen = house.finished("retrain__e2e_small", "dry")
    assert (seen.state, seen.states["release"]) == ("success", "skipped")
    after = small.journal.state()
    assert (after.champion, after.challenger) == (before.champion, before.challenger)


def test_a_request_is_served_by_one_run(house: Any, small: Workspace) -> None:
    as_of, trees = datetime.fromisoformat(AS_OF), {"max_iter": 35}
    for _ in range(2):
        ask(small, asked_by="drift", reason="The wind blew.", request_id="wind", as_of=as_of, hyperparameters=trees)
    seen = house.finished("retrain__e2e_small", "request__wind")
    assert seen.state == "success", house.why(seen)
    run = Ledger(small.store, "e2e_small", "request__wind").run()
    assert (run.way, run.request_id, run.reason) == (Way.REQUEST, "wind", "The wind blew.")
    runs = house.ask("GET", "/dags/retrain__e2e_small/dagRuns?limit=100")["dag_runs"]
    assert [r["dag_run_id"] for r in runs if r["dag_run_id"].startswith("request__wind")] == ["request__wind"]
    assert Ledger(small.store, "e2e_small", "request__wind").read("report", Report).outcome is not Outcome.FAILED


def test_the_report_is_for_those_who_may_read_the_dag(house: Any, small: Workspace, by_hand: Any) -> None:
    key = Ledger(small.store, "e2e_small", "by-hand").read("report", Report).key
    path = f"/evergreen/reports/{key.replace('/reports/', '/', 1)}"
    shown = house.stack.api("GET", path)
    assert shown.status_code == 200
    assert "More trees." in shown.text
    assert "sandbox" in shown.headers["content-security-policy"]
    assert house.stack.api("GET", path, user=None).status_code == 401
    part = next(iter(small.store.list("e2e_small/parts/"))).key.removeprefix("e2e_small/")
    for outside in (f"..%2F{part}", f"%2E%2E/{part}", f"runs/..%2F..%2F{part}"):
        assert house.stack.api("GET", f"/evergreen/reports/e2e_small/{outside}").status_code == 404
    links = house.ask("GET", "/dags/retrain__e2e_small/dagRuns/by-hand/taskInstances/report/links")["extra_links"]
    assert links["Report"].endswith(path)
