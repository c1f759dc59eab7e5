"""A fail is earned like a pass: what is missing, unreadable, unjoined or guessed is no evidence either way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.evidence.severity import findings_of
from gatebook.record import Row
from gatebook.verdict.case import Case
from gatebook.verdict.judge import judge_all
from small_projects import case_of, rows_of, write

N = 400
KEYS = {
    "sample": 'id = "id"\nsegments = ["channel"]',
    "labels": 'id = "id"\nlabel = "label"\nmeasured = true',
    "predictions": 'id = "id"\nprediction = "answer"\nlatency_ms = "latency_ms"\nerror = "error"',
}
TARGETS = '[targets]\nmetric = "accuracy"\nvalue = 0.8\nlatency_ms = 800\n'
Tables = dict[str, pd.DataFrame]


def tables(right: float = 0.9) -> Tables:
    random = np.random.default_rng(11)
    ids = [f"t{i:04d}" for i in range(N)]
    truth = random.choice(["refund", "login", "invoice"], N)
    wrong = random.random(N) >= right
    answer = np.where(wrong, random.choice(["refund", "login", "invoice", "other"], N), truth)
    return {
        "sample": pd.DataFrame({"id": ids, "channel": random.choice(["web", "mail"], N)}),
        "labels": pd.DataFrame({"id": ids, "label": truth}),
        "predictions": pd.DataFrame(
            {"id": ids, "answer": answer, "latency_ms": random.integers(100, 900, N).astype(str), "error": ""}
        ),
    }


def judged(
    folder: Path, given: Tables, keys: dict[str, str] | None = None, head: str = ""
) -> tuple[dict[str, Row], Case]:
    case = case_of(write(folder, keys or KEYS, given, TARGETS, head=head))
    return {row.id: row for row in judge_all(case).rows}, case


def unscored(given: Tables) -> None:
    given["predictions"] = given["predictions"].head(int(0.6 * N))


def blank_answers(given: Tables) -> None:
    given["predictions"].loc[: 0.4 * N, "answer"] = ""


def blank_labels(given: Tables) -> None:
    extra = pd.DataFrame({"id": [f"u{i}" for i in range(2 * N)], "channel": "web"})
    given["sample"] = pd.concat([given["sample"], extra])
    given["labels"].loc[: 0.4 * N, "label"] = ""


def colliding_spellings(given: Tables) -> None:
    given["labels"].loc[: N // 2, "label"] += " "


def objects(given: Tables) -> None:
    given["predictions"]["answer"] = [f'{{"label": "{a}", "score": 0.9}}' for a in given["predictions"]["answer"]]


def other_ids(given: Tables) -> None:
    given["labels"]["id"] = given["labels"]["id"] + ".0"


def other_words(given: Tables) -> None:
    words = {"refund": "Erstattung", "login": "Anmeldung", "invoice": "Rechnung", "other": "Anderes"}
    given["predictions"]["answer"] = given["predictions"]["answer"].map(words)


def one_other_word(given: Tables) -> None:
    given["predictions"]["answer"] = given["predictions"]["answer"].replace({"refund": "Erstattung"})


def untold_versions(given: Tables) -> None:
    given["predictions"]["model"] = np.where(np.arange(N) % 2, "v1", "v2")


@pytest.mark.parametrize(
    "trouble",
    [
        unscored,
        blank_answers,
        blank_labels,
        colliding_spellings,
        objects,
        other_ids,
        other_words,
        one_other_word,
        untold_versions,
    ],
)
@pytest.mark.parametrize("right", [0.9, 0.3])
def test_no_trouble_with_reading_earns_a_fail_or_a_pass(
    tmp_path: Path, trouble: Callable[[Tables], None], right: float
) -> None:
    given = tables(right)
    trouble(given)
    rows, _ = judged(tmp_path, given)
    bad_measured = right < 0.5 and trouble in {
        blank_answers,
        unscored,
        one_other_word,
        colliding_spellings,
        blank_labels,
    }
    assert rows["G1"].status == "not-enough-evidence" or (rows["G1"].status == "fail" and bad_measured)
    assert rows["G1"].supply
    assert rows["G3"].status != "fail"


def test_without_trouble_the_same_rows_pass_and_fail(tmp_path: Path) -> None:
    assert judged(tmp_path / "good", tables())[0]["G1"].status == "pass"
    assert judged(tmp_path / "bad", tables(0.3))[0]["G1"].status == "fail"


def test_what_mends_it_is_said_with_its_price(tmp_path: Path) -> None:
    given = tables()
    unscored(given)
    assert "160" in judged(tmp_path / "a", given)[0]["G1"].supply
    given = tables()
    other_ids(given)
    row = judged(tmp_path / "b", given)[0]["G1"]
    assert "without their decimals they would match" in row.reason
    assert "t0000" not in row.reason + row.supply  # an id is a value that no document shows


def test_errors_are_measured_failures_of_both_kinds(tmp_path: Path) -> None:
    given = tables()
    down = np.random.default_rng(8).random(N) < 0.5
    given["predictions"].loc[down, ["answer", "error"]] = ["", "502"]
    rows, _ = judged(tmp_path / "often", given)
    assert rows["G1"].status == "fail"
    assert rows["G2"].status == "fail"
    given["predictions"] = given["predictions"].assign(order=~down).sort_values("order").drop(columns="order")
    assert judged(tmp_path / "once", given)[0]["G2"].status == "not-enough-evidence"  # one spell, in order of the file


def test_blank_times_are_neither_slow_nor_fast(tmp_path: Path) -> None:
    given = tables()
    given["predictions"].loc[: N // 8, "latency_ms"] = ""
    row = judged(tmp_path / "some", given)[0]["G2"]
    assert row.status == "not-enough-evidence"
    given["predictions"].loc[N // 8 + 1 :, "latency_ms"] = "5000"  # the measured ones alone are too slow
    assert judged(tmp_path / "slow", given)[0]["G2"].status == "fail"


@pytest.mark.parametrize(
    ("keys", "factor"),
    [
        ('latency = "latency_ms"', 1.0),
        ('latency_ms = "latency_us"', 1.0),
        ('latency = "took"', 1.0),
        ('latency_ms = "latency_ms"', 1e-3),
    ],
)
def test_a_unit_that_is_guessed_decides_nothing(tmp_path: Path, keys: str, factor: float) -> None:
    given = tables()
    name = keys.split('"')[1]
    taken = given["predictions"]["latency_ms"].astype(float) * factor
    given["predictions"] = given["predictions"].rename(columns={"latency_ms": name}).assign(**{name: taken.astype(str)})
    section = f'id = "id"\nprediction = "answer"\nerror = "error"\n{keys}'
    rows, case = judged(tmp_path, given, KEYS | {"predictions": section})
    known = keys == 'latency = "latency_ms"'  # the name says it
    assert rows["G2"].status == ("pass" if known else "not-enough-evidence")
    assert bool(findings_of(case.facts, case.project, 0.05, "holding")) is not known
    assert not findings_of(case.facts, case.project, 0.05, "blocking")


def test_versions_in_a_log_of_runs_never_pool(tmp_path: Path) -> None:
    given = {
        "sample": pd.DataFrame(
            {"id": [f"r{i}" for i in range(N)], "agent": np.where(np.arange(N) % 2, "a", "b"), "kind": "x"}
        ),
        "labels": pd.DataFrame({"id": [f"r{i}" for i in range(N)], "ok": (np.arange(N) % 2).astype(str)}),
    }
    keys = {"sample": 'id = "id"\nversion = "agent"', "labels": 'id = "id"\nscore = "ok"'}
    targets = '[targets]\nmetric = "success_rate"\nvalue = 0.8\n'
    for name, share in (("a", 1.0), ("b", 0.0)):
        project = write(tmp_path / name, keys, given, targets, task="generation", head=f'candidate = "{name}"')
        row = rows_of(project)["G1"]
        assert (row.estimate, row.n) == (share, N // 2)
    keys["sample"] = 'id = "id"'
    untold = write(tmp_path / "untold", keys, given, targets, task="generation")
    assert rows_of(untold)["G1"].status == "not-enough-evidence"
