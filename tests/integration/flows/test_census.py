"""Real people: a model that is accurate and unfair is refused with fairlearn's own numbers; a cheaper one as good passes."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from fairlearn.metrics import demographic_parity_difference, equalized_odds_difference
from tests.unit.flows.conftest import SUITE, MemoryMlflow

from evergreen.features.packaged import load
from evergreen.flows import approval, chain, release
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.records.evaluation import Evaluation
from evergreen.records.package import ModelPackage
from evergreen.records.report import Outcome
from evergreen.records.run import Run, Way
from evergreen.records.verdict import Judgement, RuleOutcome, Verdict
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]
START, DAYS = datetime(2013, 1, 1, tzinfo=UTC), 60
NUMERIC = ["age", "capital_gains", "capital_losses", "dividends", "weeks_worked"]
CATEGORICAL = ["class_of_worker", "education", "occupation", "industry"]
RECIPE = """
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder


def build(*, max_iter):
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2)
    columns = make_column_transformer((encoder, COLUMNS), remainder="passthrough", verbose_feature_names_out=False)
    return make_pipeline(columns, HistGradientBoostingClassifier(max_iter=max_iter, max_leaf_nodes=15, early_stopping=False))
"""


def table() -> pa.Table:
    """The sample, spread evenly over sixty days: the survey says only the year."""
    people = pq.read_table(ROOT / "tests" / "data" / "census_income" / "rows.parquet")
    times = [START + i * timedelta(days=DAYS) / len(people) for i in range(len(people))]
    people = people.append_column("at", pa.array(times, pa.timestamp("us", tz="UTC")))
    return people.append_column("id", pa.array(np.arange(len(people))))


def policy(name: str) -> list[dict[str, Any]]:
    gates: list[dict[str, Any]] = yaml.safe_load((ROOT / "docs" / "policies" / name).read_text())["gates"]
    return gates


def spec_of(*, sex: bool, gates: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "columns": {
            "event_time": "at",
            "keys": ["id"],
            "label": {"column": "over_50000", "positive": 1},
            "features": {"numeric": NUMERIC, "categorical": CATEGORICAL + ["sex"] * sex},
            "sensitive": ["sex"],
        },
        "training": {
            "window": {"kind": "expanding", "start": "2013-01-01"},
            "split": {"test": "20d"},
            "refit": {"mode": "none"},
            "hyperparameters": {"max_iter": {"default": 40, "low": 1, "high": 500}},
            "seed": 0,
        },
        "slices": {"automatic": None},
        "gates": gates,
    }


class Bank:
    """A workspace on the census, and what is asked of it."""

    def __init__(self, ws: Workspace, make: Callable[..., ModelSpec]) -> None:
        self.ws, self.make = ws, make

    def run(self, run_id: str, *, sex: bool, gates: list[dict[str, Any]], **hyperparameters: int) -> Outcome:
        self.ws = replace(self.ws, spec=self.make(**spec_of(sex=sex, gates=gates)))
        (self.ws.folder / "pipeline.py").write_text(
            f"COLUMNS = {list(self.ws.spec.columns.features.categorical)}\n{RECIPE}"
        )
        asked = Run(
            model="small",
            run_id=run_id,
            way=Way.MANUAL,
            as_of=START + timedelta(days=DAYS),
            asked_by="ada",
            reason="to see",
            hyperparameters=hyperparameters,
        )
        return chain.retrain(self.ws, asked).outcome

    def outcome(self, run_id: str, rule: str) -> RuleOutcome:
        verdict = Ledger(self.ws.store, "small", run_id).read("gate", Verdict)
        return next(o for o in verdict.outcomes if o.rule == rule)

    def promote(self, run_id: str) -> None:
        approval.approve(self.ws, run_id)
        release.release(self.ws, run_id)
        release.promote(self.ws, run_id)


@pytest.fixture
def bank(work_settings: None, small_spec: Callable[..., ModelSpec], write_recipe: Callable[..., Path]) -> Bank:
    store, buffer = MemoryStore(), io.BytesIO()
    pq.write_table(table(), buffer)
    store.put(
        f"small/raw/start={START:%Y-%m-%d}/end={START + timedelta(days=DAYS):%Y-%m-%d}/a.parquet", buffer.getvalue()
    )
    folder = write_recipe()
    (folder / "expectations.yaml").write_text(SUITE)
    return Bank(
        Workspace(
            spec=small_spec(), folder=folder, store=store, registry=MemoryMlflow(), journal=Journal(store, "small")
        ),
        small_spec,
    )


def test_an_accurate_and_unfair_model_is_refused_with_the_numbers_of_fairlearn(bank: Bank) -> None:
    assert bank.run("unfair", sex=True, gates=policy("accurate_and_fair.yaml")) is Outcome.REFUSED_GATES
    accurate, unfair = bank.outcome("unfair", "minimum"), bank.outcome("unfair", "fairness")
    assert (accurate.judgement, unfair.judgement) == (Judgement.PASS, Judgement.FAIL)
    assert bank.outcome("unfair", "better_than_baseline").judgement is Judgement.PASS
    ledger = Ledger(bank.ws.store, "small", "unfair")
    tested = table().slice(4_000)
    decided = load(bank.ws.store, ledger.read("package", ModelPackage)).scores(tested) >= 0.5
    truth, sex = tested["over_50000"].to_numpy(), tested["sex"].to_pylist()
    assert accurate.value == pytest.approx((decided == truth).mean())
    assert unfair.value == pytest.approx(demographic_parity_difference(truth, decided, sensitive_features=sex))
    odds = equalized_odds_difference(truth, decided, sensitive_features=sex)
    found = {(d.measure, d.role): d.estimate for d in ledger.read("evaluate", Evaluation).disparities}
    measured = found["equalized_odds_difference", "challenger"]
    assert measured is not None
    assert measured.value == pytest.approx(odds)
    assert "of Female" in unfair.sentence
    assert "of Male" in unfair.sentence
    assert unfair.sentence.endswith("less than 0.050 was asked.")


def test_as_accurate_a_model_that_does_not_see_the_sex_passes(bank: Bank) -> None:
    assert bank.run("fair", sex=False, gates=policy("accurate_and_fair.yaml")) is Outcome.CHALLENGER


def test_a_slightly_worse_challenger_is_refused_and_a_cheaper_one_as_good_is_accepted(bank: Bank) -> None:
    gates = policy("better_or_cheaper.yaml")
    assert bank.run("first", sex=False, gates=gates, max_iter=100) is Outcome.CHALLENGER
    bank.promote("first")
    assert bank.run("worse", sex=False, gates=gates, max_iter=8) is Outcome.REFUSED_GATES
    worse = bank.outcome("worse", "better_or_cheaper")
    assert -0.05 < (worse.value or 0) < 0
    assert "below the champion's" in worse.sentence
    assert bank.run("cheaper", sex=False, gates=gates, max_iter=35) is Outcome.CHALLENGER
    cheaper = bank.outcome("cheaper", "better_or_cheaper")
    assert "bytes in the package, the champion" in cheaper.sentence
    dear = [gates[0], gates[1] | {"saving": 0.8}]
    assert bank.run("dear", sex=False, gates=dear, max_iter=35) is Outcome.REFUSED_GATES
