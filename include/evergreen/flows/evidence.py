"""What a gate looks at, gathered from the run, from the package and from the champion."""

import json
from typing import Any

from evergreen.core.code import sources_of
from evergreen.core.settings import settings
from evergreen.features.packaged import content, load_manifest, manifest
from evergreen.features.trusted import foreign_types
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.gates import osv
from evergreen.gates.custom import Ask
from evergreen.jail.call import call
from evergreen.records.candidate import Candidate
from evergreen.records.evaluation import Evaluation
from evergreen.records.evidence import Advisories, Evidence
from evergreen.records.package import ModelPackage
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.validation import ValidationReport
from evergreen.spec.circumstances import Custom


def gather(ws: Workspace, ledger: Ledger) -> Evidence:
    """The evidence of a run that has come to its gate.

    The champion is the one that the evaluation compared with, whoever serves by now.

    Raises
    ------
    RunError
        An earlier step has not run.
    InputError
        The advisories cannot be read.
    """
    evaluation, package = ledger.read("evaluate", Evaluation), ledger.read("package", ModelPackage)
    champion = load_manifest(ws.store, ws.model, evaluation.champion) if evaluation.champion else None
    return Evidence(
        model=ws.model,
        evaluation=evaluation,
        candidate=ledger.read("train", Candidate),
        package=package,
        snapshot=ledger.read("snapshot", Snapshot),
        split=ledger.read("split", Split),
        validation=ledger.read("validate", ValidationReport),
        champion=champion,
        champion_candidate=_trained(ws, ledger, champion) if champion else None,
        foreign_types=foreign_types(content(ws.store, package, "model.skops")),
        inputs=tuple(i["name"] for i in json.loads(content(ws.store, package, "signature.json"))["inputs"]),
        advisories=_advisories(ws, package),
    )


def asking(ws: Workspace) -> Ask:
    """Calls a function of the model folder in its jail."""

    def ask(policy: Custom, numbers: dict[str, Any]) -> object:
        arguments = {"numbers": numbers, **policy.arguments}
        return json.loads(call(ws.folder, policy.function, arguments, returns="json", named_by="gates"))

    return ask


def code_of_rules(ws: Workspace) -> str | None:
    """Digest of the model folder's code, where one of its functions is a rule; None otherwise."""
    if not any(isinstance(policy, Custom) for policy in ws.spec.gates):
        return None
    return sources_of(ws.folder)


def _trained(ws: Workspace, ledger: Ledger, package: ModelPackage) -> Candidate | None:
    key = manifest(ws.store, ws.model, package.sha256).candidate
    return ledger.recorded("refit-train", key, Candidate) or ledger.recorded("train", key, Candidate)


def _advisories(ws: Workspace, package: ModelPackage) -> Advisories | None:
    """What the supplied advisories say of what the model was trained with; not read where no rule asks."""
    folder = settings().advisories
    if folder is None or not any(policy.rule == "advisories" for policy in ws.spec.gates):
        return None
    lines = content(ws.store, package, "environment.txt").decode().splitlines()
    pins = (line.partition("==") for line in lines)
    return osv.held_against(osv.read(folder), {name: version for name, equal, version in pins if equal})
