"""InProcess: what monitoring, drift_watch, retraining and release do, by the same steps in this process, without Airflow."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from evergreen.core.clock import frozen
from evergreen.core.errors import RunError
from evergreen.flows import chain, monitor, release
from evergreen.flows.ledger import Ledger
from evergreen.flows.requests import ask, run_id_of, take
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.records.refit import Refit
from evergreen.records.request import RetrainRequest
from evergreen.records.run import Run
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_mlflow import MemoryMlflow

FIRST = "replay-first"


def in_memory(spec: ModelSpec, folder: Path) -> Workspace:
    """A workspace that ends with this process."""
    store = MemoryStore()
    return Workspace(spec=spec, folder=folder, store=store, registry=MemoryMlflow(), journal=Journal(store, spec.name))


@dataclass(frozen=True)
class InProcess:
    """Does at once what the DAGs do when they come to it; the clock stands at the replayed time."""

    ws: Workspace

    def begin(self, as_of: datetime) -> None:
        """Have the first champion trained and released."""
        with frozen(as_of):
            ask(self.ws, asked_by="replay", reason="The first champion.", request_id=FIRST, as_of=as_of)
        self.serve(as_of)

    def look(self, until: datetime) -> None:
        """Make the reports that are due."""
        with frozen(until):
            for step in (monitor.profile, monitor.drift, monitor.performance, monitor.decide):
                step(self.ws, until)

    def serve(self, until: datetime) -> None:
        """Serve every request of this time or before that is not closed, each by one run, and release its challenger."""
        with frozen(until):
            for request_id, status in self.ws.journal.state().requests.items():
                if (status.request.as_of or until) > until:
                    continue
                if status.status == "unconfirmed":
                    raise RunError(
                        f"{self.ws.model}: people confirm its retrainings, and a simulation has none to ask."
                    )
                if status.status != "closed":
                    chain.retrain(self.ws, _run(take(self.ws, request_id, now=until), until))
                self._release(run_id_of(request_id))

    def _release(self, run_id: str) -> None:
        challenger, refit = (
            self.ws.journal.state().challenger,
            Ledger(self.ws.store, self.ws.model, run_id).find("refit", Refit),
        )
        if challenger is None or refit is None or refit.package.sha256 != challenger.package:
            return
        if self.ws.spec.approval.mode != "auto":
            raise RunError(f"{self.ws.model}: its releases are approved by people, and a simulation has none to ask.")
        release.approve(self.ws, run_id)
        release.release(self.ws, run_id)
        release.promote(self.ws, run_id)


def _run(request: RetrainRequest, until: datetime) -> Run:
    return Run(
        model=request.model,
        run_id=run_id_of(request.request_id),
        way=request.way,
        as_of=request.as_of or until,
        asked_by=f"request:{request.request_id}",
        reason=request.reason,
        request_id=request.request_id,
        hyperparameters=request.hyperparameters,
        window=request.window,
    )
