"""`checks.py`: what held in the sound rows of the production sample, as a program that guards the next export."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a run that only prints help need not load pandas
    from gatebook.evidence.rules_held import ColumnRule, TableRules

_HEAD = '''"""Checks of the production sample, made from what held in {sound:,} of its {rows:,} rows on {day}.

    pip install pandera
    python checks.py EXPORT.csv

Rows with a wrong cell were left aside, so the checks fail where they stand. Change what you know better.
"""

import sys

import pandas as pd
import pandera.pandas as pa


def number(low, high):
    def check(cells):
        values = pd.to_numeric(cells, errors="coerce")
        return values.notna() & (values >= low) & (values <= high)

    return pa.Check(check, error=f"a number from {{low:g}} to {{high:g}}")


def shaped(*shapes):
    return pa.Check(lambda cells: cells.str.fullmatch("|".join(shapes)), error="written in another way")


def once(*columns):
    return pa.Check(lambda table: ~table.duplicated(list(columns)), error=f"{{columns}} stands twice")


def decides(by, column):
    def check(table):
        known = table[[by, column]].dropna()
        several = known.groupby(by)[column].nunique()
        return ~table[by].isin(several[several > 1].index)

    return pa.Check(check, error=f"{{by}} does not decide {{column}}")


schema = pa.DataFrameSchema(
    {{
'''
_TAIL = '''

def as_text(table):
    """Return the table as text without surrounding blanks; empty cells are missing."""
    text = table.astype("str").apply(lambda cells: cells.str.strip())
    return text.mask(table.isna() | (text == ""))


if __name__ == "__main__":
    export = pd.read_csv(sys.argv[1], dtype="str", keep_default_na=False, sep=None, engine="python")
    try:
        schema.validate(as_text(export), lazy=True)
    except pa.errors.SchemaErrors as found:
        cases = found.failure_cases
        print(cases.groupby(["column", "check"], dropna=False).size().to_string())
        sys.exit(1)
    print("All checks pass.")
'''


def checks_file(rules: TableRules, day: dt.date) -> str:
    """Return a program for the validation library pandera, which needs nothing of this kit.

    Names and values stand in it as Python literals only; the rules hold none that may not be shown.
    """
    lines = [_HEAD.format(sound=rules.sound, rows=rules.rows, day=f"{day.day} {day:%B %Y}")]
    lines += [f"        {rule.column!r}: {_column(rule)},\n" for rule in rules.columns]
    lines.append("    },\n    checks=[\n")
    if rules.keys:
        lines.append(f"        once({', '.join(map(repr, rules.keys))}),\n")
    lines += [f"        decides({by[0]!r}, {column!r}),\n" for by, column in dict.fromkeys(rules.dependencies)]
    lines.append("    ],\n)\n")
    return "".join(lines) + _TAIL


def _column(rule: ColumnRule) -> str:
    if rule.low is not None and rule.high is not None:
        check = f"number({rule.low!r}, {rule.high!r})"
    elif rule.allowed:
        check = f"pa.Check.isin({list(rule.allowed)!r})"
    elif rule.shapes:
        check = f"shaped({', '.join(map(repr, rule.shapes))})"
    else:
        check = "[]"
    return f"pa.Column(checks={check}, nullable={not rule.required})"
