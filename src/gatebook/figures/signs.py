"""The three signs of a status: a disc passes, a square fails, a diamond is open."""

from __future__ import annotations

from markupsafe import Markup

_SHAPES = {
    "pass": '<circle cx="6" cy="6" r="5" fill="currentColor"/>',
    "fail": '<rect x="1.2" y="1.2" width="9.6" height="9.6" fill="currentColor"/>',
    "open": '<path d="M6 .9 11.1 6 6 11.1 .9 6Z" fill="none" stroke="currentColor" stroke-width="1.8"/>',
    "none": '<path d="M2 6H10" stroke="currentColor" stroke-width="1.8"/>',
}


def sign(kind: str) -> Markup:
    """Return the sign of "pass", "fail", "open" or "none"; the word beside it carries the meaning."""
    shape = Markup(_SHAPES[kind])  # noqa: S704  our own constants
    return Markup('<svg class="sign" viewBox="0 0 12 12" aria-hidden="true" focusable="false">{}</svg>').format(shape)
