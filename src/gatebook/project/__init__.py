"""The project file: `gatebook.toml` -> a frozen `Project`."""

from gatebook.project.load import load_project
from gatebook.project.model import METRICS, OWN_SHARES, OpenItem, Project, TableSpec, Target, Targets, ValueModel
from gatebook.reading.account import ReadOptions

__all__ = [
    "METRICS",
    "OWN_SHARES",
    "OpenItem",
    "Project",
    "ReadOptions",
    "TableSpec",
    "Target",
    "Targets",
    "ValueModel",
    "load_project",
]
