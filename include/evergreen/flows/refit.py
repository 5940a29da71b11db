"""What becomes the challenger of a passed recipe."""

from evergreen.core.errors import RunError
from evergreen.evaluation.parity import parity
from evergreen.flows.candidate import fitted, packaged
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.records.candidate import Candidate
from evergreen.records.package import ModelPackage
from evergreen.records.refit import Refit
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.version import Version
from evergreen.registry.register import register
from evergreen.training.recipe import recipe


def refitted(ws: Workspace, run: Run, ledger: Ledger) -> Refit:
    """The passed recipe fitted on every mature row, registered, packaged and held against the gated one.

    Raises
    ------
    RunError
        When the recipe has changed since it passed the gates.
    """
    gated = ledger.read("package", ModelPackage)
    _same_recipe(ws, run, ledger)
    candidate = fitted(ws, run, ledger, "mature")
    version = register(candidate, ws.registry)
    wrapped = packaged(ws, ledger, "refit-package", candidate, version)
    data, cuts = ledger.read("snapshot", Snapshot), ledger.read("split", Split)
    closeness = parity(ws.spec, gated, wrapped, data, cuts, ws.store)
    return Refit(
        model=ws.model, gated=gated.sha256, package=wrapped, candidate=candidate, version=version, parity=closeness
    )


def _same_recipe(ws: Workspace, run: Run, ledger: Ledger) -> None:
    """See that what is about to be fitted is what passed the gates; only the rows differ."""
    passed = ledger.read("train", Candidate)
    plan = recipe(ws.spec, run, ledger.read("snapshot", Snapshot), ledger.read("split", Split), ws.folder, "train")
    if plan.key == passed.key:
        return
    fields = ("hyperparameters", "seed", "environment", "code")
    changed = [name for name in fields if getattr(plan, name) != getattr(passed, name)] or ["model.yaml"]
    raise RunError(
        f"{ws.model}: {', '.join(changed)} changed after run {run.run_id!r} had passed the gates; the refit would be "
        f"another recipe. Clear the run from 'train', or start a new one."
    )


def as_gated(ws: Workspace, run: Run, ledger: Ledger) -> Refit:  # noqa: ARG001 (the shape of `refitted`)
    """The gated package itself, where the spec asks for no refit."""
    wrapped = ledger.read("package", ModelPackage)
    return Refit(
        model=ws.model,
        gated=wrapped.sha256,
        package=wrapped,
        candidate=ledger.read("train", Candidate),
        version=ledger.read("register", Version),
        parity=None,
    )
