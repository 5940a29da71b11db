"""The diary of unit tests behaves as MLflow does; tests/integration/mlflow asks the same of the server."""

import pytest

from evergreen.core.errors import NotFound
from evergreen.stores.memory_tracker import MemoryTracker


def start(tracker: MemoryTracker) -> str:
    return tracker.start_run("m", key="k", name="n", tags={}, params={})


def test_a_run_is_found_when_it_has_finished_and_the_first_to_finish_counts() -> None:
    tracker = MemoryTracker()
    early, late = start(tracker), start(tracker)
    assert tracker.find_run("m", "k") is None
    tracker.end_run(late, finished=True, tags={"a": "b"})
    tracker.end_run(early, finished=True, tags={})
    assert tracker.find_run("m", "k") == late
    assert tracker.run_tags(late) == {"a": "b", "evergreen.key": "k"}


def test_an_open_run_is_buried_by_the_next_of_its_key() -> None:
    tracker = MemoryTracker()
    left, _ = start(tracker), start(tracker)
    assert tracker.runs[left].status == "KILLED"


def test_a_text_is_kept_with_a_run_that_has_ended_and_the_last_one_counts() -> None:
    tracker = MemoryTracker()
    run_id = start(tracker)
    tracker.end_run(run_id, finished=True, tags={})
    tracker.log_text(run_id, "card/card.md", "one")
    tracker.log_text(run_id, "card/card.md", "two")
    assert tracker.runs[run_id].texts == {"card/card.md": "two"}
    with pytest.raises(NotFound):
        tracker.log_text("run-9", "card/card.md", "one")


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        MemoryTracker().run_tags("run-9")
