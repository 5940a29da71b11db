"""Claim: take a retrain request for the one run that may serve it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evergreen_airflow.dags.schedule import requested_asset
from evergreen_airflow.operators.step import StepOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.request import RetrainRequest


class ClaimOperator(StepOperator["RetrainRequest"]):
    """Claims the request; skipped when it is closed.

    What it returns starts the run: ``run_id``, which derives from the request, so that starting it twice starts it
    once, and ``conf``, the fields of its form. An event of the model's asset tells other DAGs.

    Parameters
    ----------
    request_id
        The request that the sensor found; a template.
    """

    template_fields: Sequence[str] = (*StepOperator.template_fields, "request_id")

    def __init__(self, *, model: str, request_id: str, **kwargs: Any) -> None:
        super().__init__(model=model, outlets=[requested_asset(model)], **kwargs)
        self.request_id = request_id

    def call(self, ws: "Workspace", context: "Context") -> "RetrainRequest":
        """The request, claimed."""
        from evergreen.core.clock import now
        from evergreen.flows.requests import take

        request = take(ws, self.request_id, now=now())
        context["outlet_events"][requested_asset(self.model)].extra = {"request_id": request.request_id}
        return request

    def summary(self, record: "RetrainRequest") -> dict[str, Any]:
        """Id and form of the run that serves the request."""
        from evergreen.flows.requests import run_id_of

        return {"run_id": run_id_of(record.request_id), "conf": conf_of(record)}


def conf_of(request: "RetrainRequest") -> dict[str, Any]:
    """The form of a retraining run, as the request fills it in."""
    from evergreen.records.run import Way
    from evergreen.spec.duration import format_duration

    conf: dict[str, Any] = {"request_id": request.request_id, "reason": request.reason, **request.hyperparameters}
    if request.way is not Way.REQUEST:
        conf["way"] = request.way.value
    if request.as_of is not None:
        conf["as_of"] = request.as_of.isoformat()
    if request.window is not None:
        conf["window"] = format_duration(request.window)
    return conf
