"""A burst of nulls in the newest predictions is told once, and told again when it is over."""

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.stores.logged import predictions

from evergreen.core.clock import frozen
from evergreen.core.errors import OutageError
from evergreen.flows.light import light, light_fleet
from evergreen.flows.workspace import Workspace
from evergreen.records.alert import Alert
from evergreen.stores.predictions import PredictionLog

from .conftest import Place
from .test_monitor import MARCH, watched

__all__ = ["watched"]  # the fixture

MINUTE = timedelta(minutes=1)


def answer(ws: Workspace, *, nulls: bool, hour: int) -> None:
    """An hour of answers, written now; its distances are missing, or not."""
    table = predictions(200, start=MARCH + timedelta(hours=hour), step=timedelta(seconds=15))
    draw = np.random.default_rng(hour)
    distance = pa.nulls(200, pa.float64()) if nulls else pa.array(draw.uniform(100, 3000, 200))
    table = table.set_column(table.schema.get_field_index("feature_distance"), "feature_distance", distance)
    table = table.set_column(
        table.schema.get_field_index("feature_wind"), "feature_wind", pa.array(draw.uniform(0, 40, 200))
    )
    table = table.drop_columns(["context_airport"])
    table = table.set_column(0, "prediction_id", pa.array([f"{hour}-{i}" for i in range(200)]))
    with frozen(MARCH + timedelta(hours=hour + 1)):
        PredictionLog(ws.store, ws.model).append(ws.spec, table)


def test_a_burst_is_told_once_and_its_end(watched: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Alert] = []
    spec = watched.ws.spec
    content = spec.model_dump() | {"monitoring": {**spec.monitoring.model_dump(), "alerts": ("ops",)}}
    ws = Workspace(**(vars(watched.ws) | {"spec": spec.model_validate(content)}))
    answer(ws, nulls=True, hour=0)
    newest = MARCH + timedelta(hours=1)
    for minute in range(3):
        found = light(ws, send=lambda _channel, alert: told.append(alert), now=newest + minute * MINUTE)
        assert [f.name for f in found] == ["null_burst: distance"]
    assert [(a.kind, a.name) for a in told] == [("finding", "null_burst: distance")]
    light(ws, send=lambda _channel, alert: told.append(alert), now=newest + 30 * MINUTE)
    assert [a.kind for a in told] == ["finding", "recovery"]


def test_a_model_that_cannot_be_looked_at_does_not_keep_the_others_from_it(watched: Place) -> None:
    looked: list[str] = []

    def opened(model: str) -> Workspace:
        looked.append(model)
        if model == "broken":
            raise OutageError("The store does not answer.")
        return watched.ws

    with pytest.raises(OutageError, match="1 models could not be looked at"):
        light_fleet(["broken", "small"], send=lambda *_: None, now=MARCH, opened=opened)
    assert looked == ["broken", "small"]
