"""`gatebook check`: problems first, then what became of every line of every input."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.table import Table as Grid
from rich.text import Text

from gatebook.cli.foretell import foretell
from gatebook.cli.screen import plain, say, show
from gatebook.evidence.budget import foretold
from gatebook.project import load_project
from gatebook.tables import LineAccount, Table, open_tables

_FATES = ("kept", "repaired", "quarantined", "rejected")
_AROUND = ("header", "preamble", "footer", "blank", "continuation")


def check_project(folder: Path) -> bool:
    """Print every problem and the line account of each input; return whether a run could use all of it.

    Raises:
        ProjectFileError: the project file is wrong; the message lists every mistake.
    """
    project = load_project(folder)
    tables = open_tables(project)
    accounts = [account for table in tables.values() for account in table.accounts]
    seen = foretell(project, dict(tables))
    problems = [*(str(error) for error in tables.problems.values()), *seen.problems]
    problems += [
        f"{account.path}: the line account does not close; no verdict will rest on this table."
        for account in accounts
        if not account.closed
    ]
    if problems:
        say(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}:", mark="bad")
        for problem in problems:
            for line in problem.splitlines():
                say(f"  {line}")
    for question in seen.questions:
        say(question, mark="open")
    for fact in seen.facts:
        say(f"  {fact}")
    lost = [a for a in accounts if a.fates.quarantined or a.fates.rejected]
    for account in lost:
        count = account.fates.quarantined + account.fates.rejected
        say(
            f"{account.path}: {count} lines are not used; they are kept as they were in .gatebook/rejects/.",
            mark="open",
        )
    _notes(accounts)
    for table in tables.values():
        _foretell(table)
    if accounts:
        show(_grid(accounts))
    if not problems:
        say(f"{project.name}: {len(accounts)} files, every line accounted for.", mark="good")
    for table in tables.values():
        table.close()
    return not problems


def _foretell(table: Table) -> None:
    """Say which analyses across columns a run will make of a part of the columns only."""
    if limits := foretold(len(table.columns)):
        say(
            f"  {table.role}: {len(table.columns):,} columns are many; a run looks at each one alone, but across columns:"
        )
        for limit in limits:
            say(f"    {limit}")


def _notes(accounts: Iterable[LineAccount]) -> None:
    for account in accounts:
        for event in account.events:
            where = f" line {event.line}" if event.line is not None else ""
            say(f"  {account.path}{where}: {event.message}")


def _grid(accounts: Iterable[LineAccount]) -> Grid:
    grid = Grid(title="What became of every line", title_justify="left", show_edge=False)
    grid.add_column("table")
    grid.add_column("file", overflow="fold")
    for name in ("lines", *_FATES, "not data"):
        grid.add_column(name, justify="right")
    grid.add_column("account")
    for account in accounts:
        around = sum(int(getattr(account.fates, name)) for name in _AROUND)
        counts = [account.lines, *(int(getattr(account.fates, name)) for name in _FATES), around]
        grid.add_row(
            Text(account.role),
            Text(plain(account.path)),
            *(Text(f"{count:,}") for count in counts),
            Text("closed" if account.closed else "OPEN"),
        )
    return grid
