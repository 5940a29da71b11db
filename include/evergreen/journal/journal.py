"""Journal: appending to the audit trail of one model, and reading it."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

from evergreen.core.clock import now
from evergreen.core.digest import sha256
from evergreen.core.errors import AccessDenied, AlreadyExists, IntegrityError, NotFound, OutageError, Refused
from evergreen.journal.checkpoint import EVERY, newest_checkpoint, write_checkpoint
from evergreen.journal.entry import SIGNED, Draft, Entry, key_of, read_entry, signed
from evergreen.journal.fold import Fold
from evergreen.journal.signing import Keyring, Signer, Trust
from evergreen.journal.state import State
from evergreen.journal.stored import Finding, Stored, read_first, stored
from evergreen.stores.ports import ObjectStore

log = logging.getLogger(__name__)

ATTEMPTS = 50

Decide = Callable[[State], Draft]


class Journal:
    """The journal of ``model`` in ``store``. One instance per thread: it keeps its fold and reads only what is newer.

    With ``trust`` it begins at the newest signed checkpoint, believes no entry of a kind that must be signed without a
    signature that counts, and signs what it writes of these kinds. Without, it neither signs nor checks. ``retain``:
    how long the store must keep each entry, where its bucket has Object Lock.

    >>> from evergreen.stores.memory import MemoryStore
    >>> Journal(MemoryStore(), "flight_delays").state().champion is None
    True
    """

    def __init__(
        self, store: ObjectStore, model: str, trust: Trust | None = None, *, retain: timedelta | None = None
    ) -> None:
        self.store, self.model, self.trust, self.retain = store, model, trust, retain
        self._fold: Fold | None = None
        self._head_etag = ""
        self._checkpointed = 0
        self._findings: dict[str, Finding] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What lay under the keys that were read so far and was not trusted; each was logged once."""
        return tuple(self._findings.values())

    def state(self) -> State:
        """What the journal says now.

        Raises
        ------
        IntegrityError
            When the chain is broken, an entry is not signed as it must be, or the last entry read before, or vouched
            for by a checkpoint, is gone or changed: nothing is decided on it then.
        """
        return self._catch_up().state()

    def entries(self, *, after: int = 0) -> Iterator[Entry]:
        """The entries behind sequence number ``after``, each read and checked to the letter as it is asked for."""
        for found in stored(self.store, self.model, after=after):
            after += 1
            yield read_entry(self._read(found, after), self.model, after)

    def entry(self, sequence: int) -> Entry:
        """One entry, as it was written first; raises ``NotFound``."""
        return read_entry(read_first(self.store, self.model, sequence), self.model, sequence)

    def checkpoint(self) -> str:
        """Write a signed checkpoint of the state now and give its key.

        Raises
        ------
        AccessDenied
            When this process has no key to sign with.
        Refused
            When the journal is empty.
        """
        state = self.state()
        if state.sequence == 0:
            raise Refused(f"{self.model}: the journal is empty; there is nothing to write a checkpoint of.")
        key = write_checkpoint(self.store, state, self._signer("a checkpoint"))
        self._checkpointed = state.sequence
        return key

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
        AccessDenied
            When the draft is of a kind that must be signed and this process has no key; nothing was written.
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
            entry = self._sign(_entry_of(draft, state, uuid))
            if self._write(entry):
                self._checkpoint_when_due(entry)
                return entry
            time.sleep(random.uniform(0, min(0.5, 0.002 * 2**attempt)))  # noqa: S311 (jitter, no secret)
        raise OutageError(f"{self.model}: other writers of the journal were faster {ATTEMPTS} times. Try again later.")

    def _sign(self, entry: Entry) -> Entry:
        if self.trust is None or entry.kind not in SIGNED:
            return entry
        return signed(entry, self.model, self._signer(f"an entry of kind {entry.kind!r}"))

    def _signer(self, what: str) -> Signer:
        if self.trust is None or self.trust.signer is None:
            raise AccessDenied(
                f"{self.model}: {what} must be signed, and this process has no key. Run this where releases run, or set "
                f"EVERGREEN_SIGNING_KEY_FILE to a key that others know by EVERGREEN_PUBLIC_KEYS."
            )
        return self.trust.signer

    def _write(self, entry: Entry) -> bool:
        """Whether this entry has that sequence number now; False when another one has."""
        until = now() + self.retain if self.retain else None
        try:
            self.store.create(key_of(self.model, entry.sequence), entry.to_json(), retain_until=until)
        except (AlreadyExists, OutageError) as error:  # the write may have been done, and only its reply lost
            try:
                return self.entry(entry.sequence).uuid == entry.uuid
            except NotFound:
                raise error from None
        return True

    def _checkpoint_when_due(self, entry: Entry) -> None:
        able = self.trust is not None and self.trust.signer is not None
        if able and entry.sequence - self._checkpointed >= EVERY:
            try:
                self.checkpoint()
            except OutageError as error:  # the entry is written; a checkpoint only saves time
                log.warning("%s: no checkpoint was written: %s", self.model, error)

    def _catch_up(self) -> Fold:
        """Read what is newer. The listing begins with the head that is known, so that its loss is noticed."""
        fold = self._fold = self._fold or self._begin()
        found = stored(self.store, self.model, after=fold.sequence - 1)
        if fold.sequence:
            self._require_head(fold, next(found, None))
        for entry in found:
            data = self._read(entry, fold.sequence + 1)
            fold.add(read_entry(data, self.model, fold.sequence + 1), sha256(data))
            self._head_etag = entry.first.etag
        return fold

    def _begin(self) -> Fold:
        keys = self.trust.keys if self.trust else Keyring()
        start = newest_checkpoint(self.store, self.model, keys, self._report)
        self._checkpointed = start.sequence if start else 0
        return Fold(self.model, start, keys)

    def _require_head(self, fold: Fold, found: Stored | None) -> None:
        key = key_of(self.model, fold.sequence)
        if found is not None and found.key == key:
            self._report(found.finding)
            if self._head_etag == found.first.etag:
                return
            if not self._head_etag and sha256(self._read(found, fold.sequence)) == fold.digest:
                self._head_etag = found.first.etag
                return
        known = "was read before" if self._head_etag else "a signed checkpoint vouches for"
        raise IntegrityError(f"{key}: this entry, which {known}, is gone or changed. Run `evergreen journal verify`.")

    def _read(self, found: Stored, sequence: int) -> bytes:
        if found.key != key_of(self.model, sequence):
            raise IntegrityError(f"{found.key}: entry {sequence} was expected here. Run `evergreen journal verify`.")
        self._report(found.finding)
        return self.store.get_version(found.key, found.first.version)

    def _report(self, finding: Finding | None) -> None:
        if finding is None:
            return
        if finding.key not in self._findings:
            log.warning(finding.sentence)
        self._findings[finding.key] = finding


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
