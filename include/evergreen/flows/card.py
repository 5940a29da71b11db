"""The model card of a run's challenger, gathered from the run's ledger and from the journal."""

from evergreen.cards.card import card as written
from evergreen.cards.facts import Facts
from evergreen.cards.importance import importances
from evergreen.core.code import code_of
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.state import State
from evergreen.records.approval import Approval
from evergreen.records.candidate import Candidate
from evergreen.records.card import Card, Importances
from evergreen.records.evaluation import Evaluation
from evergreen.records.package import ModelPackage
from evergreen.records.refit import Refit
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.validation import ValidationReport
from evergreen.records.verdict import Verdict


def card(ws: Workspace, run: Run) -> Card:
    """Make the card of the version that the run's refit gave; made again, it also says what was answered since.

    Raises
    ------
    RunError
        The run has no refit: it has not come so far, or was refused.
    """
    ledger = Ledger(ws.store, ws.model, run.run_id)
    made = written(_facts(ws, run, ledger), ws.store, ws.registry)
    return ledger.keep("card", made, made.digest)


def find_card(ws: Workspace, run_id: str) -> Card | None:
    """The newest card of a run's challenger, or None."""
    return Ledger(ws.store, ws.model, run_id).find("card", Card)


def _facts(ws: Workspace, run: Run, ledger: Ledger) -> Facts:
    refit, evaluation = ledger.read("refit", Refit), ledger.read("evaluate", Evaluation)
    state = ws.journal.state()
    standing = state.passed.get(refit.package.sha256)
    return Facts(
        spec=ws.spec,
        run=run,
        snapshot=ledger.read("snapshot", Snapshot),
        validation=ledger.read("validate", ValidationReport),
        split=ledger.read("split", Split),
        gated=ledger.read("train", Candidate),
        package=ledger.read("package", ModelPackage),
        evaluation=evaluation,
        verdict=ledger.read("gate", Verdict),
        refit=refit,
        importances=_importances(ws, ledger, evaluation),
        champion=_version(state, evaluation.champion),
        policy=standing.approval if standing else None,
        approval=ledger.find("approve", Approval),
    )


def _importances(ws: Workspace, ledger: Ledger, evaluation: Evaluation) -> Importances:
    package, snapshot = ledger.read("package", ModelPackage), ledger.read("snapshot", Snapshot)
    inputs = {"evaluation": evaluation.digest, "snapshot": snapshot.digest, "code": code_of("cards", "features")}
    return ledger.once(
        "importance", Importances, inputs, lambda: importances(ws.spec, package, evaluation, snapshot, ws.store)
    )


def _version(state: State, package: str | None) -> int | None:
    account = state.accounts.get(package) if package else None
    return account.origin.version if account else None
