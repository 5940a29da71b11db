"""Reference: store what the challenger's predictions will be held against."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator
from evergreen_airflow.ui.links import ModelVersionLink

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.flows.workspace import Workspace
    from evergreen.records.watched import Watched


class ReferenceOperator(RetrainingOperator["Watched"]):
    """Stores the reference. Nothing is decided by it: when it fails it is red, and the challenger goes on."""

    step = "reference"
    decides = False
    operator_extra_links = (ModelVersionLink(),)

    def call(self, ws: "Workspace", context: "Context") -> "Watched":  # noqa: ARG002 (the ledger knows the run)
        """The reference of `evergreen.flows.reference`."""
        from evergreen.flows import retrain
        from evergreen.flows.reference import reference

        return reference(ws, retrain.resume(ws, self.run_id))

    def summary(self, record: "Watched") -> dict[str, Any]:
        """The version, and where its reference is."""
        return {"model": record.model, "version": record.version, "reference_key": record.reference}
