"""Verdicts on public data whose answers are known: `python benchmarks/public_verdicts.py DATA_DIR`.

DATA_DIR holds a folder a set: banking77 (intents of bank customers, two real models), tau-airline (an agent, four
trials of 50 tasks), chicago-food (a city's risk score), pandalm-judge (a judge against three graders), llmperf-2023
(requests to language models). Each project is begun by `init`, judged once, and its line says what was expected and
what came out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from gatebook.assessment import assess
from gatebook.gates.week01.pages.reality import labels
from gatebook.gates.week04.pages.decision import four_tests
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from gatebook.record import Record

DAY = dt.date(2026, 10, 30)


@dataclass(frozen=True)
class Outcome:
    """What was expected of a project, what came out, and whether it is that."""

    name: str
    expected: str
    found: str
    good: bool


def judged(tables: dict[str, pd.DataFrame], text: str) -> Record:
    """Return the record of a project with these tables, in a folder that is then removed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "p"
        root.mkdir()
        for name, frame in tables.items():
            frame.to_csv(root / f"{name}.csv", index=False)
        (root / "gatebook.toml").write_text(text)
        project = load_project(root)
        Ledger.of(project).append("init", {"as_of": DAY.isoformat()})
        return assess(project, DAY)


def banking(data: Path) -> Iterator[Outcome]:
    """The first 400 labels at a target of .85: enough for the good model, not for the one near the bar."""
    tables = {name: pd.read_csv(data / f"{name}.csv", dtype=str) for name in ("production", "predictions", "truth")}
    tables["truth"] = tables["truth"].head(400)
    for model, expected in (("poc-10shot", "not-enough-evidence"), ("v2-full", "pass")):
        record = judged(
            tables,
            (
                f'[project]\nname = "b"\ntask = "classification"\ncandidate = "{model}"\n'
                '[tables.sample]\npath = "production.csv"\nid = "id"\ntext = "text"\n'
                '[tables.labels]\npath = "truth.csv"\nid = "id"\nlabel = "category"\nmeasured = true\n'
                '[tables.predictions]\npath = "predictions.csv"\nid = "id"\nprediction = "prediction"\nconfidence = '
                '"confidence"\n'
                'latency_ms = "latency_ms"\nversion = "model"\n[targets]\nmetric = "accuracy"\nvalue = 0.85\n'
            ),
        )
        row = record.row("G1")
        yield Outcome(
            f"banking77, {model}, 400 labels",
            expected,
            f"{row.status} ({row.lower:.3f} to {row.upper:.3f}, bar {row.bar:g})",
            row.status == expected,
        )


def airline(data: Path) -> Iterator[Outcome]:
    """200 runs of 50 tasks at a bar of .34: row by row a pass, by task not shown, named or not."""
    runs = pd.read_csv(data / "predictions.csv", dtype=str)[["run_id", "task_id", "trial", "final_message"]]
    truth = pd.read_csv(data / "truth.csv", dtype=str)[["run_id", "success"]]
    for words, line in (("tasks named", 'cluster = "task_id"\n'), ("no cluster named", "")):
        record = judged(
            {"runs": runs, "truth": truth},
            (
                f'[project]\nname = "t"\ntask = "generation"\n[tables.sample]\npath = "runs.csv"\nid = "run_id"\n{line}'
                '[tables.labels]\npath = "truth.csv"\nid = "run_id"\nlabel = "success"\nmeasured = true\n'
                '[targets]\nmetric = "success_rate"\nvalue = 0.425\n'
            ),
        )
        row = record.row("G1")
        found = (
            f"{row.status} ({row.lower:.3f} to {row.upper:.3f}, bar {row.bar:g}; {row.n} runs worth "
            f"{row.n_effective:.0f})"
        )
        yield Outcome(f"tau-airline, {words}", "not-enough-evidence", found, row.status == "not-enough-evidence")


def chicago(data: Path) -> Iterator[Outcome]:
    """Nobody needs a model to be right 76 % of the time where 84 % of the answers are no."""
    tables = {name: pd.read_csv(data / f"{name}.csv", dtype=str) for name in ("production", "predictions", "truth")}
    for metric, value in (("accuracy", 0.95), ("accuracy", 0.80), ("recall", 0.05), ("precision", 0.15)):
        record = judged(
            tables,
            (
                '[project]\nname = "c"\ntask = "classification"\n'
                '[tables.sample]\npath = "production.csv"\nid = "Inspection_ID"\ntime = "Inspection_Date"\n'
                '[tables.labels]\npath = "truth.csv"\nid = "Inspection_ID"\nlabel = "criticalFound"\nmeasured = true\n'
                '[tables.predictions]\npath = "predictions.csv"\nid = "Inspection_ID"\nprediction = "prediction"\n'
                f'probability = "probability_critical"\n[targets]\nmetric = "{metric}"\nvalue = '
                f'{value}\npositive = "1"\n'
            ),
        )
        row, flags = record.row("G1"), four_tests(record)[0].flags
        good = any("vacuous" in flag for flag in flags) and (metric != "accuracy" or row.status != "pass")
        yield Outcome(
            f"chicago-food, {metric} {value:g}",
            "flagged vacuous on page one",
            f"{row.status}; {', '.join(flags)}",
            good,
        )


def pandalm(data: Path) -> Iterator[Outcome]:
    """Three graders disagree now and then: no model can be measured as better than they are."""
    tables = {
        name: pd.read_csv(data / f"{name}.csv", dtype=str) for name in ("production", "predictions", "annotations")
    }
    record = judged(
        tables,
        (
            '[project]\nname = "p"\ntask = "classification"\ncandidate = "pandalm-7b"\n'
            '[tables.sample]\npath = "production.csv"\nid = "idx"\ntext = ["instruction"]\n'
            '[tables.labels]\npath = "annotations.csv"\nid = "idx"\nlabel = "label"\nannotator = "annotator"\n'
            '[tables.predictions]\npath = "predictions.csv"\nid = "idx"\nprediction = "prediction"\nversion = "model"\n'
            '[targets]\nmetric = "accuracy"\nvalue = 0.8\n'
        ),
    )
    ceiling = record.evidence.labels.ceiling
    told = "even a perfect model would measure about" in str(labels(record).markup)
    yield Outcome("pandalm-judge", "the graders' ceiling is told", f"ceiling {ceiling}, told {told}", told)


def llmperf(data: Path) -> Iterator[Outcome]:
    """130 of 150 requests fail, and the 20 that came back were fast: too slow; a sound provider passes."""
    every = pd.read_csv(data / "requests.csv", dtype=str)
    for provider, expected in (("lepton", "fail"), ("anyscale", "pass")):
        mine = every[(every["provider"] == provider) & (every["model"] == "llama2-chat-13b")].copy()
        mine["key"] = [f"r{i}" for i in range(len(mine))]
        mine["error_code"] = mine["error_code"].fillna("")
        record = judged(
            {"requests": mine.drop(columns=["GEN_TEXT", "error_msg"])},
            (
                '[project]\nname = "l"\ntask = "generation"\n[tables.sample]\npath = "requests.csv"\nid = "key"\n'
                'latency_s = "end_to_end_latency_s"\nerror = "error_code"\n[targets]\nlatency_ms = 3000\n'
            ),
        )
        answered = mine.loc[mine["error_code"] == "", "end_to_end_latency_s"].astype(float)
        row = record.row("G2")
        found = (
            f"{row.status}; {len(answered)} of {len(mine)} answered, 19 of 20 of them within "
            f"{answered.quantile(0.95):.1f} s (limit 6 s)"
        )
        yield Outcome(f"llmperf-2023, {provider}", expected, found, row.status == expected)


SETS = {
    "banking77": banking,
    "tau-airline": airline,
    "chicago-food": chicago,
    "pandalm-judge": pandalm,
    "llmperf-2023": llmperf,
}


def main() -> None:
    """Print a line for each project, and how many are as expected."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data_dir", type=Path, metavar="DATA_DIR")
    folder = parser.parse_args().data_dir
    outcomes = [one for name, check in SETS.items() if (folder / name).is_dir() for one in check(folder / name)]
    for one in outcomes:
        print(f"{'ok ' if one.good else 'BAD'} {one.name}: expected {one.expected}; {one.found}")
    print(f"{sum(one.good for one in outcomes)} of {len(outcomes)} as expected")


if __name__ == "__main__":
    main()
