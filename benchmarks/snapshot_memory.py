"""Peak memory of snapshot and validate at 1, 4 and 16 million rows: bounded by configuration, not by the data.

    python benchmarks/snapshot_memory.py [--millions 1 4 16]

Each measurement is a process of its own, on one raw Parquet object in a store of plain files, so that neither the making
of the rows nor a server counts. Prints peak resident memory and its growth from the smallest to the largest; exits with 1
when a step grows by 20% or more.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from evergreen.core.errors import NotFound
from evergreen.records.run import Run, Way
from evergreen.records.snapshot import Snapshot
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectInfo, ObjectVersion

LIMIT = 0.20
MILLION = 1_000_000
KEY = "bench/raw/start=2013-01-01/end=2013-02-01/rows.parquet"
START, END = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 2, 1, tzinfo=UTC)
NUMBERS = tuple(f"number_{i}" for i in range(12))
SUITE = """
version: 1
expectations:
  - {type: expect_column_values_to_not_be_null, kwargs: {column: at}}
  - {type: expect_column_values_to_be_between, kwargs: {column: number_0, min_value: -100, max_value: 100}}
  - {type: expect_column_values_to_be_in_set, kwargs: {column: category, value_set: [a, b, c, d]}}
  - {type: expect_column_values_to_be_unique, kwargs: {column: id}}
"""
SPEC = ModelSpec.model_validate({
    "version": 1,
    "name": "bench",
    "owner": {"name": "Benchmarks", "email": "bench@example.com"},
    "purpose": "Measures what snapshot and validate hold in memory.",
    "task": "binary",
    "source": {"kind": "objects"},
    "columns": {
        "event_time": "at",
        "keys": ["id"],
        "label": {"column": "label", "positive": 1},
        "features": {"numeric": list(NUMBERS), "categorical": ["category"]},
    },
    "training": {"window": {"kind": "expanding", "start": "2013-01-01"}},
    "gates": [{"rule": "better_than_baseline", "metric": "roc_auc"}],
})  # fmt: skip
RUN = Run(model="bench", run_id="bench", way=Way.MANUAL, as_of=END, asked_by="bench", reason="benchmark")


class FileStore:
    """Objects as files: as little memory as a store can take. Knows only what the two steps ask for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, data: bytes | Path, *, metadata: Mapping[str, str] | None = None) -> ObjectInfo:  # noqa: ARG002
        """Write a file."""
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data) if isinstance(data, bytes) else copyfile(data, path)
        return self.head(key)

    def create(
        self,
        key: str,
        data: bytes,
        *,
        metadata: Mapping[str, str] | None = None,
        retain_until: datetime | None = None,  # noqa: ARG002
    ) -> ObjectInfo:
        """Write a file."""
        return self.put(key, data, metadata=metadata)

    def replace(
        self,
        key: str,
        data: bytes | Path,
        *,
        etag: str,  # noqa: ARG002
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """Write a file."""
        return self.put(key, data, metadata=metadata)

    def get(self, key: str) -> bytes:
        """Read a file."""
        self.head(key)
        return (self._root / key).read_bytes()

    def download(self, key: str, path: Path) -> ObjectInfo:
        """Copy a file."""
        copyfile(self._root / key, path)
        return self.head(key)

    def head(self, key: str) -> ObjectInfo:
        """Look at a file."""
        try:
            stat = (self._root / key).stat()
        except FileNotFoundError:
            raise NotFound(key) from None
        return ObjectInfo(key=key, size=stat.st_size, etag=str(stat.st_mtime_ns), modified=END)

    def list(self, prefix: str, *, after: str = "") -> Iterator[ObjectInfo]:
        """Look at the files of a folder."""
        keys = sorted(str(path.relative_to(self._root)) for path in self._root.rglob("*") if path.is_file())
        return (self.head(key) for key in keys if key.startswith(prefix) and key > after)

    def delete(self, key: str) -> None:
        """Remove a file."""
        (self._root / key).unlink(missing_ok=True)

    def versions(self, prefix: str, *, after: str = "") -> Iterator[ObjectVersion]:
        """A file has one version."""
        return (
            ObjectVersion(key=found.key, version="null", etag=found.etag, modified=found.modified)
            for found in self.list(prefix, after=after)
        )

    def get_version(self, key: str, version: str) -> bytes:  # noqa: ARG002
        """Read a file."""
        return self.get(key)

    def erase(self, key: str, *, version: str | None = None) -> None:  # noqa: ARG002 (a file has one)
        """Remove a file."""
        self.delete(key)


def make(root: Path, rows: int) -> None:
    """Write one raw object of ``rows`` rows, a million to a row group."""
    path = root / KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    draw, width = np.random.default_rng(0), (END - START).total_seconds() * 1e6 / rows
    first = int(START.timestamp() * 1e6)
    writer = None
    for begin in range(0, rows, MILLION):
        number = np.arange(begin, min(begin + MILLION, rows))
        table = pa.table({
            "id": pa.array(np.char.add("row-", number.astype(str))),
            "at": pa.array(first + (number * width).astype(np.int64)).cast(pa.timestamp("us", tz="UTC")),
            "category": pa.array(np.array(["a", "b", "c", "d"])[draw.integers(0, 4, len(number))]),
            "label": pa.array(draw.integers(0, 2, len(number))),
            **{name: pa.array(draw.normal(size=len(number))) for name in NUMBERS},
        })  # fmt: skip
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=MILLION)
    if writer:
        writer.close()


def step(name: str, root: Path) -> None:
    """Run one step on the object made before; print its peak memory and CPU time."""
    store, started = FileStore(root), time.process_time()
    if name == "snapshot":
        from evergreen.data.snapshot import snapshot

        (root / "snapshot.json").write_bytes(snapshot(SPEC, RUN, store).to_json())
    elif name == "validate":
        from evergreen.data.validate import validate

        taken = Snapshot.from_json((root / "snapshot.json").read_bytes())
        validate(SPEC, taken, None, root / "expectations.yaml", store)
    else:
        make(root, int(name))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"mb": peak, "seconds": time.process_time() - started}))


def measure(name: str, root: Path) -> dict[str, float]:
    """Run a step in a process of its own."""
    env = os.environ | {"EVERGREEN_WORK_DIR": str(root / "work")}
    command = [sys.executable, __file__, "--step", name, "--root", str(root)]
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Measure all sizes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--millions", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        step(asked.step, asked.root)
        return 0
    peaks: dict[str, list[float]] = {"snapshot": [], "validate": []}
    print(f"{'rows':>12}  {'step':<9} {'peak MB':>8} {'CPU s':>8}")
    for millions in asked.millions:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "expectations.yaml").write_text(SUITE)
            measure(str(millions * MILLION), root)
            for name, measured in peaks.items():
                found = measure(name, root)
                measured.append(found["mb"])
                print(f"{millions * MILLION:>12,}  {name:<9} {found['mb']:>8.0f} {found['seconds']:>8.1f}", flush=True)
    growth = {name: measured[-1] / measured[0] - 1 for name, measured in peaks.items()}
    for name, grown in growth.items():
        print(f"{name}: growth of peak memory {grown:+.1%} (limit {LIMIT:.0%})")
    return int(any(grown >= LIMIT for grown in growth.values()))


if __name__ == "__main__":
    sys.exit(main())
