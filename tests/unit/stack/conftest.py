from pathlib import Path

import pytest

from evergreen.stack.ports import settle
from evergreen.stack.state import State


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A state folder that was prepared and never started."""
    (tmp_path / "Procfile").write_text("one: sleep 1000\n")
    made = State(project=tmp_path, path=tmp_path / ".evergreen")
    made.create()
    settle(made)
    return made
