"""What a notebook opens: the record of the run that executes it, or a fresh assessment."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from gatebook.errors import UsageError
from gatebook.record import Record, read_record

RECORD = "GATEBOOK_RECORD"


def open_record(project: str, candidate: str = "", as_of: str = "") -> Record:
    """Return the record that a notebook narrates.

    `gatebook run` assesses once and names the record in the environment; a notebook executed by itself assesses its
    project, and a look at labels that the history does not know is written to it.

    Args:
        project: the project's folder; a relative one is looked up from the working directory upwards.
        candidate: the version under decision, where the project file leaves it open.
        as_of: the day of the decision as YYYY-MM-DD; today by default.

    Raises:
        UsageError: `as_of` is no date.
        GatebookError: the project cannot be assessed; the message says why.
    """
    if path := os.environ.get(RECORD):
        return read_record(Path(path))
    from gatebook.assess import assess  # noqa: PLC0415  a notebook of a run never needs what assessing needs
    from gatebook.project import load_project  # noqa: PLC0415

    try:
        day = dt.date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise UsageError(f"as_of = {as_of!r} is no date; write it as YYYY-MM-DD.") from None
    return assess(load_project(project, candidate=candidate or None), day)
