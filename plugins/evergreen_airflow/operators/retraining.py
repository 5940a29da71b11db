"""What the steps of a retraining run share: the run's ledger says what was asked, the step answers."""

from typing import TYPE_CHECKING, ClassVar

from evergreen_airflow.operators.step import R, StepOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace


class RetrainingOperator(StepOperator[R]):
    """A step of `evergreen.flows.retrain`, named by ``step``."""

    step: ClassVar[str]

    def call(self, ws: "Workspace", context: "Context") -> R:  # noqa: ARG002 (the ledger knows the run)
        """Take up the run and do the step."""
        from evergreen.flows import retrain

        record: R = getattr(retrain, self.step)(ws, retrain.resume(ws, self.run_id))
        return record
