"""From metrics to a verdict, by Great Expectations' own code."""

import traceback
from collections.abc import Mapping
from typing import Any

from great_expectations.core import ExpectationValidationResult
from great_expectations.expectations.expectation import Expectation

# Counts, and no value of any row.
RESULT_FORMAT = {
    "result_format": "BASIC",
    "exclude_unexpected_values": True,
    "partial_unexpected_count": 0,
    "include_unexpected_rows": False,
}


class _ById(dict[str, Any]):
    """Metrics by Great Expectations' ids, which begin with the name; to ask it for the ids would double the cost."""

    def __contains__(self, _: object) -> bool:
        return True

    def __getitem__(self, identity: Any) -> Any:
        return self.get(identity[0])


def judge(expectation: Expectation, metrics: Mapping[str, Any]) -> ExpectationValidationResult:
    """The result that Great Expectations gives for these metrics; what it raises is a failed result.

    Parameters
    ----------
    metrics
        By Great Expectations' names. Lists of unexpected values may be left out; they are not reported.
    """
    runtime = {"result_format": dict(RESULT_FORMAT)}
    try:
        return expectation.metrics_validate(metrics=_ById(metrics), runtime_configuration=runtime)
    except Exception as error:  # noqa: BLE001 - whatever an expectation raises is its failure, as in GX
        return failed(expectation, f"{type(error).__name__}: {error}", traceback.format_exc())


def failed(expectation: Expectation, message: str, trace: str | None = None) -> ExpectationValidationResult:
    """The result of an expectation that could not be judged."""
    info = {"raised_exception": True, "exception_traceback": trace, "exception_message": message}
    return ExpectationValidationResult(
        success=False, expectation_config=expectation.configuration, result={}, exception_info=info
    )
