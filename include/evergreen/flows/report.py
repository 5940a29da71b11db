"""The end of a run, in words and numbers."""

from evergreen.core.digest import digest_of
from evergreen.core.errors import RunError
from evergreen.flows.ledger import Ledger
from evergreen.flows.workspace import Workspace
from evergreen.journal.requests import close
from evergreen.records.candidate import Candidate
from evergreen.records.card import Card
from evergreen.records.evaluation import Evaluation
from evergreen.records.refit import Refit
from evergreen.records.report import Outcome, Report
from evergreen.records.run import Run
from evergreen.records.snapshot import Snapshot
from evergreen.records.split import Split
from evergreen.records.validation import ValidationReport
from evergreen.records.verdict import Judgement, Verdict


def report(ws: Workspace, run: Run, failed: str | None = None) -> Report:
    """Say how the run ended, store it, and close the request that it served.

    Parameters
    ----------
    failed
        The step that could not be done, when the platform could not judge.
    """
    ledger = Ledger(ws.store, ws.model, run.run_id)
    outcome = Outcome.FAILED if failed else outcome_of(ws, run)
    headline = _headline(ws, run, outcome, failed)
    text = "\n".join([headline, "", *_details(ledger)])
    key = f"{ws.model}/reports/runs/{digest_of([run.run_id, text])}.md"
    ws.store.put(key, text.encode())
    result = Report(model=ws.model, run_id=run.run_id, outcome=outcome, text=text, key=key)
    result = ledger.keep("report", result, result.digest)
    # A run that failed may be cleared and serve its request after all.
    if run.request_id is not None and outcome is not Outcome.FAILED:
        close(ws.journal, run.request_id, run.run_id, outcome.value, headline)
    return result


def outcome_of(ws: Workspace, run: Run) -> Outcome:
    """How far the run came, by the records that it left and by what the journal says of its challenger.

    Raises
    ------
    RunError
        When nothing has been decided yet.
    """
    ledger = Ledger(ws.store, ws.model, run.run_id)
    validation, verdict = ledger.find("validate", ValidationReport), ledger.find("gate", Verdict)
    refit = ledger.find("refit", Refit)
    if validation is not None and not validation.passed:
        return Outcome.REFUSED_DATA
    if verdict is not None and verdict.judgement is Judgement.FAIL:
        return Outcome.REFUSED_GATES
    if refit is None:
        raise RunError(f"{ws.model}: run {run.run_id!r} has not ended: neither data, gates nor refit have decided it.")
    if refit.parity is not None and not refit.parity.passed:
        return Outcome.REFUSED_REFIT
    if run.dry_run:
        return Outcome.DRY_RUN_PASSED
    on_the_ladder = ws.journal.state().rung_of(refit.package.sha256) is not None
    return Outcome.CHALLENGER if on_the_ladder else Outcome.SUPERSEDED


def _headline(ws: Workspace, run: Run, outcome: Outcome, failed: str | None) -> str:
    where = f" at the step `{failed}`: the platform could not judge" if failed else ""
    return (
        f"**{ws.model}**, as of {run.as_of:%Y-%m-%d %H:%M} UTC: **{outcome.value}**{where}. "
        f"Asked for by {run.asked_by} ({run.way.value}): {run.reason}"
    )


def _details(ledger: Ledger) -> list[str]:
    """What decided first, then what led to it: a note in Airflow shows only the beginning."""
    lines: list[str] = []
    if (verdict := ledger.find("gate", Verdict)) is not None:
        lines.append(f"- Verdict **{verdict.judgement.value}**:")
        lines += [f"  - {o.judgement.value}: {o.sentence}" for o in verdict.outcomes]
    if (refit := ledger.find("refit", Refit)) is not None:
        after = f" {refit.parity.sentence}" if refit.parity else ""
        lines.append(f"- Refit: version {refit.version.number}, package `{refit.package.sha256[:12]}`.{after}")
        card = ledger.find("card", Card)
        lines.append(f"- Model card `{card.html_key}`." if card else "- No model card was made; `evergreen card` does.")
    if (checked := ledger.find("validate", ValidationReport)) is not None:
        passed = sum(o.success for o in checked.outcomes)
        lines.append(f"- Data: {passed} of {len(checked.outcomes)} expectations met.")
        lines += [f"  - {o.severity}: {o.sentence}" for o in checked.failures[:10]]
    return lines + _origins(ledger)


def _origins(ledger: Ledger) -> list[str]:
    lines: list[str] = []
    if (data := ledger.find("snapshot", Snapshot)) is not None:
        window = f"{data.window.start:%Y-%m-%d} to {data.window.end:%Y-%m-%d}"
        lines.append(f"- Snapshot `{data.digest[:12]}`: {data.rows:,} rows in {len(data.parts)} parts, {window}.")
    if (cuts := ledger.find("split", Split)) is not None:
        lines.append(
            f"- Split: {cuts.train.rows:,} train, {cuts.calibration.rows:,} calibration, {cuts.test.rows:,} test."
        )
    if (candidate := ledger.find("train", Candidate)) is not None:
        cost = candidate.cost
        lines.append(
            f"- Training: {cost.wall_seconds:.1f} s, {cost.cpu_seconds:.1f} CPU s; MLflow run `{candidate.run_id}`."
        )
    if (numbers := ledger.find("evaluate", Evaluation)) is not None:
        lines += _numbers(numbers)
    return lines


def _numbers(numbers: Evaluation) -> list[str]:
    lines = [
        f"- Test: {numbers.rows:,} rows, {numbers.units:,} sampling units; looked at {numbers.looks} times before."
    ]
    for metric in numbers.metrics:
        e = metric.estimate
        interval = f" ({e.low:.4f} to {e.high:.4f})" if e.low is not None and e.high is not None else ""
        lines.append(f"  - {metric.role} {metric.name} {e.value:.4f}{interval}")
    return lines
