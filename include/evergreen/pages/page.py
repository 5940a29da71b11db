"""A page as Markdown and as one HTML file that loads nothing."""

import re
from dataclasses import dataclass, replace
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from evergreen.pages.drawing import Drawing


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of text under a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter: paragraphs, then tables, then figures."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    drawings: tuple[Drawing, ...] = ()


def html(title: str, sections: tuple[Section, ...]) -> str:
    """The page with its figures. Every text is escaped; only figures are taken as they are."""
    trusted = tuple(
        replace(section, drawings=tuple(replace(d, svg=Markup(d.svg)) for d in section.drawings))  # noqa: S704 (drawn here)
        for section in sections
    )
    return _environment().get_template("page.html.j2").render(title=title, sections=trusted)


def markdown(title: str, sections: tuple[Section, ...]) -> str:
    """The same without figures, of which only the words are kept."""
    text = _environment().get_template("page.md.j2").render(title=title, sections=sections)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def cell(text: str) -> str:
    r"""A text that stays in its cell of a Markdown table.

    >>> print(cell("a | b\nc"))
    a \| b c
    """
    return " ".join(text.split()).replace("|", r"\|")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("evergreen.pages"),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["cell"] = cell
    return made
