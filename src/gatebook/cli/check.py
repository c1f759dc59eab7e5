"""`gatebook check`: problems first, then what a run will make of the tables, then what became of every line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.table import Table as Grid
from rich.text import Text

from gatebook.budget import foretold
from gatebook.cases.bind import Cases, bind
from gatebook.cases.questions import words
from gatebook.cli.screen import plain, say, show
from gatebook.criteria import catalogue_for
from gatebook.criteria.registry import LABELS, role_of
from gatebook.errors import GatebookError
from gatebook.history.ledger import Ledger
from gatebook.project import Project, load_project
from gatebook.project.tables import open_tables
from gatebook.reading import LineAccount, Table, join_account
from gatebook.verdict.looks import ALPHA
from gatebook.verdict.past import Past, read_past
from gatebook.verdict.targets import in_force
from gatebook.words import Code, Said, said
from gatebook.words.figures import sentence

_FATES = ("kept", "repaired", "quarantined", "rejected")
_AROUND = ("header", "preamble", "footer", "blank", "continuation")
_INSIDE = {  # which sections of the cases stand in for a table of that role
    "labels": {"truth", "score"},
    "predictions": {"prediction", "probability", "latency_ms"},
}


class CheckLine(Code):
    """What `check` says of a project."""

    PROBLEMS = "problems"
    UNCLOSED = "unclosed"
    UNUSED = "unused"
    QUESTION = "question"
    EVENT = "event"
    EVENT_LINE = "event_line"
    MANY_COLUMNS = "many_columns"
    GRID = "grid"
    SOUND = "sound"
    JOIN = "join"
    NO_TARGET = "no_target"
    NO_HISTORY = "no_history"
    LOOKS_UNKNOWN = "looks_unknown"
    LOOKS_PLANNED = "looks_planned"
    LOOKS_UNPLANNED = "looks_unplanned"


class Wanted(Code):
    """A role that nothing plays."""

    LABELS = "labels"
    PREDICTIONS = "predictions"
    CURATED = "curated"
    INTEGRATIONS = "integrations"


def check_project(folder: Path) -> bool:
    """Print every problem and the line account of each input; return whether a run could use all of it.

    Raises:
        ProjectFileError: the project file is wrong; the message lists every mistake.
    """
    project = load_project(folder)
    opened = open_tables(project)
    tables = dict(opened)
    accounts = [account for table in tables.values() for account in table.accounts]
    cases, past, wrong = _bound(project, tables)
    problems = [*map(str, opened.problems.values()), *wrong]
    problems += [str(said(CheckLine.UNCLOSED, path=account.path)) for account in accounts if not account.closed]
    if problems:
        _say(CheckLine.PROBLEMS, mark="bad", count=len(problems))
        _list(problems)
    for one in (words(question, values=True) for question in (cases.questions if cases else ())):
        _say(CheckLine.QUESTION, mark="open", title=sentence(one.title), action=one.action.rstrip("."))
    _list([*_joins(project, tables), *_missing(tables, cases), _bounds(project, past)])
    for account in accounts:
        if count := account.fates.quarantined + account.fates.rejected:
            _say(CheckLine.UNUSED, mark="open", path=account.path, count=count)
    _list(_events(accounts))
    for table in tables.values():
        if limits := foretold(len(table.columns)):
            _list(
                [said(CheckLine.MANY_COLUMNS, role=table.role, count=len(table.columns)), *(f"  {x}" for x in limits)]
            )
    if accounts:
        show(_grid(accounts))
    if not problems:
        _say(CheckLine.SOUND, mark="good", project=project.name, count=len(accounts))
    for table in tables.values():
        table.close()
    return not problems


def _say(code: CheckLine, mark: str = "plain", **values: Any) -> None:
    say(str(said(code, **values)), mark=mark)


def _list(lines: Iterable[object]) -> None:
    for text in lines:
        for line in str(text).splitlines():
            say(f"  {line}")


def _bound(project: Project, tables: dict[str, Table]) -> tuple[Cases | None, Past, list[str]]:
    """Return the cases and the past as a run will take them, and the error that it would end with."""
    past = Past()
    try:
        past = read_past(Ledger.of(project).entries)
        in_force(project, past.targets, past.mended)
        return bind(project, tables, folds=past.folds), past, list(_refused(project, tables))
    except GatebookError as error:
        return None, past, [str(error)]


def _refused(project: Project, tables: dict[str, Table]) -> Iterator[str]:
    """Yield why a row of the project's own cannot be judged by these tables."""
    forms = {entry.id: entry for entry in catalogue_for(project) if entry.own}
    for asked in project.criteria:
        refuses = forms[asked.id].refuses if asked.id in forms else None
        if refuses is not None and (why := refuses(asked, project, tables)) is not None:
            yield why


def _joins(project: Project, tables: dict[str, Table]) -> Iterator[Said]:
    """Yield how many ids join, both ways."""
    ids, sample = project.tables["sample"].ids, tables.get("sample")
    for role in ("labels", "predictions"):
        spec, table = project.table(role), tables.get(role)
        if spec is None or table is None or sample is None or not ids or len(spec.ids) != len(ids):
            continue
        if set(spec.ids) <= set(table.columns) and set(ids) <= set(sample.columns):
            join = join_account(sample, ids, table, spec.ids)
            ours, theirs = join.matched + join.left_only, join.matched + join.right_only
            yield said(CheckLine.JOIN, role=role, matched=join.matched, ours=ours, theirs=theirs)


def _missing(tables: dict[str, Table], cases: Cases | None) -> Iterator[Said]:
    """Yield each role that nothing plays."""
    has = cases.has if cases is not None else frozenset[str]()
    for role in Wanted:
        if role.value not in tables and not _INSIDE.get(role.value, set()) & has:
            yield said(role)


def _bounds(project: Project, past: Past) -> Said:
    """Return at which level a run will judge, and why."""
    if project.targets.metric is None or project.targets.value is None:
        return said(CheckLine.NO_TARGET)
    if past.begun_by is None:
        return said(CheckLine.NO_HISTORY)
    if not past.looks_known:
        return said(CheckLine.LOOKS_UNKNOWN)
    looks = len({(look.version, look.at) for look in past.looks if role_of(look.criterion) == LABELS})
    planned = project.targets.planned_labels
    code = CheckLine.LOOKS_PLANNED if planned else CheckLine.LOOKS_UNPLANNED
    return said(code, share=ALPHA, looks=looks, planned=planned)


def _events(accounts: Iterable[LineAccount]) -> Iterator[Said]:
    for account in accounts:
        for event in account.events:
            code = CheckLine.EVENT if event.line is None else CheckLine.EVENT_LINE
            yield said(code, path=account.path, line=str(event.line), message=event.message)


def _grid(accounts: Iterable[LineAccount]) -> Grid:
    grid = Grid(title=str(said(CheckLine.GRID)), title_justify="left", show_edge=False)
    grid.add_column("table")
    grid.add_column("file", overflow="fold")
    for name in ("lines", *_FATES, "not data"):
        grid.add_column(name, justify="right")
    grid.add_column("account")
    for account in accounts:
        fates = {name: int(getattr(account.fates, name)) for name in (*_FATES, *_AROUND)}
        counts = [account.lines, *(fates[name] for name in _FATES), sum(fates[name] for name in _AROUND)]
        words_of = [account.role, plain(account.path), *(f"{count:,}" for count in counts)]
        grid.add_row(*map(Text, words_of), Text("closed" if account.closed else "OPEN"))
    return grid
