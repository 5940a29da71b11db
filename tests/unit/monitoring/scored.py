"""Windows of scores and labels whose truth is known: rows of a day share a shift."""

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from evergreen.measures.measure import Clusters
from evergreen.monitoring.calibrate import learned
from evergreen.records.calibration import Calibration
from evergreen.records.interval import Interval
from evergreen.stats.bootstrap import Floats

START = datetime(2013, 3, 1, tzinfo=UTC)


def scored(
    draw: np.random.Generator,
    days: int,
    *,
    rows: int = 100,
    shift: float = 0.0,
    slope: float = 2.0,
    weather: float = 0.3,
) -> tuple[NDArray[np.int8], Floats, Clusters]:
    """Labels, scores and days. The scores say too little of the odds, and are what a model gives that knows a slope of 2.

    ``shift`` moves the inputs, ``slope`` what comes true of them; ``weather`` is how much a day's rows share.
    """
    of_day = np.repeat(np.arange(days), rows)
    x = draw.normal(size=days * rows) * (1 - shift)
    chance = expit(slope * x - 1 + weather * draw.normal(size=days)[of_day])
    labels = (draw.uniform(size=days * rows) < chance).astype(np.int8)
    return labels, expit(1.4 * x - 0.3), Clusters(of_day, days, "day")


def blank(days: int, rows: int, **changes: object) -> Calibration:
    """A calibration that has learned nothing yet."""
    content = {
        "model": "small", "version": 3, "package": "p" * 64, "interval": Interval(start=START, end=START + timedelta(days=days)),
        "rows": rows, "units": days, "unit": "day", "method": "", "classes": (), "curves": (), "checked": (), "reason": "",
    }  # fmt: skip
    return Calibration(**(content | changes))  # type: ignore[arg-type]


def calibration(seed: int = 0, *, days: int = 28, rows: int = 100) -> Calibration:
    """Of scores as they are without any change."""
    labels, scores, clusters = scored(np.random.default_rng(seed), days, rows=rows)
    return learned(blank(days, len(labels)), "binary", labels, scores, clusters, seed=seed)
