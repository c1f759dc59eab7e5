"""Whole projects: how often the document's recommendation is right, on generated projects of known truth.

    python benchmarks/whole_projects.py --each 200 --jobs 2

Bar .80, 1,000 rows, 200 planned labels, one look, history begun by `init`, every row's evidence or attestation
supplied.
Healthy: true accuracy .90; bad: .70; at the bar: .80. Prints the count of each recommendation, and for each healthy
project that got another one its seed and the rows that stood in the way.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from gatebook.assessment import assess
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from projects import AS_OF, Kind, make_project

KINDS = {"healthy": 0.90, "bad": 0.70, "at the bar": 0.80}


GOOD = ("GO", "CONDITIONAL GO")


def one(accuracy: float, drawn: bool, seed: int) -> tuple[str, str]:
    """Return the recommendation for one generated project, and each row that is neither passed nor waits for
    nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = make_project(Path(folder) / "p", Kind(accuracy=accuracy, seed=seed))
        project = load_project(place)
        if drawn:
            Ledger.of(project).append("sample", {"n": Kind().labels})
        answer = assess(project, AS_OF)
        open_rows = [f"{r.id} {r.status}: {r.reason}" for r in answer.criteria if r.status not in ("pass", None)]
        return str(answer.decision.recommendation), " | ".join(open_rows)


def main() -> None:
    """Print a line for each kind of project."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--kinds", nargs="+", choices=tuple(KINDS), default=tuple(KINDS))
    parser.add_argument("--drawn", action="store_true", help="the history says that `gatebook sample` drew the labels")
    given = parser.parse_args()
    with ProcessPoolExecutor(given.jobs) as pool:
        for name, accuracy in ((name, KINDS[name]) for name in given.kinds):
            seeds = range(given.first_seed, given.first_seed + given.each)
            answers = list(pool.map(partial(one, accuracy, given.drawn), seeds, chunksize=5))
            counts = Counter(recommendation for recommendation, _ in answers)
            good = sum(counts[word] for word in GOOD)
            print(f"{name}: GO or CONDITIONAL GO {good} of {given.each}; {dict(counts)}", flush=True)
            for seed, (recommendation, rows) in zip(seeds, answers, strict=True):
                if name == "healthy" and recommendation not in GOOD:
                    print(f"  seed {seed}: {recommendation}; {rows}")


if __name__ == "__main__":
    main()
