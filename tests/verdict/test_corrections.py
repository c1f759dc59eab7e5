"""Mistakes can be mended: a mapping that was replaced, a column that is gone, a target that could not be meant."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook import people
from gatebook.assessment import assess
from gatebook.assessment.story import decision_reason
from gatebook.cli import main
from gatebook.errors import UsageError
from gatebook.gates.week04.pages.decision import go_no_go
from gatebook.history.ledger import Ledger
from gatebook.init import init_project
from gatebook.project import load_project
from gatebook.project.load import parse_project, unsure_keys
from gatebook.record import Correction, Record
from gatebook.verdict.recommend import recommend
from gatebook.verdict.targets import Goalpost, declared, in_force, mend
from kept_steps import Answers, kept_steps
from projects import AS_OF, Kind, make_project

DAY = dt.date(2026, 10, 30)
WHO = {"person": "N. Falk", "role": "finance", "reason": "the export was renamed"}
ANSWERS: Answers = {}


def judged(folder: Path) -> Record:
    with kept_steps(ANSWERS):
        return assess(load_project(folder), AS_OF)


def sign(folder: Path, key: str) -> None:
    project = load_project(folder)
    people.correct(project, Ledger.of(project), key, people.Signature(**WHO, made=DAY))


def edit(folder: Path, old: str, new: str, section: str = "project") -> None:
    """Replace text in the project file, the first time that it stands below the head of a section."""
    file = folder / "gatebook.toml"
    head, name, body = file.read_text().partition(f"[{section}]\n")
    assert old in body
    file.write_text(head + name + body.replace(old, new, 1))


def table(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    frame = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
    change(frame).to_csv(folder / name, index=False)


def base(folder: Path, *, accuracy: float = 0.93, label: str = "intent", planned: int = 200) -> Path:
    """Write a project whose labels hold two more columns of answers, and whose promises close its open conditions."""
    make_project(folder, Kind(accuracy=accuracy, rows=1000, labels=200))
    random = np.random.default_rng(5)
    table(
        folder,
        "labels.csv",
        lambda f: f.assign(
            twin=f["intent"],
            noise=random.choice(["refund", "order", "account", "other"], len(f)),
            half=f["intent"].where(f.index % 2 == 0, ""),
            blank="",
        ),
    )
    table(folder, "predictions.csv", lambda f: f.assign(words="fast", took=f["ms"]))
    edit(folder, 'label = "intent"', f'label = "{label}"', "tables.labels")
    edit(folder, "planned_labels = 200", f"planned_labels = {planned}")
    return folder


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = base(tmp_path_factory.mktemp("mended") / "project")
    assert judged(folder).decision.recommendation == "CONDITIONAL GO"
    return folder


@pytest.fixture
def copy(healthy: Path, tmp_path: Path) -> Path:
    shutil.copytree(healthy, tmp_path / "copy")
    return tmp_path / "copy"


def statuses(record: Record) -> dict[str, str | None]:
    return {row.id: row.status for row in record.criteria}


def page(record: Record) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", str(go_no_go(record).markup)).split())


def test_a_column_that_carried_nothing_may_go_without_a_word(copy: Path) -> None:
    before = judged(copy)
    table(copy, "production.csv", lambda f: f.drop(columns=["visits"]))
    now = judged(copy)
    assert statuses(now) == statuses(before)
    assert now.decision.recommendation == before.decision.recommendation
    assert [row.id for row in now.criteria if row.codes] == [row.id for row in before.criteria if row.codes]
    assert now.corrections == ()


def test_a_column_that_carried_a_segment_may_not(copy: Path) -> None:
    table(copy, "production.csv", lambda f: f.drop(columns=["channel"]))
    assert "evidence-withdrawn" in judged(copy).row("1.2").codes
    assert "gatebook correct" in judged(copy).row("1.2").supply


def test_a_replaced_mapping_is_judged_and_is_conditional_until_somebody_signs(copy: Path) -> None:
    before = judged(copy)
    edit(copy, 'latency_ms = "ms"', 'latency_ms = "took"')
    now = judged(copy)
    assert now.row("G2").status == before.row("G2").status == "pass"
    assert "mapping-replaced" in now.row("G2").codes
    assert [(c.key, c.was, c.now, c.bound, c.made) for c in now.corrections] == [
        ("predictions.latency_ms", ("predictions.latency_ms=ms",), "predictions.latency_ms=took", True, None)
    ]
    assert "Nobody has signed for it" in page(now)
    sign(copy, "predictions.latency_ms")
    signed = judged(copy)
    assert not any("mapping-replaced" in row.codes for row in signed.criteria)
    assert "Corrected by N. Falk, finance, on 30 October 2026: predictions.latency_ms" in page(signed)
    assert "was ms, now predictions.latency_ms = took" in page(signed)
    assert judged(copy).corrections == signed.corrections  # it stays


def test_go_is_conditional_until_the_replaced_mapping_is_signed(copy: Path) -> None:
    edit(copy, 'latency_ms = "ms"', 'latency_ms = "took"')
    rows = [row.model_copy(update={"status": "pass"}) for row in judged(copy).criteria]
    assert recommend(rows, set()) == "CONDITIONAL GO"
    assert "a column was replaced after a look at" in decision_reason(rows, set())
    unmarked = [row.model_copy(update={"codes": ()}) for row in rows]
    assert recommend(unmarked, set()) == "GO"
    assert recommend(unmarked, set(), lowered=True) == "CONDITIONAL GO"


def test_another_column_of_answers_shares_alpha(copy: Path) -> None:
    before = judged(copy)
    edit(copy, 'label = "intent"', 'label = "twin"', "tables.labels")
    now = judged(copy)
    assert before.row("G1").status == "pass"
    assert now.row("G1").level > 0.99  # the one look that was planned has spent nearly all
    sign(copy, "labels.label")
    signed = judged(copy).row("G1")
    assert signed.status == "pass"
    assert 1 - 0.05 / 2 - 0.005 < signed.level < 0.99  # what two versions share, and no more
    assert before.row("G1").level == pytest.approx(1 - 0.05, abs=0.005)


def test_a_fail_stays_until_somebody_else_signs(tmp_path: Path) -> None:
    folder = base(tmp_path / "bad", label="noise")
    assert judged(folder).row("G1").status == "fail"
    edit(folder, 'label = "noise"', 'label = "intent"', "tables.labels")
    for _ in range(2):
        now = judged(folder)
        assert now.row("G1").status == "fail"
        assert {"mapping-replaced", "was-fail"} <= set(now.row("G1").codes)
        assert now.decision.recommendation == "NO-GO"
    sign(folder, "labels.label")
    mended = judged(folder)
    assert mended.row("G1").status == "pass", mended.row("G1").reason
    assert mended.decision.recommendation == "CONDITIONAL GO"  # by its open conditions
    assert not mended.row("G1").codes


def test_a_fail_cannot_be_shed_by_way_of_evidence_that_cannot_be_read(tmp_path: Path) -> None:
    folder = base(tmp_path / "bad", label="noise")
    assert judged(folder).row("G1").status == "fail"
    labels = (folder / "labels.csv").read_bytes()
    (folder / "labels.csv").write_bytes(b"ticket,intent\n")
    judged(folder)
    (folder / "labels.csv").write_bytes(labels)
    edit(folder, 'label = "noise"', 'label = "intent"', "tables.labels")
    assert judged(folder).row("G1").status == "fail"


def test_a_column_with_answers_for_fewer_rows_is_no_replacement(copy: Path) -> None:
    edit(copy, 'label = "intent"', 'label = "half"', "tables.labels")
    row = judged(copy).row("G1")
    assert row.status == "not-enough-evidence"
    assert "100 rows that were judged before" in row.reason


def test_a_column_that_could_not_be_read_is_replaced_freely(tmp_path: Path) -> None:
    folder = base(tmp_path / "unread", label="blank")
    assert judged(folder).row("G1").estimate is None
    edit(folder, 'label = "blank"', 'label = "intent"', "tables.labels")
    now = judged(folder)
    assert now.row("G1").status == "pass"
    assert now.row("G1").level == pytest.approx(0.95, abs=0.005)
    assert not any("mapping-replaced" in row.codes for row in now.criteria)
    assert [(c.now, c.bound) for c in now.corrections] == [("labels.label=intent", False)]
    assert "told nothing yet" in page(now)


def test_a_draw_or_a_group_is_never_replaced_without_a_signature(copy: Path) -> None:
    edit(copy, 'error = "error"', 'error = "words"')
    assert judged(copy).row("G1").codes == ("evidence-withdrawn",)
    sign(copy, "predictions.error")
    assert not judged(copy).row("G1").codes


def test_evidence_that_is_gone_for_good_can_be_signed_for(copy: Path) -> None:
    table(copy, "production.csv", lambda f: f.drop(columns=["channel"]))
    edit(copy, 'segments = ["channel"]\nrequired = ["channel"]\n', "")
    assert judged(copy).row("4.6").codes == ("evidence-withdrawn",)
    sign(copy, "sample:channel")
    now = judged(copy)
    assert not now.row("4.6").codes
    assert "sample:channel" in page(now)


def test_a_fail_that_was_signed_away_with_its_column_makes_no_go(tmp_path: Path) -> None:
    folder = base(tmp_path / "dirty")
    table(folder, "production.csv", lambda f: f.assign(extra=np.where(f.index % 5 == 0, "1,5", "2.5")))
    before = judged(folder)
    assert before.row("1.5").status == "fail", before.row("1.5")
    table(folder, "production.csv", lambda f: f.drop(columns=["extra"]))
    assert judged(folder).row("1.5").status == "fail"
    sign(folder, "sample:extra")
    now = judged(folder).row("1.5")
    assert now.status == "pass"
    assert now.codes == ("cleared",)


@pytest.mark.parametrize(
    ("old", "new", "key", "row"),
    [
        ("value = 1.0", "value = 0.5", "targets.value", "G1"),
        ("latency_ms = 500", "latency_ms = 5000", "targets.latency_ms", "G2"),
    ],
)
def test_a_lowered_target_is_signed_and_stays_conditional(copy: Path, old: str, new: str, key: str, row: str) -> None:
    strict = judged(copy).row(row).target
    edit(copy, old, new, "targets")
    assert judged(copy).row(row).target == strict
    sign(copy, key)
    now = judged(copy)
    assert now.row(row).target == float(new.split(" = ")[1])
    assert now.decision.recommendation != "GO"
    told = " ".join(now.goalposts)
    assert f"{strict:g}" in told
    assert f"{now.row(row).target:,g}" in told
    assert "N. Falk" in told
    assert f"{strict:g}" in page(now)


def test_an_impossible_target_is_replaced() -> None:
    text = (
        '[project]\nname = "x"\ntask = "generation"\n[tables.sample]\npath = "s.csv"\nscore = "grade"\nscale = [1, '
        '5]\n[targets]\nmetric = "mean_score"\nvalue = {}'
    )
    before, after = (parse_project(tomllib.loads(text.format(v)), root=Path()) for v in ("60", "4"))
    by = Correction(key="targets.value", person="N. Falk", role="finance", made=DAY)
    kept, mended = mend([(DAY, declared(before))], by)
    force = in_force(after, kept, mended)
    assert force.goals[0].value == 4
    assert not force.lowered
    assert force.moved[0].code == Goalpost.IMPOSSIBLE_SIGNED
    assert in_force(after, [(DAY, declared(before))]).goals[0].value == 60


def test_a_target_that_is_only_signed_for_stays_as_it_is(copy: Path) -> None:
    before = judged(copy)
    sign(copy, "targets.value")
    now = judged(copy)
    assert now.row("G1").target == before.row("G1").target
    assert now.goalposts == before.goalposts
    edit(copy, "value = 1.0", "value = 0.5", "targets")
    assert judged(copy).row("G1").target == 1.0  # it was looked at again: it binds anew


@pytest.mark.parametrize(
    ("after", "status"),
    [
        ('metric = "f1"\nvalue = 0.5\npositive = "refund"', "pass"),
        ('metric = "accuracy"\nvalue = 0.5\npositive = "refund"', "not-enough-evidence"),
    ],
)
def test_a_class_that_no_answer_has_is_mended_with_its_target_and_not_by_its_removal(
    tmp_path: Path, after: str, status: str
) -> None:
    folder = base(tmp_path / "class")
    edit(folder, 'metric = "accuracy"\nvalue = 1.0', 'metric = "f1"\nvalue = 0.5\npositive = "refnud"', "targets")
    judged(folder)
    edit(folder, 'metric = "f1"\nvalue = 0.5\npositive = "refnud"', after, "targets")
    assert judged(folder).row("G1").status == status, judged(folder).row("G1").reason


def bare(folder: Path) -> Path:
    random = np.random.default_rng(3)
    folder.mkdir()
    ids = [f"q{i}" for i in range(300)]
    pd.DataFrame({"id": ids, "question": [f"about {i * i % 97} things" for i in range(300)]}).to_csv(
        folder / "production.csv", index=False
    )
    pd.DataFrame(
        {"id": ids, "verdict": random.choice(["yes", "no"], 300, p=[0.2, 0.8]), "grade": random.integers(1, 6, 300)}
    ).to_csv(folder / "labels.csv", index=False)
    init_project(folder, as_of=DAY)
    return folder


def test_a_guess_of_init_binds_nothing_until_a_target_is_set(tmp_path: Path) -> None:
    folder = bare(tmp_path / "bare")
    text = (folder / "gatebook.toml").read_text()
    before = assess(load_project(folder), DAY)
    column = re.search(r'^(label|score) = "(\w+)"', text, re.MULTILINE)
    assert column, text
    other = "score" if column[1] == "label" else "label"
    edit(folder, column[0], f'{other} = "{column[2]}"')
    now = assess(load_project(folder), DAY)
    assert not any(row.codes for row in now.criteria)
    assert [(c.key, c.bound) for c in now.corrections] == [(f"labels.{column[1]}", False)]
    assert before.corrections == ()


def test_only_init_makes_a_guess(tmp_path: Path) -> None:
    folder = bare(tmp_path / "bare")
    init = Ledger.of(load_project(folder)).entries[0].data
    assert init["guesses"]["labels.id=id"] == "tables.labels.id"
    assert set(init["unsure"]) <= unsure_keys((folder / "gatebook.toml").read_text())
    hand = base(tmp_path / "hand")
    edit(hand, 'latency_ms = "ms"', 'latency_ms = "ms"  # ? perhaps')
    judged(hand)
    edit(hand, 'latency_ms = "ms"', 'latency_ms = "took"')
    assert "mapping-replaced" in judged(hand).row("G2").codes


def test_which_keys_carry_the_mark() -> None:
    text = (
        '[tables.sample]\nid = "a#? b"\ntime = "t"   # ? written as dates\n"label" = "x"  #? '
        'maybe\n[targets]\nmetric = "f1" # no ? here'
    )
    assert unsure_keys(text) == {"tables.sample.time", "tables.sample.label"}


def test_the_author_never_signs(copy: Path) -> None:
    project = load_project(copy)
    ledger = Ledger.of(project)
    with pytest.raises(UsageError, match=r"another person must.*--author"):
        people.correct(project, ledger, "labels.label", people.Signature(**(WHO | {"person": "r. owner"}), made=DAY))
    with pytest.raises(UsageError, match="another person must"):
        people.correct(project, ledger, "labels.label", people.Signature(**WHO, made=DAY, author="N.  Falk"))
    people.correct(
        project,
        ledger,
        "labels.label",
        people.Signature(**(WHO | {"person": "R. Owner"}), made=DAY, author="A. Builder"),
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("labels.lable", "did you mean labels.label"),
        ("sample:nothing", "without a signature"),
        ("targets.planned_labels", "without a signature"),
    ],
)
def test_a_key_that_no_verdict_rests_on(copy: Path, key: str, words: str) -> None:
    project = load_project(copy)
    with pytest.raises(UsageError, match=words):
        people.correct(project, Ledger.of(project), key, people.Signature(**WHO, made=DAY))


def test_the_command(copy: Path) -> None:
    signed = [part for key, value in WHO.items() for part in (f"--{key}", value)]
    assert main(["correct", str(copy), "tables.labels.label", *signed, "--date", "2026-10-30"]) == 0
    assert judged(copy).corrections[0].key == "labels.label"
