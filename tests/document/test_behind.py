"""The pages behind: every row and figure of the record is somewhere, in tables that machines can read."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from readability import visible

from gatebook.document import show
from gatebook.record import Evidence, Fates
from records import empty_record, evidence, record, troubled_record, varied, wide_record

BEHIND = [name for name in dir(show) if name not in ("go_no_go", "data_reality_check", "error_analysis")]
RECORDS = varied()


def text(name, rec):
    return visible(str(getattr(show, name)(rec).markup)).replace("\N{NO-BREAK SPACE}", " ")


class Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables, self.captions, self.unscoped = 0, 0, 0

    def handle_starttag(self, tag, attrs):
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.unscoped += tag == "th" and "scope" not in dict(attrs)


@pytest.mark.parametrize("name", BEHIND)
@pytest.mark.parametrize("kind", ["open", "troubled", "empty"])
def test_every_section_has_one_heading_and_tables_with_caption_and_scope(name, kind):
    piece = getattr(show, name)(RECORDS[kind])
    markup = str(piece.markup)
    assert markup.count("<h2") == 1
    assert "<h1" not in markup
    assert piece.heading.endswith("?")
    seen = Tables()
    seen.feed(markup)
    assert seen.tables == seen.captions
    assert seen.unscoped == 0
    assert "None" not in visible(markup)
    assert "nan" not in visible(markup).split()


def test_every_condition_is_listed_with_who_closes_it():
    told = text("conditions", troubled_record())
    for row in troubled_record().criteria:
        if row.weight == "condition":
            assert f"{row.title} ({row.id})" in told
    assert "nobody yet" in told
    assert "platform lead, 14 November 2026" in told


def test_decisive_tests_are_told_with_figures_and_reason():
    told = text("rows", record())
    assert "Measured 74 % on 212 cases, likely 68 % to 80 %; needed 72 %." in told
    assert "Label 140 more rows." in told


def test_clustered_cases_say_what_they_are_worth():
    rows = (record().criteria[0].model_copy(update={"n_effective": 96.0}), *record().criteria[1:])
    assert "212 cases (as informative as 96 unrelated ones)" in text("rows", record(criteria=rows))


def test_an_open_line_account_is_said_first():
    first = record().tables[0].model_copy(update={"closed": False})
    assert "1 table could not be accounted for" in text("lines", record(tables=(first, *record().tables[1:])))


def test_lines_set_aside_are_counted():
    told = text("lines", record())
    assert "Every line of 4 tables is accounted for. 4 lines could not be used" in told


def test_fates_that_no_table_has_take_no_column():
    assert "Repaired" not in text("lines", record())
    table = record().tables[0].model_copy(update={"fates": Fates(header=1, kept=9, repaired=3)})
    assert "Repaired" in text("lines", record(tables=(table,)))


def test_very_many_columns_are_cut_to_the_worst_and_the_rest_is_counted():
    told = text("columns", wide_record(1000))
    assert "960 columns are left out here" in told
    worst = max(wide_record(1000).evidence.columns, key=lambda c: c.missing)
    assert worst.column in told


def test_a_hundred_columns_are_all_shown():
    told = text("columns", wide_record(100))
    assert all(c.column in told for c in wide_record(100).evidence.columns)


def test_values_of_personal_columns_are_withheld():
    facts = tuple(c.model_copy(update={"personal": True, "top": (("Ann Lee", 9),)}) for c in evidence(4).columns)
    told = text("columns", record(evidence=Evidence(columns=facts)))
    assert "Ann Lee" not in told
    assert told.count("values withheld") == 4


def test_missing_parts_are_said_and_not_left_blank():
    rec = empty_record()
    assert "no curated table" in text("drift", rec)
    assert "no confidence" in text("reliability", rec)
    assert "no latency" in text("latency", rec)
    assert "Nobody has listed the systems" in text("integration", rec)
    assert "Nobody has stated what a right answer is worth" in text("value", rec)
    assert "nothing to compare" in text("baselines", rec)
    assert "No look at the labels" in text("looks", rec)


def test_hashes_of_all_inputs_are_in_the_provenance():
    told = text("provenance", record())
    assert told.count("9f" * 32) == 4
    assert "ab" * 32 in told


def test_moved_goalposts_are_listed_in_full():
    assert all(g in text("looks", troubled_record()) for g in troubled_record().goalposts)


def test_latency_says_that_failed_requests_count_as_too_slow():
    assert "6 of them failed and count as too slow" in text("latency", record())


def test_a_group_is_red_only_where_its_whole_range_lies_above_the_rest():
    markup = str(show.groups(record()).markup)
    assert 'class="interval fail"' not in markup
    groups = tuple(
        g.model_copy(update={"lower": 0.5, "upper": 0.9, "rate": 0.7}) for g in record().evidence.errors.groups
    )
    errors = record().evidence.errors.model_copy(update={"groups": groups})
    worse = record(evidence=record().evidence.model_copy(update={"errors": errors}))
    assert str(show.groups(worse).markup).count('class="interval fail"') == len(groups)
