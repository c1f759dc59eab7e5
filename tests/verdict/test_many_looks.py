"""Very many looks: each counts, few are listed, and no row takes time with their square."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from gatebook.assessment.story import EACH, GROUPS, MOST, looks_told
from gatebook.document import show
from gatebook.history.chain import HistoryEntry
from gatebook.project import load_project
from gatebook.record import Look, LookTotal
from gatebook.stats.sequential import alpha_at_look
from gatebook.verdict.past import Past, PastLook, read_past
from projects import Kind, make_project
from records import record
from small_projects import rows_of

DAY = dt.date(2026, 10, 6)
KEY = "G1 accuracy share of right answers"


def look(number: int, *, criterion: str = KEY, version: str = "", n: int = 0) -> PastLook:
    at = DAY + dt.timedelta(days=number % 20)
    return PastLook(criterion, 0.8, version, f"{number:064x}", n or 40 + number % 60, 100, 0.001, 0.01, at)


def test_a_record_counts_every_look_and_lists_the_last() -> None:
    looks = [look(k, criterion=f"G1 {k % 5}", version=f"v{k % 2}") for k in range(1000)]
    told = looks_told(looks)
    assert told["looks_in_all"] == 1000
    assert len(told["looks"]) == MOST
    assert told["looks"][-1].n == looks[-1].n
    assert sum(t.looks for t in told["look_totals"]) == 1000
    assert len(looks_told(looks[::5])["looks"]) == EACH
    few = looks_told(looks[:7])
    assert [k.n for k in few["looks"]] == [k.n for k in looks[:7]]


def test_of_very_many_versions_the_last_are_counted_apart() -> None:
    told = looks_told([look(k, version=f"v{k:04}") for k in range(1000)])
    assert len(told["look_totals"]) == GROUPS
    assert {t.version for t in told["look_totals"]} == {f"v{k:04}" for k in range(1000 - GROUPS, 1000)}


def test_a_document_lists_the_last_looks_and_counts_all() -> None:
    many = tuple(Look(criterion="G1", at=DAY, n=k + 1, planned=400, alpha=0.001) for k in range(5000))
    total = LookTotal(criterion="G1", version="v2", looks=98_765, first=DAY, last=DAY, spent=0.0123)
    found = record(looks=many, looks_in_all=98_765, look_totals=(total,))
    page = str(show.looks(found).markup)
    assert "The last 60 of 98,765 looks" in page
    assert page.count("<tr") < 70
    assert page.count("98,765") > page.count("of 98,765 looks")
    older = str(show.looks(record(looks=many)).markup)  # written before looks were counted
    assert "The last 60 of 5,000 looks" in older
    assert "Looks in all" not in older


@pytest.mark.parametrize("known", [True, False])
def test_the_alpha_of_a_look_counts_every_one_before(tmp_path: Path, known: bool) -> None:
    project = load_project(make_project(tmp_path / "p", Kind(rows=300, labels=100)))
    before = sorted((look(k) for k in range(20_000)), key=lambda item: item.n)
    past = Past(begun_by="init" if known else "run", looks=tuple(before))
    began = time.process_time()
    row = rows_of(project, past)["G1"]
    assert time.process_time() - began < 20
    assert row.looks == 20_001
    distinct = sorted({item.n for item in before})
    told = alpha_at_look(100, distinct, 100, bar=0.8, history_known=known)
    assert row.level == pytest.approx(1 - told.alpha)


def test_a_history_is_read_with_each_set_of_targets_and_statuses_held_once() -> None:
    def entries() -> list[HistoryEntry]:
        found = []
        for k in range(300):
            data = {
                "as_of": DAY.isoformat(),
                "looks": [],
                "used": {},
                "status": {},
                "targets": {"goals": [], "value": k // 100},
                "labels": [{"version": "v", "own": False, "ids": "AAAAAAAA"}],
            }
            found.append(HistoryEntry(2 * k + 1, dt.datetime.now(dt.UTC), "look", data, "", ""))
            data = {"run": f"r{k}", "as_of": DAY.isoformat(), "recommendation": "GO", "statuses": {"G1": "pass"}}
            found.append(HistoryEntry(2 * k + 2, dt.datetime.now(dt.UTC), "run", data, "", ""))
        return found

    past = read_past(entries())
    assert [t["value"] for _, t in past.targets] == [0, 1, 2]
    assert len(past.runs) == 300
    assert len({id(statuses) for _, statuses in past.runs}) == 1
    assert past.judged_on == {("v", False): frozenset({b"\0" * 6})}
