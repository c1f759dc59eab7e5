"""A piece of a document: it shows itself in JupyterLab, and the exporter puts pieces together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gatebook.figures import share_bar, sign
from gatebook.words.figures import percent


@dataclass(frozen=True)
class Fragment:
    """One page or section of a document, made from a record.

    Attributes:
        name: of the section: its anchor, for example "go-no-go" or "looks".
        heading: what it is called in the list of sections.
        markup: escaped HTML without script.
        title: of the whole document, set by the first page only.
    """

    name: str
    heading: str
    markup: Markup
    title: str | None = None

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """Show the piece in a notebook; the first page brings the styles for those that follow."""
        del include, exclude
        styled = Markup("<style data-gatebook-style>{}</style>").format(style()) if self.title else Markup("")
        # JupyterLab would set what stands between two $ as mathematics.
        shown = Markup('{}<div class="gb mathjax_ignore">{}</div>').format(styled, self.markup)
        about = {"name": self.name, "heading": self.heading, "title": self.title}
        return {"text/html": _sound(shown), "text/plain": _sound(self.text())}, {"gatebook": about}

    def text(self) -> str:
        """Return the words of the piece, a block a line, for terminals."""
        reader = _Text()
        reader.feed(str(self.markup))
        return reader.result()


def _sound(text: str) -> str:
    """Return text with an escape for what UTF-8 cannot hold: names of files may be any bytes."""
    return text.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True)
class Table:
    """A table for looking something up.

    Attributes:
        caption: what it lists.
        columns: heads; a head that starts with "#" is a column of numbers.
        rows: cells, text or markup.
        note: a line below, such as what is left out.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Markup, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class DotRow:
    """One line of a dot-and-interval picture: label, drawing, and the same in numbers."""

    label: str
    drawing: Markup
    value: str
    note: str = ""


@dataclass(frozen=True)
class Dots:
    """A dot-and-interval picture."""

    caption: str
    rows: tuple[DotRow, ...]
    axis: Markup = field(default_factory=Markup)
    note: str = ""


@dataclass(frozen=True)
class Lines:
    """A short list under a heading of its own."""

    caption: str
    items: tuple[str | Markup, ...]


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption."""

    caption: str
    drawing: Markup


Block = str | Table | Dots | Figure | Lines | Markup


def section(name: str, heading: str, *blocks: Block | None) -> Fragment:
    """Return a section behind page one: a question, two or three sentences, one picture, one table."""
    kept = [b for b in blocks if b is not None and b != ""]
    return Fragment(name, heading, render("section.html.j2", name=name, heading=heading, blocks=kept))


def share_cell(share: float) -> Markup:
    """Return a share as number and bar for a table cell."""
    return Markup("{}{}").format(percent(share), share_bar(share))


def render(template: str, **values: Any) -> Markup:
    """Return a template of this package filled in; every value is escaped."""
    return Markup(environment().get_template(template).render(**values))  # noqa: S704  the template escaped every value


def style() -> Markup:
    """Return the style sheet."""
    source, _, _ = _loader().get_source(environment(), "style.css")
    return Markup(re.sub(r"/\*.*?\*/|\n\s+|\n", "", source, flags=re.DOTALL))  # noqa: S704  our own file


@cache
def _loader() -> PackageLoader:
    return PackageLoader("gatebook.document", "templates")


@cache
def environment() -> Environment:
    """Return the templates, with escaping on and undefined names as errors."""
    made = Environment(
        loader=_loader(), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["sign"] = sign
    made.tests["table"] = lambda block: isinstance(block, Table)
    made.tests["dots"] = lambda block: isinstance(block, Dots)
    made.tests["lines"] = lambda block: isinstance(block, Lines)
    made.tests["figure"] = lambda block: isinstance(block, Figure)
    made.tests["markup"] = lambda block: isinstance(block, Markup)
    made.filters["code"] = code
    made.filters["breakable"] = breakable
    return made


_CODE = re.compile(r"(?<![^\s(])`([^`]+)`(?![^\s,.;:)?!])")


def code(text: str) -> Markup:
    """Return text escaped, with names in `backticks` set as code; a name that holds backticks itself stays as it is."""
    if isinstance(text, Markup):
        return text
    parts = _CODE.split(text)
    side_by_side = any(not part.strip() for part in parts[2:-1:2])  # a name that holds backticks, never two of ours
    if side_by_side or any("`" in part for part in parts):
        return breakable(text)
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else breakable(p) for i, p in enumerate(parts))


def breakable(text: str) -> Markup:
    """Return text escaped, in which words too long for a narrow column may break anywhere."""
    if isinstance(text, Markup):
        return text
    pieces = re.split(r"(\S{19,})", text)
    return Markup("").join(
        Markup('<span class="long">{}</span>').format(p) if i % 2 else Markup.escape(p) for i, p in enumerate(pieces)
    )


_BLOCKS = {"p", "h1", "h2", "h3", "li", "tr", "dt", "div", "section", "header", "footer", "figure", "caption"}
_SPACED = {"small", "dd", "td", "th", "text", "span", "b", "strong"}


class _Text(HTMLParser):
    """Collects words, one line a block."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.lines.append("")
        elif tag in _SPACED:
            self.lines[-1] += " "
        described: Mapping[str, str | None] = dict(attrs)
        if tag == "svg" and described.get("role") == "img":
            self.lines[-1] += f" {described.get('aria-label') or ''} "

    def handle_data(self, data: str) -> None:
        self.lines[-1] += data

    def result(self) -> str:
        lines = (" ".join(line.split()) for line in self.lines)
        return "\n".join(line for line in lines if line)
