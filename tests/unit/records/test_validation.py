"""The failures of a report: critical ones first."""

from dataclasses import replace

from evergreen.records.validation import ExpectationOutcome, ValidationReport

from .samples import example


def test_failures_are_critical_first() -> None:
    warning = replace(example(ExpectationOutcome), success=False, severity="warning")
    critical = replace(warning, severity="critical")
    fine = replace(critical, success=True)
    report: ValidationReport = replace(example(ValidationReport), outcomes=(warning, fine, critical))
    assert report.failures == (critical, warning)
