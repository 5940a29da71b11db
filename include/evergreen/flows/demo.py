"""The story of 2013, told by real runs: a first champion, a summer in which it goes stale, an autumn that refuses.

A chapter that has been told keeps its runs, so telling the story again shows what happened and computes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evergreen.flows.airflow_runs import AirflowRuns
from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask, run_id_of
from evergreen.flows.workspace import Workspace
from evergreen.flows.year import flights_loader
from evergreen.records.evaluation import Evaluation
from evergreen.records.promotion import Promotion
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report
from evergreen.records.run import Run
from evergreen.stores.airflow import AirflowApi

MODEL = "flight_delays"
AUTUMN = datetime(2013, 11, 1, tzinfo=UTC)
SHORT = timedelta(days=60)


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
            self._runs.unpause(f"{kind}__{MODEL}")
        yield self._chapter("winter", self._runs.scheduled(f"retrain__{MODEL}"))
        self._land(3, 6)
        summer = {"as_of": "2013-07-01T00:00:00Z", "reason": "It is summer, and the champion has only seen winter."}
        self.airflow.trigger(f"retrain__{MODEL}", "demo-summer", summer)
        yield self._chapter("summer", "demo-summer")
        self._land(7, 10)
        yield self._chapter("autumn", self._request())

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

    def _land(self, first: int, last: int) -> None:
        self.say(f"landing the flights of months {first} to {last}")
        flights_loader(self.ws.folder.parent).land(
            self.ws.store, range(first, last + 1), producer_run=f"demo-months-{first}-{last}"
        )

    def _chapter(self, title: str, run_id: str) -> Chapter:
        self._runs.finished(f"retrain__{MODEL}", run_id)
        ledger = Ledger(self.ws.store, MODEL, run_id)
        report = ledger.read("report", Report)
        if report.outcome is Outcome.CHALLENGER:
            version = ledger.read("refit", Refit).version.number
            self._runs.finished(f"release__{MODEL}", f"release__{run_id}__v{version}")
        return Chapter(
            title=title,
            run=ledger.run(),
            report=report,
            evaluation=ledger.find("evaluate", Evaluation),
            promotion=ledger.find("promote", Promotion),
        )

    @property
    def _runs(self) -> AirflowRuns:
        return AirflowRuns(self.airflow, self.say)
