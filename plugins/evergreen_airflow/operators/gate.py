"""Gate: judge the evaluation by the rules of the spec."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.retraining import RetrainingOperator

if TYPE_CHECKING:
    from evergreen.records.verdict import Verdict


class GateOperator(RetrainingOperator["Verdict"]):
    """A verdict of FAIL ends the run: a green task, a skipped branch, the reasons in the report."""

    step = "gate"

    def summary(self, record: "Verdict") -> dict[str, Any]:
        """Digest and judgement."""
        return {"verdict": record.digest, "judgement": record.judgement.value, "package": record.package}

    def refusal(self, record: "Verdict") -> str | None:
        """The rules that the challenger broke."""
        return " ".join(record.reasons) if record.judgement.value == "FAIL" else None
