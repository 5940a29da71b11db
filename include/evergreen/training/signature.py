"""What a model takes and gives, in words that a service can check a request against."""

import math
from typing import Any

import pandas as pd

from evergreen.features.scores import classes
from evergreen.spec.model import ModelSpec


def example(spec: ModelSpec, features: pd.DataFrame) -> pd.DataFrame:
    """One row that nobody is in: the median of each numeric column, the most frequent value of each categorical one."""
    middle: dict[str, Any] = {}
    for name in spec.columns.features.numeric:
        known = features[name].dropna()
        middle[name] = [float(known.median()) if len(known) else math.nan]
    for name in spec.columns.features.categorical:
        frequent = features[name].mode(dropna=True)
        middle[name] = [frequent.iloc[0] if len(frequent) else math.nan]
    row = pd.DataFrame(middle, columns=list(spec.columns.features.names))
    return row.astype(dict.fromkeys(spec.columns.features.categorical, object))


def signature(spec: ModelSpec, pipeline: Any, row: pd.DataFrame) -> dict[str, Any]:
    """Inputs with their types, the output, the classes, and an example; null stands for a missing value."""
    numeric = set(spec.columns.features.numeric)
    output = {"binary": "probability of the positive class", "multiclass": "probability of each class"}
    return {
        "task": spec.task,
        "inputs": [{"name": n, "type": "double" if n in numeric else "string"} for n in spec.columns.features.names],
        "output": output.get(spec.task, "predicted value"),
        "classes": list(classes(spec.task, pipeline)),
        "example": {n: None if pd.isna(v) else v for n, v in row.iloc[0].items()},
    }
