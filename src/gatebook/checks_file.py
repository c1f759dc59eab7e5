"""`checks.py`: what held in the sound rows of the production sample, as a program that guards the next export."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a run that only prints help need not load pandas
    from gatebook.evidence.rules_held import ColumnRule, TableRules


def checks_file(rules: TableRules, day: dt.date) -> str:
    """Return a program for the validation library pandera, which needs nothing of this kit.

    Names and values stand in it as Python literals only; the rules hold none that may not be shown.
    """
    checks = [f"once({', '.join(map(repr, rules.keys))})"] if rules.keys else []
    checks += [f"decides({by[0]!r}, {column!r})" for by, column in dict.fromkeys(rules.dependencies)]
    return (
        (files("gatebook") / "checks_file.txt")
        .read_text(encoding="utf-8")
        .format(
            sound=rules.sound,
            rows=rules.rows,
            day=f"{day.day} {day:%B %Y}",
            columns="".join(f"        {rule.column!r}: {_column(rule)},\n" for rule in rules.columns),
            checks="".join(f"        {check},\n" for check in checks),
        )
    )


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
