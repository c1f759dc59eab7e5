"""Pictures by matplotlib: from any record, with the page's colours, real text, bytes that repeat, and in words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from gatebook.document import show
from gatebook.errors import UsageError
from gatebook.notebook import Opened
from gatebook.pictures import PICTURES, figure_of, shown
from gatebook.pictures.picture import short
from gatebook.pictures.themed import _VARIABLES, blank, inline, styled
from gatebook.poc import Poc
from records import empty_record, record

NASTY = '</text></svg><script>x</script> $a$ & \x00 id="patch_1" #33506b font: 3px'
PAGES = {"data_reality_check", "error_analysis", "go_no_go"}
SECTIONS = sorted(set(dir(show)) - PAGES)


@pytest.fixture(autouse=True)
def _no_window(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")


def drawn(name):
    return [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", str(shown(name, record())))]


def some():
    """Names of the pictures that the full record has something for."""
    return [name for name, picture in PICTURES.items() if len(picture.frame(record()))]


def test_the_full_record_has_most_pictures_and_the_empty_one_draws_nothing_that_it_lacks():
    assert len(some()) >= len(PICTURES) - 3
    for name, picture in PICTURES.items():
        assert bool(shown(name, empty_record())) == bool(len(picture.frame(empty_record())))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_told_in_words_and_its_bytes_repeat(name):
    for svg in drawn(name):
        title, words = svg[0], svg[1]
        assert [title.tag, words.tag] == ["title", "desc"]
        assert title.text
        assert words.text
        assert svg.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
    assert shown(name, record()) == shown(name, record())


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_takes_its_colours_and_letters_from_the_page(name):
    markup = str(shown(name, record()))
    assert not any(colour in markup.lower() for colour in _VARIABLES)
    assert "font-family" not in markup
    assert "<style" not in markup
    assert set(re.findall(r"#[0-9a-f]{6}\b", markup)) <= {"#ffffff", "#000000"}


def test_no_id_stands_twice_in_a_page_and_each_reference_meets_one():
    page = "".join(str(shown(name, record())) for name in PICTURES)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    used = re.findall(r'(?:href="|url\()#([\w-]+)', page)
    assert set(used) <= set(ids)


def test_whatever_a_label_says_stays_text():
    with styled():
        figure = blank(300, 120)
        axes = figure.add_subplot()
        axes.set_title(NASTY)
        axes.set_xticks([0], [NASTY])
        markup = inline(figure, name="nasty", title=NASTY, describe=NASTY)
    said = NASTY.replace("\x00", "\ufffd")
    texts = [node.text for node in ET.fromstring(markup).iter() if node.tag in ("text", "title", "desc")]
    assert texts.count(said) == 4
    assert isinstance(markup, Markup)
    assert "<script" not in markup


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_a_label_keeps_a_name_but_for_blanks_and_cuts_a_long_one_at_its_end(name):
    words = name.split()
    told = short(name)
    assert told == " ".join(words) if len(words) <= 5 else told.startswith(words[0])


def test_the_readers_own_settings_of_matplotlib_stay_as_they_are():
    before = dict(mpl.rcParams)
    for name in some():
        shown(name, record())
    Poc(Opened(record())).slices.plot()
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("known", [record(), empty_record()], ids=["full", "empty"])
@pytest.mark.parametrize("name", SECTIONS)
def test_each_section_gives_a_frame_of_stated_columns_and_draws(name, known):
    section = getattr(Poc(Opened(known)), name)
    full = getattr(Poc(Opened(record())), name)
    assert list(section.frame().columns) == list(full.frame().columns)
    assert len(section.frame().columns)
    for picture in section.drawn:
        figure = section.plot(picture=picture).figure
        assert figure.axes
    if not section.drawn:
        with pytest.raises(UsageError, match=r"no picture; `\.frame\(\)`"):
            section.plot()


def test_a_picture_is_drawn_where_the_reader_wants_it_and_from_the_rows_that_they_choose():
    section = Poc(Opened(record())).groups
    rows = section.pictured().head(2)
    with styled():
        axes = blank(300, 200).add_subplot()
    assert section.plot(axes, frame=rows) is axes
    assert [label.get_text() for label in axes.get_yticklabels()] == list(rows["label"])
    with pytest.raises(UsageError, match="it has: groups"):
        section.plot(picture="group")


def test_rows_that_a_picture_has_not_seen_are_drawn_from_a_frame_alone():
    frame = pd.DataFrame({"label": ["a"], "missing": [0.2], "rows": [10]})
    assert len(figure_of("missing", frame).axes[0].patches) == 1


def test_a_project_says_in_a_few_lines_what_it_found():
    told = repr(Poc(Opened(record(), looked=True)))
    assert len(told.splitlines()) == 6
    assert record().decision.recommendation in told
    assert "A look at the labels was written" in told
    with pytest.raises(UsageError, match="data-reality-check"):
        Poc(Opened(record())).page("page one")
    with pytest.raises(UsageError, match="has no finding F9999"):
        Poc(Opened(record())).cells("F9999")
