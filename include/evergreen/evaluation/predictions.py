"""The digest of what a model says: two models with one digest are the same to whoever asks them."""

import hashlib

import numpy as np

from evergreen.features.packaged import PackagedModel
from evergreen.features.rows import rows
from evergreen.records.lineage import Predictions
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.stores.ports import ObjectStore


def predictions(model: PackagedModel, snapshot: Snapshot, split: Split, store: ObjectStore) -> Predictions:
    """Scores of all rows of the test span, labelled or not, as SHA-256 over shape, classes and 64-bit floats."""
    table = rows(store, snapshot, split.test.interval, model.spec.columns.features.names)
    scores = model.scores(table) if len(table) else np.empty(0)
    total = hashlib.sha256(f"{scores.shape} {model.classes}".encode())
    total.update(np.ascontiguousarray(scores, dtype="<f8").tobytes())
    return Predictions(rows=len(table), sha256=total.hexdigest())
