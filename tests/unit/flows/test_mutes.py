"""Who may be silenced for how long, and that a name nobody has heard of is no mute."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.flows.test_alerts import MODEL, Outside, look, tell

from evergreen.core.errors import RunError
from evergreen.flows.alerts import read_book
from evergreen.flows.mutes import mute, unmute
from evergreen.stores.memory import MemoryStore

NOW = datetime(2013, 6, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=2)


def silence(store: MemoryStore, name: str | None, **changes: Any) -> None:
    given: dict[str, Any] = {"until": LATER, "by": "ann", "reason": "holidays", "now": NOW}
    mute(store, MODEL, name, **(given | changes))


@pytest.mark.parametrize("name", ["drift", None])
def test_muted_and_unmuted(name: str | None) -> None:
    store, outside = MemoryStore(), Outside()
    look(store, ["drift"])
    silence(store, name)
    tell(store, outside, NOW)
    assert not outside.heard
    unmute(store, MODEL, name)
    tell(store, outside, NOW)
    assert outside.heard["slack", "drift"] == ["finding"]


def test_muting_again_replaces_the_time() -> None:
    store = MemoryStore()
    look(store, ["drift"])
    for until in (LATER, NOW + timedelta(hours=1)):
        silence(store, "drift", until=until)
    (entry,) = read_book(store, MODEL).mutes
    assert (entry.until, entry.by, entry.reason) == (NOW + timedelta(hours=1), "ann", "holidays")


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("drfit", {}, "no finding 'drfit'; did you mean 'drift'"),
        ("x", {}, "Those that are known: 'drift'"),
        (None, {"until": NOW}, "is over; mute until a time to come"),
        (None, {"reason": " "}, "a reason has 1 to 500"),
    ],
)
def test_what_cannot_be_muted(name: str | None, changes: dict[str, Any], message: str) -> None:
    store = MemoryStore()
    look(store, ["drift"])
    with pytest.raises(RunError, match=message):
        silence(store, name, **changes)
    assert read_book(store, MODEL).mutes == ()


def test_what_is_not_muted_cannot_be_unmuted() -> None:
    store = MemoryStore()
    look(store, ["drift"])
    with pytest.raises(RunError, match=r"not muted as a whole\. What is muted: nothing"):
        unmute(store, MODEL, None)
    silence(store, None)
    with pytest.raises(RunError, match=r"not muted for 'drift'\. What is muted: the whole model"):
        unmute(store, MODEL, "drift")
