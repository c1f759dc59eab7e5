"""Make the samples' histories and the committed examples anew: `make examples`.

Each sample's history begins as `gatebook init` begins one and holds the look of the committed example, so that opening
the sample again is no new look. The documents under reports/examples are those of a run on a copy.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
from pathlib import Path

from gatebook.assessment import assess
from gatebook.history import HOME
from gatebook.history.ledger import Ledger
from gatebook.history.remembered import remember
from gatebook.project import load_project
from gatebook.run.projects import run_projects

ROOT = Path(__file__).parents[2]
SAMPLES = ("flight-delays", "support-assistant")
KEPT = ("*.html", "decision.json", "findings.csv", "summary.md", "junit.xml")


def main() -> None:
    """Print each sample's verdict and where its example lies."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--as-of", type=dt.date.fromisoformat, required=True)
    as_of = parser.parse_args().as_of
    for name in SAMPLES:
        folder = ROOT / "data/samples" / name
        shutil.rmtree(folder / HOME, ignore_errors=True)
        project = load_project(folder)
        Ledger.of(project).append("init", {"as_of": str(project.start)})
        remember(project, assess(project, as_of))
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / name
            shutil.copytree(folder, copy)
            [outcome] = run_projects([copy], out=Path(place) / "out", as_of=as_of)
            if outcome.run is None:
                raise SystemExit(f"{name}: {outcome.error}")
            example = ROOT / "reports/examples" / name
            shutil.rmtree(example, ignore_errors=True)
            example.mkdir(parents=True)
            for pattern in KEPT:
                for file in outcome.run.glob(pattern):
                    shutil.copy(file, example / file.name)
            print(f"{name}: {outcome.recommendation}. {outcome.reason} -> {example.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
