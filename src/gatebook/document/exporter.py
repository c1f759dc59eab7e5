"""From an executed notebook to one self-contained page without script: `jupyter nbconvert --to gatebook`."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mistune
from markupsafe import Markup, escape
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.utils.exceptions import ConversionException
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from traitlets import default

from gatebook import errors
from gatebook.document.behind import provenance
from gatebook.document.page import style
from gatebook.record import Record
from gatebook.words import Code, say

_TEMPLATES = Path(__file__).parent / "templates"
_STYLE = re.compile(r"<style data-gatebook-style>.*?</style>", re.DOTALL)
_DROPPED = {"explore", "injected-parameters", "narration", "try"}  # of the notebook, not of the document
_ERRORS = {name for name, cls in vars(errors).items() if isinstance(cls, type) and issubclass(cls, Exception)}


class Notebook(Code):
    """What a document says of the notebook that it was made of."""

    STEP_FAILED = "step_failed"
    UNEXPECTED = "unexpected"
    RUN_FAILED = "run_failed"
    NOT_RUN = "not_run"
    HOW_TO_RUN = "how_to_run"
    PARTLY_RUN = "partly_run"
    LEFT_OUT = "left_out"
    PICTURE = "picture"


@dataclass(frozen=True)
class Piece:
    """A piece of the page in its order; `opens` where it is page one."""

    name: str
    heading: str
    markup: Markup
    opens: bool = False


@dataclass(frozen=True)
class WholePage:
    """All that the template needs."""

    title: str
    style: Markup
    pieces: tuple[Piece, ...]
    incomplete: str
    has_heading: bool
    source: str
    left_out: str

    @property
    def contents(self) -> tuple[Piece, ...]:
        """The pieces behind page one that have a heading of their own."""
        return tuple(p for p in self.pieces if p.heading and not p.opens)


class GatebookExporter(TemplateExporter):
    """Writes the document of an executed notebook.

    Only what gatebook's own functions returned, and Markdown cells, enter the document: outputs of other cells
    may hold raw rows and stay in the notebook; the document says how many it left out. A notebook that did not
    run to its end makes a document that says so, and shows no traceback; one that was not run at all makes none.
    """

    export_from_notebook = "gatebook document"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "gatebook"

    @default("extra_template_basedirs")
    def _default_extra_template_basedirs(self) -> list[str]:
        return [str(_TEMPLATES)]

    @default("default_preprocessors")
    def _default_preprocessors_default(self) -> list[str]:
        # `--execute` is all that may come before the page is made: the page itself chooses what it shows.
        return ["nbconvert.preprocessors.ExecutePreprocessor"]

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Give the template the page of the notebook, executed by then where `--execute` asks for it."""
        yield from super().default_filters()
        yield "page", _page


def _page(notebook: NotebookNode, resources: Mapping[str, Any]) -> WholePage:
    if not any(cell.get("execution_count") for cell in notebook.cells):
        raise ConversionException(say(Notebook.HOW_TO_RUN))
    name = str(resources.get("metadata", {}).get("name", ""))
    return page_of(notebook, "Document" if name in {"", "Notebook"} else name)  # nbconvert's word for no name


def export_html(notebook: NotebookNode, *, embed: Record | None = None) -> str:
    """Return the document of an executed notebook: equal notebooks give equal bytes.

    Args:
        notebook: executed, or failed on the way: then the document says so on top.
        embed: the record that goes into the page where the notebook did not get as far as its provenance,
            which carries the record itself.

    Raises:
        ConversionException: no cell of the notebook was run.
    """
    if embed is not None and not any(_carries_record(cell) for cell in notebook.cells):
        notebook = copy.deepcopy(notebook)
        data, about = provenance(embed)._repr_mimebundle_()
        shown = new_output("display_data", data=data, metadata=about)
        notebook.cells.append(new_code_cell("", outputs=[shown]))
    text, _ = GatebookExporter().from_notebook_node(notebook)
    return str(text)


def _carries_record(cell: NotebookNode) -> bool:
    return any(o.get("metadata", {}).get("gatebook", {}).get("name") == "provenance" for o in cell.get("outputs", []))


def page_of(notebook: NotebookNode, name: str = "Document") -> WholePage:
    """Return what the document shows; `name` is its title where no piece brings one."""
    pieces: list[Piece] = []
    title, foreign = "", 0
    for cell in notebook.cells:
        tags = set(cell.metadata.get("tags", []))
        if tags & _DROPPED or any(tag.startswith("papermill") for tag in tags):
            continue
        if cell.cell_type == "markdown" and cell.source.strip():
            pieces.append(Piece("", "", Markup('<div class="part added">{}</div>').format(_written(cell.source))))
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("gatebook")
            if about and "data" in output:
                pieces.append(_piece(output["data"], about))
                title = title or about.get("title") or ""
            elif output.output_type in ("display_data", "execute_result"):
                foreign += 1
    return WholePage(
        title=title or name.replace("_", " ").strip().capitalize(),
        style=style() + style("gatebook/page.css"),
        pieces=tuple(pieces),
        incomplete=incomplete(notebook),
        has_heading=any("<h1" in p.markup for p in pieces),
        source="\n\n".join(_sources(notebook)),
        left_out=say(Notebook.LEFT_OUT, n=foreign) if foreign else "",
    )


def incomplete(notebook: NotebookNode) -> str:
    """Return why the notebook did not run to its end, in one line, or nothing where it did."""
    cells = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    for number, cell in enumerate(cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return say(Notebook.STEP_FAILED, step=number, all=len(cells), cause=_cause(output))
    if notebook.metadata.get("papermill", {}).get("exception"):
        return say(Notebook.RUN_FAILED)
    ran = [c for c in cells if c.get("execution_count") is not None]
    due = [c for c in cells if "explore" not in c.metadata.get("tags", [])]
    if not ran:
        return say(Notebook.NOT_RUN)
    if any(c.get("execution_count") is None for c in due):
        return say(Notebook.PARTLY_RUN, ran=len(ran), all=len(cells))
    return ""


def _cause(output: Mapping[str, Any]) -> str:
    """Return our own error's message; another error's text may hold data, so only its kind is told."""
    name = str(output.get("ename", "")).rsplit(".", 1)[-1]
    if name in _ERRORS:
        lines = str(output.get("evalue", "")).strip().splitlines()
        return lines[0][:400] if lines else ""
    return say(Notebook.UNEXPECTED, name=name or "unknown")


def _piece(data: Mapping[str, Any], about: Mapping[str, Any]) -> Piece:
    markup = _STYLE.sub("", "".join(data.get("text/html", "")))
    return Piece(
        str(about.get("name", "")),
        str(about.get("heading", "")),
        Markup(markup),  # noqa: S704  made by Fragment, whose templates escape every value
        opens=bool(about.get("title")),
    )


def _sources(notebook: NotebookNode) -> list[str]:
    return [
        c.source
        for c in notebook.cells
        if c.cell_type == "code" and c.source.strip() and not set(c.metadata.get("tags", [])) & _DROPPED
    ]


class _Written(mistune.HTMLRenderer):
    """Markdown that a person added: no raw HTML, no pictures from elsewhere, no second main heading."""

    def __init__(self) -> None:
        super().__init__(escape=True)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        return super().heading(text, max(level, 2), **attrs)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        del url, title
        return say(Notebook.PICTURE, text=escape(text))


def _written(source: str) -> Markup:
    return Markup(mistune.create_markdown(renderer=_Written())(source))  # noqa: S704  the renderer escapes
