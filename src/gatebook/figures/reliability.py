"""Stated confidence against the share that is right."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from gatebook.figures.scale import Scale


def reliability(points: Sequence[tuple[float, float, float, float]], *, describe: str) -> Markup:
    """Return the reliability diagram: a point a group of rows, with its interval; the diagonal is honest.

    Args:
        points: (mean stated confidence, share right, lower, upper), shares in [0, 1].
        describe: the same in words.
    """
    shares = [v for point in points for v in point]
    low = 0.0 if not shares or min(shares) < 0.45 else 0.4
    scale = Scale(low, 1.0)

    def up(value: float) -> float:
        return round(100 - scale.at(value), 2)

    parts = [
        Markup('<line class="rail thin" x1="{x}%" x2="{x}%" y1="0" y2="100%"/>').format(x=scale.at(t))
        for t in scale.ticks(6)
    ]
    parts += [
        Markup('<line class="rail thin" x1="0" x2="100%" y1="{y}%" y2="{y}%"/>').format(y=up(t)) for t in scale.ticks(6)
    ]
    parts.append(Markup('<line class="goal" x1="0" y1="100%" x2="100%" y2="0"/>'))
    for stated, right, lower, upper in points:
        parts.append(
            Markup('<line class="span" x1="{x}%" x2="{x}%" y1="{}%" y2="{}%"/>').format(
                up(lower), up(upper), x=scale.at(stated)
            )
        )
        parts.append(Markup('<circle class="mark" cx="{}%" cy="{}%" r="5"/>').format(scale.at(stated), up(right)))
    for tick in scale.ticks(6)[1:]:
        parts.append(
            Markup('<text class="word" x="{}%" y="100%" dy="15" text-anchor="middle">{:.0f} %</text>').format(
                scale.at(tick), tick * 100
            )
        )
        parts.append(
            Markup('<text class="word" x="0" dx="-6" y="{}%" dy="4" text-anchor="end">{:.0f} %</text>').format(
                up(tick), tick * 100
            )
        )
    return Markup('<svg class="reliability plain" role="img" aria-label="{}">{}</svg>').format(
        describe, Markup("").join(parts)
    )
