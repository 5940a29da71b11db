"""Requested: what somebody has asked for in the registry, as the release runs that it needs."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from evergreen_airflow.errors import translated

if TYPE_CHECKING:
    from airflow.sdk import Context


class RequestedOperator(BaseOperator):
    """Looks for promotions that are asked for, of all models; skipped when there is none.

    It gives the arguments of a trigger for each. A model that cannot be looked at stops no other; it is told in the
    log, and by a failure as soon as no other model needs a release.
    """

    ui_color = "#e6f4ea"

    def execute(self, context: "Context") -> list[dict[str, Any]]:  # noqa: ARG002 (any run may serve)
        """The release runs to start, by the arguments of `TriggerOperator`."""
        with translated():
            from evergreen.core.settings import settings
            from evergreen.flows.books import fleet
            from evergreen.flows.promotion_request import requested_promotions
            from evergreen.flows.workspace import open_workspace
            from evergreen.stores.mlflow import open_registry

            found, problems = requested_promotions(open_registry(settings()), fleet(), open_workspace)
        for problem in problems.values():
            self.log.error("%s", problem)
        if problems and not found:
            raise AirflowFailException(" ".join(problems.values())[:2000])
        if not found:
            raise AirflowSkipException("No promotion is asked for.")
        return [
            {
                "trigger_dag_id": f"release__{request.model}",
                "trigger_run_id": request.release_run,
                "conf": {"run_id": request.run_id},
            }
            for request in found
        ]
