"""The expected area is the one over all labels that the chances allow."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from evergreen.stats.bootstrap import Floats, observed
from evergreen.stats.expectation import expected_roc_auc


def _brute(chances: Floats, scores: Floats, copies: list[int]) -> float:
    """Rightly ranked pairs over all pairs, each expected over all labels of the rows; copies of a row share its label."""
    right = pairs = 0.0
    rows = [i for i, count in enumerate(copies) for _ in range(count)]
    for labels in product((0, 1), repeat=len(chances)):
        chance = float(np.prod(np.where(labels, chances, 1 - chances)))
        for i in rows:
            for j in rows:
                if labels[i] > labels[j]:
                    right += chance * (float(scores[i] > scores[j]) + 0.5 * float(scores[i] == scores[j]))
                    pairs += chance
    return right / pairs if pairs else float("nan")


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.integers(0, 3), st.integers(0, 2)),
        min_size=1,
        max_size=6,
    )
)
def test_it_is_the_sum_over_all_labels(rows: list[tuple[float, int, int]]) -> None:
    chances, scores = np.array([r[0] for r in rows]), np.array([float(r[1]) for r in rows])
    statistic = expected_roc_auc(chances, scores, np.arange(len(rows)))
    weights = np.array([[r[2] for r in rows], [1] * len(rows)], dtype=np.uint8)
    wanted = [_brute(chances, scores, w.tolist()) for w in weights]
    assert statistic(weights) == pytest.approx(wanted, nan_ok=True, abs=1e-9)


def test_it_is_the_mean_area_of_drawn_labels() -> None:
    draw = np.random.default_rng(3)
    scores = draw.uniform(size=2_000)
    chances = 0.2 + 0.6 * scores
    drawn = [roc_auc_score(draw.uniform(size=2_000) < chances, scores) for _ in range(200)]
    found = observed(expected_roc_auc(chances, scores, np.arange(2_000)), 2_000)
    assert abs(found - np.mean(drawn)) < 4 * np.std(drawn) / np.sqrt(200)
