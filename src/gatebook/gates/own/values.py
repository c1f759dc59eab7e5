"""The column behind a row of a project's own, bound to the cases: one value a case, and which of them are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from gatebook.cases.answers import NO, YES
from gatebook.cases.bind import WHOLE_SAMPLE, Cases
from gatebook.cases.columns import row_keys, stripped
from gatebook.cases.questions import Question, QuestionCode
from gatebook.project import OWN_SHARES, Project, TableSpec
from gatebook.project.model import Criterion, Metric
from gatebook.reading import Table, to_numbers
from gatebook.words import Code, Said, said, say

YES_WORDS = YES | {"ja", "oui", "si", "sí", "wahr", "vrai"}
NO_WORDS = NO | {"nein", "non", "falsch", "faux"}
READABLE = 0.9  # share of the filled cells that must say yes or no, or be numbers
MOST_DIGITS = 4


class Unjudgeable(Code):
    """Why a column cannot judge a row; the reason follows its name, and the supply mends it."""

    NO_TABLE = "no_table"
    NO_COLUMN = "no_column"
    NO_IDS = "no_ids"
    EMPTY = "empty"
    NEITHER = "neither"
    NEGATIVE = "negative"
    NO_SHARE = "no_share"
    PERCENT = "percent"
    NEVER = "never"
    OFF_SCALE = "off_scale"
    OF_A_PROGRAM = "of_a_program"


class Figure(Code):
    """What is measured."""

    SHARE = "share"
    MEAN = "mean"


def unjudgeable(asked: Criterion, project: Project, tables: Mapping[str, Table]) -> Said | None:
    """Return why a criterion can be judged by no row of these tables, None where it can."""
    role, column = str(asked.table), str(asked.column)
    table = tables.get(role)
    if table is None:
        return said(Unjudgeable.NO_TABLE, role=role)
    spec = project.tables[role]
    if column not in table.columns:
        return said(Unjudgeable.NO_COLUMN, role=role, column=column)
    if role != "sample" and not spec.ids:
        return said(Unjudgeable.NO_IDS, role=role)
    if column in {spec.judge, spec.confidence, spec.probability}:
        return said(Unjudgeable.OF_A_PROGRAM, role=role, column=column)
    cells = table.frame([column])[column]
    about = {"role": role, "column": column, "limit": asked.limit}
    if not stripped(cells).notna().any():
        return said(Unjudgeable.EMPTY, **about)
    values, shares = read_values(cells, spec)
    filled = stripped(cells).notna()
    if values[filled].notna().mean() < READABLE:
        return said(Unjudgeable.NEITHER, **about)
    if shares:
        return _no_limit_of_a_share(asked, about)
    low, high = scale_of(asked, spec) or (0.0, np.inf)
    if not low <= asked.limit <= high:
        return said(Unjudgeable.OFF_SCALE, **about, low=low, high=high)
    if values.min() < 0 and low == 0:
        return said(Unjudgeable.NEGATIVE, **about)
    return None


def _no_limit_of_a_share(asked: Criterion, about: Mapping[str, object]) -> Said | None:
    """Return why a limit is none that a share can be shown to keep, None where it is one."""
    if asked.limit == float(asked.higher_is_better):
        return said(Unjudgeable.NEVER, **about)
    if 0 < asked.limit < 1:
        return None
    return said(Unjudgeable.PERCENT if 1 <= asked.limit <= 100 else Unjudgeable.NO_SHARE, **about)


def read_values(cells: pd.Series, spec: TableSpec) -> tuple[pd.Series, bool]:
    """Return the cells as numbers, NaN where blank or unreadable, and whether they say yes (1) and no (0).

    A column says yes and no where as many of its cells do as are numbers.
    """
    words = stripped(cells).str.casefold()
    said_yes = words.map({**dict.fromkeys(YES_WORDS, 1.0), **dict.fromkeys(NO_WORDS, 0.0)}).astype(float)
    numbers = to_numbers(cells.astype("str"), decimal=spec.read.decimal).values
    shares = bool(said_yes.notna().sum() >= numbers.notna().sum())
    return (said_yes if shares else numbers), shares


def scale_of(asked: Criterion, spec: TableSpec) -> tuple[float, float] | None:
    """Return the lowest and highest possible value, None where nobody states them."""
    return spec.scale if asked.column == spec.score else None


def figure_of(asked: Criterion, *, shares: bool) -> Metric:
    """Return what a criterion measures. Its figures carry one decimal more than its limit (a mean two)."""
    code = Figure.SHARE if shares else Figure.MEAN
    name = f"{code.value}_{'at_least' if asked.higher_is_better else 'at_most'}"
    plain = say(code, column=asked.column, role=asked.table)
    limit = asked.limit * (100 if shares else 1)
    needed = next((n for n in range(MOST_DIGITS) if abs(round(limit, n) - limit) < 1e-9), MOST_DIGITS)
    digits = min(needed + (1 if name in OWN_SHARES else 2), MOST_DIGITS)
    return Metric(name, plain, "proportion" if shares else "loss", (), asked.higher_is_better, digits)


def own_cases(asked: Criterion, table: Table, found: Cases) -> tuple[Cases, bool]:
    """Return the cases with the column's value as `score`, and as missing what was drawn or answered without one; and
    whether the values say yes and no.

    Of labels and of the sample a row counts where it has a value or a label, or stands in a sheet that somebody has
    begun; of predictions every sampled row does.
    """
    role, column = str(asked.table), str(asked.column)
    spec = found.specs[role]
    names = {*spec.ids, column, *(c for c in (spec.version, spec.annotator) if c)}
    names |= {c for c in (spec.weight, spec.inclusion_probability) if c}
    rows = table.frame([c for c in table.columns if c in names])
    own = pd.DataFrame({"key": row_keys(rows, spec, alone=role == "sample").to_numpy()}, dtype="object")
    values, shares = read_values(rows[column], spec)
    own["score"] = values.to_numpy()
    own["who"] = stripped(rows[spec.annotator]).to_numpy() if spec.annotator else None
    for name, key in (("weight", spec.weight), ("inclusion", spec.inclusion_probability)):
        own[name] = np.asarray(to_numbers(rows[key], decimal=spec.read.decimal).values, float) if key else np.nan
    mine = own["key"].notna()
    if spec.version and found.candidate is not None:
        version = stripped(rows[spec.version])
        mine &= (version.isna() | (version == found.candidate)).to_numpy()
    own = own[mine]
    frame = _joined(found.frame, own, table, spec)
    drawn = np.ones(len(frame), dtype=bool)
    if role != "predictions":
        in_sheet = found.frame.loc[found.frame["missing"] == QuestionCode.BLANK_LABELS, "key"]
        labelled = {*found.labelled()["key"], *in_sheet}
        listed = set(own["key"]) if role == "labels" else set()
        sheet = frame["key"].isin(listed)
        drawn = (frame["score"].notna() | frame["key"].isin(labelled)).to_numpy()
        drawn = drawn | (sheet & (sheet.mean() < WHOLE_SAMPLE)).to_numpy()
    blank = drawn & frame["score"].isna().to_numpy()
    frame["missing"] = np.where(blank, QuestionCode.BLANK_VALUES, "")
    frame["failed"], frame["truth"] = False, np.nan
    questions = tuple(q for q in found.questions if _bears_on(q, role))
    if blank.any():
        questions += (Question(QuestionCode.BLANK_VALUES, role, (column,), int(blank.sum()), int(drawn.sum())),)
    truth = replace(found.truth, graded=True, source=role, raw=found.truth.raw.iloc[:0])
    unweighable = found.unweighable if role != "predictions" else None
    cases = replace(
        found,
        frame=frame,
        truth=truth,
        has=found.has | {"score"},
        questions=questions,
        unweighable=unweighable,
        chained=found.chained and role != "predictions",
    )
    return cases, shares


def _joined(frame: pd.DataFrame, own: pd.DataFrame, table: Table, spec: TableSpec) -> pd.DataFrame:
    """Return the cases with one value each: of graders the majority's or their mean, of requests each one's own."""
    left = frame.drop(columns=["score"])
    if table.role == "predictions":
        if spec.trial is None:
            own = own.drop_duplicates("key")
        sides = (one.assign(nth=one.groupby("key").cumcount()) for one in (left, own[["key", "score"]]))
        joined = next(sides).merge(next(sides), on=["key", "nth"], how="left", sort=False).drop(columns="nth")
        return joined.assign(weight=np.nan, inclusion=np.nan)
    votes = own[~(own.duplicated(["key", "who", "score"]) & own["who"].notna())]
    groups = votes.groupby("key", sort=False)
    each = groups["score"].mean()
    if own["score"].dropna().isin((0, 1)).all():  # a tie of yes and no tells nothing
        each = each.where(each != 0.5).round()
    joined = left.assign(score=left["key"].map(each).to_numpy(float))
    for name in ("weight", "inclusion"):
        joined[name] = joined[name].astype(float).fillna(joined["key"].map(groups[name].first()).astype(float))
    return joined


def _bears_on(question: Question, role: str) -> bool:
    """Return whether a question that is open for the answers is open for a column of this table too."""
    of_table = {QuestionCode.NO_IDS_JOIN, QuestionCode.SEVERAL_LABELS}
    return question.code is QuestionCode.VERSIONS_UNTOLD or (question.code in of_table and question.role == role)
