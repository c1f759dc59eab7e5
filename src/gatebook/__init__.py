"""gatebook: assessment notebooks that decide whether an AI proof of concept is ready."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__", "check", "find_slices", "read"]

TYPE_CHECKING = False  # importing typing would take a tenth of the time that `import gatebook` may take
if TYPE_CHECKING:
    from gatebook.evidence.quality import check
    from gatebook.evidence.slices import find_slices
    from gatebook.tables import read

_WHERE = {  # loaded when it is first used
    "check": "gatebook.evidence.quality",
    "find_slices": "gatebook.evidence.slices",
    "read": "gatebook.tables",
}


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_WHERE[name]), name)
