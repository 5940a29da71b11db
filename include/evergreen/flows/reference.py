"""What monitoring will hold a challenger against, stored when it is made: its reference and the numbers of its evaluation."""

from contextlib import suppress

from evergreen.core.errors import AlreadyExists, NotFound
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.monitoring.calibrate import calibrate
from evergreen.monitoring.reference import reference as made
from evergreen.records.evaluation import Evaluation
from evergreen.records.package import ModelPackage
from evergreen.records.refit import Refit
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.watched import Watched


def reference(ws: Workspace, run: Run) -> Watched:
    """Store the reference of the run's challenger, and what else its monitoring needs to know.

    Raises
    ------
    RunError
        The run has no refit: it has not come so far, or was refused.
    """
    ledger = Ledger(ws.store, ws.model, run.run_id)
    refit = ledger.read("refit", Refit)
    key = watched_key(ws.model, refit.package.sha256)
    try:
        watched = Watched.from_json(ws.store.get(key))
    except NotFound:
        watched = _stored(ws, ledger, refit, key)
    return ledger.keep("reference", watched, refit.digest)


def watched_key(model: str, package: str) -> str:
    """Where it is written what the monitoring of a package needs to know."""
    return f"{model}/profiles/of/{package}.json"


def _stored(ws: Workspace, ledger: Ledger, refit: Refit, key: str) -> Watched:
    snapshot, split = ledger.read("snapshot", Snapshot), ledger.read("split", Split)
    gated, evaluation = ledger.read("package", ModelPackage), ledger.read("evaluate", Evaluation)
    found = made(ws.spec, refit.package, gated, snapshot, split, ws.store)
    ws.store.put(found.key, found.to_bytes())
    calibration = f"{found.key.rsplit('/', 1)[0]}/calibration.json"
    ws.store.put(calibration, calibrate(ws.spec, gated, snapshot, split, ws.store).to_json())
    watched = Watched(
        model=ws.model,
        version=refit.version.number,
        package=refit.package.sha256,
        gated=gated.sha256,
        run_id=ledger.run_id,
        reference=found.key,
        calibration=calibration,
        data=refit.package.data,
        rows=refit.candidate.rows,
        metrics={m.name: m.estimate for m in evaluation.metrics if m.role == "challenger"},
    )
    with suppress(AlreadyExists):
        ws.store.create(key, watched.to_json())
    return watched
