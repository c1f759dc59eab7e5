"""Explorers for JupyterLab; nothing imports this package, and documents leave its cells out."""

from gatebook.explore.widgets import explore_data, explore_errors, what_if

__all__ = ["explore_data", "explore_errors", "what_if"]
