"""A histogram with vertical ticks for limits."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from gatebook.figures.bullet import Mark
from gatebook.figures.scale import Scale
from gatebook.words.figures import plain_number

_HEIGHT = 150
_TOP = 34  # room for the labels of the limits


def histogram(
    bins: Sequence[tuple[float, int]], limits: Sequence[Mark], *, describe: str, unit: str, beyond: float | None = None
) -> Markup:
    """Return a histogram of equal or unequal bins; areas, not heights, show counts.

    Args:
        bins: (upper edge, count), ascending; the first bin starts at 0.
        limits: up to two marks, drawn as ticks over the whole height.
        describe: the same in words.
        unit: of the axis, written at the last tick.
        beyond: the last edge that the axis must reach even where no bin does.
    """
    edges = [0.0, *(edge for edge, _ in bins)]
    scale = Scale(0.0, max([*edges, *(m.value * 1.05 for m in limits), beyond or 0.0]) or 1.0)
    heights = [n / max(b - a, 1e-12) for a, b, (_, n) in zip(edges, edges[1:], bins, strict=False)]
    tallest = max(heights, default=1.0) or 1.0
    floor = _TOP + _HEIGHT
    parts = [Markup('<line class="base" x1="0" x2="100%" y1="{y}" y2="{y}"/>').format(y=floor)]
    for a, b, height in zip(edges, edges[1:], heights, strict=False):
        tall = round(height / tallest * _HEIGHT, 1)
        if tall > 0:
            parts.append(
                Markup('<rect class="fill" x="{}%" y="{}" width="{}%" height="{}"/>').format(
                    scale.at(a), round(floor - tall, 1), round(max(scale.at(b) - scale.at(a), 0.3), 2), tall
                )
            )
    for i, mark in enumerate(sorted(limits, key=lambda m: m.value)):
        place, top = scale.at(mark.value), 16 - 14 * i
        name = "goal" if i == 0 and len(limits) > 1 else "need"
        side = "end" if place > 50 else "start"
        parts.append(Markup('<line class="{}" x1="{x}%" x2="{x}%" y1="{}" y2="{}"/>').format(name, top, floor, x=place))
        parts.append(
            Markup('<text class="word" x="{}%" dx="{}" y="{}" text-anchor="{}">{}</text>').format(
                place, -5 if side == "end" else 5, top + 10, side, mark.label
            )
        )
    for tick in scale.ticks():
        place = scale.at(tick)
        anchor = "start" if place < 4 else "end" if place > 96 else "middle"
        parts.append(
            Markup('<text class="word" x="{}%" y="{}" text-anchor="{}">{}</text>').format(
                place, floor + 16, anchor, f"{plain_number(tick)}"
            )
        )
    return Markup(
        '<svg class="histogram" role="img" aria-label="{}">{}</svg><p class="unit" aria-hidden="true">{}</p>'
    ).format(describe, Markup("").join(parts), unit)
