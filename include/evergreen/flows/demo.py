"""The story of 2013, told by real runs: a first champion, a summer in which it goes stale, an autumn that refuses.

A chapter that has been told keeps its runs, so telling the story again shows what happened and computes nothing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any, TypeVar

from evergreen.core.errors import EvergreenError, NotFound
from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask, run_id_of
from evergreen.flows.workspace import Workspace
from evergreen.records.evaluation import Evaluation
from evergreen.records.promotion import Promotion
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report
from evergreen.records.run import Run
from evergreen.stores.airflow import AirflowApi

MODEL = "flight_delays"
POLL_SECONDS = 1.0
PATIENCE = timedelta(minutes=15)
AUTUMN = datetime(2013, 11, 1, tzinfo=UTC)
SHORT = timedelta(days=60)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One run and what became of it, for the table."""

    title: str
    run: Run
    report: Report
    evaluation: Evaluation | None
    promotion: Promotion | None


@dataclass(frozen=True)
class Teller:
    """Lands the months and asks for the runs. ``say`` hears what is going on."""

    ws: Workspace
    airflow: AirflowApi
    say: Callable[[str], None]

    def story(self) -> Iterator[Chapter]:
        """The chapters, each as soon as it has happened."""
        self._land(1, 2)
        for kind in ("retrain", "release", "drift_watch"):
            self._unpause(f"{kind}__{MODEL}")
        yield self._chapter("winter", self._scheduled_run())
        self._land(3, 6)
        summer = {"as_of": "2013-07-01T00:00:00Z", "reason": "It is summer, and the champion has only seen winter."}
        self.airflow.trigger(f"retrain__{MODEL}", "demo-summer", summer)
        yield self._chapter("summer", "demo-summer")
        self._land(7, 10)
        yield self._chapter("autumn", self._request())

    def _scheduled_run(self) -> str:
        def scheduled() -> str | None:
            runs = [r for r in self.airflow.runs(f"retrain__{MODEL}") if r["run_type"] == "scheduled"]
            return str(runs[0]["dag_run_id"]) if runs else None

        return self._wait("the scheduled run", scheduled)

    def _request(self) -> str:
        request = ask(
            self.ws,
            asked_by="demo",
            reason="Only the last weeks matter, somebody thought.",
            request_id="demo-autumn",
            as_of=AUTUMN,
            window=SHORT,
        )
        return run_id_of(request.request_id)

    def _unpause(self, dag_id: str) -> None:
        def parsed() -> bool | None:
            try:
                self.airflow.unpause(dag_id)
            except NotFound:
                return None
            return True

        self._wait(f"{dag_id} to be parsed", parsed)

    def _land(self, first: int, last: int) -> None:
        self.say(f"landing the flights of months {first} to {last}")
        path = self.ws.folder / "loader.py"
        spec = spec_from_file_location("evergreen_demo_loader", path)
        if spec is None or spec.loader is None:
            raise EvergreenError(f"{path} cannot be loaded.")
        loader = module_from_spec(spec)
        spec.loader.exec_module(loader)
        loader.land(self.ws.store, range(first, last + 1), producer_run=f"demo-months-{first}-{last}")

    def _chapter(self, title: str, run_id: str) -> Chapter:
        self._finished(f"retrain__{MODEL}", run_id)
        ledger = Ledger(self.ws.store, MODEL, run_id)
        report = ledger.read("report", Report)
        if report.outcome is Outcome.CHALLENGER:
            version = ledger.read("refit", Refit).version.number
            self._finished(f"release__{MODEL}", f"release__{run_id}__v{version}")
        return Chapter(
            title=title,
            run=ledger.run(),
            report=report,
            evaluation=ledger.find("evaluate", Evaluation),
            promotion=ledger.find("promote", Promotion),
        )

    def _finished(self, dag_id: str, run_id: str) -> None:
        def ended() -> dict[str, Any] | None:
            try:
                run = self.airflow.run(dag_id, run_id)
            except NotFound:
                return None
            return run if run["state"] in {"success", "failed"} else None

        run = self._wait(f"{dag_id}, run {run_id}", ended)
        if run["state"] == "failed":
            red = ", ".join(t["task_id"] for t in self.airflow.tasks(dag_id, run_id) if t["state"] == "failed")
            raise EvergreenError(f"{dag_id}, run {run_id}, failed at {red}; see {self.airflow.url}/dags/{dag_id}.")

    def _wait(self, what: str, ready: Callable[[], T | None]) -> T:
        self.say(f"waiting for {what}")
        deadline = time.monotonic() + PATIENCE.total_seconds()
        while time.monotonic() < deadline:
            if (found := ready()) is not None:
                return found
            time.sleep(POLL_SECONDS)
        raise EvergreenError(f"Waited {PATIENCE} for {what}; see `make status` and `make logs`.")
