"""The sections of a card that say how good and how fair the model is, and who said yes to it."""

from evergreen.cards.facts import Facts
from evergreen.cards.figures import bars, drawings
from evergreen.cards.words import estimated, number, span
from evergreen.pages.page import Section, Table
from evergreen.records.approval import Approval
from evergreen.records.evaluation import Disparity, Role

ROLES: tuple[Role, ...] = ("challenger", "champion", "baseline")
MOST_SLICES = 60


def performance(facts: Facts) -> Section:
    """Every metric of every role, and the paired differences."""
    found = facts.evaluation
    roles = [role for role in ROLES if any(m.role == role for m in found.metrics)]
    known = {(m.name, m.role): m.estimate for m in found.metrics}
    names = dict.fromkeys(m.name for m in found.metrics)
    values = Table(
        head=("metric", *roles),
        rows=tuple((name, *(estimated(known.get((name, role))) for role in roles)) for name in names),
    )
    pairs = Table(
        head=("metric", "challenger minus", "difference", "how the interval is found"),
        rows=tuple((d.metric, d.against, estimated(d.estimate), d.estimate.method) for d in found.differences),
    )
    rows = f"{found.rows:,} rows in {found.units:,} sampling units that neither model was fitted on, {span(found.span)}"
    said = [f"Measured on {rows}. Packages that looked at these rows before: {found.looks}. Intervals are of 95%."]
    said += [found.reason] if found.reason else []
    if (parity := facts.refit.parity) is not None:
        said.append(
            "These are the numbers of the gated recipe. The version itself is the same recipe fitted on every row whose "
            f"label is known. {parity.sentence}"
        )
    return Section(title="Performance", paragraphs=tuple(said), tables=_filled(values, pairs))


def slices(facts: Facts) -> Section:
    """Parts of the test rows; too small ones say so."""
    found = facts.evaluation.slices
    if not found:
        return Section(title="Slices", paragraphs=("No slice was measured.",))
    rows = tuple(
        (
            s.name if s.declared else f"{s.name} (found)",
            f"{s.rows:,}",
            f"{s.units:,}",
            s.metric,
            estimated(s.challenger) or s.reason,
            estimated(s.difference),
        )
        for s in found[:MOST_SLICES]
    )
    said = "Intervals of differences are corrected for the number of slices looked at."
    if (rest := len(found) - MOST_SLICES) > 0:
        said += f" {rest} more are in the evaluation's record."
    head = ("slice", "rows", "units", "metric", "challenger", "challenger minus champion")
    return Section(title="Slices", paragraphs=(said,), tables=(Table(head=head, rows=rows),))


def fairness(facts: Facts) -> Section:
    """Disparities between the groups of each sensitive column, and the groups themselves."""
    found = facts.evaluation.disparities
    if not found:
        declared = facts.spec.columns.sensitive
        why = "No disparity was measured." if declared else "The spec names no sensitive column, so none was looked at."
        return Section(title="Fairness", paragraphs=(why,))
    head = ("column", "measure", "model", "disparity", "note")
    table = Table(head=head, rows=tuple((d.column, d.measure, d.role, estimated(d.estimate), d.reason) for d in found))
    said = "Differences are 0 and ratios are 1 where groups are treated alike."
    return Section(title="Fairness", paragraphs=(said,), tables=(table, *_groups(found)))


def figures(facts: Facts) -> Section:
    """Calibration, ROC, precision and recall, or residuals."""
    drawn = drawings(facts.evaluation.curves)
    return Section(
        title="Calibration and curves", paragraphs=() if drawn else ("No curve was recorded.",), drawings=drawn
    )


def importance(facts: Facts) -> Section:
    """What each feature is worth to the model."""
    found = facts.importances
    if not found.features:
        return Section(title="Feature importance", paragraphs=("There were no test rows to measure it on.",))
    said = (
        f"How much worse {found.metric} gets on {found.rows:,} test rows when one feature is shuffled; mean and standard "
        f"deviation of {found.repeats}. Of two features that say the same, each looks worthless."
    )
    table = Table(
        head=("feature", "loss", "standard deviation"),
        rows=tuple((f.feature, number(f.loss), number(f.spread)) for f in found.features),
    )
    drawing = bars(found)
    return Section(
        title="Feature importance", paragraphs=(said,), tables=(table,), drawings=(drawing,) if drawing else ()
    )


def gates(facts: Facts) -> Section:
    """The verdict and each rule's sentence."""
    rows = tuple(
        (o.rule, o.judgement.value, "blocks" if o.severity == "block" else "warns", o.sentence)
        for o in facts.verdict.outcomes
    )
    said = f"Verdict: {facts.verdict.judgement.value} ({facts.verdict.digest})."
    return Section(
        title="Gates", paragraphs=(said,), tables=(Table(head=("rule", "judgement", "", "what it says"), rows=rows),)
    )


def approval(facts: Facts) -> Section:
    """Who must be asked, and who has answered."""
    said = [] if facts.policy is None else [facts.policy.because]
    if facts.policy is not None and facts.policy.approvers:
        said.append(f"Approvers: {', '.join(facts.policy.approvers)}.")
    said.append("Nobody has answered yet." if facts.approval is None else _answer(facts.approval))
    return Section(title="Approval", paragraphs=tuple(said))


def _answer(found: Approval) -> str:
    verb = "Approved" if found.approved else "Rejected"
    when = f" on {found.answered_at:%Y-%m-%d %H:%M} UTC" if found.answered_at else ""
    instead = f" on behalf of {found.on_behalf_of}" if found.on_behalf_of else ""
    return f"{verb} by {found.approved_by}{instead}{when}: {' '.join(found.reason.split())}"


def _groups(found: tuple[Disparity, ...]) -> tuple[Table, ...]:
    """The challenger's groups, once for each column: they are the same for every measure."""
    of_column = {d.column: d.groups for d in found if d.role == "challenger" and d.groups}
    head = ("group", "rows", "selection rate", "true positive rate", "false positive rate")
    return tuple(
        Table(
            head=(f"{column}: {head[0]}", *head[1:]),
            rows=tuple(
                (
                    g.name,
                    f"{g.rows:,}",
                    number(g.selection_rate),
                    number(g.true_positive_rate),
                    number(g.false_positive_rate),
                )
                for g in groups
            ),
        )
        for column, groups in of_column.items()
    )


def _filled(*tables: Table) -> tuple[Table, ...]:
    return tuple(table for table in tables if table.rows)
