"""The ground truth: graders' rows resolved to one answer (or one grade) for each id."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.errors import ProjectFileError
from gatebook.evidence.columns import available, named_columns, row_keys, same_spellings, stripped
from gatebook.project import Project, TableSpec
from gatebook.tables import Table, to_numbers


@dataclass(frozen=True)
class Truth:
    """The labels of a project.

    Attributes:
        frame: one row an id (and version, for graded outputs): key, version (NaN where labels hold for every version),
            truth (text), score (float), weight, stratum, probability (of inclusion), graders (how many).
        raw: the graders' rows: key, version, annotator, value (text label or grade), row (0-based, in their table).
        unresolved: ids whose graders disagree without a majority.
        blank: rows without a label.
        graded: whether graders judged the output itself (`score`).
        measured: whether a system measured the truth.
        source: the role of the table that holds the labels, None where there are none.
    """

    frame: pd.DataFrame
    raw: pd.DataFrame
    unresolved: int
    blank: int
    graded: bool
    measured: bool
    source: str | None

    def for_version(self, version: str | None) -> pd.DataFrame:
        """Return key, truth, score, weight, stratum, inclusion for one version, one row an id.

        Raises:
            ProjectFileError: the labels hold several versions and none is named.
        """
        mine = self.frame
        found = sorted(mine["version"].dropna().unique())
        if version is None and len(found) > 1:
            raise ProjectFileError(
                f"gatebook.toml: the labels hold {len(found)} versions ({', '.join(found[:8])}); "
                'name the one under decision: [project] candidate = "...".'
            )
        if version is not None and found:
            mine = mine[(mine["version"] == version) | mine["version"].isna()]
        return mine.drop(columns=["version"]).drop_duplicates("key")


def resolve_truth(project: Project, tables: dict[str, Table]) -> Truth:
    """Return the resolved ground truth of the labels table, or of the sample where it holds the labels itself."""
    role, spec, table = _source(project, tables)
    empty = pd.DataFrame(
        {
            c: pd.Series(dtype="object")
            for c in ("key", "version", "truth", "score", "weight", "stratum", "inclusion", "graders")
        }
    )
    if role is None or table is None:
        raw = pd.DataFrame(
            {c: pd.Series(dtype="object") for c in ("key", "version", "annotator", "value", "row")}
        )
        return Truth(empty, raw, 0, 0, graded=False, measured=False, source=None)
    rows = named_columns(table, spec)
    value_column = spec.label or spec.score or ""
    text = stripped(rows[value_column])
    raw = pd.DataFrame({"key": row_keys(rows, spec, alone=role == "sample").to_numpy()}, dtype="object")
    raw["row"] = np.arange(len(rows))
    raw["version"] = _text(rows, spec.version)
    raw["annotator"] = _text(rows, spec.annotator)
    raw["value"] = text.replace(same_spellings(project)).to_numpy()
    for name, column in (("weight", spec.weight), ("inclusion", spec.inclusion_probability)):
        raw[name] = (
            np.asarray(to_numbers(rows[column], decimal=spec.read.decimal).values, dtype=float)
            if column
            else np.nan
        )
    raw["stratum"] = _text(rows, spec.stratum)
    if role == "sample":
        raw["version"] = np.nan
    graded = spec.label is None
    blank = int(raw["value"].isna().sum())
    known = raw[raw["value"].notna() & raw["key"].notna()].copy()
    if graded:
        grades = to_numbers(known["value"].astype("str"), decimal=spec.read.decimal).values
        known["number"] = np.asarray(grades, dtype=float)
        blank += int(known["number"].isna().sum())
        known = known[known["number"].notna()]
    frame, unresolved = _resolve(known, graded=graded)
    return Truth(
        frame, known[["key", "version", "annotator", "value", "row"]].reset_index(drop=True), unresolved, blank,
        graded=graded, measured=bool(spec.measured), source=role,
    )  # fmt: skip


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


def _source(project: Project, tables: dict[str, Table]) -> tuple[str | None, TableSpec, Table | None]:
    for role in ("labels", "sample"):
        spec, table = project.table(role), tables.get(role)
        if spec is None or table is None:
            continue
        spec = available(spec, table)
        if spec.label or spec.score:
            return role, spec, table
    return None, TableSpec(path="-"), None


def _text(rows: pd.DataFrame, column: str | None) -> np.ndarray:
    if column is None:
        return np.full(len(rows), np.nan, dtype=object)
    return stripped(rows[column]).astype("object").to_numpy()
