"""Figures as SVG, to stand inside a page. Equal figures give equal bytes."""

import io
import re
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

GREEN, GREY = "#1e7d46", "#888888"
WIDTH = 4.6
"""Of a figure, in inches."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One figure; ``words`` say what it shows, for whoever cannot see it."""

    title: str
    words: str
    svg: str


def axes_of(*, height: float, left: float = 0.16) -> Axes:
    """Axes on a figure of their own: nothing here is shared with another thread. Layout engines draw twice.

    Parameters
    ----------
    height
        Of the figure, in inches.
    left
        Share of the width to the left of the axes.
    """
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasSVG(figure)
    figure.subplots_adjust(left=left, right=0.97, bottom=0.5 / height, top=1 - 0.1 / height)
    axes: Axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def svg_of(axes: Axes, title: str) -> str:
    """The figure's ``svg`` element; names inside it differ from those of figures of another title."""
    text = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": title}):
        axes.get_figure(root=True).savefig(text, format="svg", metadata={"Date": None})  # type: ignore[union-attr]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", text.getvalue(), flags=re.DOTALL)
    return drawn[drawn.index("<svg") :]
