"""What may be written into a journal, and when: one function to record each kind of decision.

Each is safe to call again: a decision that is recorded already is answered with its entry.
"""

from dataclasses import replace
from datetime import datetime

from evergreen.core.clock import now
from evergreen.core.digest import digest_of
from evergreen.core.errors import Refused
from evergreen.journal.approval import may_answer, may_use
from evergreen.journal.bodies import Challenger, Evaluated, Judged, Policy, SnapshotTaken
from evergreen.journal.entry import Draft, Entry, Kind
from evergreen.journal.freeze import fleet_of, refuse_if_frozen
from evergreen.journal.journal import Journal
from evergreen.journal.state import Standing, State
from evergreen.records.account import Origin
from evergreen.records.approval import Approval
from evergreen.records.delegation import Delegation
from evergreen.records.evaluation import Evaluation
from evergreen.records.freeze import FLEET
from evergreen.records.promotion import Promotion
from evergreen.records.refit import Refit
from evergreen.records.release import Release
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.validation import ValidationReport
from evergreen.records.verdict import Judgement, Verdict


def record_snapshot(journal: Journal, run: Run, snapshot: Snapshot, report: ValidationReport) -> Entry:
    """Note which data a run saw, and whether it was sound."""
    body = SnapshotTaken(
        run_id=run.run_id,
        snapshot=snapshot.digest,
        as_of=snapshot.as_of,
        window=snapshot.window,
        rows=snapshot.rows,
        rows_sha256=snapshot.rows_sha256,
        parts=len(snapshot.parts),
        validation=report.digest,
        passed=report.passed,
    )
    key = f"snapshot/{snapshot.digest}/{report.digest}"
    return journal.record(Draft(kind=Kind.SNAPSHOT, key=key, actor=_run(run), body=body.to_dict()))


def record_evaluation(journal: Journal, run: Run, split: Split, evaluation: Evaluation, origin: Origin) -> Entry:
    """Note that the package of a version was measured on the test span of ``split``: a look at it."""
    kept = replace(evaluation, curves=())  # a card draws them from the stored record
    body = Evaluated(
        run_id=run.run_id,
        origin=origin,
        span=split.test.interval,
        evaluation_digest=evaluation.digest,
        evaluation=kept,
    )
    key = f"evaluation/{evaluation.digest}"
    return journal.record(Draft(kind=Kind.EVALUATION, key=key, actor=_run(run), body=body.to_dict()))


def record_verdict(journal: Journal, run: Run, verdict: Verdict, refit: Refit | None, policy: Policy) -> Entry:
    """Note a verdict. With PASS and a refit within its bounds, the refitted version becomes challenger."""
    challenger = _challenger(verdict, refit)
    body = Judged(
        run_id=run.run_id, policy=policy, verdict_digest=verdict.digest, verdict=verdict, challenger=challenger
    )
    # A dry run that passed makes no challenger; the same verdict may make one later.
    key = f"verdict/{digest_of([verdict.digest, challenger.to_dict() if challenger else None])}"
    return journal.record(Draft(kind=Kind.VERDICT, key=key, actor=_run(run), body=body.to_dict()))


def record_approval(journal: Journal, approval: Approval) -> Entry:
    """Note the answer to a challenger's verdict; raises ``Refused`` when it is not the challenger (any more)."""
    draft = Draft(
        kind=Kind.APPROVAL,
        key=f"approval/{approval.digest}",
        actor=approval.approved_by,
        body=approval.to_dict(),
    )
    return journal.record(draft, lambda state: _may_answer(state, approval))


def record_delegation(journal: Journal, delegation: Delegation) -> Entry:
    """Note that an approver lends the right to answer; raises ``Refused`` for a delegation to oneself or to the past."""
    if delegation.delegate.casefold() == delegation.approver.casefold():
        raise Refused(f"{delegation.model}: {delegation.approver} cannot delegate to {delegation.delegate}.")
    key = f"delegation/{delegation.digest}"
    return journal.record(Draft(kind=Kind.DELEGATION, key=key, actor=delegation.approver, body=delegation.to_dict()))


def record_release(journal: Journal, release: Release) -> Entry:
    """Note that a challenger may be loaded; raises ``Refused`` when superseded, not approved, or frozen."""
    draft = Draft(kind=Kind.RELEASE, key=f"release/{release.digest}", body=release.to_dict())

    def check(state: State) -> None:
        _fleet_moves(journal, _no(state, release.version, "be released"))
        _may_release(state, release, now())

    return journal.record(draft, check)


def record_promotion(journal: Journal, promotion: Promotion) -> Entry:
    """Note the new champion; raises ``Refused`` as `may_promote` does, and while the fleet is frozen."""
    draft = Draft(kind=Kind.PROMOTION, key=f"promotion/{promotion.digest}", body=promotion.to_dict())

    def check(state: State) -> None:
        _fleet_moves(journal, _no(state, promotion.version, "become champion"))
        may_promote(state, promotion)

    return journal.record(draft, check)


def may_promote(state: State, promotion: Promotion) -> None:
    """Check a promotion against the state.

    Raises
    ------
    Refused
        While the model is frozen; when the champion is not the one that the verdict was reached against, or verdict,
        owner, fairness evaluation (where columns are sensitive), approval or release of the package are not in the
        journal.
    """
    no = _no(state, promotion.version, "become champion")
    refuse_if_frozen(no, state.model, state.frozen)
    champion = state.champion.package if state.champion else None
    if champion != promotion.expected_champion:
        judged = _short(promotion.expected_champion) or "no champion"
        raise Refused(f"{no}: it was judged against {judged}, and {_now(state.champion)} is champion now. Retrain.")
    passed = _passed(state, no, promotion.package, promotion.verdict, promotion.version)
    if (passed.against, passed.data) != (promotion.expected_champion, promotion.data):
        raise Refused(f"{no}: verdict {_short(promotion.verdict)} names another champion or other data.")
    _accounted_for(state, no, promotion.package)
    may_use(no, passed.approval, promotion.verdict, state.approved.get(promotion.package))
    if state.released.get(promotion.package) != promotion.verdict:
        raise Refused(f"{no}: package {_short(promotion.package)} was not released.")


def _may_answer(state: State, approval: Approval) -> None:
    no = _no(state, approval.version, "be approved or rejected")
    passed = _passed(state, no, approval.package, approval.verdict, approval.version)
    _require_challenger(state, no, approval.package)
    may_answer(no, passed.approval, state.delegations, approval)


def _may_release(state: State, release: Release, at: datetime) -> None:
    no = _no(state, release.version, "be released")
    refuse_if_frozen(no, state.model, state.frozen)
    passed = _passed(state, no, release.package, release.verdict, release.version)
    may_use(no, passed.approval, release.verdict, state.approved.get(release.package), at)
    _require_challenger(state, no, release.package)


def _fleet_moves(journal: Journal, no: str) -> None:
    refuse_if_frozen(no, FLEET, fleet_of(journal).state().frozen)


def _accounted_for(state: State, no: str, package: str) -> None:
    """The registry's policy: somebody owns the model, and its fairness was looked at where columns are sensitive."""
    account = state.accounts.get(package)
    if account is None or not account.owner.strip():
        raise Refused(f"{no}: the spec of its verdict names no owner. Name one in model.yaml and retrain.")
    missing = [c for c in account.sensitive if c not in {b.column for b in account.bias}]
    if missing:
        raise Refused(
            f"{no}: the evaluation of its verdict says nothing of fairness by {', '.join(missing)[:200]}. Retrain."
        )


def _passed(state: State, no: str, package: str, verdict: str, version: int) -> Standing:
    passed = state.passed.get(package)
    if passed is None or (passed.verdict, passed.version) != (verdict, version):
        raise Refused(
            f"{no}: no verdict {_short(verdict)} with PASS for its package {_short(package)} is in the journal."
        )
    return passed


def _require_challenger(state: State, no: str, package: str) -> None:
    if state.challenger is None or state.challenger.package != package:
        raise Refused(f"{no}: {_now(state.challenger)} is the challenger now.")


def _challenger(verdict: Verdict, refit: Refit | None) -> Challenger | None:
    if verdict.judgement is Judgement.FAIL or refit is None or (refit.parity is not None and not refit.parity.passed):
        return None
    if refit.gated != verdict.package:
        raise Refused(
            f"{verdict.model}: the verdict is on {_short(verdict.package)}, the refit of {_short(refit.gated)}."
        )
    return Challenger(
        version=refit.version.number,
        package=refit.package.sha256,
        gated=refit.gated,
        data=refit.candidate.data,
        snapshot=refit.candidate.snapshot,
        git_commit=refit.candidate.git_commit,
    )


def _no(state: State, version: int, what: str) -> str:
    return f"{state.model}: version {version} cannot {what}"


def _now(standing: Standing | None) -> str:
    return f"version {standing.version} (entry {standing.sequence})" if standing else "none"


def _short(digest: str | None) -> str:
    return digest[:12] if digest else ""


def _run(run: Run) -> str:
    return f"run:{run.run_id}"
