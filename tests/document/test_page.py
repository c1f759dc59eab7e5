"""Pieces show themselves in a notebook, and as plain text."""

from __future__ import annotations

from markupsafe import Markup

from gatebook.document import show
from gatebook.document.page import Fragment, breakable, code, macro
from records import record


def test_the_first_page_brings_the_styles_and_says_what_it_is():
    data, about = show.go_no_go(record())._repr_mimebundle_()
    assert data["text/html"].startswith("<style data-gatebook-style>")
    assert about == {
        "gatebook": {"name": "go-no-go", "heading": "Page one", "title": "Late-arrival alerts: go/no-go, week 4"}
    }
    data, _ = show.looks(record())._repr_mimebundle_()
    assert "<style" not in data["text/html"]


def test_terminals_get_words():
    data, _ = show.go_no_go(record())._repr_mimebundle_()
    assert "Not enough evidence" in data["text/plain"]
    assert "Measured 74 %, likely between 68 % and 80 %" in data["text/plain"]
    assert "<" not in data["text/plain"]


def test_backticks_become_code_and_nothing_else_does():
    assert code("`a<b` is & `c`") == "<code>a&lt;b</code> is &amp; <code>c</code>"
    assert code("an odd ` tick") == "an odd ` tick"
    assert code("`src=x` `b` `>` is empty") == "`src=x` `b` `&gt;` is empty"


def test_long_words_may_break_and_short_ones_may_not():
    assert breakable("short " + "x" * 40) == f'short <span class="long">{"x" * 40}</span>'
    assert breakable("a<b") == "a&lt;b"
    assert breakable(Markup("<i>kept</i>")) == "<i>kept</i>"


def test_tables_of_many_columns_can_stack_on_a_phone():
    row = ("a", "b", "c", "7")
    markup = macro("table", "Things", ("A", "B", "C", "#D"), (row,))
    assert '<table role="table" class="stack">' in markup
    assert 'class="n" data-head="D"' in markup
    narrow = macro("table", "Things", ("A", "#B"), (("a", "7"),))
    assert "stack" not in narrow
    assert "data-head" not in narrow


def test_jupyterlab_takes_no_amount_for_mathematics():
    html, _ = Fragment("a", "A", Markup("<p>costs $5 and $6</p>"))._repr_mimebundle_()
    assert '<div class="gb mathjax_ignore"><p>costs $5 and $6</p></div>' in html["text/html"]
