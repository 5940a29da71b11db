"""Stored reports as pages."""

import pytest

from evergreen_airflow.ui.page import page


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("m/reports/a.html", "text/html"),
        ("m/reports/a.json", "application/json"),
        ("m/reports/a.md", "text/html"),
        ("m/reports/a.svg", "text/plain"),
    ],
)
def test_a_report_cannot_act_as_its_reader(key: str, kind: str) -> None:
    shown = page(key, b"{}")
    assert shown.headers["content-type"].startswith(kind)
    assert shown.headers["content-security-policy"].startswith("sandbox")
    assert "allow-same-origin" not in shown.headers["content-security-policy"]
    assert shown.headers["x-content-type-options"] == "nosniff"


def test_markdown_is_rendered_and_its_html_is_not() -> None:
    text = bytes(page("m/reports/a.md", b"**PASS** <script>alert(1)</script>").body).decode()
    assert "<strong>PASS</strong>" in text
    assert "<script>" not in text
