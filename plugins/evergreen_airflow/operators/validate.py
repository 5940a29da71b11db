"""Validate: hold the data against the suite and against the snapshot before it."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator
from evergreen_airflow.ui.links import DataDocsLink

if TYPE_CHECKING:
    from evergreen.records.validation import ValidationReport


class ValidateOperator(RetrainingOperator["ValidationReport"]):
    """Data that fails a critical expectation ends the run: a green task, a skipped branch, the reason in the report."""

    step = "validate"
    operator_extra_links = (DataDocsLink(),)

    def summary(self, record: "ValidationReport") -> dict[str, Any]:
        """Digest, verdict and where the pages are."""
        return {
            "validation": record.digest,
            "passed": record.passed,
            "failures": len(record.failures),
            "report_key": record.report_key,
            "docs_key": record.docs_key,
        }

    def refusal(self, record: "ValidationReport") -> str | None:
        """The critical expectations that failed."""
        return None if record.passed else " ".join(o.sentence for o in record.failures if o.severity == "critical")
