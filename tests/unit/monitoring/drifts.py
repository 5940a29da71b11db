"""References and windows from arrays, for the tests of drift."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from evergreen.monitoring.compared import PARTS, Sampled
from evergreen.monitoring.drift import drift
from evergreen.monitoring.reference import Column, Units, sample_of
from evergreen.records.drift import DriftReport, Part
from evergreen.records.interval import Interval
from evergreen.records.profile import Counts, Layout, Profile
from evergreen.records.reference import Reference
from evergreen.spec.data import Columns, Features, Label, ObjectsSource, SplitPolicy, Window
from evergreen.spec.model import ModelSpec, Owner
from evergreen.spec.monitoring import Monitoring
from evergreen.spec.performance import Minimum
from evergreen.spec.training import Training

from .samples import NOW

Table = Mapping[str, Any]
WINDOW = Interval(start=NOW - timedelta(days=14), end=NOW)
BEFORE = Interval(start=NOW - timedelta(days=90), end=WINDOW.start)


def spec_of(unit: str = "none", **test: Any) -> ModelSpec:
    return ModelSpec(
        version=1,
        name="flights",
        owner=Owner(name="Operations", email="operations@example.com"),
        purpose="Warns of late flights.",
        task="binary",
        source=ObjectsSource(kind="objects"),
        columns=Columns(
            event_time="time",
            keys=("id",),
            label=Label(column="late", positive=1),
            features=Features(numeric=("temp", "wind"), categorical=("carrier",)),
        ),
        training=Training(window=Window(kind="expanding", start=BEFORE.start), split=SplitPolicy(sampling_unit=unit)),
        gates=(Minimum(rule="minimum", metric="roc_auc", at_least=0.6),),
        monitoring=Monitoring.model_validate({"drift": test}),
    )


def rows(count: int, seed: int, *, day: np.ndarray | None = None, effect: float = 0.0) -> dict[str, Any]:
    """Two numeric features, a category, a score and a label; rows of one day share a shift of the numeric ones."""
    random = np.random.default_rng(seed)
    shift = 0.0 if day is None else effect * random.normal(size=int(day.max()) + 1)[day]
    return {
        "temp": random.normal(15, 8, count) + 8 * shift,
        "wind": np.where(random.random(count) < 0.02, np.nan, random.gamma(2.0, 5.0, count)),
        "carrier": random.choice(["UA", "DL", "AA", "WN"], count, p=[0.4, 0.3, 0.2, 0.1]).astype(object),
        "prediction": random.beta(2, 6, count),
        "label": random.choice(["0", "1"], count, p=[0.75, 0.25]).astype(object),
    }


def array(values: Any) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, from_pandas=True)])


def reference_of(table: Table, *, day: np.ndarray | None = None, unit: str = "none") -> Reference:
    count = len(next(iter(table.values())))
    units = Units(None, count) if day is None else Units(day, len(np.unique(day)))

    def sample(*names: str) -> Any:
        columns: list[Column] = [
            (name, "categorical" if array(table[name]).type == pa.string() else "numeric", array(table[name]))
            for name in names
        ]
        return sample_of("flights", columns, units)

    return Reference(
        model="flights",
        version=1,
        package="p" * 64,
        gated="g" * 64,
        interval=BEFORE,
        test=BEFORE,
        unit=unit,
        features=sample(*(name for name in table if name not in ("prediction", "label"))),
        prediction=sample("prediction"),
        label=sample("label"),
    )


def profile_of(layout: Layout, table: Table) -> Profile:
    """Counted in the plainest way; a column that the table lacks is not in the profile."""
    counts, count = {}, len(next(iter(table.values())))
    for column in layout.columns:
        if column.name not in table:
            continue
        values = array(table[column.name])
        nulls = int(values.null_count)
        known = values.drop_null().to_numpy()
        if column.kind == "numeric":
            bins = np.bincount(np.searchsorted(column.edges, known, side="right"), minlength=column.count)
            counts[column.name] = Counts(bins=bins.astype(np.int64), nulls=nulls)
            continue
        names, found = np.unique(known.astype(str), return_counts=True)
        by_name = dict(zip(names.tolist(), found.tolist(), strict=True))
        listed = np.array([by_name.pop(name, 0) for name in column.categories], dtype=np.int64)
        counts[column.name] = Counts(bins=listed, nulls=nulls, new=by_name)
    return Profile(layout=layout.digest, rows=count, counts=counts)


def report_of(
    reference: Reference,
    table: Table,
    *,
    spec: ModelSpec | None = None,
    units: int | Mapping[Part, int] | None = None,
    weights: Mapping[str, float] | None = None,
    window: Interval = WINDOW,
    earlier: Sequence[DriftReport] = (),
    labels: bool = True,
) -> DriftReport:
    spec = spec or spec_of(reference.unit)
    known = dict.fromkeys(PARTS, units) if isinstance(units, int) else units or {}
    return drift(
        spec,
        reference,
        profile_of(reference.layout, {name: values for name, values in table.items() if name != "label"}),
        window=window,
        units={part: Sampled(count, reference.unit) for part, count in known.items()},
        version=1,
        weights=weights or {},
        label=profile_of(reference.label.layout, {"label": table["label"]}) if labels else None,
        earlier=earlier,
    )
