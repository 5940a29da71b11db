"""One source of the time, which tests and replays may hold."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from evergreen.core.clock import frozen, now

MARCH = datetime(2013, 3, 1, tzinfo=UTC)


def test_now_is_utc_and_moves() -> None:
    first = now()
    assert first.tzinfo is UTC
    assert now() >= first


def test_a_held_clock_is_let_go_even_after_an_error() -> None:
    def fail() -> None:
        with frozen(MARCH):
            with frozen(MARCH + timedelta(days=1)):
                assert now() == MARCH + timedelta(days=1)
            assert now() == MARCH
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert now() != MARCH


def test_another_zone_is_the_same_moment_in_utc() -> None:
    with frozen(MARCH.astimezone(timezone(timedelta(hours=2)))):
        assert now() == MARCH
        assert now().tzinfo is UTC
