"""Approve: the answer to a challenger's verdict, the policy's own or a person's that Airflow's record proves."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from evergreen.core.errors import Refused
from evergreen.journal.approval import entitled
from evergreen.records.answer import Answer
from evergreen.records.approval import Approval, ApprovalPolicy
from evergreen.records.delegation import Delegation
from evergreen.records.refit import Refit
from evergreen.records.verdict import Judgement, Verdict
from evergreen.release.answer import YES, author, given


def approve(verdict: Verdict, refit: Refit, policy: ApprovalPolicy) -> Approval:
    """Approve the challenger that came of ``verdict``, where its policy asks for nobody.

    Raises
    ------
    Refused
        Where a person must be asked; as `check` does.
    """
    no = check(verdict, refit)
    if policy.required:
        raise Refused(f"{no}: {policy.because} {', '.join(policy.approvers)} may answer on Airflow's page.")
    return Approval(
        model=verdict.model,
        verdict=verdict.digest,
        package=refit.package.sha256,
        version=refit.version.number,
        approved=True,
        approved_by="policy:auto",
        reason=f"The verdict is PASS. {policy.because}",
    )


def prove(
    verdict: Verdict,
    refit: Refit,
    policy: ApprovalPolicy,
    answer: Answer | None,
    ids: Mapping[str, str],
    *,
    delegations: Iterable[Delegation] = (),
    requesters: Iterable[str] = (),
) -> Approval:
    """Turn Airflow's record of a person's answer into an approval or a rejection, if it proves one.

    Parameters
    ----------
    ids
        The names of all who might be entitled, and their ids at the login in use.

    Raises
    ------
    Refused
        When nobody has answered; the answer is to another verdict; or its author may not give one. As `check` does.
    """
    no, asked = check(verdict, refit), tuple(requesters)
    answer, answered_at = given(no, answer)
    if (answer.verdict, answer.package) != (verdict.digest, refit.package.sha256):
        raise Refused(f"{no}: the answer on Airflow's page is to another verdict ({answer.verdict[:12]}).")
    silence = Approval(
        model=verdict.model,
        verdict=verdict.digest,
        package=refit.package.sha256,
        version=refit.version.number,
        approved=False,
        approved_by="timeout",
        reason="Nobody answered in time.",
        method="timeout",
        requesters=asked,
        evidence=answer.digest,
        answered_at=answered_at,
    )
    if answer.person_id is None:
        return silence
    name = author(answer, ids)
    asker = (answer.person or name or "").casefold() in {r.casefold() for r in asked}
    right = entitled(policy, delegations, name, asked, answered_at) if name and not asker else None
    if name is None or right is None:
        who = answer.person or name or answer.person_id
        raise Refused(f"{no}: {who} answered, who may not: {_known(policy, asked)}")
    return _of_person(silence, answer, name, right)


def _of_person(silence: Approval, answer: Answer, name: str, right: str) -> Approval:
    return replace(
        silence,
        approved=answer.chosen == YES,
        approved_by=name,
        reason=answer.reason or "No reason was given.",
        method="person",
        on_behalf_of=right if right != name else None,
    )


def check(verdict: Verdict, refit: Refit) -> str:
    """Check that there is anything to approve, and give the beginning of a sentence that refuses.

    Raises
    ------
    Refused
        For a verdict of FAIL, a refit outside its bounds, and a refit of another package than the judged one.
    """
    no = f"{verdict.model}: version {refit.version.number} cannot be approved"
    if verdict.judgement is Judgement.FAIL:
        raise Refused(f"{no}: its verdict is FAIL. {' '.join(verdict.reasons)}")
    if refit.gated != verdict.package:
        raise Refused(f"{no}: the verdict is on {verdict.package[:12]}, the refit of {refit.gated[:12]}.")
    if refit.parity is not None and not refit.parity.passed:
        raise Refused(f"{no}: {refit.parity.sentence}")
    return no


def _known(policy: ApprovalPolicy, requesters: Iterable[str]) -> str:
    asked = ", ".join(requesters)
    four_eyes = f"; {asked} asked for it, and four eyes are needed" if asked else ""
    return f"the approvers are {', '.join(policy.approvers)}{four_eyes}."
