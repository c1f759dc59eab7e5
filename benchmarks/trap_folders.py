"""Project folders with a trap, beside clean twins of the same truth: does the decision survive?

    python benchmarks/trap_folders.py --n 200 --seed 1 --jobs 2 [--kind units] [--show] [--list]

Each trap runs through `gatebook init` or a written project file (by turns), then an assessment with a fresh
history, and so does its twin. Bar .76 (accuracy, grades) or 12.5 % (error of a number), 1,000 ms for 95 of
100; of ten worlds 3 are bad, 1 slow, 1 at the bar. A folder counts as (the first that holds):

    crash     an exception that is no sentence for people
    refused   an error for people; right where several versions run and none is named
    WRONG     recommendation, G1 or G2 differ from the twin's and are not "not enough evidence", or a failing
              kind of input rests on what is known only after the answer (or misses one that was planted)
    figure    the same decision on another figure (2 % apart)
    guessed   a test that rests on a guess (such as a unit) is decided
    mend      not enough evidence, and a sentence that names a column or key to mend
    nee       not enough evidence without such a sentence
    equal     as the twin

What a trap asks for: "equal" where there is one right reading; "ask", where equal and mend are right;
"refuse", where an error that says what to do is right.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import numpy as np
import trap_values  # noqa: F401  registers its traps
from begun import PROMISES, begin
from trap_kinds import TRAPS, Scene, Trap
from trap_worlds import VARIANTS, World, world

from gatebook.assessment import examine
from gatebook.errors import GatebookError
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.project.load import FILE
from gatebook.record import Record
from projects import AS_OF, START

OUTCOMES = ("equal", "mend", "nee", "refused", "guessed", "figure", "WRONG", "crash")
_TESTS = ("G1", "G2")


@dataclass(frozen=True)
class Seen:
    """What came of one folder: a record, an error for people, or a crash; and what init was unsure of."""

    record: Record | None = None
    error: str = ""
    crash: str = ""
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """One trapped folder: what it is, what came of it, and the sentences to read."""

    trap: str
    kind: str
    wanted: str
    where: str
    outcome: str
    told: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether this is what the trap asks for."""
        good = {"equal": ("equal",), "ask": ("equal", "mend"), "refuse": ("refused", "mend")}
        return self.outcome in good[self.wanted]


_TWINS: dict[str, Seen] = {}


def run(made: World, *, written: bool) -> Seen:
    """Return what the kit makes of a world; the same folder is assessed once a process."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "poc"
        made.write(folder)
        if written:
            (folder / FILE).write_text(made.project_file(), encoding="utf-8")
        told = repr((written, made.settings())).encode()
        for file in sorted(folder.iterdir()):
            told += file.name.encode() + file.read_bytes()
        key = hashlib.sha256(told).hexdigest()
        if key not in _TWINS:
            _TWINS[key] = _assessed(folder, made, Path(place) / "history.jsonl", written=written)
        return _TWINS[key]


def _assessed(folder: Path, made: World, history: Path, *, written: bool) -> Seen:
    unsure: tuple[str, ...] = ()
    try:
        if not written:
            unsure = begin(folder, made.settings(), tail=PROMISES, as_of=START).unsure
        project = load_project(folder)
        ledger = Ledger(history)
        ledger.append("init", {"as_of": START.isoformat()})
        return Seen(examine(project, AS_OF, ledger=ledger).record, unsure=unsure)
    except GatebookError as error:
        return Seen(error=str(error), unsure=unsure)
    except Exception:  # noqa: BLE001  a crash is what this benchmark looks for
        return Seen(crash=traceback.format_exc(), unsure=unsure)


def compare(trap: Trap, made: World, mine: Seen, twin: Seen) -> tuple[str, tuple[str, ...]]:
    """Return the outcome of a trapped folder beside its twin, and what to read about it."""
    if mine.crash or mine.error:
        return ("crash" if mine.crash else "refused"), ((mine.crash or mine.error).strip(),)
    if twin.record is None or mine.record is None:
        return "crash", (f"the twin: {twin.crash or twin.error}",)
    told = [_brief("twin", twin.record), _brief("here", mine.record)]
    outcomes = [
        _decision(mine.record, twin.record),
        *(_test(test, mine.record, twin.record, trap.apart) for test in _TESTS),
    ]
    if claims := _false_claims(trap, mine.record):
        outcomes.append("WRONG")
        told.append(claims)
    if trap.undecided and mine.record.row(trap.undecided).status in {"pass", "fail"}:
        outcomes.append("guessed")
    worst = next(o for o in ("WRONG", "figure", "guessed", "nee", "equal") if o in outcomes)
    if worst == "nee":
        sentences = _mending(trap, made, mine.record)
        told += [f"mend: {s}" for s in sentences]
        worst = "mend" if sentences else "nee"
    told += [f"unsure: {s}" for s in mine.unsure]
    return worst, tuple(told)


def _decision(mine: Record, twin: Record) -> str:
    ours, theirs = mine.decision.recommendation, twin.decision.recommendation
    return "equal" if ours == theirs else "nee" if ours == "NOT ENOUGH EVIDENCE" else "WRONG"


def _test(test: str, mine: Record, twin: Record, apart: float) -> str:
    ours, theirs = mine.row(test), twin.row(test)
    if ours.status != theirs.status:
        return "nee" if ours.status == "not-enough-evidence" else "WRONG"
    if ours.estimate is None or theirs.estimate is None:
        return "nee" if ours.status == "not-enough-evidence" and ours.estimate != theirs.estimate else "equal"
    return "equal" if np.isclose(ours.estimate, theirs.estimate, rtol=apart) else "figure"


def _false_claims(trap: Trap, record: Record) -> str:
    resting = {p.column: s.words for s in record.slices for p in s.predicates}
    if trap.silent in resting:
        return f"a failing kind of input rests on {trap.silent}: {resting[trap.silent]}"
    if trap.named is not None and trap.named not in resting:
        return f"no failing kind of input names {trap.named}; named are {sorted(resting)}"
    return ""


def _mending(trap: Trap, made: World, record: Record) -> list[str]:
    """Return the sentences that name what the trap is about; all advice where the trap names nothing."""
    about = [str(made.keys.get((w.split(".")[0], w.split(".")[-1]), w.split(".")[-1])).lower() for w in trap.about]
    rows = [
        f"{r.id}: {r.supply}"
        for r in record.criteria
        if r.weight == "decisive" and r.status == "not-enough-evidence" and r.supply
    ]
    found = [f"{f.table}: {f.title} {f.action}" for f in record.findings if f.severity != "note"]
    sentences = [*rows, *record.problems, *found]
    return [s for s in sentences if any(word in s.lower() for word in about)] if about else rows


def _brief(name: str, record: Record) -> str:
    rows = [r for r in record.criteria if r.id in {*_TESTS, "G3", "G4"}]
    told = "; ".join(f"{r.id} {r.status} {r.estimate or 0:.4g} (n {r.n}) {r.reason}" for r in rows)
    return f"{name}: {record.decision.recommendation}: {told}"


def one(seed: int, place: tuple[int, int]) -> Answer:
    """Return the answer to one folder: (number of the trap, number of its turn)."""
    number, turn = place
    trap = TRAPS[number]
    variant = (number * 3 + turn * 7) % VARIANTS
    written = trap.mode == "written" or (trap.mode is None and (number // 2 + turn) % 2 == 1)
    twin = world(trap.task, variant, seed)
    made = twin.copy()
    random = np.random.default_rng([seed, number, turn])
    trap.spring(Scene(made, twin, random))
    where = f"{'written' if written else 'init'}, world {variant}"
    outcome, told = compare(trap, made, run(made, written=written), run(twin, written=written))
    return Answer(trap.name, trap.kind, trap.wanted, where, outcome, told)


def chosen(count: int, seed: int, kind: str) -> list[tuple[int, int]]:
    """Return which traps run: every trap once before any runs twice, in a seeded order."""
    numbers = [i for i, t in enumerate(TRAPS) if kind in f"{t.kind}: {t.name}"]
    random = np.random.default_rng(seed)
    places: list[tuple[int, int]] = []
    while numbers and len(places) < count:
        turn = len(places) // len(numbers)
        places += [(int(n), turn) for n in random.permutation(numbers)]
    return places[:count]


def report(answers: Iterable[Answer]) -> None:
    """Print the table by kind and the totals."""
    answers = list(answers)
    print(f"\n{'kind':22}{'wanted':8}{'n':>5}" + "".join(f"{o:>9}" for o in OUTCOMES) + f"{'right':>9}")
    for kind, wanted in sorted({(a.kind, a.wanted) for a in answers}):
        mine = [a for a in answers if (a.kind, a.wanted) == (kind, wanted)]
        counts = Counter(a.outcome for a in mine)
        cells = [*(counts[o] or "." for o in OUTCOMES), sum(a.right for a in mine)]
        print(f"{kind:22}{wanted:8}{len(mine):>5}" + "".join(f"{cell:>9}" for cell in cells))
    counts = Counter(a.outcome for a in answers)
    single, others = ([a for a in answers if (a.wanted == "equal") is alone] for alone in (True, False))
    equal = sum(a.right for a in single)
    share = equal / max(1, len(single))
    print(f"\none right reading: {equal} of {len(single)} equal ({share:.0%}; wanted 85 % at least)")
    print(f"ask or refuse: {sum(a.right for a in others)} of {len(others)} right")
    print(", ".join(f"{name} {counts[name]}" for name in ("WRONG", "crash", "figure", "guessed")), "(wanted 0 each)")


def main() -> None:
    """Run the chosen traps, print what is not right, and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", default="", help="only traps whose kind or name holds this")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--show", action="store_true", help="print the sentences of every folder, not only of the wrong ones"
    )
    parser.add_argument("--list", action="store_true", help="print the traps and stop")
    given = parser.parse_args()
    if given.list:
        for trap in TRAPS:
            print(f"{trap.kind:22}{trap.wanted:8}{trap.name}")
        return
    places = chosen(given.n, given.seed, given.kind)
    answers = []
    with ProcessPoolExecutor(given.jobs) as pool:
        for answer in pool.map(partial(one, given.seed), places):
            answers.append(answer)
            mark = "" if answer.right else "! "
            print(f"{mark}{answer.kind}: {answer.trap} ({answer.where}): {answer.outcome}", flush=True)
            if given.show or answer.outcome in {"WRONG", "crash", "figure", "guessed"}:
                for told in answer.told:
                    print("      " + told.replace("\n", "\n      "))
    report(answers)


if __name__ == "__main__":
    main()
