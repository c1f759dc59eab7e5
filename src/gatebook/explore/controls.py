"""Controls and pieces that all explorers share: every control has a label that a screen reader says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w
import pandas as pd
from IPython.display import Javascript
from markupsafe import Markup

from gatebook.document.page import macro, style
from gatebook.words.figures import count, plain_number

_STYLE = {"description_width": "13rem"}
# A slider of ipywidgets has no name for a screen reader: it gets the words beside it. JupyterLab takes arrow keys and letters
# for its own commands while the focus is on a list: inside an explorer they belong to the list.
_NAMES = """
if (!window.gatebookNames) {
  window.gatebookNames = new MutationObserver(() => {
    document.querySelectorAll('.gatebook-explorer :is(select, button, [role=slider]):not([data-lm-suppress-shortcuts])')
      .forEach(control => control.setAttribute('data-lm-suppress-shortcuts', 'true'));
    document.querySelectorAll('.gatebook-explorer .widget-slider').forEach(slider => {
      const label = slider.querySelector('.widget-label').textContent;
      slider.querySelectorAll('[role=slider]:not([aria-label])').forEach(handle => handle.setAttribute('aria-label', label));
    });
  });
  window.gatebookNames.observe(document.body, {childList: true, subtree: true});
}
"""
_COLUMNS, _LETTERS = 10, 60  # of a table of rows on the screen


def layout(width: str = "40rem") -> w.Layout:
    """Return the layout of a control: never wider than its place."""
    return w.Layout(width=width, max_width="100%")


def number(label: str, value: float, low: float, high: float, step: float, form: str = ".3f") -> w.FloatSlider:
    """Return a slider; arrow keys move it."""
    return w.FloatSlider(
        value=value, min=low, max=high, step=step, description=label, readout_format=form, layout=layout(), style=_STYLE
    )


def whole(label: str, value: int, low: int, high: int, step: int = 1) -> w.IntSlider:
    """Return a slider over whole numbers."""
    return w.IntSlider(value=value, min=low, max=high, step=step, description=label, layout=layout(), style=_STYLE)


def choice(label: str, options: Sequence[Any], value: Any = None) -> w.Dropdown:
    """Return a drop-down list."""
    return w.Dropdown(options=options, value=value, description=label, layout=layout(), style=_STYLE)


def amount(label: str, value: float) -> w.FloatText:
    """Return a field for a number."""
    return w.FloatText(value=value, description=label, layout=layout("22rem"), style=_STYLE)


def words(label: str) -> w.Text:
    """Return a field for words, read when Enter is pressed or the field is left."""
    return w.Text(description=label, continuous_update=False, layout=layout(), style=_STYLE)


def heading(text: str) -> w.HTML:
    """Return a heading of a part of a panel."""
    return w.HTML(Markup("<h3>{}</h3>").format(text))


def told() -> w.HTML:
    """Return a place for a picture and its words."""
    return w.HTML(layout=w.Layout(max_width="100%"))


def sheet() -> w.Widget:
    """Return the style of the pictures and the names of the sliders, once a panel."""
    names = w.Output(layout=w.Layout(height="0", margin="0"))
    names.append_display_data(Javascript(_NAMES))
    return w.VBox([w.HTML(Markup("<style>{}</style>").format(style())), names])


def shown(*parts: Markup | str) -> str:
    """Return parts of a picture with the document's styles; plain text becomes a paragraph."""
    done = [p if isinstance(p, Markup) else Markup('<p role="status">{}</p>').format(p) for p in parts if p]
    return str(Markup('<div class="gb">{}</div>').format(Markup("").join(done)))


def table(caption: str, frame: pd.DataFrame, note: str = "") -> Markup:
    """Return a frame as the document's table, with its index as row heads; long cells are cut."""
    columns = [str(frame.index.name or "#row"), *map(str, frame.columns[:_COLUMNS])]
    numeric = [False, *(pd.api.types.is_numeric_dtype(t) for t in frame.dtypes.iloc[:_COLUMNS])]
    heads = tuple(f"#{c}" if n else c for c, n in zip(columns, numeric, strict=True))
    rows = tuple(
        (str(index), *(_cell(v) for v in row[:_COLUMNS]))
        for index, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
    )
    hidden = len(frame.columns) - _COLUMNS
    note = " ".join(n for n in (note, f"{count(hidden)} more columns are not shown." if hidden > 0 else "") if n)
    return macro("table", caption, heads, rows, note)


def _cell(value: object) -> str:
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return "(empty)"
    text = plain_number(value, 4) if isinstance(value, float) else str(value)
    return text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"


def watch(draw: Callable[..., None], *controls: w.Widget) -> None:
    """Call `draw` whenever one of the controls moves."""
    for control in controls:
        control.observe(draw, "value")
