"""Approval: what is put before the approvers of a challenger, and what their answer proves."""

from dataclasses import dataclass
from datetime import timedelta

from evergreen.core.clock import now
from evergreen.core.errors import Refused, RunError
from evergreen.flows.follow import follow
from evergreen.flows.ledger import Ledger
from evergreen.flows.promotion_request import note_asked
from evergreen.flows.workspace import Workspace
from evergreen.journal.approval import entitled
from evergreen.journal.decisions import record_approval
from evergreen.journal.state import State
from evergreen.records.answer import Answer, Question
from evergreen.records.approval import Approval, ApprovalPolicy
from evergreen.records.refit import Refit
from evergreen.records.run import Run
from evergreen.records.verdict import Verdict
from evergreen.release.answer import NO, YES
from evergreen.release.approve import approve as policy_approves
from evergreen.release.approve import check, prove

ASK = "approve"
"""The task of the release DAG that puts the question."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A question that is to be put now: who may answer it, by id and name, and for how long."""

    question: Question
    policy: ApprovalPolicy
    requesters: tuple[str, ...]
    assigned: tuple[tuple[str, str], ...]

    @property
    def timeout(self) -> timedelta:
        """How long the question waits."""
        return self.policy.timeout


def ask(ws: Workspace, run_id: str, release_run: str) -> Asking | None:
    """What to ask about the challenger of a run; None where its policy asks for nobody.

    Questions of the same model that still wait are withdrawn: a challenger is asked about once at a time, and a newer
    one supersedes those before it.

    Raises
    ------
    Refused
        When the version is no longer the challenger.
    RunError
        When nobody may answer: without anybody assigned, Airflow would let everybody.
    """
    ledger = Ledger(ws.store, ws.model, run_id)
    verdict, refit = ledger.read("gate", Verdict), ledger.read("refit", Refit)
    check(verdict, refit)
    state = ws.journal.state()
    still_challenger(state, refit)
    policy = _policy(state, verdict, refit)
    if not policy.required:
        return None
    question = Question(
        model=ws.model,
        verdict=verdict.digest,
        package=refit.package.sha256,
        version=refit.version.number,
        dag_id=_dag_of(ws.model),
        run_id=release_run,
        task_id=ASK,
    )
    asked = requesters(ws, state, run_id, release_run)
    assigned = _assigned(ws, state, policy, asked)
    _withdraw_others(ws, question)
    ledger.keep("ask", question, question.digest)
    note_asked(ws, question)
    return Asking(question=question, policy=policy, requesters=asked, assigned=assigned)


def approve(ws: Workspace, run_id: str) -> Approval:
    """Ask the policy, or read what a person has answered from Airflow itself, and write that into the journal.

    Raises
    ------
    Refused
        When nothing is proven: nobody has answered, the wrong person did, or it was about another verdict.
    """
    ledger = Ledger(ws.store, ws.model, run_id)
    verdict, refit = ledger.read("gate", Verdict), ledger.read("refit", Refit)
    check(verdict, refit)
    state = ws.journal.state()
    still_challenger(state, refit)
    policy = _policy(state, verdict, refit)
    approval = _proven(ws, state, run_id, policy) if policy.required else policy_approves(verdict, refit, policy)
    record_approval(ws.journal, approval)
    follow(ws)
    return ledger.keep("approve", approval, approval.digest)


def still_answered(ws: Workspace, run_id: str, approval: Approval) -> None:
    """Check that Airflow's record of an answer is still the one that was approved by; raises ``Refused``."""
    if approval.method != "person":
        return
    answer = _answer(ws, run_id)
    if answer is None or answer.digest != approval.evidence:
        raise Refused(
            f"{ws.model}: version {approval.version}: what Airflow says of the answer of {approval.approved_by} is no "
            f"longer what was approved by. Ask again."
        )


def respond(ws: Workspace, run_id: str, *, yes: bool, reason: str) -> Question:
    """Answer the question about a run's challenger, as whoever the login of ``ws.people`` is."""
    question = _question(ws, run_id)
    if question is None:
        raise RunError(f"{ws.model}: nobody has been asked about run {run_id!r}; the DAG {_dag_of(ws.model)} asks.")
    ws.people.respond(question, YES if yes else NO, reason)
    return question


def requesters(ws: Workspace, state: State, run_id: str, release_run: str) -> tuple[str, ...]:
    """Who asked for the retraining, for the request that it served, and for the release: as Airflow and we know it."""
    run = Ledger(ws.store, ws.model, run_id).run()
    request = state.requests.get(run.request_id or "")
    names = {
        _person(run),
        request.request.asked_by if request else None,
        ws.people.requester(f"retrain__{ws.model}", run_id),
        ws.people.requester(_dag_of(ws.model), release_run),
    }
    return tuple(sorted(name for name in names if name))


def still_challenger(state: State, refit: Refit) -> None:
    """Raise ``Refused`` when a newer challenger has superseded the one of this refit."""
    if state.rung_of(refit.package.sha256) not in ("challenger", "releasing", "champion"):
        current = f"version {state.challenger.version}" if state.challenger else "none"
        raise Refused(
            f"{state.model}: version {refit.version.number} is no longer the challenger (now {current}). "
            f"Release the newer one, or retrain."
        )


def _person(run: Run) -> str | None:
    return None if run.asked_by == "schedule" or run.asked_by.startswith("request:") else run.asked_by


def _proven(ws: Workspace, state: State, run_id: str, policy: ApprovalPolicy) -> Approval:
    ledger = Ledger(ws.store, ws.model, run_id)
    question, answer = _question(ws, run_id), _answer(ws, run_id)
    if answer is not None:
        ledger.keep("answer", answer, answer.digest)
    return prove(
        ledger.read("gate", Verdict),
        ledger.read("refit", Refit),
        policy,
        answer,
        ws.people.ids(ws.model, _candidates(state, policy)),
        delegations=state.delegations,
        requesters=requesters(ws, state, run_id, question.run_id) if question else (),
    )


def _question(ws: Workspace, run_id: str) -> Question | None:
    return Ledger(ws.store, ws.model, run_id).find("ask", Question)


def _answer(ws: Workspace, run_id: str) -> Answer | None:
    """Airflow's record; of the release DAG of this model alone, whatever the ledger says."""
    question = _question(ws, run_id)
    if question is None or (question.dag_id, question.task_id) != (_dag_of(ws.model), ASK):
        return None
    return ws.people.answer(question)


def _policy(state: State, verdict: Verdict, refit: Refit) -> ApprovalPolicy:
    """The policy of the verdict as the journal holds it: a laxer spec of today changes nothing."""
    passed = state.passed.get(refit.package.sha256)
    if passed is None or passed.verdict != verdict.digest:
        raise Refused(f"{state.model}: the journal holds no PASS for version {refit.version.number}. Retrain.")
    return passed.approval


def _candidates(state: State, policy: ApprovalPolicy) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*policy.approvers, *(d.delegate for d in state.delegations))))


def _assigned(
    ws: Workspace, state: State, policy: ApprovalPolicy, asked: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    at = now()
    names = [n for n in _candidates(state, policy) if entitled(policy, state.delegations, n, asked, at)]
    ids = ws.people.ids(ws.model, names)
    if not ids:
        raise RunError(
            f"{ws.model}: nobody may approve: of the approvers {', '.join(policy.approvers)}, those who have not asked for "
            f"it themselves ({', '.join(names) or 'none'}) have no login. Name another approver, or delegate."
        )
    return tuple((known, name) for name, known in ids.items())


def _withdraw_others(ws: Workspace, question: Question) -> None:
    for run_id in ws.people.waiting(question.dag_id, question.task_id):
        if run_id != question.run_id:
            why = f"Superseded: version {question.version} is asked about in {question.run_id}."
            ws.people.withdraw(question.dag_id, run_id, question.task_id, why)


def _dag_of(model: str) -> str:
    return f"release__{model}"
