"""Explorers: from the message that a control was moved to the new picture, at 100,000 labelled rows.

    python benchmarks/explorers.py [--rows 100000] [--moves 60]

A project with three versions, a probability or a confidence, categories, numbers, times and texts, all rows labelled.
Each control of each panel gets its share of the moves, at random values; every move is handled as the kernel handles a
message from the browser. Prints p50 and p95 of wall and CPU milliseconds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ipywidgets as w
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from gatebook.explore import panels
from gatebook.explore.workspace import Workspace
from projects import AS_OF

WORDS = (
    "please",
    "send",
    "order",
    "back",
    "now",
    "refund",
    "parcel",
    "late",
    "account",
    "closed",
    "thanks",
    "broken",
    "new",
)


def write_project(folder: Path, rows: int, *, probability: bool) -> Path:
    """Write a project of `rows` labelled rows; a yes is made from a probability, or answers come with a confidence."""
    random = np.random.default_rng(7)
    folder.mkdir(parents=True)

    def inputs(n: int, prefix: str) -> pd.DataFrame:
        when = pd.Timestamp("2026-08-03") + pd.to_timedelta(np.sort(random.uniform(0, 42 * 86400, n)), unit="s")
        return pd.DataFrame(
            {
                "ticket": [f"{prefix}{i:06d}" for i in range(n)],
                "created": when.strftime("%Y-%m-%d %H:%M:%S"),
                "channel": random.choice(["mail", "chat", "phone"], n),
                "region": random.choice([f"r{i}" for i in range(40)], n),
                "amount": np.round(random.lognormal(4, 0.6, n), 2),
                "visits": random.poisson(3, n),
                "note": random.choice(["", "N/A", "called", "urgent"], n, p=[0.6, 0.05, 0.2, 0.15]),
                "question": [" ".join(words) for words in random.choice(WORDS, (n, 8))],
            }
        )

    sample, curated = inputs(rows, "p"), inputs(5000, "c")
    truth = np.where(random.random(rows) < 0.4, "yes", "no")
    sample.to_csv(folder / "production.csv", index=False)
    curated.to_csv(folder / "curated.csv", index=False)
    pd.DataFrame({"ticket": sample["ticket"], "answer": truth}).to_csv(folder / "labels.csv", index=False)
    parts = []
    for version, skill in (("v0", 1.0), ("v1", 1.2), ("v2", 1.6)):
        chance = 1 / (1 + np.exp(-(np.where(truth == "yes", skill, -skill) + random.normal(0, 1.2, rows))))
        part = pd.DataFrame({"ticket": sample["ticket"], "version": version})
        if probability:
            part["p"] = chance.round(4)
        else:
            part["said"], part["sure"] = (np.where(chance >= 0.5, "yes", "no"), np.maximum(chance, 1 - chance).round(4))
        parts.append(part)
    pd.concat(parts).to_csv(folder / "predictions.csv", index=False)
    answer = 'probability = "p"' if probability else 'prediction = "said"\nconfidence = "sure"'
    (folder / "gatebook.toml").write_text(
        '[project]\nname = "Large"\ntask = "classification"\nowner = "R. Owner"\ncandidate = "v2"\nincumbent = "v1"\n'
        '[tables.sample]\npath = "production.csv"\nid = "ticket"\ntime = "created"\nsegments = ["channel"]\ntext = '
        '["question"]\n'
        '[tables.curated]\npath = "curated.csv"\nid = "ticket"\ntime = "created"\ntext = ["question"]\n'
        '[tables.labels]\npath = "labels.csv"\nid = "ticket"\nlabel = "answer"\nmeasured = true\n'
        f'[tables.predictions]\npath = "predictions.csv"\nid = "ticket"\nversion = "version"\n{answer}\n'
        '[targets]\nmetric = "accuracy"\nvalue = 0.95\npositive = "yes"\n[value]\nvolume_per_month = '
        "20000\nvalue_right = 2.0\n"
        'cost_wrong = 1.0\nreview_cost = 0.5\nreview_share = 0.1\nstated_by = "R. Owner"\n'
    )
    return folder


def controls(box: w.Widget) -> Iterator[w.Widget]:
    """Yield every control below a box that can be moved now."""
    moving = (w.FloatSlider, w.IntSlider, w.Dropdown, w.FloatText, w.Text)
    for child in getattr(box, "children", ()):
        if isinstance(child, w.Box):
            yield from controls(child)
        elif isinstance(child, moving) and child.layout.display != "none" and len(getattr(child, "options", "ab")) > 1:
            yield child


def move(control: w.Widget, random: np.random.Generator) -> None:
    """Hand the control another state, as the message from the browser does."""
    key = "index" if isinstance(control, w.Dropdown) else "value"
    now = getattr(control, key)
    state = now
    while state == now:
        if isinstance(control, w.Dropdown):
            state = int(random.integers(len(control.options)))
        elif isinstance(control, (w.FloatSlider, w.IntSlider)):
            steps = int((control.max - control.min) / control.step)
            state = control.min + control.step * int(random.integers(steps + 1))
        elif isinstance(control, w.Text):
            state = str(random.choice(WORDS))
        else:
            state = float(random.integers(0, 5))
    control.set_state({key: state})


def measure(name: str, build: Callable[[Workspace], w.Widget], space: Workspace, moves: int) -> None:
    """Print the times of `moves` moves over the controls of a panel, and the slowest control."""
    random = np.random.default_rng(3)
    begun = time.perf_counter()
    box = build(space)
    print(f"{name}: panel in {1000 * (time.perf_counter() - begun):.0f} ms", flush=True)
    taken = []
    for number in range(moves):
        now = list(controls(box))
        control = now[number % len(now)]
        wall, cpu = time.perf_counter(), time.process_time()
        move(control, random)
        taken.append((1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu), control.description))
    times = pd.DataFrame(taken, columns=["wall", "cpu", "control"])
    q = times[["wall", "cpu"]].quantile([0.5, 0.95])
    print(
        f"  {moves} moves: wall p50 {q.wall[0.5]:.0f}, p95 {q.wall[0.95]:.0f} ms; CPU p50 {q.cpu[0.5]:.0f}, p95 "
        f"{q.cpu[0.95]:.0f} ms; "
        f"slowest {times.wall.max():.0f} ms ({times.control[times.wall.idxmax()]})",
        flush=True,
    )
    for control, part in times.groupby("control", sort=False):
        print(f"    {control}: p50 {part.wall.median():.0f}, most {part.wall.max():.0f} ms, {len(part)} moves")


def main() -> None:
    """Measure each panel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--moves", type=int, default=60)
    given = parser.parse_args()
    for probability in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            place = write_project(Path(folder) / "p", given.rows, probability=probability)
            begun, cpu = time.perf_counter(), time.process_time()
            space = Workspace.open(str(place), as_of=AS_OF)
            print(
                f"{'probability' if probability else 'confidence'}: opened in "
                f"{time.perf_counter() - begun:.1f} s, CPU "
                f"{time.process_time() - cpu:.1f} s"
            )
            measure("what-if", panels.what_if, space, given.moves)
            measure("errors", panels.errors, space, given.moves)
            if not probability:
                measure("data", panels.data, space, given.moves)


if __name__ == "__main__":
    main()
