"""Attestations, waivers and signatures: what people may and may not write into the history."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gatebook import people
from gatebook.errors import UsageError
from gatebook.history.ledger import Ledger
from gatebook.project import Project, load_project
from gatebook.verdict.past import read_past
from projects import Kind, make_project

DAY = dt.date(2026, 10, 20)
WHO = {"person": "N. Falk", "role": "finance", "reason": "seen the budget"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load_project(make_project(tmp_path / "p", Kind(history=False, rows=30, labels=5)))


def test_an_attestation_lasts_90_days(project: Project) -> None:
    ledger = Ledger.of(project)
    people.attest(project, ledger, "D1", people.Signature(**WHO, made=DAY))
    past = read_past(ledger.entries)
    assert past.live("D1", "attestation", DAY + dt.timedelta(days=90))
    assert past.live("D1", "attestation", DAY + dt.timedelta(days=91)) is None
    assert past.live("D1", "attestation", DAY - dt.timedelta(days=1)) is None


def test_nobody_can_attest_what_the_data_decides(project: Project) -> None:
    with pytest.raises(UsageError, match="no person can attest"):
        people.attest(project, Ledger.of(project), "G1", people.Signature(**WHO, made=DAY))


def test_an_unknown_row_names_the_nearest(project: Project) -> None:
    with pytest.raises(UsageError, match="did you mean"):
        people.attest(project, Ledger.of(project), "D11", people.Signature(**WHO, made=DAY))


@pytest.mark.parametrize("field", ["person", "role", "reason"])
def test_an_empty_field_is_refused(project: Project, field: str) -> None:
    with pytest.raises(UsageError, match=field):
        people.attest(project, Ledger.of(project), "D1", people.Signature(**(WHO | {field: "..."}), made=DAY))


def test_a_waiver_lasts_at_most_90_days(project: Project) -> None:
    with pytest.raises(UsageError, match="90 days"):
        people.waive(
            project, Ledger.of(project), "2.3", people.Signature(**WHO, made=DAY, expires=DAY + dt.timedelta(days=91))
        )


def test_a_decisive_row_cannot_be_waived(project: Project) -> None:
    with pytest.raises(UsageError, match="only an open condition"):
        people.waive(project, Ledger.of(project), "G1", people.Signature(**WHO, made=DAY))


def test_the_approver_is_not_the_author(project: Project) -> None:
    with pytest.raises(UsageError, match="their own"):
        people.waive(project, Ledger.of(project), "2.3", people.Signature(**WHO, made=DAY, author="n.  falk"))
    with pytest.raises(UsageError, match="their own"):
        people.waive(project, Ledger.of(project), "4.6", people.Signature("Data Lead", "x", "y", DAY))


def test_a_waiver_is_renewed_at_most_twice(project: Project) -> None:
    ledger = Ledger.of(project)
    for _ in range(3):
        people.waive(project, ledger, "2.3", people.Signature(**WHO, made=DAY))
    with pytest.raises(UsageError, match="already waived"):
        people.waive(project, ledger, "2.3", people.Signature(**WHO, made=DAY))


def test_a_signature_is_kept_with_the_record_that_was_read(project: Project) -> None:
    ledger = Ledger.of(project)
    people.sign(ledger, "conditional  go", people.Signature(**WHO, made=DAY), record_sha256="ab" * 32)
    human = read_past(ledger.entries).human
    assert human is not None
    assert human.decision == "CONDITIONAL GO"
    assert human.record_sha256 == "ab" * 32


def test_an_unknown_decision_is_refused(project: Project) -> None:
    with pytest.raises(UsageError, match="no decision"):
        people.sign(Ledger.of(project), "perhaps", people.Signature(**WHO, made=DAY))
