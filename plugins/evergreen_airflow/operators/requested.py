"""Requested: take the oldest promotion that somebody has asked for in the registry."""

from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from evergreen_airflow.operators.step import StepOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.promotion_request import PromotionRequest


class RequestedOperator(StepOperator["PromotionRequest"]):
    """What it returns starts the release run that asks the approvers; skipped when nobody has asked for a promotion."""

    def call(self, ws: "Workspace", context: "Context") -> "PromotionRequest":  # noqa: ARG002 (any run may serve)
        """The request."""
        from evergreen.flows.promotion_request import next_requested

        request = next_requested(ws)
        if request is None:
            raise AirflowSkipException("No promotion is asked for.")
        return request

    def summary(self, record: "PromotionRequest") -> dict[str, Any]:
        """Id and form of the release run."""
        return {"release_run": record.release_run, "run_id": record.run_id, "version": record.version}
