import gzip
import io
import zipfile
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions
from gatebook.reading import content as module
from gatebook.reading.account import Called
from gatebook.reading.content import open_content, scan
from gatebook.reading.store import InputFile, Rejects


def content(tmp_path, data, *, max_ratio=None, **options):
    """Open bytes as text; `max_ratio` stands unless a cap on the bytes is told."""
    file = tmp_path / "f"
    file.write_bytes(data)
    told = ReadOptions(**options) if max_ratio else ReadOptions(**{"max_bytes": 10**6, **options})
    store = SimpleNamespace(scratch=tmp_path)
    return open_content(InputFile(file, "f", Called("f"), told, store, "data", Rejects(None)))


TEXT = "id,name\n" + "".join(f"{i},Müller größer as süß\n" for i in range(40))
RUSSIAN = "номер,имя\n" + "".join(f"{i},Добрый день всем, это письмо о заказе\n" for i in range(40))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
        ("latin-1", "cp1252"),
    ],
)
def test_the_encoding_is_found_and_the_text_is_the_same(tmp_path, encoding, found):
    made = content(tmp_path, TEXT.encode(encoding))
    assert made.encoding == found
    assert made.path.read_text("utf-8") == TEXT


def test_an_encoding_of_another_script_is_found(tmp_path):
    made = content(tmp_path, RUSSIAN.encode("cp1251"))
    assert made.path.read_text("utf-8") == RUSSIAN


def test_a_told_encoding_wins_and_a_wrong_one_is_an_error(tmp_path):
    assert content(tmp_path, "ж".encode("koi8-r"), encoding="koi8-r").path.read_text("utf-8") == "ж"
    with pytest.raises(TableError, match="utf-8"):
        content(tmp_path, b"m\xfcller", encoding="utf-8")
    with pytest.raises(TableError, match="unknown"):
        content(tmp_path, b"a", encoding="klingon")


def test_archives_of_one_file_are_read(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner.csv", TEXT)
    assert content(tmp_path, packed.getvalue()).path.read_text("utf-8") == TEXT
    assert content(tmp_path, gzip.compress(TEXT.encode())).path.read_text("utf-8") == TEXT


def test_a_bomb_stops_at_the_cap(tmp_path):
    bomb = gzip.compress(b"0" * 5_000_000)
    with pytest.raises(LimitError, match="max_bytes"):
        content(tmp_path, bomb)
    assert (tmp_path / "expanded").stat().st_size < 4_500_000


def test_an_archive_that_swells_is_refused_beyond_the_size_that_is_always_allowed(tmp_path, monkeypatch):
    bomb = gzip.compress(b"1,2\n" * 2_000_000)
    assert len(bomb) * 200 < 8_000_000
    assert content(tmp_path, bomb, max_ratio=200).path.stat().st_size == 8_000_000
    monkeypatch.setattr(module, "_ALWAYS", 10**6)
    with pytest.raises(LimitError, match=r"swells to more than .* set max_bytes"):
        content(tmp_path, bomb, max_ratio=200)
    assert (tmp_path / "expanded").stat().st_size < 8_000_000
    assert content(tmp_path, bomb, max_bytes=10**8).path.stat().st_size == 8_000_000


def test_a_cap_that_the_project_sets_takes_the_place_of_the_ratio():
    assert ReadOptions().max_ratio == 200
    assert ReadOptions(max_bytes=10**10).max_ratio is None


def test_damaged_and_ambiguous_archives_are_clear_errors(tmp_path):
    with pytest.raises(TableError, match="damaged"):
        content(tmp_path, gzip.compress(TEXT.encode())[:-20])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "y")
    with pytest.raises(TableError, match=r"2 \(a\.csv, b\.csv\)"):
        content(tmp_path, packed.getvalue())


@given(st.text(st.sampled_from('ab,"\n\r\0é'), max_size=60))
def test_lines_are_counted_as_a_person_would(text):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "f"
        file.write_bytes(text.encode())
        counts = scan(file, ",", '"')
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if text:
        assert counts.lines == plain.count("\n") + (not plain.endswith("\n"))
    assert counts.nul == text.count("\0")
    assert counts.lf + counts.crlf + counts.cr == plain.count("\n")


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ('a,"b"\n', False),
        ('a,"b ""c"" d"\n', False),
        ('"a\nb",c\n', False),
        ('a,5" b\n', True),
        ('a,"b"c\n', True),
        ('a,["x"]\n', True),
        ('"","",""\n', False),
    ],
)
def test_quotes_out_of_place_are_noticed(tmp_path, text, loose):
    file = tmp_path / "f"
    file.write_text(text, newline="")
    assert scan(file, ",", '"').loose_quote is loose
