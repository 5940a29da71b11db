import json
import socket

import pytest

from evergreen.core.errors import OutageError
from evergreen.stack.ports import ADDED, HIGHEST, INTERNAL, LOWEST, PREFERRED, free, listeners, ports, settle


@pytest.fixture
def foreign():
    """A listener of somebody else."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_every_listener_has_a_port_of_its_own(state):
    chosen = ports(state)
    assert set(chosen) == {*PREFERRED, *INTERNAL}
    assert len(listeners(state)) == len(chosen) + 1


def test_a_port_that_is_listened_on_is_not_free(foreign):
    assert not free(foreign)


def test_ports_are_kept(state):
    before = ports(state)
    assert settle(state) == {}
    assert ports(state) == before


def test_a_taken_port_moves_alone(state, foreign):
    before = ports(state) | {"mlflow": foreign}
    state.ports.write_text(json.dumps(before))
    assert settle(state) == {"mlflow": foreign}
    after = ports(state)
    assert after["mlflow"] != foreign
    assert after | {"mlflow": foreign} == before


def test_ports_that_linux_gives_to_connections_are_not_chosen(state):
    internal = {name: ports(state)[name] for name in INTERNAL}
    assert all(LOWEST <= port < HIGHEST + 500 for port in internal.values())
    assert HIGHEST + 500 + ADDED < 32_768


def test_a_stack_that_was_never_started_is_said_so(state):
    state.ports.unlink()
    with pytest.raises(OutageError, match="was never started: run `make up`"):
        ports(state)
