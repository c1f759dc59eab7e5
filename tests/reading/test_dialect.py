import polluted as p
import pytest

from gatebook.reading.layout import Dialect, find_dialect

QUOTED = 'id,text\n1,"a, b"\n2,"c ""d"" e"\n3,"f, g"\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "\x1f"])
def test_the_delimiter_is_found(delimiter):
    assert find_dialect(p.dump(p.rows(1), delimiter)).delimiter == delimiter


def test_quotes_and_escapes_are_found():
    assert find_dialect(QUOTED) == Dialect(",")
    assert find_dialect(QUOTED.replace('""', '\\"')) == Dialect(",", '"', "\\")
    assert find_dialect(QUOTED.replace('""', "''").replace('"', "'")).quote == "'"


def test_a_space_after_every_delimiter_is_found():
    assert find_dialect("a, b\n1, 2\n3, 4\n").spaced
    assert not find_dialect("a, b\n1,2\n3, 4\n").spaced


@pytest.mark.parametrize(
    "text",
    [
        "word\nother\nthird\n",
        "id\n1\n2\n",
        "d\n01/02/2024\n2024-03-31T02:30:00+01:00\n",
        "Dear all\nplease find it here\nthanks\n",
    ],
)
def test_a_file_without_delimiter_has_one_column(text):
    assert find_dialect(text).delimiter == ""


def test_one_stray_quote_does_not_hide_the_delimiter():
    lines = [f"{i},{i * 7 % 13}.5,x\n" for i in range(30)]
    lines[3] = '"' + lines[3]
    assert find_dialect("a,b,c\n" + "".join(lines)) == Dialect(",")


def test_what_is_told_is_taken():
    assert find_dialect("a;b\n1;2\n", delimiter=",").delimiter == ","
    assert find_dialect(QUOTED, quote="").quote == ""
    assert find_dialect(QUOTED, escape='"', quote='"').escape == ""


def test_a_dialect_is_readable():
    assert Dialect(",").readable("LF") == "comma, double quotes, LF"
    assert (
        Dialect("~", "'", "\\", spaced=True).readable("CR")
        == "delimiter '~' and space, single quotes, backslash escape, CR"
    )
