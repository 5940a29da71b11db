import sys
from collections.abc import Iterator

import pytest

from evergreen.core.errors import OutageError, RunError
from evergreen.stack import lifecycle
from evergreen.stack.processes import members
from evergreen.stack.state import State
from evergreen.stack.status import StackStatus


def ignore(status: StackStatus) -> None:
    """Nobody watches."""


@pytest.fixture
def stopped(state: State) -> Iterator[State]:
    """A stack that is stopped after the test."""
    yield state
    lifecycle.down(state)
    assert members(state) == []


def test_up_twice_and_down_twice(stopped: State) -> None:
    assert lifecycle.current(stopped) is None
    assert not lifecycle.up(stopped, ignore).already
    first = lifecycle.current(stopped)
    assert first is not None
    assert first.ready
    assert lifecycle.up(stopped, ignore).already
    assert lifecycle.current(stopped) == first
    assert lifecycle.down(stopped) == 2
    assert lifecycle.down(stopped) == 0
    assert not stopped.status.exists()


def test_a_procfile_that_cannot_be_read_is_said_before_anything_starts(stopped: State) -> None:
    (stopped.project / "Procfile").write_text("what\n")
    with pytest.raises(RunError, match="Procfile, line 1"):
        lifecycle.up(stopped, ignore)
    assert not lifecycle.running(stopped)


def test_a_supervisor_that_cannot_begin_says_why(stopped: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(OutageError, match="The supervisor did not start"):
        lifecycle.up(stopped, ignore)


def test_the_tail_of_a_log_is_bounded(state: State) -> None:
    state.log("one").write_text("\n".join(map(str, range(100))))
    assert lifecycle.tail(state, "one", 2) == "98\n99"
    assert lifecycle.tail(state, "none") == ""
