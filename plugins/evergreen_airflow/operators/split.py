"""Split: cut the snapshot into train, calibration and test."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator

if TYPE_CHECKING:
    from evergreen.records.split import Split


class SplitOperator(RetrainingOperator["Split"]):
    """Cuts by event time; overlap, rows from the future and leaking features are errors."""

    step = "split"

    def summary(self, record: "Split") -> dict[str, Any]:
        """Digest and sizes."""
        return {
            "split": record.digest,
            "train": record.train.rows,
            "calibration": record.calibration.rows,
            "test": record.test.rows,
        }
