"""Tell: bring what monitoring and governance have found to the people who are on call."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from evergreen.core.errors import EvergreenError, InputError, NotFound, OutageError
from evergreen.core.settings import settings
from evergreen.flows.alerts import GOVERNANCE, LIGHT, MONITORING, Send, deliver, note
from evergreen.flows.books import Books, open_books
from evergreen.flows.confirmation import asked_for, question_of
from evergreen.flows.looks import read_drift, read_newest
from evergreen.flows.workspace import Workspace
from evergreen.journal.requests import unconfirmed_requests
from evergreen.journal.state import RequestStatus
from evergreen.records.alert import Alert, AlertBook
from evergreen.records.answer import Question
from evergreen.records.monitor import Finding, MonitorReport
from evergreen.spec.model import ModelSpec
from evergreen.stores.ports import ObjectStore

WORST = 5
"""So many columns stand in a message; the report has all."""
NEXT = {
    "none": "nothing by itself",
    "alert": "nothing by itself",
    "retrain": "a retraining is asked for",
    "rollback": "the champion before is brought back",
}

Links = Callable[[MonitorReport], Sequence[str]]
"""Lines that say where more is to be read of a report."""
Where = Callable[[Question], str]
"""Where people answer a question."""


def tell(ws: Workspace, *, send: Send, links: Links, where: Where, now: datetime) -> AlertBook:
    """Tell what the newest report on the model's champion finds, and what it finds no longer; doing it again tells nothing.

    Who must confirm a retraining is told once, too, however long the finding has stood.

    The connections are those of ``monitoring.alerts``, or of ``EVERGREEN_ALERTS`` where the spec names none. Without any
    the log alone is told.

    Raises
    ------
    OutageError, InputError
        After everybody else was told: a connection did not answer, or cannot be used. The next call tells it.
    """
    with suppress(NotFound):
        _note(ws, read_newest(ws.store, ws.model), links, where, now)
    return deliver(ws.store, ws.model, MONITORING, _channels(ws), send, at=now)


def tell_light(ws: Workspace, found: Sequence[Finding], *, send: Send, now: datetime) -> AlertBook:
    """Tell what a light check of served traffic finds, and what is over; connections and errors as of `tell`."""
    fired = [
        _alert(ws.model, LIGHT, finding, now, f"Since {_moment(finding.since or now)}. Nothing happens by itself.")
        for finding in found
        if finding.fired
    ]
    undecided = {finding.name for finding in found if not finding.judged}
    because = "The newest predictions do not show it any more."
    note(ws.store, ws.model, LIGHT, fired, at=now, because=because, undecided=undecided.__contains__)
    return deliver(ws.store, ws.model, LIGHT, _channels(ws), send, at=now)


def tell_fleet(
    models: Iterable[str], *, send: Send, now: datetime, opened: Callable[[str], Books] = open_books
) -> tuple[AlertBook, ...]:
    """Tell the connections of ``EVERGREEN_ALERTS`` what the looks at the registry have found; raises as `tell` does."""
    told, failed = [], list[EvergreenError]()
    for model in models:
        try:
            told.append(deliver(opened(model).store, model, GOVERNANCE, settings().alerts, send, at=now))
        except (OutageError, InputError) as error:
            failed.append(error)
    if failed:
        kind = OutageError if any(isinstance(error, OutageError) for error in failed) else InputError
        raise kind(f"The alerts of {len(failed)} models were not told to everybody. {failed[0]}")
    return tuple(told)


def _note(ws: Workspace, report: MonitorReport, links: Links, where: Where, now: datetime) -> None:
    because = f"The report as of {_moment(report.as_of)}, on version {report.version}, does not find it any more."
    lines = [*_worst(ws.store, report), _next(report), *links(report)]
    fired = [_alert(ws.model, MONITORING, f, report.as_of, _seen(report, f), *lines) for f in report.fired]
    asked = _asked(ws, where)
    because = "\n".join([because, *links(report)])
    undecided = partial(_undecided, ws.spec, report)
    note(ws.store, ws.model, MONITORING, [*fired, *asked], at=now, because=because, undecided=undecided)


def _undecided(spec: ModelSpec, report: MonitorReport, name: str) -> bool:
    """Whether a report cannot judge a finding: for want of rows or labels. Of fairness and slices it may say nothing then."""
    if any(found.rule == name.partition(":")[0] for found in report.findings):
        return any(found.name == name and not found.judged for found in report.findings)
    return any(rule.rule == name.partition(":")[0] for rule in spec.monitoring.rules)


def _asked(ws: Workspace, where: Where) -> list[Alert]:
    if ws.spec.monitoring.retraining.confirm == "auto":
        return []
    return [_question(ws.model, status, where) for status in unconfirmed_requests(ws.journal.state())]


def _question(model: str, status: RequestStatus, where: Where) -> Alert:
    request = status.request
    until = f"until {_moment(status.confirm_until)}" if status.confirm_until else ""
    lines = [
        request.reason,
        asked_for(request.confirmation, model, until) if request.confirmation else "",
        f"Answer: {where(question_of(model, request.request_id))}",
        f'Or: evergreen confirm --model {model} --request {request.request_id} --user <you> --cause "…"',
    ]
    return Alert(
        model=model,
        source=MONITORING,
        kind="notice",
        name=f"confirm: {request.request_id}",
        title=f"{model}: may it be retrained?",
        body="\n".join(lines),
        since=status.opened_at,
    )


def _channels(ws: Workspace) -> tuple[str, ...]:
    return ws.spec.monitoring.alerts or settings().alerts


def _alert(model: str, source: str, finding: Finding, at: datetime, *lines: str) -> Alert:
    return Alert(
        model=model,
        source=source,
        kind="finding",
        name=finding.name,
        title=f"{model}: {finding.name}",
        body="\n".join([finding.sentence, *lines]),
        since=finding.since or at,
    )


def _seen(report: MonitorReport, finding: Finding) -> str:
    since = _moment(finding.since or report.as_of)
    return f"Version {report.version}, {report.rows} rows up to {_moment(report.as_of)}; since {since}."


def _next(report: MonitorReport) -> str:
    decision, what = report.decision, NEXT[report.decision.action]
    request = f" (request {decision.request_id})" if decision.request_id else ""
    return f"What happens next: {what}{request}. {decision.reason}".rstrip()


def _worst(store: ObjectStore, report: MonitorReport) -> list[str]:
    """The columns that drift, the worst first."""
    if report.drift is None:
        return []
    drifting = [column for column in read_drift(store, report.drift).columns if column.drifts]
    weights = {c.name: f" ({c.weight:.0%} of the importance)" for c in drifting if c.part == "feature"}
    lines = [f"- {c.name}{weights.get(c.name, '')}: {c.sentence}" for c in drifting[:WORST]]
    lines += [f"- and {len(drifting) - WORST} more"] if len(drifting) > WORST else []
    return ["Columns that drift, the worst first:", *lines] if lines else []


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
