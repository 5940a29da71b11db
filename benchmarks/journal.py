"""Open a journal and append to it at 100, 10,000 and 100,000 entries: with signed checkpoints, and reading every entry.

    python benchmarks/journal.py [--entries 100 10000 100000] [--s3] [--json]

Every eighth entry opens a request, the others note a snapshot, and every tenth is signed. The journal is kept in memory, so
the times are those of our code alone; ``--s3`` takes the bucket of the settings, where each entry is a request to the
server besides. Both sides read the same objects in the same run, signatures checked; the checkpoint is as far behind
the head as it can be before the next one is due.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evergreen.core.clock import now
from evergreen.core.digest import sha256
from evergreen.core.settings import settings
from evergreen.journal.checkpoint import EVERY, write_checkpoint
from evergreen.journal.entry import Draft, Entry, Kind, key_of, signed
from evergreen.journal.fold import Fold
from evergreen.journal.journal import Journal
from evergreen.journal.signing import Keyring, Signer, Trust
from evergreen.journal.state import State
from evergreen.journal.verify import verify
from evergreen.records.request import RetrainRequest
from evergreen.stores.memory import MemoryStore
from evergreen.stores.ports import ObjectStore
from evergreen.stores.s3 import open_store

SIGNER = Signer(Ed25519PrivateKey.generate())
TRUST = Trust(signer=SIGNER, keys=Keyring([SIGNER.public]))
READER = Trust(keys=TRUST.keys)
"""Whoever retrains: it checks signatures, and writes no checkpoint."""
UNITS = ("cpu_s", "wall_s")


def write(store: ObjectStore, model: str, entries: int) -> State:
    """A chain of ``entries``, written past the journal; gives the state of which the last checkpoint is."""
    fold = Fold(model, keys=TRUST.keys)
    due = max(entries - EVERY + 1, entries // 2)
    state = fold.state()
    for number in range(1, entries + 1):
        entry = _entry(model, number, fold.digest)
        data = entry.to_json()
        store.create(key_of(model, number), data)
        fold.add(entry, sha256(data))
        if number == due:
            state = fold.state()
    return state


def _entry(model: str, number: int, previous: str) -> Entry:
    name = f"new-data-{sha256(str(number).encode())}"
    if number % 8 == 0:
        kind, key = Kind.REQUEST_OPENED, f"{Kind.REQUEST_OPENED}/{name}"
        body = RetrainRequest(
            model=model, request_id=name, asked_by="drift", reason="PSI of distance is 0.31"
        ).to_dict()
    else:
        kind, key = Kind.SNAPSHOT, f"{Kind.SNAPSHOT}/{name}"
        body = {"snapshot": name, "rows": 1_000_000, "parts": 31, "passed": True}
    entry = Entry(
        sequence=number, uuid=uuid4().hex, kind=kind, key=key, at=now(), actor="run:x", body=body, previous=previous
    )
    return signed(entry, model, SIGNER) if number % 10 == 0 else entry


def measure(store: ObjectStore, model: str, label: str) -> dict[str, float]:
    """CPU and wall time in seconds of a first look at the journal, of an append by a new process, and of a check."""
    found = {"open": _timed(Journal(store, model, READER).state)}
    draft = Draft(kind="note", key=label, body={})
    found["append"] = _timed(lambda: Journal(store, model, READER).record(draft))
    since = label == "checkpoint"
    found["verify"] = _timed(lambda: verify(store, model, keys=TRUST.keys, since_checkpoint=since))
    return {f"{what}_{unit}": value for what, both in found.items() for unit, value in zip(UNITS, both, strict=True)}


def _timed(what: Callable[[], object]) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    what()
    return time.process_time() - cpu, time.perf_counter() - wall


def run(store: ObjectStore, entries: int) -> dict[str, Any]:
    """Both sides on one journal: without a checkpoint first, for there is none yet."""
    model = f"bench-{uuid4().hex[:8]}"
    state = write(store, model, entries)
    without = measure(store, model, "every entry")
    key = write_checkpoint(store, state, SIGNER)
    with_one = measure(store, model, "checkpoint")
    size = len(store.get(key))
    ratios = {what: without[what] / max(with_one[what], 1e-9) for what in without}
    return {
        "entries": entries,
        "checkpoint_bytes": size,
        "every_entry": without,
        "checkpoint": with_one,
        "ratio": ratios,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, nargs="+", default=[100, 10_000, 100_000])
    parser.add_argument("--s3", action="store_true", help="the bucket of the settings instead of memory")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    store: ObjectStore = open_store(settings()) if chosen.s3 else MemoryStore()
    rows = [run(store, entries) for entries in chosen.entries]
    if chosen.json:
        json.dump(rows, sys.stdout, indent=2)
        return
    print(f"{'entries':>8} {'':<8}{'every entry':>14}{'checkpoint':>14}{'ratio':>9}   (wall; CPU in brackets)")
    for row in rows:
        for what in ("open", "append", "verify"):
            before, after = row["every_entry"], row["checkpoint"]
            print(
                f"{row['entries']:>8} {what:<8}{before[f'{what}_wall_s']:>8.4f} [{before[f'{what}_cpu_s']:.3f}]"
                f"{after[f'{what}_wall_s']:>8.4f} [{after[f'{what}_cpu_s']:.3f}]{row['ratio'][f'{what}_wall_s']:>8.1f}x"
            )
        print(f"{row['entries']:>8} the checkpoint holds {row['checkpoint_bytes'] / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
