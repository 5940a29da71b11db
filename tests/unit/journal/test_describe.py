"""Every kind of entry has words."""

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

from evergreen.journal.decisions import record_delegation, record_evaluation, record_snapshot
from evergreen.journal.describe import describe
from evergreen.journal.entry import Kind
from evergreen.journal.forget import record_forget
from evergreen.journal.freeze import freeze, lift
from evergreen.journal.journal import Journal
from evergreen.journal.requests import claim, close, confirm, open_request
from evergreen.journal.rollback import record_rollback
from evergreen.records.delegation import Delegation
from evergreen.records.freeze import Freeze, Lift
from evergreen.records.snapshot import Snapshot
from evergreen.records.validation import ValidationReport
from evergreen.stores.memory import MemoryStore


def test_every_kind_is_told_in_a_line() -> None:
    journal = Journal(MemoryStore(), MODEL)
    report = ValidationReport(
        model=MODEL, snapshot="s", passed=True, rows=1234, outcomes=(), statistics=(), docs_key="d", report_key="r"
    )
    record_snapshot(journal, RUN, _snapshot(), report)
    record_evaluation(journal, RUN, split_of(days(0, 1)), evaluation_of("p" * 64, days(0, 1)), origin_of(1))
    Story(1).win(journal)
    Story(2, against=1).win(journal)
    record_rollback(journal, "back", lambda _: rollback_of(1, taken_back=2))
    lent = Delegation(model=MODEL, approver="ada", delegate="ben", since=START, until=START, reason="a week off")
    record_delegation(journal, lent)
    freeze(journal, Freeze(model=MODEL, by="ada", reason="the holidays"))
    lift(journal, Lift(model=MODEL, by="ben", reason="they are over"))
    open_request(journal, request_of("r1"))
    claim(journal, "r1", "run1", timedelta(hours=1), START)
    close(journal, "r1", "run1", "challenger", "")
    open_request(journal, unconfirmed_of("r2"))
    confirm(journal, confirmed_of("r2"))
    record_forget(journal, forget_of("s"))
    journal.record(note("new", kind="newer"))
    lines = {entry.kind: describe(entry) for entry in journal.entries()}
    assert lines.keys() == {*Kind, "newer"}
    assert "snapshot by run:manual__1: 1,234 rows in 0 parts, sound" in lines["snapshot"]
    assert lines["evaluation"].endswith("package pppppppppppp on 10 test rows")
    assert "PASS for package" in lines["verdict"]
    assert lines["verdict"].endswith("version 2 is challenger")
    assert lines["rollback"].endswith(f"by ada: version 1 is champion again, package {package_of(1)[:12]}: worse")
    assert lines["freeze"].endswith("freeze by ada: the holidays")
    assert lines["forget"].endswith("forget by ada: 3 rows in objects, 2 in parts of 1 snapshots: asked to")
    assert lines["lift"].endswith("lift by ben: they are over")
    assert "ben may answer for ada until 2013-01-01T00:00:00Z: a week off" in lines["delegation"]
    assert "version 2 approved" in lines["approval"]
    assert "version 2 (direct)" in lines["release"]
    assert "version 2 is champion" in lines["promotion"]
    assert lines["request_opened"].endswith("by ada: r2: drift")
    assert lines["request_confirmed"].endswith("by ada: r2: storms")
    assert lines["request_claimed"].endswith("r1 until 2013-01-01T01:00:00Z")
    assert lines["request_closed"].endswith("r1: challenger")
    assert lines["newer"].endswith("newer by evergreen")


def _snapshot() -> Snapshot:
    return Snapshot(
        model=MODEL,
        as_of=START,
        window=days(0, 1),
        event_time="at",
        keys=("id",),
        columns=(),
        parts=(),
        rows=1234,
        rows_sha256="r",
    )
