"""Confirmation: a retraining that monitoring asks for waits for a person, who notes the cause with a yes or a no."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from evergreen.core.clock import now
from evergreen.core.errors import Refused, RunError
from evergreen.flows.ledger import Ledger
from evergreen.flows.looks import folder_of
from evergreen.flows.workspace import Workspace
from evergreen.journal.bodies import Confirmed
from evergreen.journal.requests import NOT_CONFIRMED, confirm, decline, unconfirmed_requests
from evergreen.journal.state import RequestStatus
from evergreen.records.answer import Answer, Question
from evergreen.records.request import MAX_CAUSE, Confirmation
from evergreen.release.answer import NO, YES, author, given
from evergreen.spec.monitoring import Retraining

ASK = "ask"
"""The task of the DAG that puts the question."""
GRACE = timedelta(days=1)
"""So long after its time a request is closed, whatever became of the DAG that asks: paused, failed or gone."""
TIMEOUT = "timeout"
SILENCE = "nobody has answered in time."


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A question that is to be put now: who may answer it, by id and name, and until when."""

    question: Question
    status: RequestStatus
    assigned: tuple[tuple[str, str], ...]
    until: datetime

    @property
    def timeout(self) -> timedelta:
        """How long the question waits."""
        return self.until - now()


def confirmation_of(policy: Retraining) -> Confirmation | None:
    """Whom a request of monitoring waits for; None: nobody."""
    if policy.confirm == "auto":
        return None
    return Confirmation(confirmers=policy.confirmers, within=policy.confirm_within)


def question_of(model: str, request_id: str) -> Question:
    """The one question about a request: its run has an id that derives from the request's, so that it is asked once."""
    return Question(
        model=model, request=request_id, dag_id=f"confirm__{model}", run_id=f"confirm__{request_id}", task_id=ASK
    )


def ask(ws: Workspace, request_id: str, run_id: str) -> Asking | None:
    """What to ask about a request; None when its time is over. The time runs from the request, not from the asking.

    Raises
    ------
    Refused
        When the request waits for nobody (any more).
    RunError
        For another run than the one that asks about this request; and when nobody may answer: without anybody
        assigned, Airflow would let everybody.
    """
    question = question_of(ws.model, request_id)
    if run_id != question.run_id:
        raise RunError(
            f"{ws.model}: run {run_id!r} cannot ask about request {request_id[:100]!r}; {question.run_id} does."
        )
    status = _status(ws, request_id)
    until = status.confirm_until
    if status.status != "unconfirmed" or until is None:
        raise Refused(f"{told(ws, status)} Nobody need be asked.")
    if now() >= until:
        return None
    return Asking(question=question, status=status, assigned=_assigned(ws, status), until=until)


def settle(ws: Workspace, request_id: str) -> RequestStatus:
    """Read what a person has answered from Airflow itself, and write that into the journal; what is there stays.

    Raises
    ------
    Refused
        When nothing is proven: nobody has answered, the wrong person did, or without a cause.
    """
    status = _status(ws, request_id)
    if status.status == "unconfirmed":
        _write(ws, status)
    return _status(ws, request_id)


def lapse(ws: Workspace) -> None:
    """Close the requests for whose confirmation nobody waits any more: silence is a no without Airflow, too."""
    for status in unconfirmed_requests(ws.journal.state()):
        if status.confirm_until is not None and now() >= status.confirm_until + GRACE:
            with suppress(Refused):  # answered meanwhile
                _decline(ws, status, TIMEOUT, SILENCE)


def respond(ws: Workspace, request_id: str | None, *, yes: bool, cause: str) -> Question:
    """Answer the question about a request, or about the one that waits, as whoever the login of ``ws.people`` is.

    Raises
    ------
    RunError
        When no request waits, and for a cause that says nothing, or is too long for a journal.
    """
    if not 0 < len(cause.strip()) <= MAX_CAUSE:
        raise RunError(f"{ws.model}: a cause has 1 to {MAX_CAUSE} characters, this one {len(cause.strip())}.")
    waiting = [status.request.request_id for status in unconfirmed_requests(ws.journal.state())]
    if not waiting or request_id not in (None, *waiting):
        raise RunError(
            f"{ws.model}: {'this request' if request_id else 'no request'} waits to be confirmed"
            f"{' no more, or never did' if request_id else ''}; those that do: {', '.join(waiting) or 'none'}."
        )
    question = question_of(ws.model, request_id or waiting[0])
    ws.people.respond(question, YES if yes else NO, cause)
    return question


def told(ws: Workspace, status: RequestStatus) -> str:
    """How far the confirmation of a request came, in a sentence."""
    name = f"Request {status.request.request_id} of {ws.model}"
    if status.cause is not None:
        return f"{name} is confirmed by {status.confirmed_by}: {status.cause}"
    if status.outcome == NOT_CONFIRMED:
        return f"{name} is not confirmed, by {ws.journal.entry(status.sequence).body['detail']}"
    return f"{name} is {status.status}."


def asked_for(confirmation: Confirmation, model: str, until: str) -> str:
    """Who is asked, where, and until when, in a sentence."""
    names = " or ".join(confirmation.confirmers)
    return f"{names} must confirm it, with the cause, in confirm__{model}, {until}; silence is a no."


def body_of(ws: Workspace, asking: Asking) -> str:
    """What a confirmer needs to know, in Markdown, without a link: the caller knows where pages are."""
    request, who = asking.status.request, " or ".join(name for _, name in asking.assigned)
    return "\n\n".join(
        [
            f"**{ws.spec.purpose}**",
            f"Asked for by {request.asked_by}: {request.reason}",
            "Approve to retrain, reject to leave the champion as it is. Note the cause: the journal keeps it.",
            f"{who} may answer, until {asking.until:%Y-%m-%d %H:%M} UTC; silence is a no.",
        ]
    )


def page_of(asking: Asking) -> str | None:
    """Key of the report that asks; None for a request that is none of monitoring's."""
    as_of = asking.status.request.as_of
    return None if as_of is None else folder_of(asking.question.model, as_of) + "page.html"


def _write(ws: Workspace, status: RequestStatus) -> None:
    request_id = status.request.request_id
    question, no = question_of(ws.model, request_id), f"{ws.model}: request {request_id} cannot be confirmed"
    answer = ws.people.answer(question)
    if (answer is None or answer.answered_at is None) and status.confirm_until and now() >= status.confirm_until:
        _decline(ws, status, TIMEOUT, SILENCE)
        return
    answer, at = given(no, answer)
    if answer.request != request_id:
        raise Refused(f"{no}: the answer on Airflow's page is about another request ({answer.request[:100]}).")
    name = None if answer.person_id is None else _confirmer(ws, no, status, answer)
    Ledger(ws.store, ws.model, question.run_id).keep("answer", answer, answer.digest)
    if name is None:
        _decline(ws, status, TIMEOUT, SILENCE)
    elif answer.chosen != YES:
        _decline(ws, status, name, answer.reason.strip() or "no cause was noted.")
    elif cause := answer.reason.strip()[:MAX_CAUSE]:
        confirm(
            ws.journal,
            Confirmed(request_id=request_id, confirmed_by=name, cause=cause, evidence=answer.digest, answered_at=at),
        )
    else:
        raise Refused(f"{no}: {name} has noted no cause. Clear the task {ASK} of {question.run_id}: it asks again.")


def _confirmer(ws: Workspace, no: str, status: RequestStatus, answer: Answer) -> str:
    confirmers = _confirmers(status)
    name = author(answer, ws.people.ids(ws.model, confirmers))
    if name is None:
        who = answer.person or answer.person_id
        raise Refused(f"{no}: {who} answered, who may not: the confirmers are {', '.join(confirmers)}.")
    return name


def _decline(ws: Workspace, status: RequestStatus, by: str, why: str) -> None:
    request_id = status.request.request_id
    decline(ws.journal, request_id, question_of(ws.model, request_id).run_id, by, why)


def _assigned(ws: Workspace, status: RequestStatus) -> tuple[tuple[str, str], ...]:
    ids = ws.people.ids(ws.model, _confirmers(status))
    if not ids:
        raise RunError(
            f"{ws.model}: nobody may confirm request {status.request.request_id}: none of the confirmers "
            f"{', '.join(_confirmers(status))} has a login. Give one of them a login, and clear this task."
        )
    return tuple((known, name) for name, known in ids.items())


def _confirmers(status: RequestStatus) -> tuple[str, ...]:
    return status.request.confirmation.confirmers if status.request.confirmation else ()


def _status(ws: Workspace, request_id: str) -> RequestStatus:
    found = ws.journal.state().requests.get(request_id)
    if found is None:
        raise Refused(f"{ws.model}: there is no request {request_id[:100]!r} in the journal.")
    return found
