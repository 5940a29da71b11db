"""``evergreen snapshot … report``: the retraining chain, a command a step, and ``retrain`` for all of it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from evergreen.cli.output import Json, Model, progress, say
from evergreen.core.clock import now
from evergreen.core.errors import RunError
from evergreen.core.value import Value
from evergreen.records.base import Record
from evergreen.records.run import Run, Way
from evergreen.spec.duration import parse_duration

if TYPE_CHECKING:
    from evergreen.flows.workspace import Workspace

RunId = Annotated[str, typer.Option("--run", "-r", help="Id of the run; the step 'snapshot' begins one.")]
AsOf = Annotated[datetime | None, typer.Option(help="Nothing known later enters the run (UTC). Default: now.")]
Window = Annotated[str | None, typer.Option(help="Length of a sliding training window instead of the spec's: 60d.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A hyperparameter: max_iter=200. May be repeated.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the run.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Judge, and let nothing become challenger.")]
Force = Annotated[bool, typer.Option("--force", help="Compute every step anew, although the inputs are the same.")]

STEPS = {
    "validate": "Hold the data against the suite and against the snapshot before it.",
    "split": "Cut the snapshot into train, calibration and test.",
    "train": "Fit the recipe on the train span.",
    "register": "Give the candidate a version in the registry.",
    "package": "Build the directory that will serve.",
    "evaluate": "Measure challenger, champion and baseline on the same unseen rows.",
    "gate": "Judge the evaluation by the rules of the spec.",
    "refit": "Fit the passed recipe on every row whose label is known.",
}


def parse_value(text: str) -> tuple[str, Value]:
    """Read ``name=value``; the value is JSON, or text.

    >>> parse_value("max_iter=200"), parse_value("loss=log_loss")
    (('max_iter', 200), ('loss', 'log_loss'))
    """
    name, found, value = text.partition("=")
    if not found:
        raise RunError(f"--set {text!r}: write name=value, such as max_iter=200.")
    try:
        parsed: Value = json.loads(value, parse_constant=_no_number)
    except json.JSONDecodeError:
        parsed = value
    return name, parsed


def _no_number(text: str) -> None:
    raise RunError(f"{text} is no value of a hyperparameter.")


def parse_window(text: str | None) -> timedelta | None:
    """Read the length of a window; raises ``RunError`` for what is none."""
    try:
        return parse_duration(text) if text else None
    except ValueError as error:
        raise RunError(f"--window: {error}.") from None


def asked_for(
    model: str,
    run: str,
    as_of: datetime | None,
    window: str | None,
    set_: list[str] | None,
    reason: str,
    *,
    dry_run: bool,
    force: bool,
) -> Run:
    """The run that these options ask for."""
    from getpass import getuser
    from uuid import uuid4

    return Run(
        model=model,
        run_id=run,
        way=Way.MANUAL,
        as_of=as_of.replace(tzinfo=UTC) if as_of else now(),
        asked_by=getuser(),
        reason=reason,
        hyperparameters=dict(parse_value(item) for item in set_ or ()),
        window=parse_window(window),
        dry_run=dry_run,
        nonce=uuid4().hex if force else "",
    )


def as_asked(run: Run, asked: Run, *, given: bool) -> Run:
    """The run that has begun, if it was asked for what is asked for now; ``given``: a time was named.

    Raises
    ------
    RunError
        When a run of that id was asked for something else.
    """
    fields = ["window", "hyperparameters", "dry_run", *(["as_of"] if given else [])]
    other = [name for name in fields if getattr(run, name) != getattr(asked, name)]
    if other or (asked.nonce and run.nonce != asked.nonce):
        what = ", ".join(other) or "force"
        raise RunError(f"{run.model}: run {run.run_id!r} was begun with another {what}. Choose another --run.")
    return run


def _step(name: str) -> Callable[..., None]:
    def command(model: Model, run: RunId, as_json: Json = False) -> None:
        with progress(name):
            from evergreen.flows import retrain
            from evergreen.flows.workspace import open_workspace

            ws = open_workspace(model)
            record: Record = getattr(retrain, name)(ws, retrain.resume(ws, run))
        say(record, f"{name} {record.digest}", as_json=as_json)
        stop_if_refused(record)

    command.__doc__ = STEPS[name]
    return command


def stop_if_refused(record: Record) -> None:
    """Leave with exit code 4 where data, a verdict, a parity or a report say no."""
    from evergreen.records.refit import Refit
    from evergreen.records.report import Report
    from evergreen.records.validation import ValidationReport
    from evergreen.records.verdict import Judgement, Verdict

    reasons: tuple[str, ...] = ()
    match record:
        case ValidationReport(passed=False):
            reasons = tuple(o.sentence for o in record.failures)
        case Verdict(judgement=Judgement.FAIL):
            reasons = record.reasons
        case Refit(parity=parity) if parity is not None and not parity.passed:
            reasons = (parity.sentence,)
        case Report(outcome=outcome) if outcome.value.startswith("refused"):
            raise typer.Exit(4)
    if reasons:
        typer.echo("\n".join(["refused:", *(f"  {r}" for r in reasons)]), err=True)
        raise typer.Exit(4)


def report(model: Model, run: RunId, as_json: Json = False) -> None:
    """Say how the run ended, and close the request that it served."""
    from evergreen.flows import report as flow
    from evergreen.flows import retrain
    from evergreen.flows.workspace import open_workspace

    ws = open_workspace(model)
    record = flow.report(ws, retrain.resume(ws, run))
    say(record, record.text, as_json=as_json)
    stop_if_refused(record)


def _begins(act: Callable[["Workspace", Run], tuple[Record, str]]) -> Callable[..., None]:
    """A command that takes the options of a run, begins it, and goes on with ``act``."""

    def command(
        model: Model,
        run: RunId,
        as_of: AsOf = None,
        window: Window = None,
        set_: Set = None,
        reason: Reason = "from the command line",
        dry_run: DryRun = False,
        force: Force = False,
        as_json: Json = False,
    ) -> None:
        from evergreen.flows.retrain import begin
        from evergreen.flows.workspace import open_workspace

        asked = asked_for(model, run, as_of, window, set_, reason, dry_run=dry_run, force=force)
        ws = open_workspace(model)
        record, sentence = act(ws, as_asked(begin(ws, asked), asked, given=as_of is not None))
        say(record, sentence, as_json=as_json)
        stop_if_refused(record)

    command.__doc__ = act.__doc__
    return command


def snapshot(ws: "Workspace", run: Run) -> tuple[Record, str]:
    """Begin a run: fix the data as immutable parts and a manifest."""
    from evergreen.flows import retrain

    with progress("snapshot"):
        record = retrain.snapshot(ws, run)
    return record, f"snapshot {record.digest}: {record.rows:,} rows in {len(record.parts)} parts"


def retrain(ws: "Workspace", run: Run) -> tuple[Record, str]:
    """The whole chain, from snapshot to report."""
    from evergreen.flows import chain

    record = chain.retrain(ws, run, around=progress)
    return record, record.text


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``, in the order of the chain."""
    app.command("retrain")(_begins(retrain))
    app.command("snapshot")(_begins(snapshot))
    for name in STEPS:
        app.command(name)(_step(name))
    app.command()(report)
