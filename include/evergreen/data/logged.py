"""Logged rows of a person: the predictions about them, the labels of those, and the counts that were made of them."""

import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evergreen.core.errors import DataError, NotFound
from evergreen.data.person import Person, only
from evergreen.records.prediction import CONTEXT, FEATURE, key_values, request_key
from evergreen.spec.model import ModelSpec
from evergreen.stores.log_erasure import erase_rows
from evergreen.stores.partitions import KEY
from evergreen.stores.ports import ObjectStore

LABELS = re.compile(r"/labels/date=\d{4}-\d\d-\d\d/[0-9a-f]{64}\.parquet$")


@dataclass(frozen=True, kw_only=True)
class LoggedFile:
    """A file of a log that holds rows of the person: ``ids`` of their predictions, never shown.

    ``start`` is that of the file's hour or day; None for labels. ``versions`` beyond the newest go with it.
    """

    key: str
    rows: int
    versions: int
    start: datetime | None
    ids: frozenset[str]

    def __repr__(self) -> str:
        return f"LoggedFile(key={self.key!r}, rows={self.rows})"


def is_logged(key: str) -> bool:
    """Whether a log has written the object, so that it is searched by what a log knows of a row."""
    return bool(KEY.search(key) or LABELS.search(key))


def keys_in(spec: ModelSpec, person: Person, path: Path) -> frozenset[str]:
    """The request keys of the person's rows in a part."""
    batches = only(person, path, tuple(spec.columns.keys))
    return frozenset(request_key(*row.values()) for batch in batches for row in batch.to_pylist())


def find_logged(
    spec: ModelSpec, person: Person, store: ObjectStore, keys: Collection[str]
) -> tuple[tuple[LoggedFile, ...], int]:
    """Files of predictions and labels that hold rows of the person, and how many could not be searched.

    A prediction is the person's when its request key is one of ``keys``, or when it has every value: that of a key column
    in its request key, that of any other column as a feature or a context. A label is the person's when its prediction is.

    Raises
    ------
    DataError
        A file that cannot be read.
    """
    found, unsearched = list[LoggedFile](), 0
    for key, versions, table in _files(spec, store, "predictions/"):
        direct = _has_all(spec, person, table)
        unsearched += direct is None and not keys
        mine = np.zeros(len(table), dtype=np.bool_) if direct is None else direct
        mine |= pc.is_in(table["request_key"], value_set=pa.array(sorted(keys), pa.string())).to_numpy()
        if mine.any():
            ids = frozenset(table["prediction_id"].filter(pa.array(mine)).to_pylist())
            found.append(LoggedFile(key=key, rows=int(mine.sum()), versions=versions, start=_start(key), ids=ids))
    ids = frozenset().union(*(file.ids for file in found))
    return (*found, *_labels(spec, store, ids, {_day(file.key) for file in found})), unsearched


def erase_logged(model: str, store: ObjectStore, files: Collection[LoggedFile]) -> None:
    """Erase the rows of `find_logged`: profiles of their hours and labels first, since predictions lead to them."""
    starts = {f"{start:%Y-%m-%dT%H}-" for file in files if (start := file.start)}
    starts |= {f"{start:%Y-%m-%dT}00-" for file in files if (start := file.start)}
    for info in store.list(f"{model}/profiles/"):
        if info.key.rsplit("/", 1)[1].startswith(tuple(starts)) and starts:
            store.erase(info.key)
    for file in sorted(files, key=lambda f: f.start is not None):
        erase_rows(store, file.key, file.ids)


def _labels(spec: ModelSpec, store: ObjectStore, ids: frozenset[str], days: Collection[str]) -> Iterator[LoggedFile]:
    for day in sorted(days):
        for key, versions, table in _files(spec, store, f"labels/{day}/"):
            mine = pc.is_in(table["prediction_id"], value_set=pa.array(sorted(ids), pa.string()))
            if rows := int(pc.sum(mine).as_py() or 0):
                yield LoggedFile(key=key, rows=rows, versions=versions, start=None, ids=ids)


def _files(spec: ModelSpec, store: ObjectStore, folder: str) -> Iterator[tuple[str, int, pa.Table]]:
    """Each file that a log has written, how many versions lie behind its newest, and its rows.

    All versions of a file have the same bytes, since its name is made of them.
    """
    for key, listed in groupby(store.versions(f"{spec.name}/{folder}"), key=lambda v: v.key):
        versions = [version for version in listed if not version.deleted]
        if not is_logged(key) or not versions:
            continue
        try:
            data = store.get(key)
        except NotFound:  # deleted; its versions are still there
            data = store.get_version(key, versions[-1].version)
        try:
            yield key, len(versions) - 1, pq.read_table(io.BytesIO(data))
        except (pa.ArrowException, OSError):
            raise DataError(
                f"{spec.name}: {key} cannot be read, so that nobody can be found in it. Mend or remove it."
            ) from None


def _has_all(spec: ModelSpec, person: Person, table: pa.Table) -> NDArray[np.bool_] | None:
    """Which rows have every value; None when the log does not know one of the columns."""
    found = np.ones(len(table), dtype=np.bool_)
    for column, value in person.values.items():
        if column in spec.columns.keys:
            place, count = spec.columns.keys.index(column), len(spec.columns.keys)
            texts = (key_values(text, count) for text in table["request_key"].to_pylist())
            found &= np.array([bool(values) and values[place] == value for values in texts], dtype=np.bool_)
            continue
        name = next((p + column for p in (FEATURE, CONTEXT) if p + column in table.column_names), None)
        if name is None:
            return None
        found &= _equal(table[name], value)
    return found


def _equal(values: pa.ChunkedArray, value: str) -> NDArray[np.bool_]:
    if pa.types.is_floating(values.type):
        try:
            equal = pc.equal(values, float(value))
        except ValueError:
            return np.zeros(len(values), dtype=np.bool_)
    else:
        equal = pc.equal(values.cast(pa.string()), value)
    same: NDArray[np.bool_] = pc.fill_null(equal, False).to_numpy()
    return same


def _start(key: str) -> datetime:
    found = KEY.search(key)
    if found is None:
        raise DataError(f"{key} is no file of the prediction log.")
    return datetime.strptime(f"{found['date']} {found['hour'] or '00'} +0000", "%Y-%m-%d %H %z")


def _day(key: str) -> str:
    """The folder of the day, as labels have it, too."""
    return next(folder for folder in key.split("/") if folder.startswith("date="))
