"""The exporter: one page, no script, no request, nothing of other people's cells, honest about a broken run."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbconvert.utils.exceptions import ConversionException
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from traitlets.config import Config

from cells import executed
from gatebook.document import show
from gatebook.document.exporter import GatebookExporter, export_html, incomplete
from records import HOSTILE, hostile_record, record, varied, wide_record

NAMES = ("01_data_reality_check", "04_error_analysis", "04_go_no_go")
CSP = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; script-src 'none'; base-uri "
    "'none'; form-action 'none'"
)
RECORDS = varied()


class Page(HTMLParser):
    """Every tag with its attributes, and the text."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def failed(name: str = "04_go_no_go", ename: str = "TableError", evalue: str = "labels.csv: no column `id`.\nmore"):
    notebook = executed(name, record())
    steps = [c for c in notebook.cells if c.cell_type == "code"]
    cell = steps[3]
    cell.outputs = [new_output("error", ename=ename, evalue=evalue, traceback=["Traceback secret-path-in-frame"])]
    for later in steps[4:]:
        later.outputs, later.execution_count = [], None
    return notebook


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", sorted(RECORDS))
def test_documents_are_self_contained(name, kind):
    html = export_html(executed(name, RECORDS[kind]))
    page = Page(html)
    head = html.index("<head>") + len("<head>")
    assert html[head:].lstrip().startswith(f'<meta http-equiv="Content-Security-Policy" content="{CSP}">')
    names = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(names)
    assert names.count("h1") == 1
    assert names.count("main") == 1
    assert ("html", {"lang": "en"}) in page.tags
    for _, attributes in page.tags:
        for key, value in attributes.items():
            assert not key.startswith("on")
            if key in ("src", "href", "xlink:href", "action"):
                assert value.startswith(("#", "data:application/gzip"))
    assert not re.search(r"url\(|@import", html)
    anchors = {a["href"][1:] for t, a in page.tags if t == "a" and a["href"].startswith("#")}
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert anchors <= set(ids)
    assert len(ids) == len(set(ids))
    assert len(html.encode()) <= 300_000


@pytest.mark.parametrize("name", NAMES)
def test_very_wide_tables_stay_within_a_megabyte(name):
    assert len(export_html(executed(name, wide_record(100))).encode()) <= 300_000
    assert len(export_html(executed(name, wide_record(1000))).encode()) <= 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_equal_notebooks_give_equal_bytes(name):
    assert export_html(executed(name, record())) == export_html(executed(name, record()))


def test_title_names_project_and_document():
    html = export_html(executed("04_go_no_go", record()))
    assert "<title>Late-arrival alerts: go/no-go, week 4</title>" in html


def test_code_is_hidden_in_details_and_has_no_injected_cell():
    notebook = executed("04_go_no_go", record())
    injected = new_code_cell('project = "/home/me/secret"', metadata={"tags": ["injected-parameters"]})
    injected.execution_count = 1
    notebook.cells.insert(1, injected)
    html = export_html(notebook)
    assert "secret" not in html
    details = html[html.index("<details") : html.index("</details>")]
    assert "poc.page(&#34;go-no-go&#34;)" in details
    assert "poc.page(&#34;go-no-go&#34;)" not in html.replace(details, "")


def test_cells_of_other_people_stay_in_the_notebook_and_are_counted():
    notebook = executed("04_go_no_go", record())
    cell = new_code_cell("table.head()", execution_count=50)
    cell.outputs = [new_output("execute_result", data={"text/html": "<table>Ann Lee</table>"}, execution_count=50)]
    notebook.cells.append(cell)
    html = export_html(notebook)
    assert "Ann Lee" not in html
    assert "The output of one cell that was added by hand stay" in html


def test_explorers_are_dropped():
    notebook = executed("04_go_no_go", record())
    cell = new_code_cell("explore(record)", metadata={"tags": ["explore"]}, execution_count=50)
    cell.outputs = [new_output("display_data", data={"text/plain": "VBox()"})]
    notebook.cells.append(cell)
    html = export_html(notebook)
    assert "VBox" not in html
    assert "explore(record)" not in html
    assert "added by hand" not in html
    assert incomplete(notebook) == ""


def test_markdown_of_people_is_kept_without_raw_html_pictures_or_a_second_main_heading():
    notebook = executed("04_go_no_go", record())
    notebook.cells.append(
        new_markdown_cell("# Our own words\n\n**bold** <script>x()</script> ![p](http://a.b/c.png) [l](javascript:x)")
    )
    page = Page(html := export_html(notebook))
    assert "Our own words" in html
    assert ("strong", {}) in page.tags
    names = [tag for tag, _ in page.tags]
    assert names.count("h1") == 1
    assert "script" not in names
    assert "img" not in names
    assert not any("javascript" in (a.get("href") or "") for _, a in page.tags)


def test_a_failed_notebook_says_so_on_top_without_traceback():
    html = export_html(failed())
    main = html[html.index("<main>") :]
    assert re.match(r'<main>\s*<div class="incomplete"', main)
    assert "Incomplete" in main
    assert "Step 4 of 14 failed. labels.csv: no column `id`." in main
    assert "Traceback" not in html
    assert "secret-path" not in html


def test_the_text_of_an_unexpected_error_is_not_shown():
    html = export_html(failed(ename="ValueError", evalue="row ('Ann Lee', 7) is odd"))
    assert "Ann Lee" not in html
    assert "an error that gatebook did not expect (ValueError)" in html


def test_a_failed_run_carries_the_record_when_it_is_given():
    assert "decision.json.gz" not in export_html(failed())
    assert export_html(failed(), embed=record()).count("decision.json.gz") == 1
    complete = executed("04_go_no_go", record())
    assert export_html(complete, embed=record()) == export_html(complete)


def test_a_notebook_that_did_not_run_makes_no_document_or_an_incomplete_one():
    fresh = executed("04_go_no_go", record())
    for cell in fresh.cells:
        cell.outputs, cell.execution_count = [], None
    assert incomplete(fresh) == "This notebook has not been run."
    with pytest.raises(ConversionException, match="has not been run: run it by papermill"):
        export_html(fresh)
    half = executed("04_go_no_go", record())
    next(c for c in half.cells if c.id == "provenance").execution_count = None
    assert incomplete(half) == "Only 13 of 14 steps were run."


def test_settings_of_nbconvert_take_nothing_from_the_page():
    config = Config()
    for name in ("ClearOutputPreprocessor", "TagRemovePreprocessor", "RegexRemovePreprocessor"):
        config[name].enabled = True
    config.TagRemovePreprocessor.remove_all_outputs_tags = {"provenance"}
    config.RegexRemovePreprocessor.patterns = [".*"]
    config.TemplateExporter.exclude_output = True
    notebook = executed("04_go_no_go", record())
    text, _ = GatebookExporter(config=config).from_notebook_node(notebook)
    assert text == export_html(notebook)


def test_cells_that_papermill_adds_after_a_failure_are_dropped():
    notebook = failed()
    notice = new_markdown_cell("<span style='color:red'>An Exception was encountered</span>")
    notice.metadata["tags"] = ["papermill-error-cell-tag"]
    notebook.cells.insert(0, notice)
    assert "An Exception was encountered" not in export_html(notebook)


def test_styles_stand_once_in_the_head():
    html = export_html(executed("04_go_no_go", record()))
    assert html.count("<style") == 1
    assert html.index("<style") < html.index("<body")


@pytest.mark.parametrize("name", NAMES)
def test_hostile_text_is_shown_as_text(name):
    page = Page(export_html(executed(name, hostile_record())))
    assert not {"script", "img"} & {tag for tag, _ in page.tags}
    assert HOSTILE[:30] in "".join(page.words)


PIECES = [name for name in dir(show) if name != "provenance"]
SIGNS = st.text(alphabet="<>&\"'`$\\{}%=/ ax\n\u202e\u0000", min_size=1, max_size=40)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SIGNS)
def test_no_text_of_a_record_becomes_a_tag_or_an_attribute(text):
    import records

    base = records.record(slices=records.slices())
    original, records.HOSTILE = records.HOSTILE, text
    try:
        nasty = records.hostile_record(base)
    finally:
        records.HOSTILE = original
    for name in PIECES:
        mine = Page(str(getattr(show, name)(nasty).markup)).tags
        plain = {tag for tag, _ in Page(str(getattr(show, name)(base).markup)).tags} | {"code", "span", "p", "small"}
        assert {tag for tag, _ in mine} <= plain
        known = {
            "class",
            "id",
            "role",
            "scope",
            "tabindex",
            "viewbox",
            "d",
            "fill",
            "cx",
            "cy",
            "r",
            "x",
            "y",
            "dx",
            "dy",
            "x1",
            "x2",
            "y1",
            "y2",
            "width",
            "height",
            "text-anchor",
            "stroke",
            "stroke-width",
            "focusable",
            *("style", "transform", "href"),  # of a picture
        }
        assert {key for _, a in mine for key in a if not key.startswith(("aria-", "data-head"))} <= known


@pytest.mark.slow
def test_nbconvert_writes_the_same_document(tmp_path):
    notebook = executed("04_go_no_go", record())
    nbformat.write(notebook, tmp_path / "out.ipynb")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "gatebook", "out.ipynb"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "out.html").read_text(encoding="utf-8") == export_html(notebook)


def test_exporter_is_registered():
    from nbconvert.exporters import get_exporter

    assert get_exporter("gatebook") is GatebookExporter


def test_no_template_holds_a_script_or_an_address():
    folder = Path(show.__file__).parent / "templates"
    for path in folder.rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "http://" not in text
        assert "https://" not in text
