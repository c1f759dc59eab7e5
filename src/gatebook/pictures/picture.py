"""One picture: the frame that it is drawn from, how it is drawn, and the same in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from gatebook.pictures.themed import blank, inline, styled
from gatebook.record import Record
from gatebook.words import Code, say
from gatebook.words.figures import clip

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Maker = Callable[[Record], "pd.DataFrame"]
Draw = Callable[["pd.DataFrame", "Axes"], None]
NARROW, WIDE = 343, 720  # CSS pixels: a phone's column, and a page's
MOST_WORDS = 24  # rows that the words of a picture tell


class Chart(Code):
    """The pictures; the parts of an entry are its title, its axes, and how a row of its frame is told."""

    FINDINGS = "findings"
    MOVED = "moved"
    ANSWERS = "answers"
    SEGMENTS = "segments"
    MISSING = "missing"
    FUNNEL = "funnel"
    SLICES = "slices"
    GROUPS = "groups"
    RELIABILITY = "reliability"
    COVERAGE = "coverage"
    CONFUSIONS = "confusions"
    LATENCY = "latency"
    CONDITIONS = "conditions"
    VALUE = "value"
    DELAY = "delay"
    TIMELINE = "timeline"
    LOOKS = "looks"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Picture:
    """A picture of a record.

    Attributes:
        code: its name and its words.
        frame: a record -> what is drawn, a row a mark; empty where there is nothing to draw.
        draw: a frame onto axes.
        height: CSS pixels at a number of rows.
        wide: whether a page that has room gets a wider drawing.
    """

    code: Chart
    frame: Maker
    draw: Draw
    height: Callable[[int], int]
    wide: bool = False


PICTURES: dict[str, Picture] = {}


def drawing(code: Chart, frame: Maker, *, height: int, a_row: float = 0, wide: bool = False) -> Callable[[Draw], Draw]:
    """Register the function below as what draws a picture: `height` CSS pixels, and `a_row` more for each row."""

    def register(draw: Draw) -> Draw:
        PICTURES[code.value] = Picture(code, frame, draw, lambda rows: height + int(a_row * rows), wide)
        return draw

    return register


def figure_of(name: str, frame: pd.DataFrame, width: int = NARROW) -> Figure:
    """Return a frame drawn as a figure of its own.

    Args:
        name: of the picture, such as "slices".
        frame: what `PICTURES[name].frame(record)` returned, or rows chosen from it.
        width: in CSS pixels.
    """
    picture = PICTURES[name]
    with styled():
        figure = blank(width, picture.height(len(frame)))
        picture.draw(frame, figure.add_subplot())
    return figure


def shown(name: str, record: Record) -> Markup:
    """Return a picture for a page, or nothing where the record has nothing to draw; with what it shows in words."""
    picture = PICTURES[name]
    frame = picture.frame(record)
    if not len(frame):
        return Markup("")
    title = say(picture.code, "title")
    rows = ({str(key): found for key, found in row.items()} for row in frame.to_dict("records"))
    told = list(dict.fromkeys(say(picture.code, "row", **row) for row in rows))
    words = "; ".join(told[:MOST_WORDS]) + ("; ..." if len(told) > MOST_WORDS else "") + "."
    sizes = [("narrow", NARROW), ("wide", WIDE)] if picture.wide else [("", NARROW)]
    with styled():
        drawn = [
            inline(
                figure_of(name, frame, width),
                name=f"gb-{name}{size and '-' + size}",
                title=title,
                describe=words,
                kind=size,
            )
            for size, width in sizes
        ]
    return Markup('<figure class="picture"><figcaption>{}</figcaption>{}</figure>').format(
        title, Markup("").join(drawn)
    )


def plotted(name: str, frame: pd.DataFrame, axes: Axes | None = None) -> Axes:
    """Draw a frame as a picture on axes, or on a figure of its own that a notebook shows; return the axes."""
    picture = PICTURES[name]
    with styled():
        if axes is None:
            from matplotlib import pyplot as plt

            size = (WIDE / 72, picture.height(len(frame)) * 1.3 / 72)
            _, axes = plt.subplots(figsize=size, layout="constrained", facecolor="white")
        if len(frame):
            picture.draw(frame, axes)
        else:
            axes.set_axis_off()
            axes.text(0.5, 0.5, say(Chart.NOTHING, "title"), ha="center", va="center", transform=axes.transAxes)
    return axes


def short(text: object, words: int = 5) -> str:
    """Return text short enough for the label of a mark."""
    plain = str(text).encode("utf-8", "backslashreplace").decode()  # a font knows no half of a pair
    told = clip(" ".join(plain.split()), words)
    return told if len(told) <= 40 else f"{told[:39]}…"
