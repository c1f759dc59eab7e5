"""Documents in Chromium: no request, no script, no accessibility finding, nothing off the page or the paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cells import executed
from gatebook.document import show
from gatebook.document.exporter import export_html
from gatebook.record import Record
from records import hostile_record, varied, wide_record
from records import record as made

pytestmark = pytest.mark.browser
NOTEBOOKS = ("01_data_reality_check", "04_error_analysis", "04_go_no_go")
PAGES = {"data_reality_check", "error_analysis", "go_no_go"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RECORDS = varied()
EXAMPLES = sorted((Path(__file__).parents[2] / "reports/examples").glob("*/*.html"))


@pytest.fixture(scope="session")
def axe() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text()


def written(folder: Path, text: str) -> str:
    path = folder / "document.html"
    path.write_text(text, encoding="utf-8")
    return path.as_uri()


def many_findings() -> Record:
    """Return a record with nine findings of different kinds, each told at length."""
    base = RECORDS["open"].findings[0]
    told = {
        "title": (
            "`country_of_delivery` contradicts what `city`, `customer_id` and `customer_email` say of it in 9 of "
            "1,334 rows (0.7 %)"
        ),
        "meaning": (
            "Two fields tell the model opposite things about one row, and a reader cannot know which; one of "
            "them is wrong."
        ),
        "action": (
            "Check these rows against the source of `city` and `customer_id` and `customer_email`; then guard "
            "the dependency with a check."
        ),
    }
    return made(findings=tuple(base.model_copy(update={"kind": f"kind {n}", **told}) for n in range(9)))


def page_one_only(record: Record, name: str = "04_go_no_go") -> str:
    notebook = executed(name, record)
    notebook.cells = [c for c in notebook.cells if c.metadata.get("tags") or c.id == "page-one"]
    return export_html(notebook)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
@pytest.mark.parametrize(
    "name", ["open", pytest.param("troubled", marks=pytest.mark.slow), pytest.param("empty", marks=pytest.mark.slow)]
)
def test_no_accessibility_finding_in_light_dark_forced_colours_and_print(chromium, axe, tmp_path, notebook, name):
    assert_accessible(chromium, axe, written(tmp_path, export_html(executed(notebook, RECORDS[name]))))


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_no_accessibility_finding_in_the_documents_of_the_samples(chromium, axe, path):
    assert_accessible(chromium, axe, path.as_uri())


def assert_accessible(chromium, axe: str, address: str) -> None:
    """Hold that axe finds nothing on a phone in light, dark and forced colours and on paper, and that Tab goes from top
    to end.
    """
    context = chromium.new_context(bypass_csp=True, viewport={"width": 375, "height": 667})
    page = context.new_page()
    page.goto(address)
    page.evaluate(axe)
    for look in (
        {"media": "screen", "color_scheme": "light", "forced_colors": "none"},
        {"media": "screen", "color_scheme": "dark", "forced_colors": "none"},
        {"media": "screen", "color_scheme": "light", "forced_colors": "active"},
        {"media": "print", "color_scheme": "light", "forced_colors": "none"},
    ):
        page.emulate_media(**look)
        found = page.evaluate(
            "rules => axe.run(document, {resultTypes: ['violations'], runOnly: rules}).then(r => r.violations)", RULES
        )
        told = [(v["id"], [n["html"][:120] for n in v["nodes"][:2]]) for v in found]
        assert told == [], look
    page.emulate_media(media="screen", color_scheme="light", forced_colors="none")
    wanted = page.evaluate("document.querySelectorAll('a[href], summary').length")
    reached = []
    for _ in range(wanted):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.getBoundingClientRect().top + scrollY"))
    assert reached == sorted(reached)
    assert len(set(reached)) > wanted / 2
    context.close()


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_hostile_text_runs_nothing_and_asks_for_nothing(chromium, tmp_path, notebook):
    address = written(tmp_path, export_html(executed(notebook, hostile_record())))
    context = chromium.new_context(viewport={"width": 375, "height": 667})
    page = context.new_page()
    asked: list[str] = []
    events: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("dialog", lambda d: (events.append(d.message), d.dismiss()))
    page.on("console", lambda m: events.append(m.text) if m.type == "error" else None)
    page.goto(address)
    assert asked == [address]
    assert events == []
    assert page.evaluate("document.querySelectorAll('script,iframe,object,embed,link,img,form').length") == 0
    assert page.evaluate(
        "[...document.querySelectorAll('*')].every(e => [...e.attributes].every(a => !a.name.startsWith('on')))"
    )
    context.close()


@pytest.mark.parametrize("notebook", NOTEBOOKS)
@pytest.mark.parametrize(
    "name", ["open", *(pytest.param(n, marks=pytest.mark.slow) for n in ("troubled", "empty", "hostile", "wide"))]
)
def test_nothing_leaves_the_page_sideways_on_phones_nor_at_two_or_four_times_zoom(chromium, tmp_path, notebook, name):
    record = {**RECORDS, "hostile": hostile_record(), "wide": wide_record(300)}[name]
    address = written(tmp_path, export_html(executed(notebook, record)))
    context = chromium.new_context()
    page = context.new_page()
    page.goto(address)
    for width in (320, 375, 640, 1280):  # 640 and 320 are what 1,280 px leave at 200 % and 400 %
        page.set_viewport_size({"width": width, "height": 667})
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], width
    context.close()


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_first_screen_of_a_phone_holds_verdict_reason_and_request(chromium, tmp_path, name):
    context = chromium.new_context(viewport={"width": 375, "height": 667})
    page = context.new_page()
    page.goto(written(tmp_path, page_one_only(RECORDS[name])))
    bottoms = page.evaluate("['h1', '.why', '.ask'].map(s => document.querySelector(s).getBoundingClientRect().bottom)")
    assert max(bottoms) <= 667
    context.close()


def sheets(page, address: str) -> int:
    page.goto(address)
    printed = page.pdf(format="A4", print_background=True, prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page[^s]", printed))


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_page_one_fits_one_sheet_of_a4(chromium, tmp_path, notebook):
    context = chromium.new_context()
    page = context.new_page()
    records = {**RECORDS, "hostile": hostile_record(), "wide": wide_record(300), "many": many_findings()}
    counted = {
        name: sheets(page, written(tmp_path, page_one_only(record, notebook))) for name, record in records.items()
    }
    assert counted == dict.fromkeys(records, 1)
    context.close()


def test_pages_behind_begin_on_a_new_sheet(chromium, tmp_path):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(written(tmp_path, export_html(executed("04_go_no_go", RECORDS["open"]))))
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.page-one')).breakAfter") == "page"
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    context.close()


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_without_styles_the_page_reads_from_the_verdict_down(chromium, tmp_path, notebook):
    context = chromium.new_context(viewport={"width": 375, "height": 667})
    page = context.new_page()
    page.goto(written(tmp_path, export_html(executed(notebook, RECORDS["open"]))))
    in_order = """() => ['.mast', 'h1', '.why', '.ask', '.page-one h2', '.foot', '.contents h2', '.part h2', '.source']
        .map(s => document.querySelector(s).getBoundingClientRect().top)"""
    styled = page.evaluate(in_order)
    page.evaluate("document.querySelectorAll('style').forEach(s => s.remove())")
    plain = page.evaluate(in_order)
    assert plain != styled
    assert plain == sorted(plain)
    assert styled == sorted(styled)
    headings = page.evaluate("[...document.querySelectorAll('h1, h2')].map(h => h.innerText.trim())")
    assert page.evaluate("document.querySelectorAll('h1').length") == 1
    assert headings[0] == page.inner_text("h1").strip()
    assert all(headings)
    context.close()


def test_a_heading_is_never_the_last_of_its_sheet(chromium, tmp_path):
    context = chromium.new_context()
    page = context.new_page()
    for notebook in NOTEBOOKS:
        page.goto(written(tmp_path, export_html(executed(notebook, RECORDS["open"]))))
        page.emulate_media(media="print")
        kept = page.evaluate(
            """[...document.querySelectorAll('.part > h2, .part > p:has(+ figure, + .tablebox)')]
               .map(e => getComputedStyle(e).breakAfter)"""
        )
        assert set(kept) == {"avoid"}, notebook
    context.close()


def test_labels_of_a_bullet_graph_never_meet(chromium, tmp_path):
    context = chromium.new_context(viewport={"width": 375, "height": 667})
    page = context.new_page()
    for name, record in RECORDS.items():
        page.goto(written(tmp_path, page_one_only(record)))
        meeting = page.evaluate(
            """() => [...document.querySelectorAll('svg.bullet')].flatMap(svg => {
                 const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
                 return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
                   .filter(([b, q]) => p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom)
                   .map(([b]) => a + ' / ' + b)) })"""
        )
        assert meeting == [], name
    context.close()


def test_the_record_in_the_page_is_the_record(chromium, tmp_path):
    import base64
    import gzip

    record = RECORDS["open"]
    context = chromium.new_context()
    page = context.new_page()
    page.goto(written(tmp_path, export_html(executed("04_go_no_go", record))))
    link = page.get_attribute("a[download]", "href")
    data = gzip.decompress(base64.b64decode(link.split(",", 1)[1]))
    assert Record.model_validate_json(data) == record
    context.close()


def test_each_section_of_a_project_stands_in_a_notebook():
    called = {
        cell.source.removeprefix("poc.")
        for name in NOTEBOOKS
        for cell in executed(name, RECORDS["open"]).cells
        if cell.source.startswith("poc.") and not cell.metadata.get("tags")
    }
    assert called == set(dir(show)) - PAGES
