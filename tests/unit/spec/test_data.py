"""Rules that bind the columns, the window and the source."""

from typing import Any

import pytest
from pydantic import ValidationError

from evergreen.spec.data import Columns, Features, ObjectsSource, SplitPolicy, SqlSource, Window

LABEL = {"column": "late", "positive": 1}
FEATURES = {"numeric": ("hour",)}


def columns(**changes: Any) -> dict[str, Any]:
    return {"event_time": "t", "keys": ("id",), "label": LABEL, "features": FEATURES, **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"keys": ("id", "id")}, "keys.1: names 'id' twice"),
        ({"sensitive": ("age", "age")}, "sensitive.1: names 'age' twice"),
        ({"label": {"column": "t"}}, "label.column: 't' is the event time"),
        ({"label": {"column": "id"}}, "label.column: 'id' is one of the keys"),
        ({"features": {"numeric": ("hour", "late")}}, "features.numeric.1: 'late' is the label"),
        ({"features": {"categorical": ("t",)}}, "features.categorical.0: 't' is the event time"),
        ({"features": {"numeric": ("a", "a")}}, "numeric.1: names 'a' twice"),
        ({"features": {"numeric": ("a",), "categorical": ("a",)}}, "'a' is among the numeric features, too"),
        ({"features": {}}, "no feature is named"),
    ],
)
def test_columns_have_one_place_each(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Columns.model_validate(columns(**changes))
    assert message in str(caught.value)


def test_a_key_and_a_sensitive_column_may_be_features() -> None:
    both = Columns.model_validate(columns(keys=("hour",), sensitive=("hour",)))
    assert both.features == Features(numeric=("hour",))


@pytest.mark.parametrize("prefix", ["/raw/", "raw//x/", "../other/", "raw/./", "raw", ""])
def test_a_prefix_stays_below_the_model(prefix: str) -> None:
    with pytest.raises(ValidationError):
        ObjectsSource(kind="objects", prefix=prefix)


def test_a_query_reads_one_window() -> None:
    SqlSource(kind="sql", connection="warehouse", query="SELECT * FROM f WHERE t >= :start AND t < :end")
    with pytest.raises(ValidationError, match="has no :end"):
        SqlSource(kind="sql", connection="warehouse", query="SELECT * FROM f WHERE t >= :start")


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ({"kind": "expanding"}, "start: is missing"),
        ({"kind": "sliding", "start": "2013-01-01"}, "length: is missing"),
        (
            {"kind": "expanding", "start": "2013-01-01", "length": "28d"},
            "kind expanding goes with start, not with length",
        ),
    ],
)
def test_a_window_has_a_start_or_a_length(window: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Window.model_validate(window)


def test_a_test_span_is_not_empty() -> None:
    with pytest.raises(ValidationError, match="is empty"):
        SplitPolicy.model_validate({"test": "0d"})
