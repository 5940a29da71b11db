"""Package: build the directory that will serve."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator

if TYPE_CHECKING:
    from evergreen.records.package import ModelPackage


class PackageOperator(RetrainingOperator["ModelPackage"]):
    """Builds what is judged, which is what serves."""

    step = "package"

    def summary(self, record: "ModelPackage") -> dict[str, Any]:
        """Digest and place."""
        return {
            "package": record.sha256,
            "prefix": record.prefix,
            "version": record.version,
            "files": len(record.files),
        }
