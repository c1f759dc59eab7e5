"""Labelling sheets: drawn by chance, blind to the model, never lost, and written down."""

import csv
import hashlib
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.errors import GatebookError, RunError
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.sampling import draw
from gatebook.sampling.draw import NotDrawn, allocate, draw_sheet
from gatebook.sampling.sheet import SheetFault, SheetNote

TOML = """
[project]
task = "{task}"
personal = ["email"]
ignore = ["internal"]
candidate = "v2"
[tables.sample]
path = "production.csv"
id = "ticket"
text = ["question"]
prediction = "answer_class"
[tables.labels]
path = "labels.csv"
id = "ticket_id"
{label}
annotator = "grader"
[tables.predictions]
path = "predictions.csv"
id = "ticket"
prediction = "predicted"
confidence = "sureness"
version = "model"
"""
HEADER = "ticket,question,channel,email,internal,answer_class,sureness,model_score,stratum\n"


@pytest.fixture
def root(tmp_path):
    """1,000 tickets, a twentieth of them by fax, with columns that would tell the answer."""
    rng = np.random.default_rng(3)
    lines = [
        f'T{n},"=what is {n}?",{"fax" if n % 20 == 0 else rng.choice(["mail", "chat"])},a{n}@example.org,i,A,0.{n},1,s'
        for n in range(1000)
    ]
    (tmp_path / "production.csv").write_text(HEADER + "\n".join(lines) + "\n")
    (tmp_path / "labels.csv").write_text("ticket_id,truth,grader\n")
    answers = [f"T{n},{version} says {n},0.5,{version}" for n in range(1000) for version in ("v1", "v2")]
    (tmp_path / "predictions.csv").write_text("ticket,predicted,sureness,model\n" + "\n".join(answers) + "\n")
    _task(tmp_path, "classification", 'label = "truth"')
    return tmp_path


def _task(root, task, label):
    (root / "gatebook.toml").write_text(TOML.format(task=task, label=label))


def _draw(root, **options):
    project = load_project(root)
    return draw_sheet(project, Ledger.of(project), **options)


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def noted(sheet):
    return {note.code: dict(note.values) for note in sheet.notes}


def refused(root, **options):
    with pytest.raises(GatebookError) as raised:
        _draw(root, **options)
    return raised.value.code


def test_a_sheet_is_blind_shuffled_and_ready_to_be_filled(root):
    sheet = _draw(root, n=100)
    rows = _rows(sheet.path)
    assert len(rows) == sheet.rows == 100
    assert list(rows[0]) == [
        "ticket_id",
        "question",
        "channel",
        "stratum (input)",
        "truth",
        "grader",
        "stratum",
        "inclusion_probability",
    ]
    ids = [r["ticket_id"] for r in rows]
    assert len(set(ids)) == 100
    assert ids != sorted(ids, key=lambda i: int(i[1:]))
    assert {(r["truth"], r["grader"], r["stratum"], r["inclusion_probability"]) for r in rows} == {
        ("", "", "all", "0.1")
    }
    for told in ("email", "internal", "answer_class", "sureness", "model_score"):
        assert noted(sheet)[SheetNote.COLUMNS_LEFT_OUT]["columns"].count(told) == 1


def test_text_that_a_spreadsheet_would_run_is_made_harmless(root):
    rows = _rows(_draw(root, n=20).path)
    assert all(r["question"].startswith("'=what") for r in rows)


def test_the_same_seed_draws_the_same_rows_and_another_seed_others(root, tmp_path_factory):
    first = _draw(root, n=50, seed=5).path
    content = first.read_bytes()
    first.unlink()
    again = _draw(root, n=50, seed=5).path
    assert again.read_bytes() == content
    again.unlink()
    assert _draw(root, n=50, seed=6).path.read_bytes() != content


def test_a_second_sheet_has_its_own_name_and_only_new_rows(root):
    one, two = _draw(root, n=300), _draw(root, n=300)
    assert (one.path.name, two.path.name) == ("labels-to-fill.csv", "labels-to-fill-2.csv")
    ids = [{r["ticket_id"] for r in _rows(sheet.path)} for sheet in (one, two)]
    assert not ids[0] & ids[1]
    assert {r["inclusion_probability"] for r in _rows(two.path)} == {"0.6"}
    last = _draw(root, n=500)
    assert last.rows == 400
    assert noted(last)[SheetNote.FEWER_LEFT] == {"n": 400}
    assert refused(root, n=1) is NotDrawn.NOTHING_LEFT


def test_an_earlier_sheet_that_is_gone_is_told(root):
    _draw(root, n=5).path.unlink()
    assert noted(_draw(root, n=5))[SheetNote.SHEET_GONE] == {"sheet": "labels-to-fill.csv"}


def test_strata_are_in_proportion_and_small_ones_are_seen(root):
    sheet = _draw(root, n=100, by="channel")
    rows = _rows(sheet.path)
    counts = Counter(r["stratum"] for r in rows)
    assert counts.total() == 100
    assert counts["fax"] >= 10
    assert all(r["stratum"] == r["channel"] for r in rows)
    # Horvitz-Thompson: the weights give the population back.
    assert sum(1 / float(r["inclusion_probability"]) for r in rows) == pytest.approx(1000)


def test_a_second_grader_gets_some_of_the_rows_in_a_sheet_of_their_own(root):
    sheet = _draw(root, n=100, double=40)
    first, second = _rows(sheet.path), _rows(sheet.second)
    assert len(second) == 40
    assert {r["ticket_id"] for r in second} < {r["ticket_id"] for r in first}
    assert sheet.second.name == "labels-to-fill-second-grader.csv"


def test_graders_of_outputs_see_the_candidate_s_output_and_no_score(root):
    _task(root, "generation", 'score = "grade"')
    rows = _rows(_draw(root, n=30).path)
    assert all(r["output"] == f"v2 says {r['ticket_id'][1:]}" for r in rows)
    assert {r["model"] for r in rows} == {"v2"}
    assert "grade" in rows[0]
    assert "sureness" not in rows[0]


def test_the_design_is_in_the_history(root):
    sheet = _draw(root, n=100, double=40, by="channel")
    [entry] = Ledger.of(load_project(root)).entries
    assert entry.kind == "sample"
    assert (entry.data["n"], entry.data["seed"], entry.data["double"]) == (100, sheet.seed, 40)
    assert entry.data["sha256"] == hashlib.sha256(sheet.path.read_bytes()).hexdigest()
    assert sum(s["population"] for s in entry.data["strata"]) == 1000


def test_where_the_history_cannot_be_written_no_sheet_is_left(root, monkeypatch):
    def refuse(*_args):
        raise RunError("full")

    monkeypatch.setattr(Ledger, "append", refuse)
    with pytest.raises(RunError):
        _draw(root, n=10, double=5)
    assert not list(root.glob("labels-to-fill*"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"n": 0}, NotDrawn.TOO_FEW),
        ({"n": 5, "double": 6}, NotDrawn.TOO_FEW),
        ({"n": 5, "by": "chanel"}, NotDrawn.NO_COLUMN),
        ({"n": 5, "by": "question"}, NotDrawn.MANY_VALUES),
        ({"n": 5, "by": "channel", "thin": True}, NotDrawn.THIN_BY),
    ],
)
def test_a_draw_that_makes_no_sense_is_refused(root, options, told):
    assert refused(root, **options) is told


def test_without_an_id_no_label_could_find_its_row(root):
    text = (root / "gatebook.toml").read_text().replace('id = "ticket"\ntext', "text")
    (root / "gatebook.toml").write_text(text)
    assert refused(root, n=5) is NotDrawn.NO_ID


def test_an_id_that_a_spreadsheet_would_run_is_refused_and_a_harmless_one_kept(root):
    (root / "production.csv").write_text(HEADER + "-abc_1,q,mail,e,i,A,0,1,s\n@user,q,mail,e,i,A,0,1,s\n")
    assert {r["ticket_id"] for r in _rows(_draw(root, n=2).path)} == {"-abc_1", "@user"}
    (root / "labels-to-fill.csv").unlink()
    (root / "production.csv").write_text(HEADER + "=cmd|' /C calc'!A0,q,mail,e,i,A,0,1,s\n")
    assert refused(root, n=1) is SheetFault.FORMULA


def test_rows_without_an_id_and_repeated_ones_are_counted(root):
    lines = (root / "production.csv").read_text().splitlines()
    lines += [",q,mail,e,i,A,0,1,s", lines[1]]
    (root / "production.csv").write_text("\n".join(lines) + "\n")
    sheet = _draw(root, n=10)
    assert sheet.strata[0].population == 1000
    assert noted(sheet)[SheetNote.NO_ID] == noted(sheet)[SheetNote.REPEATED_ID] == {"n": 1}


@given(st.lists(st.integers(1, 500), min_size=1, max_size=12), st.integers(1, 3000))
def test_allocation_spends_every_row_and_never_more_than_a_stratum_has(sizes, n):
    named = {f"s{i:02}": size for i, size in enumerate(sizes)}
    counts = allocate(named, n)
    assert sum(counts.values()) == min(n, sum(sizes))
    assert all(0 <= counts[name] <= named[name] for name in named)
    floor = min(10, min(n, sum(sizes)) // (2 * len(sizes)))
    assert all(counts[name] >= min(floor, named[name]) for name in named)


def test_every_row_is_equally_likely():
    ids = [f"T{n}" for n in range(1000)]
    units = draw._Units(pd.DataFrame({"id": ids}), ids, np.zeros(1000, dtype=bool))
    counts = np.zeros(10)
    for seed in range(200):
        plan = draw._plan(units, 100, None)
        _, chosen = draw._draw(plan, units.known, np.random.default_rng(seed))
        counts += np.bincount(chosen.index.to_numpy() // 100, minlength=10)
    # 20,000 draws over ten blocks: chi-squared with 9 degrees of freedom, 1 in 10,000.
    assert ((counts - 2000) ** 2 / 2000).sum() < 33.7
