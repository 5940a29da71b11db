"""ThroughAirflow: a replay whose looks, retrainings and releases are runs of the real DAGs, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from evergreen.core.errors import EvergreenError, RunError
from evergreen.flows.airflow_runs import AirflowRuns
from evergreen.flows.in_process import FIRST
from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask, run_id_of
from evergreen.flows.workspace import Workspace
from evergreen.journal.requests import NOT_CONFIRMED
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome
from evergreen.stores.airflow import AirflowApi

SERVING = ("retrain", "release", "drift_watch")
"""DAGs that act by themselves; a replay triggers ``monitor``."""


@dataclass(frozen=True)
class ThroughAirflow:
    """Triggers looks with their time in the form, and waits for what ``drift_watch`` starts."""

    ws: Workspace
    airflow: AirflowApi
    say: Callable[[str], None]

    def begin(self, as_of: datetime) -> None:
        """Unpause the DAGs, and have the first champion trained: by the model's schedule where it has one, else by a request.

        Raises
        ------
        EvergreenError
            The schedule made its first run as of another time.
        RunError
            ``monitor`` has a schedule of its own: it would look at the present day, behind the replay's back.
        """
        if self.ws.spec.monitoring.enabled:
            raise RunError(f"{self.ws.model}: set monitoring.enabled to false; a replay looks at the days of the past.")
        dag_id = f"retrain__{self.ws.model}"
        for kind in SERVING:
            self._runs.unpause(f"{kind}__{self.ws.model}")
        if self.ws.spec.schedule.kind != "cron":
            ask(self.ws, asked_by="replay", reason="The first champion.", request_id=FIRST, as_of=as_of)
            self.serve(as_of)
            return
        run_id = self._runs.scheduled(dag_id)
        self._released(run_id, Outcome.CHALLENGER.value)
        first = Ledger(self.ws.store, self.ws.model, run_id).run().as_of
        if first != as_of:
            raise EvergreenError(
                f"{self.ws.model}: its schedule trained as of {first:%Y-%m-%d %H:%M}, and the replay begins at "
                f"{as_of:%Y-%m-%d %H:%M}. Let schedule.start be that day, or schedule.kind none."
            )

    def look(self, until: datetime) -> None:
        """Trigger a run of ``monitor`` as of this time, and wait for its end."""
        dag_id = f"monitor__{self.ws.model}"
        run_id = f"replay__{until:%Y-%m-%dT%H%M}"
        self._runs.unpause(dag_id)
        self.airflow.trigger(dag_id, run_id, {"as_of": until.isoformat()})
        self._runs.finished(dag_id, run_id)

    def serve(self, until: datetime) -> None:  # noqa: ARG002 (the shape of a platform)
        """Wait until every request is closed, and every challenger that came of one is released."""
        for request_id in self.ws.journal.state().requests:
            outcome = self._runs.wait(f"request {request_id} to be served", partial(self._outcome, request_id))
            if outcome != NOT_CONFIRMED:
                self._released(run_id_of(request_id), outcome)

    def _outcome(self, request_id: str) -> str | None:
        run_id, dag_id = run_id_of(request_id), f"retrain__{self.ws.model}"
        status = self.ws.journal.state().requests[request_id]
        if status.status == "closed":
            return status.outcome
        if status.status == "claimed" and any(
            run["dag_run_id"] == run_id and run["state"] == "failed" for run in self.airflow.runs(dag_id)
        ):
            self._runs.finished(dag_id, run_id)
        return None

    def _released(self, run_id: str, outcome: str) -> None:
        self._runs.finished(f"retrain__{self.ws.model}", run_id)
        if outcome == Outcome.CHALLENGER.value:
            version = Ledger(self.ws.store, self.ws.model, run_id).read("refit", Refit).version.number
            self._runs.finished(f"release__{self.ws.model}", f"release__{run_id}__v{version}")

    @property
    def _runs(self) -> AirflowRuns:
        return AirflowRuns(self.airflow, self.say)
