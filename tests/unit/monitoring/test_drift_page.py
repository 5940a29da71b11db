"""The page of a drift report: the worst first, drawn, escaped and the same each time."""

from dataclasses import replace

import numpy as np

from evergreen.monitoring.drift_page import MOST_PICTURES, drift_sections
from evergreen.pages.page import html, markdown

from .drifts import profile_of, reference_of, report_of, rows

WINDOW = rows(2_000, 1) | {"temp": np.random.default_rng(2).normal(30, 8, 2_000)}


def _page(reference_rows: dict[str, object], window: dict[str, object]) -> tuple[str, str]:
    reference = reference_of(reference_rows)
    current, label = profile_of(reference.layout, window), profile_of(reference.label.layout, window)
    sections = drift_sections(report_of(reference, window), reference, current, label)
    return html("Drift", sections), markdown("Drift", sections)


def test_the_worst_column_comes_first_in_words_and_pictures() -> None:
    page, text = _page(rows(5_000, 0), WINDOW)
    assert "1 of 3 features drift, which is 33% of what matters to the model." in page
    assert page.count("<svg") == 5
    assert page.index('aria-label="temp: shares of') < page.index('aria-label="wind: shares of')
    assert "| temp | 33% | 2013-05-18 | Values lie 1.8 standard deviations apart (p below 0.001). |" in text
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "").replace("https://matplotlib.org", "")


def test_equal_reports_give_equal_pages() -> None:
    assert _page(rows(5_000, 0), WINDOW) == _page(rows(5_000, 0), WINDOW)


def test_names_and_categories_are_escaped_and_pictures_are_few() -> None:
    wide = {f"x{number}": np.arange(2_000.0) for number in range(MOST_PICTURES + 3)}
    evil = {"<b>": np.repeat(["<script>a", "$b_1^", "c"], [1_000, 600, 400]).astype(object)}
    page, _ = _page(rows(2_000, 0) | wide | evil, rows(2_000, 1) | wide | evil)
    assert page.count("<svg") == MOST_PICTURES
    assert "<script" not in page
    assert "<b>" not in page


def test_too_few_rows_say_so() -> None:
    page, _ = _page(rows(5_000, 0), rows(100, 1))
    assert "Not enough rows: the window has 100" in page


def test_it_is_said_where_days_stand_in_for_a_sampling_unit_that_the_log_does_not_have() -> None:
    reference, window = reference_of(rows(5_000, 0)), rows(2_000, 1)
    report = replace(report_of(reference, window), units=14, unit="day")
    current, of_customers = profile_of(reference.layout, window), replace(reference, unit="customer")
    said = "The prediction log has no customer: callers do not give it, and days are the units."
    assert said in markdown("Drift", drift_sections(report, of_customers, current))
    assert said not in markdown("Drift", drift_sections(report, replace(reference, unit="day"), current))
