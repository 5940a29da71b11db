"""DriftSensor: waits in the triggerer until a retrain request can be served."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.sdk import BaseSensorOperator
from airflow.sdk.exceptions import AirflowSkipException

from evergreen.core.clock import now
from evergreen_airflow.dags.schedule import raw_asset
from evergreen_airflow.errors import translated
from evergreen_airflow.hooks.connect import connect
from evergreen_airflow.sensors.announcement import EVENTS, announcement_of
from evergreen_airflow.triggers.drift import DriftTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.landed import Announcement
    from evergreen.flows.watch import Wait

ENDED = ["success", "failed"]
"""The states of a run that has ended."""
DAY = timedelta(days=1)
"""How long one run waits: the next one runs the code and the spec of its day."""


class DriftSensor(BaseSensorOperator):
    """Looks, and as long as there is nothing to serve defers to `DriftTrigger`; when that fires, it looks again.

    It gives the id of the request. New data makes a request where the schedule of the spec says so. A run that comes
    after one that failed begins with a pause: in a DAG that runs without end, nothing else would bound how often what
    cannot be done is tried.

    Parameters
    ----------
    announced
        Whether the model's data is announced by events of its asset, as the rows of a query are. All events that
        Airflow keeps are looked at, whether or not it started a run for them.
    """

    template_fields = ("model",)
    ui_color = "#e6f4ea"

    def __init__(self, *, model: str, announced: bool = False, **kwargs: Any) -> None:
        super().__init__(inlets=[raw_asset(model)] if announced else [], **kwargs)
        self.model = model
        self.announced = announced

    def execute(self, context: "Context") -> dict[str, Any]:
        """Look, after a pause if the run before failed just now."""
        pause_until = _pause(context)
        if pause_until is not None:
            self.log.warning("The run before failed: the next look is at %s.", pause_until)
            self._defer(DriftTrigger(model=self.model, until=pause_until.isoformat()))
        return self.look(context)

    def look(self, context: "Context", event: dict[str, str] | None = None) -> dict[str, Any]:
        """The request to serve; without one, wait on.

        Raises
        ------
        AirflowSkipException
            When this run has waited for a day.
        """
        if event is not None:
            self.log.info("Woken by: %s.", event["woken_by"])
        with translated():
            from evergreen.flows.watch import Wait, watch
            from evergreen.flows.workspace import open_workspace

            ws = open_workspace(self.model, connect=connect)
            started = partial(_has_run, context["ti"], f"retrain__{self.model}")
            ended = partial(started, states=ENDED)
            found = watch(ws, now=now(), started=started, ended=ended, announced=self._announced(context))
        if isinstance(found, Wait):
            self._wait(found, context)
        return {"request_id": found.request_id}

    def _wait(self, wait: "Wait", context: "Context") -> NoReturn:
        since = context["dag_run"].start_date
        if since is not None and now() - since >= DAY:
            raise AirflowSkipException("Nothing was asked for within a day. The next run waits on.")
        self.log.info("%s Waiting until %s at most.", wait.sentence, wait.until)
        until = wait.until.isoformat()
        self._defer(DriftTrigger(model=wait.model, until=until, sequence=wait.sequence, raw=wait.raw, seen=wait.seen))

    def _announced(self, context: "Context") -> "Announcement | None":
        if not self.announced:
            return None
        return announcement_of(context["inlet_events"][0].ascending(False).limit(EVENTS))

    def _defer(self, trigger: DriftTrigger) -> NoReturn:
        self.defer(trigger=trigger, method_name="look")


def _pause(context: "Context") -> datetime | None:
    """Until when to wait because the run before this one has failed; None: not at all."""
    from evergreen.flows.watch import AGAIN

    before = context["ti"].get_previous_dagrun()
    if before is None or before.state != "failed" or before.end_date is None:
        return None
    until: datetime = before.end_date + AGAIN
    return until if until > now() else None


def _has_run(ti: Any, dag_id: str, run_id: str, *, states: Sequence[str] | None = None) -> bool:
    return bool(ti.get_dr_count(dag_id=dag_id, run_ids=[run_id], states=states))
