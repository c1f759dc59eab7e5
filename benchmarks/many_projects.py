"""Many generated projects by one `gatebook run`, five of them broken in different ways.

    python benchmarks/many_projects.py --projects 40 --jobs 2

Prints how many were published, each cause, and how long it took; stops where a check of `tests/unattended.py` fails.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from unattended import BROKEN, check, run_all

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--projects", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=110)  # below the 120 s that any kernel has to start
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        many = run_all(Path(folder), given.projects, jobs=given.jobs, timeout=given.timeout)
        for number in BROKEN:
            print(many.lines[number])
        check(many)
        print(f"{len(many.published)} of {given.projects} published, exit code {many.code}, {many.seconds:.0f} s")
