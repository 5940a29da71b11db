"""An Arrow table as what scikit-learn takes: a feature frame and a label array.

Numeric columns become ``float64`` with NaN for null; categorical ones become ``object`` columns of ``str`` with NaN
for null, which the library's encoders know as a missing value (they take ``None`` for one more category). A whole
number reads the same whether it was stored as an integer or, beside nulls, as a float: ``"3"``.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.core.errors import DataError
from evergreen.spec.model import ModelSpec

IsKind = Callable[[pa.DataType], bool]
NUMERIC: tuple[IsKind, ...] = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
)
CATEGORICAL: tuple[IsKind, ...] = (
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_boolean,
)


def frame(spec: ModelSpec, table: pa.Table) -> pd.DataFrame:
    """The feature columns of ``table``, in the order of the spec.

    Raises
    ------
    DataError
        A missing column, a column of another kind than the spec says, or infinities: named with their count.
    """
    features = spec.columns.features
    columns: dict[str, npt.NDArray[Any]] = {
        name: _numeric(spec.name, name, _column(spec, table, name)) for name in features.numeric
    }
    columns |= {name: _categorical(spec.name, name, _column(spec, table, name)) for name in features.categorical}
    return pd.DataFrame(columns, columns=list(features.names))


def label(spec: ModelSpec, table: pa.Table) -> npt.NDArray[np.generic]:
    """The label of each row: 0 or 1 as ``int8`` (binary), ``object`` of ``str`` (multiclass), ``float64`` (regression).

    Raises
    ------
    DataError
        A null, an infinity, or a type that the task cannot have. Leave rows without a label out first.
    """
    name = spec.columns.label.column
    values = _column(spec, table, name)
    if missing := len(values) - int(pc.sum(labelled(values)).as_py() or 0):
        raise DataError(f"{spec.name}: {missing} of {len(values)} rows have no label in column {name!r}.")
    if spec.task == "regression":
        return _numeric(spec.name, name, values)
    if spec.task == "multiclass":
        return _categorical(spec.name, name, values)
    return _positives(spec, values)


def labelled(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which labels are known: neither null nor NaN.

    >>> labelled(pa.chunked_array([[1.0, None, float("nan")]])).to_pylist()
    [True, False, False]
    """
    return pc.invert(pc.is_null(values, nan_is_null=True))


def _column(spec: ModelSpec, table: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise DataError(f"{spec.name}: the rows have no column {name!r}, which columns of model.yaml names.")
    values = table.column(name)
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


def _numeric(model: str, name: str, values: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    _check_kind(model, name, values.type, NUMERIC, "a numeric column holds numbers or booleans")
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int8())
    floats = values.cast(pa.float64(), safe=False)
    array: npt.NDArray[np.float64] = pc.fill_null(floats, float("nan")).to_numpy().astype(np.float64, copy=False)
    if infinite := int(np.isinf(array).sum()):
        raise DataError(f"{model}: column {name!r} has {infinite} infinite of {len(array)} values; mend the source.")
    return array


def _categorical(model: str, name: str, values: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    _check_kind(model, name, values.type, CATEGORICAL, "a categorical column holds text, numbers or booleans")
    texts: npt.NDArray[np.object_] = np.array(values.cast(pa.string()).to_pylist(), dtype=object)
    texts[pc.is_null(values, nan_is_null=True).to_numpy()] = np.nan
    return texts


def _check_kind(model: str, name: str, kind: pa.DataType, allowed: tuple[IsKind, ...], rule: str) -> None:
    """A column of nothing but nulls has no type of its own and fits anywhere."""
    if not pa.types.is_null(kind) and not any(is_kind(kind) for is_kind in allowed):
        raise DataError(f"{model}: column {name!r} holds {kind}; {rule}.")


def _positives(spec: ModelSpec, values: pa.ChunkedArray) -> npt.NDArray[np.int8]:
    """Compares in the column's own type, so that ``positive: 1`` fits 1, 1.0 and true, and never the text '1'."""
    positive = spec.columns.label.positive
    text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    if text != isinstance(positive, str):
        raise DataError(
            f"{spec.name}: label {spec.columns.label.column!r} holds {values.type} and columns.label.positive is "
            f"{positive!r}; give the positive class in the column's own type."
        )
    comparable = values if text else values.cast(pa.float64())
    array: npt.NDArray[np.int8] = (
        pc.equal(comparable, positive if text else float(positive or 0)).to_numpy().astype(np.int8)
    )
    return array
