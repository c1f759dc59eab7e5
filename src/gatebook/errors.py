"""Every error that a user can meet: it names the file, the field or line, and the fix, in one sentence each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gatebook.words import Code, say


class GatebookError(Exception):
    """Something is wrong with what the user gave us; the message is the whole story.

    Attributes:
        exit_code: what the command line ends with: 1 the run failed or the input is wrong, 2 usage, 75 busy.
        code: what went wrong, where the message comes from a catalogue of words; None where it was handed on as text.
    """

    exit_code = 1

    def __init__(self, told: str, /, **values: Any) -> None:
        """Take a code with the values that its words mention, or a finished message."""
        self.code = told if isinstance(told, Code) else None
        super().__init__(told if self.code is None else say(self.code, **values))


class ProjectFileError(GatebookError):
    """`gatebook.toml` is missing, not TOML, or says something that we do not understand.

    Attributes:
        mistakes: each mistake of a file that was read: its code with values, and its line.
    """

    def __init__(self, told: str, /, *, mistakes: Sequence[Any] = (), **values: Any) -> None:
        """Take what any error takes, and the mistakes that make up the message."""
        self.mistakes = tuple(mistakes)
        super().__init__(told, **values)


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
