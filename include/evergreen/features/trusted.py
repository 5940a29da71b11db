"""Which types a model file may hold: our own list.

skops refuses types that it does not know. The list that MLflow stores inside a model file is written by whoever wrote
the file, so it is never asked; a file is read only if every type in it is the library's default or stands here.
Functions and classes of a ``pipeline.py`` are not on it: such a model would change its answers with the file.
"""

from typing import Any

import skops.io

TRUSTED = frozenset({
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
})  # fmt: skip

FITTED = frozenset({name for name in TRUSTED if name.endswith((".Tree", ".TreePredictor"))})
"""Those that only fitted models hold: nodes that compiled code follows without a look whether they lead out of memory."""


def foreign_types(data: bytes) -> tuple[str, ...]:
    """The types in a skops file that neither skops nor this list trusts, sorted; empty is good."""
    return tuple(sorted(set(skops.io.get_untrusted_types(data=data)) - TRUSTED))


def fitted_types(data: bytes) -> tuple[str, ...]:
    """The types in a skops file that an unfitted estimator has no use for, sorted; empty is good."""
    return tuple(sorted(set(skops.io.get_untrusted_types(data=data)) & FITTED))


def read(data: bytes) -> Any:
    """The estimator in a skops file; raises skops' ``UntrustedTypesFoundException`` for foreign types."""
    return skops.io.loads(data, trusted=sorted(TRUSTED))
