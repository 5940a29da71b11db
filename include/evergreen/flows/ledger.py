"""Ledger: what each step of a run gave, so that a run can be killed anywhere and taken up again.

A record is stored once under the idempotency key of the step that made it (``records/<step>/<key>.json``); the run
keeps a pointer (``runs/<run id>/<step>.json``). A step that finds its key taken adopts the record that is there.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from evergreen.core.digest import canonical, digest_of, sha256
from evergreen.core.errors import AlreadyExists, IntegrityError, NotFound, RunError
from evergreen.records.base import Record
from evergreen.records.run import Run
from evergreen.stores.ports import ObjectStore

R = TypeVar("R", bound=Record)


class Ledger:
    """The records of one run of one model."""

    def __init__(self, store: ObjectStore, model: str, run_id: str) -> None:
        self.store, self.model, self.run_id = store, model, run_id
        self._folder = f"{model}/runs/{quote(run_id, safe='+:-_.')}"

    def begin(self, run: Run) -> Run:
        """Fix what the run was asked to do; a run that has begun keeps what it was first asked."""
        key = f"{self._folder}/run.json"
        try:
            self.store.create(key, run.to_json())
        except AlreadyExists:
            return Run.from_json(self.store.get(key))
        return run

    def begun(self) -> bool:
        """Whether the run's first step has fixed what it was asked to do."""
        try:
            self.store.head(f"{self._folder}/run.json")
        except NotFound:
            return False
        return True

    def run(self) -> Run:
        """What the run was asked to do; raises ``RunError`` when it has not begun."""
        try:
            return Run.from_json(self.store.get(f"{self._folder}/run.json"))
        except NotFound:
            raise RunError(f"{self.model}: there is no run {self.run_id!r}; begin with the step 'snapshot'.") from None

    def once(self, step: str, kind: type[R], inputs: dict[str, Any], compute: Callable[[], R]) -> R:
        """The record of ``step`` for these inputs: computed now, or adopted from whoever was first."""
        key = digest_of({"step": step, **inputs})
        found = self.recorded(step, key, kind)
        return self.keep(step, compute() if found is None else found, key)

    def keep(self, step: str, record: R, key: str) -> R:
        """Store ``record`` under ``key`` unless one is there already, and point the run at the one that stays."""
        data = record.to_json()
        try:
            self.store.create(self._record(step, key), data)
        except AlreadyExists:  # perhaps by an earlier release, which wrote the same record in other bytes
            data = self.store.get(self._record(step, key))
            record = type(record).from_json(data)
        pointer = canonical({"record": self._record(step, key), "sha256": sha256(data)})
        self.store.put(f"{self._folder}/{step}.json", pointer)
        return record

    def read(self, step: str, kind: type[R]) -> R:
        """The record that ``step`` gave; raises ``RunError`` when it has not run."""
        record = self.find(step, kind)
        if record is None:
            raise RunError(f"{self.model}: the step {step!r} of run {self.run_id!r} has not run; it comes first.")
        return record

    def find(self, step: str, kind: type[R]) -> R | None:
        """The record that ``step`` gave, or None.

        Raises
        ------
        IntegrityError
            When the record is no longer the one that the step gave.
        """
        try:
            pointer = json.loads(self.store.get(f"{self._folder}/{step}.json"))
        except NotFound:
            return None
        data = self.store.get(pointer["record"])
        if sha256(data) != pointer["sha256"]:
            raise IntegrityError(
                f"{self.model}: {pointer['record']} is not what the step {step!r} of run {self.run_id!r} stored; it was "
                f"changed since. Restore the object, or retrain with --force."
            )
        return kind.from_json(data)

    def recorded(self, step: str, key: str, kind: type[R]) -> R | None:
        """The record that ``step`` of any run gave for an idempotency key, or None."""
        try:
            return kind.from_json(self.store.get(self._record(step, key)))
        except NotFound:
            return None

    def _record(self, step: str, key: str) -> str:
        return f"{self.model}/records/{step}/{key}.json"
