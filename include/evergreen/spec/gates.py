"""The rules that a candidate must pass, and whether they fit the rest of the spec."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from evergreen.spec.base import Misfit
from evergreen.spec.circumstances import (
    Advisories,
    AvailableFeatures,
    Budget,
    Custom,
    Freshness,
    LabelRate,
    Rows,
    TrustedTypes,
)  # fmt: skip
from evergreen.spec.data import Columns
from evergreen.spec.groups import FairnessBound, FairnessNotWorseThanChampion, SliceBound, SlicesNotWorseThanChampion
from evergreen.spec.metrics import MetricInfo, Task, metrics_of
from evergreen.spec.performance import (
    BetterOrCheaper,
    BetterThanBaseline,
    BetterThanChampion,
    Looks,
    Maximum,
    Minimum,
    NotWorseThanChampion,
)  # fmt: skip
from evergreen.spec.words import nearest

Gate = Annotated[
    Minimum
    | Maximum
    | BetterThanBaseline
    | BetterThanChampion
    | NotWorseThanChampion
    | BetterOrCheaper
    | Looks
    | SliceBound
    | SlicesNotWorseThanChampion
    | FairnessBound
    | FairnessNotWorseThanChampion
    | Rows
    | LabelRate
    | Freshness
    | Budget
    | TrustedTypes
    | Advisories
    | AvailableFeatures
    | Custom,
    Field(discriminator="rule"),
]
OnMetric = Minimum | Maximum | BetterThanBaseline | BetterThanChampion | NotWorseThanChampion | BetterOrCheaper
OnPeople = FairnessBound | FairnessNotWorseThanChampion


def fit(gates: Sequence[Gate], task: Task, columns: Columns) -> None:
    """Check that the rules fit the task and the columns; raises `Misfit`."""
    known = {m.name: m for m in metrics_of(task)}
    for index, gate in enumerate(gates):
        at = ("gates", index)
        if isinstance(gate, OnMetric):
            _measures(gate, (*at, "metric"), task, known)
        if isinstance(gate, OnPeople):
            _concerns(gate, at, columns.sensitive)
        if isinstance(gate, LabelRate) and task == "multiclass":
            raise Misfit((*at, "rule"), "a multiclass label has no rate: leave the rule out")


def completed(gates: Sequence[Gate], task: Task) -> tuple[Gate, ...]:
    """The policy with an answer to "better than which baseline?".

    A policy that has no `BetterThanBaseline` gets one on its first metric, or on the first one of the task.
    """
    if any(isinstance(gate, BetterThanBaseline) for gate in gates):
        return tuple(gates)
    first = next((gate.metric for gate in gates if isinstance(gate, OnMetric)), metrics_of(task)[0].name)
    return (*gates, BetterThanBaseline(rule="better_than_baseline", metric=first))


def _measures(gate: OnMetric, at: tuple[str | int, ...], task: Task, known: Mapping[str, MetricInfo]) -> None:
    if gate.metric not in known:
        hint = nearest(gate.metric, known)
        raise Misfit(at, f"{gate.metric!r} is no metric of a {task} task: expected one of {', '.join(known)}{hint}")
    larger = known[gate.metric].larger_is_better
    if isinstance(gate, Minimum) and not larger:
        raise Misfit(at, f"of {gate.metric} less is better, so that it has no minimum: use maximum")
    if isinstance(gate, Maximum) and larger:
        raise Misfit(at, f"of {gate.metric} more is better, so that it has no maximum: use minimum")


def _concerns(gate: OnPeople, at: tuple[str | int, ...], sensitive: Sequence[str]) -> None:
    if not sensitive:
        raise Misfit((*at, "rule"), "columns.sensitive names no column by which fairness could be judged")
    for index, name in enumerate(gate.columns or ()):
        for column in name.split(" x "):
            if column not in sensitive:
                hint = nearest(column, sensitive)
                raise Misfit((*at, "columns", index), f"{column!r} is not among columns.sensitive{hint}")
