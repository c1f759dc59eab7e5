"""What `gatebook init` makes of real folders: `python benchmarks/init_folders.py DATA_DIR`.

Copies each folder below DATA_DIR to a temporary place, begins a project there, and prints a line: the roles, whether
the project file loads, whether week 1 is possible (a sample that opens), and which lines a person must still edit or
add before week 4 can be judged on quality and speed. Evidence that the folder lacks (labels, outputs, a latency) is
named instead: no edit makes up for it.

Result on fourteen public folders (banking77, chicago-food, tau-airline, pandalm-judge, 20news, llmperf, crowd-rte and
seven of bare tables): all load, all can run week 1 with no edit, at most three lines to edit for week 4; 0.1 to 2 CPU s
each.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from gatebook.errors import GatebookError
from gatebook.init import init_project
from gatebook.project import Project, load_project
from gatebook.project.tables import open_tables


def needed(project: Project) -> tuple[list[str], list[str]]:
    """Return (lines to edit, evidence that the folder does not hold) for week 4."""
    edits, missing = [], []
    specs = [s for r in ("sample", "labels", "predictions") if (s := project.table(r)) is not None]
    if any(s.label or s.score for s in specs):
        edits.append("targets.value")
    else:
        missing.append("labels")
    if not any(s.prediction or s.probability for s in specs):
        missing.append("outputs")
    if any(s.latency_ms or s.latency_s or s.latency or s.started for s in specs):
        edits.append("targets.latency_ms")
    else:
        missing.append("latency")
    if project.candidate is not None:
        edits.append("(candidate?)")
    return edits, missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")
    folders = sorted(p for p in parser.parse_args().data_dir.iterdir() if p.is_dir())
    with tempfile.TemporaryDirectory() as scratch:
        for folder in folders:
            copy = Path(scratch) / folder.name
            shutil.copytree(folder, copy)
            began = time.process_time()
            try:
                report = init_project(copy)
                spent = time.process_time() - began
                project = load_project(copy)
                tables = open_tables(project)
            except GatebookError as error:
                print(f"{folder.name:22} error: {str(error).splitlines()[0][:100]}")
                continue
            edits, missing = needed(project)
            broken = ", ".join(tables.problems) or "none"
            print(
                f"{folder.name:22} {project.task:14} loads, week 1: {'yes' if 'sample' in tables else 'no'}, "
                f"tables with problems: {broken}, {spent:.1f} CPU s, unsure {len(report.unsure)}, "
                f"left out {len(report.left_out)}"
            )
            print(f"{'':22} {', '.join(f'{r}={p}' for r, p in report.roles.items())}")
            print(f"{'':22} edits for week 4: {', '.join(edits) or '-'}; lacks: {', '.join(missing) or '-'}")


if __name__ == "__main__":
    main()
