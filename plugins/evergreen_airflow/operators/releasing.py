"""What the steps of a release share: they work on the ledger of the run that made the challenger."""

from typing import TYPE_CHECKING, Any, ClassVar

from evergreen_airflow.operators.step import R, StepOperator

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace


class ReleasingOperator(StepOperator[R]):
    """A step of `evergreen.flows.release`, named by ``step``."""

    step: ClassVar[str]

    def __init__(self, *, run_id: str = "{{ params.run_id }}", **kwargs: Any) -> None:
        super().__init__(run_id=run_id, **kwargs)

    def call(self, ws: "Workspace", context: "Context") -> R:  # noqa: ARG002 (the ledger knows the run)
        """Do the step for the challenger of the run."""
        from evergreen.flows import release

        record: R = getattr(release, self.step)(ws, self.run_id)
        return record
