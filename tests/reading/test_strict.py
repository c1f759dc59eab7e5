"""Sound CSV is read as such whatever else it could be; a quote that nothing closes is named where it spoils a file."""

import csv
import io
import random

import pytest

from gatebook.errors import TableError
from gatebook.project import TableSpec
from gatebook.project.tables import open_table

WORDS = [
    "this,",
    "it;",
    '"again"',
    "the",
    "answer",
    "is",
    "that",
    "you",
    "can",
    "do",
    "first",
    "open",
    "close",
    "with",
    "care",
]


def read(folder, text, **told):
    (folder / "t.csv").write_text(text, newline="")
    return open_table("sample", TableSpec(path="t.csv", **told), folder)


def written(rows, delimiter=","):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def prose(r, lines, words=12):
    return "\n".join(" ".join(r.choices(WORDS, k=words)) for _ in range(lines))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_answers_of_many_lines_are_cells_in_every_usual_delimiter(tmp_path, delimiter):
    r = random.Random(1)
    rows = [[f"q{i}", prose(r, r.randint(1, 14)), "bot", str(r.randint(1, 900))] for i in range(300)]
    table = read(tmp_path, written([["id", "answer", "model", "ms"], *rows], delimiter))
    assert table.frame().to_numpy().tolist() == rows
    assert table.closed


@pytest.mark.parametrize("place", [0, 3, 250])
@pytest.mark.parametrize("commas", [0, 1, 2])
def test_a_pasted_log_of_thousands_of_lines_is_one_cell(tmp_path, place, commas):
    log = "\n".join(f'{k} INFO step "{k}"' + ", took 3 ms" * commas for k in range(4_000))
    rows = [[f"i{i}", f"title {i}", log if i == place else f"short, number {i}"] for i in range(300)]
    table = read(tmp_path, written([["id", "title", "body"], *rows]))
    assert table.frame().to_numpy().tolist() == rows


def test_a_comma_that_fits_every_record_beats_marks_inside_the_cells(tmp_path):
    rows = [[f"agent-a|{i}|{i % 5}", str(i % 2)] for i in range(300)]
    table = read(tmp_path, written([["run_id", "is_resolved"], *rows]))
    assert table.columns == ("run_id", "is_resolved")
    assert table.frame().to_numpy().tolist() == rows


def test_decimal_commas_do_not_make_a_comma_file_of_one_with_semicolons(tmp_path):
    text = "weight;price\n" + "".join(f"{i},5;{i % 7},25\n" for i in range(200))
    assert read(tmp_path, text).columns == ("weight", "price")


def spoilt(kind, before, after):
    """A table with an open quote after `before` rows, then `after` lines of some kind."""
    r = random.Random(2)
    row = lambda i: f'q{i},"question {i}, {r.choice(said)}",{r.choice("ab")}\n'  # noqa: E731 - short
    said = [w for w in WORDS if w != '"again"']
    line = {
        "prose": lambda _: " ".join(r.choices(said, k=8)) + "\n",
        "speech": lambda _: f'{r.choice(said)} said "{r.choice(said)}, and so on\n',
        "rows": row,
    }[kind]
    rows = "".join(map(row, range(before)))
    return f'id,question,kind\n{rows}q{before},"an open one, never closed,a\n' + "".join(map(line, range(after)))


@pytest.mark.parametrize("kind", ["prose", "speech"])
def test_a_file_that_an_open_quote_spoils_is_refused_with_its_line(tmp_path, kind):
    with pytest.raises(TableError, match=r"line 22: a cell begins with a quote .* never closed"):
        read(tmp_path, spoilt(kind, 20, 5_000))


def test_an_open_quote_far_down_is_named_once_most_lines_are_lost(tmp_path, monkeypatch):
    monkeypatch.setattr("gatebook.reading.delimited._PATIENCE", 500)
    with pytest.raises(TableError, match=r"line 3,002: a cell begins with a quote"):
        read(tmp_path, spoilt("prose", 3_000, 9_000))


@pytest.mark.parametrize(
    ("kind", "before", "after", "kept"),
    [("rows", 20, 5_000, 5_000), ("prose", 3_000, 900, 3_000), ("prose", 20, 300, 0)],
)
def test_a_file_that_can_still_be_used_is_read(tmp_path, monkeypatch, kind, before, after, kept):
    monkeypatch.setattr("gatebook.reading.delimited._PATIENCE", 500)
    table = read(tmp_path, spoilt(kind, before, after))
    assert table.rows >= kept
    assert table.closed


def test_bad_lines_at_the_top_do_not_give_up_a_file_that_is_good_below(tmp_path, monkeypatch):
    monkeypatch.setattr("gatebook.reading.delimited._PATIENCE", 50)
    good = "".join(f"q{i},{i % 7},a\n" for i in range(4_000))
    table = read(tmp_path, "id,number,kind\n" + good[:20_000].rpartition("\n")[0] + "\n" + "x,y\n" * 3_000 + good)
    assert table.rows > 4_000
