"""Register: give the candidate a version."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator
from evergreen_airflow.ui.links import ModelVersionLink

if TYPE_CHECKING:
    from evergreen.records.version import Version


class RegisterOperator(RetrainingOperator["Version"]):
    """Enters the candidate into the registry, whatever becomes of it."""

    step = "register"
    operator_extra_links = (ModelVersionLink(),)

    def summary(self, record: "Version") -> dict[str, Any]:
        """MLflow's number."""
        return {"model": record.model, "version": record.number, "candidate": record.key}
