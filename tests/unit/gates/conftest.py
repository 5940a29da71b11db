"""Evidence made by hand: what a gate would gather."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from evergreen.gates.gate import gate
from evergreen.records.candidate import Candidate, Cost
from evergreen.records.evaluation import Difference, Disparity, Estimate, Evaluation, Group, Metric, Role, Slice
from evergreen.records.evidence import Evidence
from evergreen.records.interval import Interval
from evergreen.records.package import ModelPackage, PackageFile
from evergreen.records.snapshot import Part, Snapshot, Source
from evergreen.records.split import Span, Split
from evergreen.records.validation import ValidationReport
from evergreen.records.verdict import RuleOutcome
from evergreen.spec.data import Columns, Features, Label, ObjectsSource, Window
from evergreen.spec.gates import Gate
from evergreen.spec.model import ModelSpec, Owner
from evergreen.spec.training import Training

JUNE = Interval(start=datetime(2013, 6, 1, tzinfo=UTC), end=datetime(2013, 7, 1, tzinfo=UTC))


def spec(*gates: Gate) -> ModelSpec:
    label, features = Label(column="late", positive=1), Features(numeric=("hour",))
    columns = Columns(event_time="time", keys=("id",), label=label, features=features, sensitive=("sex", "race"))
    return ModelSpec(
        version=1,
        name="flights",
        owner=Owner(name="Operations", email="operations@example.com"),
        purpose="Warns of late flights.",
        task="binary",
        source=ObjectsSource(kind="objects"),
        columns=columns,
        training=Training(window=Window(kind="expanding", start=JUNE.start)),
        gates=gates,
    )


def estimate(value: float, low: float | None = None, high: float | None = None) -> Estimate:
    return Estimate(value=value, low=low, high=high, method="DeLong, 28 units of day")


def evaluation(
    metric: str = "roc_auc",
    *,
    values: dict[Role, float] | None = None,
    champion: Estimate | None = None,
    baseline: Estimate | None = None,
    reason: str = "",
    has_champion: bool = True,
    **others: Any,
) -> Evaluation:
    values = values or {"challenger": 0.749, "champion": 0.664, "baseline": 0.5}
    differences = []
    if champion is not None:
        differences.append(Difference(metric=metric, against="champion", estimate=champion))
    if baseline is not None:
        differences.append(Difference(metric=metric, against="baseline", estimate=baseline))
    return replace(
        Evaluation(
            model="flights",
            package="a" * 64,
            champion="b" * 64 if has_champion else None,
            span=JUNE,
            rows=25_478,
            units=28,
            looks=0,
            comparable=not reason,
            reason=reason,
            metrics=tuple(
                Metric(name=metric, role=r, estimate=estimate(v, v - 0.02, v + 0.02)) for r, v in values.items()
            ),
            differences=tuple(differences),
        ),
        **others,
    )


def package(bytes_: int = 1_000) -> ModelPackage:
    file = PackageFile(path="model.skops", sha256="c" * 64, bytes=bytes_)
    return ModelPackage(model="flights", version=2, sha256="a" * 64, prefix="p/", files=(file,), data=JUNE)


def candidate(*, cpu: float = 8.0, rows: int = 50_000) -> Candidate:
    return Candidate(
        model="flights",
        key="k",
        fitted_on="train",
        snapshot="s",
        split="t",
        spec="u",
        environment="e",
        code="c",
        git_commit=None,
        git_dirty=None,
        hyperparameters={},
        seed=0,
        data=JUNE,
        rows=rows,
        run_id="r",
        model_uri="m",
        cost=Cost(
            wall_seconds=cpu, cpu_seconds=cpu, peak_memory_bytes=300_000_000, iterations=None, cost=cpu / 3600 * 0.05
        ),
    )


def span(rows: int, rate: float | None) -> Span:
    return Span(interval=JUNE, rows=rows, label_rate=rate, units=28)


def evidence(found: Evaluation | None = None, **others: Any) -> Evidence:
    found = found or evaluation()
    source = Source(key="raw", etag="1", size=1, interval=JUNE, producer_run=None)
    last = Interval(start=JUNE.start, end=JUNE.end - timedelta(hours=3))
    part = Part(key="p", rows_sha256="r", rows=60_000, bytes=1, events=last, source=source)
    base = Evidence(
        model="flights",
        evaluation=found,
        candidate=candidate(),
        package=package(),
        snapshot=Snapshot(
            model="flights",
            as_of=JUNE.end,
            window=JUNE,
            event_time="time",
            keys=("id",),
            columns=(),
            parts=(part,),
            rows=60_000,
            rows_sha256="r",
        ),
        split=Split(
            model="flights",
            snapshot="s",
            as_of=JUNE.end,
            train=span(50_000, 0.21),
            calibration=span(0, None),
            test=span(25_478, 0.24),
            mature=span(75_478, 0.22),
            leakage={},
        ),
        validation=ValidationReport(
            model="flights",
            snapshot="s",
            passed=True,
            rows=60_000,
            outcomes=(),
            statistics=(),
            docs_key="d",
            report_key="r",
        ),
        champion=package(2_000) if found.champion else None,
        champion_candidate=candidate(cpu=16.0) if found.champion else None,
        foreign_types=(),
        inputs=("hour",),
        advisories=None,
    )
    return replace(base, **others)


def outcomes(policy: Gate, found: Evaluation | None = None, **others: Any) -> tuple[RuleOutcome, ...]:
    """What one rule says, without the baseline rule that completes a policy."""
    judged = gate(spec(policy), evidence(found, **others)).outcomes
    return judged[:-1] if policy.rule != "better_than_baseline" else judged


def outcome(policy: Gate, found: Evaluation | None = None, **others: Any) -> RuleOutcome:
    """What a rule with a single outcome says."""
    (only,) = outcomes(policy, found, **others)
    return only


def part(
    name: str, *, challenger: Estimate | None = None, difference: Estimate | None = None, rows: int = 900
) -> Slice:
    return Slice(
        name=name,
        declared=True,
        rows=rows,
        units=28,
        metric="roc_auc",
        challenger=challenger,
        difference=difference,
        reason="" if challenger else "At least 100 rows are needed (slices.min_rows).",
    )


def disparity(
    column: str, found: Estimate | None, *, measure: Any = "demographic_parity_difference", role: Role = "challenger"
) -> Disparity:
    groups = (
        Group(name="Female", rows=400, selection_rate=0.02, true_positive_rate=0.2, false_positive_rate=0.01),
        Group(name="Male", rows=600, selection_rate=0.14, true_positive_rate=0.5, false_positive_rate=0.05),
    )
    reason = "" if found else "Fewer than two groups have 100 rows."
    return Disparity(column=column, measure=measure, role=role, estimate=found, groups=groups, reason=reason)
