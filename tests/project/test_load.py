"""What a mistake in the project file is answered with."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gatebook.errors import ProjectFileError
from gatebook.project.load import Mistake, load_project, parse_project, unsure_keys
from gatebook.project.model import ProjectProblem

HEAD = '[project]\nname = "x"\ntask = "classification"\n[tables.sample]\npath = "s.csv"\n'


def mistakes(text: str) -> list[Mistake]:
    with pytest.raises(ProjectFileError) as raised:
        parse_project(tomllib.loads(text), root=Path(), text=text)
    return list(raised.value.mistakes)


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ('lable = "x"', "label"),
        ('tabel = "x"', "table"),
        ('pridiction = "x"', "prediction"),
        ('scroe = "x"', "score"),
        ('tmie = "x"', "time"),
    ],
)
def test_an_unknown_key_names_the_nearest(line: str, near: str) -> None:
    [found] = mistakes(HEAD + line)
    assert (found.told.code, found.told.values["near"], found.line) == (ProjectProblem.NEARLY_KEY, near, 6)
    assert f"did you mean '{near}'?" in str(found)


def test_a_key_like_no_other_lists_the_known_ones() -> None:
    [found] = mistakes(HEAD.replace("[tables", "zzzzzz = 1\n[tables"))
    assert found.told.code is ProjectProblem.UNKNOWN_KEY
    assert str(found.told.values["known"]).startswith("name, task")


def test_every_mistake_is_told_at_once() -> None:
    text = HEAD + (
        'delimiter = 3\ntime = 4\n[targets]\nmore = 1\n[tables.lables]\npath = "l.csv"\n[[open]]\nid = 3\ndue = '
        "2026-01-01\n"
    )
    found = [(m.told.code, m.told.values.get("key"), m.line) for m in mistakes(text)]
    assert found == [
        (ProjectProblem.UNFIT, "time", 7),
        (ProjectProblem.UNFIT, "delimiter", 6),
        (ProjectProblem.NEARLY_TABLE, None, 10),
        (ProjectProblem.UNFIT, "more", 9),
        (ProjectProblem.UNFIT, "id", 13),
        (ProjectProblem.MISSING, "owner", None),
    ]


def test_a_mark_at_the_beginning_and_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    (tmp_path / "gatebook.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert load_project(tmp_path).name == "x"
    (tmp_path / "gatebook.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.encode() + b"lable = 1\n")
    with pytest.raises(ProjectFileError, match=r"line 6.*did you mean 'label'"):
        load_project(tmp_path)


def test_a_column_is_not_declared_personal_and_public_at_once() -> None:
    [found] = mistakes(HEAD.replace("[tables", 'personal = ["mail", "agent"]\npublic = "agent"\n[tables'))
    assert "personal and public both name 'agent'" in str(found)


def test_marks_of_guesses_are_read_with_their_section() -> None:
    text = '[tables.labels]\nid = "a#b"  # the id\nlabel = "x"  # ? named so\n[[open]]\nowner = "..."  # ?\n'
    assert unsure_keys(text) == {"tables.labels.label", "open.owner"}
