"""The story of 2013, told by real runs: a first champion, a June in which monitoring finds it stale, an autumn that refuses.

A chapter that has been told keeps its runs, so telling the story again shows what happened and computes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from evergreen.core.clock import frozen
from evergreen.core.errors import EvergreenError
from evergreen.flows.airflow_runs import AirflowRuns
from evergreen.flows.ledger import Ledger
from evergreen.flows.look import ASKED_BY
from evergreen.flows.looks import read_newest
from evergreen.flows.requests import run_id_of
from evergreen.flows.score import land_labels, score
from evergreen.flows.workspace import Workspace
from evergreen.flows.year import flights_loader
from evergreen.records.evaluation import Evaluation
from evergreen.records.interval import Interval
from evergreen.records.promotion import Promotion
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report
from evergreen.records.run import Run
from evergreen.stores.airflow import AirflowApi

MODEL = "flight_delays"
JUNE = Interval(start=datetime(2013, 6, 1, tzinfo=UTC), end=datetime(2013, 7, 1, tzinfo=UTC))
LOOK, SHORT = "demo-june", "demo-autumn"


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
        yield self._chapter("summer", run_id_of(self._asked() or self._monitored()))
        self._land(7, 10)
        reason = "Only the last weeks matter, somebody thought."
        form = {"as_of": "2013-11-01T00:00:00Z", "window": "60d", "reason": reason}
        self.airflow.trigger(f"retrain__{MODEL}", SHORT, form)
        yield self._chapter("autumn", SHORT)

    def _monitored(self) -> str:
        """The champion answers for June, and ``monitor`` looks at it; the request that it opens.

        Raises
        ------
        EvergreenError
            It found no reason to ask.
        """
        self.say("scoring the flights of June by the champion of winter, and logging the answers")
        with frozen(JUNE.end):
            score(self.ws, JUNE)
            known = JUNE.end - self.ws.spec.columns.label.delay
            land_labels(self.ws, Interval(start=JUNE.start, end=known), JUNE.end)
        dag_id = f"monitor__{MODEL}"
        self._runs.unpause(dag_id)
        self.airflow.trigger(dag_id, LOOK, {"as_of": JUNE.end.isoformat()})
        self._runs.finished(dag_id, LOOK)
        reason = read_newest(self.ws.store, MODEL).decision.reason
        asked = self._asked()
        if asked is None:
            raise EvergreenError(f"{dag_id} asked for no retraining as of {JUNE.end:%Y-%m-%d}: {reason}")
        self.say(f"monitoring asks for a retraining: {reason}")
        return asked

    def _asked(self) -> str | None:
        """The request that monitoring has opened."""
        known = self.ws.journal.state().requests.items()
        return next((i for i, s in known if (s.request.asked_by, s.request.as_of) == (ASKED_BY, JUNE.end)), None)

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
