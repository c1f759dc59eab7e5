"""A target for one slice: rows, reasons, page one and money say that they are about a part."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

from gatebook.assessment import assess
from gatebook.explore.views import WhatIfs
from gatebook.explore.workspace import Workspace
from gatebook.exports import junit_xml, summary_markdown
from gatebook.gates.week04.pages.decision import ask, go_no_go, open_steps, why
from gatebook.gates.week04.pages.rests import value
from gatebook.project import Project, load_project
from gatebook.record import Record
from projects import AS_OF, Kind, make_project

HEADLINE = 'metric = "accuracy"\nvalue = 1.0\n'
SLICE = "channel = mail"


def with_slice(
    folder: Path,
    kind: Kind,
    *,
    value_: float,
    headline: bool = False,
    where: str = '{ channel = "mail" }',
    metric: str = "accuracy",
) -> Project:
    """A project whose target holds for one channel, beside a headline of 0.5 where there is one."""
    make_project(folder, kind)
    file = folder / "gatebook.toml"
    text = file.read_text()
    assert HEADLINE in text
    whole = 'metric = "accuracy"\nvalue = 0.5\n' if headline else ""
    more = f'[[targets.more]]\nmetric = "{metric}"\nvalue = {value_}\nwhere = {where}\n'
    file.write_text(text.replace(HEADLINE, whole).replace("[value]", f"{more}[value]"))
    return load_project(folder)


def plain(text: object) -> str:
    return str(text).replace("\N{NO-BREAK SPACE}", " ")


def page_one(record: Record) -> str:
    return plain(go_no_go(record).text())


def everywhere(record: Record) -> list[str]:
    """Every sentence that tells how often the model is right."""
    return [record.row("G1").reason, plain(why(record)), record.decision.reason, page_one(record)]


STATES = {"fail": (0.6, 1.0), "not-enough-evidence": (0.83, 1.0), "pass": (0.98, 0.9)}  # accuracy, target


@pytest.fixture(scope="module", params=STATES)
def slice_only(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Record:
    accuracy, target = STATES[request.param]
    kind = Kind(accuracy=accuracy, seed=3, rows=2000)
    record = assess(with_slice(tmp_path_factory.mktemp("p") / "slice", kind, value_=target), AS_OF)
    assert record.row("G1").status == request.param
    return record


def test_whatever_it_reads_each_sentence_names_the_slice(slice_only: Record) -> None:
    for said in everywhere(slice_only):
        assert SLICE in said
    assert slice_only.row("G1").where == slice_only.row("4.3").where == slice_only.row("D3").where == SLICE
    assert SLICE in slice_only.row("4.2").reason
    if slice_only.row("G1").labels_needed:
        assert f"more labels where {SLICE}" in plain(ask(slice_only))
        assert open_steps(slice_only)[0].what.endswith(f"more rows where {SLICE}")


def test_a_title_names_the_slice_whatever_the_status(slice_only: Record) -> None:
    """Whoever reads one line only, of a test report, a summary or a heading, reads of which part it is."""
    cases = [line for line in junit_xml(slice_only).splitlines() if "<testcase" in line]
    about = [
        r.id for r in slice_only.criteria if r.where and r.kind == "criterion" and r.weight != "context" and r.status
    ]
    assert {"G1", "4.3"} <= set(about)
    for row_id in about:
        assert any(f'name="{row_id} ' in line and SLICE in line for line in cases), row_id
    told = summary_markdown(slice_only).replace("`", "").splitlines()
    assert all(SLICE in line for line in told if line.startswith(("## ", "| Right often")))
    page = go_no_go(slice_only)
    assert SLICE in str(page.title)
    assert sum(SLICE in plain(line) for line in page.text().splitlines()[:3]) >= 2  # heading and sentence
    assert all(SLICE in step.what for step in open_steps(slice_only)[: slice_only.row("G1").status != "pass"])


def test_the_money_is_that_of_the_slice(slice_only: Record, tmp_path: Path) -> None:
    sample = pd.read_csv(with_slice(tmp_path / "again", Kind(seed=3, rows=2000), value_=1.0).root / "production.csv")
    share = (sample["channel"] == "mail").mean()
    found = slice_only.money
    assert found is not None
    assert (found.where, found.share) == (SLICE, pytest.approx(share))
    right = slice_only.row("4.3").estimate
    assert right is not None
    assert found.monthly.estimate == pytest.approx(share * 20_000 * (2.0 * right - (1 - right)) - 1_000, rel=1e-6)
    for told in (page_one(slice_only), plain(value(slice_only).markup)):
        assert f"Only where {SLICE}, 50 % of the rows." in told or f"Only where {SLICE}, 49 % of the rows." in told


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_where_the_slice_is_the_worst_off_page_one_shows_its_metric_and_its_name(tmp_path: Path, metric: str) -> None:
    record = assess(
        with_slice(tmp_path / "p", Kind(accuracy=0.6, seed=3, rows=2000), value_=1.0, headline=True, metric=metric),
        AS_OF,
    )
    row = record.row("G1")
    assert (row.status == "pass", row.metric, row.where) == (False, metric, SLICE)
    assert all(SLICE in said for said in everywhere(record))
    assert ("F1 averaged over the classes" in page_one(record)) == (metric == "macro_f1")
    assert record.row("4.3").where == ""
    assert record.money is not None
    assert (record.money.where, record.money.share) == ("", 1.0)


def test_a_whole_that_passes_beside_its_slice_reads_as_the_whole(tmp_path: Path) -> None:
    record = assess(
        with_slice(tmp_path / "p", Kind(accuracy=0.98, seed=3, rows=2000), value_=0.9, headline=True), AS_OF
    )
    assert record.row("G1").status == "pass"
    assert not any(SLICE in said for said in (*everywhere(record), junit_xml(record), summary_markdown(record)))


def test_a_slice_of_fewer_than_five_rows_is_not_named(tmp_path: Path) -> None:
    project = with_slice(tmp_path / "p", Kind(seed=3), value_=1.0, where='{ channel = "Ida Quist" }')
    file = project.root / "production.csv"
    sample = pd.read_csv(file)
    sample.loc[:3, "channel"] = "Ida Quist"
    sample.to_csv(file, index=False)
    text = assess(project, AS_OF).to_json()
    assert "Ida Quist" not in text
    assert "channel = value withheld" in text


def test_the_what_if_writes_the_slice_back_as_a_slice(tmp_path: Path) -> None:
    views = WhatIfs(Workspace.open(str(with_slice(tmp_path / "p", Kind(seed=3), value_=1.0).root), as_of=AS_OF))
    written = tomllib.loads(views.as_toml(views.start))
    assert written["targets"]["more"][0]["where"] == {"channel": "mail"}
    assert "value" not in written["targets"]
