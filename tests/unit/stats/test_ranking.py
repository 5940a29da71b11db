"""Weighted rankings against scikit-learn with sample weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from evergreen.stats.ranking import average_precision, roc_auc


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=40), st.data())
def test_it_is_scikit_learns_with_weights(rows: list[tuple[bool, int, int]], data: st.DataObject) -> None:
    positive = np.array([r[0] for r in rows])
    scores = np.array([float(r[1]) for r in rows])
    units = np.unique([r[2] for r in rows], return_inverse=True)[1]
    count = int(units.max()) + 1
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count)), dtype=np.uint8)
    of_row = weights[units].astype(float)
    area, precision = (build(positive, scores, units)(weights[None])[0] for build in (roc_auc, average_precision))
    if not of_row[positive].sum():
        assert np.isnan(area)
        assert np.isnan(precision)
        return
    assert precision == pytest.approx(average_precision_score(positive, scores, sample_weight=of_row))
    if of_row[~positive].sum():
        assert area == pytest.approx(roc_auc_score(positive, scores, sample_weight=of_row))
    else:
        assert np.isnan(area)
