"""Bullet graphs of page one: a bar for what is likely, a dot for what was measured, ticks for what is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from gatebook.figures.scale import Scale

_NARROWEST = 290.0  # px: the narrowest chart, on a phone; labels are kept apart at that width
_LETTER = 6.1  # px: the mean advance of a letter at 11 px


@dataclass(frozen=True)
class Mark:
    """A value on the axis and the words that stand at it."""

    value: float
    label: str


@dataclass(frozen=True)
class _Label:
    place: float
    anchor: str
    text: str


def bullet(
    *,
    scale: Scale,
    status: str,
    describe: str,
    measured: Mark | None = None,
    likely: tuple[float, float] | None = None,
    needed: Mark | None = None,
    target: Mark | None = None,
) -> Markup:
    """Return one bullet graph, 3 rem high and as wide as its place.

    Args:
        scale: the axis.
        status: "pass", "fail" or "open": the colour of the measured marks.
        describe: the same in words, for people who do not see it.
        measured: the estimate.
        likely: the interval, lower and upper.
        needed: the bar of today, a full tick.
        target: the final target, a dashed tick.
    """
    parts = [Markup('<line class="rail" x1="0" x2="100%" y1="24" y2="24"/>')]
    if likely is not None:
        low, high = scale.at(likely[0]), scale.at(likely[1])
        parts.append(
            Markup('<rect class="mark" x="{}%" y="21" width="{}%" height="6"/>').format(
                low, max(round(high - low, 2), 0.6)
            )
        )
    for mark, name, top, bottom in ((needed, "need", 12, 36), (target, "goal", 14, 34)):
        if mark is not None:
            parts.append(
                Markup('<line class="{}" x1="{x}%" x2="{x}%" y1="{}" y2="{}"/>').format(
                    name, top, bottom, x=scale.at(mark.value)
                )
            )
    if measured is not None:
        parts.append(Markup('<circle class="mark" cx="{}%" cy="24" r="6"/>').format(scale.at(measured.value)))
        parts += [_text(label, 46, "value") for label in _apart([measured], scale)]
    ticks = [m for m in (needed, target) if m is not None]
    parts += [_text(label, 8, "word") for label in _apart(ticks, scale)]
    return _drawing(status, describe, parts)


def tally(groups: Sequence[tuple[int, str, str]], *, status: str, describe: str, most: int = 12) -> Markup:
    """Return rows of squares, one a thing counted.

    Args:
        groups: (count, words, "fail" | "open" | "none") from left to right; a count of 0 is one empty square.
        status: status of the whole.
        describe: the same in words.
        most: squares drawn for one group; the words carry the true count.
    """
    parts: list[Markup] = []
    left = 0.0
    for number, words, colour in groups:
        drawn = min(number, most)
        parts += [
            Markup('<rect class="{}" x="{}" y="17" width="11" height="15"/>').format(colour, left + i * 15)
            for i in range(drawn)
        ]
        if not drawn:
            parts.append(Markup('<rect class="empty" x="{}" y="18" width="10" height="13"/>').format(left + 1))
        parts.append(Markup('<text class="word" x="{}" y="46">{}</text>').format(left, words))
        left += max(drawn * 15 + 20, len(words) * _LETTER + 16)
    return _drawing(status, describe, parts)


def chain(ready: Sequence[bool], words: str, *, status: str, describe: str, most: int = 10) -> Markup:
    """Return discs on a line, one a system; a ring is a system that did not answer yet."""
    shown = ready[:most]
    step = 46 if len(shown) <= 6 else 26
    parts = [
        Markup('<line class="{}" x1="{}" x2="{}" y1="24" y2="24"/>').format(
            "link" if a and b else "link gap", 14 + i * step, 2 + (i + 1) * step
        )
        for i, (a, b) in enumerate(pairwise(shown))
    ]
    parts += [
        Markup('<circle class="{}" cx="{}" cy="24" r="{}"/>').format(
            "mark" if ok else "ring", 8 + i * step, 6 if ok else 5
        )
        for i, ok in enumerate(shown)
    ]
    parts.append(Markup('<text class="word" x="0" y="46">{}</text>').format(words))
    return _drawing(status, describe, parts)


def _apart(marks: Sequence[Mark], scale: Scale) -> list[_Label]:
    """Place one or two labels at their marks so that they neither meet nor leave the drawing."""
    order = sorted(marks, key=lambda m: m.value)
    places = [scale.at(m.value) for m in order]
    widths = [len(m.label) * _LETTER / _NARROWEST * 100 for m in order]
    anchors = ["middle"] * len(order)
    if len(order) == 2 and places[1] - places[0] < sum(widths) / 2 + 3:
        anchors = ["end", "start"]
        places = [places[0] + min(1.0, (places[1] - places[0]) / 4), places[1] - 0.5]
        if places[0] < widths[0]:  # no room on the left: both to the right, one after the other
            anchors, places = ["start", "start"], [places[0], max(places[1], places[0] + widths[0] + 3)]
        if places[1] + widths[1] > 100:  # no room on the right: both to the left
            anchors, places = ["end", "end"], [min(places[0], places[1] - widths[1] - 3), places[1]]
    else:
        for i, (place, width) in enumerate(zip(places, widths, strict=True)):
            if place < width / 2:
                anchors[i], places[i] = "start", 0.0
            elif place > 100 - width / 2:
                anchors[i], places[i] = "end", 100.0
    return [_Label(round(p, 2), a, m.label) for p, a, m in zip(places, anchors, order, strict=True)]


def _text(label: _Label, y: int, name: str) -> Markup:
    return Markup('<text class="{}" x="{}%" y="{}" text-anchor="{}">{}</text>').format(
        name, label.place, y, label.anchor, label.text
    )


def _drawing(status: str, describe: str, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg class="bullet {}" role="img" aria-label="{}">{}</svg>').format(
        status, describe, Markup("").join(parts)
    )
