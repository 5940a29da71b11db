"""Durations survive the way to text and back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.spec.duration import format_duration, parse_duration


@given(st.integers(0, 10**9))
def test_the_spelling_is_read_back(seconds: int) -> None:
    value = timedelta(seconds=seconds)
    spelling = format_duration(value)
    if len(spelling) <= 7:
        assert parse_duration(spelling) == value


@pytest.mark.parametrize("text", ["", "28", "d", "-1d", "1.5d", "1y", "1d2h", "1000000000d"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)
