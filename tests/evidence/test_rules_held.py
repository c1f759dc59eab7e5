"""What holds in the sound rows of a table is stated without telling a single row's value."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gatebook.checks import check
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.rules_held import TableRules, rules_held
from gatebook.project import TableSpec

SPEC = TableSpec(path="orders.csv", id="order")


def orders(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    city = rng.choice(["Cork", "Köln", "Porto"], rows)
    return pd.DataFrame(
        {
            "order": [f"A-{i:05d}" for i in range(rows)],
            "city": city,
            "country": pd.Series(city).map({"Cork": "Ireland", "Köln": "Germany", "Porto": "Portugal"}),
            "amount": rng.gamma(2, 40, rows).round(2).astype(str),
            "day": pd.date_range("2026-01-01", periods=rows).strftime("%Y-%m-%d"),
            "remark": [
                " ".join(rng.choice(["late", "box", "torn", "fine", "again"], 6)) + f" {i}" for i in range(rows)
            ],
            "mail": [f"person{i}@example.org" for i in range(rows)],
        }
    )


def rules(frame: pd.DataFrame) -> TableRules:
    found = check(frame, ids=("order",))
    personal = frozenset({c for f in found.findings if f.kind == "personal" for c in f.columns})
    made = rules_held(frame, SPEC, found, Disclosure(personal))
    assert made is not None
    return made


def test_each_kind_of_column_gets_its_rule() -> None:
    found = {rule.column: rule for rule in rules(orders()).columns}
    assert found["city"].allowed == ("Cork", "Köln", "Porto")
    assert (found["amount"].low, found["amount"].high) == (0.0, 1000.0)
    assert found["day"].shapes == (r"\d+\-\d+\-\d+",)
    assert found["order"].shapes == (r"[^\W\d_]+\-\d+",)
    assert found["city"].required
    assert "mail" not in found


def test_rows_with_a_wrong_cell_make_no_rule() -> None:
    frame = orders()
    frame.loc[:7, "amount"] = "N/A"
    frame.loc[frame.index[frame["city"] == "Porto"][:6], "city"] = "Prto"
    found = {rule.column: rule for rule in rules(frame).columns}
    assert found["amount"].high == 1000.0
    assert "Prto" not in found["city"].allowed


def test_a_rare_value_is_not_told() -> None:
    frame = orders()
    frame.loc[3, ["city", "country"]] = ["Ushuaia", "Argentina"]
    text = repr(rules(frame))
    assert "Ushuaia" not in text
    assert "Argentina" not in text


def test_few_sound_rows_make_no_rules() -> None:
    frame = orders(40)
    assert rules_held(frame, SPEC, check(frame, ids=("order",)), Disclosure()) is None


@given(st.lists(st.floats(-1e9, 1e9).map(lambda v: f"{v:.3f}"), min_size=60, max_size=80))
def test_every_number_lies_in_the_span(values: list[str]) -> None:
    frame = pd.DataFrame({"n": values})
    made = rules_held(frame, TableSpec(path="t.csv"), check(frame.head(0)), Disclosure())
    assert made is not None
    rule = made.columns[0]
    assert rule.low is not None
    assert rule.high is not None
    assert all(rule.low <= float(v) <= rule.high for v in values)
