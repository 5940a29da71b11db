import json
import socket
from collections.abc import Iterator

import pytest

from evergreen.core.errors import OutageError
from evergreen.stack.ports import ADDED, HIGHEST, INTERNAL, LOWEST, PREFERRED, free, listeners, ports, settle
from evergreen.stack.state import State


@pytest.fixture
def foreign() -> Iterator[int]:
    """A listener of somebody else."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port: int = listener.getsockname()[1]
        yield port


def test_every_listener_has_a_port_of_its_own(state: State) -> None:
    chosen = ports(state)
    assert set(chosen) == {*PREFERRED, *INTERNAL}
    assert len(listeners(state)) == len(chosen) + 1


def test_a_port_that_is_listened_on_is_not_free(foreign: int) -> None:
    assert not free(foreign)


def test_ports_are_kept(state: State) -> None:
    before = ports(state)
    assert settle(state) == {}
    assert ports(state) == before


def test_a_taken_port_moves_alone(state: State, foreign: int) -> None:
    before = ports(state) | {"mlflow": foreign}
    state.ports.write_text(json.dumps(before))
    assert settle(state) == {"mlflow": foreign}
    after = ports(state)
    assert after["mlflow"] != foreign
    assert after | {"mlflow": foreign} == before


def test_ports_that_linux_gives_to_connections_are_not_chosen(state: State) -> None:
    internal = {name: ports(state)[name] for name in INTERNAL}
    assert all(LOWEST <= port < HIGHEST + 500 for port in internal.values())
    assert HIGHEST + 500 + ADDED < 32_768


def test_a_stack_that_was_never_started_is_said_so(state: State) -> None:
    state.ports.unlink()
    with pytest.raises(OutageError, match="was never started: run `make up`"):
        ports(state)
