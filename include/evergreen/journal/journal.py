"""Journal: appending to the audit trail of one model, and reading it."""

import random
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from evergreen.core.clock import now
from evergreen.core.digest import sha256
from evergreen.core.errors import AlreadyExists, IntegrityError, NotFound, OutageError
from evergreen.journal.entry import Draft, Entry, folder_of, key_of, read_entry
from evergreen.journal.fold import Fold
from evergreen.journal.state import State
from evergreen.stores.ports import ObjectStore

ATTEMPTS = 50

Decide = Callable[[State], Draft]


class Journal:
    """The journal of ``model`` in ``store``. One instance per thread: it keeps its fold and reads only what is newer.

    >>> from evergreen.stores.memory import MemoryStore
    >>> Journal(MemoryStore(), "flight_delays").state().champion is None
    True
    """

    def __init__(self, store: ObjectStore, model: str) -> None:
        self.store, self.model = store, model
        self._fold = Fold(model)
        self._head_etag = ""

    def state(self) -> State:
        """What the journal says now.

        Raises
        ------
        IntegrityError
            When the chain is broken, or the last entry read before is gone or changed: nothing is decided on it then.
        """
        self._catch_up()
        return self._fold.state()

    def entries(self, *, after: int = 0) -> Iterator[Entry]:
        """The entries behind sequence number ``after``, each read and checked to the letter as it is asked for."""
        for info in self.store.list(folder_of(self.model), after=key_of(self.model, after)):
            after += 1
            yield read_entry(self._read(info.key, after), self.model, after)

    def entry(self, sequence: int) -> Entry:
        """One entry; raises ``NotFound``."""
        return read_entry(self.store.get(key_of(self.model, sequence)), self.model, sequence)

    def record(self, draft: Draft, check: Callable[[State], None] = lambda _: None) -> Entry:
        """Write ``draft`` once, if ``check`` raises no objection; what is recorded already is not checked again."""

        def decide(state: State) -> Draft:
            if draft.key not in state.keys:
                check(state)
            return draft

        return self.append(decide)

    def append(self, decide: Decide) -> Entry:
        """Write what ``decide`` makes of the state, at the next sequence number.

        ``decide`` looks at the state and gives a draft, or raises ``Refused``. When another writer was faster it is
        asked again, on the new state. A draft whose idempotency key the journal holds already is not written: the
        entry that holds it is the answer.

        Raises
        ------
        OutageError
            When the store does not answer, or others were faster for too long. Asking again is safe: a write whose
            reply was lost is found by its idempotency key.
        """
        uuid = uuid4().hex
        for attempt in range(ATTEMPTS):
            state = self.state()
            draft = decide(state)
            if draft.key in state.keys:
                return self.entry(state.keys[draft.key])
            entry = _entry_of(draft, state, uuid)
            if self._write(entry):
                return entry
            time.sleep(random.uniform(0, min(0.5, 0.002 * 2**attempt)))  # noqa: S311 (jitter, no secret)
        raise OutageError(f"{self.model}: other writers of the journal were faster {ATTEMPTS} times. Try again later.")

    def _write(self, entry: Entry) -> bool:
        """Whether this entry has that sequence number now; False when another one has."""
        try:
            self.store.create(key_of(self.model, entry.sequence), entry.to_json())
        except (AlreadyExists, OutageError) as error:  # the write may have been done, and only its reply lost
            try:
                return self.entry(entry.sequence).uuid == entry.uuid
            except NotFound:
                raise error from None
        return True

    def _catch_up(self) -> None:
        """Read what is newer. The listing begins with the head that is known, so that its loss is noticed."""
        head = self._fold.sequence
        found = self.store.list(folder_of(self.model), after=key_of(self.model, head - 1) if head else "")
        if head:
            first = next(found, None)
            if first is None or first.key != key_of(self.model, head) or first.etag != self._head_etag:
                raise IntegrityError(f"{key_of(self.model, head)}: this entry was read before, and is gone or changed.")
        for info in found:
            data = self._read(info.key, self._fold.sequence + 1)
            self._fold.add(read_entry(data, self.model, self._fold.sequence + 1), sha256(data))
            self._head_etag = info.etag

    def _read(self, key: str, sequence: int) -> bytes:
        if key != key_of(self.model, sequence):
            raise IntegrityError(f"{key}: entry {sequence} was expected here. Run `evergreen journal verify`.")
        return self.store.get(key)


def _entry_of(draft: Draft, state: State, uuid: str) -> Entry:
    return Entry(
        sequence=state.sequence + 1,
        uuid=uuid,
        kind=str(draft.kind),
        key=draft.key,
        at=now(),
        actor=draft.actor,
        body=draft.body,
        previous=state.digest,
    )
