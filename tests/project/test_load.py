"""What a mistake in the project file is answered with."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from gatebook.errors import ProjectFileError
from gatebook.project.load import load_project, parse_project

HEAD = '[project]\nname = "x"\ntask = "classification"\n[tables.sample]\npath = "s.csv"\n'


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
    text = HEAD + line
    with pytest.raises(ProjectFileError, match=f"line 6.*did you mean '{near}'"):
        parse_project(tomllib.loads(text), root=Path(), text=text)


def test_a_key_like_no_other_lists_the_known_ones() -> None:
    text = HEAD.replace("[tables", "zzzzzz = 1\n[tables")
    with pytest.raises(ProjectFileError, match="known keys are name, task"):
        parse_project(tomllib.loads(text), root=Path(), text=text)


def test_a_mark_at_the_beginning_and_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    (tmp_path / "gatebook.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert load_project(tmp_path).name == "x"
    (tmp_path / "gatebook.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.encode() + b"lable = 1\n")
    with pytest.raises(ProjectFileError, match=r"line 6.*did you mean 'label'"):
        load_project(tmp_path)


def test_a_column_is_not_declared_personal_and_public_at_once() -> None:
    text = HEAD.replace("[tables", 'personal = ["mail", "agent"]\npublic = "agent"\n[tables')
    with pytest.raises(ProjectFileError, match="personal and public both name 'agent'"):
        parse_project(tomllib.loads(text), root=Path(), text=text)
