"""Refit: fit the passed recipe on every row whose label is known."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator
from evergreen_airflow.ui.links import ModelVersionLink, TrackingRunLink

if TYPE_CHECKING:
    from evergreen.records.refit import Refit


class RefitOperator(RetrainingOperator["Refit"]):
    """What comes out is the challenger, unless it strayed from the gated one; then the report says by how much."""

    step = "refit"
    operator_extra_links = (TrackingRunLink(), ModelVersionLink())

    def summary(self, record: "Refit") -> dict[str, Any]:
        """Digests of both packages, the version, and whether it strayed."""
        return {
            "model": record.model,
            "gated": record.gated,
            "package": record.package.sha256,
            "version": record.version.number,
            "mlflow_run": record.candidate.run_id,
            "parity": record.parity.passed if record.parity else None,
        }
