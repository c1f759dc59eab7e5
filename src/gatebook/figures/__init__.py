"""Pictures for documents: small SVG drawings that follow the page's colours in light, dark and print.

Every function returns markup that is safe to embed: whatever comes from the data is escaped.
"""

from gatebook.figures.drawings import (
    Mark,
    axis,
    bullet,
    chain,
    histogram,
    interval,
    overlay,
    reliability,
    share_bar,
    sign,
    tally,
)
from gatebook.figures.scale import Scale

__all__ = [
    "Mark",
    "Scale",
    "axis",
    "bullet",
    "chain",
    "histogram",
    "interval",
    "overlay",
    "reliability",
    "share_bar",
    "sign",
    "tally",
]
