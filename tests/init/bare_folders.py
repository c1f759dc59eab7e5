"""Bare folders for init: a sample, labels and outputs that a test changes in one respect."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from gatebook.init import InitReport, init_project
from gatebook.project import Project, load_project
from gatebook.words import Code

DAY = dt.date(2026, 10, 5)
INTENTS = ("refund", "card_lost", "balance", "transfer")
WORDS = ("please", "my", "card", "money", "where", "is", "late", "again")


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def started(folder: Path) -> tuple[InitReport, Project]:
    """Begin a project in a folder and load what was written."""
    report = init_project(folder, as_of=DAY)
    return report, load_project(folder)


def sentence(rng: random.Random) -> str:
    """Return nine words."""
    return " ".join(rng.choice(WORDS) for _ in range(9))


def guess(report: InitReport, key: str) -> Any:
    """Return the guess of one key, None where there is none."""
    return next((g for g in report.guesses if g.key == key), None)


def told(report: InitReport, code: Code, *names: object) -> bool:
    """Return whether this code is among what is told, of these names."""
    for one in (*report.unsure, *report.left_out):
        if one.code is code and all(any(str(n) in str(v) for v in one.values.values()) for n in names):
            return True
    return False


def classified(
    folder: Path, columns: Sequence[str], cells: Callable[[int, random.Random], Sequence[Any]], n: int = 120
) -> tuple[InitReport, Project]:
    """Begin a project whose predictions have these further columns; production.csv and labels.csv are plain."""
    rng = random.Random(n)
    ids = [f"t{k:04}" for k in range(n)]
    truth = {i: rng.choice(INTENTS) for i in ids}
    write(
        folder / "production.csv",
        ["id", "channel", "text"],
        [(i, ["mail", "chat", "web"][k % 3], sentence(rng)) for k, i in enumerate(ids)],
    )
    write(folder / "labels.csv", ["id", "label"], truth.items())
    rows = [(i, truth[i] if rng.random() < 0.8 else "refund", *cells(k, rng)) for k, i in enumerate(ids)]
    write(folder / "predictions.csv", ["id", "prediction", *columns], rows)
    return started(folder)
