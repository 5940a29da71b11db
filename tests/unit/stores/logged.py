"""Predictions and labels of a small model, as a service logs them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from tests.unit.conftest import _spec

from evergreen.spec.model import ModelSpec

MONDAY = datetime(2013, 3, 4, tzinfo=UTC)
MOMENT = pa.timestamp("us", tz="UTC")


def spec_of(**changes: Any) -> ModelSpec:
    """A binary model whose flights of one day go together, with a sensitive column that is no feature."""
    columns = {
        "event_time": "at",
        "keys": ["id"],
        "label": {"column": "late", "positive": 1, "nullable": True, "delay": "1d"},
        "features": {"numeric": ["distance", "wind"], "categorical": ["carrier"]},
        "sensitive": ["airport"],
    }
    training = {"window": {"kind": "sliding", "length": "30d"}, "split": {"sampling_unit": "day"}}
    return _spec(**{"columns": columns, "training": training} | changes)


def predictions(
    rows: int = 48, *, start: datetime = MONDAY, step: timedelta = timedelta(hours=1), **columns: Any
) -> pa.Table:
    """Rows of the layout of `spec_of`, one a ``step``; keyword arguments replace columns."""
    draw = np.random.default_rng(1)
    times = pa.array([start + i * step for i in range(rows)], MOMENT)
    wind = draw.uniform(0, 40, rows)
    score = draw.uniform(0, 1, rows)
    content: dict[str, Any] = {
        "prediction_id": [f"p{i}" for i in range(rows)],
        "request_key": [f"r{i}" for i in range(rows)],
        "model": ["small"] * rows,
        "version": pa.array([3] * rows, pa.int32()),
        "variant": ["champion"] * rows,
        "event_time": times,
        "served_time": times,
        "feature_distance": draw.uniform(100, 3000, rows),
        "feature_wind": np.where(draw.uniform(size=rows) < 0.1, np.nan, wind),
        "feature_carrier": draw.choice(["AA", "DL", "UA"], rows),
        "context_airport": draw.choice(["EWR", "JFK"], rows),
        "score": score,
        "scores": pa.nulls(rows, pa.list_(pa.float64())),
        "decision": np.where(score >= 0.5, "1", "0"),
    }
    return pa.table(content | columns)


def labels(
    ids: Sequence[str],
    times: Sequence[datetime],
    values: Sequence[Any],
    *,
    after: timedelta = timedelta(days=1),
    **columns: Any,
) -> pa.Table:
    """First labels of these predictions; keyword arguments replace columns."""
    content: dict[str, Any] = {
        "prediction_id": pa.array(ids, pa.string()),
        "event_time": pa.array(times, MOMENT),
        "value": pa.array(values),
        "observed_time": pa.array([time + after for time in times], MOMENT),
        "correction": pa.array([0] * len(ids), pa.int32()),
    }
    return pa.table(content | columns)
