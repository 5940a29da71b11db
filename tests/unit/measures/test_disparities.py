"""Disparities are fairlearn's numbers, with intervals by the sampling unit."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fairlearn import metrics as library
from tests.unit.evaluation.conftest import build_spec

from evergreen.measures.disparities import MEASURES, disparities
from evergreen.measures.groups import MOST_GROUPS, groupings
from evergreen.measures.measure import Clusters
from evergreen.records.evaluation import Disparity, FairnessMeasure, Role
from evergreen.spec.fairness import Fairness
from evergreen.spec.metrics import Task
from evergreen.spec.model import ModelSpec
from evergreen.stats.disparity import rates

ROWS = 3_000
RANDOM = np.random.default_rng(0)
SEX = RANDOM.choice(np.array(["f", "m", "x"], dtype=object), ROWS, p=[0.45, 0.54, 0.01])
AGE = RANDOM.choice(np.array(["old", "young"], dtype=object), ROWS)
LABEL = (RANDOM.random(ROWS) < 0.4).astype(np.int8)
SCORE = np.clip(0.5 * LABEL + RANDOM.uniform(0, 0.6, ROWS) - 0.15 * (SEX == "f"), 0, 1)
TABLE = pa.table({"sex": SEX, "age": AGE})
DAYS = Clusters(np.repeat(np.arange(50), ROWS // 50), 50, "day")
LIBRARY: dict[FairnessMeasure, Any] = {
    "demographic_parity_difference": library.demographic_parity_difference,
    "equalized_odds_difference": library.equalized_odds_difference,
    "disparate_impact_ratio": library.demographic_parity_ratio,
}


def spec_of(task: Task = "binary", *, sensitive: tuple[str, ...] = ("sex", "age"), **fairness: Any) -> ModelSpec:
    spec = build_spec(task)
    columns = spec.columns.model_copy(update={"sensitive": sensitive})
    return spec.model_copy(update={"columns": columns, "fairness": Fairness.model_validate(fairness)})


def judged(spec: ModelSpec, labels: Any = LABEL, score: Any = SCORE, **more: Any) -> dict[str, Disparity]:
    scores: dict[Role, Any] = {"challenger": score}
    given = {"classes": (), "clusters": DAYS, **more}
    found = disparities(spec, TABLE, labels, scores, given["classes"], given["clusters"], seed=1)
    return {f"{d.column} {d.measure}": d for d in found}


@pytest.fixture(scope="module")
def large_groups() -> dict[str, Disparity]:
    return judged(spec_of(min_group=100))


@pytest.mark.parametrize("measure", LIBRARY)
@pytest.mark.parametrize("column", ["sex", "age", "sex x age"])
def test_the_number_is_fairlearns_on_the_rows(
    large_groups: dict[str, Disparity], measure: FairnessMeasure, column: str
) -> None:
    found = large_groups[f"{column} {measure}"]
    kept = SEX != "x" if "sex" in column else np.full(ROWS, fill_value=True)
    sensitive = TABLE.to_pandas()[column.split(" x ")][kept]
    expected = LIBRARY[measure](LABEL[kept], SCORE[kept] >= 0.5, sensitive_features=sensitive)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(expected, abs=1e-12)
    assert found.estimate.low is not None
    assert found.estimate.high is not None
    assert found.estimate.low <= expected <= found.estimate.high
    assert found.estimate.method == "fairlearn; Poisson bootstrap, 1000 resamples, 50 units of day"


@pytest.mark.parametrize("measure", MEASURES)
def test_resamples_count_as_fairlearn_counts(measure: FairnessMeasure) -> None:
    """The vectorised form is fairlearn's on any counts."""
    for counts in RANDOM.integers(1, 50, (6, 3, 4)):
        rows = np.repeat(np.arange(12), counts.ravel())
        truth, decided, group = rows % 4 // 2, rows % 2, rows // 4
        expected = LIBRARY[measure](truth, decided, sensitive_features=group)
        assert MEASURES[measure](rates(counts[None].astype(float)))[0] == pytest.approx(expected, abs=1e-12)


def test_groups_show_their_rates_and_small_ones_are_named() -> None:
    found = judged(spec_of(min_group=100))["sex equalized_odds_difference"]
    frame = library.MetricFrame(
        metrics={"s": library.selection_rate, "t": library.true_positive_rate, "f": library.false_positive_rate},
        y_true=LABEL,
        y_pred=SCORE >= 0.5,
        sensitive_features=SEX,
    ).by_group
    assert [g.name for g in found.groups] == ["m", "f"]
    for group in found.groups:
        shown = (group.selection_rate, group.true_positive_rate, group.false_positive_rate)
        assert shown == pytest.approx(tuple(frame.loc[group.name]))
    assert f"x ({(SEX == 'x').sum()})" in found.reason
    assert "fewer than 100 rows (fairness.min_group)" in found.reason


def test_the_interval_is_as_wide_as_the_units_say() -> None:
    """Decisions that differ by day for one group: independent rows are too sure of themselves."""
    shift = 0.3 * RANDOM.normal(size=50)[DAYS.of_row] * (SEX == "f")
    score = np.clip(SCORE + shift, 0, 1)
    widths = []
    for clusters in (DAYS, Clusters(np.arange(ROWS), ROWS, "none")):
        value = judged(spec_of(), score=score, clusters=clusters)["sex demographic_parity_difference"].estimate
        assert value is not None
        widths.append((value.high or 0) - (value.low or 0))
    assert widths[0] > 1.5 * widths[1]


def test_one_group_is_no_comparison() -> None:
    found = judged(spec_of(sensitive=("sex",), min_group=1_500))["sex disparate_impact_ratio"]
    assert found.estimate is None
    assert found.reason.startswith("Fewer than two groups can be compared. Left out")


def test_nobody_selected_has_no_ratio() -> None:
    found = judged(spec_of(threshold=2.0))
    assert found["sex disparate_impact_ratio"].estimate is None
    assert "Nobody is decided on favourably" in found["sex disparate_impact_ratio"].reason
    difference = found["sex demographic_parity_difference"].estimate
    assert difference is not None
    assert difference.value == 0


def test_a_group_with_one_outcome_is_left_out_of_equalized_odds() -> None:
    labels = np.where(AGE == "old", 1, LABEL)
    found = judged(spec_of(sensitive=("sex", "age")), labels=labels)
    assert found["age equalized_odds_difference"].estimate is None
    assert "all rows have one outcome: old" in found["age equalized_odds_difference"].reason
    assert found["age demographic_parity_difference"].estimate is not None


def test_the_unfavourable_side_turns_the_ratio_round_and_keeps_the_differences() -> None:
    upper, lower = judged(spec_of()), judged(spec_of(favourable_side="below"))
    for measure in ("demographic_parity_difference", "equalized_odds_difference"):
        one, other = upper[f"sex {measure}"].estimate, lower[f"sex {measure}"].estimate
        assert one is not None
        assert other is not None
        assert one.value == pytest.approx(other.value)
    kept = SEX != "x"
    found = lower["sex disparate_impact_ratio"].estimate
    assert found is not None
    assert found.value == pytest.approx(
        library.demographic_parity_ratio(LABEL[kept], SCORE[kept] < 0.5, sensitive_features=SEX[kept])
    )


def test_a_regression_is_judged_at_its_threshold() -> None:
    minutes, guess = 60 * RANDOM.random(ROWS), 60 * SCORE
    found = judged(spec_of("regression", threshold=30), labels=minutes, score=guess)
    kept = SEX != "x"
    expected = library.equalized_odds_difference(minutes[kept] >= 30, guess[kept] >= 30, sensitive_features=SEX[kept])
    value = found["sex equalized_odds_difference"].estimate
    assert value is not None
    assert value.value == pytest.approx(expected)


def test_a_multiclass_task_is_judged_by_its_favourable_class() -> None:
    classes, shares = ("early", "late", "on time"), RANDOM.dirichlet([1, 1, 1], ROWS)
    labels = RANDOM.integers(0, 3, ROWS)
    spec = spec_of("multiclass", favourable_class="on time")
    found = judged(spec, labels=labels, score=shares, classes=classes)["age demographic_parity_difference"]
    expected = library.demographic_parity_difference(labels == 2, shares.argmax(axis=1) == 2, sensitive_features=AGE)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(expected)
    strange = spec_of("multiclass", favourable_class="no such")
    unknown = judged(strange, labels=labels, score=shares, classes=classes)["age demographic_parity_difference"]
    assert (unknown.estimate, unknown.reason) == (None, "No model and no row knows class 'no such'.")


def test_no_sensitive_columns_no_disparities() -> None:
    assert judged(spec_of(sensitive=())) == {}


def test_very_many_groups_are_bounded() -> None:
    table = pa.table({"zip": [str(i % 70) for i in range(7_000)]})
    found = groupings(table, ["zip"], least=10)[0]
    assert len(found.names) == MOST_GROUPS
    assert "and 10 more" in found.reason
    assert (found.of_row >= 0).sum() == MOST_GROUPS * 100
