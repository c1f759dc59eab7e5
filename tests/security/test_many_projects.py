"""Ten projects unattended, five of them broken in different ways: the rest is published, each cause is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from faulty import kernels_below
from projects import AS_OF, Kind, make_project

pytestmark = pytest.mark.slow


def with_a_typo(root: Path) -> None:
    file = root / "gatebook.toml"
    file.write_text(file.read_text().replace('task = "classification"', 'task = "clasification"'))


def without_project_file(root: Path) -> None:
    (root / "gatebook.toml").unlink()


def no_toml(root: Path) -> None:
    (root / "gatebook.toml").write_text("[project\n")


def with_a_password(root: Path) -> None:
    file = root / "gatebook.toml"
    file.write_text(file.read_text().replace('"population.csv"', '"postgresql://u:S3cr3tPw@db.invalid/x"'))


BROKEN = {1: with_a_typo, 2: without_project_file, 4: no_toml, 5: with_a_password, 7: "busy"}
CAUSES = {1: "clasification", 2: "gatebook.toml", 4: "not valid TOML", 5: "password or key", 7: "busy"}
HOLDER = """
import sys, time
from pathlib import Path
from gatebook.lock import project_lock
with project_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(900)
"""


def test_ten_projects_of_which_five_are_broken(tmp_path):
    roots = [make_project(tmp_path / f"p{n:02d}", Kind(rows=120, labels=40, seed=n)) for n in range(10)]
    for number, spoil in BROKEN.items():
        if callable(spoil):
            spoil(roots[number])
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(roots[7])], stdout=subprocess.PIPE)
    scratch = tmp_path / "t"
    scratch.mkdir()
    try:
        assert holder.stdout.readline() == b"held\n"
        done = subprocess.run(
            [sys.executable, "-m", "gatebook", "run", *map(str, roots), "--out", str(tmp_path / "out"), "--jobs", "2", "--json",
             "--gate", "go-no-go", "--as-of", AS_OF.isoformat()],
            capture_output=True, text=True, check=False, env=os.environ | {"TMPDIR": str(scratch)},
        )  # fmt: skip
    finally:
        holder.kill()
        holder.wait()
    outcomes = json.loads(done.stdout)
    assert done.returncode == 1
    assert len(outcomes) == 10
    failed = {n: o["error"] for n, o in enumerate(outcomes) if o["error"]}
    assert set(failed) == set(BROKEN)
    assert all(CAUSES[n] in error and "S3cr3tPw" not in error for n, error in failed.items())
    assert len(list((tmp_path / "out").glob("*/latest/go-no-go.html"))) == 5
    assert list(scratch.iterdir()) == []
    assert [k for root in roots for k in kernels_below(root)] == []
    assert not list((tmp_path / "out").glob("*/.*.partial"))
