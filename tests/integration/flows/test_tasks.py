"""Multiclass and regression through the whole chain: a first champion, then a challenger that is compared with it."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.conftest import RECIPE
from tests.unit.flows.conftest import Place

from evergreen.flows import chain, release
from evergreen.flows.ledger import Ledger
from evergreen.records.evaluation import Evaluation
from evergreen.records.report import Outcome
from evergreen.spec.metrics import Task, metrics_of

pytestmark = pytest.mark.integration

LABEL: dict[Task, str] = {"multiclass": "kind", "regression": "minutes"}
METRIC: dict[Task, str] = {"multiclass": "log_loss", "regression": "mae"}
FAIRNESS: dict[Task, dict[str, Any]] = {"multiclass": {"favourable_class": "early"}, "regression": {"threshold": 0}}


def land(place: Place, month: int) -> None:
    """Land a month; minutes follow from the features, and kinds from the minutes."""
    place.land(month)
    first, last = datetime(2013, month, 1, tzinfo=UTC), datetime(2013, month + 1, 1, tzinfo=UTC)
    key = f"small/raw/start={first:%Y-%m-%d}/end={last:%Y-%m-%d}/rows.parquet"
    rows = pq.read_table(io.BytesIO(place.ws.store.get(key)))
    far = rows["distance"].to_numpy() / 3000 + rows["wind"].to_numpy() / 40 - 1
    minutes = 30 * far + np.random.default_rng(month).normal(0, 5, len(rows))
    kind = np.where(minutes < -8, "early", np.where(minutes > 8, "late", "on time"))
    buffer = io.BytesIO()
    pq.write_table(rows.append_column("minutes", pa.array(minutes)).append_column("kind", pa.array(kind)), buffer)
    place.ws.store.put(key, buffer.getvalue())


def ask(place: Place, task: Task) -> None:
    """Turn the place's model into one of another task."""
    spec, metric = place.ws.spec, METRIC[task]
    columns = spec.columns.model_dump() | {"label": {"column": LABEL[task]}, "sensitive": ("carrier",)}
    gates = [
        {"rule": "better_than_baseline", "metric": metric},
        {"rule": "not_worse_than_champion", "metric": metric, "margin": 1.0},
    ]
    changes = {"task": task, "columns": columns, "gates": gates, "fairness": FAIRNESS[task]}
    place.ws = replace(place.ws, spec=spec.model_validate(spec.model_dump() | changes))
    if task == "regression":
        recipe = RECIPE.replace("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")
        (place.ws.folder / "pipeline.py").write_text(recipe, encoding="utf-8")


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_task_goes_through_the_whole_chain(place: Place, task: Task) -> None:
    ask(place, task)
    for month, run in ((1, "first"), (2, "second")):
        land(place, month)
        asked = place.run(run, datetime(2013, month + 1, 1, tzinfo=UTC))
        report = chain.retrain(place.ws, asked)
        assert report.outcome is Outcome.CHALLENGER, report.text
        for step in (release.approve, release.release, release.promote):
            step(place.ws, run)
    found = Ledger(place.ws.store, "small", "second").read("evaluate", Evaluation)
    assert found.comparable
    names = {m.name for m in metrics_of(task)}
    assert {m.name for m in found.metrics} == {d.metric for d in found.differences if d.against == "champion"} == names
    intervals = [m.estimate for m in found.metrics] + [d.estimate for d in found.differences]
    assert all(e.low is not None and e.high is not None and e.low <= e.high for e in intervals)
    assert {s.name for s in found.slices} >= {"carrier = AA", "carrier = DL", "carrier = UA"}
    assert all(s.challenger and s.difference for s in found.slices if not s.reason)
    assert {(d.column, d.role) for d in found.disparities} == {("carrier", "challenger"), ("carrier", "champion")}
    assert {c.kind for c in found.curves} >= {"calibration"}
    assert place.ws.journal.state().previous is not None
