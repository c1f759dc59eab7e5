"""Rows on tables of a few lines: what lacks evidence never passes, and nothing raises."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.evidence.money import money
from gatebook.history.ledger import Ledger
from gatebook.project import Project
from gatebook.project.model import ValueModel
from gatebook.record import IntervalFact, Row
from gatebook.verdict.judge import judge_all
from gatebook.verdict.on_record import EvidenceOnRecord
from gatebook.verdict.past import Past, read_past
from small_projects import SYSTEM, attest, case_of, rows_of, write

KEYS = {
    "sample": 'id = "id"\ntime = "day"\nsegments = ["channel"]',
    "labels": 'id = "id"\nlabel = "label"',
    "predictions": 'id = "id"\nprediction = "p"',
}
TARGETS = '[targets]\nmetric = "accuracy"\nvalue = 0.9\n'
EMPTY = {"sample": 'id = "id"'}


def tables(n: int = 60, labels: int = 40) -> dict[str, pd.DataFrame]:
    random = np.random.default_rng(1)
    sample = pd.DataFrame(
        {
            "id": [f"t{i}" for i in range(n)],
            "day": [str(dt.date(2026, 8, 1) + dt.timedelta(i)) for i in range(n)],
            "channel": random.choice(["mail", "chat"], n),
            "size": random.integers(1, 99, n),
        }
    )
    truth = random.choice(["yes", "no"], n)
    return {
        "sample": sample,
        "labels": pd.DataFrame({"id": sample["id"], "label": truth}).iloc[np.sort(random.permutation(n)[:labels])],
        "predictions": pd.DataFrame({"id": sample["id"], "p": truth}),
    }


def judged(project: Project) -> dict[str, Row]:
    return rows_of(project, read_past(Ledger.of(project).entries))


def population(*rows: tuple[str, str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["column", "value", "rows"])


@pytest.mark.parametrize("weights", [["", "2"], ["0", "1"], ["-1", "2"]])
@pytest.mark.parametrize("key", ["weight", "inclusion_probability"])
def test_weights_that_cannot_be_used_never_pass(tmp_path: Path, key: str, weights: list[str]) -> None:
    made = tables()
    made["labels"]["w"] = (weights * 20)[: len(made["labels"])]
    row = rows_of(write(tmp_path, KEYS | {"labels": f'id = "id"\nlabel = "label"\n{key} = "w"'}, made, TARGETS))["G1"]
    assert row.status == "not-enough-evidence"
    assert "labelled rows have" in row.reason


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("channel", "mail", 0), ("channel", "chat", 0)],
        [("channel", "mail", -5)],
        [("channel", "mail", "many")],
        [("", "mail", 5)],
        [("nowhere", "mail", 5)],
    ],
)
def test_population_figures_that_say_nothing_never_pass(tmp_path: Path, rows: list[tuple[str, str, object]]) -> None:
    project = write(tmp_path, KEYS | {"population": ""}, tables() | {"population": population(*rows)})
    attest(project, "1.2")
    assert judged(project)["1.2"].status == "not-enough-evidence"


def test_an_attestation_does_not_stretch_a_short_period(tmp_path: Path) -> None:
    made = tables(n=300)
    made["sample"]["day"] = ["2026-08-01"] * 299 + ["2020-01-01"]  # one stray date covers nothing
    project = write(tmp_path, KEYS, made)
    attest(project, "1.2")
    assert judged(project)["1.2"].status == "not-enough-evidence"


def test_personal_values_of_the_population_are_not_told(tmp_path: Path) -> None:
    rows = population(("channel", "secret", 50), ("channel", "mail", 50))
    row = rows_of(
        write(tmp_path, KEYS | {"population": ""}, tables() | {"population": rows}, head='personal = ["channel"]')
    )["1.2"]
    assert row.status == "fail"
    assert "secret" not in row.reason


@pytest.mark.parametrize(("head", "status"), [("", "not-enough-evidence"), ('owner = "R. Owner"', "pass")])
def test_nobody_vouches_for_an_owner_who_is_not_named(tmp_path: Path, head: str, status: str) -> None:
    project = write(tmp_path, KEYS, tables(), head=head)
    attest(project, "D1")
    assert judged(project)["D1"].status == status


def test_nobody_vouches_for_a_list_that_is_not_there(tmp_path: Path) -> None:
    project = write(tmp_path, KEYS, tables())
    attest(project, "2.1")
    assert judged(project)["2.1"].status == "not-enough-evidence"


@pytest.mark.parametrize(
    ("change", "row", "status"),
    [
        ({}, "G4", "pass"),
        ({}, "2.1", "pass"),
        ({}, "2.4", "pass"),
        ({"direction": "sideways"}, "2.1", "not-enough-evidence"),
        ({"owner": "..."}, "2.4", "not-enough-evidence"),
        ({"auth": "TBD"}, "2.4", "not-enough-evidence"),
        ({"spec": "x" * 5000}, "2.3", "not-enough-evidence"),
        ({"spec": "../../etc/passwd"}, "2.3", "not-enough-evidence"),
        ({"last_read_ok": "2026-11-02"}, "G4", "not-enough-evidence"),
        ({"last_write_ok": ""}, "G4", "not-enough-evidence"),
        ({"direction": "source", "last_write_ok": ""}, "G4", "pass"),
        ({"critical": "no"}, "G4", "not-enough-evidence"),
    ],
)
def test_systems(tmp_path: Path, change: dict[str, str], row: str, status: str) -> None:
    made = tables() | {"integrations": pd.DataFrame([SYSTEM | change])}
    assert rows_of(write(tmp_path, KEYS | {"integrations": ""}, made))[row].status == status


def test_the_project_may_shorten_how_old_a_call_may_be(tmp_path: Path) -> None:
    made = tables() | {"integrations": pd.DataFrame([SYSTEM])}
    project = write(tmp_path, KEYS | {"integrations": ""}, made, '[[criteria]]\nid = "G4"\nthreshold = 1\n')
    assert rows_of(project)["G4"].status == "not-enough-evidence"


def test_a_raised_row_without_a_reader_lacks_evidence_until_attested(tmp_path: Path) -> None:
    project = write(tmp_path, KEYS, tables(), '[[criteria]]\nid = "D4"\nweight = "decisive"\n')
    assert rows_of(project)["D4"].status == "not-enough-evidence"
    attest(project, "D4")
    assert judged(project)["D4"].status == "pass"


def test_a_slice_target_on_a_column_that_is_not_there_lacks_evidence(tmp_path: Path) -> None:
    more = '[[targets.more]]\nmetric = "accuracy"\nvalue = 0.5\nwhere = { nowhere = "x" }\n'
    row = rows_of(write(tmp_path, KEYS, tables(), TARGETS + more))["G1"]
    assert row.status == "not-enough-evidence"
    assert "nowhere" in row.reason


@pytest.mark.parametrize(
    "sample",
    [
        pd.DataFrame({"id": []}),
        pd.DataFrame({"id": ["a"]}),
        pd.DataFrame({"id": ["", ""]}),
        pd.DataFrame({"id": ["a", "a"], "x": ["1e999", "-"]}),
    ],
)
def test_hardly_any_rows_raise_nothing_and_pass_nothing_decisive(tmp_path: Path, sample: pd.DataFrame) -> None:
    rows = rows_of(write(tmp_path, EMPTY, {"sample": sample}, TARGETS + "latency_ms = 100\n"))
    assert {rows[i].status for i in ("G1", "G2", "G3", "G4")} <= {"not-enough-evidence", "fail"}


@pytest.mark.parametrize(
    "metric", ["precision", "recall", "f1", "macro_f1", "auc", "brier", "log_loss", "success_rate"]
)
def test_every_metric_is_judged_without_an_error(tmp_path: Path, metric: str) -> None:
    made = tables()
    made["predictions"]["q"] = np.where(made["predictions"]["p"] == "yes", 0.9, 0.1)
    project = write(
        tmp_path,
        KEYS | {"predictions": 'id = "id"\nprediction = "p"\nprobability = "q"'},
        made,
        f'[targets]\nmetric = "{metric}"\nvalue = 0.5\npositive = "yes"\n',
    )
    row = rows_of(project)["G1"]
    assert row.status in {"pass", "not-enough-evidence"}
    assert not any("Error" in flag for flag in row.flags)


def test_a_wrong_answer_may_be_the_cheaper_one() -> None:
    model = ValueModel(volume_per_month=100, value_right=-2, cost_wrong=0, stated_by="A")
    found = money(model, IntervalFact(estimate=0.5, lower=0.4, upper=0.6, n=100)).monthly
    assert found.lower <= found.estimate <= found.upper


def test_equal_weights_do_not_hide_a_biased_draw(tmp_path: Path) -> None:
    made = tables(n=400, labels=0)
    easy = made["sample"]["size"] < 40
    made["labels"] = pd.DataFrame({"id": made["sample"]["id"], "label": made["predictions"]["p"], "w": 1})[easy]
    rows = rows_of(write(tmp_path, KEYS | {"labels": 'id = "id"\nlabel = "label"\nweight = "w"'}, made, TARGETS))
    assert rows["1.9"].status == "fail"
    assert rows["G1"].status == "not-enough-evidence"


def test_a_cost_that_is_no_longer_stated_takes_the_value_away(tmp_path: Path) -> None:
    value = '[value]\nvolume_per_month = 100\nvalue_right = 5\ncost_wrong = 1\nstated_by = "A"\n'
    before = judge_all(case_of(write(tmp_path / "a", KEYS, tables(), TARGETS + value + "run_cost_per_month = 9000\n")))
    past = Past(
        begun_by="init",
        evidence=EvidenceOnRecord(used={k: set(v) for k, v in before.used.items()}, standing={"D3": "fail"}),
    )
    assert next(r for r in before.rows if r.id == "D3").status == "fail"
    row = rows_of(write(tmp_path / "b", KEYS, tables(), TARGETS + value), past)["D3"]
    assert row.status == "fail"
    assert "evidence withdrawn, was FAIL" in row.flags


@pytest.mark.parametrize(("cluster", "status"), [("", "pass"), ('\ncluster = "customer"', "not-enough-evidence")])
def test_a_weighted_macro_f1_decides_unless_rows_are_grouped_too(tmp_path: Path, cluster: str, status: str) -> None:
    made = tables(n=300, labels=300)
    made["sample"]["customer"] = np.arange(300) // 5
    made["labels"]["w"] = [1, 2] * 150
    keys = KEYS | {
        "sample": KEYS["sample"] + cluster,
        "labels": 'id = "id"\nlabel = "label"\nweight = "w"\nmeasured = true',
    }
    target = '[targets]\nmetric = "macro_f1"\nvalue = 0.9\n'
    row = rows_of(write(tmp_path, keys, made, target))["G1"]
    assert row.status == status, row.reason
    assert ("No simulation" in row.reason) == ("equal chances" in row.supply) == (status != "pass")
    assert row.labels_needed is None
