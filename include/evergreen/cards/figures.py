"""The curves of an evaluation as SVG, to stand inside a page. Equal curves give equal bytes."""

from collections.abc import Iterable
from dataclasses import dataclass

from evergreen.pages.drawing import GREEN, GREY, Drawing, axes_of, svg_of
from evergreen.records.card import Importances
from evergreen.records.evaluation import Curve, CurveKind

COLOURS = (GREEN, "#2b6cb0", "#b7791f", "#9b2c2c", "#6b46c1", "#0f766e", "#be185d", "#4a5568")
MOST_BARS, LONGEST_NAME = 20, 28


@dataclass(frozen=True, kw_only=True)
class Style:
    """What stands around the lines of one kind. ``diagonal``: equal ends on both axes, and a line between."""

    title: str
    x: str
    y: str
    diagonal: bool = False


STYLES: dict[CurveKind, Style] = {
    "roc": Style(title="ROC", x="false positive rate", y="true positive rate", diagonal=True),
    "precision_recall": Style(title="Precision and recall", x="recall", y="precision"),
    "calibration": Style(title="Calibration", x="predicted", y="observed", diagonal=True),
    "residual_quantiles": Style(title="Residuals", x="share of rows", y="label minus prediction, at most"),
}


def drawings(curves: Iterable[Curve]) -> tuple[Drawing, ...]:
    """One figure for each kind of curve, champion and classes in it beside each other."""
    known = list(curves)
    return tuple(_lines(kind, own) for kind in STYLES if (own := [c for c in known if c.kind == kind]))


def bars(found: Importances) -> Drawing | None:
    """The most important features, the first on top; None where nothing was measured."""
    if not found.features:
        return None
    shown = found.features[:MOST_BARS][::-1]
    longest = max(len(f.feature[:LONGEST_NAME]) for f in shown)
    axes = axes_of(height=0.7 + 0.24 * len(shown), left=0.05 + 0.018 * longest)
    axes.barh(
        [f.feature[:LONGEST_NAME] for f in shown],
        [f.loss for f in shown],
        xerr=[f.spread for f in shown],
        color=GREEN,
        ecolor=GREY,
        height=0.7,
    )
    axes.set_xlabel(f"{found.metric} lost when shuffled")
    title = "Permutation importance"
    return Drawing(title=title, words=f"{title}: {shown[-1].feature} matters most.", svg=svg_of(axes, title))


def _lines(kind: CurveKind, curves: list[Curve]) -> Drawing:
    style, axes = STYLES[kind], axes_of(height=3.4)
    classes = list(dict.fromkeys(c.of for c in curves))
    for curve in curves:
        colour = COLOURS[classes.index(curve.of) % len(COLOURS)] if curve.of or curve.role == "challenger" else GREY
        axes.plot(
            curve.x,
            curve.y,
            color=colour,
            linestyle="-" if curve.role == "challenger" else "--",
            marker="o" if kind == "calibration" else "",
            markersize=3,
            label=f"{curve.role} {curve.of}".strip(),
        )
    if style.diagonal:
        ends = [min(min(c.x + c.y) for c in curves), max(max(c.x + c.y) for c in curves)]
        axes.plot(ends, ends, color="#cccccc", linewidth=1, zorder=0)
    axes.set_xlabel(style.x)
    axes.set_ylabel(style.y)
    axes.legend(fontsize="small", frameon=False)
    words = f"{style.title} of {', '.join(dict.fromkeys(c.role for c in curves))}: {style.y} against {style.x}."
    return Drawing(title=style.title, words=words, svg=svg_of(axes, style.title))
