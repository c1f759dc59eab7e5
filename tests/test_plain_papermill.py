"""Plain papermill and nbconvert, as a scheduler calls them, on the samples: no kit command, no record in the environment."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DAY = ("-p", "as_of", "2026-10-30")

pytestmark = pytest.mark.slow


def papermill(place: Path, notebook: str, project: str, *more: str) -> subprocess.CompletedProcess[str]:
    """Execute one notebook by the papermill command."""
    source = ROOT / "notebooks" / f"{notebook}.ipynb"
    run = [
        sys.executable,
        "-m",
        "papermill",
        str(source),
        "out.ipynb",
        "-p",
        "project",
        project,
        *more,
        "--no-progress-bar",
    ]
    return subprocess.run(run, cwd=place, capture_output=True, text=True, check=False)


def document(place: Path, notebook: str, project: str) -> str:
    """Execute one notebook by the papermill command, convert it by the nbconvert command, and return the HTML."""
    done = papermill(place, notebook, project, *DAY)
    assert done.returncode == 0, done.stderr[-2000:]
    turn = [
        sys.executable,
        "-m",
        "jupyter",
        "nbconvert",
        "--to",
        "gatebook",
        "--log-level",
        "ERROR",
        "out.ipynb",
    ]
    done = subprocess.run(turn, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return (place / "out.html").read_text(encoding="utf-8")


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style.*?</style>", "", html)).split())


def copied(place: Path, name: str) -> Path:
    return Path(shutil.copytree(ROOT / "data" / "samples" / name, place / "my projects" / name))


@pytest.mark.parametrize(("sample", "notebook", "verdict"), [
    ("flight-delays", "04_go_no_go", "Not enough evidence"), ("support-assistant", "04_go_no_go", "Go, with conditions"),
    ("support-assistant", "01_data_reality_check", "Clean enough, but built on other data"),
    ("flight-delays", "04_error_analysis", "One kind of input fails more often"),
])  # fmt: skip
def test_papermill_and_nbconvert_make_the_document(
    tmp_path: Path, sample: str, notebook: str, verdict: str
) -> None:
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


def test_a_user_s_mistake_ends_in_one_clear_line(tmp_path: Path) -> None:
    done = papermill(tmp_path, "04_go_no_go", "nowhere")
    assert done.returncode != 0
    assert "nowhere: there is no such folder" in done.stderr.strip().splitlines()[-1]
