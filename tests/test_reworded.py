"""No decision rests on a word: with every text of the catalogues reworded, both samples are decided alike."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_rewording_every_text_changes_no_decision() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "reword.py")], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().endswith("2 projects, 0 differences"), done.stdout[-2000:]
