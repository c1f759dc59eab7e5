"""Plain papermill and nbconvert, as a scheduler calls them, on the samples: no kit command, no record in the
environment.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from gatebook.workbench import copy_notebooks

ROOT = Path(__file__).parents[1]
DAY = ("-p", "as_of", "2026-10-30")

pytestmark = pytest.mark.slow


def papermill(
    place: Path, notebook: str, *more: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Execute one notebook by the papermill command; `-P` keeps `-m` from importing what lies in the folder."""
    source = ROOT / "notebooks" / f"{notebook}.ipynb"
    run = [sys.executable, "-P", "-m", "papermill", str(source), "out.ipynb", *more, "--no-progress-bar"]
    return subprocess.run(run, cwd=place, capture_output=True, text=True, check=False, env=os.environ | (env or {}))


def nbconvert(place: Path, notebook: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Make the document of a notebook by the nbconvert command."""
    turn = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "gatebook", "--log-level", "ERROR"]
    return subprocess.run([*turn, *more, notebook], cwd=place, capture_output=True, text=True, check=False)


def document(place: Path, notebook: str, project: str) -> str:
    """Execute one notebook by the papermill command, convert it by the nbconvert command, and return the HTML."""
    done = papermill(place, notebook, "-p", "project", project, *DAY)
    assert done.returncode == 0, done.stderr[-2000:]
    done = nbconvert(place, "out.ipynb")
    assert done.returncode == 0, done.stderr[-2000:]
    return (place / "out.html").read_text(encoding="utf-8")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style.*?</style>", "", html)).split())


def copied(place: Path, name: str) -> Path:
    return Path(shutil.copytree(ROOT / "data" / "samples" / name, place / "my projects" / name))


@pytest.mark.parametrize(
    ("sample", "notebook", "verdict"),
    [
        ("flight-delays", "04_go_no_go", "Not enough evidence"),
        ("support-assistant", "04_go_no_go", "Go, with conditions"),
        ("support-assistant", "01_data_reality_check", "Data is clean, but the model was built on different data"),
        ("flight-delays", "04_error_analysis", "One kind of input fails more often"),
    ],
)
def test_papermill_and_nbconvert_make_the_document(tmp_path: Path, sample: str, notebook: str, verdict: str) -> None:
    copied(tmp_path, sample)
    html = document(tmp_path, notebook, f"my projects/{sample}")
    assert verdict in words(html)
    assert "Incomplete" not in html
    assert "<script" not in html


def test_labels_taken_away_are_told(tmp_path: Path) -> None:
    folder = copied(tmp_path, "support-assistant")
    (folder / "labels.csv").unlink()
    told = words(document(tmp_path, "04_go_no_go", "my projects/support-assistant"))
    assert "Not enough evidence" in told
    assert "Go, with conditions" not in told


def test_a_loosened_target_is_told(tmp_path: Path) -> None:
    folder = copied(tmp_path, "flight-delays")
    file = folder / "gatebook.toml"
    file.write_text(file.read_text().replace("value = 0.80", "value = 0.40"))
    assert "Goalpost moved" in words(document(tmp_path, "04_go_no_go", "my projects/flight-delays"))


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("-p", "project", "nowhere"), "nowhere: there is no such folder"),
        (
            ("-p", "project_dir", "my projects/flight-delays"),
            "unknown parameter 'project_dir'; did you mean 'project'?",
        ),
        (
            ("-p", "project", "my projects/flight-delays", "-p", "candidate", "1.10"),
            "candidate = 1.1 arrived as a number",
        ),
    ],
)
def test_a_user_s_mistake_ends_in_one_clear_line_and_never_in_another_project_s_document(
    tmp_path: Path, given: tuple[str, ...], told: str
) -> None:
    copied(tmp_path, "flight-delays")
    (tmp_path / "data").symlink_to(ROOT / "data")  # as in a checkout, where a sample lies
    assert told in last_line(papermill(tmp_path, "04_go_no_go", *given))


def test_a_scheduler_s_own_parameters_and_a_day_without_dashes_are_taken(tmp_path: Path) -> None:
    copied(tmp_path, "flight-delays")
    more = ("-p", "as_of", "20261030", "-p", "run_id", "manual__2026", "-p", "execution_date", "2026-10-01")
    done = papermill(tmp_path, "04_go_no_go", "-p", "project", "my projects/flight-delays", *more)
    assert done.returncode == 0, done.stderr[-2000:]
    assert nbconvert(tmp_path, "out.ipynb").returncode == 0
    assert "as of 30 October 2026" in words((tmp_path / "out.html").read_text(encoding="utf-8")).replace("\xa0", " ")


def test_nbconvert_executes_a_copy_and_makes_its_document(tmp_path: Path) -> None:
    folder = copied(tmp_path, "flight-delays")
    copy_notebooks(folder)
    done = nbconvert(tmp_path, str(folder / "notebooks" / "04_go_no_go.ipynb"), "--execute")
    assert done.returncode == 0, done.stderr[-2000:]
    html = (folder / "notebooks" / "04_go_no_go.html").read_text(encoding="utf-8")
    assert "Not enough evidence" in words(html)
    assert "Incomplete" not in html


def test_a_notebook_that_was_not_run_makes_an_error_and_no_document(tmp_path: Path) -> None:
    shutil.copy(ROOT / "notebooks" / "04_go_no_go.ipynb", tmp_path / "new.ipynb")
    assert "this notebook has not been run" in last_line(nbconvert(tmp_path, "new.ipynb"))
    assert not (tmp_path / "new.html").exists()


def strange(folder: Path, names: Iterable[str]) -> Path:
    """Put modules that tell that they ran into a project's folder; return where they tell it."""
    told = folder.parent / "ran"
    for name in names:
        code = f"open({str(told)!r}, 'a').write({name!r} + ' ')\nraise ImportError('not from here')\n"
        (folder / f"{name}.py").write_text(code)
    return told


PACKAGES = (
    "gatebook",
    "pandas",
    "numpy",
    "scipy",
    "sklearn",
    "duckdb",
    "pyarrow",
    "pydantic",
    "matplotlib",
    "jinja2",
    "markupsafe",
    "ipywidgets",
    "traitlets",
    "rapidfuzz",
    "ftfy",
    "openpyxl",
    "charset_normalizer",
    "comm",
    "dateutil",
    "six",
)


def test_papermill_in_a_project_s_folder_imports_no_package_from_there(tmp_path: Path) -> None:
    folder = copied(tmp_path, "flight-delays")
    told = strange(folder, PACKAGES)
    done = papermill(folder, "04_go_no_go", "-p", "project", ".", *DAY)
    assert not told.exists(), told.read_text()
    assert done.returncode == 0, done.stderr[-2000:]


def test_with_a_safe_path_papermill_runs_nothing_at_all_from_there(tmp_path: Path) -> None:
    folder = copied(tmp_path, "flight-delays")
    told = strange(folder, (*PACKAGES, "ipykernel_launcher", "importlib", "warnings", "json", "sitecustomize"))
    done = papermill(folder, "04_go_no_go", "-p", "project", ".", *DAY, env={"PYTHONSAFEPATH": "1"})
    assert not told.exists(), told.read_text()
    assert done.returncode == 0, done.stderr[-2000:]
