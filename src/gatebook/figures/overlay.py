"""Two histograms over the same bins: one filled, one as an outline above it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_HEIGHT = 120


def overlay(
    filled: Sequence[float], outlined: Sequence[float] | None, ends: tuple[str, str], *, describe: str
) -> Markup:
    """Return the histogram of `filled` with the steps of `outlined` drawn over it.

    Args:
        filled: height of each bin; bins are equally wide.
        outlined: the same of the other histogram, in the same unit; None where there is none.
        ends: words at the left and the right end of the axis.
        describe: the same in words, for people who do not see it.
    """
    tallest = max([*filled, *(outlined or ()), 1e-12])
    width = 100 / max(len(filled), 1)

    def top(value: float) -> float:
        return round(_HEIGHT * (1 - value / tallest), 1)

    parts = [
        Markup('<rect class="fill" x="{}%" y="{}" width="{}%" height="{}"/>').format(
            round(i * width, 3), top(v), round(width * 0.94, 3), round(_HEIGHT - top(v), 1)
        )
        for i, v in enumerate(filled)
        if v > 0
    ]
    for i, value in enumerate(outlined or ()):
        left, right, before = (
            round(i * width, 3),
            round((i + 1) * width, 3),
            outlined[i - 1] if outlined and i else 0.0,
        )
        parts.append(
            Markup('<line class="need" x1="{x}%" x2="{x}%" y1="{}" y2="{}"/>').format(top(before), top(value), x=left)
        )
        parts.append(
            Markup('<line class="need" x1="{}%" x2="{}%" y1="{y}" y2="{y}"/>').format(left, right, y=top(value))
        )
    parts.append(Markup('<line class="base" x1="0" x2="100%" y1="{y}" y2="{y}"/>').format(y=_HEIGHT))
    for place, anchor, words in ((0, "start", ends[0]), (100, "end", ends[1])):
        parts.append(
            Markup('<text class="word" x="{}%" y="{}" text-anchor="{}">{}</text>').format(
                place, _HEIGHT + 16, anchor, words
            )
        )
    return Markup('<svg class="overlay" role="img" aria-label="{}">{}</svg>').format(describe, Markup("").join(parts))
