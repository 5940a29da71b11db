import pytest

from evergreen.core.errors import OutageError, RunError
from evergreen.stack import lifecycle
from evergreen.stack.processes import members


def ignore(status):
    """Nobody watches."""


@pytest.fixture
def stopped(state):
    """A stack that is stopped after the test."""
    yield state
    lifecycle.down(state)
    assert members(state) == []


def test_up_twice_and_down_twice(stopped):
    assert lifecycle.current(stopped) is None
    assert not lifecycle.up(stopped, ignore).already
    first = lifecycle.current(stopped)
    assert first.ready
    assert lifecycle.up(stopped, ignore).already
    assert lifecycle.current(stopped) == first
    assert lifecycle.down(stopped) == 2
    assert lifecycle.down(stopped) == 0
    assert not stopped.status.exists()


def test_a_procfile_that_cannot_be_read_is_said_before_anything_starts(stopped):
    (stopped.project / "Procfile").write_text("what\n")
    with pytest.raises(RunError, match="Procfile, line 1"):
        lifecycle.up(stopped, ignore)
    assert not lifecycle.running(stopped)


def test_a_supervisor_that_cannot_begin_says_why(stopped, monkeypatch):
    monkeypatch.setattr(lifecycle.sys, "executable", "/bin/false")
    with pytest.raises(OutageError, match="The supervisor did not start"):
        lifecycle.up(stopped, ignore)


def test_the_tail_of_a_log_is_bounded(state):
    state.log("one").write_text("\n".join(map(str, range(100))))
    assert lifecycle.tail(state, "one", 2) == "98\n99"
    assert lifecycle.tail(state, "none") == ""
