"""Claim: take the oldest retrain request that waits."""

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from evergreen_airflow.operators.step import StepOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.request import RetrainRequest


class ClaimOperator(StepOperator["RetrainRequest"]):
    """Claims a request for the one run that may serve it; skipped when none waits.

    What it returns starts that run: ``run_id``, which derives from the request, so that starting it twice starts it
    once, and ``conf``, the fields of its form.
    """

    def call(self, ws: "Workspace", context: "Context") -> "RetrainRequest":  # noqa: ARG002 (any run may claim)
        """The request, claimed."""
        from evergreen.core.clock import now
        from evergreen.flows.requests import claim_next

        request = claim_next(ws, now=now())
        if request is None:
            raise AirflowSkipException("No request waits.")
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
