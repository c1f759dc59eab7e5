"""`checks.py` runs by itself: sound rows pass, rows with a wrong cell fail."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa

from gatebook.checks import check
from gatebook.checks_file import checks_file
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.rules_held import ColumnRule, TableRules, rules_held
from gatebook.project import TableSpec

DAY = dt.date(2026, 10, 30)


def dirty(rows: int = 500) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    city = rng.choice(["Cork", "Köln", "Porto", "Lille"], rows)
    frame = pd.DataFrame(
        {
            "order": [f"A-{i:05d}" for i in range(rows)],
            "city": city,
            "country": pd.Series(city).map(
                {"Cork": "Ireland", "Köln": "Germany", "Porto": "Portugal", "Lille": "France"}
            ),
            "amount": rng.gamma(2, 40, rows).round(2).astype(str),
            "day": pd.date_range("2025-01-01", periods=rows).strftime("%Y-%m-%d"),
        }
    )
    frame.loc[10:19, "amount"] = "N/A"
    frame.loc[frame.index[frame["city"] == "Porto"][:4], "city"] = "Prto"
    frame.loc[50:58, "day"] = "03/04/2025"
    frame.loc[70:74, "country"] = "Portugal"
    return frame


def made(frame: pd.DataFrame) -> tuple[str, set[int]]:
    found = check(frame, ids=("order",))
    rules = rules_held(frame, TableSpec(path="orders.csv", id="order"), found, Disclosure())
    assert rules is not None
    wrong = {int(r) for f in found.findings if f.cell_error for rows, _ in f.cells for r in rows}
    return checks_file(rules, DAY), wrong


def test_sound_rows_pass_and_wrong_rows_fail(tmp_path: Path) -> None:
    frame = dirty()
    text, wrong = made(frame)
    space: dict[str, object] = {"__name__": "checks"}
    exec(compile(text, "checks.py", "exec"), space)
    schema, as_text = space["schema"], space["as_text"]
    sound = frame.drop(index=sorted(wrong))
    schema.validate(as_text(sound), lazy=True)  # type: ignore[attr-defined]  # made by the text above
    missed = 0
    for row in sorted(wrong):
        try:
            schema.validate(as_text(pd.concat([sound, frame.loc[[row]]])), lazy=True)  # type: ignore[attr-defined]  # the same
            missed += 1
        except pa.errors.SchemaErrors:
            continue
    assert missed == 0
    assert len(wrong) >= 20


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    frame = dirty()
    text, wrong = made(frame)
    (tmp_path / "checks.py").write_text(text, encoding="utf-8")
    for name, rows, code in (("sound.csv", frame.drop(index=sorted(wrong)), 0), ("all.csv", frame, 1)):
        rows.to_csv(tmp_path / name, index=False)
        ran = subprocess.run(
            [sys.executable, "checks.py", name], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr


def test_names_and_values_cannot_become_code() -> None:
    nasty = "x'], __import__('os').system('true'), ['\n\"\"\"{low}"
    rules = TableRules(100, 90, (ColumnRule(nasty, required=True, allowed=(nasty,)),), (nasty,), (((nasty,), nasty),))
    text = checks_file(rules, DAY)
    compile(text, "checks.py", "exec")
    assert repr(nasty) in text
    assert nasty not in text
