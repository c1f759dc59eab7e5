"""A piece of a document: it shows itself in JupyterLab, and the exporter puts pieces together.

What a piece says stands in its template, `templates/<name>.html.j2` here or in the `pages` of its gate, which sets its
heading and its words around the figures.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from gatebook import figures
from gatebook.document import rows
from gatebook.document.loss import loss_of, total
from gatebook.errors import UsageError
from gatebook.figures import Scale
from gatebook.pictures import PICTURES, plotted, shown
from gatebook.record import Record
from gatebook.record.frames import frame
from gatebook.words import Code, say
from gatebook.words import figures as written
from gatebook.words.figures import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Table = Callable[[Record], pd.DataFrame] | None


class NoPicture(Code):
    """Why a section draws nothing."""

    NO_PICTURE = "no_picture"
    NONE_OF_THEM = "none_of_them"


@dataclass(frozen=True)
class Fragment:
    """One page or section of a document, made from a record.

    Attributes:
        name: of the section: its anchor and its template, for example "go-no-go" or "looks".
        heading: what it is called in the list of sections.
        markup: escaped HTML without script.
        title: of the whole document, set by the first page only.
        record: what it was made of.
        table: a record -> what `frame` returns.
        drawn: the pictures that belong to it, by name; `plot` draws the first.
    """

    name: str
    heading: str
    markup: Markup
    title: str | None = None
    record: Record | None = field(default=None, repr=False, compare=False)
    table: Table = field(default=None, repr=False, compare=False)
    drawn: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return what the section rests on as a pandas frame, one row a thing; empty where there is none."""
        if self.table is None or self.record is None:
            return pd.DataFrame()
        return self.table(self.record)

    def plot(self, ax: Axes | None = None, *, picture: str = "", frame: pd.DataFrame | None = None) -> Axes:
        """Draw the section's picture with matplotlib.

        Args:
            ax: where to draw; a new figure without it.
            picture: which, of those in `drawn`; the first without it.
            frame: rows to draw instead of the record's, with the columns of `pictured(picture)`.

        Raises:
            UsageError: the section has no picture, or none of that name.
        """
        return plotted(self._picture(picture), self.pictured(picture) if frame is None else frame, ax)

    def pictured(self, picture: str = "") -> pd.DataFrame:
        """Return the frame that a picture is drawn from.

        Raises:
            UsageError: the section has no picture, or none of that name.
        """
        name = self._picture(picture)
        assert self.record is not None
        return PICTURES[name].frame(self.record)

    def _picture(self, picture: str) -> str:
        if not self.drawn or self.record is None or (picture and picture not in self.drawn):
            known = listed(self.drawn) if self.drawn else ""
            raise UsageError(
                say(NoPicture.NONE_OF_THEM if known else NoPicture.NO_PICTURE, name=self.name, known=known)
            )
        return picture or self.drawn[0]

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


@dataclass(frozen=True)
class Dot:
    """One line of a dot-and-interval picture.

    Attributes:
        label: what it is about.
        estimate, lower, upper: on the picture's scale; bounds None where there are none.
        value: the estimate as people write it.
        likely: the range as people write it, for those who do not see the drawing.
        note: a second line below the label.
        status: colour, "plain", "none", "open", "fail" or "pass".
        reference: where a dashed tick stands.
    """

    label: str
    estimate: float
    lower: float | None = None
    upper: float | None = None
    value: str = ""
    likely: str = ""
    note: str = ""
    status: str = "plain"
    reference: float | None = None


@dataclass(frozen=True)
class Dots:
    """A dot-and-interval picture: its lines, their scale, and what stands on the axis."""

    rows: tuple[Dot, ...]
    scale: Scale
    ticks: tuple[tuple[float, str], ...] = ()


def templates_of(module: str) -> tuple[Callable[..., Fragment], Callable[..., Fragment]]:
    """Return `page` and `section` for the templates in the package of a module, such as a gate's pages."""
    folder = f"{sys.modules[module].__package__}:"
    return partial(page, folder=folder), partial(section, folder=folder)


def page(
    name: str, record: Record, *, folder: str = "", table: Table = None, drawn: tuple[str, ...] = (), **view: Any
) -> Fragment:
    """Return page one of a document: `name` is that of its template and of the document; the rest as in `section`."""
    values = {"record": record, "fingerprint": fingerprint(record), "dense": False, **view}
    shown: Any = environment().get_template(f"{folder}{name}.html.j2").make_module(values)
    return Fragment(name, "Page one", shown.__html__(), str(shown.title), record, table, drawn)


def section(
    name: str, record: Record, *, folder: str = "", table: Table = None, drawn: tuple[str, ...] = (), **view: Any
) -> Fragment:
    """Return a section behind page one: a question, two or three sentences, one picture, one table.

    Args:
        name: of its template, and its anchor.
        record: what the document is made of.
        folder: "package:" of the template, "" for what all documents share.
        table: a record -> the section's frame, such as `rows_of` makes it.
        drawn: the pictures that its template shows.
        view: what the template needs beside it: choices of rows, codes and figures, never a sentence.
    """
    shown: Any = environment().get_template(f"{folder}{name}.html.j2").make_module({"record": record, **view})
    heading = str(shown.heading)
    body = render("section.html.j2", name=name, heading=heading, body=shown.__html__())
    return Fragment(name, heading, body, None, record, table, drawn)


def rows_of(kind: type, facts: Callable[[Record], object]) -> Callable[[Record], pd.DataFrame]:
    """Return what makes the frame of a section: a row for each of the record's facts of that kind."""
    return lambda record: frame(facts(record), kind)


def render(template: str, **values: Any) -> Markup:
    """Return a template of this package filled in; every value is escaped."""
    return Markup(environment().get_template(template).render(**values))  # noqa: S704  the template escaped every value


def macro(name: str, *values: Any, of: str = "macros.html.j2") -> Markup:
    """Return what a macro of a template makes of values: "table", "dots", "test", ... of those that all pages share."""
    made: Any = environment().get_template(of).module
    return Markup(getattr(made, name)(*values))  # noqa: S704  the template escaped every value


def fingerprint(record: Record) -> str:
    """Return the SHA-256 of `decision.json`, the record's JSON form."""
    return hashlib.sha256(record.to_json().encode()).hexdigest()


def style(sheet: str = "style.css") -> Markup:
    """Return a style sheet without comments and indents."""
    return Markup(re.sub(r"/\*.*?\*/|\n\s*", "", template(sheet), flags=re.DOTALL))  # noqa: S704  our own file


def template(name: str) -> str:
    """Return the text of "name", a template of the documents, or of "package:name", a template of another room."""
    package, _, file = name.rpartition(":")
    return (files(package or __package__) / "templates" / file).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """Return the templates: escaping on, undefined names are errors, figures written as everywhere else."""
    made = Environment(
        loader=FunctionLoader(template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    for write in (
        *(written.brief, written.capital, written.clip, written.count, written.day, written.ended, written.full_day),
        *(written.listed, written.money, written.percent, written.plain, written.plain_number, written.plural),
        *(written.sentence, code, breakable, odds, figures.share_bar),
    ):
        made.filters[write.__name__] = write
    made.filters["agree"] = lambda number, one, many: one if number == 1 else many
    for ask in (
        *(figures.axis, figures.interval, loss_of, person, total),
        *(rows.asked, rows.decide_by, rows.find, rows.measured, rows.slow_access, rows.title_of),
    ):
        made.globals[ask.__name__] = ask
    made.globals["plot"] = shown
    made.globals["told_figure"] = rows.told
    made.globals["looks"] = rows.LOOKS
    made.globals["m"] = made.get_template("macros.html.j2").module
    return made


_CODE = re.compile(r"(?<![^\s(])`([^`]+)`(?![^\s,.;:)?!])")


def code(text: object) -> Markup:
    """Return text escaped, with names in `backticks` set as code; a name that holds backticks itself stays as it is."""
    if isinstance(text, Markup):
        return text
    parts = _CODE.split(str(text))
    side_by_side = any(not part.strip() for part in parts[2:-1:2])  # a name that holds backticks, never two of ours
    if side_by_side or any("`" in part for part in parts):
        return breakable(text)
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else breakable(p) for i, p in enumerate(parts))


def breakable(text: object) -> Markup:
    """Return text escaped, in which words too long for a narrow column may break anywhere."""
    if isinstance(text, Markup):
        return text
    pieces = re.split(r"(\S{19,})", str(text))
    return Markup("").join(
        Markup('<span class="long">{}</span>').format(p) if i % 2 else Markup.escape(p) for i, p in enumerate(pieces)
    )


def person(name: str, role: str) -> str:
    """Return "Maria Lind (owner)"."""
    return f"{name} ({role})" if role else name


def odds(p: float | None) -> str:
    """Return how often chance alone would bring something, "0.012"; a dash where nothing is known."""
    return "–" if p is None else f"{p:.3f}" if p >= 0.001 else "under 0.001"


def _sound(text: str) -> str:
    """Return text with an escape for what UTF-8 cannot hold: names of files may be any bytes."""
    return text.encode("utf-8", "backslashreplace").decode()


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
