"""[[criteria]] with a column and a limit: judged as quality is, told as the other rows are, and never loosened."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.cli.check import check_project
from gatebook.criteria import catalogue_for, moved_criteria
from gatebook.criteria.own import MovedCriterion, NoCriterion
from gatebook.errors import ProjectFileError
from gatebook.exports import junit_xml, summary_markdown
from gatebook.gates.own.values import Unjudgeable, unjudgeable
from gatebook.history.ledger import Ledger
from gatebook.people import Signature, correct
from gatebook.project import Project, load_project
from gatebook.project.load import parse_project
from gatebook.record import Record, Row
from gatebook.stats.sequential import spending
from gatebook.verdict.targets import declared
from projects import AS_OF, Kind, make_project
from small_projects import opened, rows_of, write

DAY = dt.date(2026, 10, 12)
HEADS = {
    "sample": 'id = "id"\ntime = "at"',
    "labels": 'id = "id"\nlabel = "truth"\nmeasured = true',
    "predictions": 'id = "id"\nprediction = "said"',
}


def criterion(row: str = "tox", **keys: Any) -> str:
    keys = {"title": "Toxic answers are rare", "table": "labels", "column": "toxic"} | keys
    lines = [f"{key} = {value!r}" for key, value in keys.items() if value is not None]
    return "[[criteria]]\n" + "\n".join([f'id = "{row}"', *lines]).replace("'", '"') + "\n"


def small(
    folder: Path, toxic: Any, asked: str = "", *, table: str = "labels", rows: int = 600, labels: int = 300, **more: Any
) -> Project:
    """A project with a column `toxic` in one table; `more` are other columns of that table and lines of sections."""
    random = np.random.default_rng(7)
    ids = np.array([f"r{n:04d}" for n in range(rows)])
    when = pd.Timestamp("2026-08-03") + pd.to_timedelta(np.arange(rows), unit="h")
    truth = random.choice(["a", "b"], rows)
    drawn = np.sort(random.choice(rows, labels, replace=False))
    tables = {
        "sample": pd.DataFrame({"id": ids, "at": when, "size": random.lognormal(3, 1, rows).round(2)}),
        "labels": pd.DataFrame({"id": ids[drawn], "truth": truth[drawn]}),
        "predictions": pd.DataFrame({"id": ids, "said": truth}),
    }
    heads = HEADS | more.pop("heads", {})
    tables[table] = tables[table].assign(toxic=toxic, **more)
    return write(folder, heads, tables, asked or criterion(at_most=0.05))


def judged(project: Project) -> Row:
    return rows_of(project)["tox"]


def share(bad: int, of: int = 300, words: tuple[str, str] = ("yes", "no")) -> list[str]:
    values = np.array([words[1]] * of, dtype=object)
    values[np.random.default_rng(3).choice(of, bad, replace=False)] = words[0]
    return list(values)


@pytest.mark.parametrize(
    ("bad", "limit", "status"),
    [
        (0, {"at_most": 0.05}, "pass"),
        (9, {"at_most": 0.05}, "not-enough-evidence"),
        (40, {"at_most": 0.05}, "fail"),
        (290, {"at_least": 0.9}, "pass"),
        (279, {"at_least": 0.9}, "not-enough-evidence"),
        (200, {"at_least": 0.9}, "fail"),
    ],
)
def test_a_share_is_judged_by_its_exact_interval(
    tmp_path: Path, bad: int, limit: dict[str, float], status: str
) -> None:
    row = judged(small(tmp_path, share(bad), criterion(**limit)))
    assert (row.status, row.estimate, row.n, row.bar) == (status, bad / 300, 300, next(iter(limit.values())))
    assert row.higher_is_better == ("at_least" in limit)
    assert (
        row.method
        == rows_of(small(tmp_path / "g", share(0), '[targets]\nmetric = "accuracy"\nvalue = 0.9\n'))["G1"].method
    )
    assert "toxic" in row.reason
    if status == "not-enough-evidence":
        assert row.labels_needed


@pytest.mark.parametrize("words", [("1", "0"), ("Ja", "Nein"), ("T", "F")])
def test_yes_is_yes_in_any_spelling(tmp_path: Path, words: tuple[str, str]) -> None:
    assert judged(small(tmp_path, share(40, words=words))).estimate == 40 / 300


def test_numbers_are_held_by_their_mean(tmp_path: Path) -> None:
    values = np.random.default_rng(1).lognormal(1, 0.4, 300).round(2)
    row = judged(small(tmp_path, values, criterion(at_most=4)))
    assert row.status == "pass"
    assert row.estimate == pytest.approx(values.mean())
    assert row.metric == "mean_at_most"
    assert judged(small(tmp_path / "b", values, criterion(at_least=4))).status == "fail"


@pytest.mark.parametrize("table", ["sample", "labels", "predictions"])
def test_every_table_of_the_cases_can_hold_the_column(tmp_path: Path, table: str) -> None:
    rows = 300 if table == "labels" else 600
    row = judged(small(tmp_path, share(2, rows), criterion(table=table, at_most=0.05), table=table))
    assert (row.status, row.n) == ("pass", rows)


@pytest.mark.parametrize("table", ["labels", "predictions"])
@pytest.mark.parametrize(("bad", "blank"), [(0, 30), (60, 5)])
def test_what_is_blank_is_bad_for_a_pass_and_good_for_a_fail(tmp_path: Path, table: str, bad: int, blank: int) -> None:
    """Whatever the blank cells hold, the verdict would stand."""
    rows = 300 if table == "labels" else 600
    asked = criterion(table=table, at_most=0.05)
    values = share(bad, rows)
    free = [n for n, value in enumerate(values) if value == "no"][:blank]

    def with_(word: str) -> list[str]:
        return [word if n in free else value for n, value in enumerate(values)]

    found = [judged(small(tmp_path / w, with_(w or " "), asked, table=table)) for w in ("yes", "no", "")]
    worst, best, row = found
    if row.status == "pass":
        assert worst.status == "pass"
    if row.status == "fail":
        assert best.status == "fail"
    assert row.upper is not None and worst.upper is not None and row.upper >= worst.upper - 0.02  # noqa: PT018
    assert "missing_outcomes" in row.flag_codes


def test_a_row_without_a_prediction_is_missing(tmp_path: Path) -> None:
    project = small(tmp_path, share(0, 600), criterion(table="predictions", at_most=0.05), table="predictions")
    file = project.root / "predictions.csv"
    pd.read_csv(file).iloc[:500].to_csv(file, index=False)
    assert judged(project).status == "not-enough-evidence"


def test_graders_vote_and_a_tie_is_missing(tmp_path: Path) -> None:
    project = small(tmp_path, share(0), heads={"labels": HEADS["labels"] + '\nannotator = "who"'}, who="a")
    file = project.root / "labels.csv"
    first = pd.read_csv(file)
    other = [first.iloc[:n].assign(who=who, toxic="yes") for who, n in (("b", 40), ("c", 20))]
    pd.concat([first, *other]).to_csv(file, index=False)
    row = judged(project)
    assert (row.n, row.estimate) == (280, 20 / 280)
    assert "missing_outcomes" in row.flag_codes


def test_each_trial_of_a_request_is_an_outcome(tmp_path: Path) -> None:
    heads = {"predictions": HEADS["predictions"] + '\ntrial = "run"'}
    asked = criterion(table="predictions", at_most=0.05)
    project = small(tmp_path, share(0, 600), asked, table="predictions", heads=heads, run=1)
    file = project.root / "predictions.csv"
    first = pd.read_csv(file)
    pd.concat([first, first.assign(run=2, toxic="yes")]).to_csv(file, index=False)
    row = judged(project)
    assert (row.status, row.estimate, row.n) == ("fail", 0.5, 1200)
    assert row.n_effective is not None
    assert row.n_effective <= 600.001  # two trials of one request are no two rows


def test_only_the_candidate_counts(tmp_path: Path) -> None:
    heads = {"predictions": HEADS["predictions"] + '\nversion = "v"'}
    asked = criterion(table="predictions", at_most=0.05)
    project = small(tmp_path, share(0, 600), asked, table="predictions", heads=heads, v="one")
    file = project.root / "predictions.csv"
    first = pd.read_csv(file)
    pd.concat([first, first.assign(v="two", toxic="yes")]).to_csv(file, index=False)
    found = {v: judged(project.model_copy(update={"candidate": v})) for v in ("one", "two")}
    assert (found["one"].estimate, found["two"].estimate) == (0.0, 1.0)
    assert found["one"].level == pytest.approx(1 - spending(1 / 3, 0.05) / 2, abs=1e-4)  # both share one alpha


def test_clusters_and_weights_count(tmp_path: Path) -> None:
    groups = np.arange(600) // 20
    bad = np.where(np.isin(groups, (1, 2)), "yes", "no")
    heads = {"sample": HEADS["sample"] + '\ncluster = "customer"'}
    asked = criterion(table="sample", at_most=0.1)
    row = judged(small(tmp_path / "c", bad, asked, table="sample", heads=heads, customer=groups))
    assert row.status == "not-enough-evidence"
    assert row.n_effective is not None
    assert row.n_effective < 60
    heads = {"labels": HEADS["labels"] + '\nweight = "w"'}
    toxic = share(30)
    weights = np.where(np.array(toxic) == "yes", 3.0, 1.0)
    row = judged(small(tmp_path / "w", toxic, criterion(at_most=0.5), heads=heads, w=weights))
    assert row.estimate == pytest.approx(90 / 360)


def test_a_draw_that_can_be_told_from_the_rest_is_refused(tmp_path: Path) -> None:
    toxic = np.array(share(0, 600), dtype=object)
    project = small(tmp_path, toxic, criterion(table="sample", at_most=0.05), table="sample")
    file = project.root / "sample.csv"
    sample = pd.read_csv(file)
    sample.loc[sample["size"] >= 20, "toxic"] = ""  # nobody graded the large ones
    sample.to_csv(file, index=False)
    labels = project.root / "labels.csv"
    small_ones = sample[sample["size"] < 20]["id"]
    frame = pd.read_csv(labels)
    frame[frame["id"].isin(small_ones)].to_csv(labels, index=False)
    row = judged(project)
    assert (row.status, row.code) == ("not-enough-evidence", "biased")


WRONG = {
    NoCriterion.NO_DIRECTION: {},
    NoCriterion.TWO_DIRECTIONS: {"at_most": 0.1, "at_least": 0.05},
    NoCriterion.NO_COLUMN: {"column": None, "at_most": 0.1},
    NoCriterion.NO_TABLE: {"table": None, "at_most": 0.1},
    NoCriterion.NO_TITLE: {"title": None, "at_most": 0.1},
    NoCriterion.TWO_WAYS: {"attest": "seen", "at_most": 0.1},
    NoCriterion.LIMIT_ELSEWHERE: {"threshold": 0.1, "at_most": 0.1},
    NoCriterion.COLUMN: {"row": "1.1", "at_most": 0.1},
    NoCriterion.SEVERAL_WORDS: {"row": "toxic answers", "at_most": 0.1},
}


@pytest.mark.parametrize("code", WRONG, ids=str)
def test_a_criterion_that_says_too_little_or_too_much_is_an_error(code: NoCriterion) -> None:
    with pytest.raises(ProjectFileError) as error:
        catalogue_for(parsed(criterion(**WRONG[code])))
    assert error.value.code is code
    assert "gatebook.toml: [[criteria]]" in str(error.value)


REFUSED: dict[Unjudgeable, tuple[dict[str, Any], Any]] = {
    Unjudgeable.NO_COLUMN: ({"column": "gone", "at_most": 0.1}, share(0)),
    Unjudgeable.EMPTY: ({"at_most": 0.1}, [""] * 300),
    Unjudgeable.NEITHER: ({"at_most": 0.1}, [f"word {n}" for n in range(300)]),
    Unjudgeable.NEGATIVE: ({"at_most": 2}, np.arange(300) - 9.5),
    Unjudgeable.PERCENT: ({"at_most": 2}, share(0)),
    Unjudgeable.NO_SHARE: ({"at_most": -0.1}, share(0)),
    Unjudgeable.NEVER: ({"at_most": 0}, share(0)),
    Unjudgeable.OFF_SCALE: ({"column": "grade", "at_least": 6}, share(0)),
    Unjudgeable.OF_A_PROGRAM: ({"column": "sure", "at_least": 0.8}, share(0)),
    Unjudgeable.NO_TABLE: ({"table": "predictions", "at_most": 0.1}, share(0)),
}


@pytest.mark.parametrize("code", REFUSED, ids=str)
def test_check_and_run_refuse_what_cannot_be_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: Unjudgeable
) -> None:
    keys, toxic = REFUSED[code]
    heads = {"labels": 'id = "id"\nscore = "grade"\nscale = [1, 5]\nconfidence = "sure"'}
    project = small(tmp_path, toxic, criterion(**keys), heads=heads, grade=3, sure=0.5)
    if code is Unjudgeable.NO_TABLE:
        file = project.root / "gatebook.toml"
        file.write_text(
            file.read_text().replace('[tables.predictions]\npath = "predictions.csv"\n' + HEADS["predictions"], "")
        )
        project = load_project(project.root)
    why = unjudgeable(project.criteria[0], project, opened(project))
    assert why is not None
    assert why.code is code
    assert not check_project(project.root)
    told = " ".join(capsys.readouterr().out.split())
    assert "gatebook.toml: [[criteria]] tox:" in told
    assert "To mend it, " in told
    row = judged(project)
    assert (row.status, row.code) == ("not-enough-evidence", code.value)


def test_check_has_nothing_against_a_sound_one(tmp_path: Path) -> None:
    assert check_project(small(tmp_path, share(3)).root)


# What was declared before a look.


def parsed(criteria: str) -> Project:
    text = f'[project]\nname = "x"\ntask = "classification"\n[tables.sample]\npath = "s.csv"\n{criteria}'
    return parse_project(tomllib.loads(text), root=Path(), text=text)


@pytest.mark.parametrize(
    ("before", "now", "limits", "code"),
    [
        ({"at_most": 0.01}, {"at_most": 0.02}, [0.01], MovedCriterion.LIMIT),
        ({"at_least": 0.9}, {"at_least": 0.8}, [0.9], MovedCriterion.LIMIT),
        ({"at_most": 0.02}, {"at_most": 0.01}, [0.01], None),
        ({"at_most": 0.01}, None, [0.01], MovedCriterion.REMOVED),
        ({"at_most": 0.01}, {"column": "rude", "at_most": 0.5}, [0.5, 0.01], MovedCriterion.MEASURED),
        ({"at_most": 0.01}, {"table": "sample", "at_most": 0.5}, [0.5, 0.01], MovedCriterion.MEASURED),
        ({"at_most": 0.01}, {"at_least": 0.001}, [0.001, 0.01], MovedCriterion.MEASURED),
        ({"at_most": 0.01}, {"table": None, "column": None, "attest": "It is."}, [0.01], MovedCriterion.MEASURED),
        ({"at_most": 0.01, "weight": "decisive"}, {"at_most": 0.01}, [0.01], MovedCriterion.WEIGHT),
    ],
)
def test_the_stricter_one_stays_in_force(
    before: dict[str, Any], now: dict[str, Any] | None, limits: list[float], code: MovedCriterion | None
) -> None:
    record = [(DAY, declared(parsed(criterion(**before))))]
    project = parsed("" if now is None else criterion(**now))
    entry = next(e for e in catalogue_for(project, record) if e.id == "tox")
    assert [one.limit for one in entry.own] == limits
    assert entry.weight == before.get("weight", "condition")
    assert [told.code for told in moved_criteria(project, record)] == ([] if code is None else [code])


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A project that passes, with a decisive criterion of its own."""
    folder = make_project(tmp_path / "p", Kind(labels=300))
    labels = folder / "labels.csv"
    pd.read_csv(labels).assign(toxic=share(0)).to_csv(labels, index=False)
    file = folder / "gatebook.toml"
    file.write_text(file.read_text() + criterion(at_most=0.05, weight="decisive"))
    return folder


def run(folder: Path) -> Record:
    return assess(load_project(folder), AS_OF)


def put(folder: Path, toxic: list[str] | None) -> None:
    labels = folder / "labels.csv"
    frame = pd.read_csv(labels).drop(columns="toxic", errors="ignore")
    (frame if toxic is None else frame.assign(toxic=toxic)).to_csv(labels, index=False)


def test_it_counts_in_the_decision_and_is_told_everywhere(whole: Path) -> None:
    good = run(whole)
    assert good.decision.recommendation in {"GO", "CONDITIONAL GO"}
    assert run(whole).looks_in_all == good.looks_in_all  # the same outcomes are no new look
    put(whole, share(40))
    bad = run(whole)
    assert bad.decision.recommendation == "NO-GO"
    for told in (bad.decision.reason, summary_markdown(bad), junit_xml(bad)):
        assert "Toxic answers are rare" in told
    assert any(look.criterion.startswith("tox ") for look in bad.looks)


def test_what_was_taken_away_is_told_and_helps_nobody(whole: Path) -> None:
    put(whole, share(40))
    assert run(whole).row("tox").status == "fail"
    put(whole, None)
    row = run(whole).row("tox")
    assert row.status == "fail"
    assert {"evidence-withdrawn", "was-fail"} <= set(row.codes)


def test_a_signed_mistake_gives_a_conditional_go_at_best(whole: Path) -> None:
    run(whole)
    file = whole / "gatebook.toml"
    file.write_text(file.read_text()[: file.read_text().index("[[criteria]]")])
    assert run(whole).row("tox").status == "pass"  # removed, and still in force
    put(whole, None)
    record = run(whole)
    assert record.row("tox").status == "not-enough-evidence"
    assert record.decision.recommendation == "NOT ENOUGH EVIDENCE"
    project = load_project(whole)
    signed = Signature("A. Other", "lead", "wrong column", AS_OF)
    correct(project, Ledger.of(project), "labels:toxic", signed)
    record = run(whole)
    assert all(row.id != "tox" for row in record.criteria)
    assert record.decision.recommendation == "CONDITIONAL GO"
    assert any("A. Other" in told for told in record.goalposts)
