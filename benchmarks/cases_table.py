"""What the kit makes of a folder of cases: `python benchmarks/cases_table.py PATH [--expect FILE.json]`.

Each folder below PATH is copied to a temporary place and begun by `gatebook init`, unless a gatebook.toml
lies there (then only its history). value = .80 is set, and latency_ms = 800 where a duration is named; then it
is checked and assessed. Scripts in PATH/generators are run in an empty folder, and each folder that they write
is treated alike. Folders whose files are a command (cmd.txt) are left out; folders named by --split hold a
case in each entry.

    case  recommendation: G1 and G2 (status, estimate, n, reason) | problems of the check | the first sentence
          what init guessed, or the project file says

The optional file of expectations maps a case ("script/folder" of a generator) to any of: recommendation [..],
g1_status [..], g1_estimate [low, high], g1_n [low, high], the same of g2, rows {"4.5": [status, ..]}, mentions
[word, ..] (each in some sentence of the run, of init or in what it guessed, case aside; a list in it: one of
them is enough), silent [word, ..] (in no reason, failing kind of input or finding of the run), not_guessed
[word, ..], loads (true: no error), set {"section.key": value} (what a person sets besides, such as
project.candidate), error (true: an error for people is right too). A crash is never right.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from begun import begin, put, sections, times_requests

from gatebook.assessment import examine
from gatebook.errors import GatebookError
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.project.load import FILE
from gatebook.project.tables import open_tables
from gatebook.record import Record

_SETTINGS = {("targets", "value"): 0.80, ("targets", "latency_ms"): 800}
_GUESSED = ("id", "label", "score", "prediction", "version", "confidence", "probability", "time", "cluster", "segments")
_DURATIONS = ("latency_ms", "latency_s", "latency", "started", "ended")


@dataclass
class Seen:
    """What came of one case."""

    guesses: str = ""
    said: list[str] = field(default_factory=list)  # by init: unsure and left out
    problems: list[str] = field(default_factory=list)
    record: Record | None = None
    error: str = ""
    crash: str = ""


def see(folder: Path, own: dict[str, Any]) -> Seen:
    """Return what the kit makes of a folder, which it may change; `own` sets more ("section.key")."""
    seen = Seen()
    try:
        if (folder / FILE).exists():
            began = Ledger.of(load_project(folder))
            began.append("init", {})
            _set_targets(folder / FILE)
        else:
            report = begin(folder, {**_SETTINGS, **{tuple(k.rsplit(".", 1)): v for k, v in own.items()}})
            seen.said = [*report.unsure, *report.left_out]
        seen.guesses = _short((folder / FILE).read_text(encoding="utf-8"))
        project = load_project(folder)
        tables = open_tables(project)
        seen.problems = [str(error) for error in tables.problems.values()]
        seen.problems += [f"{a.path}: account open" for t in tables.values() for a in t.accounts if not a.closed]
        seen.record = examine(project).record
    except GatebookError as error:
        seen.error = str(error).replace(f"{folder.parent}/", "")
    except Exception:  # noqa: BLE001  a crash is what this benchmark looks for
        seen.crash = traceback.format_exc()
    return seen


def _set_targets(file: Path) -> None:
    """Set what the project file does not say itself."""
    text = file.read_text(encoding="utf-8")
    if times_requests(text) and "latency_ms = 800" not in text:
        file.write_text(put(text, "targets", "latency_ms", 800), encoding="utf-8")


def _short(text: str) -> str:
    parts = []
    for role, table in sections(text).items():
        keys = [f"{k}={table[k]}" for k in (*_GUESSED, *_DURATIONS) if k in table]
        parts.append(f"{role}({', '.join(keys)})")
    return " ".join(parts)


def line(case: str, seen: Seen) -> str:
    """Return the case's line."""
    if seen.crash:
        return f"{case:26} CRASH {seen.crash.strip().splitlines()[-1][:150]}\n{'':29}{seen.guesses}"
    if seen.record is None:
        return f"{case:26} error: {_first(seen.error)}\n{'':29}{seen.guesses}"
    record = seen.record
    tests = "; ".join(_test(record, name) for name in ("G1", "G2"))
    told = [*seen.problems, *record.problems, *(f.title for f in record.findings if f.severity != "note"), *seen.said]
    problem = f" | {len(seen.problems)} problems" if seen.problems else ""
    return (
        f"{case:26} {record.decision.recommendation}: {tests}{problem} | {_first(told[0]) if told else '-'}\n"
        f"{'':29}{seen.guesses}"
    )


def _test(record: Record, name: str) -> str:
    row = record.row(name)
    figure = "" if row.estimate is None else f" {row.estimate:.4g}"
    return f"{name} {row.status}{figure} (n {row.n}): {_first(row.reason, 90)}"


def _first(text: str, most: int = 160) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def amiss(wanted: dict[str, Any], seen: Seen) -> list[str]:
    """Return what is not as it is wanted."""
    if seen.crash:
        return ["crash"]
    if seen.record is None:
        told = [] if wanted.get("error") else [f"error: {_first(seen.error, 80)}"]
        return told + _unsaid(wanted, seen.error.lower())
    record = seen.record
    found = [f"guessed {word!r}" for word in wanted.get("not_guessed", ()) if word in seen.guesses]
    if "recommendation" in wanted and record.decision.recommendation not in wanted["recommendation"]:
        found.append(f"recommendation {record.decision.recommendation}")
    statuses = {test: wanted[key] for test, key in (("G1", "g1_status"), ("G2", "g2_status")) if key in wanted}
    for name, allowed in (statuses | wanted.get("rows", {})).items():
        if record.row(name).status not in allowed:
            found.append(f"{name} {record.row(name).status}")
    for test in ("G1", "G2"):
        row, key = record.row(test), test.lower()
        for part, figure in (("estimate", row.estimate), ("n", row.n)):
            if (span := wanted.get(f"{key}_{part}")) and (figure is None or not span[0] <= figure <= span[1]):
                found.append(f"{test} {part} {figure}")
    said = _sentences(record)
    found += _unsaid(wanted, " ".join([said, *seen.said, *seen.problems, seen.guesses]).lower())
    return found + [f"says {word!r}" for word in wanted.get("silent", ()) if word.lower() in said]


def _unsaid(wanted: dict[str, Any], said: str) -> list[str]:
    """Return what is not mentioned; of several words in a list one is enough."""
    either = ([word] if isinstance(word, str) else word for word in wanted.get("mentions", ()))
    return [f"no word of {words}" for words in either if not any(word.lower() in said for word in words)]


def _sentences(record: Record) -> str:
    rows = [f"{r.reason} {r.supply} {' '.join(r.flags)}" for r in record.criteria]
    found = [f"{f.title} {f.meaning} {f.action}" for f in record.findings]
    kinds = [f"{s.words} {s.why} {s.action}" for s in record.slices]
    return " ".join([*rows, *found, *kinds, *record.problems]).lower()


def cases(root: Path, scratch: Path, split: set[str], only: set[str]) -> Iterator[tuple[str, Path]]:
    """Yield (name, copy) for each folder of cases, then for each folder that a generator writes."""
    for folder in sorted(p for p in root.iterdir() if p.is_dir() and p.name != "generators"):
        if folder.name in split:
            yield from (
                (f"{folder.name}/{p.name}", _copied(p, scratch / folder.name / p.name))
                for p in sorted(folder.iterdir())
            )
        elif not (folder / "cmd.txt").exists():
            yield folder.name, _copied(folder, scratch / folder.name)
    wanted = {name.split("/")[0] for name in only}
    for script in sorted((root / "generators").glob("*.py")):
        if only and script.stem not in wanted:
            continue
        place = scratch / "generators" / script.stem
        place.mkdir(parents=True)
        command = [sys.executable, str(script)]
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            print(f"{script.stem:26} generator failed: {_first(done.stderr[-300:])}")
        folders = sorted(p for p in place.iterdir() if p.is_dir())
        if not folders:
            print("\n".join(f"{script.stem:26} {told}" for told in done.stdout.splitlines()))
        for folder in folders:
            yield f"{script.stem}/{folder.name}", folder


def _copied(source: Path, target: Path) -> Path:
    """Copy a folder, or a file into a folder of its own, so that it can be written."""
    if source.is_file():
        target.mkdir(parents=True)
        shutil.copyfile(source, target / source.name)
        return target
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    for place in (target, *target.rglob("*")):
        place.chmod(0o755 if place.is_dir() else 0o644)
    return target


def main() -> None:
    """Print a line a case, and what is not as expected."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--expect", type=Path, help="a JSON file of what is right, by case")
    parser.add_argument("--split", default="layouts,header_words", help="folders whose entries are a case each")
    parser.add_argument("--only", default="", help="names of cases, by commas (no other generator runs)")
    parser.add_argument(
        "--show", action="store_true", help="print every sentence of init, of the check and of the tests"
    )
    given = parser.parse_args()
    expected = json.loads(given.expect.read_text()) if given.expect else {}
    only = set(filter(None, given.only.split(",")))
    right, wrong = 0, []
    with tempfile.TemporaryDirectory() as scratch:
        for name, folder in cases(given.path, Path(scratch), set(given.split.split(",")), only):
            if only and name not in only:
                continue
            seen = see(folder, expected.get(name, {}).get("set", {}))
            print(line(name, seen), flush=True)
            if given.show:
                for told in (*seen.said, *seen.problems, *(seen.crash or seen.error).splitlines()):
                    print(f"{'':29}- {told}")
            if name in expected:
                found = amiss(expected[name], seen)
                right += not found
                wrong += [name] if found else []
                print(f"{'':29}{'NOT RIGHT: ' + '; '.join(found) if found else 'right'}", flush=True)
    if expected:
        print(f"\n{right} of {right + len(wrong)} right; not right: {', '.join(wrong) or '-'}")


if __name__ == "__main__":
    main()
