"""Decide: what the findings of a look lead to. Saying no is a decision, too, with its reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evergreen.monitoring.growth import Growth
from evergreen.records.monitor import Decision, Finding
from evergreen.spec.duration import format_duration
from evergreen.spec.monitoring import TARGETS, Retraining

MONTH = timedelta(days=30)
OF_INPUTS = ("drift", "drifted_share", "column_drift")
"""Rules that say that other rows come, and not that the model does worse; that a label or a prediction drifts says more."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What counts beside the findings.

    Attributes
    ----------
    fitted
        The rows that the champion was fitted on.
    new_labels
        Gives the rows with a label since its newest row. Asked only where nothing else holds a retraining back.
    growth
        Gives that of the labelled rows like those of the window; None where nothing is known. Asked last.
    asked
        When monitoring asked for retrainings, in the time of the reports.
    waiting
        The request that is open or being served; None when there is none.
    previous, taken_back
        The version that could be rolled back to (None when there is none), and whether it was itself rolled back from.
    """

    as_of: datetime
    fitted: int
    new_labels: Callable[[], int]
    growth: Callable[[], Growth | None]
    asked: Sequence[datetime]
    waiting: str | None
    previous: int | None
    taken_back: bool


def decide(policy: Retraining, found: Sequence[Finding], at: Circumstances) -> Decision:
    """A rollback before a retraining, a retraining before an alert; of what is forbidden now, the reason is said."""
    fired = [f for f in found if f.fired]
    if not fired:
        return Decision(action="none", reason=_quiet(found))
    causes = " ".join(f.sentence for f in fired)
    held_back = []
    if any(f.then == "rollback" for f in fired):
        if not (obstacle := _no_rollback(at)):
            return Decision(action="rollback", reason=causes)
        held_back.append(f"No rollback now: {obstacle}")
    if any(f.then == "retrain" for f in fired):
        if not (obstacle := _no_retraining(policy, at, fired)):
            return Decision(action="retrain", reason=causes)
        held_back.append(f"No retraining now: {obstacle}")
    return Decision(action="alert", reason=" ".join([causes, *held_back]))


def _drift_alone(fired: Sequence[Finding]) -> bool:
    """Whether nothing but changed inputs calls for a retraining."""
    return all(_of_inputs(f) for f in fired if f.then == "retrain")


def _of_inputs(found: Finding) -> bool:
    return found.rule in OF_INPUTS and found.subject.partition(",")[0] not in TARGETS


def _quiet(found: Sequence[Finding]) -> str:
    building = [f.sentence for f in found if f.holds]
    return " ".join(["Nothing was found.", *building])


def _no_rollback(at: Circumstances) -> str:
    if at.previous is None:
        return "no earlier champion is there to go back to."
    return f"version {at.previous}, the champion before, was itself rolled back from." if at.taken_back else ""


def _no_retraining(policy: Retraining, at: Circumstances, fired: Sequence[Finding]) -> str:
    """Why no retraining may be asked for; empty when one may be. What is cheap to know comes first."""
    if at.waiting is not None:
        return f"request {at.waiting} is not closed yet."
    newest = max(at.asked, default=None)
    if newest is not None and at.as_of - newest < policy.cooldown:
        return f"the last request was on {newest:%Y-%m-%d}, and the cooldown is {format_duration(policy.cooldown)}."
    recent = sum(at.as_of - asked < MONTH for asked in at.asked)
    if recent >= policy.budget:
        return f"{recent} requests in 30 days are the budget of {policy.budget}."
    if (labels := at.new_labels()) < policy.min_new_labels * at.fitted:
        return (
            f"{labels} rows have got a label since its training on {at.fitted}; "
            f"{policy.min_new_labels:.0%} of those are asked for."
        )
    grown = at.growth() if _drift_alone(fired) else None
    if grown is not None and grown.share < policy.min_growth:
        return (
            f"labelled rows like those of the window have grown by {grown.share:.0%} since its training, in {grown.column}, "
            f"where they grew most; {policy.min_growth:.0%} is asked for."
        )
    return ""
