"""The words of `init`, `sample` and `run`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatebook.cli.screen import say, tell

if TYPE_CHECKING:  # each command imports only what it needs
    from gatebook.init import InitReport
    from gatebook.run import Outcome
    from gatebook.sampling import Sheet

_MARKS = {"GO": "good", "NO-GO": "bad"}
_CLOCK = {"on-time": "on time", "late": "late", "reassess": "stop and reassess", "unknown": "no start date"}


def init_report(report: InitReport) -> None:
    """Print what was found, what is unsure, and what to do next."""
    if report.guesses:
        say(f"{report.project_file} is written. What it says, and why:")
    else:
        say(f"{report.project_file} was there already and was not changed.")
    for role, path in report.roles.items():
        say(f"  {role}: {path}")
    for guess in report.guesses:
        say(f"  {guess.key} = {guess.value}: {guess.why}{'' if guess.sure else ' (please check)'}")
    if report.left_out:
        say("Not used:")
        for text in report.left_out:
            say(f"  {text}")
    if report.unsure:
        say("Unsure, so please check or supply:", mark="open")
        for text in report.unsure:
            say(f"  {text}")
    folder = report.project_file.parent
    say(f"Next: gatebook check {folder}, then gatebook run {folder}")


def sample_report(sheet: Sheet) -> None:
    """Print where the sheet lies and how it was drawn."""
    say(f"{sheet.path}: {sheet.rows} rows to label, drawn at random (seed {sheet.seed}) and shuffled.")
    if len(sheet.strata) > 1:
        for stratum in sheet.strata:
            say(f"  {stratum.name}: {stratum.drawn} of {stratum.population}")
    if sheet.second is not None:
        say(f"{sheet.second}: the rows for the second grader; the two must not see each other's answers.")
    for note in sheet.notes:
        say(note, mark="open")
    say("Next: fill in the label and annotator columns, then name the file as path in [tables.labels].")


def run_report(outcomes: Sequence[Outcome]) -> None:
    """Print one summary line for each project, and the documents where there is only one."""
    for outcome in outcomes:
        for warning in outcome.warnings:
            tell(f"gatebook: {outcome.project}: {warning}")
        if outcome.error is not None:
            _failure(outcome, alone=len(outcomes) == 1)
            continue
        verdict = str(outcome.recommendation)
        clock = _CLOCK.get(outcome.clock or "", outcome.clock)
        preview = " PREVIEW, NOT A DECISION." if outcome.preview else ""
        where = f" -> {outcome.run}" if len(outcomes) > 1 else ""
        say(
            f"{outcome.project}: {verdict} ({clock}).{preview} {outcome.reason}{where}",
            mark=_MARKS.get(verdict, "open"),
        )
        if len(outcomes) == 1:
            for path in outcome.documents:
                say(f"  {path}")


def _failure(outcome: Outcome, *, alone: bool) -> None:
    first, *more = (outcome.error or "").splitlines()
    if alone:
        tell(f"gatebook: {first}")
    else:
        say(f"{outcome.project}: FAILED: {first}", mark="bad")
    for line in more:
        tell(f"gatebook: {line}")


def run_json(outcomes: Sequence[Outcome]) -> None:
    """Print the outcomes as a JSON list, one object for each project."""
    say(json.dumps([_outcome(outcome) for outcome in outcomes], indent=1, ensure_ascii=True))


def _outcome(outcome: Outcome) -> dict[str, Any]:
    found = dataclasses.asdict(outcome)
    return {key: _json(value) for key, value in found.items()}


def _json(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value
