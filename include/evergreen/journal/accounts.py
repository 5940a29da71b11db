"""Accounts: what an auditor asks of each version, gathered entry by entry."""

from dataclasses import replace

from evergreen.journal.bodies import Evaluated, Judged
from evergreen.records.account import Account, Bias, Origin
from evergreen.records.approval import Approval
from evergreen.records.forget import Forget
from evergreen.records.verdict import Judgement

Accounts = dict[str, Account]


def measured(accounts: Accounts, body: Evaluated) -> None:
    """Take in an evaluation: the challenger's numbers. One of a package that was measured before replaces them."""
    found = body.evaluation
    accounts[found.package] = replace(
        accounts.get(found.package, _blank(found.model, found.package, body.origin)),
        evaluation=body.evaluation_digest,
        metrics={m.name: m.estimate.value for m in found.metrics if m.role == "challenger"},
        bias=tuple(
            Bias(column=d.column, measure=d.measure, value=d.estimate.value if d.estimate else None)
            for d in found.disparities
            if d.role == "challenger"
        ),
    )


def judged(accounts: Accounts, body: Judged) -> None:
    """Take in a verdict: of the package that was measured, and of the challenger that it was fitted anew to."""
    verdict, policy = body.verdict, body.policy
    gated = accounts.get(verdict.package)
    if gated is not None:
        gated = replace(gated, judgement=verdict.judgement, owner=policy.owner, sensitive=policy.sensitive)
        accounts[verdict.package] = gated
    if body.challenger is None:
        return
    package = body.challenger.package
    new = accounts.get(package, _blank(verdict.model, package, body.challenger.origin))
    if gated is not None and gated.evaluation == verdict.evaluation:
        new = replace(new, evaluation=gated.evaluation, metrics=gated.metrics, bias=gated.bias)
    accounts[package] = replace(new, judgement=Judgement.PASS, owner=policy.owner, sensitive=policy.sensitive)


def answered(accounts: Accounts, approval: Approval) -> None:
    """Take in the answer to a verdict."""
    if approval.package in accounts:
        accounts[approval.package] = replace(
            accounts[approval.package], approved=approval.approved, approved_by=approval.approved_by
        )


def forgot(accounts: Accounts, order: Forget) -> None:
    """Take in that rows are erased: versions that were trained on them cannot be rebuilt bit by bit."""
    for package, account in accounts.items():
        if account.origin.snapshot in order.snapshots:
            accounts[package] = replace(account, reproducible=False)


def _blank(model: str, package: str, origin: Origin) -> Account:
    return Account(model=model, package=package, origin=origin, evaluation="", metrics={}, bias=())
