"""AirflowRuns: what a story that is told by real runs asks of Airflow, and how it waits."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from evergreen.core.errors import EvergreenError, NotFound
from evergreen.stores.airflow import AirflowApi

POLL_SECONDS = 1.0
PATIENCE = timedelta(minutes=15)
T = TypeVar("T")


@dataclass(frozen=True)
class AirflowRuns:
    """Runs of the DAGs of a stack. ``say`` hears what is waited for, and nothing of what is there already."""

    airflow: AirflowApi
    say: Callable[[str], None]

    def unpause(self, dag_id: str) -> None:
        """Unpause a DAG, as soon as it is parsed."""

        def parsed() -> bool | None:
            try:
                self.airflow.unpause(dag_id)
            except NotFound:
                return None
            return True

        self.wait(f"{dag_id} to be parsed", parsed)

    def scheduled(self, dag_id: str) -> str:
        """The id of the first run that the schedule of a DAG has made."""

        def found() -> str | None:
            runs = [r for r in self.airflow.runs(dag_id) if r["run_type"] == "scheduled"]
            return str(runs[0]["dag_run_id"]) if runs else None

        return self.wait(f"the scheduled run of {dag_id}", found)

    def finished(self, dag_id: str, run_id: str) -> None:
        """Wait for the end of a run; raises ``EvergreenError`` that names the tasks of one that failed."""

        def ended() -> dict[str, Any] | None:
            try:
                run = self.airflow.run(dag_id, run_id)
            except NotFound:
                return None
            return run if run["state"] in {"success", "failed"} else None

        run = self.wait(f"{dag_id}, run {run_id}", ended)
        if run["state"] == "failed":
            red = ", ".join(t["task_id"] for t in self.airflow.tasks(dag_id, run_id) if t["state"] == "failed")
            raise EvergreenError(f"{dag_id}, run {run_id}, failed at {red}; see {self.airflow.url}/dags/{dag_id}.")

    def wait(self, what: str, ready: Callable[[], T | None]) -> T:
        """What ``ready`` gives as soon as it gives something; raises ``EvergreenError`` after a quarter of an hour."""
        if (found := ready()) is not None:
            return found
        self.say(f"waiting for {what}")
        deadline = time.monotonic() + PATIENCE.total_seconds()
        while time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            if (found := ready()) is not None:
                return found
        raise EvergreenError(f"Waited {PATIENCE} for {what}; see `make status` and `make logs`.")
