"""Whole projects in a hurry: how often random but legal edits between runs lead to a wrong recommendation.

    python benchmarks/hasty_projects.py --projects 400 --jobs 2

Half of the projects are bad (true figure at the bar, or 5 points of the scale below it), half are healthy (10 points
above). Each is an accuracy, an F1 of answers by a threshold, or a mean grade on a scale; 1,700 rows, 260 labels at the
first run, history begun before any label, all other evidence there. Between runs the team makes 1 to 5 edits, drawn
alike for bad and healthy ones from EDITS: labels graded again, added, drawn anew, or dropped with a liking for bad
ones; predictions of another model under the same or a new name; columns, classes, units and scales renamed or read
otherwise; evidence dropped; targets loosened; the history cut, deleted, begun again or left behind in a copied folder.
No edit forges an answer: whoever grades again grades by the same truth.
A run is `examine`, the published manifest and the history's entry, as `gatebook run` makes them, without documents.
Counted: bad projects where any run said GO or CONDITIONAL GO, with the upper 95 % Clopper-Pearson bound of that rate;
healthy ones whose last run says so.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from gatebook.assessment import examine
from gatebook.errors import GatebookError
from gatebook.history.ledger import Ledger
from gatebook.init import init_project
from gatebook.init.start import toml
from gatebook.people import Signature, attest
from gatebook.project import load_project
from gatebook.run.projects import summarise
from gatebook.stats.interval import clopper_pearson
from projects import AS_OF, ATTESTED, OPEN, Kind, make_project

GOOD = ("GO", "CONDITIONAL GO")
ROWS, FIRST, VERSIONS_AGREE = 1700, 260, 0.7
CLASSES = ("refund", "order", "account", "other")
GRADES = np.arange(1, 6)
HEALTHY, BELOW = 0.10, -0.05


@dataclass
class World:
    """A project on disk, and the truth that nobody in it knows."""

    folder: Path
    random: np.random.Generator
    task: str
    offset: float
    config: dict[str, Any]
    right: np.ndarray
    truth: np.ndarray
    labelled: list[int]
    inputs: pd.DataFrame
    answers: pd.DataFrame
    dropped: set[tuple[str, str]] = field(default_factory=set)
    sampled: np.ndarray = field(default_factory=lambda: np.ones(ROWS, bool))  # rows of the production sample kept
    older: pd.DataFrame | None = None  # answers of versions before
    day: dt.date = AS_OF

    @property
    def where(self) -> tuple[str, str]:
        """The label's key and column."""
        return ("score", "grade") if self.task == "score" else ("label", "intent")


def chance_of_right(task: str, offset: float) -> float:
    """Return the chance that an answer is right (or the mean grade as a share of the scale) for a true figure."""
    return {"accuracy": 0.80, "f1": 0.80, "score": 0.70}[task] + offset


def judged(world: World, rows: np.ndarray) -> np.ndarray:
    """Return whether each answer is right, graded by the same truth; for grades the grade."""
    n, share = len(rows), chance_of_right(world.task, world.offset)
    if world.task == "score":
        return 1 + world.random.binomial(4, share, n)
    if world.task == "f1":  # F1 = p where p of the alarms are right, and as many cases are missed as alarms are false
        yes = world.answers["p_yes"].to_numpy()[rows] >= 0.5
        missed = (1 - share) * yes.mean() / max(1 - yes.mean(), 0.1)
        return np.where(yes, world.random.random(n) < share, world.random.random(n) >= missed)
    return world.random.random(n) < share


def truth_of(world: World, rows: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the labels that make the answers right or wrong."""
    if world.task == "score":
        return right.astype(str)
    if world.task == "f1":
        yes = world.answers["p_yes"].to_numpy()[rows] >= 0.5
        return np.where(yes == right, "yes", "no")
    said = world.answers["predicted"].to_numpy()[rows]
    other = [world.random.choice([c for c in CLASSES if c != s]) for s in said]
    return np.where(right, said, other)


def begin(folder: Path, seed: int, *, healthy: bool) -> World:
    """Write a project as a team would have it at its first run."""
    random = np.random.default_rng(seed)
    task = ("accuracy", "f1", "score")[seed % 3]
    offset = HEALTHY if healthy else float(random.choice([0.0, BELOW]))
    make_project(folder, Kind(seed=seed, history=False, rows=ROWS, labels=FIRST))
    inputs = pd.read_csv(folder / "production.csv", dtype=str)
    answers = pd.read_csv(folder / "predictions.csv", dtype=str, keep_default_na=False)
    config = tomllib.loads((folder / "gatebook.toml").read_text())
    targets, tables = config["targets"], config["tables"]
    targets["planned_labels"] = FIRST
    if task == "f1":
        yes = random.random(ROWS) < 0.4
        answers["p_yes"] = np.round(np.where(yes, random.uniform(0.5, 1, ROWS), random.uniform(0, 0.4999, ROWS)), 4)
        del answers["predicted"], answers["score"]
        for key in ("prediction", "confidence"):
            del tables["predictions"][key]
        tables["predictions"]["probability"] = "p_yes"
        targets |= {"metric": "f1", "positive": "yes"}
    elif task == "score":
        config["project"]["task"] = "generation"
        answers["predicted"] = [f"answer {i}" for i in range(ROWS)]
        del answers["score"], tables["predictions"]["confidence"]
        del tables["labels"]["label"]
        tables["labels"] |= {"score": "grade", "scale": [1, 5]}
        targets |= {"metric": "mean_score", "value": 4.5}  # the bar is 1 + .8 * 3.5 = 3.8: .70 of the scale
    if task != "accuracy":
        tables.pop("curated")
        config["open"] += [{"id": r, "owner": "lead", "due": dt.date(2026, 11, 20)} for r in ("1.9", "4.1", "4.3")]
    config["open"] += [
        {"id": r, "owner": "lead", "due": dt.date(2026, 11, 20)}
        for r in ("1.1", "1.3", "1.7", "1.8", "2.1", "4.2", "D3", "1.5")
        if r not in OPEN
    ]
    world = World(folder, random, task, offset, config, np.empty(0), np.empty(0), [], inputs, answers)
    rows = np.arange(ROWS)
    world.right = judged(world, rows)
    world.truth = truth_of(world, rows, world.right)
    Path(folder / "labels.csv").unlink()
    write(world)
    start_history(world)
    world.labelled = sorted(random.choice(ROWS, FIRST, replace=False).tolist())
    write(world)
    return world


def start_history(world: World) -> None:
    """Begin the history and let people vouch for what no data show."""
    init_project(world.folder)
    vouch(world)


def vouch(world: World) -> None:
    """Let people vouch for what no data show."""
    project = load_project(world.folder)
    by = Signature("R. Owner", "head of service", "seen", dt.date(2026, 10, 20))
    for row in ATTESTED:
        attest(project, Ledger.of(project), row, by)


def write(world: World) -> None:
    """Write tables and project file as they stand in memory."""
    folder, (_, column) = world.folder, world.where
    labels = pd.DataFrame({"ticket": world.inputs["ticket"].iloc[world.labelled], column: world.truth[world.labelled]})
    answers = world.answers if world.older is None else pd.concat([world.older, world.answers])
    for name, frame in (("production", world.inputs[world.sampled]), ("predictions", answers), ("labels", labels)):
        gone = [c for f, c in world.dropped if f == name and c in frame.columns]
        if name == "labels" and labels.empty:
            continue
        renamed = world.config.get("_renamed", {}).get(name, {})
        extra = world.config.get("_extra", {}).get(name, {})
        more = {new: np.asarray(values)[world.labelled] for new, values in extra.items()}
        frame.drop(columns=gone).assign(**more).rename(columns=renamed).to_csv(folder / f"{name}.csv", index=False)
    (folder / "gatebook.toml").write_text(rendered(world.config))


def rendered(config: dict[str, Any]) -> str:
    """Return the project file's text."""
    lines: list[str] = []

    def value(item: Any) -> str:
        if isinstance(item, bool):
            return str(item).lower()
        if isinstance(item, dt.date):
            return item.isoformat()
        return toml(tuple(item) if isinstance(item, list) else item)

    def section(head: str, body: dict[str, Any]) -> None:
        lines.append(head)
        lines.extend(f"{k} = {value(v)}" for k, v in body.items() if v is not None)

    for name, body in config.items():
        if name.startswith("_"):
            continue
        if name == "tables":
            for role, spec in body.items():
                section(f"[tables.{role}]", spec)
        elif isinstance(body, list):
            for item in body:
                section(f"[[{name}]]", item)
        else:
            section(f"[{name}]", {k: v for k, v in body.items() if k != "more"})
            for item in body.get("more", ()):
                section(f"[[{name}.more]]", item)
    return "\n".join(lines) + "\n"


def run(world: World) -> tuple[str, str]:
    """Assess as `gatebook run` does; return the recommendation, and why it is none better."""
    try:
        project = load_project(world.folder)
        home = world.folder.parent / "reports" / project.slug
        ledger = Ledger.of(project, home)
        record = examine(project, world.day, ledger=ledger).record
    except GatebookError as error:
        return "refused", str(error)[:200]
    place = home / f"2026-10-30T{len(list(home.glob('*'))) if home.exists() else 0:06d}Z"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text(json.dumps({"project": project.slug, "history": asdict(ledger.head)}))
    ledger.append("run", summarise(record))
    shown = [f"{r.id} {r.status} {r.reason}" for r in record.criteria if r.status not in {"pass", None}]
    shown += [f"goalpost: {g}" for g in record.goalposts]
    shown += [f"G1 {record.row('G1').estimate} n={record.row('G1').n}", record.history_note or ""]
    return str(record.decision.recommendation), " | ".join(shown)


# Edits


def grade_again(world: World) -> None:
    """Another grader looks at 10 to 60 % of the labelled rows."""
    share = world.random.uniform(0.1, 0.6)
    rows = np.array([r for r in world.labelled if world.random.random() < share], dtype=int)
    fresh = judged(world, rows)
    world.right[rows] = fresh
    world.truth[rows] = truth_of(world, rows, fresh)


def add_labels(world: World) -> None:
    """30 to 150 more rows are labelled."""
    rest = sorted({*range(ROWS)} - {*world.labelled})
    more = world.random.choice(rest, min(len(rest), int(world.random.integers(30, 150))), replace=False)
    world.labelled = sorted([*world.labelled, *map(int, more)])


def draw_again(world: World) -> None:
    """The labels are thrown away and as many others made."""
    world.labelled = sorted(world.random.choice(ROWS, len(world.labelled), replace=False).tolist())


def drop_labels(world: World) -> None:
    """5 to 20 % of the labels go, mostly such as the model got wrong."""
    good = world.right[world.labelled].astype(float)
    weight = np.where(good >= np.median(good) if world.task == "score" else good > 0, 1.0, 3.0)
    out = int(len(world.labelled) * world.random.uniform(0.05, 0.2))
    gone = world.random.choice(world.labelled, out, replace=False, p=weight / weight.sum())
    world.labelled = sorted({*world.labelled} - {*gone.tolist()})


def another_model(world: World) -> None:
    """Predictions of another model that is as good and errs on most of the same rows, under the same name."""
    rows = np.arange(ROWS)
    changed = world.random.random(ROWS) >= VERSIONS_AGREE
    fresh = judged(world, rows)
    if world.task == "score":
        world.right = np.where(changed, fresh, world.right)
        world.truth = world.right.astype(str)
        return
    world.right = np.where(changed, fresh, world.right)
    if world.task == "f1":
        share = chance_of_right("f1", world.offset)
        yes = world.truth == "yes"
        alarm = np.where(yes, world.random.random(ROWS) < share, world.random.random(ROWS) < (1 - share) * 0.4 / 0.6)
        p = np.where(alarm, world.random.uniform(0.5, 1, ROWS), world.random.uniform(0, 0.4999, ROWS))
        world.answers["p_yes"] = np.where(changed, np.round(p, 4), world.answers["p_yes"].astype(float))
        return
    other = [world.random.choice([c for c in CLASSES if c != t]) for t in world.truth]
    world.answers["predicted"] = np.where(world.right, world.truth, other)


def new_version(world: World) -> None:
    """The same under a new name, beside what stood there."""
    if world.task == "score":  # grades belong to the output that was graded
        return another_model(world)
    before = world.answers.assign(version=world.answers.get("version", "v1"))
    another_model(world)
    name = f"v{int(str(before['version'].iloc[0])[1:]) + 1}"
    world.answers = world.answers.assign(version=name)
    world.older = pd.concat([world.older, before]) if world.random.random() < 0.5 else None
    world.config["project"]["candidate"] = name
    world.config["tables"]["predictions"]["version"] = "version"
    return None


def rename_column(world: World) -> None:
    """A column gets another name, in the file and in the project file."""
    role, key = [("labels", world.where[0]), ("predictions", "latency_ms"), ("sample", "time")][
        world.random.integers(3)
    ]
    file = {"sample": "production"}.get(role, role)
    spec = world.config["tables"][role]
    if key not in spec:
        return
    renamed = world.config.setdefault("_renamed", {}).setdefault(file, {})
    first = next((old for old, new in renamed.items() if new == spec[key]), spec[key])
    renamed[first] = spec[key] + "_new"
    spec[key] = renamed[first]


def rename_classes(world: World) -> None:
    """All labels and answers get other names."""
    if world.task == "accuracy":
        names = {c: c.upper() + " 2" for c in CLASSES}
        world.truth = np.array([names.get(t, t) for t in world.truth], dtype=object)
        world.answers["predicted"] = [names.get(t, t) for t in world.answers["predicted"]]
    elif world.task == "f1":
        world.truth = np.where(world.truth == "yes", "ja", "nein")
        world.config["targets"]["positive"] = "ja"


def define(world: World) -> None:
    """Something that defines an outcome is read otherwise."""
    tables, targets, random = world.config["tables"], world.config["targets"], world.random
    labels, answers = tables["labels"], tables["predictions"]
    own = {
        "accuracy": ("same", "same", "exact"),
        "f1": ("threshold", "positive", "same", "threshold"),
        "score": ("scale", "scale", "same"),
    }[world.task]
    key = str(random.choice([*own, "measured", "timeout", "unit", "weight", "error"]))
    if key == "same":
        a, b = {"accuracy": random.permutation(CLASSES)[:2], "f1": ["no", "yes"], "score": ["1", "5"]}[world.task]
        labels["same"] = {str(a): str(b)}
    elif key == "exact":
        labels["exact"] = True
    elif key == "threshold":
        answers["threshold"] = float(random.choice([0.1, 0.3, 0.7]))
    elif key == "positive":
        targets["positive"] = "no"
    elif key == "scale":
        labels["scale"] = [[-10, 5], [0, 5], [1, 4], [1, 6]][random.integers(4)]
    elif key == "measured":
        labels["measured"] = None
    elif key == "timeout":
        answers["timeout_ms"] = float(random.choice([400, 5000, 60000]))
    elif key == "unit" and "latency_ms" in answers:
        answers["latency_s"] = answers.pop("latency_ms")
    elif key == "weight":
        good = np.asarray(world.right, dtype=float) / (4 if world.task == "score" else 1)
        world.config.setdefault("_extra", {}).setdefault("labels", {})["w"] = 1 + random.uniform(0, 2) * good
        labels["weight"] = "w"
    elif key == "error":
        answers["error"] = None


def drop_evidence(world: World) -> None:
    """A column, a key or a table goes."""
    what = world.random.integers(6)
    tables = world.config["tables"]
    if what == 0:
        world.dropped.add(("predictions", str(world.random.choice(["error", "served", "ms", "score"]))))
    elif what == 1:
        world.dropped.add(("production", str(world.random.choice(["channel", "amount", "visits"]))))
    elif what == 2:
        tables.pop(str(world.random.choice(["curated", "population", "integrations"])), None)
    elif what == 3:
        tables["predictions"].pop(str(world.random.choice(["error", "time", "confidence"])), None)
    elif what == 4:
        world.config.pop("value", None)
    else:
        world.sampled &= world.random.random(ROWS) < world.random.uniform(0.6, 0.95)


def loosen(world: World) -> None:
    """A target is lowered, exchanged, taken away, or limited to a part."""
    targets, random = world.config["targets"], world.random
    what = random.integers(6)
    if what <= 1:
        low = 1.0 if world.task == "score" else 0.0
        targets["value"] = (
            low + (targets["value"] - low) * float(random.uniform(0.6, 0.95)) if "value" in targets else 0.7
        )
    elif what == 2:
        targets["latency_ms"] = 2000
    elif what == 3:
        world.config.setdefault("criteria", []).append({"id": "G1", "threshold": 0.5})
        world.config["criteria"] = world.config["criteria"][-1:]
    elif what == 4:
        targets.setdefault("more", []).append(
            {
                "metric": targets.get("metric", "accuracy"),
                "value": targets.get("value", 0.7),
                "where": {"channel": "mail"},
            }
        )
        targets["more"] = targets["more"][-1:]
        targets.pop("metric", None)
        targets.pop("value", None)
    else:
        targets["planned_labels"] = int(random.choice([100, 400, 1000]))


def restart(world: World) -> None:
    """The history is deleted, cut, or left behind, and begun again in one of the ways there are."""
    random = world.random
    home = world.folder / ".gatebook"
    what = random.integers(4)
    if what == 0:
        lines = (home / "history.jsonl").read_bytes().splitlines(keepends=True)
        (home / "history.jsonl").write_bytes(b"".join(lines[: random.integers(0, len(lines))]))
        if random.random() < 0.5:
            (home / "history.head.json").unlink(missing_ok=True)
    elif what in {1, 2}:
        shutil.rmtree(home, ignore_errors=True)
        if random.random() < 0.5:
            shutil.rmtree(world.folder.parent / "reports", ignore_errors=True)
    else:
        copy = world.folder.parent / f"{world.folder.name}b"
        shutil.copytree(world.folder, copy, ignore=shutil.ignore_patterns(".gatebook"))
        world.folder = copy
    ways = [lambda: init_project(world.folder), lambda: vouch(world)]
    ways = ways[:: random.choice([1, -1])][: int(random.integers(0, 3))]
    for way in ways:
        way()
    vouch(world)


def date_back(world: World) -> None:
    """The next runs are dated back."""
    world.day = AS_OF - dt.timedelta(days=int(world.random.integers(1, 9)))


EDITS: dict[str, tuple[Callable[[World], None], int]] = {
    "grade again": (grade_again, 3),
    "add labels": (add_labels, 3),
    "draw again": (draw_again, 2),
    "drop labels": (drop_labels, 2),
    "another model": (another_model, 2),
    "new version": (new_version, 2),
    "rename a column": (rename_column, 1),
    "rename classes": (rename_classes, 1),
    "define otherwise": (define, 4),
    "drop evidence": (drop_evidence, 2),
    "loosen": (loosen, 3),
    "restart": (restart, 3),
    "date back": (date_back, 1),
}


def one(task: tuple[int, bool, str | None]) -> dict[str, Any]:
    """Return what became of one project."""
    seed, healthy, only = task
    names = [only] if only else list(EDITS)
    odds = np.array([EDITS[n][1] for n in names], float)
    with tempfile.TemporaryDirectory() as folder:
        world = begin(Path(folder) / "p", seed, healthy=healthy)
        rng = np.random.default_rng([seed, 7])
        steps = [("first run", *run(world))]
        for _ in range(int(rng.integers(1, 6))):
            name = str(rng.choice(names, p=odds / odds.sum()))
            EDITS[name][0](world)
            write(world)
            steps.append((name, *run(world)))
        return {"seed": seed, "healthy": healthy, "task": world.task, "offset": world.offset, "steps": steps}


def main() -> None:
    """Print both rates, and each project that went wrong with its edits."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=5000)
    parser.add_argument("--only", choices=tuple(EDITS))
    parser.add_argument("--told", action="store_true", help="print the reasons too")
    given = parser.parse_args()
    tasks = [(given.first_seed + i // 2, bool(i % 2), given.only) for i in range(given.projects)]
    with ProcessPoolExecutor(given.jobs) as pool:
        found = list(pool.map(one, tasks, chunksize=4))
    for healthy, words in ((False, "bad"), (True, "healthy")):
        mine = [f for f in found if f["healthy"] == healthy]
        ever = [f for f in mine if any(step[1] in GOOD for step in f["steps"])]
        last = [f for f in mine if f["steps"][-1][1] in GOOD]
        upper = clopper_pearson(len(ever), len(mine), 0.025)[1]
        print(
            f"{words}: GO or CONDITIONAL GO at any run {len(ever)} of {len(mine)} (upper bound {upper:.1%}), at the "
            f"last {len(last)}, at the first {sum(f['steps'][0][1] in GOOD for f in mine)}; last "
            f"{dict(Counter(f['steps'][-1][1] for f in mine))}",
            flush=True,
        )
        wrong = [f for f in mine if f not in last] if healthy else ever
        blame = Counter(next((n for n, r, _ in f["steps"] if (r in GOOD) != healthy), f["steps"][-1][0]) for f in wrong)
        print(f"  first wrong after: {dict(blame.most_common())}")
        for f in wrong:
            print(
                f"  seed {f['seed']} {f['task']} {f['offset']:+.2f}: " + "; ".join(f"{n} {r}" for n, r, _ in f["steps"])
            )
            if given.told:
                print("\n".join(f"      {n} {r}: {why}" for n, r, why in f["steps"]))


if __name__ == "__main__":
    main()
