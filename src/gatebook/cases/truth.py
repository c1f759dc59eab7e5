"""The ground truth: graders' rows resolved to one answer (or one grade) for each id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from gatebook.cases.answers import Equality
from gatebook.cases.columns import named_columns, row_keys, same_spellings, stripped, version_like
from gatebook.cases.questions import Question, QuestionCode, Unbound
from gatebook.errors import ProjectFileError
from gatebook.project import Project, TableSpec
from gatebook.reading import Table, to_numbers
from gatebook.words import say

ROLES = ("labels", "predictions", "sample")  # where true answers may stand, the first that has any
_RAW = ("key", "version", "annotator", "value", "row", "weight", "inclusion", "stratum")


@dataclass(frozen=True)
class Truth:
    """The labels of a project.

    Attributes:
        frame: once resolved, one row an id (and version, for graded outputs): key, version (NaN where labels hold for
            every version), truth (text), score (float), weight, stratum, inclusion, graders (how many).
        raw: the graders' rows: key, version, annotator, value (an answer, or a grade as text), row (0-based, in their
            table).
        unresolved: ids whose graders disagree without a majority.
        blank: rows without a label, or with a grade that is no number.
        graded: whether graders judged the output itself (`score`).
        measured: whether a system measured the truth.
        source: the role of the table that holds the labels, None where there are none.
        empty: rows without a label: key and version.
        mixed: ids with several labels that differ, where neither a version nor a grader tells them apart.
        questions: what is left open.
    """

    frame: pd.DataFrame
    raw: pd.DataFrame
    unresolved: int
    blank: int
    graded: bool
    measured: bool
    source: str | None
    empty: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"key": [], "version": []}, dtype="object"))
    mixed: int = 0
    questions: tuple[Question, ...] = ()

    def resolved(self, equality: Equality | None = None) -> Truth:
        """Return the labels with one row an id: the mean grade, or the answer with more votes than any other."""
        if self.source is None:
            return self
        value = stripped(self.raw["value"]) if equality is None else equality.of(self.raw["value"])
        raw = self.raw.assign(value=value)
        frame, unresolved = _resolve(raw, graded=self.graded)
        return replace(self, frame=frame, raw=raw, unresolved=unresolved)

    def for_version(self, version: str | None) -> pd.DataFrame:
        """Return key, truth, score, weight, stratum, inclusion for one version, one row an id.

        Raises:
            ProjectFileError: the labels hold several versions and none is named.
        """
        mine = self.frame
        found = sorted(mine["version"].dropna().unique())
        if version is None and len(found) > 1:
            known = ", ".join(found[:8])
            raise ProjectFileError(say(Unbound.SEVERAL_VERSIONS, role="labels", n=len(found), names=known))
        if version is not None and found:
            mine = mine[(mine["version"] == version) | mine["version"].isna()]
        return mine.drop(columns=["version"]).drop_duplicates("key")

    def blank_keys(self, version: str | None) -> set[str]:
        """Return the ids of a labels table whose rows for one version hold no label."""
        mine = self.empty
        if self.source != "labels":
            return set()
        if version is not None and mine["version"].notna().any():
            mine = mine[(mine["version"] == version) | mine["version"].isna()]
        return set(mine["key"].dropna()) - set(self.for_version(version)["key"])


def resolve_truth(project: Project, tables: Mapping[str, Table], specs: Mapping[str, TableSpec]) -> Truth:
    """Return the labels as they stand in the table that holds them; `resolved` gives one row an id.

    Args:
        project: the project file.
        tables: the tables, by role.
        specs: their sections, without columns that they lack.
    """
    role = next((r for r in ROLES if r in specs and (specs[r].label or specs[r].score)), None)
    if role is None:
        columns = ("key", "version", "truth", "score", "weight", "stratum", "inclusion", "graders")
        frame, raw = (pd.DataFrame({c: pd.Series(dtype="object") for c in names}) for names in (columns, _RAW))
        return Truth(frame, raw, 0, 0, graded=False, measured=False, source=None)
    spec = specs[role]
    rows = named_columns(tables[role], spec)
    raw = _raw(project, rows, spec, role)
    graded = spec.label is None
    blank = raw["value"].isna()
    if graded:
        grades = to_numbers(raw["value"].astype("str"), decimal=spec.read.decimal).values
        raw["number"] = np.asarray(grades, dtype=float)
        blank |= raw["number"].isna()
    known = raw[~blank & raw["key"].notna()].copy()
    questions = [
        Question(QuestionCode.SEVERAL_LABELS, role, (column,), len(known), len(known), {"column": column})
        for column in [version_like(project, tables[role], spec)]
        if column is not None and role == "labels" and known["key"].duplicated().any()
    ]
    return Truth(
        known[["key", "version"]],
        known.reset_index(drop=True),
        0,
        int(blank.sum()),
        graded=graded,
        measured=bool(spec.measured),
        source=role,
        empty=raw.loc[blank, ["key", "version"]],
        mixed=_mixed(known, spec),
        questions=tuple(questions),
    )


def _raw(project: Project, rows: pd.DataFrame, spec: TableSpec, role: str) -> pd.DataFrame:
    """Return every row of the labels, its value as it stands in the cell (a grade after `same`)."""
    raw = pd.DataFrame({"key": row_keys(rows, spec, alone=role == "sample").to_numpy()}, dtype="object")
    raw["row"] = np.arange(len(rows))
    raw["version"] = _text(rows, spec.version)
    raw["annotator"] = _text(rows, spec.annotator)
    cells = rows[spec.label or spec.score or ""].astype("str")
    cells = cells.where(cells.str.strip() != "")
    by_equality = spec.label is not None and project.task != "regression"  # which then sees the cells as they stand
    raw["value"] = (cells if by_equality else stripped(cells).replace(same_spellings(project))).to_numpy()
    for name, column in (("weight", spec.weight), ("inclusion", spec.inclusion_probability)):
        raw[name] = (
            np.asarray(to_numbers(rows[column], decimal=spec.read.decimal).values, dtype=float) if column else np.nan
        )
    raw["stratum"] = _text(rows, spec.stratum)
    return raw


def _mixed(known: pd.DataFrame, spec: TableSpec) -> int:
    if spec.version or spec.annotator:
        return 0
    answers = known[["key", "value"]].drop_duplicates()
    return int(answers.loc[answers["key"].duplicated(), "key"].nunique())


def _resolve(known: pd.DataFrame, *, graded: bool) -> tuple[pd.DataFrame, int]:
    """Return one row an id and version: the mean grade, or the label with more votes than any other."""
    by = ["key", "version"]
    known = known.copy()
    known["version"] = known["version"].astype("object")
    known = known if graded else _one_vote(known)
    groups = known.groupby(by, dropna=False, sort=False)
    head = groups.agg(
        weight=("weight", "first"),
        stratum=("stratum", "first"),
        inclusion=("inclusion", "first"),
        graders=("value", "size"),
    ).reset_index()
    if graded:
        head["score"] = groups["number"].mean().to_numpy()
        head["truth"] = np.nan
        return head, 0
    votes = known.groupby([*by, "value"], dropna=False, sort=False).size().rename("votes").reset_index()
    best = votes.groupby(by, dropna=False, sort=False)["votes"].transform("max")
    top = votes[votes["votes"] == best]
    tied = top.duplicated(by, keep=False)
    winners = top[~tied].rename(columns={"value": "truth"})[[*by, "truth"]]
    resolved = head.merge(winners, on=by, how="inner")
    resolved["score"] = np.nan
    return resolved, len(head) - len(resolved)


def _one_vote(known: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without repeats: a grader who gives one answer twice has one vote, unnamed graders count each."""
    repeat = known.duplicated(["key", "version", "annotator", "value"]) & known["annotator"].notna()
    return known[~repeat]


def _text(rows: pd.DataFrame, column: str | None) -> np.ndarray:
    if column is None:
        return np.full(len(rows), np.nan, dtype=object)
    return stripped(rows[column]).astype("object").to_numpy()
