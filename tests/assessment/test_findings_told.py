"""Findings in the record: what blocks is said by the row in force, not by the project file alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gatebook.assessment import assess
from gatebook.project import load_project
from projects import AS_OF, Kind, make_project

STRICT = '[[criteria]]\nid = "G3"\nthreshold = 0.01\n'


def test_a_limit_that_was_removed_after_a_look_still_says_what_blocks(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "p", Kind(rows=1000))
    sample = pd.read_csv(folder / "production.csv", dtype=str)
    sample.loc[sample.index % 25 == 0, "channel"] = ["?", "n/a"] * 20  # a required field, not filled in 4 of 100 rows
    sample.to_csv(folder / "production.csv", index=False)
    file = folder / "gatebook.toml"
    plain = file.read_text()

    def blocking() -> list[str]:
        record = assess(load_project(folder), AS_OF)
        found = [f.severity for f in record.findings if f.severity == "blocking"]
        assert bool(found) == (record.row("G3").status == "fail")
        return found

    assert not blocking()
    file.write_text(plain + STRICT)
    assert blocking()
    file.write_text(plain)
    assert blocking()
