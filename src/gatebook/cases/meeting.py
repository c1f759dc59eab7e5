"""Whether the tables meet: ids that join, ids that would join if they were written alike, numbers of one size."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from gatebook.cases.questions import Code, Question
from gatebook.cases.requests import Requests
from gatebook.cases.truth import Truth
from gatebook.project import TableSpec
from gatebook.tables import to_numbers

LOOKED_AT = 5_000  # ids compared in other spellings
SURE = 1e-3  # chance below which an answer that is never given is no accident
COVERED = 0.95  # share of the sample that a table holds, from which rows beyond it are no trouble
ENOUGH = 0.5  # share of the ids that must match in the other spelling
_THOUSAND = (400.0, 2_500.0)  # how far apart the sizes of two columns are where one mark was read as the other
FEWEST = 20  # rows with both numbers below which no unit is doubted
TOGETHER = 0.5  # rank correlation of numbers that measure the same
NEAR, CLOSER = 0.15, 4.0  # how near to a factor, and how much smaller the errors are once it is taken out
FACTORS = tuple(f for step in (*(10.0**n for n in range(1, 10)), 24.0, 60.0, 3600.0) for f in (step, 1 / step))
_GROUPED = r"[-+]?\d{1,3}([.,])\d{3}"
_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "decimals": lambda key: re.sub(r"\.0+$", "", key),
    "case": str.casefold,
    "zeros": lambda key: key.lstrip("0") or key,
    "marks": lambda key: re.sub(r"[\W_]+", "", key).casefold(),
    "digits": lambda key: "".join(re.findall(r"\d+", key)).lstrip("0"),
}


def would_match(mine: pd.Series, theirs: pd.Series) -> dict[str, str | int | float]:
    """Return how ids would match if they were written alike: the spelling, one id of each and the share; empty if not.

    Args:
        mine: distinct ids of one table.
        theirs: distinct ids of another.

    Example: `10000` against `10000.0` gives {"how": "decimals", "mine": "10000", "theirs": "10000.0", "share": 1.0}.
    """
    few = theirs.head(LOOKED_AT).astype("str")
    for how, spell in _SPELLINGS.items():
        known = {spell(key): key for key in mine.astype("str")}
        known.pop("", None)
        if len(known) < 0.9 * mine.nunique():
            continue  # this spelling makes one id of several
        hits = [(key, known[spell(key)]) for key in few if spell(key) in known]
        if len(hits) > ENOUGH * len(few):
            return {"how": how, "mine": hits[0][1], "theirs": hits[0][0], "share": len(hits) / len(few)}
    return {}


def join_questions(
    specs: Mapping[str, TableSpec], sample: pd.Series, truth: Truth, asked: Requests, role: str
) -> list[Question]:
    """Return the questions of ids that do not join the sample's (`sample`, distinct ids)."""
    found = []
    sides = [("labels", truth.frame["key"])] if truth.source == "labels" else []
    sides += [("predictions", asked.frame["key"])] if role == "predictions" else []
    for name, key in sides:
        ids = key.dropna().drop_duplicates()
        if not len(ids):
            continue
        strange = ids[~ids.isin(sample)]
        outside, columns = len(strange), specs[name].ids if name in specs else ()
        if not outside:
            continue
        if sample.isin(ids).mean() >= COVERED:  # a table that holds more than the sample, and all of it
            found.append(Question(Code.IDS_BEYOND, name, columns, outside, len(ids)))
        elif outside > ENOUGH * len(ids):
            found.append(Question(Code.NO_IDS_JOIN, name, columns, outside, len(ids), would_match(sample, strange)))
        elif name == "labels":
            found.append(Question(Code.IDS_OUTSIDE, name, columns, outside, len(ids), would_match(sample, strange)))
    return found


def strangers(truth: pd.Series, answers: pd.Series) -> np.ndarray:
    """Return where an answer that no label has meets a label that the model never gives, shape (rows,).

    Such a pair may be one answer in two spellings. An answer counts as never given only where chance would show it among
    the others (its share of one column, over the rows of the other).

    Args:
        truth: the true answers, NaN where there is none, shape (rows,).
        answers: the model's, NaN where there is none, shape (rows,).
    """
    true, said = truth.dropna(), answers.dropna()
    if not len(true) or not len(said):
        return np.zeros(len(truth), dtype=bool)
    alone = []
    for mine, theirs in ((true, said), (said, true)):
        shares = mine.value_counts(normalize=True)
        unseen = shares[~shares.index.isin(set(theirs.unique()))]
        alone.append(set(unseen[(1 - unseen) ** len(theirs) < SURE].index))
    return (truth.isin(alone[0]) & answers.isin(alone[1])).to_numpy()


def number_units(truth: Truth, asked: Requests) -> list[Question]:
    """Return a question where each output is the true number times one factor between two units, as 0.42 for 42 %."""
    rows = truth.raw[["key", "value"]].merge(asked.frame[["key", "prediction"]], on="key")
    true, said = (np.asarray(to_numbers(rows[c].astype("str")).values, dtype=float) for c in ("value", "prediction"))
    known = np.isfinite(true) & np.isfinite(said) & (true != 0) & (said != 0)
    true, said = true[known], said[known]
    if len(true) < FEWEST or pd.Series(true).corr(pd.Series(said), method="spearman") < TOGETHER:
        return []
    ratio = float(np.median(said / true))
    factor = next((f for f in FACTORS if abs(ratio / f - 1) < NEAR), None)
    if factor is None or np.median(np.abs(said / factor - true)) * CLOSER > np.median(np.abs(said - true)):
        return []
    about: dict[str, str | int | float] = {
        "times": f"{max(factor, 1 / factor):,.0f}",
        "size": "larger" if factor > 1 else "smaller",
    }
    return [Question(Code.NUMBER_UNITS, "predictions", (), len(true), len(rows), about)]


def number_marks(truth: Truth, asked: Requests) -> list[Question]:
    """Return a question where numbers of truth and output lie a factor of a thousand apart, and a mark can mean both."""
    sides = (truth.raw["value"].dropna().astype("str"), asked.frame["prediction"].dropna().astype("str"))
    sizes = []
    for cells in sides:
        numbers = np.abs(np.asarray(to_numbers(cells).values, dtype=float))
        known = numbers[np.isfinite(numbers) & (numbers > 0)]
        sizes.append(float(np.median(known)) if len(known) else float("nan"))
    ratio = sizes[1] / sizes[0] if sizes[0] else float("nan")
    low, high = _THOUSAND
    for side, role, off in (
        (0, truth.source or "labels", ratio),
        (1, "predictions", 1 / ratio if ratio else float("nan")),
    ):
        grouped = sides[side].str.strip().str.fullmatch(_GROUPED)
        if low < off < high and len(grouped) and grouped.mean() > ENOUGH:
            example = str(sides[side][grouped].iloc[0]).strip()
            return [Question(Code.NUMBER_MARKS, role, (), int(grouped.sum()), len(grouped), {"example": example})]
    return []
