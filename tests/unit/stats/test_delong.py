"""DeLong's closed form against the definition, published numbers, invariances and a bootstrap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from evergreen.stats.delong import auc, auc_difference, paired_aucs

Floats = NDArray[np.float64]

NORMAL, ABNORMAL = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)


def definition(labels: Floats, scores: Floats, clusters: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Areas and covariance after Obuchowski (1997), by loops over all pairs and all clusters."""
    positive, negative = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    m, n, k = len(positive), len(negative), scores.shape[1]
    wins = np.zeros((k, m, n))
    for r in range(k):
        for a, i in enumerate(positive):
            for b, j in enumerate(negative):
                wins[r, a, b] = float(scores[i, r] > scores[j, r]) + 0.5 * float(scores[i, r] == scores[j, r])
    areas = wins.mean(axis=(1, 2))
    v10, v01 = wins.mean(axis=2), wins.mean(axis=1)
    units = np.unique(clusters)
    with_positive, with_negative = len(np.unique(clusters[positive])), len(np.unique(clusters[negative]))
    s10, s01, s11 = np.zeros((k, k)), np.zeros((k, k)), np.zeros((k, k))
    for unit in units:
        p, q = clusters[positive] == unit, clusters[negative] == unit
        d10 = v10[:, p].sum(axis=1) - p.sum() * areas
        d01 = v01[:, q].sum(axis=1) - q.sum() * areas
        s10 += np.outer(d10, d10) * with_positive / ((with_positive - 1) * m)
        s01 += np.outer(d01, d01) * with_negative / ((with_negative - 1) * n)
        s11 += np.outer(d10, d01) * len(units) / (len(units) - 1)
    return areas, s10 / m + s01 / n + (s11 + s11.T) / (m * n)


def clustered(seed: int, units: int = 30, rows: int = 20) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Labels, two scores and units, where the rows of a unit share a shift of both label and scores."""
    random = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), rows)
    shared = random.normal(size=(units, 3))[unit]
    signal = random.normal(size=len(unit))
    labels = (signal + shared[:, 0] + random.normal(size=len(unit)) > 0.5).astype(float)
    scores = signal[:, None] + 0.8 * shared[:, 1:] + 0.5 * random.normal(size=(len(unit), 2))
    return labels, scores, unit


@st.composite
def ranked(draw: st.DrawFn) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Small samples with many ties, both classes in at least two units, units numbered from 0."""
    n = draw(st.integers(4, 24))
    labels = np.array(
        [0.0, 1.0, 0.0, 1.0, *draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=n - 4, max_size=n - 4))]
    )
    scores = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=n, max_size=n))
    others = draw(st.lists(st.integers(0, 5), min_size=n - 4, max_size=n - 4))
    unit = np.unique([0, 0, 1, 1, *others], return_inverse=True)[1]
    return labels, np.array(scores, dtype=float), unit


@given(ranked())
def test_it_is_the_definition(sample: tuple[Floats, Floats, NDArray[np.intp]]) -> None:
    labels, scores, unit = sample
    areas, covariance = definition(labels, scores, unit)
    found = paired_aucs(labels, scores, unit)
    np.testing.assert_allclose(found.values, areas, atol=1e-12)
    np.testing.assert_allclose(found.covariance, covariance, atol=1e-12)


@given(ranked())
def test_one_row_a_cluster_is_the_same_as_no_clusters(sample: tuple[Floats, Floats, NDArray[np.intp]]) -> None:
    labels, scores, _ = sample
    alone, apart = paired_aucs(labels, scores), paired_aucs(labels, scores, np.arange(len(labels))[::-1])
    np.testing.assert_allclose(alone.covariance, apart.covariance, atol=1e-15)
    np.testing.assert_allclose(
        alone.covariance, definition(labels, scores, np.arange(len(labels), dtype=np.intp))[1], atol=1e-12
    )


@given(ranked())
def test_only_the_order_of_the_scores_matters(sample: tuple[Floats, Floats, NDArray[np.intp]]) -> None:
    labels, scores, unit = sample
    assert auc_difference(labels, scores[:, 0], scores[:, 1], unit) == auc_difference(
        labels, np.exp(scores[:, 0]), 7 * scores[:, 1] - 3, unit
    )


@given(ranked())
def test_turning_labels_or_scores_round_turns_the_area_round(sample: tuple[Floats, Floats, NDArray[np.intp]]) -> None:
    labels, scores, unit = sample
    straight = auc(labels, scores[:, 0], unit)
    for turned in (auc(1 - labels, scores[:, 0], unit), auc(labels, -scores[:, 0], unit)):
        np.testing.assert_allclose(
            [turned.value, turned.low, turned.high],
            [1 - straight.value, 1 - straight.high, 1 - straight.low],
            atol=1e-9,
        )


@given(ranked())
def test_a_difference_turns_its_sign(sample: tuple[Floats, Floats, NDArray[np.intp]]) -> None:
    labels, scores, unit = sample
    forth, back = (auc_difference(labels, scores[:, i], scores[:, 1 - i], unit) for i in (0, 1))
    np.testing.assert_allclose([forth.value, forth.low, forth.high], [-back.value, -back.high, -back.low], atol=1e-9)


@given(ranked())
def test_an_interval_holds_its_value_and_stays_within_0_and_1(sample: tuple[Floats, Floats, NDArray[np.intp]]) -> None:
    labels, scores, unit = sample
    value, low, high = auc(labels, scores[:, 0], unit)
    assert 0 <= low <= value + 1e-12
    assert value - 1e-12 <= high <= 1


def test_the_published_standard_error_of_hanley_and_mcneils_scans() -> None:
    """Hanley and McNeil (1982), table I; Stata's ``roctab`` prints area 0.8932 and DeLong standard error 0.0307."""
    labels = np.repeat([0, 1], [sum(NORMAL), sum(ABNORMAL)])
    scores = np.concatenate([np.repeat(np.arange(5), NORMAL), np.repeat(np.arange(5), ABNORMAL)])
    found = paired_aucs(labels, scores)
    assert found.values[0] == pytest.approx(0.8932, abs=5e-5)
    assert np.sqrt(found.covariance[0, 0]) == pytest.approx(0.0307, abs=5e-5)


def test_the_area_is_scikit_learns() -> None:
    labels, scores, _ = clustered(3)
    assert paired_aucs(labels, scores).values == pytest.approx([roc_auc_score(labels, s) for s in scores.T])


def test_the_clustered_standard_error_is_that_of_a_bootstrap_over_clusters() -> None:
    labels, scores, unit = clustered(5, units=80, rows=15)
    random = np.random.default_rng(0)
    rows = [np.flatnonzero(unit == u) for u in range(80)]
    drawn = []
    for _ in range(600):
        i = np.concatenate([rows[u] for u in random.integers(0, 80, 80)])
        drawn.append(np.subtract(*paired_aucs(labels[i], scores[i]).values))
    both = paired_aucs(labels, scores, unit)
    contrast = np.array([1, -1])
    clustered_error = np.sqrt(contrast @ both.covariance @ contrast)
    assert clustered_error == pytest.approx(np.std(drawn), rel=0.1)
    apart = paired_aucs(labels, scores)
    assert np.sqrt(contrast @ apart.covariance @ contrast) < 0.7 * clustered_error


def test_clustered_intervals_cover_where_independent_ones_do_not() -> None:
    truth = np.subtract(*paired_aucs(*clustered(10_000, units=4_000)[:2]).values)
    covered = {"clustered": 0, "independent": 0}
    for seed in range(200):
        labels, scores, unit = clustered(seed)
        for name, clusters in (("clustered", unit), ("independent", None)):
            _, low, high = auc_difference(labels, scores[:, 0], scores[:, 1], clusters)
            covered[name] += int(low <= truth <= high)
    assert covered["clustered"] >= 180
    assert covered["independent"] <= 150


def test_models_that_rank_alike_differ_by_nothing() -> None:
    labels, scores, unit = clustered(1)
    assert auc_difference(labels, scores[:, 0], scores[:, 0], unit) == (0, 0, 0)


def test_a_constant_score_is_half() -> None:
    labels, _, unit = clustered(1)
    assert auc(labels, np.full(len(labels), 0.3), unit) == pytest.approx((0.5, 0.5, 0.5))


def test_perfect_separation_of_few_rows_has_a_wide_interval() -> None:
    assert auc([0, 0, 0, 1, 1, 1], range(6)).low == pytest.approx(0.025 ** (1 / 3))
    assert auc([1, 1, 1, 0, 0, 0], range(6)).high == pytest.approx(1 - 0.025 ** (1 / 3))
    assert auc([0, 0, 0, 1, 1, 1], range(6), [0, 0, 0, 1, 1, 1]).low == pytest.approx(0.025)


def test_perfect_separation_against_a_constant_keeps_that_interval() -> None:
    labels = [0] * 10 + [1] * 10
    value, low, high = auc_difference(labels, range(20), [0.5] * 20)
    assert (value, high) == (0.5, 0.5)
    assert low == pytest.approx(auc(labels, range(20)).low - 0.5)


def test_a_class_within_one_cluster_has_no_interval() -> None:
    found = auc([0, 0, 0, 1, 1], [0.1, 0.5, 0.4, 0.3, 0.7], [0, 1, 2, 3, 3])
    assert np.isfinite(found.value)
    assert np.isnan(found.low)
    assert np.isnan(found.high)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_is_refused(label: int) -> None:
    with pytest.raises(ValueError, match="needs both classes"):
        auc([label] * 5, range(5))
