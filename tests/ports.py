"""Ports for the servers of tests: no two processes of a test run look for free ones at the same place."""

import json
import os
from itertools import count

from evergreen.stack.ports import INTERNAL, PREFERRED
from evergreen.stack.state import State

# SeaweedFS adds 10,000 to one of them, which ends below the ports of outgoing connections.
FIRST, EACH, APART = 12_500, 100, 7


def reserve(state: State) -> None:
    """Let a stack that has no ports yet look for them from this process's first one on.

    A stack listens on the last of its ports half a minute after it has chosen them; until then any other would find
    them free.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    wanted = dict(zip((*PREFERRED, *INTERNAL), count(FIRST + EACH * worker, APART), strict=False))
    state.ports.write_text(json.dumps(wanted), encoding="utf-8")
