"""Whatever writers, lost replies, outages and crashes do to each other: a valid chain, every decision once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.journal.story import MODEL, Story, note, package_of

from evergreen.core.errors import AlreadyExists, OutageError, Refused
from evergreen.journal.decisions import record_promotion
from evergreen.journal.journal import Journal
from evergreen.journal.signing import Keyring, Signer, Trust
from evergreen.journal.verify import verify
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectInfo

FAULTS = ("none", "rival", "lost: exists", "lost: outage", "outage", "crash before", "crash after")
Task = Callable[[Journal], object]


SIGNER = Signer(Ed25519PrivateKey.generate())
TRUST = Trust(signer=SIGNER, keys=Keyring([SIGNER.public]))


class Crash(BaseException):
    """SIGKILL, as far as a test can send one: nothing catches it."""


@dataclass
class World:
    """A store, the faults that its next writes meet, and the writers that wait for their turn."""

    faults: Iterator[str]
    waiting: list[Task] = field(default_factory=list)
    store: MemoryStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = FaultyStore(self)

    def run(self, task: Task) -> None:
        """Run a task as Airflow would: again, in a new process, until it is done or refused."""
        while True:
            try:
                task(Journal(self.store, MODEL, TRUST))
            except (Crash, OutageError):
                continue
            except Refused:
                pass
            return

    def run_all(self) -> None:
        while self.waiting:
            self.run(self.waiting.pop(0))


class FaultyStore(MemoryStore):
    """A rival runs to its end between a writer's look at the state and its write, so writers interleave in any order."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def create(self, key: str, data: bytes, **options: Any) -> ObjectInfo:
        fault = next(self._world.faults, "none")
        if fault == "rival" and self._world.waiting:
            self._world.run(self._world.waiting.pop(0))
        if fault == "crash before":
            raise Crash
        if fault == "outage":
            raise OutageError("nothing was written")
        info = super().create(key, data, **options)
        if fault == "crash after":
            raise Crash
        if fault == "lost: exists":
            raise AlreadyExists("it met its own object")
        if fault == "lost: outage":
            raise OutageError("the reply was lost")
        return info


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evergreen.journal.journal.time.sleep", lambda _: None)


@pytest.fixture(autouse=True)
def frequent_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evergreen.journal.journal.EVERY", 3)


def _sound(store: MemoryStore) -> bool:
    """Every signature and checkpoint holds, and whoever begins at a checkpoint sees what all entries say."""
    whole = verify(store, MODEL, keys=TRUST.keys)
    since = verify(store, MODEL, keys=TRUST.keys, since_checkpoint=True)
    assert (whole.fault, whole.findings, since.fault, since.head) == (None, (), None, whole.head)
    return Journal(store, MODEL, TRUST).state() == Journal(store, MODEL).state()


def _cleared(stories: list[Story], faults: Iterator[str]) -> World:
    """A world in which nothing is left of each story but its promotion; only then the faults begin."""
    world = World(iter(()))
    journal = Journal(world.store, MODEL, TRUST)
    for story in stories:
        story.clear(journal)
    world.faults = faults
    return world


faults = st.lists(st.sampled_from(FAULTS), max_size=40).map(iter)


@given(faults, st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_every_decision_is_written_once(faults: Iterator[str], keys: list[int]) -> None:
    world = World(faults)
    world.waiting = [lambda journal, key=key: journal.record(note(str(key))) for key in keys]  # type: ignore[misc]
    world.run_all()
    written = [entry.key for entry in Journal(world.store, MODEL, TRUST).entries()]
    assert sorted(written) == sorted({str(key) for key in keys})
    assert _sound(world.store)


@given(faults, st.integers(2, 3))
def test_one_promotion_per_expected_champion(faults: Iterator[str], rivals: int) -> None:
    stories = [Story(number) for number in range(1, rivals + 1)]
    stories += [Story(number + 10, against=number) for number in range(1, rivals + 1)]
    world = _cleared(stories, faults)
    world.waiting = [lambda journal, story=story: record_promotion(journal, story.promotion) for story in stories]  # type: ignore[misc]
    world.run_all()
    entries = list(Journal(world.store, MODEL, TRUST).entries())
    expected = [entry.body["expected_champion"] for entry in entries if entry.kind == "promotion"]
    assert expected[0] is None
    assert len(expected) == len(set(expected))
    promoted = [entry.body["package"] for entry in entries if entry.kind == "promotion"]
    assert expected[1:] == promoted[:-1]
    champion = Journal(world.store, MODEL, TRUST).state().champion
    assert champion is not None
    assert champion.package == promoted[-1]
    assert _sound(world.store)


@given(faults)
def test_whoever_is_told_yes_is_in_the_journal_and_whoever_is_refused_is_not(faults: Iterator[str]) -> None:
    stories = [Story(number) for number in (1, 2, 3)]
    world, answers = _cleared(stories, faults), dict[int, str]()

    def try_promotion(journal: Journal, story: Story) -> None:
        try:
            record_promotion(journal, story.promotion)
            answers[story.number] = "yes"
        except Refused:
            answers[story.number] = "no"

    world.waiting = [lambda journal, story=story: try_promotion(journal, story) for story in stories]  # type: ignore[misc]
    world.run_all()
    promoted = {
        entry.body["package"] for entry in Journal(world.store, MODEL, TRUST).entries() if entry.kind == "promotion"
    }
    assert {package_of(number) for number, answer in answers.items() if answer == "yes"} == promoted
    assert len(promoted) == 1
