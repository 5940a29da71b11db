"""Release: authorise the approved package to be loaded."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.releasing import ReleasingOperator

if TYPE_CHECKING:
    from evergreen.records.release import Release


class ReleaseOperator(ReleasingOperator["Release"]):
    """Writes the authorisation into the journal."""

    step = "release"

    def summary(self, record: "Release") -> dict[str, Any]:
        """What may be loaded, and for which stage."""
        return {"release": record.digest, "stage": record.stage, "version": record.version, "package": record.package}
