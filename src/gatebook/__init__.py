"""gatebook: assessment notebooks that decide whether an AI proof of concept is ready."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__", "assess", "check", "find_slices", "read"]

TYPE_CHECKING = False  # importing typing would take a tenth of the time that `import gatebook` may take
if TYPE_CHECKING:
    from gatebook.checks import check
    from gatebook.poc import assess
    from gatebook.reading import read
    from gatebook.slices import find_slices

_WHERE = {  # loaded when it is first used
    "assess": "gatebook.poc",
    "check": "gatebook.checks",
    "find_slices": "gatebook.slices",
    "read": "gatebook.reading",
}


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> object:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_WHERE[name]), name)
