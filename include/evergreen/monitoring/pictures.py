"""Pictures of a column: the shares of the reference's groups, then and now.

Bars are written as SVG at once: a report draws a dozen of them every day, and a plotting library takes a third of a second
for each.
"""

from collections.abc import Iterator
from html import escape

import numpy as np
from numpy.typing import NDArray

from evergreen.pages.drawing import GREEN, GREY, Drawing
from evergreen.records.profile import ColumnBins, Counts
from evergreen.stats.divergence import shares
from evergreen.stats.grouping import grouping

LONGEST_LABEL = 18
WIDTH, HEIGHT, LEFT, TOP, BELOW = 460, 160, 44, 22, 96
"""Of the bars' area, and the space around it, in pixels."""

Floats = NDArray[np.float64]


def picture(column: ColumnBins, reference: Counts, current: Counts) -> Drawing | None:
    """Bars of reference and window side by side, in the order of the values; None where a side has no rows.

    Equal counts give equal bytes.
    """
    coarse = grouping(column, reference)
    was, now = shares(coarse.rows(reference)), shares(coarse.rows(current))
    if not np.isfinite(was + now).all():
        return None
    shown = np.flatnonzero((was > 0) | (now > 0))
    group = int(np.argmax(np.abs(now - was)))
    words = (
        f"{column.name}: shares of {len(shown)} groups in the reference and in the window. The largest change is of "
        f"{coarse.labels[group]!r}, from {was[group]:.1%} to {now[group]:.1%}."
    )
    bars = _bars(was[shown], now[shown], [coarse.labels[number][:LONGEST_LABEL] for number in shown])
    size = f'width="{WIDTH + LEFT}" height="{HEIGHT + TOP + BELOW}"'
    box = f'viewBox="0 0 {WIDTH + LEFT} {HEIGHT + TOP + BELOW}"'
    style = 'font-family="system-ui, sans-serif" font-size="10" fill="#1a202c"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {style}>{"".join(bars)}</svg>'
    return Drawing(title=column.name, words=words, svg=svg)


def _bars(was: Floats, now: Floats, labels: list[str]) -> Iterator[str]:
    top, step, floor = float(max(was.max(), now.max())), WIDTH / len(labels), TOP + HEIGHT
    yield f'<path d="M{LEFT} {TOP}V{floor}H{LEFT + WIDTH}" fill="none" stroke="{GREY}"/>'
    yield _text(LEFT - 4, TOP + 4, f"{top:.1%}", 'text-anchor="end"') + _text(
        LEFT - 4, floor, "0%", 'text-anchor="end"'
    )
    for place, (name, colour) in enumerate((("reference", GREY), ("window", GREEN))):
        yield _rectangle(LEFT + 90 * place + 8, 4, 10, 10, colour) + _text(LEFT + 90 * place + 22, 13, name)
    for number, label in enumerate(labels):
        begin, width = LEFT + step * number + step * 0.1, step * 0.4
        for share, colour, at in ((was[number], GREY, begin), (now[number], GREEN, begin + width)):
            height = HEIGHT * float(share) / top
            yield _rectangle(at, floor - height, width, height, colour)
        x, y = begin + width, floor + 10
        yield _text(x, y, label, f'text-anchor="end" transform="rotate(-50 {x:.1f} {y})"')


def _rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(text)}</text>'
