"""What columns cost: CPU seconds and the largest process of `gatebook run` on few rows of many columns.

    python benchmarks/wide_cost.py [--columns 100 1000] [--rows 400] [--kind integers ...] [--whole] [--all-gates]

Kinds of column: integers, floats, categories, text; mixed (all four), dirty (mixed, three wrong cells in each column),
related (each column follows from one of twenty hidden ones). With --whole there are curated data, labels and
predictions too. Only the data reality check is made, all documents with --all-gates.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

WORDS = [
    f"{a}{b}" for a in ("ba", "ke", "li", "mo", "nu", "ra", "si", "to") for b in ("den", "fel", "gart", "hus", "kin")
]
KINDS: dict[str, Callable[[random.Random], str]] = {
    "integers": lambda r: str(r.randrange(10)),
    "floats": lambda r: f"{r.gauss(20, 5):.3f}",
    "categories": lambda r: r.choice(WORDS[:8]),
    "text": lambda r: " ".join(r.choices(WORDS, k=8)),
}


def cells(columns: int, rows: int, kind: str, r: random.Random) -> list[list[str]]:
    """Return the rows of a table."""
    if kind == "related":
        hidden = [[r.randrange(40) for _ in range(20)] for _ in range(rows)]
        return [[f"v{h[i % 20] * (i + 3) % 41}" for i in range(columns)] for h in hidden]
    kinds = [KINDS[kind]] if kind in KINDS else [*KINDS.values()]
    out = [[kinds[i % len(kinds)](r) for i in range(columns)] for _ in range(rows)]
    for i in range(columns if kind == "dirty" else 0):
        for k in r.sample(range(rows), 3):
            out[k][i] = r.choice([out[k][i][:-1] + "x", "  " + out[k][i], "999999", "N/A", ""])
    return out


def make(folder: Path, columns: int, rows: int, kind: str, *, whole: bool, seed: int = 1) -> None:
    """Write a project with a sample of so many columns beside the id, and where asked curated data, labels and
    predictions.
    """
    r = random.Random(seed)
    folder.mkdir(parents=True)
    for name in ("production.csv", "curated.csv")[: 1 + whole]:
        with (folder / name).open("w", newline="") as handle:
            out = csv.writer(handle)
            out.writerow(["id", *(f"c{i}" for i in range(columns))])
            out.writerows([f"q{k}", *row] for k, row in enumerate(cells(columns, rows, kind, r)))
    text = '[project]\nname = "wide"\ntask = "classification"\nowner = "A. Person"\n'
    text += '[tables.sample]\npath = "production.csv"\nid = "id"\n'
    if whole:
        truth = [r.choice("ab") for _ in range(rows)]
        answers = [t if r.random() < 0.85 else "ab"[t == "a"] for t in truth]
        with (folder / "labels.csv").open("w", newline="") as handle:
            csv.writer(handle).writerows([("id", "label"), *((f"q{k}", t) for k, t in enumerate(truth))])
        with (folder / "predictions.csv").open("w", newline="") as handle:
            csv.writer(handle).writerows(
                [
                    ("id", "answer", "score", "latency_ms"),
                    *((f"q{k}", a, f"{r.uniform(0.5, 1):.3f}", r.randrange(100, 900)) for k, a in enumerate(answers)),
                ]
            )
        text += (
            '[tables.curated]\npath = "curated.csv"\nid = "id"\n[tables.labels]\npath = "labels.csv"\nid = '
            '"id"\nlabel = "label"\n[tables.predictions]\n'
        )
        text += (
            'path = "predictions.csv"\nid = "id"\nprediction = "answer"\nconfidence = "score"\nlatency_ms = '
            '"latency_ms"\n'
        )
    (folder / "gatebook.toml").write_text(text + '[targets]\nmetric = "accuracy"\nvalue = 0.8\nlatency_ms = 800\n')


def measure(command: list[str], folder: Path, limit: float) -> str:
    """Return CPU seconds, wall seconds, the largest resident set of any process, and the exit code."""
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said, _ = child.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        child.terminate()
        child.wait()
        return f"more than {limit:.0f} s"
    wall = time.perf_counter() - began
    t = os.times()
    last = said.strip().splitlines()[-1:] or [""]
    return (
        f"{t.children_user + t.children_system:7.1f} CPU s {wall:7.1f} s wall, exit {child.returncode}: {last[0][:150]}"
    )


def main() -> None:
    """Measure and print, each run in a fresh process of its own."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--columns", type=int, nargs="+", default=[100, 1000])
    words.add_argument("--rows", type=int, default=400)
    words.add_argument("--kind", nargs="+", choices=[*KINDS, "mixed", "dirty", "related"], default=["integers"])
    words.add_argument("--whole", action="store_true")
    words.add_argument("--all-gates", action="store_true")
    words.add_argument("--limit", type=float, default=600)
    words.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.one:
        command = [sys.executable, "-m", "gatebook", "run", str(given.one), "--out", "out", "--as-of", "2026-11-02"]
        command += [] if given.all_gates else ["--gate", "data-reality-check"]
        print(measure(command, given.one, given.limit), end="")
        print(f" [peak {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:,.0f} MB]")
        return
    for kind in given.kind:
        for columns in given.columns:
            with tempfile.TemporaryDirectory() as scratch:
                project = Path(scratch) / "wide"
                make(project, columns, given.rows, kind, whole=given.whole)
                again = [sys.executable, __file__, "--one", str(project), "--limit", str(given.limit)]
                print(f"{columns:6,} {kind:10}", end=" ", flush=True)
                subprocess.run(again + ["--all-gates"] * given.all_gates, check=True)


if __name__ == "__main__":
    main()
