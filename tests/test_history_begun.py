"""A history that begins after labels were there knows no earlier looks, however it was begun again."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gatebook.assessment import assess
from gatebook.cli.commands import main
from gatebook.errors import UsageError
from gatebook.gates.week04.pages import go_no_go
from gatebook.history.ledger import Ledger
from gatebook.init import init_project
from gatebook.people import Signature, attest
from gatebook.project import load_project
from gatebook.sampling import draw_sheet
from gatebook.verdict.past import Past, read_past
from projects import AS_OF, Kind, make_project

BY = Signature("R. Owner", "head of service", "seen", AS_OF)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_project(tmp_path / "p", Kind(rows=300, labels=60, history=False))


def past_of(folder: Path) -> Past:
    ledger = Ledger.of(load_project(folder))
    return read_past(ledger.read(), ledger.breaches())


def _vouch(folder: Path) -> None:
    project = load_project(folder)
    attest(project, Ledger.of(project), "D1", BY)


def _draw(folder: Path) -> None:
    project = load_project(folder)
    draw_sheet(project, Ledger.of(project), n=20)


WAYS: dict[str, Callable[[Path], object]] = {"init": init_project, "attest": _vouch, "sample": _draw}


@pytest.mark.parametrize("order", [*itertools.permutations(WAYS, 1), *itertools.permutations(WAYS, 2)])
def test_looks_are_known_only_where_the_history_began_before_any_label(folder: Path, order: tuple[str, ...]) -> None:
    kept = (folder / "labels.csv").read_text()
    for labels in (kept, kept.splitlines()[0] + "\n"):
        shutil.rmtree(folder / ".gatebook", ignore_errors=True)
        (folder / "labels.csv").write_text(labels)
        for way in order:
            WAYS[way](folder)
        assert past_of(folder).looks_known == (labels != kept and order != ("attest",))


@pytest.mark.parametrize("again", [*WAYS, "copied, then init"])
def test_a_history_that_was_deleted_does_not_come_back_with_its_alpha(folder: Path, again: str) -> None:
    init_project(folder)
    _vouch(folder)
    assess(load_project(folder), AS_OF)
    if again in WAYS:
        shutil.rmtree(folder / ".gatebook")
        WAYS[again](folder)
    else:
        folder = Path(shutil.copytree(folder, folder.parent / "q", ignore=shutil.ignore_patterns(".gatebook")))
        init_project(folder)
    record = assess(load_project(folder), AS_OF)
    assert not past_of(folder).looks_known
    assert "stricter rule" in go_no_go(record).text()


def test_a_person_may_state_that_nobody_looked_and_stands_on_page_one(folder: Path) -> None:
    with pytest.raises(UsageError, match="give a name"):
        init_project(folder, unscored=" ... ")
    init_project(folder, unscored="A. Scorer")
    assert past_of(folder).looks_known
    told = go_no_go(assess(load_project(folder), AS_OF)).text()
    assert "A. Scorer states that nobody had scored this model" in told


@pytest.mark.parametrize("seen", ["history", "run", "head"])
def test_nobody_can_state_so_where_an_earlier_history_can_be_seen(folder: Path, seen: str) -> None:
    init_project(folder)
    home = folder / ".gatebook"
    if seen == "head":
        (home / "history.jsonl").unlink()
    elif seen == "run":
        shutil.rmtree(home)
        (folder.parent / "reports" / "p" / "1").mkdir(parents=True)
        (folder.parent / "reports" / "p" / "1" / "manifest.json").write_text("{}")
    with pytest.raises(UsageError, match="an earlier history"):
        init_project(folder, unscored="A. Scorer")


@pytest.mark.parametrize(
    "words",
    [
        *(
            (command, what, "--person", "A", "--role", "b", "--reason", "c", "--author", "D")[: 10 if more else 8]
            for command, what, more in (
                ("waive", "2.3", True),
                ("correct", "labels.label", True),
                ("sign", "GO", False),
            )
        ),
        ("attest", "D1", "--person", "A", "--role", "b", "--reason", "c"),
        ("init",),
        ("sample", "-n", "5"),
    ],
)
def test_every_command_that_writes_tells_of_a_cut_history(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    init_project(folder)
    _vouch(folder)
    assess(load_project(folder), AS_OF)
    history = folder / ".gatebook" / "history.jsonl"
    history.write_bytes(b"".join(history.read_bytes().splitlines(keepends=True)[:1]))
    main([words[0], str(folder), *words[1:]])
    assert "The history of looks was cut: it holds 1 entries" in capsys.readouterr().err
