"""What a notebook opens: the record of the run that executes it, or a fresh assessment."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from gatebook.errors import UsageError
from gatebook.record import Record, read_record
from gatebook.record.frames import frame as frame  # noqa: PLC0414  notebooks find it here, beside open_record

RECORD = "GATEBOOK_RECORD"
SAMPLE = "data/samples/flight-delays"
SAMPLE_DAY = dt.date(2026, 10, 30)


def open_record(project: str = "", candidate: str = "", as_of: str = "") -> Record:
    """Return the record that a notebook narrates.

    `gatebook run` assesses once and names the record in the environment; a notebook executed by itself assesses its
    project, and a look at labels that the history does not know is written to it.

    Args:
        project: the project's folder; a relative one is looked up from the working directory upwards. Without one, the
            sample of a checkout, on the day of its committed example.
        candidate: the version under decision, where the project file leaves it open.
        as_of: the day of the decision as YYYY-MM-DD; today by default.

    Raises:
        UsageError: `as_of` is no date.
        GatebookError: the project cannot be assessed; the message says why.
    """
    if path := os.environ.get(RECORD):
        return read_record(Path(path))
    from gatebook.project import load_project  # noqa: PLC0415  a notebook of a run never needs what assessing needs
    from gatebook.remembered import recall, remember  # noqa: PLC0415  as above

    where, day = place(project, as_of)
    opened = load_project(where, candidate=candidate or None)
    if (known := recall(opened, day)) is not None:
        return known
    from gatebook.assess import assess  # noqa: PLC0415  pandas, SciPy and DuckDB are paid only where they are needed

    record = assess(opened, day)
    remember(opened, record)
    return record


def place(project: str = "", as_of: str = "") -> tuple[str, dt.date]:
    """Return the project's folder and the day: today, or without a project the sample and its fixed day.

    Raises:
        UsageError: `as_of` is no date.
    """
    try:
        day = dt.date.fromisoformat(as_of) if as_of else None
    except ValueError:
        raise UsageError(f"as_of = {as_of!r} is no date; write it as YYYY-MM-DD.") from None
    if project:
        return project, day or dt.datetime.now(dt.UTC).date()
    return SAMPLE, day or SAMPLE_DAY
