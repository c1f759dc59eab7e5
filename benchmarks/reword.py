"""Every text of every catalogue of words is rewritten in a copy of the tree: does any decision change?

    python benchmarks/reword.py [FOLDER ...] [--keep]

Assesses both samples (and the projects named) with the tree as it is and with the copy, and compares what decides:
recommendation, clock, and of each row its status, the codes of its reason, its flags and its evidence, and its figures;
of each finding its kind, severity and cells; the slices. Words themselves must differ, or nothing was tried.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SAMPLES = [ROOT / "data" / "samples" / name for name in ("flight-delays", "support-assistant")]
_PART = re.compile(r"(\{\{|\}\}|\{[^{}]*\})")  # what stands for a figure or a brace stays
ASSESS = """
import datetime as dt, json, shutil, sys, tempfile
from pathlib import Path
from gatebook.assessment import assess
from gatebook.project import load_project
found = {}
for name in sys.argv[1:]:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "poc"
        shutil.copytree(name, folder)
        record = assess(load_project(folder), dt.date(2026, 10, 30)).model_dump(mode="json")
        found[name] = {
            "decision": [record["decision"][key] for key in ("recommendation", "clock")],
            "rows": [{k: v for k, v in row.items() if k not in WORDS} for row in record["criteria"]],
            "findings": [
                [f[k] for k in ("kind", "columns", "rows", "severity", "cell_error")] for f in record["findings"]
            ],
            "slices": [[s[k] for k in ("predicates", "rows", "errors", "p_adjusted")] for s in record["slices"]],
            "words": [row["reason"] for row in record["criteria"]],
        }
print(json.dumps(found))
"""
WORDS = ("title", "reason", "supply", "flags", "method", "metric_words", "unit")


def reworded(text: str) -> str:
    """Return a text with every word turned round; figures keep their places."""
    parts = _PART.split(text)
    turned = [re.sub(r"[A-Za-z]{3,}", lambda word: word[0][::-1] + "q", part) for part in parts[::2]]
    return "".join(part for pair in zip(turned, [*parts[1::2], ""], strict=True) for part in pair)


def rewrite(entry: Any) -> Any:
    """Return a catalogue with every text reworded."""
    if isinstance(entry, dict):
        return {key: rewrite(value) for key, value in entry.items()}
    return reworded(entry) if isinstance(entry, str) else entry


def as_toml(catalogue: dict[str, Any]) -> str:
    """Return a catalogue as TOML: sections of texts, or of tables of texts."""
    lines = []
    for name, section in catalogue.items():
        lines.append(f"[{json.dumps(name)}]")
        for key, value in section.items():
            told = json.dumps(value, ensure_ascii=False) if not isinstance(value, dict) else _inline(value)
            lines.append(f"{json.dumps(key)} = {told}")
    return "\n".join(lines) + "\n"


def _inline(table: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{json.dumps(k)} = {json.dumps(v, ensure_ascii=False)}" for k, v in table.items()) + "}"


def told(source: Path, projects: list[Path]) -> dict[str, Any]:
    """Return what decides in each project, by the tree at `source`."""
    env = os.environ | {"PYTHONPATH": str(source), "OMP_NUM_THREADS": "1"}
    code = ASSESS.replace("WORDS", repr(WORDS))
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, projects)]
    done = subprocess.run(command, env=env, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{source}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def main() -> None:
    """Print what differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("projects", nargs="*", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave the copy and print where it is")
    given = parser.parse_args()
    projects = [path.resolve() for path in (*SAMPLES, *given.projects)]
    home = Path(tempfile.mkdtemp(prefix="reword-"))
    shutil.copytree(ROOT / "src", home / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    texts = 0
    for path in (home / "src").rglob("words.toml"):
        catalogue = rewrite(tomllib.loads(path.read_text(encoding="utf-8")))
        texts += json.dumps(catalogue).count('": "')
        path.write_text(as_toml(catalogue), encoding="utf-8")
    before, after = told(ROOT / "src", projects), told(home / "src", projects)
    changed = 0
    for name, found in before.items():
        for part in ("decision", "rows", "findings", "slices"):
            pairs = zip(found[part], after[name][part], strict=True)
            differ = [(old, new) for old, new in pairs if old != new]
            changed += len(differ)
            print(*(f"{Path(name).name} {part}: {old} -> {new}" for old, new in differ), sep="\n", end="")
        same = sum(old == new for old, new in zip(found["words"], after[name]["words"], strict=True))
        assert same < len(found["words"]) / 10, f"{name}: {same} reasons read as before"
    print(f"{texts} texts reworded, {len(projects)} projects, {changed} differences")
    if given.keep:
        print(home)
    else:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
