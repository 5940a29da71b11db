"""The words of a question to approvers: verdict, comparison and report, in Markdown."""

from evergreen.flows.approval import Asking
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.records.card import Card
from evergreen.records.evaluation import Estimate, Evaluation, Role
from evergreen.records.refit import Refit
from evergreen.records.report import Report
from evergreen.records.verdict import Verdict
from evergreen.spec.duration import format_duration

ROLES: tuple[Role, ...] = ("challenger", "champion", "baseline")


def subject_of(asking: Asking) -> str:
    """The question itself.

    >>> from evergreen.records.answer import Question
    >>> from evergreen.records.approval import UNASKED
    >>> question = Question(model="late", verdict="3f", package="a1", version=3, dag_id="d", run_id="r", task_id="t")
    >>> subject_of(Asking(question=question, policy=UNASKED, requesters=(), assigned=()))
    'May version 3 of late become champion?'
    """
    return f"May version {asking.question.version} of {asking.question.model} become champion?"


def body_of(ws: Workspace, run_id: str, asking: Asking) -> str:
    """What an approver needs to know, without a link: the caller knows where pages are."""
    ledger = Ledger(ws.store, ws.model, run_id)
    verdict, refit = ledger.read("gate", Verdict), ledger.read("refit", Refit)
    numbers = ledger.find("evaluate", Evaluation)
    who = ", ".join(name for _, name in asking.assigned)
    asked = f" {', '.join(asking.requesters)} asked for it." if asking.requesters else ""
    parts = [
        f"**{ws.spec.purpose}**",
        f"{asking.policy.because}{asked} {who} may answer, within {format_duration(asking.timeout)}; silence is a no.",
        "\n".join([f"### Verdict: {verdict.judgement.value}", "", *_outcomes(verdict)]),
        _comparison(numbers) if numbers else "",
        f"Package `{refit.package.sha256[:12]}`, verdict `{verdict.digest[:12]}`. {refit.parity.sentence if refit.parity else ''}",
    ]
    return "\n\n".join(part for part in parts if part)


def pages_of(ws: Workspace, run_id: str) -> dict[str, str]:
    """What an approver may read beside the question, by title: keys of the model card and of the run's report."""
    ledger = Ledger(ws.store, ws.model, run_id)
    card, report = ledger.find("card", Card), ledger.find("report", Report)
    return {
        **({"The model card": card.html_key} if card else {}),
        **({"The whole report": report.key} if report else {}),
    }


def _outcomes(verdict: Verdict) -> list[str]:
    return [
        f"- {o.judgement.value}{' (only warns)' if o.severity == 'warn' else ''}: {o.sentence}"
        for o in verdict.outcomes
    ]


def _comparison(numbers: Evaluation) -> str:
    """A row for each metric, a column for each role."""
    found = {(m.name, m.role): m.estimate for m in numbers.metrics}
    roles = [role for role in ROLES if any(m.role == role for m in numbers.metrics)]
    names = list(dict.fromkeys(m.name for m in numbers.metrics))
    head = ["| metric | " + " | ".join(roles) + " |", "|---" * (len(roles) + 1) + "|"]
    rows = [f"| {name} | " + " | ".join(_cell(found.get((name, role))) for role in roles) + " |" for name in names]
    seen = f"On {numbers.rows:,} test rows in {numbers.units:,} sampling units; looked at {numbers.looks} times before."
    return "\n".join(["### Comparison", "", *head, *rows, "", seen])


def _cell(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    interval = (
        f" ({estimate.low:.4f} to {estimate.high:.4f})"
        if estimate.low is not None and estimate.high is not None
        else ""
    )
    return f"{estimate.value:.4f}{interval}"
