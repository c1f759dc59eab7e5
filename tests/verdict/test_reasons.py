"""Each row's reason is one plain sentence, and a row without evidence says what to supply."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.cases.draws import Unweighable
from gatebook.evidence.performance import Unmeasured
from gatebook.project import load_project
from gatebook.record import Record
from gatebook.verdict.measured import LabelDraw
from gatebook.words import Code, say
from projects import AS_OF, Kind, make_project
from small_projects import attest, write

RANDOM = np.random.default_rng(0)
IDS = [f"t{i}" for i in range(120)]
SAMPLE = pd.DataFrame({"id": IDS, "size": RANDOM.normal(size=120)})
SYSTEM = {"direction": "target", "critical": "yes", "owner": "ops", "last_write_ok": "2026-09-01"}


def only_a_sample(folder: Path) -> Path:
    return attested(write(folder, {"sample": 'id = "id"'}, {"sample": SAMPLE}).root)


def nothing_measurable(folder: Path) -> Path:
    """True answers without numbers to set against them, systems without anything filled in."""
    keys = {
        "sample": 'id = "id"',
        "labels": 'id = "id"\nlabel = "y"',
        "predictions": 'id = "id"\nprediction = "p"',
        "integrations": "",
    }
    tables = {
        "sample": SAMPLE,
        "labels": pd.DataFrame({"id": IDS, "y": 5.0}),
        "predictions": pd.DataFrame({"id": IDS, "p": "many"}),
        "integrations": pd.DataFrame([{"system": "crm", **SYSTEM}, {"system": "erp", **SYSTEM}]),
    }
    return attested(
        write(folder, keys, tables, '[targets]\nmetric = "mae"\nvalue = 2\nlatency_ms = 100\n', task="regression").root
    )


def small_at_the_bar(folder: Path) -> Path:
    return make_project(folder, Kind(accuracy=0.8, rows=300, labels=60, seed=5, money=False, history=False))


def healthy(folder: Path) -> Path:
    return make_project(folder, Kind(accuracy=0.92))


def attested(folder: Path) -> Path:
    attest(load_project(folder))
    return folder


@pytest.fixture(
    scope="module",
    params=[only_a_sample, nothing_measurable, small_at_the_bar, healthy],
    ids=lambda made: made.__name__,
)
def record(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Record:
    return assess(load_project(request.param(tmp_path_factory.mktemp("p") / "p")), AS_OF)


def test_what_lacks_evidence_or_fails_names_what_to_supply(record: Record) -> None:
    bare = [r.id for r in record.criteria if r.status in {"fail", "not-enough-evidence"} and not r.supply]
    assert bare == []


def test_each_reason_is_one_short_sentence(record: Record) -> None:
    for row in record.criteria:
        assert row.reason.endswith("."), row
        assert len(row.reason.split()) <= 32, row
        assert "  " not in row.reason + row.supply


def test_numbers_and_nouns_agree(record: Record) -> None:
    told = " ".join(f"{r.reason} {r.supply}" for r in record.criteria)
    assert not re.search(r"(?<![\d.,])1 (rows|labels|requests|systems|days|kinds|conditions|people)\b", told)
    assert not re.search(r"\b0 (rows|labels) (have|were)\b", told)
    assert "nan" not in told
    assert "inf " not in told


def test_the_reason_of_the_decision_names_a_test_and_what_holds_it(record: Record) -> None:
    assert 5 <= len(record.decision.reason.split()) <= 25
    assert record.decision.reason[0].isupper() or record.decision.reason[0].isdigit()


def test_rows_that_are_too_few_say_how_many_more(tmp_path: Path) -> None:
    row = assess(load_project(only_a_sample(tmp_path / "p")), AS_OF).row("1.4")
    assert row.reason == "No required field is blank, but 120 rows are too few to show that blanks are rare."
    assert row.supply == "export at least 478 more production rows"  # (1 - .005) ** 598 < .05 <= (1 - .005) ** 597


REFUSED = (
    LabelDraw.CLUSTERS_UNCLEAR,
    LabelDraw.BIASED,
    LabelDraw.BAD_WEIGHT,
    LabelDraw.BAD_CHANCE,
    LabelDraw.NO_WEIGHT,
    LabelDraw.NO_CHANCE,
)


@pytest.mark.parametrize("why", [*Unmeasured, *Unweighable, *REFUSED])
def test_each_reason_why_nothing_is_measured_has_a_remedy(why: Code) -> None:
    values = {"column": "x", "what": "prediction", "low": 0.0, "high": 1.0, "n": 3}
    assert say(why, "reason", **values)
    assert say(why, "supply", **values)
