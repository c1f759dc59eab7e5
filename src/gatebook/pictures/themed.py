"""matplotlib figures as a part of a page: real text, the page's own colours, no fixed size, bytes that repeat."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours of the light theme; in a page each becomes the variable, so that dark, print and forced colours follow.
INK, SOFT, RAIL, PLAIN = "#16202b", "#525e6b", "#e4e9ed", "#33506b"
PASS, FAIL, OPEN, ACCENT = "#0b6e4f", "#a3261c", "#855600", "#1f5f99"
_VARIABLES = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    RAIL: "var(--rail)",
    PLAIN: "var(--plain)",
    PASS: "var(--pass)",
    FAIL: "var(--fail)",
    OPEN: "var(--open)",
    ACCENT: "var(--accent)",
}
_COLOUR = re.compile("|".join(_VARIABLES), re.IGNORECASE)
_FONT = re.compile(r"font(?:-family)?:\s*(?:([\d.]+)px)?[^;]*;?\s*")
_DECIMALS = re.compile(r"(?<!\d)(\d+\.\d{2})\d+")
_POINTS_AT = re.compile(r"#([\w-]+)")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBERS = ("d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "transform", "points")
_PIXEL = 1 / 72  # matplotlib writes 72 units an inch, and a unit is one CSS pixel


@cache
def _style() -> dict[str, Any]:
    import matplotlib as mpl

    return dict(mpl.rc_params_from_file(str(files(__package__) / "gatebook.mplstyle"), use_default_template=False))


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the kit's style; the reader's own settings of matplotlib are as before afterwards."""
    import matplotlib as mpl  # an assessment that draws nothing does without it

    with mpl.rc_context(_style()), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from", category=UserWarning)  # the page has it
        yield


def blank(width: float, height: float) -> Figure:
    """Return an empty figure of that many CSS pixels that belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width * _PIXEL, height * _PIXEL), layout="constrained")


def inline(figure: Figure, *, name: str, title: str, describe: str, kind: str = "") -> Markup:
    """Return a figure as SVG within a page.

    Args:
        figure: drawn under `styled`.
        name: unique in the page: ids begin with it.
        title: what the picture is called, for those who do not see it.
        describe: what it shows, in words.
        kind: further CSS classes, such as "narrow".
    """
    written = io.StringIO()
    about = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(written, format="svg", metadata=about, transparent=True)
    root = ET.fromstring(_NO_XML.sub("\ufffd", written.getvalue()))  # noqa: S314  matplotlib wrote it a moment ago
    for element in root.iter():
        element.tag = _bare(element.tag)
        element.attrib = {_bare(key): value for key, value in element.attrib.items()}
        element.tail = None
        if element.tag not in {"text", "tspan"}:
            element.text = None
    used = set(_POINTS_AT.findall(" ".join(v for e in root.iter() for k, v in e.attrib.items() if k != "id")))
    used -= {colour[1:] for colour in _VARIABLES}
    known = {old: f"{name}-{number}" for number, old in enumerate(sorted(used))}
    _tidy(root, known)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "class": f"plot {kind}".strip(),
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-words",
        "focusable": "false",
    }
    for place, (tag, part, text) in enumerate((("title", "title", title), ("desc", "words", describe))):
        told = ET.Element(tag, {"id": f"{name}-{part}"})
        told.text = _NO_XML.sub("\ufffd", text)
        root.insert(place, told)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704  a tree is escaped when it is written


def _bare(name: Any) -> str:
    return str(name).rpartition("}")[2]


def _tidy(element: ET.Element, known: dict[str, str]) -> None:
    """Drop what a page does not need, and make the rest its own; a child comes before its parent."""
    for child in list(element):
        _tidy(child, known)
        empty = child.tag in ("g", "defs") and not len(child)
        unseen = (
            child.tag == "path" and "fill: none" in child.get("style", "") and "stroke" not in child.get("style", "")
        )
        if child.tag in ("metadata", "style", "clipPath") or empty or unseen:
            element.remove(child)
        elif child.tag == "g" and not child.attrib:
            place = list(element).index(child)
            element.remove(child)
            for offset, inner in enumerate(list(child)):
                element.insert(place + offset, inner)
    made = {}
    for key, value in element.attrib.items():
        if key == "id":
            if value in known:
                made[key] = known[value]
            continue
        if key == "clip-path":  # nothing is drawn beyond the axes, and a page that refers to nothing is simply safe
            continue
        text = _POINTS_AT.sub(lambda m: f"#{known[m[1]]}" if m[1] in known else m[0], value)
        if key == "style":
            text = _FONT.sub(lambda m: f"font-size: {m[1]}px; " if m[1] else "", text)
            text = _COLOUR.sub(lambda m: _VARIABLES[m[0].lower()], text).strip()
        if key in _NUMBERS:
            text = " ".join(_DECIMALS.sub(r"\1", text).split())
        if not text.startswith("rotate(-0 "):
            made[key] = text
    element.attrib = made
