"""From a split to a candidate, and from a registered version to its package: for the gated recipe and for its refit."""

from evergreen.core.code import code_of
from evergreen.flows.ledger import Ledger
from evergreen.flows.trace import trace
from evergreen.flows.workspace import Workspace
from evergreen.packaging.package import package
from evergreen.records.candidate import Candidate
from evergreen.records.package import ModelPackage
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.version import Version
from evergreen.training.recipe import FittedOn
from evergreen.training.train import train


def fitted(ws: Workspace, run: Run, ledger: Ledger, fitted_on: FittedOn) -> Candidate:
    """Fit the recipe on the train span, or on every mature row, and keep the candidate."""
    data, cuts = ledger.read("snapshot", Snapshot), ledger.read("split", Split)
    candidate = train(ws.spec, run, data, cuts, ws.store, ws.registry, ws.folder, fitted_on=fitted_on)
    return ledger.keep("train" if fitted_on == "train" else "refit-train", candidate, candidate.key)


def packaged(ws: Workspace, ledger: Ledger, step: str, candidate: Candidate, version: Version) -> ModelPackage:
    """The package of a version; one that was built before by the same code is taken as it is."""
    inputs = {"candidate": candidate.key, "version": version.number, "code": code_of("packaging")}
    wrapped = ledger.once(
        step, ModelPackage, inputs, lambda: package(ws.spec, candidate, version, ws.store, ws.registry)
    )
    trace(ws, ledger, candidate, version, wrapped)
    return wrapped
