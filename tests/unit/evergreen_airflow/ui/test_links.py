"""Links on the tasks."""

import pytest

from evergreen.core.settings import settings
from evergreen_airflow.ui.links import (
    CardLink,
    DataDocsLink,
    ModelVersionLink,
    ReportLink,
    StepLink,
    TrackingRunLink,
)


@pytest.mark.parametrize(
    ("link", "summary", "ending"),
    [
        (TrackingRunLink(), {"mlflow_run": "ab12"}, "/#/runs/ab12"),
        (ModelVersionLink(), {"model": "small", "version": 3}, "/#/models/small/versions/3"),
        (
            DataDocsLink(),
            {"docs_key": "small/reports/validation/ab.html"},
            "/evergreen/reports/small/validation/ab.html",
        ),
        (CardLink(), {"card_key": "small/reports/cards/3/ab.html"}, "/evergreen/reports/small/cards/3/ab.html"),
        (ReportLink(), {"report_key": "small/reports/runs/ab.md"}, "/evergreen/reports/small/runs/ab.md"),
    ],
)
def test_a_link_is_made_from_what_the_step_returned(
    link: StepLink, summary: dict[str, object], ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.cache_clear()
    monkeypatch.setenv("EVERGREEN_MLFLOW_URL", "http://mlflow.test/")
    address = link.address(summary)
    assert address.startswith("http")
    assert address.endswith(ending)
    assert "//" not in address.removeprefix("http://")
    settings.cache_clear()
