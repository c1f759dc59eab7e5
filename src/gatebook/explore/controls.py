"""Controls that all explorers share, each with a label that a screen reader says, and the pictures beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w
import pandas as pd
from IPython.display import Javascript
from markupsafe import Markup

from gatebook.document.page import environment, macro, style, template
from gatebook.errors import GatebookError
from gatebook.figures import overlay
from gatebook.words.figures import count, plain_number

_COLUMNS, _LETTERS = 10, 60  # of a table of rows on the screen


def control(kind: type[Any], label: str, width: str = "40rem", **given: Any) -> Any:
    """Return a control of ipywidgets with its label, never wider than its place."""
    layout = w.Layout(width=width, max_width="100%")
    return kind(description=label, layout=layout, style={"description_width": "13rem"}, **given)


def number(label: str, value: float, low: float, high: float, step: float, form: str = ".3f") -> w.FloatSlider:
    """Return a slider; arrow keys move it."""
    return control(w.FloatSlider, label, value=value, min=low, max=high, step=step, readout_format=form)


def choice(label: str, options: Sequence[Any], value: Any = None) -> w.Dropdown:
    """Return a drop-down list."""
    return control(w.Dropdown, label, options=options, value=value)


def live(draw: Callable[[], str], *controls: w.Widget) -> w.HTML:
    """Return a picture that is drawn now, and again whenever one of the controls moves."""
    place = w.HTML(layout=w.Layout(max_width="100%"))

    def moved(_: object = None) -> None:
        place.value = draw()

    for one in controls:
        one.observe(moved, "value")
    moved()
    return place


def picture(name: str, *values: Any) -> str:
    """Return one of the pictures of `templates/pictures.html.j2` with the document's styles."""
    environment().globals |= {"rows": rows, "overlay": overlay}
    return str(Markup('<div class="gb">{}</div>').format(macro(name, *values, of="gatebook.explore:pictures.html.j2")))


def rows(caption: str, frame: pd.DataFrame) -> Markup:
    """Return a frame as the document's table, with its index as row heads; long cells are cut."""
    shown = frame.iloc[:, :_COLUMNS]
    numeric = (pd.api.types.is_numeric_dtype(kind) for kind in shown.dtypes)
    heads = [f"#{name}" if n else str(name) for name, n in zip(shown.columns, numeric, strict=True)]
    cells = [
        (str(index), *map(_cell, row))
        for index, row in zip(shown.index, shown.itertuples(index=False, name=None), strict=True)
    ]
    hidden = frame.shape[1] - shown.shape[1]
    note = f"{count(hidden)} more columns." if hidden else ""
    return macro("table", caption, [str(frame.index.name or "#row"), *heads], cells, note)


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "(empty)"
    text = plain_number(value, 4) if isinstance(value, float) else str(value)
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"


def panel(*parts: w.Widget | str) -> w.VBox:
    """Return an explorer: the styles of its pictures, the names of its sliders, and its parts; a text is a heading."""
    names = w.Output(layout=w.Layout(height="0", margin="0"))
    names.append_display_data(Javascript(template("gatebook.explore:names.js")))
    head = w.HTML(Markup("<style>{}</style>").format(style()))
    named = [w.HTML(Markup("<h3>{}</h3>").format(p)) if isinstance(p, str) else p for p in parts]
    return w.VBox([w.VBox([head, names]), *named])


def opened(label: str, build: Callable[[Callable[[str], None]], w.Widget]) -> w.Widget:
    """Return a button that measures the project and then shows a panel, so that running a notebook stays quick.

    Args:
        label: of the button.
        build: makes the panel; it is given what tells the person what is at work, in words.
    """
    button = w.Button(description=label, layout=w.Layout(width="auto"))
    box = w.VBox([button])
    box.add_class("gatebook-explorer")

    def tell(words: str) -> None:
        button.description = f"{words[:1].upper()}{words[1:]} ..."

    def click(_: object) -> None:
        button.disabled = True
        tell("reading the tables")
        try:
            box.children = (build(tell),)
        except GatebookError as error:
            box.children = (w.HTML(picture("failed", error)),)

    button.on_click(click)
    return box
