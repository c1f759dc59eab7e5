"""Classes of the truth that the model or the curated data never hold, and base rates then and now."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import examine
from gatebook.evidence.classes import Side
from gatebook.evidence.disclosure import WITHHELD
from gatebook.project import Project, load_project
from gatebook.record import ClassesFact, Record
from gatebook.verdict.case import Case
from gatebook.verdict.judge import judge_all
from small_projects import DAY, case_of, write

NAMES = ["order", "refund", "account", "other"]


def project(
    folder: Path,
    *,
    new: float = 0.0,
    rows: int = 600,
    curated: int = 500,
    names: list[str] | None = None,
    weights: tuple[float, ...] | None = None,
    given: bool = False,
    rest: str = "",
    keys: str = "",
    curated_keys: str = "",
    truth: np.ndarray | None = None,
) -> Project:
    """Write a project in which a share `new` of the truth is "fraud", which nobody taught the model.

    Args:
        folder: where to.
        new: share of the new class.
        rows: production rows, all labelled and scored.
        curated: curated rows.
        names: how the curated table spells the answers, in the order of NAMES.
        weights: shares of the curated answers.
        given: whether the model gives the new class too.
        rest: end of the project file.
        keys: more lines of the sample's section.
        curated_keys: more lines of the curated section.
        truth: the true answers, instead of drawn ones.
    """
    rng = np.random.default_rng(8)
    if truth is None:
        truth = np.where(rng.random(rows) < new, "fraud", rng.choice(NAMES, rows))
    known = np.isin(truth, NAMES) | given
    said = np.where(known & (rng.random(rows) < 0.9), truth, rng.choice(names or NAMES, rows))
    ids = [f"p{i}" for i in range(rows)]
    sample = pd.DataFrame({"id": ids, "amount": rng.lognormal(3, 1, rows).round(2), "who": np.arange(rows) % 8})
    taught = rng.choice(names or NAMES, curated, p=weights)
    old = pd.DataFrame({"id": np.arange(curated), "amount": rng.lognormal(3, 1, curated).round(2), "answer": taught})
    return write(
        folder,
        {
            "sample": f'id = "id"\n{keys}',
            "labels": 'id = "id"\nlabel = "true"\nmeasured = true',
            "predictions": 'id = "id"\nprediction = "said"',
            "curated": f'id = "id"\nlabel = "answer"\n{curated_keys}',
        },
        {
            "sample": sample,
            "labels": pd.DataFrame({"id": ids, "true": truth}),
            "predictions": pd.DataFrame({"id": ids, "said": said}),
            "curated": old,
        },
        rest,
    )


def classes_of(case: Case) -> ClassesFact:
    assert case.facts.classes is not None
    return case.facts.classes


def production_row(case: Case) -> tuple[str, str]:
    row = next(row for row in judge_all(case).rows if row.id == "1.3")
    return str(row.status), row.reason


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Case]:
    made = project(tmp_path_factory.mktemp("lacking"), new=0.18)
    return made, case_of(made)


def test_an_answer_that_the_model_cannot_give_is_a_finding_with_its_rows(lacking: tuple[Project, Case]) -> None:
    made = examine(lacking[0], DAY)
    found = {f.kind: f for f in made.record.findings}["answers_never_given"]
    true = pd.read_csv(lacking[0].root / "labels.csv")["true"]
    assert found.rows == (true == "fraud").sum()
    assert found.title == f"{found.rows} rows have an answer that the model cannot give"
    assert "“fraud”" in found.meaning
    assert (found.severity, found.cell_error) == ("warning", False)
    cells = made.flagged[made.flagged["finding_id"] == found.finding_id]
    assert set(true.iloc[cells["row"].to_numpy() - 1]) == {"fraud"}
    assert len(cells) == found.rows
    assert any("never gives and the curated data lack: “fraud”" in note for note in made.record.evidence.errors.notes)


def test_curated_data_that_lack_a_common_answer_do_not_look_like_production(lacking: tuple[Project, Case]) -> None:
    status, reason = production_row(lacking[1])
    assert status == "fail"
    assert "of production's true answers are “fraud”; no curated row holds it." in reason


def test_a_finding_about_the_model_blocks_no_data(lacking: tuple[Project, Case]) -> None:
    assert next(row for row in judge_all(lacking[1]).rows if row.id == "G3").status != "fail"


def test_clean_classes_are_silent(tmp_path: Path) -> None:
    case = case_of(project(tmp_path))
    found = classes_of(case)
    assert found.never_given == found.not_curated == found.base_rates == ()
    assert production_row(case)[0] == "pass"
    assert not any(f.kind == "answers_never_given" for scan in case.facts.scans.values() for f in scan.findings)


def test_many_clean_projects_are_silent() -> None:
    """Rare answers that chance leaves out of one side are no claim: 100 draws of 40 answers, most of them rare."""
    shares = 1 / np.arange(1, 41) ** 1.5
    shares /= shares.sum()
    claims = 0
    for seed in range(100):
        rng = np.random.default_rng([9, seed])
        truth, said = (pd.Series(rng.choice(40, n, p=shares).astype(str)) for n in (300, 300))
        true, model = Side(truth, len(truth)), Side(said, len(said))
        claims += any(a not in model and model.doubt(n, true) != "few" for a, n in truth.value_counts().items())
    assert claims == 0


def test_an_answer_that_the_model_gives_is_lacking_in_the_curated_data_alone(tmp_path: Path) -> None:
    case = case_of(project(tmp_path, new=0.1, given=True))
    assert classes_of(case).never_given == ()
    assert [(a.answer, a.given) for a in classes_of(case).not_curated] == [("fraud", True)]
    assert production_row(case)[0] == "fail"


@pytest.mark.parametrize("new", [0.004, 0.012])
def test_a_rare_answer_may_be_missing(tmp_path: Path, new: float) -> None:
    case = case_of(project(tmp_path, new=new))
    assert classes_of(case).not_curated == ()
    assert production_row(case)[0] == "pass"


def test_few_curated_answers_prove_nothing(tmp_path: Path) -> None:
    case = case_of(project(tmp_path, new=0.05, curated=60))
    assert [a.doubt for a in classes_of(case).not_curated] == ["few"]
    status, reason = production_row(case)
    assert status == "not-enough-evidence"
    assert "60 curated answers are too few" in reason


def test_an_answer_that_may_be_spelt_otherwise_is_no_proof(tmp_path: Path) -> None:
    names = ["order", "refund", "account", "rest"]  # "other" in production
    case = case_of(project(tmp_path / "a", names=names))
    assert [(a.answer, a.doubt) for a in classes_of(case).not_curated] == [("other", "spelling")]
    status, reason = production_row(case)
    assert status == "not-enough-evidence"
    assert "unless it is spelt otherwise" in reason
    shouted = case_of(project(tmp_path / "b", names=["Order", "REFUND", "account ", "(other)"]))
    assert classes_of(shouted).not_curated == ()


def test_answers_spelt_otherwise_throughout_are_no_answers_that_the_model_lacks(tmp_path: Path) -> None:
    made = project(tmp_path)
    table = pd.read_csv(tmp_path / "predictions.csv")
    table.assign(said="class " + table["said"]).to_csv(tmp_path / "predictions.csv", index=False)
    case = case_of(made)
    assert case.facts.classes is None
    assert any(f.kind == "answers_never_meet" for f in case.facts.scans["predictions"].findings)


def test_a_class_of_few_groups_is_not_told_beyond_doubt(tmp_path: Path) -> None:
    truth = np.random.default_rng(1).choice(NAMES, 600)
    truth[np.arange(600) % 8 == 0] = "fraud"  # all of one customer
    case = case_of(project(tmp_path, truth=truth, keys='cluster = "who"'))
    assert classes_of(case).never_given == classes_of(case).not_curated == ()


def test_a_personal_answer_is_withheld(tmp_path: Path) -> None:
    made = project(tmp_path, new=0.18).model_copy(update={"personal": ("true",)})
    record: Record = examine(made, DAY).record
    assert record.evidence.classes is not None
    assert {a.answer for a in record.evidence.classes.never_given} == {WITHHELD}
    assert "fraud" not in " ".join(f.title + f.meaning for f in record.findings if f.kind == "answers_never_given")


def test_a_base_rate_that_moved_is_told_with_both_shares(tmp_path: Path) -> None:
    truth = np.random.default_rng(2).choice(["yes", "no"], 600, p=[0.1, 0.9])
    rest = '[targets]\nmetric = "accuracy"\npositive = "yes"\n'
    case = case_of(project(tmp_path / "a", truth=truth, names=["yes", "no"], weights=(0.5, 0.5), rest=rest))
    (rate,) = classes_of(case).base_rates
    assert (rate.answer, rate.moved) == ("yes", True)
    assert rate.curated.lower < 0.5 < rate.curated.upper
    assert rate.production.lower < 0.1 < rate.production.upper
    assert rate.difference.lower < -0.4 < rate.difference.upper < 0
    still = case_of(project(tmp_path / "b", truth=truth, names=["yes", "no"], weights=(0.1, 0.9), rest=rest))
    (rate,) = classes_of(still).base_rates
    assert not rate.moved


def test_of_several_answers_those_that_moved_are_told(tmp_path: Path) -> None:
    case = case_of(project(tmp_path, weights=(0.6, 0.1, 0.25, 0.05)))
    assert {b.answer for b in classes_of(case).base_rates} == {"order", "refund", "other"}
    assert all(b.moved for b in classes_of(case).base_rates)


def test_labels_of_a_class_that_the_model_never_gives_are_no_likely_slips(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    kind = rng.integers(0, 3, 600)
    values = (np.eye(3)[kind] * 6 + rng.standard_normal((600, 3))).round(3)
    new, ids = rng.random(600) < 0.12, [f"t{i}" for i in range(600)]  # the new class looks like any other
    said = np.char.add("k", kind.astype(str))
    made = write(
        tmp_path,
        {
            "sample": 'id = "id"',
            "labels": 'id = "id"\nlabel = "true"',
            "predictions": 'id = "id"\nprediction = "said"\nconfidence = "sure"',
        },
        {
            "sample": pd.DataFrame(values, columns=list("xyz")).assign(id=ids),
            "labels": pd.DataFrame({"id": ids, "true": np.where(new, "new", said)}),
            "predictions": pd.DataFrame({"id": ids, "said": said, "sure": rng.uniform(0.9, 1, 600).round(3)}),
        },
    )
    found = {f.kind: f for f in case_of(made).facts.scans["labels"].findings}
    assert "likely_wrong_labels" not in found
    assert found["answers_never_given"].rows == new.sum()


def test_without_curated_answers_nothing_is_compared(tmp_path: Path) -> None:
    made = project(tmp_path, new=0.18)
    text = (tmp_path / "gatebook.toml").read_text().replace('label = "answer"\n', "")
    (tmp_path / "gatebook.toml").write_text(text)
    case = case_of(load_project(made.root))
    assert [a.curated for a in classes_of(case).never_given] == [None]
    assert classes_of(case).base_rates == classes_of(case).not_curated == ()
