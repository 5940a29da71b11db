"""A burst of nulls in the newest predictions is told once, and told again when it is over."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.stores.logged import predictions

from evergreen.core.clock import frozen
from evergreen.core.errors import OutageError
from evergreen.flows.light import light, light_fleet
from evergreen.flows.workspace import Workspace
from evergreen.stores.predictions import PredictionLog

from .conftest import Place
from .test_monitor import MARCH, watched

__all__ = ["watched"]  # the fixture

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


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


@pytest.fixture
def ws(watched: Place) -> Workspace:
    """Who serves it is told by a connection."""
    content = watched.ws.spec.model_dump()
    content["monitoring"] |= {"alerts": ("ops",)}
    return replace(watched.ws, spec=watched.ws.spec.model_validate(content))


def check(ws: Workspace, at: datetime, told: list[tuple[str, str]]) -> int:
    """How many findings stand; what is told of them is added."""
    return len(light(ws, send=lambda _channel, alert: told.append((alert.kind, alert.name)), now=at))


def test_a_burst_is_told_once_and_its_end_when_good_rows_came(ws: Workspace) -> None:
    told: list[tuple[str, str]] = []
    for hour in (1, 2):  # a bad batch each hour, and nothing between
        answer(ws, nulls=True, hour=hour - 1)
        for minute in (2, 14, 16, 58):
            assert check(ws, MARCH + hour * HOUR + minute * MINUTE, told) == 1
    assert told == [("finding", "null_burst: distance")]
    answer(ws, nulls=False, hour=2)
    assert check(ws, MARCH + 3 * HOUR + 2 * MINUTE, told) == 0
    assert told[1:] == [("recovery", "null_burst: distance")]


def test_a_service_that_stays_silent_is_told_once_and_its_return(ws: Workspace) -> None:
    told: list[tuple[str, str]] = []
    for day in range(8):
        answer(ws, nulls=False, hour=24 * day + 9)
    for hours in (34.3, 35.3, 36.3, 48.3):  # the day after it has none
        assert check(ws, MARCH + 7 * DAY + hours * HOUR, told) == 1
    assert told == [("finding", "silence")]
    answer(ws, nulls=False, hour=24 * 9 + 9)
    assert check(ws, MARCH + 9 * DAY + 10 * HOUR, told) == 0
    assert told[1:] == [("recovery", "silence")]


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
