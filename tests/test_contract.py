"""docs/contract.md says what the program does: commands, exit codes, project file, a run's files, the record."""

from __future__ import annotations

import argparse
import csv
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from fakes import project_folder, stand_in
from gatebook.cli import parsers
from gatebook.cli.commands import INTERRUPTED
from gatebook.criteria import rows
from gatebook.errors import BusyError, GatebookError, UsageError
from gatebook.gates import pages
from gatebook.project import load
from gatebook.project.model import METRICS, Project
from gatebook.record import json_schema
from gatebook.run.projects import ENFORCED, run_projects
from gatebook.verdict.recommend import DECISION_DAY

PAGE = (Path(__file__).parents[1] / "docs" / "contract.md").read_text(encoding="utf-8")


def part(heading: str) -> str:
    """The text below a heading, down to the next one of its level or above."""
    level = heading.partition(" ")[0]
    _, found, rest = PAGE.partition(f"\n{heading}\n")
    assert found, heading
    return re.split(rf"\n#{{1,{len(level)}}} ", rest)[0]


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a text: of each row the cells, without the header."""
    blocks = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    return [[re.split(r"(?<!\\)\|", line.strip("|"))[:3] for line in b.strip().splitlines()[2:]] for b in blocks]


def named(text: str) -> set[str]:
    """What stands in code marks."""
    return set(re.findall(r"`([^`]+)`", text))


def keys(heading: str, number: int = 0) -> set[str]:
    return {name for row in tables(part(heading))[number] for name in named(row[0])}


def arguments(parser: argparse.ArgumentParser) -> set[str]:
    """How a command is called: its options, and the words that stand for what must be given."""
    found = set()
    for action in parser._actions:
        if not isinstance(action, argparse._HelpAction):
            many = "..." if action.nargs == "+" else ""
            found |= set(action.option_strings) or {f"{action.metavar}{many}"}
    return found


def test_commands_and_their_arguments() -> None:
    rows = {next(iter(named(row[0]))): named(row[1]) for row in tables(part("## Commands"))[0]}
    assert rows == {name: arguments(parser) for name, parser in parsers()[1].items()}


def test_exit_codes() -> None:
    told = {int(row[0]): row[1].strip() for row in tables(part("## Exit codes"))[0]}
    kinds = {kind.exit_code for kind in (GatebookError, UsageError, BusyError)}
    assert set(told) == {0, INTERRUPTED} | kinds | set(ENFORCED.values())
    for verdict, code in ENFORCED.items():
        assert told[code].endswith(verdict)


def fields(*path: str) -> set[str]:
    """The fields of the model that stands at this place of the project file."""
    model: Any = Project
    for name in path:
        inner = model.model_fields[name].annotation
        while not hasattr(inner, "model_fields"):  # dict[str, X], tuple[X, ...], X | None
            inner = next(one for one in get_args(inner) if one not in {str, type(None), ...})
        model = inner
    return set(model.model_fields)


@pytest.mark.parametrize(
    ("heading", "place"),
    [
        ("### `[targets]`", ("targets",)),
        ("### `[[targets.more]]`", ("targets", "more")),
        ("### `[value]`", ("value",)),
        ("### `[plan]`", ("plan",)),
        ("### `[[open]]`", ("open",)),
        ("### `[[edge_cases]]`", ("edge_cases",)),
        ("### `[[criteria]]`", ("criteria",)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_keys_of_a_section(heading: str, place: tuple[str, ...]) -> None:
    assert keys(heading) == fields(*place)


def test_keys_of_the_project_and_of_a_table() -> None:
    assert keys("### `[project]`") == set(load._PROJECT_KEYS)
    assert keys("### `[tables.ROLE]`") == fields("tables") - {"read"}
    assert keys("### `[tables.ROLE]`", 1) == fields("tables", "read")
    roles = part("### `[tables.ROLE]`").partition("One file")[0]
    assert named(roles) == set(load.ROLES)
    sections = {heading.strip("[]`# ").partition(".")[0] for heading in re.findall(r"^### `\[.*$", PAGE, re.MULTILINE)}
    assert sections == set(load._SECTIONS)
    metrics = next(row[1] for row in tables(part("### `[targets]`"))[0] if "`metric`" in row[0])
    assert set(re.findall(r"[a-z_0-9]+", metrics)) - {"or"} == set(METRICS)


def test_the_rows_that_never_enter_and_the_last_day() -> None:
    text = part("## The decision")
    assert all(entry.id in text for entry in rows().values() if entry.kind == "context")
    assert f"day {DECISION_DAY}" in text


def test_files_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = stand_in(monkeypatch)
    [outcome] = run_projects([project_folder(tmp_path)], out=tmp_path / "reports")
    assert outcome.run is not None
    found = {p.relative_to(outcome.run).as_posix() for p in outcome.run.rglob("*") if p.is_file()}
    text = part("## A published run")
    files = {name for row in tables(text)[0] for name in named(row[0])}
    assert files - {"checks.py"} == found
    assert {f"notebooks/{gate.notebook}" for gate in pages()} | {gate.document for gate in pages()} <= files
    assert plan.record.findings
    columns = named(re.search(r"Columns of `findings.csv`:(.*?)\n\n", text, re.DOTALL).group(1))  # type: ignore[union-attr]
    with (outcome.run / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        assert columns == set(next(csv.reader(file)))
    assert json.loads((outcome.run / "decision.json").read_text())["run"]["id"] == outcome.run.name


def test_fields_of_the_record() -> None:
    schema = json_schema()

    def of(*path: str) -> set[str]:
        """The fields of the model that stands at this place of the record."""
        model = schema
        for name in path:
            found = model["properties"][name]
            model = schema["$defs"][found.get("items", found)["$ref"].rpartition("/")[2]]
        return set(model["properties"])

    text = part("## The record")
    top, rows = tables(text)
    assert {name for row in top for name in named(row[0])} == of()
    told = {next(iter(named(row[0]))): named(row[1]) for row in top if row[0].strip() in {"`run`", "`decision`"}}
    assert told == {"run": of("run"), "decision": of("decision")}
    assert {name for row in rows for name in named(row[0])} == of("criteria")
    account, _, fates = text.partition("An account in `tables`:")[2].partition("Each line has one")
    assert named(account) == of("tables")
    assert named(fates) == of("tables", "fates")
