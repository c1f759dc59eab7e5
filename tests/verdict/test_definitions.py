"""What defines an outcome is a goalpost: told with its effect, the stricter reading in force, and no key forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.cases.bind import bind
from gatebook.history.ledger import Ledger
from gatebook.init.start import toml
from gatebook.people import Signature, correct
from gatebook.project import Project, TableSpec, load_project
from gatebook.project.tables import open_tables
from gatebook.reading.account import ReadOptions
from gatebook.record import Record
from gatebook.verdict.definitions import COLUMNS, DEFINING, NO_OUTCOME
from small_projects import DAY, attest, write

ROWS = 300
MERIT = ("fail", "not-enough-evidence", "pass")
BY = Signature("S. Signer", "head of service", "a slip", DAY, author="R. Owner")


def tables(kind: str, share: float) -> dict[str, pd.DataFrame]:
    """A project at the bar or above it; every id is a number, so that a table can be read in many ways."""
    random = np.random.default_rng(3)
    ids = [f"r{i}" for i in range(ROWS)]
    right = random.random(ROWS) < share
    yes = random.random(ROWS) < 0.5
    sure = np.round(np.where(yes, random.uniform(0.5, 1, ROWS), random.uniform(0, 0.4999, ROWS)), 3)
    answers = {"id": ids, "p": sure, "spare": 1 - sure, "ms": np.round(random.lognormal(5, 0.4, ROWS), 1)}
    truth: Any = np.where(yes == right, "yes", "no")
    if kind == "words":
        names = np.array(["red", "green", "blue", "Green"])
        said = names[random.integers(0, 3, ROWS)]
        truth = np.where(right, said, names[random.integers(0, 3, ROWS)])
        answers["p"] = said
    elif kind == "grades":
        truth = random.binomial(4, share, ROWS) + 1.5
    answers |= {"trial": 1 + np.arange(ROWS) % 2, "wrong": np.where(random.random(ROWS) < 0.1, "E1", "")}
    labels = {"id": ids, "label": truth, "w": np.where(right, 3.0, 1.0), "who": np.where(yes, "a", "b")}
    return {
        "sample": pd.DataFrame({"id": ids, "size": random.integers(1, 99, ROWS), "when": "2026-10-01"}),
        "labels": pd.DataFrame(labels),
        "predictions": pd.DataFrame(answers | {"at": "2026-10-02", "note": "x"}),
    }


KEYS = {
    "chances": {"labels": {"label": "label"}, "predictions": {"probability": "p", "latency_ms": "ms"}},
    "words": {"labels": {"label": "label"}, "predictions": {"prediction": "p", "latency_ms": "ms"}},
    "grades": {"labels": {"score": "label", "scale": (1, 6)}, "predictions": {"prediction": "p", "latency_ms": "ms"}},
}
TARGETS = {
    "chances": '[targets]\nmetric = "accuracy"\nvalue = 1.0\npositive = "yes"\nlatency_ms = 200\n',
    "words": '[targets]\nmetric = "accuracy"\nvalue = 1.0\nlatency_ms = 200\n',
    "grades": '[targets]\nmetric = "mean_score"\nvalue = 5.0\nlatency_ms = 200\n',
}


def project(folder: Path, kind: str, share: float = 0.8, targets: str = "", **other: dict[str, Any]) -> Project:
    """Write the project; `other` are keys of a table's section that read otherwise, None where one is gone."""
    lines = {}
    for role in ("sample", "labels", "predictions"):
        keys = {"id": "id"} | KEYS[kind].get(role, {}) | other.get(role, {})
        lines[role] = "".join(f"{key} = {toml(value)}\n" for key, value in keys.items() if value is not None)
    task = "generation" if kind == "grades" else "classification"
    return write(folder, lines, tables(kind, share), targets or TARGETS[kind], task=task)


CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "scale": ("grades", {"labels": {"scale": (-10, 6)}}),
    "same in the labels": ("words", {"labels": {"same": {"red": "blue"}}}),
    "same in the answers": ("words", {"predictions": {"same": {"red": "blue"}}}),
    "exact": ("words", {"labels": {"exact": True}}),
    "threshold": ("chances", {"predictions": {"threshold": 0.6}}),
    "positive": ("chances", {"targets": TARGETS["chances"].replace('"yes"', '"no"')}),
    "timeout": ("words", {"predictions": {"timeout_ms": 150}}),
    "weight": ("words", {"labels": {"weight": "w"}}),
    "measured": ("words", {"labels": {"measured": True}}),
    "decimal": ("grades", {"labels": {"decimal": ","}}),
    "unit": ("words", {"predictions": {"latency_ms": None, "latency_s": "ms"}}),
}


@pytest.fixture
def changed(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[str, Record, Record, Project]:
    """The record before and after a change, in a project at the bar."""
    name, share = request.param
    kind, more = CHANGES[name]
    attest(project(tmp_path, kind, share))
    before = assess(load_project(tmp_path), DAY)
    now = project(tmp_path, kind, share, **more)
    return name, before, assess(now, DAY), now


@pytest.mark.parametrize("changed", [(name, 0.8) for name in CHANGES], indirect=True)
def test_another_reading_is_told_and_no_row_reads_better_for_it(changed: tuple[str, Record, Record, Project]) -> None:
    name, before, after, _ = changed
    assert after.goalposts, name
    for row in after.criteria:
        was = before.row(row.id).status
        if row.kind == "criterion" and row.status in MERIT and was in MERIT:
            assert MERIT.index(row.status) <= MERIT.index(was), (name, row.id)


@pytest.mark.parametrize("changed", [("same in the labels", 0.75), ("scale", 0.65)], indirect=True)
def test_the_effect_is_told_and_a_signature_leaves_conditional_go_at_best(
    changed: tuple[str, Record, Record, Project],
) -> None:
    name, before, after, now = changed
    assert before.row("G1").status != "pass"
    assert after.row("G1").status == before.row("G1").status
    assert any(told.startswith("Right often enough: ") for told in after.goalposts)
    correct(now, Ledger.of(now), "labels.scale" if "scale" in name else "labels.same", BY)
    signed = assess(now, DAY)
    assert signed.row("G1").estimate == pytest.approx(after.row("G1").estimate, abs=0.5)
    assert not any("stricter reading" in told for told in signed.goalposts)
    assert any("S. Signer, head of service, signed for it" in told for told in signed.goalposts)
    assert signed.decision.recommendation != "GO"


def test_a_reading_that_was_put_back_is_no_change(tmp_path: Path) -> None:
    kind, more = CHANGES["same in the labels"]
    attest(project(tmp_path, kind))
    before = assess(load_project(tmp_path), DAY)
    project(tmp_path, kind, **more)
    assess(load_project(tmp_path), DAY)
    project(tmp_path, kind)
    after = assess(load_project(tmp_path), DAY)
    assert after.row("G1").status == before.row("G1").status
    assert after.row("G1").estimate == before.row("G1").estimate


# No key is forgotten


def outcomes(read: Project, kind: str) -> str:
    """What the cells of a project come to, as text."""
    opened = open_tables(read)
    found = bind(read, dict(opened))
    for table in opened.values():
        table.close()
    if found is None or len(opened) < 3:
        return "none"
    names = ["key", "truth", "prediction", "score", "failed", "latency_ms", "weight", "inclusion", "stratum"]
    frame = found.frame.reindex(columns=names)
    scale = read.tables["labels"].scale if kind == "grades" else None
    return frame.to_csv() + str((scale, found.truth.measured, found.truth.graded))


MUTATIONS: dict[str, tuple[Any, ...]] = {
    "time": ("at", "when", "id"),
    "cluster": ("size", "id"),
    "segments": (("size",), ("id",)),
    "text": (("size",), ("id",)),
    "required": (("size",), ("label",), ("p",)),
    "confidence": ("p", "spare"),
    "judge": ("p", "spare", "w"),
    "cost": ("ms",),
    "reason": ("who", "note"),
    "max_bytes": (10**9,),
    "max_rows": (10**6,),
    "max_cell_bytes": (10**6,),
    "max_seconds": (60.0,),
}
ELSEWHERE = {"path", "read", "sheet", "table"}  # other cells than before, which the looks tell


def test_every_key_of_a_table_defines_outcomes_or_is_shown_not_to() -> None:
    known = {*TableSpec.model_fields, *ReadOptions.model_fields}
    assert known == DEFINING | COLUMNS | NO_OUTCOME
    assert ELSEWHERE | set(MUTATIONS) == NO_OUTCOME, "a key without outcomes needs a mutation that shows it"
    assert {"scale", "same", "exact", "threshold", "timeout_ms", "weight", "stratum", "measured"} <= DEFINING


@pytest.mark.parametrize("key", MUTATIONS)
@pytest.mark.parametrize("kind", KEYS)
def test_a_key_that_is_no_goalpost_changes_no_outcome(tmp_path: Path, kind: str, key: str) -> None:
    plain = project(tmp_path, kind)
    expected = outcomes(plain, kind)
    for role, spec in plain.tables.items():
        columns = set(open_tables(plain)[role].columns)
        for value in MUTATIONS[key]:
            named = {value} if isinstance(value, str) else set(value) if isinstance(value, tuple) else set()
            if not named <= columns:
                continue
            if key in ReadOptions.model_fields:
                other = spec.model_copy(update={"read": spec.read.model_copy(update={key: value})})
            else:
                other = spec.model_copy(update={key: value})
            assert outcomes(plain.model_copy(update={"tables": {**plain.tables, role: other}}), kind) == expected, value


TOP: dict[str, tuple[Any, ...]] = {
    "name": ("y",),
    "owner": ("A",),
    "start": (dt.date(2026, 1, 1),),
    "deadline": (dt.date(2027, 1, 1),),
    "data_requested": (dt.date(2026, 1, 1),),
    "data_received": (dt.date(2026, 1, 1),),
    "personal": (("size",), ("label",)),
    "public": (("size",),),
    "ignore": (("size",), ("when", "note")),
    "incumbent": ("v0",),
    "history": ("other.jsonl",),
}
JUDGED_AS_TARGETS = {"targets", "open", "value", "plan", "edge_cases", "criteria"}
GOALPOSTS = {"task", "tables", "candidate"}  # definitions; another candidate is another version, with its own looks


@pytest.mark.parametrize("kind", KEYS)
def test_no_other_key_of_the_project_changes_an_outcome(tmp_path: Path, kind: str) -> None:
    assert set(Project.model_fields) == {"root", "slug", *TOP} | JUDGED_AS_TARGETS | GOALPOSTS
    plain = project(tmp_path, kind)
    expected = outcomes(plain, kind)
    for key, values in TOP.items():
        for value in values:
            assert outcomes(plain.model_copy(update={key: value}), kind) == expected, key
    for key in type(plain.targets).model_fields:
        value = {"metric": "f1", "value": 0.1, "more": (), "final_label_set": True}.get(key, 7.0)
        other = plain.targets.model_copy(update={key: value})
        changed = outcomes(plain.model_copy(update={"targets": other}), kind) != expected
        assert changed == (key == "positive" and kind == "chances"), key


def test_a_change_back_and_forth_is_judged_by_the_first_reading(tmp_path: Path) -> None:
    """Twenty thresholds in turn: the last one is judged no better than the first look was."""
    attest(project(tmp_path, "chances", 0.78))
    first = assess(load_project(tmp_path), DAY).row("G1")
    change: Callable[[float], Project] = lambda at: project(  # noqa: E731
        tmp_path, "chances", 0.78, predictions={"threshold": at}
    )
    for at in (0.45, 0.55, 0.6):
        last = assess(change(at), DAY).row("G1")
        assert MERIT.index(str(last.status)) <= MERIT.index(str(first.status))
