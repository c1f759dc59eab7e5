"""The drawings of the documents: small SVG that follows the page's colours and fits any width.

Whatever a drawing says is escaped; `describe` is the same in words, for people who do not see it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

_NARROWEST = 290.0  # px: the narrowest chart, on a phone; labels are kept apart at that width
_LETTER = 6.1  # px: the mean advance of a letter at 11 px
_OVERLAY = 120  # px: height of a histogram


@dataclass(frozen=True)
class Scale:
    """A linear axis from `low` to `high`; places are percentages, so that a drawing fits any width."""

    low: float
    high: float

    @classmethod
    def over(
        cls, values: Iterable[float | None], *, pad: float = 0.2, floor: float = -math.inf, ceiling: float = math.inf
    ) -> Scale:
        """Return the axis that shows all finite values with `pad` of their range on each side.

        `floor` and `ceiling` are limits that the quantity itself has, such as 0 and 1 for a share.
        """
        finite = [v for v in values if v is not None and math.isfinite(v)]
        low, high = (min(finite), max(finite)) if finite else (0.0, 1.0)
        room = (high - low) * pad or max(abs(high) * pad, 1e-9)
        cut = cls(max(low - room, floor), min(high + room, ceiling))
        return cut if cut.high > cut.low else cls(low - room, high + room)

    def at(self, value: float) -> float:
        """Return the place of `value` in percent of the width, within 0 and 100."""
        if not math.isfinite(value):
            return 100.0 if value > 0 else 0.0
        return round(min(max((value - self.low) / (self.high - self.low), 0.0), 1.0) * 100, 2)

    def ticks(self, most: int = 5) -> tuple[float, ...]:
        """Return at most `most` round values on the axis."""
        raw = (self.high - self.low) / max(most - 1, 1)
        power = 10 ** math.floor(math.log10(raw))
        step = next((m * power for m in (1, 2, 2.5, 5) if m * power >= raw * 0.999), 10 * power)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return tuple(round(i * step, 12) for i in range(first, last + 1))


@dataclass(frozen=True)
class Mark:
    """A value on the axis and the words that stand at it."""

    value: float
    label: str


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
    """Return one bullet graph, 3 rem high: a bar for what is likely, a dot for what was measured, ticks for the bars.

    Args:
        scale: the axis.
        status: "pass", "fail" or "open": the colour of the measured marks.
        describe: the same in words.
        measured: the estimate.
        likely: the interval, lower and upper.
        needed: the bar of today, a full tick.
        target: the final target, a dashed tick.
    """
    parts = [_line("rail", 0, 100, 24, 24)]
    if likely is not None:
        low, high = scale.at(likely[0]), scale.at(likely[1])
        parts.append(_shape("rect", "mark", x=f"{low}%", y=21, width=f"{max(round(high - low, 2), 0.6)}%", height=6))
    if needed is not None:
        parts.append(_upright("need", scale.at(needed.value), 12, 36))
    if target is not None:
        parts.append(_upright("goal", scale.at(target.value), 14, 34))
    if measured is not None:
        parts.append(_shape("circle", "mark", cx=f"{scale.at(measured.value)}%", cy=24, r=6))
        parts += _labels([measured], scale, 46, "value")
    parts += _labels([m for m in (needed, target) if m is not None], scale, 8, "word")
    return _drawing(f"bullet {status}", describe, parts)


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
        parts += [_shape("rect", colour, x=left + i * 15, y=17, width=11, height=15) for i in range(drawn)]
        if not drawn:
            parts.append(_shape("rect", "empty", x=left + 1, y=18, width=10, height=13))
        parts.append(_shape("text", "word", words, x=left, y=46))
        left += max(drawn * 15 + 20, len(words) * _LETTER + 16)
    return _drawing(f"bullet {status}", describe, parts)


def chain(ready: Sequence[bool], words: str, *, status: str, describe: str, most: int = 10) -> Markup:
    """Return discs on a line, one a system; a ring is a system that did not answer yet."""
    shown = ready[:most]
    step = 46 if len(shown) <= 6 else 26
    parts = [
        _shape("line", "link" if a and b else "link gap", x1=14 + i * step, x2=2 + (i + 1) * step, y1=24, y2=24)
        for i, (a, b) in enumerate(pairwise(shown))
    ]
    parts += [
        _shape("circle", "mark" if ok else "ring", cx=8 + i * step, cy=24, r=6 if ok else 5)
        for i, ok in enumerate(shown)
    ]
    return _drawing(f"bullet {status}", describe, [*parts, _shape("text", "word", words, x=0, y=46)])


def interval(
    scale: Scale,
    estimate: float,
    lower: float | None,
    upper: float | None,
    *,
    describe: str,
    status: str = "plain",
    reference: float | None = None,
) -> Markup:
    """Return a dot at the estimate, a line for what is likely and a tick at the reference, 1.25 rem high."""
    parts = [_line("rail thin", 0, 100, 10, 10)]
    if lower is not None and upper is not None:
        parts.append(_line("span", scale.at(lower), scale.at(upper), 10, 10))
    if reference is not None:
        parts.append(_upright("goal", scale.at(reference), 1, 19))
    parts.append(_shape("circle", "mark", cx=f"{scale.at(estimate)}%", cy=10, r=4.5))
    return _drawing(f"interval {status}", describe, parts)


def axis(scale: Scale, labels: Sequence[tuple[float, str]]) -> Markup:
    """Return the axis above such rows; the rows say the same in words, so it is hidden from readers of text."""
    return _hidden("axis", [_tick(scale.at(value), 11, words, margin=6) for value, words in labels])


def share_bar(share: float) -> Markup:
    """Return a bar of `share` (0 to 1) for a table cell beside the number itself."""
    width = round(min(max(share, 0.0), 1.0) * 100, 1)
    bars = [_shape("rect", k, width=f"{w}%", height=8, y=2) for k, w in (("rail-box", 100), ("fill", width))]
    return _hidden("cellbar", bars)


def overlay(
    filled: Sequence[float], outlined: Sequence[float] | None, ends: tuple[str, str], *, describe: str
) -> Markup:
    """Return the histogram of `filled` with the steps of `outlined` drawn over it.

    Args:
        filled: height of each bin; bins are equally wide.
        outlined: the same of the other histogram, in the same unit; None where there is none.
        ends: words at the left and the right end of the axis.
        describe: the same in words.
    """
    tallest = max([*filled, *(outlined or ()), 1e-12])
    width = 100 / max(len(filled), 1)

    def top(value: float) -> float:
        return round(_OVERLAY * (1 - value / tallest), 1)

    def left(place: int) -> float:
        return round(place * width, 3)

    parts = [
        _bar(left(i), top(v), round(width * 0.94, 3), round(_OVERLAY - top(v), 1))
        for i, v in enumerate(filled)
        if v > 0
    ]
    for i, (before, value) in enumerate(pairwise((0.0, *(outlined or ())))):
        parts.append(_upright("need", left(i), top(before), top(value)))
        parts.append(_line("need", left(i), left(i + 1), top(value), top(value)))
    parts.append(_line("base", 0, 100, _OVERLAY, _OVERLAY))
    parts += [_word(0, _OVERLAY + 16, ends[0], "start"), _word(100, _OVERLAY + 16, ends[1], "end")]
    return _drawing("overlay", describe, parts)


def _labels(marks: Sequence[Mark], scale: Scale, y: int, kind: str) -> list[Markup]:
    """Return the labels of one or two marks, placed so that they neither meet nor leave the drawing."""
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
    return [
        _shape("text", kind, m.label, x=f"{round(p, 2)}%", y=y, text_anchor=a)
        for p, a, m in zip(places, anchors, order, strict=True)
    ]


def _drawing(kind: str, describe: str, parts: Sequence[Markup]) -> Markup:
    return _shape("svg", kind, Markup("").join(parts), role="img", aria_label=describe)


def _hidden(kind: str, parts: Sequence[Markup], **attributes: object) -> Markup:
    """Return a drawing that readers of text pass over: what stands beside it says the same."""
    return _shape("svg", kind, Markup("").join(parts), **attributes, aria_hidden="true", focusable="false")


def _shape(tag: str, kind: str, inside: str = "", /, **attributes: object) -> Markup:
    named = {"class": kind, **attributes} if kind else attributes
    said = [Markup(' {}="{}"').format(name.replace("_", "-"), value) for name, value in named.items()]
    return Markup("<{0}{1}>{2}</{0}>").format(tag, Markup("").join(said), inside)


def _line(kind: str, x1: float, x2: float, y1: object, y2: object) -> Markup:
    """Return a line; x in percent of the width."""
    return _shape("line", kind, x1=f"{x1}%", x2=f"{x2}%", y1=y1, y2=y2)


def _upright(kind: str, x: float, y1: object, y2: object) -> Markup:
    return _line(kind, x, x, y1, y2)


def _bar(x: float, y: float, width: float, height: float) -> Markup:
    return _shape("rect", "fill", x=f"{x}%", y=y, width=f"{width}%", height=height)


def _word(x: float, y: object, text: str, anchor: str, **apart: int) -> Markup:
    return _shape("text", "word", text, x=f"{x}%", y=y, text_anchor=anchor, **apart)


def _tick(place: float, y: int, text: str, margin: int) -> Markup:
    """Return the label of an axis at its place; within `margin` of an end it is set inwards."""
    anchor = "start" if place < margin else "end" if place > 100 - margin else "middle"
    return _word(place, y, text, anchor)
