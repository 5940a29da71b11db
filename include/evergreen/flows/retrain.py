"""The retraining chain, step by step; each finds what it needs in the run's ledger.

snapshot -> validate -> split -> train -> register -> package -> evaluate -> gate -> refit -> report
"""

from datetime import timedelta

from evergreen.core.clock import now
from evergreen.core.code import code_of
from evergreen.core.digest import digest_of_file
from evergreen.core.errors import RunError
from evergreen.data.snapshot import snapshot as take_snapshot
from evergreen.data.split import split as cut
from evergreen.data.validate import validate as check
from evergreen.evaluation.evaluate import evaluate as measure
from evergreen.features.packaged import load_manifest
from evergreen.flows.candidate import fitted, packaged
from evergreen.flows.evidence import asking, code_of_rules, gather
from evergreen.flows.follow import follow
from evergreen.flows.ledger import Ledger
from evergreen.flows.refit import as_gated, refitted
from evergreen.flows.trace import keep_folder
from evergreen.flows.workspace import Workspace
from evergreen.gates.gate import gate as judge
from evergreen.journal.bodies import Policy
from evergreen.journal.decisions import record_evaluation, record_snapshot, record_verdict
from evergreen.journal.state import State
from evergreen.records.account import Origin
from evergreen.records.candidate import Candidate
from evergreen.records.evaluation import Evaluation
from evergreen.records.package import ModelPackage
from evergreen.records.refit import Refit
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.validation import ValidationReport
from evergreen.records.verdict import Judgement, Verdict
from evergreen.records.version import Version
from evergreen.registry.register import register as enter
from evergreen.release.policy import policy_of

CLOCK_SKEW = timedelta(minutes=1)
"""How far the clock of whoever asked may be ahead of this one."""


def begin(ws: Workspace, run: Run) -> Run:
    """Fix what the run was asked to do; a run that has begun keeps what it was first asked.

    Raises
    ------
    RunError
        For an ``as_of`` in the future: labels that come late would be missing, and nobody would see it.
    """
    if run.as_of > now() + CLOCK_SKEW:
        raise RunError(
            f"{ws.model}: as_of {run.as_of:%Y-%m-%d %H:%M} UTC is in the future. Choose a time that has passed."
        )
    return Ledger(ws.store, ws.model, run.run_id).begin(run)


def resume(ws: Workspace, run_id: str) -> Run:
    """What a run that has begun was asked to do."""
    return Ledger(ws.store, ws.model, run_id).run()


def snapshot(ws: Workspace, run: Run) -> Snapshot:
    """Fix the data: raw objects become immutable parts and a manifest."""
    keep_folder(ws)
    record = take_snapshot(ws.spec, run, ws.store, connect=ws.connect)
    return _ledger(ws, run).keep("snapshot", record, record.digest)


def validate(ws: Workspace, run: Run) -> ValidationReport:
    """Hold the data against the suite and against the snapshot before it."""
    ledger, suite = _ledger(ws, run), ws.folder / "expectations.yaml"
    data, previous = ledger.read("snapshot", Snapshot), previous_validation(ws, run)
    inputs = {
        "snapshot": data.digest,
        "columns": ws.spec.columns.model_dump(mode="json"),
        "suite": digest_of_file(suite) if suite.exists() else None,
        "previous": previous.digest if previous else None,
        "code": code_of("data"),
        "nonce": run.nonce,
    }
    report = ledger.once("validate", ValidationReport, inputs, lambda: check(ws.spec, data, previous, suite, ws.store))
    if report.passed and not run.dry_run and run.window is None:
        ws.store.put(_validation_key(ws, run), report.to_json())
    record_snapshot(ws.journal, run, data, report)
    return report


def split(ws: Workspace, run: Run) -> Split:
    """Cut the snapshot into train, calibration and test."""
    ledger = _ledger(ws, run)
    data = ledger.read("snapshot", Snapshot)
    inputs = {
        "snapshot": data.digest,
        "task": ws.spec.task,
        "columns": ws.spec.columns.model_dump(mode="json"),
        "policy": ws.spec.training.split.model_dump(mode="json"),
        "code": code_of("data", "features", "stats"),
        "nonce": run.nonce,
    }
    return ledger.once("split", Split, inputs, lambda: cut(ws.spec, run, data, ws.store))


def train(ws: Workspace, run: Run) -> Candidate:
    """Fit the recipe on the train span."""
    return fitted(ws, run, _ledger(ws, run), "train")


def register(ws: Workspace, run: Run) -> Version:
    """Give the candidate a version in the registry, whatever becomes of it."""
    ledger = _ledger(ws, run)
    candidate = ledger.read("train", Candidate)
    return ledger.keep("register", enter(candidate, ws.registry), candidate.key)


def package(ws: Workspace, run: Run) -> ModelPackage:
    """Build the directory that will serve."""
    ledger = _ledger(ws, run)
    return packaged(ws, ledger, "package", ledger.read("train", Candidate), ledger.read("register", Version))


def evaluate(ws: Workspace, run: Run) -> Evaluation:
    """Measure challenger, champion and baseline on the same unseen rows."""
    ledger = _ledger(ws, run)
    data, cuts, wrapped = (
        ledger.read("snapshot", Snapshot),
        ledger.read("split", Split),
        ledger.read("package", ModelPackage),
    )
    state = ws.journal.state()
    champion = champion_package(ws, state)
    inputs = {
        "package": wrapped.sha256,
        "champion": champion.sha256 if champion else None,
        "split": cuts.digest,
        "columns": ws.spec.columns.model_dump(mode="json"),
        "policy": ws.spec.training.split.model_dump(mode="json"),
        "slices": ws.spec.slices.model_dump(mode="json"),
        "fairness": ws.spec.fairness.model_dump(mode="json"),
        "code": code_of("evaluation", "features", "measures", "stats"),
        "nonce": run.nonce,
    }
    looks = state.looks(cuts.test.interval, wrapped.sha256)
    result = ledger.once(
        "evaluate", Evaluation, inputs, lambda: measure(ws.spec, wrapped, champion, data, cuts, ws.store, looks=looks)
    )
    candidate = ledger.read("train", Candidate)
    origin = Origin(version=wrapped.version, snapshot=candidate.snapshot, git_commit=candidate.git_commit)
    record_evaluation(ws.journal, run, cuts, result, origin)
    return result


def gate(ws: Workspace, run: Run) -> Verdict:
    """Judge the candidate by the rules of the spec."""
    ledger = _ledger(ws, run)
    evidence = gather(ws, ledger)
    inputs = {
        "evidence": evidence.digest,
        "gates": [g.model_dump(mode="json") for g in ws.spec.gates],
        "rules": code_of_rules(ws),
        "code": code_of("gates"),
        "nonce": run.nonce,
    }
    verdict = ledger.once("gate", Verdict, inputs, lambda: judge(ws.spec, evidence, asking(ws)))
    if verdict.judgement is Judgement.FAIL and not run.dry_run:
        record_verdict(ws.journal, run, verdict, None, _policy(ws, verdict))
        follow(ws)
    return verdict


def refit(ws: Workspace, run: Run) -> Refit:
    """Fit the passed recipe on every row whose label is known; what comes out is the challenger."""
    ledger = _ledger(ws, run)
    verdict = ledger.read("gate", Verdict)
    if verdict.judgement is Judgement.FAIL:
        raise RunError(f"{ws.model}: run {run.run_id!r} was refused by the gates; only a passed recipe is refitted.")
    inputs = {
        "verdict": verdict.digest,
        "gated": ledger.read("train", Candidate).key,
        "policy": ws.spec.training.refit.model_dump(mode="json"),
        "code": code_of("evaluation", "features", "measures", "stats"),
        "nonce": run.nonce,
    }
    challenger = refitted if ws.spec.training.refit.mode == "full" else as_gated
    result = ledger.once("refit", Refit, inputs, lambda: challenger(ws, run, ledger))
    if not run.dry_run:
        record_verdict(ws.journal, run, verdict, result, _policy(ws, verdict))
        follow(ws)
    return result


def previous_validation(ws: Workspace, run: Run) -> ValidationReport | None:
    """The report on the newest sound snapshot of the spec's own window as of an earlier time; None for a first one."""
    own, found = _validation_key(ws, run), None
    for info in ws.store.list(own.rsplit("/", 1)[0] + "/"):
        if info.key < own:
            found = info.key
    return ValidationReport.from_json(ws.store.get(found)) if found else None


def champion_package(ws: Workspace, state: State) -> ModelPackage | None:
    """The package of the champion that the journal names."""
    if state.champion is None:
        return None
    return load_manifest(ws.store, ws.model, state.champion.package)


def _ledger(ws: Workspace, run: Run) -> Ledger:
    return Ledger(ws.store, ws.model, run.run_id)


def _policy(ws: Workspace, verdict: Verdict) -> Policy:
    return Policy(owner=ws.spec.owner.name, sensitive=ws.spec.columns.sensitive, approval=policy_of(ws.spec, verdict))


def _validation_key(ws: Workspace, run: Run) -> str:
    return f"{ws.model}/reports/validation/as_of/{run.as_of:%Y-%m-%dT%H%M%S.%fZ}.json"
