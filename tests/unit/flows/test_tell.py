"""What people read of a report, and that each of them is told once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.flows.governed import opened
from tests.unit.journal.story import MODEL as GOVERNED
from tests.unit.monitoring.samples import NOW, column, drift, report

from evergreen.core.clock import frozen
from evergreen.core.errors import InputError, OutageError
from evergreen.core.settings import settings
from evergreen.flows.follow import follow
from evergreen.flows.govern import govern
from evergreen.flows.looks import newest_key
from evergreen.flows.requests import ask
from evergreen.flows.tell import tell, tell_fleet, tell_light
from evergreen.flows.workspace import Workspace
from evergreen.journal.journal import Journal
from evergreen.journal.requests import decline
from evergreen.records.alert import Alert
from evergreen.records.answer import Question
from evergreen.records.monitor import Decision, Finding
from evergreen.records.request import Confirmation
from evergreen.spec.model import ModelSpec
from evergreen.stores.memory import MemoryStore
from evergreen.stores.memory_registry import MemoryRegistry

MAY = datetime(2013, 5, 20, tzinfo=UTC)
FOUND = Finding(
    rule="drift",
    subject="",
    then="retrain",
    holds=True,
    fired=True,
    value=0.5,
    threshold=0.2,
    low=None,
    high=None,
    since=MAY,
    sentence="Features with 50% of the importance drift; 20% is borne.",
)
OVER = "The report as of 2013-06-02 00:00 UTC, on version 3, does not find it any more."
LINKS = ("Report: http://airflow/report",)


def where(question: Question) -> str:
    """Where people answer."""
    return f"http://airflow/{question.run_id}"


@dataclass
class Desk:
    """A model whose reports are told, and what each connection heard."""

    ws: Workspace
    heard: list[tuple[str, Alert]]

    def look(self, *found: Finding, after: timedelta = timedelta(0), **changes: Any) -> None:
        made = replace(report(found, as_of=NOW + after), model="small", **changes)
        self.ws.store.put(newest_key("small"), made.to_json())

    def tell(self) -> None:
        tell(self.ws, send=lambda *said: self.heard.append(said), links=lambda _: LINKS, where=where, now=NOW)

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(channel, alert.title) for channel, alert in self.heard]


@pytest.fixture
def desk(small_spec: Callable[..., ModelSpec], tmp_path: Path) -> Desk:
    store = MemoryStore()
    spec = small_spec(monitoring={"alerts": ["slack", "mail"]})
    registry: Any = MemoryRegistry()
    journal = Journal(store, "small")
    return Desk(Workspace(spec=spec, folder=tmp_path, store=store, registry=registry, journal=journal), [])


@pytest.fixture
def everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A connection for all models that name none."""
    monkeypatch.setenv("EVERGREEN_ALERTS", "ops")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def test_a_finding_its_standing_and_its_end(desk: Desk) -> None:
    desk.tell()
    assert desk.said == []
    for _ in range(2):
        desk.look(FOUND)
        desk.tell()
    assert desk.said == [("slack", "small: drift"), ("mail", "small: drift")]
    desk.look(replace(FOUND, fired=False), after=timedelta(days=1), version=3)
    desk.tell()
    assert desk.said[2:] == [("slack", "small: drift has recovered"), ("mail", "small: drift has recovered")]
    assert desk.heard[-1][1].body.splitlines() == [
        f"It stood since 2013-05-20 00:00 UTC, and is over. {OVER}",
        *LINKS,
    ]


UNKNOWN = replace(FOUND, holds=False, fired=False, value=None, threshold=None, since=None)
GROUPS = replace(FOUND, rule="fairness", subject="disparate_impact_ratio by sex", then="alert")


@pytest.mark.parametrize(
    ("stood", "unjudged", "judged"),
    [
        (FOUND, [replace(UNKNOWN, sentence="Drift cannot be judged: 40 rows; 500 are needed.")], replace(FOUND, fired=False)),
        (GROUPS, [], replace(GROUPS, fired=False)),  # without labels there are no groups to speak of
        (GROUPS, [replace(UNKNOWN, rule="fairness", subject=GROUPS.subject)], replace(GROUPS, subject="by age", fired=False)),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_has_not_recovered(
    desk: Desk, small_spec: Callable[..., ModelSpec], stood: Finding, unjudged: list[Finding], judged: Finding
) -> None:
    rules = [{"rule": "drift"}, {"rule": "fairness", "measure": "disparate_impact_ratio", "at_least": 0.8}]
    columns = small_spec().columns.model_dump() | {"sensitive": ["sex"]}
    spec = small_spec(monitoring={"alerts": ["slack"], "rules": rules}, columns=columns)
    object.__setattr__(desk.ws, "spec", spec)
    for day, found in enumerate(([stood], unjudged, [stood], [judged])):
        desk.look(*found, after=timedelta(days=day))
        desk.tell()
    assert [alert.kind for _, alert in desk.heard] == ["finding", "recovery"]


def test_a_rule_that_the_spec_no_longer_has_is_over(desk: Desk) -> None:
    desk.look(replace(FOUND, rule="age"))
    desk.tell()
    desk.look(replace(FOUND, fired=False), after=timedelta(days=1))
    desk.tell()
    assert [title for channel, title in desk.said if channel == "slack"] == ["small: age", "small: age has recovered"]


def test_a_message_has_the_reason_the_worst_columns_links_and_what_happens_next(desk: Desk) -> None:
    worst = [column(f"c{n}", drifts=True, weight=0.1, sentence=f"PSI is 0.{9 - n}.") for n in range(6)]
    worst.insert(0, column("prediction", drifts=True, part="prediction", weight=0.0, sentence="PSI is 1."))
    desk.ws.store.put("small/d.json", drift(*worst, column("calm", drifts=False)).to_json())
    decision = Decision(action="retrain", reason="Half of it drifts.", request_id="drift-1")
    desk.look(FOUND, drift="small/d.json", decision=decision)
    desk.tell()
    assert desk.heard[0][1].body.splitlines() == [
        FOUND.sentence,
        "Version 2, 1000 rows up to 2013-06-01 00:00 UTC; since 2013-05-20 00:00 UTC.",
        "Columns that drift, the worst first:",
        "- prediction: PSI is 1.",
        *(f"- c{n} (10% of the importance): PSI is 0.{9 - n}." for n in range(4)),
        "- and 2 more",
        "What happens next: a retraining is asked for (request drift-1). Half of it drifts.",
        *LINKS,
    ]


def test_who_must_confirm_a_retraining_is_told_once_though_the_finding_has_stood_for_long(
    desk: Desk, small_spec: Callable[..., ModelSpec]
) -> None:
    required = {"confirm": "required", "confirmers": ["ada", "bob"]}
    object.__setattr__(desk.ws, "spec", small_spec(monitoring={"alerts": ["slack"], "retraining": required}))
    desk.look(FOUND)
    desk.tell()
    confirmation = Confirmation(confirmers=("ada", "bob"), within=timedelta(days=3))
    with frozen(NOW):
        ask(desk.ws, asked_by="monitoring", reason="Wind drifts.", request_id="r1", confirmation=confirmation)
    for _ in range(2):
        desk.tell()
    assert desk.said == [("slack", "small: drift"), ("slack", "small: may it be retrained?")]
    assert desk.heard[-1][1].body.splitlines() == [
        "Wind drifts.",
        "ada or bob must confirm it, with the cause, in confirm__small, until 2013-06-04 00:00 UTC; silence is a no.",
        "Answer: http://airflow/confirm__r1",
        'Or: evergreen confirm --model small --request r1 --user <you> --cause "…"',
    ]
    decline(desk.ws.journal, "r1", "confirm__r1", "ada", "The airport was closed.")
    desk.tell()
    assert len(desk.said) == 2, "whoever was asked has answered: that is no recovery"


def test_a_light_check_is_told_at_once_and_ends_no_finding_of_a_report(desk: Desk) -> None:
    desk.look(FOUND)
    desk.tell()
    burst = replace(FOUND, rule="null_burst", subject="wind", sentence="wind is null in 90% of 400 rows.")
    for found in ([burst], [burst], []):
        tell_light(desk.ws, found, send=lambda *said: desk.heard.append(said), now=NOW)
    assert [title for channel, title in desk.said[2:] if channel == "slack"] == [
        "small: null_burst: wind",
        "small: null_burst: wind has recovered",
    ]
    assert desk.heard[2][1].body.splitlines() == [
        burst.sentence,
        "Since 2013-05-20 00:00 UTC. Nothing happens by itself.",
    ]
    desk.tell()
    assert len(desk.heard) == 6


@pytest.mark.usefixtures("everywhere")
def test_the_connections_of_the_spec_come_before_those_of_the_fleet(
    desk: Desk, small_spec: Callable[..., ModelSpec]
) -> None:
    desk.look(FOUND)
    desk.tell()
    assert {channel for channel, _ in desk.said} == {"slack", "mail"}
    object.__setattr__(desk.ws, "spec", small_spec())
    desk.look(replace(FOUND, fired=False))
    desk.tell()
    assert desk.said[2:] == [("ops", "small: drift has recovered")]


@pytest.mark.usefixtures("everywhere")
def test_what_governance_finds_is_told_and_so_is_what_it_repaired() -> None:
    books, registry = opened()
    follow(books)
    heard: list[tuple[str, str, str]] = []

    def look() -> None:
        govern(books)
        tell_fleet([GOVERNED], send=lambda c, a: heard.append((c, a.kind, a.name)), now=NOW, opened=lambda _: books)

    registry.set_alias(GOVERNED, "champion", 1)
    good = dict(registry.files["models:/m-2"])
    registry.files["models:/m-2"]["model.skops"] = b"swapped"
    for _ in range(2):
        look()
    registry.files["models:/m-2"].update(good)
    look()
    assert heard == [
        ("ops", "notice", "alias: champion"),
        ("ops", "finding", "model file: version 2"),
        ("ops", "recovery", "model file: version 2"),
    ]


@pytest.mark.usefixtures("everywhere")
def test_an_alias_that_a_release_finds_moved_is_told_by_the_next_look() -> None:
    books, registry = opened()
    follow(books)
    registry.set_alias(GOVERNED, "champion", 1)
    follow(books)
    heard: list[str] = []
    tell_fleet([GOVERNED], send=lambda _, a: heard.append(a.title), now=NOW, opened=lambda _: books)
    assert heard == ["small: alias: champion"]


@pytest.mark.usefixtures("everywhere")
@pytest.mark.parametrize("error", [OutageError, InputError])
def test_a_model_that_cannot_be_told_of_stops_no_other(error: type[Exception]) -> None:
    books, registry = opened()
    follow(books)
    registry.set_alias(GOVERNED, "champion", 1)
    govern(books)
    asked: list[str] = []

    def send(_: str, alert: Alert) -> None:
        raise error(alert.name)

    def open_one(model: str) -> Any:
        asked.append(model)
        return books

    with pytest.raises(error, match=r"The alerts of 1 models were not told to everybody\. small: 1 connections"):
        tell_fleet([GOVERNED, "other"], send=send, now=NOW, opened=open_one)
    assert asked == [GOVERNED, "other"]
