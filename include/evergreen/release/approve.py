"""Approve: the policy's answer to a challenger's verdict."""

from evergreen.core.errors import Refused
from evergreen.records.approval import Approval
from evergreen.records.refit import Refit
from evergreen.records.verdict import Judgement, Verdict
from evergreen.spec.model import ModelSpec


def approve(spec: ModelSpec, verdict: Verdict, refit: Refit) -> Approval:
    """Approve the challenger that came of ``verdict``, where the spec leaves that to the policy.

    Raises
    ------
    Refused
        For a verdict of FAIL, a refit outside its bounds, and a refit of another package than the judged one.
    """
    no = f"{spec.name}: version {refit.version.number} cannot be approved"
    if verdict.judgement is Judgement.FAIL:
        raise Refused(f"{no}: its verdict is FAIL. {' '.join(verdict.reasons)}")
    if refit.gated != verdict.package:
        raise Refused(f"{no}: the verdict is on {verdict.package[:12]}, the refit of {refit.gated[:12]}.")
    if refit.parity is not None and not refit.parity.passed:
        raise Refused(f"{no}: {refit.parity.sentence}")
    return Approval(
        model=spec.name,
        verdict=verdict.digest,
        package=refit.package.sha256,
        version=refit.version.number,
        approved=True,
        approved_by="policy:auto",
        reason="The verdict is PASS, and the spec asks for nobody's approval.",
    )
