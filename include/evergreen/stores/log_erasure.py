"""Erasure of rows from files of a log: what is left becomes a file under its own name, and the old one goes."""

import io
import re
from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evergreen.core.digest import sha256
from evergreen.core.errors import NotFound
from evergreen.stores.cache import drop_copy
from evergreen.stores.log_layout import compact, parquet_of
from evergreen.stores.ports import ObjectStore

NAME = re.compile(r"(?P<rows>\d+-)?[0-9a-f]{64}\.parquet$")


def erase_rows(store: ObjectStore, key: str, ids: Collection[str]) -> None:
    """Erase the rows of these prediction ids from a file, in all its versions, and the local copy of it.

    What is left is stored first. Of a file that was deleted, only versions are left, and they go.
    """
    try:
        table = pq.read_table(io.BytesIO(store.get(key)))
    except NotFound:
        table = None
    if table is not None:
        left = table.filter(pc.invert(pc.is_in(table["prediction_id"], value_set=pa.array(sorted(ids), pa.string()))))
        if len(left):
            said = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
            data = parquet_of(compact(left), said)
            store.put(_renamed(key, len(left), sha256(data)), data)
    store.erase(key)
    drop_copy(key)


def _renamed(key: str, rows: int, digest: str) -> str:
    """The key of a file with these rows.

    >>> _renamed(f"v3-champion-12-{64 * 'a'}.parquet", 7, "digest"), _renamed(f"{64 * 'a'}.parquet", 7, "digest")
    ('v3-champion-7-digest.parquet', 'digest.parquet')
    """
    return NAME.sub(lambda name: f"{f'{rows}-' if name['rows'] else ''}{digest}.parquet", key)
