"""Which port each listener of the stack takes: chosen once, kept, and chosen again only when another took it."""

import json
import random
import socket

from evergreen.core.errors import OutageError
from evergreen.stack.state import State

PREFERRED = {"airflow": 8080, "mlflow": 5000, "s3": 8333, "postgres": 5433}
"""What a person types is easy to remember; what only machines use is anywhere between ``LOWEST`` and ``HIGHEST``."""

INTERNAL = (
    "s3_grpc",
    "s3_master",
    "s3_master_grpc",
    "s3_volume",
    "s3_volume_grpc",
    "s3_filer",
    "s3_filer_grpc",
    "s3_admin",
)
# Below the range from which Linux gives ports to outgoing connections, even with the 10,000 that SeaweedFS adds to the
# port of its administration, whatever it was told.
LOWEST, HIGHEST, ADDED = 20_000, 22_000, 10_000
ATTEMPTS = 500


def free(port: int) -> bool:
    """Whether nobody listens on this port, on loopback or everywhere."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that linger do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _choose(start: int, taken: set[int]) -> int:
    for port in range(start, start + ATTEMPTS):
        if port not in taken and free(port):
            return port
    raise OutageError(
        f"None of the ports {start} to {start + ATTEMPTS - 1} is free on 127.0.0.1: stop what holds them."
    )


def ports(state: State) -> dict[str, int]:
    """The ports as they were chosen; choose with ``settle`` first.

    Raises
    ------
    OutageError
        When the stack was never started here.
    """
    try:
        chosen: dict[str, int] = json.loads(state.ports.read_text())
    except (OSError, ValueError):
        raise OutageError(f"The stack in {state.path} was never started: run `make up`.") from None
    return chosen


def listeners(state: State) -> set[int]:
    """Every port that a running stack listens on."""
    chosen = ports(state)
    return {*chosen.values(), chosen["s3_admin"] + ADDED}


def settle(state: State) -> dict[str, int]:
    """Choose every port for a stack that is down, keeping what is still free. Gives those that had to move.

    Returns
    -------
    dict[str, int]
        Name and former port of each listener that found its port taken.
    """
    old = ports(state) if state.ports.exists() else {}
    new: dict[str, int] = {}
    for name in (*PREFERRED, *INTERNAL):
        wanted = old.get(name) or PREFERRED.get(name) or random.randrange(LOWEST, HIGHEST)  # noqa: S311 - no secret
        new[name] = _choose(wanted, set(new.values()))
    state.ports.write_text(json.dumps(new, indent=2) + "\n")
    before = PREFERRED | old
    return {name: before[name] for name in new if name in before and before[name] != new[name]}
