"""What `init`, `sample` and `run` print at their end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatebook.cli.screen import say, tell
from gatebook.words import Code
from gatebook.words import say as words_of

if TYPE_CHECKING:  # each command imports only what it needs
    from gatebook.init import InitReport
    from gatebook.run.projects import Outcome
    from gatebook.sampling import Sheet

_MARKS = {"GO": "good", "NO-GO": "bad"}


class ReportLine(Code):
    """A line of a report."""

    INIT_WRITTEN = "init_written"
    INIT_KEPT = "init_kept"
    INIT_CHECK = "init_check"
    INIT_LEFT_OUT = "init_left_out"
    INIT_UNSURE = "init_unsure"
    INIT_NEXT = "init_next"
    DRAWN = "drawn"
    STRATUM = "stratum"
    SECOND = "second"
    SAMPLE_NEXT = "sample_next"
    PREVIEW = "preview"


class ClockWords(Code):
    """Whether the gate is on time."""

    ON_TIME = "on-time"
    LATE = "late"
    REASSESS = "reassess"
    UNKNOWN = "unknown"


def init_report(report: InitReport) -> None:
    """Print what was found, what is unsure, and what to do next."""
    say(words_of(ReportLine.INIT_WRITTEN if report.guesses else ReportLine.INIT_KEPT, file=report.project_file))
    found = [f"{role}: {path}" for role, path in report.roles.items()]
    for guess in report.guesses:
        line = f"{guess.key} = {guess.value}: {guess.why}"
        found.append(
            line if guess.sure else words_of(ReportLine.INIT_CHECK, key=guess.key, value=guess.value, why=guess.why)
        )
    _list(found)
    if report.left_out:
        say(words_of(ReportLine.INIT_LEFT_OUT))
        _list(report.left_out)
    if report.unsure:
        say(words_of(ReportLine.INIT_UNSURE), mark="open")
        _list(report.unsure)
    say(words_of(ReportLine.INIT_NEXT, folder=report.project_file.parent))


def sample_report(sheet: Sheet) -> None:
    """Print where the sheet lies and how it was drawn."""
    say(words_of(ReportLine.DRAWN, path=sheet.path, rows=sheet.rows, seed=str(sheet.seed)))
    if len(sheet.strata) > 1:
        _list([words_of(ReportLine.STRATUM, name=s.name, drawn=s.drawn, population=s.population) for s in sheet.strata])
    if sheet.second is not None:
        say(words_of(ReportLine.SECOND, path=sheet.second))
    for note in sheet.notes:
        say(str(note), mark="open")
    say(words_of(ReportLine.SAMPLE_NEXT))


def run_report(outcomes: Sequence[Outcome]) -> None:
    """Print one summary line for each project, and the documents where there is only one."""
    alone = len(outcomes) == 1
    for outcome in outcomes:
        for warning in outcome.warnings:
            tell(f"gatebook: {outcome.project}: {warning}")
        if outcome.error is not None:
            _failure(outcome, alone=alone)
            continue
        verdict = str(outcome.recommendation)
        clock = words_of(ClockWords(outcome.clock or ClockWords.UNKNOWN))
        preview = f" {words_of(ReportLine.PREVIEW)}" if outcome.preview else ""
        where = "" if alone else f" -> {outcome.run}"
        line = f"{outcome.project}: {verdict} ({clock}).{preview} {outcome.reason}{where}"
        say(line, mark=_MARKS.get(verdict, "open"))
        if alone:
            _list(list(map(str, outcome.documents)))


def run_json(outcomes: Sequence[Outcome]) -> None:
    """Print the outcomes as a JSON list, one object for each project."""
    found = [{key: _json(value) for key, value in asdict(outcome).items()} for outcome in outcomes]
    say(json.dumps(found, indent=1, ensure_ascii=True))


def _list(lines: Sequence[object]) -> None:
    for line in lines:
        say(f"  {line}")


def _failure(outcome: Outcome, *, alone: bool) -> None:
    first, *more = (outcome.error or "").splitlines()
    if alone:
        tell(f"gatebook: {first}")
    else:
        say(f"{outcome.project}: FAILED: {first}", mark="bad")
    for line in more:
        tell(f"gatebook: {line}")


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return str(value) if isinstance(value, Path) else value
