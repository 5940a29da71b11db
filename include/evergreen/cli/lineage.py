"""``evergreen lineage | impact | reproduce``: where a version comes from, what depends on data, and whether it comes again."""

from typing import TYPE_CHECKING, Annotated

import typer

from evergreen.cli.output import Json, Model, progress, say

if TYPE_CHECKING:
    from evergreen.records.lineage import Impact, Lineage, Reproduction

VersionNumber = Annotated[int, typer.Option("--version", "-v", help="MLflow's number of the version.")]
Present = Annotated[bool, typer.Option("--present", help="With spec and code of the model folder as they are now.")]
DIFFERENT = 7


def lineage(model: Model, version: VersionNumber, as_json: Json = False) -> None:
    """Say what a version was made of."""
    from evergreen.flows.lineage import lineage as flow
    from evergreen.flows.workspace import open_workspace

    record = flow(open_workspace(model), version)
    say(record, _made_of(record), as_json=as_json)


def impact(
    model: Model,
    asked: Annotated[str, typer.Argument(help="A raw object's key, a folder of keys, an ETag, or a digest.")],
    as_json: Json = False,
) -> None:
    """List every version that a raw object or a snapshot went into, and when it served."""
    from evergreen.flows.lineage import impact as flow
    from evergreen.flows.workspace import open_workspace

    record = flow(open_workspace(model), asked)
    say(record, touched_by(record), as_json=as_json)


def reproduce(model: Model, version: VersionNumber, present: Present = False, as_json: Json = False) -> None:
    """Make a version again and compare its test predictions; leave with exit code 7 when they differ."""
    with progress("reproduce"):
        from evergreen.flows.reproduce import reproduce as flow
        from evergreen.flows.workspace import open_workspace

        record = flow(open_workspace(model), version, present=present)
    say(record, outcome_of(record), as_json=as_json)
    if not record.equal:
        raise typer.Exit(DIFFERENT)


def _made_of(record: "Lineage") -> str:
    made = record.candidate
    dirty = ", with changes that were not committed" if made.git_dirty else ""
    lines = [
        f"{record.model}, version {record.version}: package {record.package}",
        f"  run {record.run.run_id}, asked for by {record.run.asked_by}; MLflow run {made.run_id}",
        f"  fitted on {made.rows:,} rows from {made.data.start:%Y-%m-%d} until {made.data.end:%Y-%m-%d}, seed {made.seed}",
        f"  snapshot {made.snapshot} of {len(record.sources)} raw objects",
        f"  spec {made.spec}",
        f"  code {made.code}, commit {made.git_commit or 'unknown'}{dirty}",
        f"  environment {made.environment}, {record.threads} threads",
        f"  champion then: {record.champion or 'none'}",
    ]
    return "\n".join(lines)


def touched_by(record: "Impact") -> str:
    """A line for each version."""
    if not record.versions:
        return f"no version of {record.model} knows {record.asked}"
    lines = []
    for found in record.versions:
        how = "fitted on it" if found.fitted else "only tested on it"
        when = "; ".join(
            f"{s.since:%Y-%m-%d %H:%M} until {f'{s.until:%Y-%m-%d %H:%M}' if s.until else 'now'}" for s in found.served
        )
        lines.append(f"version {found.version}: {how}, run {found.run_id}; served: {when or 'never'}")
        if found.answered:
            events = found.answered.events
            lines.append(
                f"  {found.answered.rows:,} answers, of {events.start:%Y-%m-%d %H:%M} to {events.end:%Y-%m-%d %H:%M} UTC"
            )
    return "\n".join(lines)


def outcome_of(record: "Reproduction") -> str:
    """The answer, and a line for each input that is not what it was."""
    lines = [f"  {d.input}: {d.recorded} -> {d.now}; {d.advice}" for d in record.deviations]
    return "\n".join([record.sentence, *lines])


def add_to(app: typer.Typer) -> None:
    """Put these commands into ``app``."""
    for command in (lineage, impact, reproduce):
        app.command()(command)
