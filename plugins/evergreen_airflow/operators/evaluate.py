"""Evaluate: measure challenger, champion and baseline on the same unseen rows."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator

if TYPE_CHECKING:
    from evergreen.records.evaluation import Evaluation


class EvaluateOperator(RetrainingOperator["Evaluation"]):
    """Measures the packages; too few unseen rows is said so."""

    step = "evaluate"

    def summary(self, record: "Evaluation") -> dict[str, Any]:
        """Digest, rows and the challenger's metrics."""
        return {
            "evaluation": record.digest,
            "rows": record.rows,
            "comparable": record.comparable,
            "challenger": {m.name: round(m.estimate.value, 6) for m in record.metrics if m.role == "challenger"},
        }
