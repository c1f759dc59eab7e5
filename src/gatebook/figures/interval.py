"""One row of a dot-and-interval picture, its axis, and a small bar for a table cell."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from gatebook.figures.scale import Scale


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
    parts = [Markup('<line class="rail thin" x1="0" x2="100%" y1="10" y2="10"/>')]
    if lower is not None and upper is not None:
        parts.append(
            Markup('<line class="span" x1="{}%" x2="{}%" y1="10" y2="10"/>').format(scale.at(lower), scale.at(upper))
        )
    if reference is not None:
        parts.append(Markup('<line class="goal" x1="{x}%" x2="{x}%" y1="1" y2="19"/>').format(x=scale.at(reference)))
    parts.append(Markup('<circle class="mark" cx="{}%" cy="10" r="4.5"/>').format(scale.at(estimate)))
    return Markup('<svg class="interval {}" role="img" aria-label="{}">{}</svg>').format(
        status, describe, Markup("").join(parts)
    )


def axis(scale: Scale, labels: Sequence[tuple[float, str]]) -> Markup:
    """Return the axis above such rows; the rows say the same in words, so it is hidden from readers of text."""
    parts = []
    for value, words in labels:
        place = scale.at(value)
        anchor = "start" if place < 6 else "end" if place > 94 else "middle"
        parts.append(
            Markup('<text class="word" x="{}%" y="11" text-anchor="{}">{}</text>').format(place, anchor, words)
        )
    return Markup('<svg class="axis" aria-hidden="true" focusable="false">{}</svg>').format(Markup("").join(parts))


def share_bar(share: float) -> Markup:
    """Return a bar of `share` (0 to 1) for a table cell beside the number itself."""
    width = round(min(max(share, 0.0), 1.0) * 100, 1)
    return Markup(
        '<svg class="cellbar" aria-hidden="true" focusable="false">'
        '<rect class="rail-box" width="100%" height="8" y="2"/>'
        '<rect class="fill" width="{}%" height="8" y="2"/></svg>'
    ).format(width)
