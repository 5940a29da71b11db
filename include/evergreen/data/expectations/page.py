"""The Data Docs page of a validation: Great Expectations' renderers, one HTML file that loads nothing."""

from pathlib import Path

from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
from great_expectations.render.renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from evergreen.records.snapshot import Snapshot

VIEWS = Path(__file__).parent / "views"


def page(snapshot: Snapshot, results: list[ExpectationValidationResult]) -> bytes:
    """The HTML page of ``redacted`` results, those that failed first."""
    met = sum(bool(result.success) for result in results)
    listed = sorted(results, key=lambda result: bool(result.success))
    suite = ExpectationSuiteValidationResult(
        success=met == len(results),
        results=listed,
        suite_name=snapshot.model,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": met,
            "unsuccessful_expectations": len(results) - met,
            "success_percent": 100 * met / len(results) if results else None,
        },
        meta={
            "run_id": {"run_name": f"snapshot {snapshot.digest[:12]}", "run_time": snapshot.as_of.isoformat()},
            "batch_spec": {"data_asset_name": f"{snapshot.model}, {snapshot.rows:,} rows"},
        },
    )
    document = ValidationResultsPageRenderer().render(suite)
    html = DefaultJinjaPageView(custom_views_directory=str(VIEWS)).render(document, template="evergreen.j2")
    return str(html).encode()
