"""Whether `init` and at most three edited lines give the right figure: `python benchmarks/init_figures.py DATA_DIR`.

DATA_DIR holds a folder a set, and EXPECTED.json with what was computed outside the kit. Each folder is copied, begun by
`init`, edited as its line says, and assessed once. The figure is the estimate of row G1 (within .0005), the 95th
percentile of the response times (expected within the interval of row G2), or the graders' agreement.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatebook.assessment import assess
from gatebook.init import init_project
from gatebook.project import load_project
from gatebook.record import Record

NEAR = 0.0005


@dataclass(frozen=True)
class Case:
    """A folder, the lines edited after `init` ("section: key = value"), and the figure expected of a row."""

    folder: str
    edits: tuple[str, ...]
    row: str
    expected: Callable[[Any], float]


BANK, FOOD, JUDGE, CALLS = "banking77", "chicago-food", "pandalm-judge", "llmperf-2023"
CASES = (
    Case(BANK, ("targets: value = 0.85",), "G1", lambda e: e[BANK]["v2-full"]["acc"]),
    Case(BANK, ("targets: latency_ms = 10",), "G2", lambda e: e[BANK]["v2-full"]["p95"]),
    Case(
        BANK,
        ('project: candidate = "poc-10shot"', "targets: value = 0.85"),
        "G1",
        lambda e: e[BANK]["poc-10shot"]["acc"],
    ),
    *(
        Case(FOOD, (f'targets: metric = "{metric}"', "targets: value = 0.5"), "G1", lambda e, k=key: e[FOOD][k])
        for metric, key in (
            ("accuracy", "acc_at_0_5"),
            ("recall", "recall_at_0_5"),
            ("precision", "precision_at_0_5"),
            ("auc", "auc"),
        )
    ),
    Case("tau-airline", ("targets: value = 0.425",), "G1", lambda e: e["tau-airline"]["success_rate"]),
    Case(JUDGE, ("targets: value = 0.8",), "G1", lambda e: e[JUDGE]["models"]["pandalm-7b"]["acc_vs_majority"]),
    Case(
        JUDGE,
        ('project: candidate = "gpt-3.5-turbo"', "targets: value = 0.8", 'tables.predictions: same = { "Tie" = "0" }'),
        "G1",
        lambda e: e[JUDGE]["models"]["gpt-3.5-turbo"]["acc_vs_majority"],
    ),
    Case("label-errors-20news", ("targets: value = 0.95",), "G1", lambda e: e["label-errors-20news"]["acc_vs_given"]),
    Case(
        CALLS,
        ('tables.sample: version = "provider"', 'project: candidate = "groq"', "targets: latency_ms = 3000"),
        "G2",
        lambda e: 1000 * e[CALLS]["by"]["groq/llama2-chat-70b"]["p95"],
    ),
    Case(
        "loadtest-banking77", ('tables.sample: latency_ms = "ttime"', "targets: latency_ms = 50"), "G2", lambda _: 19.55
    ),
    Case("crowd-rte", (), "1.8", lambda e: e["crowd-rte"]["krippendorff_alpha_nominal"]),
)


def edited(text: str, edit: str) -> str:
    """Return the project file with one line of a section written anew, or added where the section lacks the key."""
    section, line = edit.split(": ", 1)
    key = line.split(" = ", 1)[0]
    before, head, rest = text.partition(f"\n[{section}]")
    assert head, f"no section {section}"
    own, mark, after = rest.partition("\n[")
    lines = [old for old in own.splitlines() if not old.startswith(f"{key} ")]
    return before + head + "\n".join([lines[0], line, *lines[1:]]) + mark + after


def judged(folder: Path, edits: tuple[str, ...]) -> Record:
    """Return the record of a copy of the folder, begun by `init` and edited."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / folder.name
        shutil.copytree(folder, copy, copy_function=shutil.copyfile)
        copy.chmod(0o700)
        init_project(copy)
        path = copy / "gatebook.toml"
        for edit in edits:
            path.write_text(edited(path.read_text(encoding="utf-8"), edit), encoding="utf-8")
        return assess(load_project(copy), dt.datetime.now(dt.UTC).date())


def main() -> None:
    """Print a line for each case, and how many give the figure expected."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")
    data = parser.parse_args().data_dir
    expected, good = json.loads((data / "EXPECTED.json").read_text()), 0
    for case in CASES:
        row, wanted = judged(data / case.folder, case.edits).row(case.row), case.expected(expected)
        shown = f"{row.lower} to {row.upper}" if case.row == "G2" else row.estimate
        if case.row == "G2":
            right = row.lower is not None and row.upper is not None and row.lower <= wanted <= row.upper
        else:
            right = row.estimate is not None and abs(row.estimate - wanted) < NEAR
        good += right
        print(
            (
                f"{'ok ' if right else 'BAD'} {case.folder} {list(case.edits)}: {case.row} {row.status}, "
                f"{shown}; expected "
                f"{wanted:.6g}"
            ),
            flush=True,
        )
    print(f"{good} of {len(CASES)} give the figure")


if __name__ == "__main__":
    main()
