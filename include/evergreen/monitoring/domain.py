"""A classifier that is asked to tell the window from the reference: for changes that no column shows alone.

Source: Lopez-Paz and Oquab (2017), "Revisiting classifier two-sample tests", *ICLR*; Rabanser, Günnemann and Lipton (2019),
"Failing loudly", *NeurIPS*.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from threadpoolctl import threadpool_limits

from evergreen.features.frame import frame
from evergreen.measures.measure import Clusters, by, estimate
from evergreen.records.evaluation import Estimate
from evergreen.spec.model import ModelSpec
from evergreen.stats import delong

MOST_ROWS = 5_000
"""Of each side; so many are drawn from more."""
FOLDS = 5
SEED = 20130301
MOST_CATEGORIES = 200

Units = NDArray[np.intp]


def domain(
    spec: ModelSpec, reference: pa.Table, current: pa.Table, reference_units: Units, current_units: Units
) -> Estimate | None:
    """The area under the curve of the window's rows against the reference's, each scored by a model fitted without its unit.

    0.5 means that they cannot be told apart. The interval is clustered by sampling unit. None where a side has fewer units
    than there are folds. Rows and folds depend on the data alone.

    Parameters
    ----------
    reference, current
        Rows with the feature columns of the spec.
    reference_units, current_units
        The sampling unit of each row, numbers from 0 on either side; ``arange`` where rows are the unit. A unit is never
        on both sides.
    """
    if min(len(np.unique(reference_units)), len(np.unique(current_units))) < FOLDS:
        return None
    before, before_units = _drawn(frame(spec, reference), reference_units)
    now, now_units = _drawn(frame(spec, current), current_units)
    rows = pd.concat([before, now], ignore_index=True)
    is_now = np.repeat([0, 1], [len(before), len(now)])
    _, unit = np.unique(np.concatenate([2 * before_units, 2 * now_units + 1]), return_inverse=True)
    clusters = Clusters(unit, int(unit.max()) + 1, spec.training.split.sampling_unit)
    found = estimate(delong.auc(is_now, _scores(spec, rows, is_now, unit), unit), f"DeLong, {by(clusters)}")
    return replace(found, method=f"{found.method}; gradient boosting, {FOLDS} folds of whole units")


def _drawn(rows: pd.DataFrame, units: Units) -> tuple[pd.DataFrame, Units]:
    if len(rows) <= MOST_ROWS:
        return rows, units
    chosen = np.sort(np.random.default_rng(SEED).choice(len(rows), MOST_ROWS, replace=False))
    return rows.iloc[chosen], units[chosen]


def _scores(spec: ModelSpec, rows: pd.DataFrame, is_now: NDArray[np.int64], unit: Units) -> NDArray[np.float64]:
    """Of each row, by a model that has not seen its unit."""
    found, folds = np.zeros(len(rows)), StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    with threadpool_limits(limits=1):  # so few rows are slower on several threads
        for fitted, left in folds.split(rows, is_now, unit):
            model = _model(spec).fit(rows.iloc[fitted], is_now[fitted])
            found[left] = model.predict_proba(rows.iloc[left])[:, 1]
    return found


def _model(spec: ModelSpec) -> Any:
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2, max_categories=MOST_CATEGORIES
    )
    columns = make_column_transformer((encoder, list(spec.columns.features.categorical)), remainder="passthrough")
    return make_pipeline(columns, HistGradientBoostingClassifier(max_iter=30, max_leaf_nodes=15, random_state=SEED))
