"""Whether the parts of a snapshot still hold the rows that they are named after."""

from collections.abc import Iterator

import pyarrow.parquet as pq

from evergreen.core.errors import NotFound
from evergreen.data.parts import row_groups
from evergreen.data.rowdigest import RowDigest
from evergreen.data.scratch import scratch
from evergreen.records.snapshot import Snapshot
from evergreen.stores.ports import ObjectStore


def altered(snapshot: Snapshot, store: ObjectStore) -> Iterator[tuple[str, str]]:
    """Parts that are gone or hold other rows, by key, with the digest that they have now; empty for one that is gone.

    Reads every part from the store itself, and keeps none.
    """
    with scratch(snapshot.model) as folder:
        for part in snapshot.parts:
            path = folder / "part.parquet"
            try:
                store.download(part.key, path)
            except NotFound:
                yield part.key, ""
                continue
            digest = RowDigest()
            with pq.ParquetFile(path) as file:
                for group in row_groups(file.iter_batches(), file.schema_arrow):
                    digest.update(group)
            if digest.hexdigest() != part.rows_sha256:
                yield part.key, digest.hexdigest()
