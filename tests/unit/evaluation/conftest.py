"""A small world: sixty days of rows in a store, and packages of real pipelines fitted on spans of them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from evergreen.core.digest import sha256
from evergreen.core.settings import settings
from evergreen.features.frame import frame, label
from evergreen.features.packaged import Manifest, prefix_of
from evergreen.features.rows import rows
from evergreen.gates.difference import compare
from evergreen.records.evaluation import Evaluation
from evergreen.records.interval import Interval
from evergreen.records.package import ModelPackage, PackageFile
from evergreen.records.snapshot import Column, Part, Snapshot, Source
from evergreen.records.split import Span, Split
from evergreen.records.verdict import RuleOutcome
from evergreen.spec.data import Columns, Features, Label, ObjectsSource, SplitPolicy, Window
from evergreen.spec.metrics import Task
from evergreen.spec.metrics import metric as metric_info
from evergreen.spec.model import ModelSpec, Owner
from evergreen.spec.performance import NotWorseThanChampion
from evergreen.spec.training import Training
from evergreen.stores.memory import MemoryStore

START, DAYS, ROWS_A_DAY = datetime(2013, 1, 1, tzinfo=UTC), 60, 40
LABELS: dict[Task, str] = {"binary": "late", "multiclass": "kind", "regression": "minutes"}
FITTED: dict[tuple[str, datetime, datetime], bytes] = {}
"""Model files that a test before has fitted: the data is always the same."""
METRIC: dict[Task, str] = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def days(first: int, end: int) -> Interval:
    return Interval(start=day(first), end=day(end))


def table() -> pa.Table:
    """Rows of one day share a shift; one label in twenty is unknown."""
    random = np.random.default_rng(0)
    count = DAYS * ROWS_A_DAY
    of_day = np.repeat(np.arange(DAYS), ROWS_A_DAY)
    weather = random.normal(size=DAYS)[of_day]
    hour, load = random.uniform(0, 24, count), random.normal(size=count)
    minutes = 6 * (0.15 * hour + load + weather + random.normal(size=count) - 2)
    unknown = random.random(count) < 0.05
    kind = np.where(minutes > 8, "late", np.where(minutes < -5, "early", "on time"))
    moments = [day(int(d)) + timedelta(hours=float(h)) for d, h in zip(of_day, hour, strict=True)]
    return pa.table(
        {
            "id": pa.array(np.arange(count)),
            "at": pa.array(moments, pa.timestamp("us", tz="UTC")),
            "hour": hour,
            "load": load,
            "city": pa.array(["A", "B", None]).take(random.integers(0, 3, count)),
            "customer": pa.array(["x", "y", "z", None]).take(random.integers(0, 4, count)),
            "late": pa.array((minutes > 0).astype(np.int64), mask=unknown),
            "kind": pa.array(kind, pa.string(), mask=unknown),
            "minutes": pa.array(minutes, mask=unknown),
        }
    )


def build_spec(task: Task = "binary", *, unit: str = "day", min_rows: int = 100, **changes: Any) -> ModelSpec:
    positive = 1 if task == "binary" else None
    columns = Columns(
        event_time="at",
        keys=("id",),
        label=Label(column=LABELS[task], positive=positive, nullable=True),
        features=Features(numeric=changes.pop("numeric", ("hour", "load")), categorical=("city",)),
    )
    return ModelSpec(
        version=1,
        name="flights",
        owner=Owner(name="Operations", email="operations@example.com"),
        purpose="Warns of late flights.",
        task=task,
        source=ObjectsSource(kind="objects"),
        columns=columns,
        training=Training(
            window=Window(kind="expanding", start=START),
            split=SplitPolicy(sampling_unit=unit, min_rows=min_rows),
            **changes,
        ),
        gates=(NotWorseThanChampion(rule="not_worse_than_champion", metric=METRIC[task]),),
    )


def against_champion(spec: ModelSpec, found: Evaluation) -> RuleOutcome:
    """What the rule of `build_spec` says of an evaluation."""
    (policy,) = spec.gates
    assert isinstance(policy, NotWorseThanChampion)
    larger = metric_info(spec.task, policy.metric).larger_is_better
    return compare(policy, found, "champion", by=-policy.margin, strictly=False, larger_is_better=larger)


def span(interval: Interval) -> Span:
    return Span(interval=interval, rows=0, label_rate=None, units=0)


def build_split(train: Interval, test: Interval) -> Split:
    between = Interval(start=train.end, end=test.start)
    return Split(
        model="flights",
        snapshot="s",
        as_of=test.end,
        train=span(train),
        calibration=span(between),
        test=span(test),
        mature=span(Interval(start=train.start, end=test.end)),
        leakage={},
    )


@dataclass(frozen=True)
class World:
    """A store with one snapshot; ``fit`` adds packages."""

    store: MemoryStore
    snapshot: Snapshot

    def fit(self, spec: ModelSpec, interval: Interval, *, numeric: tuple[str, ...] | None = None) -> ModelPackage:
        """Fit a pipeline on the labelled rows of ``interval``, on fewer numeric features if given, and package it."""
        known = spec if numeric is None else with_numeric(spec, numeric)
        fitted = (known.digest, interval.start, interval.end)
        if fitted not in FITTED:
            FITTED[fitted] = skops.io.dumps(self._pipeline(known, interval))
        return self._store(known, FITTED[fitted], interval)

    def _pipeline(self, known: ModelSpec, interval: Interval) -> Any:
        wanted = (*known.columns.features.names, known.columns.label.column)
        read = rows(self.store, self.snapshot, interval, wanted)
        read = read.filter(read[known.columns.label.column].is_valid())
        encode = make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["city"]), remainder="passthrough", verbose_feature_names_out=False
        )
        model = LinearRegression() if known.task == "regression" else LogisticRegression(max_iter=500)
        return make_pipeline(encode, model).fit(frame(known, read), label(known, read))

    def pack(self, spec: ModelSpec, pipeline: Any, interval: Interval) -> ModelPackage:
        """Package a pipeline as it is."""
        return self._store(spec, skops.io.dumps(pipeline), interval)

    def _store(self, spec: ModelSpec, model: bytes, interval: Interval) -> ModelPackage:
        contents = {"model.skops": model, "spec.json": spec.model_dump_json().encode()}
        files = tuple(PackageFile(path=p, sha256=sha256(c), bytes=len(c)) for p, c in contents.items())
        manifest = Manifest(model="flights", version=1, candidate="k", spec=spec.digest, data=interval, files=files)
        prefix = prefix_of("flights", sha256(manifest.to_json()))
        for path, content in {**contents, "manifest.json": manifest.to_json()}.items():
            self.store.put(prefix + path, content)
        return manifest.package()


def with_numeric(spec: ModelSpec, numeric: tuple[str, ...]) -> ModelSpec:
    features = spec.columns.features.model_copy(update={"numeric": numeric})
    return spec.model_copy(update={"columns": spec.columns.model_copy(update={"features": features})})


@pytest.fixture(scope="session")
def stored() -> tuple[bytes, tuple[Column, ...]]:
    made = table()
    buffer = io.BytesIO()
    pq.write_table(made, buffer)
    return buffer.getvalue(), tuple(Column(name=f.name, type=str(f.type)) for f in made.schema)


@pytest.fixture
def world(stored: tuple[bytes, tuple[Column, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path))
    settings.cache_clear()
    data, columns = stored
    store, whole = MemoryStore(), days(0, DAYS)
    store.put("flights/parts/a.parquet", data)
    source = Source(key="raw", etag="1", size=1, interval=whole, producer_run=None)
    count = DAYS * ROWS_A_DAY
    part = Part(
        key="flights/parts/a.parquet", rows_sha256="a", rows=count, bytes=len(data), events=whole, source=source
    )
    yield World(
        store,
        Snapshot(
            model="flights",
            as_of=whole.end,
            window=whole,
            event_time="at",
            keys=("id",),
            columns=columns,
            parts=(part,),
            rows=count,
            rows_sha256="a" * 64,
        ),
    )
    settings.cache_clear()
