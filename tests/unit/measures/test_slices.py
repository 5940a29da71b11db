"""Which parts are cut, and what is said of them."""

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.evaluation.conftest import build_spec

from evergreen.measures.measure import Clusters
from evergreen.measures.parts import MOST_VALUES, Part, parts
from evergreen.measures.slices import slices
from evergreen.records.evaluation import Slice
from evergreen.spec.model import ModelSpec
from evergreen.spec.slices import Slices
from evergreen.stats.delong import auc, auc_difference
from evergreen.stats.intervals import TAIL

ROWS = 2_000
RANDOM = np.random.default_rng(0)
CITY = RANDOM.choice(np.array(["A", "B", "C", "rare"], dtype=object), ROWS, p=[0.5, 0.3, 0.19, 0.01])
HOUR = RANDOM.uniform(0, 24, ROWS)
LABEL = (RANDOM.random(ROWS) < 0.4).astype(np.int8)
SIGNAL = LABEL + RANDOM.normal(size=ROWS)
CLUSTERS = Clusters(np.repeat(np.arange(40), ROWS // 40), 40, "day")
TABLE = pa.table({
    "city": pa.array([None if c == "C" else c for c in CITY]),
    "hour": pa.array(HOUR),
    "load": pa.array(np.ones(ROWS)),
    "vip": pa.array(HOUR > 20),
})  # fmt: skip


def spec_of(**declared: object) -> ModelSpec:
    given = {"automatic": None, **declared}
    return build_spec().model_copy(update={"slices": Slices.model_validate(given)})


def cut(**declared: object) -> dict[str, Part]:
    return {part.name: part for part in parts(spec_of(**declared), TABLE)}


def test_values_of_a_column_the_largest_first() -> None:
    found = cut(columns=({"column": "city"},))
    assert list(found) == ["city = A", "city = B", "city = missing", "city = rare"]
    np.testing.assert_array_equal(found["city = missing"].rows, CITY == "C")


def test_very_many_values_are_the_largest_and_one_for_the_others() -> None:
    table = TABLE.append_column("tail", pa.array([f"N{i % 80:02d}" for i in range(ROWS)]))
    found = parts(spec_of(columns=({"column": "tail"},)), table)
    assert len(found) == MOST_VALUES + 1
    assert found[-1].name == "tail = any of 30 other values"
    assert sum(part.size for part in found) == ROWS


def test_cuts_of_a_number_are_half_open() -> None:
    table = pa.table({"city": ["A"] * 5, "hour": pa.array([1.0, 6.0, 7.0, 12.5, None])})
    found = parts(spec_of(columns=({"column": "hour", "cuts": (6, 12.5)},)), table)
    assert {part.name: part.rows.nonzero()[0].tolist() for part in found} == {
        "hour < 6": [0],
        "6 <= hour < 12.5": [1, 2],
        "hour >= 12.5": [3],
        "hour = missing": [4],
    }


def test_conditions_hold_together() -> None:
    conditions = ({"column": "hour", "at_least": 22}, {"column": "city", "one_of": ("A", "rare")})
    found = cut(named=({"name": "late A", "conditions": conditions},))["late A"]
    np.testing.assert_array_equal(found.rows, (HOUR >= 22) & np.isin(CITY.astype(str), ["A", "rare"]))
    vip = cut(named=({"name": "vip", "conditions": ({"column": "vip", "one_of": (True,)},)},))["vip"]
    np.testing.assert_array_equal(vip.rows, HOUR > 20)


def test_large_parts_are_found_by_themselves() -> None:
    found = cut(automatic={"min_share": 0.05, "most": 40})
    assert list(found)[:3] == ["city = A", "city = B", "city = missing"]
    quarters = [part for name, part in found.items() if "hour" in name]
    assert [part.size for part in quarters] == [ROWS // 4] * 4
    assert not any("load" in name for name in found)  # all rows alike are no part
    assert not any(part.declared for part in found.values())
    assert list(cut(automatic={"most": 2})) == ["city = A", "city = B"]


def test_what_is_declared_is_not_found_again() -> None:
    found = cut(columns=({"column": "city"},), automatic={})
    assert [part.declared for name, part in found.items() if "city" in name] == [True] * 4
    assert not any(part.declared for name, part in found.items() if "hour" in name)


def measured(spec: ModelSpec, *, champion: bool = True) -> dict[str, Slice]:
    scores = {"challenger": SIGNAL, "champion": SIGNAL + np.where(CITY == "B", 0, RANDOM.normal(size=ROWS) * 2)}
    if not champion:
        del scores["champion"]
    return {s.name: s for s in slices(spec, TABLE, LABEL, scores, CLUSTERS, seed=1)}  # type: ignore[arg-type]


def test_a_slice_is_measured_on_its_rows_and_the_interval_reaches_further() -> None:
    found = measured(spec_of(columns=({"column": "city"},), min_rows=100))
    a, inside = found["city = A"], CITY == "A"
    assert a.challenger is not None
    assert a.difference is not None
    expected = auc(LABEL[inside], SIGNAL[inside], CLUSTERS.of(inside).of_row)
    assert (a.rows, a.units, a.metric) == (inside.sum(), 40, "roc_auc")
    assert (a.challenger.value, a.challenger.low) == (expected.value, expected.low)
    assert a.difference.value > 0
    assert "all 3 slices together (Bonferroni)" in a.difference.method
    alone = measured(spec_of(named=({"name": "A", "conditions": ({"column": "city", "one_of": ("A",)},)},)))["A"]
    assert alone.difference is not None
    assert (alone.difference.low or 0) > (a.difference.low or 0)
    assert found["city = B"].difference is not None
    assert found["city = B"].difference.value == 0


def test_the_tail_is_shared() -> None:
    inside = CITY == "A"
    other = np.where(inside, RANDOM.normal(size=ROWS), SIGNAL)
    one = auc_difference(LABEL, SIGNAL, other, CLUSTERS.of_row)
    three = auc_difference(LABEL, SIGNAL, other, CLUSTERS.of_row, tail=TAIL / 3)
    assert three.low < one.low < one.value < one.high < three.high


def test_a_slice_that_is_too_small_says_so() -> None:
    rare = measured(spec_of(columns=({"column": "city"},), min_rows=100))["city = rare"]
    assert (rare.challenger, rare.difference) == (None, None)
    assert rare.reason == f"{rare.rows} rows; at least 100 are needed (slices.min_rows)."
    early = {"name": "early", "conditions": ({"column": "hour", "below": 6},)}
    few = measured(spec_of(named=(early,), min_units=41))["early"]
    assert few.reason == "40 units of day; at least 41 are needed (slices.min_units)."


def test_without_a_champion_there_is_no_difference() -> None:
    found = measured(spec_of(columns=({"column": "city"},)), champion=False)["city = A"]
    assert found.challenger is not None
    assert found.difference is None


def test_one_class_is_said() -> None:
    table = TABLE.append_column("known", pa.array(LABEL.astype(str)))
    spec = spec_of(columns=({"column": "known"},))
    found = slices(spec, table, LABEL, {"challenger": SIGNAL, "champion": SIGNAL}, CLUSTERS, seed=1)
    assert [s.challenger for s in found] == [None, None]
    assert "roc_auc is not defined" in found[0].reason


@pytest.mark.parametrize("metric", ["brier", "average_precision", "ece"])
def test_any_metric_may_be_asked(metric: str) -> None:
    spec = spec_of(columns=({"column": "city"},), metric=metric)
    scores = {"challenger": 1 / (1 + np.exp(-SIGNAL)), "champion": np.full(ROWS, 0.4)}
    found = slices(spec, TABLE, LABEL, scores, CLUSTERS, seed=1)[0]  # type: ignore[arg-type]
    assert found.difference is not None
    assert found.difference.low is not None
    assert found.difference.high is not None
    assert found.difference.low < found.difference.value < found.difference.high
