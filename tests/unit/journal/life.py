"""A journal in which every kind of entry occurs, and whose end leaves no field of the state empty."""

from datetime import timedelta

from tests.unit.journal.story import (
    MODEL,
    RUN,
    START,
    Story,
    confirmed_of,
    days,
    evaluation_of,
    forget_of,
    note,
    origin_of,
    package_of,
    request_of,
    rollback_of,
    split_of,
    unconfirmed_of,
)

from evergreen.journal.decisions import record_delegation, record_evaluation
from evergreen.journal.forget import record_forget
from evergreen.journal.freeze import freeze, lift
from evergreen.journal.journal import Journal
from evergreen.journal.requests import claim, close, confirm, open_request
from evergreen.journal.rollback import record_rollback
from evergreen.records.delegation import Delegation
from evergreen.records.freeze import Freeze, Lift


def whole_life(journal: Journal) -> None:
    """Write it: two champions, a rollback, requests, and one version on each rung of the ladder at the end."""
    record_evaluation(journal, RUN, split_of(days(0, 1)), evaluation_of(package_of(1), days(0, 1)), origin_of(1))
    Story(1).win(journal)
    freeze(journal, Freeze(model=MODEL, by="ada", reason="the holidays"))
    lift(journal, Lift(model=MODEL, by="ben", reason="they are over"))
    Story(2, against=1).win(journal)
    record_rollback(journal, "back", lambda _: rollback_of(1, taken_back=2))
    for request_id in ("r1", "r2", "r3"):
        open_request(journal, request_of(request_id))
    for request_id in ("r4", "r5"):
        open_request(journal, unconfirmed_of(request_id))
    confirm(journal, confirmed_of("r4"))
    for request_id in ("r1", "r2"):
        claim(journal, request_id, "run1", timedelta(hours=1), START)
    close(journal, "r1", "run1", "challenger", "")
    journal.record(note("of a newer release"))
    lent = Delegation(model=MODEL, approver="ada", delegate="ben", since=START, until=START, reason="a week off")
    record_delegation(journal, lent)
    record_forget(journal, forget_of("s"))
    Story(3, against=1).clear(journal)
    Story(4, against=1).judge(journal)
    freeze(journal, Freeze(model=MODEL, by="ada", reason="the audit"))
