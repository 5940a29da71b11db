"""From a challenger to a champion: approve -> release -> promote -> report, by the ledger of the run that made it."""

import logging

from evergreen.core.digest import digest_of
from evergreen.core.errors import EvergreenError
from evergreen.flows.approval import approve, still_answered
from evergreen.flows.follow import follow
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.decisions import record_promotion, record_release
from evergreen.records.approval import Approval
from evergreen.records.promotion import Promotion
from evergreen.records.refit import Refit
from evergreen.records.release import Release
from evergreen.records.report import Outcome, Report
from evergreen.records.verdict import Verdict
from evergreen.registry.reconcile import Repair
from evergreen.release.release import release as authorise

log = logging.getLogger(__name__)

__all__ = ["approve", "promote", "release", "repair", "report"]


def release(ws: Workspace, run_id: str) -> Release:
    """Authorise the approved package to be loaded."""
    ledger = Ledger(ws.store, ws.model, run_id)
    authorised = authorise(ledger.read("approve", Approval))
    record_release(ws.journal, authorised)
    follow(ws)
    return ledger.keep("release", authorised, authorised.digest)


def promote(ws: Workspace, run_id: str) -> Promotion:
    """Make the released version champion, and let the aliases follow."""
    ledger = Ledger(ws.store, ws.model, run_id)
    verdict, refit, released = (
        ledger.read("gate", Verdict),
        ledger.read("refit", Refit),
        ledger.read("release", Release),
    )
    still_answered(ws, run_id, ledger.read("approve", Approval))
    promotion = Promotion(
        model=ws.model,
        package=released.package,
        version=released.version,
        verdict=released.verdict,
        expected_champion=verdict.champion,
        data=refit.candidate.data,
    )
    record_promotion(ws.journal, promotion)
    promotion = ledger.keep("promote", promotion, promotion.digest)
    follow(ws)
    return promotion


def report(ws: Workspace, run_id: str) -> Report:
    """Say how the release of this run's challenger ended, by what the journal says of it, and store that."""
    ledger = Ledger(ws.store, ws.model, run_id)
    refit, state = ledger.read("refit", Refit), ws.journal.state()
    promoted = refit.version.number in state.held.get("champion", frozenset())
    outcome = Outcome.PROMOTED if promoted else Outcome.NOT_PROMOTED
    lines = [f"**{ws.model}**, version {refit.version.number} of run `{run_id}`: **{outcome.value}**.", ""]
    if (approval := ledger.find("approve", Approval)) is not None:
        answer = "Approved" if approval.approved else "Rejected"
        lines.append(f"- {answer} by {approval.approved_by}: {approval.reason}")
    if promoted:
        lines.append(f"- Package `{refit.package.sha256[:12]}` became champion.")
    elif state.rung_of(refit.package.sha256) is None:
        lines.append("- It is no longer the challenger: a newer one has superseded it, or it never was one.")
    else:
        lines.append("- It is still on its way; the log of the task that failed says why it stopped.")
    lines.append(_card(ws, ledger))
    text = "\n".join(lines)
    key = f"{ws.model}/reports/runs/{digest_of([run_id, text])}.md"
    ws.store.put(key, text.encode())
    result = Report(model=ws.model, run_id=run_id, outcome=outcome, text=text, key=key)
    return ledger.keep("release-report", result, result.digest)


def _card(ws: Workspace, ledger: Ledger) -> str:
    """Make the card again, with the answer; a release is no less reported without it."""
    from evergreen.flows.card import card  # drawing takes a second to import, and only this step draws

    try:
        made = card(ws, ledger.run())
    except EvergreenError as error:
        log.warning("%s: the model card was not made again: %s", ws.model, error)
        return "- The model card does not say yet what was answered; `evergreen card` makes it."
    return f"- Model card `{made.html_key}`."


def repair(ws: Workspace) -> tuple[Repair, ...]:
    """Make the aliases say what the journal says, and tell what differed."""
    return follow(ws)
