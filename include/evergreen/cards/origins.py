"""The sections of a card that say what the model is for and where it comes from."""

from evergreen.cards.facts import Facts
from evergreen.cards.words import commit, number, size, span
from evergreen.pages.page import Section, Table
from evergreen.records.candidate import Candidate

MOST_OBJECTS = 20


def purpose(facts: Facts) -> Section:
    """What people say of the model, and whose it is."""
    spec, texts = facts.spec, facts.spec.card
    said = (
        ("Intended use", texts.intended_use, "intended_use"),
        ("Limits", texts.limits, "limits"),
        ("Ethical notes", texts.ethical_notes, "ethical_notes"),
    )
    missing = "nobody has written this yet; it belongs into card.{} of model.yaml."
    rows = (
        ("Owner", f"{spec.owner.name} <{spec.owner.email}>"),
        ("Task", spec.task),
        ("Predicts", spec.columns.label.column),
        ("Version", str(facts.refit.version.number)),
        ("Package", facts.refit.package.sha256),
        ("Retrained as of", f"{facts.run.as_of:%Y-%m-%d %H:%M} UTC"),
        ("Asked for by", f"{facts.run.asked_by} ({facts.run.way.value}): {facts.run.reason}"),
    )
    return Section(
        title="Purpose",
        paragraphs=(spec.purpose, *(f"{name}: {text.strip() or missing.format(key)}" for name, text, key in said)),
        tables=(Table(head=("", ""), rows=rows),),
    )


def data(facts: Facts) -> Section:
    """The snapshot, how sound it was, how it was cut, and which columns the model sees."""
    snapshot, split, checked = facts.snapshot, facts.split, facts.validation
    columns = facts.spec.columns
    met = sum(o.success for o in checked.outcomes)
    spans = {"train": split.train, "calibration": split.calibration, "test": split.test, "mature": split.mature}
    rows = f"{snapshot.rows:,} rows in {len(snapshot.parts)} parts, {span(snapshot.window)}"
    named = (
        ("Numeric features", columns.features.numeric),
        ("Categorical features", columns.features.categorical),
        ("Sensitive columns", columns.sensitive),
        ("Known only later", columns.known_later),
    )
    return Section(
        title="Data",
        paragraphs=(
            f"Snapshot {snapshot.digest}: {rows}. {met} of {len(checked.outcomes)} expectations met.",
            " ".join(f"{title}: {', '.join(names) or 'none'}." for title, names in named),
        ),
        tables=(
            Table(
                head=("span", "event times", "rows with a label", "label rate", "sampling units"),
                rows=tuple(
                    (name, span(s.interval), f"{s.rows:,}", number(s.label_rate), f"{s.units:,}")
                    for name, s in spans.items()
                ),
            ),
        ),
    )


def lineage(facts: Facts) -> Section:
    """Everything that went into the version, by its digest."""
    made, refit = facts.refit.candidate, facts.refit
    champion = f"version {facts.champion} ({facts.verdict.champion})" if facts.verdict.champion else "none"
    recipe = "itself" if refit.version.key == facts.gated.key else f"package {refit.gated}"
    parameters = ", ".join(f"{name}={value}" for name, value in made.hyperparameters.items())
    rows = (
        ("Run", facts.run.run_id),
        ("MLflow run", made.run_id),
        ("Gated recipe", recipe),
        ("Judged against the champion", champion),
        ("Fitted on", f"{made.rows:,} rows, {span(made.data)}"),
        ("Snapshot", made.snapshot),
        ("Spec", made.spec),
        ("Code", made.code),
        ("Commit", commit(made.git_commit, made.git_dirty)),
        ("Environment", made.environment),
        ("Seed", str(made.seed)),
        ("Hyperparameters", parameters or "none"),
    )
    return Section(title="Lineage", tables=(Table(head=("", ""), rows=rows), _objects(facts)))


def costs(facts: Facts) -> Section:
    """What the trainings took, and how large the package is."""
    trainings: list[tuple[str, Candidate]] = [("gated recipe", facts.gated)]
    if facts.refit.candidate.key != facts.gated.key:
        trainings.append(("refit", facts.refit.candidate))
    rows = tuple(
        (
            name,
            f"{c.cost.wall_seconds:.1f} s",
            f"{c.cost.cpu_seconds:.1f} s",
            size(c.cost.peak_memory_bytes),
            f"{c.cost.cost:.6f}",
        )
        for name, c in trainings
    )
    head = ("training", "time", "CPU time", "peak memory", "estimated cost")
    total = sum(file.bytes for file in facts.refit.package.files)
    return Section(
        title="Costs", paragraphs=(f"The package has {size(total)}.",), tables=(Table(head=head, rows=rows),)
    )


def _objects(facts: Facts) -> Table:
    """The raw objects, the newest first: old ones are in every snapshot."""
    sources = sorted((p.source for p in facts.snapshot.parts), key=lambda s: (s.interval.end, s.key), reverse=True)
    rows = [(s.key, s.etag.strip('"'), size(s.size), s.producer_run or "") for s in sources[:MOST_OBJECTS]]
    if (rest := len(sources) - MOST_OBJECTS) > 0:
        rows.append((f"and {rest} more, in the snapshot's manifest", "", "", ""))
    return Table(head=("raw object", "ETag", "size", "producer's run"), rows=tuple(rows))
