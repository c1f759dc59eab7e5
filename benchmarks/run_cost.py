"""What a run costs in CPU seconds, against papermill and nbconvert called for each notebook.

    python benchmarks/run_cost.py PROJECT_DIR [--as-of DATE] [--repeat N]

Both ways make the same three documents from a fresh copy of the project; user and system time of all processes
count, children included. Prints the ratio of the two (the aim is at most 0.67).

Measured on data/samples/flight-delays, two busy cores, Python 3.11:
papermill + nbconvert for each 61.8 CPU s, gatebook run 19.8 CPU s; 0.32.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from gatebook.gates import notebooks_folder, pages


def cpu_seconds(commands: list[list[str]], folder: Path) -> float:
    """Return the CPU seconds of commands run one after the other."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def one_by_one(project: Path, as_of: str) -> list[list[str]]:
    """Return the commands of the plain way: two programs for each notebook."""
    commands = []
    for gate in pages():
        done = f"{gate.name}.ipynb"
        source = str(notebooks_folder() / gate.notebook)
        parameters = ["-p", "project", str(project), "-r", "as_of", as_of]
        commands.append([sys.executable, "-m", "papermill", source, done, *parameters])
        commands.append([sys.executable, "-m", "nbconvert", "--to", "gatebook", done])
    return commands


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("project", type=Path)
    words.add_argument("--as-of", default="2026-11-02")
    words.add_argument("--repeat", type=int, default=1)
    given = words.parse_args()
    os.environ.pop("GATEBOOK_RECORD", None)
    for _ in range(given.repeat):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            for way in ("plain", "run"):
                shutil.copytree(given.project, folder / way / given.project.name)
            plain = cpu_seconds(one_by_one(folder / "plain" / given.project.name, given.as_of), folder)
            command = [sys.executable, "-m", "gatebook", "run", str(folder / "run" / given.project.name)]
            ours = cpu_seconds([[*command, "--as-of", given.as_of]], folder)
        print(f"papermill + nbconvert for each: {plain:.1f} CPU s; gatebook run: {ours:.1f} CPU s; {ours / plain:.2f}")


if __name__ == "__main__":
    main()
