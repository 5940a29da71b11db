"""The shape of every operator: open the model's workspace, make one call, pass on keys and digests."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from airflow.sdk import BaseOperator
from airflow.sdk.bases.skipmixin import SkipMixin
from airflow.sdk.exceptions import AirflowFailException

from evergreen_airflow.errors import translated
from evergreen_airflow.hooks.connect import connect

if TYPE_CHECKING:
    from airflow.providers.openlineage.extractors.base import OperatorLineage
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.base import Record

R = TypeVar("R", bound="Record")


class StepOperator(BaseOperator, SkipMixin, Generic[R]):
    """One step of a flow. A subclass says which call, what goes to XCom, and when the answer is a refusal.

    Parameters
    ----------
    model
        Name of the model folder.
    run_id
        The retraining run whose ledger the step reads and writes.
    """

    decides: ClassVar[bool] = True
    """Whether the run cannot be judged when this step has failed."""

    template_fields: Sequence[str] = ("model", "run_id")
    ui_color = "#e6f4ea"

    def __init__(self, *, model: str, run_id: str = "{{ run_id }}", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model
        self.run_id = run_id
        self._given: R | None = None

    def execute(self, context: "Context") -> dict[str, Any]:
        """Make the call; a refusal leaves this task green and skips what comes next."""
        with translated():
            from evergreen.flows.workspace import open_workspace

            record = self.call(open_workspace(self.model, connect=connect), context)
        self._given = record
        summary = self.summary(record)
        self.log.info("%s: %s", self.task_id, summary)
        if (error := self.failure(record, context)) is not None:
            context["ti"].xcom_push(key="return_value", value=summary)
            raise AirflowFailException(error)
        if (reason := self.refusal(record)) is not None:
            self._stop(context, {**summary, "refused": reason[:500]})
        return summary

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> "OperatorLineage[Any, Any]":  # noqa: ARG002 (Airflow's form)
        """What the step read and made, for Airflow's OpenLineage provider."""
        from evergreen_airflow.lineage import lineage_of

        return lineage_of(self._given)

    def call(self, ws: "Workspace", context: "Context") -> R:
        """The one call into evergreen."""
        raise NotImplementedError

    def summary(self, record: R) -> dict[str, Any]:
        """What goes to XCom: keys, digests and a few numbers, never data."""
        raise NotImplementedError

    def refusal(self, record: R) -> str | None:  # noqa: ARG002 (most steps refuse nothing)
        """Why the run ends here, or None."""
        return None

    def failure(self, record: R, context: "Context") -> str | None:  # noqa: ARG002 (reports alone fail after the fact)
        """Why this task is red although its record is stored, or None."""
        return None

    def _stop(self, context: "Context", summary: Mapping[str, Any]) -> None:
        self.log.warning("Refused: %s", summary["refused"])
        context["ti"].xcom_push(key="return_value", value=dict(summary))
        self.skip(ti=context["ti"], tasks=self.downstream_list)
