"""The commands with which people enter the history: attest, waive, correct, sign."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from gatebook.cli.command import Command

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder.")]
RowId = Annotated[str, typer.Argument(metavar="ROW", help="The row's id, such as D1.")]
Person = Annotated[str, typer.Option("--person", help="Who says so: a name.")]
Role = Annotated[str, typer.Option("--role", help="Their role.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence.")]
Link = Annotated[str | None, typer.Option("--link", help="Where it can be read.")]
Day = Annotated[
    dt.datetime | None, typer.Option("--date", metavar="DATE", formats=["%Y-%m-%d"], help="Default: today.")
]
Until = Annotated[
    dt.datetime | None, typer.Option("--expires", metavar="DATE", formats=["%Y-%m-%d"], help="Default: in 90 days.")
]


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    app.command(cls=Command)(attest)
    app.command(cls=Command)(waive)
    app.command(cls=Command)(correct)
    app.command(cls=Command)(sign)


def attest(
    folder: Folder,
    row: RowId,
    person: Person,
    role: Role,
    reason: Reason,
    link: Link = None,
    date: Day = None,
    expires: Until = None,
) -> None:
    """Record that a person vouches for a row that no data can show."""
    from gatebook import people  # noqa: PLC0415  each command imports what it needs
    from gatebook.cli.screen import say  # noqa: PLC0415  as above

    project, ledger = _open(folder)
    item = people.attest(
        project,
        ledger,
        row,
        person=person,
        role=role,
        reason=reason,
        link=link,
        made=_day(date),
        expires=_or_none(expires),
    )
    say(f"{item.criterion}: attested by {item.person} until {item.expires:%-d %B %Y}.", mark="good")


def waive(
    folder: Folder,
    row: RowId,
    person: Person,
    role: Role,
    reason: Reason,
    author: Annotated[
        str | None, typer.Option("--author", help="Who asks for the waiver; never the same person.")
    ] = None,
    link: Link = None,
    date: Day = None,
    expires: Until = None,
) -> None:
    """Record that a person accepts an open condition for at most 90 days; its status stays."""
    from gatebook import people  # noqa: PLC0415  each command imports what it needs
    from gatebook.cli.screen import say  # noqa: PLC0415  as above

    project, ledger = _open(folder)
    item = people.waive(
        project,
        ledger,
        row,
        person=person,
        role=role,
        reason=reason,
        link=link,
        made=_day(date),
        expires=_or_none(expires),
        author=author,
    )
    say(f"{item.criterion}: waived by {item.person} until {item.expires:%-d %B %Y}; its status stays.", mark="open")


def correct(
    folder: Folder,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="Such as labels.label, sample:column, predictions or targets.value.")
    ],
    person: Person,
    role: Role,
    reason: Reason,
    author: Annotated[str | None, typer.Option("--author", help="Who made the mistake; never the same person.")] = None,
    date: Day = None,
) -> None:
    """Record that a column, key or table is gone or was mapped by mistake."""
    from gatebook import people  # noqa: PLC0415  each command imports what it needs
    from gatebook.cli.screen import say  # noqa: PLC0415  as above

    project, ledger = _open(folder)
    item = people.correct(project, ledger, key, person=person, role=role, reason=reason, made=_day(date), author=author)
    say(f"{item.key}: corrected by {item.person}; it stays on page one.", mark="good")


def sign(
    folder: Folder,
    decision: Annotated[str, typer.Argument(metavar="DECISION", help="GO, CONDITIONAL GO, NO-GO or WAIT.")],
    person: Person,
    role: Role,
    reason: Reason,
    record: Annotated[Path | None, typer.Option("--record", help="The decision.json that was read.")] = None,
    date: Day = None,
) -> None:
    """Record a person's decision, beside the recommendation."""
    import hashlib  # noqa: PLC0415  each command imports what it needs

    from gatebook import people  # noqa: PLC0415  as above
    from gatebook.cli.screen import say  # noqa: PLC0415  as above
    from gatebook.record import read_record  # noqa: PLC0415  as above

    sha = None
    if record is not None:
        read_record(record)
        sha = hashlib.sha256(record.read_bytes()).hexdigest()
    _, ledger = _open(folder)
    item = people.sign(ledger, decision, person=person, role=role, reason=reason, made=_day(date), record_sha256=sha)
    say(f"{item.decision}: signed by {item.person} on {item.date:%-d %B %Y}.", mark="good")


def _open(folder: Path):  # type: ignore[no-untyped-def]  # noqa: ANN202  the types would import what --help must not
    from gatebook.history.ledger import Ledger  # noqa: PLC0415  each command imports what it needs
    from gatebook.project import load_project  # noqa: PLC0415  as above

    project = load_project(folder)
    return project, Ledger.of(project)


def _day(given: dt.datetime | None) -> dt.date:
    return given.date() if given else dt.datetime.now(dt.UTC).date()


def _or_none(given: dt.datetime | None) -> dt.date | None:
    return given.date() if given else None
