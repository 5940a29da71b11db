"""Decide: what the findings of a look lead to. Saying no is a decision, too, with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from evergreen.monitoring.growth import Growth
from evergreen.records.monitor import Decision, Finding
from evergreen.spec.duration import format_duration
from evergreen.spec.monitoring import Retraining

MONTH = timedelta(days=30)
OF_INPUTS = ("drift", "drifted_share", "column_drift")
"""Rules that say that other rows come, and not that the model does worse."""


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What counts beside the findings.

    Attributes
    ----------
    new_labels, fitted
        Rows with a label since the champion's newest row, and the rows that it was fitted on.
    growth
        Of the labelled rows like those of the window; None where nobody asked or nothing is known.
    asked
        When monitoring asked for retrainings, in the time of the reports.
    waiting
        The request that is open or being served; None when there is none.
    previous, taken_back
        The version that could be rolled back to (None when there is none), and whether it was itself rolled back from.
    """

    as_of: datetime
    new_labels: int
    fitted: int
    growth: Growth | None
    asked: Sequence[datetime]
    waiting: str | None
    previous: int | None
    taken_back: bool


def decide(policy: Retraining, found: Sequence[Finding], at: Circumstances) -> Decision:
    """A rollback before a retraining, a retraining before an alert; of what is forbidden now, the reason is said."""
    fired = [f for f in found if f.fired]
    drift_alone = retrains_for_drift_alone(found)
    if not fired:
        return Decision(action="none", reason=_quiet(found))
    causes = " ".join(f.sentence for f in fired)
    held_back = []
    for action, obstacle in (
        ("rollback", _no_rollback(at)),
        ("retrain", _no_retraining(policy, at, drift_alone=drift_alone)),
    ):
        if not any(f.then == action for f in fired):
            continue
        if not obstacle:
            return Decision(action="rollback" if action == "rollback" else "retrain", reason=causes)
        held_back.append(f"No {'rollback' if action == 'rollback' else 'retraining'} now: {obstacle}")
    return Decision(action="alert", reason=" ".join([causes, *held_back]))


def retrains_for_drift_alone(found: Sequence[Finding]) -> bool:
    """Whether a retraining is called for, and nothing but changed inputs calls for it."""
    calling = [f.rule in OF_INPUTS for f in found if f.fired and f.then == "retrain"]
    return bool(calling) and all(calling)


def _quiet(found: Sequence[Finding]) -> str:
    building = [f.sentence for f in found if f.holds]
    return " ".join(["Nothing was found.", *building])


def _no_rollback(at: Circumstances) -> str:
    if at.previous is None:
        return "no earlier champion is there to go back to."
    return f"version {at.previous}, the champion before, was itself rolled back from." if at.taken_back else ""


def _no_retraining(policy: Retraining, at: Circumstances, *, drift_alone: bool) -> str:
    """Why no retraining may be asked for; empty when one may be."""
    if at.waiting is not None:
        return f"request {at.waiting} is not closed yet."
    newest = max(at.asked, default=None)
    if newest is not None and at.as_of - newest < policy.cooldown:
        return f"the last request was on {newest:%Y-%m-%d}, and the cooldown is {format_duration(policy.cooldown)}."
    recent = sum(at.as_of - asked < MONTH for asked in at.asked)
    if recent >= policy.budget:
        return f"{recent} requests in 30 days are the budget of {policy.budget}."
    if at.new_labels < policy.min_new_labels * at.fitted:
        return (
            f"{at.new_labels} rows have got a label since its training on {at.fitted}; "
            f"{policy.min_new_labels:.0%} of those are asked for."
        )
    if drift_alone and at.growth is not None and at.growth.share < policy.min_growth:
        return (
            f"labelled rows like those of the window have grown by {at.growth.share:.0%} since its training, in {at.growth.column}, "
            f"where they grew most; {policy.min_growth:.0%} is asked for."
        )
    return ""
