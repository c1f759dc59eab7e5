"""Pictures for documents: small SVG drawings that follow the page's colours in light, dark and print.

Every function returns markup that is safe to embed: whatever comes from the data is escaped.
"""

from gatebook.figures.bullet import Mark, bullet, chain, tally
from gatebook.figures.histogram import histogram
from gatebook.figures.interval import axis, interval, share_bar
from gatebook.figures.overlay import overlay
from gatebook.figures.reliability import reliability
from gatebook.figures.scale import Scale
from gatebook.figures.signs import sign

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
