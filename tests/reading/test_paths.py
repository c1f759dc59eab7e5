import os

import pytest

from gatebook.errors import TableError
from gatebook.project.tables import resolve


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        ("../secret.csv", "copy the file"),
        ("a/../../secret.csv", "copy the file"),
        ("/etc/passwd", "relative path"),
        ("~/x.csv", "relative path"),
        ("https://example.org/x.csv", "export"),
        ("s3://bucket/x", "export"),
        ("${WAREHOUSE_URL}", "export"),
        ("a\0b", "NUL"),
        ("folder", "folder"),
        ("nothing.csv", "no such file"),
        ("*.none", "no such file"),
    ],
)
def test_a_path_that_is_no_file_of_the_project_is_refused_with_key_and_fix(tmp_path, path, fix):
    (tmp_path / "folder").mkdir()
    with pytest.raises(TableError, match=fix) as caught:
        resolve("labels", path, tmp_path)
    assert "[tables.labels] path" in str(caught.value)


def test_a_link_out_of_the_project_is_refused(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    root = tmp_path / "project"
    root.mkdir()
    (root / "in.csv").symlink_to(outside)
    (root / "d").symlink_to(tmp_path)
    for path in ("in.csv", "d/outside.csv", "d/*.csv"):
        with pytest.raises(TableError, match="link out of the project"):
            resolve("sample", path, root)


def test_a_link_inside_the_project_and_a_glob_are_followed_in_order(tmp_path):
    for name in ("b.csv", "a.csv"):
        (tmp_path / name).write_text("x\n1\n")
    (tmp_path / "latest.csv").symlink_to(tmp_path / "a.csv")
    assert resolve("sample", "latest.csv", tmp_path) == [(tmp_path / "a.csv").resolve()]
    assert [f.name for f in resolve("sample", "[ab].csv", tmp_path)] == ["a.csv", "b.csv"]


def test_a_file_whose_name_looks_like_a_pattern_is_found(tmp_path):
    (tmp_path / "a[1] {x}.csv").write_text("x\n1\n")
    assert len(resolve("sample", "a[1] {x}.csv", tmp_path)) == 1


def test_a_near_name_is_suggested(tmp_path):
    (tmp_path / "production.csv").write_text("x\n1\n")
    with pytest.raises(TableError, match=r"did you mean 'production\.csv'"):
        resolve("sample", "prodution.csv", tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="POSIX names")
def test_spaces_and_newlines_in_names_are_fine(tmp_path):
    (tmp_path / "a b\nc.csv").write_text("x\n1\n")
    assert len(resolve("sample", "a b\nc.csv", tmp_path)) == 1
