"""A small spec that is right, to be bent by the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

SPEC = """\
version: 1
name: late
owner: {name: Operations, email: operations@example.com}
purpose: Warns the desk of flights that will be late.
task: binary
source:
  kind: objects
columns:
  event_time: departure
  keys: [flight_id]
  label:
    column: late
    delay: 1d
    positive: 1
  features:
    numeric: [hour, distance]
    categorical: [carrier]
training:
  window:
    kind: expanding
    start: 2013-01-01
  hyperparameters:
    depth: {default: 3, low: 1, high: 9}
gates:
  - rule: minimum
    metric: roc_auc
    at_least: 0.6
schedule:
  kind: cron
  expression: "0 6 1 * *"
  start: 2013-03-01
"""

Write = Callable[[str], Path]


@pytest.fixture
def text() -> str:
    """A spec without fault, for a folder named ``late``."""
    return SPEC


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write ``model.yaml`` into the folder ``late``; gives the folder."""

    def write(content: str) -> Path:
        folder = tmp_path / "late"
        folder.mkdir(exist_ok=True)
        (folder / "model.yaml").write_text(content, encoding="utf-8")
        return folder

    return write
