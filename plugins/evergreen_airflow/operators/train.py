"""Train: fit the recipe on the train span."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator
from evergreen_airflow.ui.links import TrackingRunLink

if TYPE_CHECKING:
    from evergreen.records.candidate import Candidate


class TrainOperator(RetrainingOperator["Candidate"]):
    """Runs ``pipeline.py`` and fits what it returns, in the pool of the spec."""

    step = "train"
    operator_extra_links = (TrackingRunLink(),)

    def summary(self, record: "Candidate") -> dict[str, Any]:
        """Key, MLflow run and cost."""
        return {
            "candidate": record.key,
            "mlflow_run": record.run_id,
            "rows": record.rows,
            "wall_seconds": round(record.cost.wall_seconds, 3),
        }
