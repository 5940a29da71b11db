"""Reports on a champion made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from evergreen.monitoring.held import Seen
from evergreen.records.drift import ColumnDrift, DriftReport
from evergreen.records.evaluation import Estimate
from evergreen.records.interval import Interval
from evergreen.records.monitor import Decision, Finding, MonitorReport
from evergreen.records.performance import Expected, Measured, Past, PerformanceReport
from evergreen.records.watched import Watched
from evergreen.spec.data import Columns, Features, Label, ObjectsSource, Window
from evergreen.spec.model import ModelSpec, Owner
from evergreen.spec.monitoring import Monitoring
from evergreen.spec.performance import Minimum
from evergreen.spec.training import Training

NOW = datetime(2013, 6, 1, tzinfo=UTC)
WINDOW = Interval(start=NOW - timedelta(days=14), end=NOW)


def spec(*rules: dict[str, Any], **monitoring: Any) -> ModelSpec:
    columns = Columns(
        event_time="time",
        keys=("id",),
        label=Label(column="late", positive=1),
        features=Features(numeric=("temp", "hour")),
        sensitive=("sex",),
    )
    watched = {"rules": rules, **monitoring} if rules else monitoring
    return ModelSpec(
        version=1,
        name="flights",
        owner=Owner(name="Operations", email="operations@example.com"),
        purpose="Warns of late flights.",
        task="binary",
        source=ObjectsSource(kind="objects"),
        columns=columns,
        training=Training(window=Window(kind="expanding", start=NOW)),
        gates=(Minimum(rule="minimum", metric="roc_auc", at_least=0.6),),
        monitoring=Monitoring.model_validate(watched),
    )


def estimate(value: float, low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(value=value, low=low, high=high, method="DeLong, 14 units of day")


def column(name: str, *, drifts: bool, psi: float = 0.3, weight: float = 0.5, **given: Any) -> ColumnDrift:
    fields: dict[str, Any] = {
        "name": name,
        "part": "feature",
        "kind": "numeric",
        "rows": 1_000,
        "weight": weight,
        "psi": psi,
        "jensen_shannon": 0.2,
        "kullback_leibler": 0.1,
        "chi_squared": 50.0,
        "chi_squared_p": 0.001,
        "ks_low": 0.2,
        "ks_high": 0.21,
        "wasserstein": 0.4,
        "null_rate": 0.0,
        "reference_null_rate": 0.1,
        "new_share": 0.0,
        "new": (),
        "vanished": (),
        "p_value": 0.001,
        "drifts": drifts,
        "since": WINDOW.start if drifts else None,
        "sentence": "",
        "proven": {"psi": psi, "null_rate": 0.1},
    }
    return ColumnDrift(**(fields | given))


def drift(*columns: ColumnDrift, enough: bool = True) -> DriftReport:
    features = [c for c in columns if c.part == "feature"]
    return DriftReport(
        model="flights",
        version=2,
        reference="r",
        window=WINDOW,
        rows=1_000,
        units=14,
        enough=enough,
        reason="" if enough else "40 rows; 500 are needed.",
        level=0.05,
        columns=columns,
        share=sum(c.drifts for c in features) / max(len(features), 1),
        weighted_share=sum(c.weight for c in features if c.drifts),
    )


def performance(
    measured: dict[str, Estimate] | None = None, estimated: dict[str, Estimate] | None = None, **given: Any
) -> PerformanceReport:
    fields: dict[str, Any] = {
        "model": "flights",
        "version": 2,
        "window": WINDOW,
        "rows": 1_000,
        "units": 14,
        "labelled": 900,
        "corrected": 0,
        "lag_median": 3_600.0,
        "lag_high": 7_200.0,
        "reason": "" if measured else "12 labels; 100 are needed.",
        "measured": tuple(Measured(metric=m, estimate=e) for m, e in (measured or {}).items()),
        "current": WINDOW,
        "estimated": tuple(Expected(metric=m, estimate=e, truth=None) for m, e in (estimated or {}).items()),
    }
    return PerformanceReport(**(fields | given))


def past(windows: int, *, held: int) -> tuple[Past, ...]:
    """A window a day until now: of the area the first so many intervals ``held``; of the accuracy none does."""
    found = []
    for number in range(windows):
        back = timedelta(days=windows - 1 - number)
        window = Interval(start=WINDOW.start - back, end=WINDOW.end - back)
        truth = 0.68 if number < held else 0.9
        for metric, value in (("accuracy", 0.2), ("roc_auc", truth)):
            found.append(
                Past(window=window, expected=Expected(metric=metric, estimate=estimate(0.7, 0.65, 0.75), truth=value))
            )
    return tuple(found)


def seen(
    drift: DriftReport | None = None,
    performance: PerformanceReport | None = None,
    earlier: tuple[MonitorReport, ...] = (),
    *,
    as_of: datetime = NOW,
) -> Seen:
    watched = Watched(
        model="flights",
        version=2,
        package="p",
        gated="g",
        run_id="r",
        reference="flights/profiles/r/reference.bin",
        calibration="flights/profiles/r/calibration.json",
        data=Interval(start=NOW - timedelta(days=120), end=NOW - timedelta(days=30)),
        rows=10_000,
        metrics={"roc_auc": estimate(0.7, 0.68, 0.72), "brier": estimate(0.15)},
    )
    return Seen(as_of=as_of, watched=watched, drift=drift, performance=performance, earlier=earlier)


def report(findings: tuple[Finding, ...], *, as_of: datetime = NOW) -> MonitorReport:
    return MonitorReport(
        model="flights",
        as_of=as_of,
        window=WINDOW,
        version=2,
        package="p",
        reference="r",
        rows=1_000,
        drift=None,
        performance=None,
        findings=findings,
        decision=Decision(action="none", reason=""),
        text="",
        key="",
    )
