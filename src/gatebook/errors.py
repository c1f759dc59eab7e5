"""Every error that a user can meet: it names the file, the field or line, and the fix, in one sentence each."""

from __future__ import annotations


class GatebookError(Exception):
    """Something is wrong with what the user gave us; the message is the whole story.

    Attributes:
        exit_code: what the command line ends with (CONTRACT: 1 input wrong, 2 usage, 75 busy).
    """

    exit_code = 1


class ProjectFileError(GatebookError):
    """`gatebook.toml` is missing, not TOML, or says something that we do not understand."""


class TableError(GatebookError):
    """A table cannot be opened, or lacks a column that the project file names."""


class LimitError(TableError):
    """A table is larger than a cap; the message names the cap and the setting that lifts it."""


class HistoryError(GatebookError):
    """The project's history is damaged or cannot be written."""


class RunError(GatebookError):
    """A run did not complete; the last good run is untouched."""


class OutputError(GatebookError):
    """Standard output takes no more."""


class UsageError(GatebookError):
    """The command was called in a way that it does not know."""

    exit_code = 2


class BusyError(GatebookError):
    """Another run holds the project."""

    exit_code = 75
