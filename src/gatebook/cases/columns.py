"""How a table's columns are read: ids as one key, blank as missing, same spellings; and which of them are inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from gatebook.project import Project, TableSpec
from gatebook.reading import Table, to_numbers
from gatebook.vocabulary import says

SEPARATOR = "\x1f"
MOST_VERSIONS = 50
FEWEST_OF_VERSION = 3  # rows of the second version below which a column rather describes the input
SAYS_VERSION = 0.5  # how clearly a name must speak
# How clearly a name must say that a column is an outcome; less where outputs stand beside it.
CLEAR, IN_RESULTS = 0.6, 0.4
SAME = 0.99  # share of the rows in which a column repeats an answer from which it is derived from it
FEWEST = 30  # rows with both below which nothing is said
_INPUTS = frozenset({"cluster", "segments", "text", "time", "required"})
_YES = {"1", "1.0", "true", "yes", "y", "success", "ok", "pass", "passed"}


def keys(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Return the id of each row as text, NaN where a part is blank; row numbers where no column is given.

    Where a named column is not there, no row has an id: a part of an id, or a row's number, would join strangers.
    """
    if any(column not in frame.columns for column in columns):
        return pd.Series(np.nan, index=frame.index, dtype="str")
    if not columns:
        return pd.Series([str(i) for i in range(len(frame))], index=frame.index, dtype="str")
    key = frame[columns[0]].astype("str").str.strip()
    key = key.mask(key == "")
    for column in columns[1:]:
        part = frame[column].astype("str").str.strip()
        key = key + SEPARATOR + part.mask(part == "")
    return key


def row_keys(frame: pd.DataFrame, spec: TableSpec, *, alone: bool) -> pd.Series:
    """Return the id of each row; only the sample itself (`alone`) may do without ids, and then counts its rows."""
    if not spec.ids and not alone:
        return pd.Series(np.nan, index=frame.index, dtype="str")
    return keys(frame, spec.ids)


def available(spec: TableSpec, table: Table) -> TableSpec:
    """Return the section without the keys whose column the table does not have."""
    gone = {key: None for column, key in spec.named_columns().items() if column not in table.columns and key != "id"}
    kept = {k: tuple(c for c in getattr(spec, k) if c in table.columns) for k in ("segments", "text", "required")}
    single = {k: v for k, v in gone.items() if k not in kept}
    return spec.model_copy(update=single | kept)


def named_columns(table: Table, spec: TableSpec) -> pd.DataFrame:
    """Return the columns that a section names for more than an input: ids, answers, times; no table is read as a
    whole.
    """
    plain = spec.model_copy(update={"segments": (), "text": (), "required": ()})
    return table.frame([c for c in plain.named_columns() if c in table.columns])


def stripped(values: pd.Series) -> pd.Series:
    """Return the values without surrounding blanks, NaN where nothing is left."""
    text = values.astype("str").str.strip()
    return text.mask(text == "")


def same_spellings(project: Project) -> dict[str, str]:
    """Return spelling -> the spelling that it stands for, over all tables."""
    same: dict[str, str] = {}
    for role in ("labels", "predictions", "sample"):
        if spec := project.table(role):
            same |= spec.same
    return same


def positive_text(project: Project) -> str | None:
    """Return the positive class as a file would write it, None where the project names none."""
    positive = project.targets.positive
    if positive is None:
        return None
    return str(positive).lower() if isinstance(positive, bool) else str(positive)


def is_positive(values: pd.Series, positive: str | None) -> pd.Series:
    """Return which labels are the positive class: the same text, or the same number, or the same word in other case.

    Without a positive class, the common words for success (1, true, yes, ...) are meant.
    """
    text = values.astype("str").str.strip()
    if positive is None:
        return text.str.casefold().isin(_YES)
    exact = text == positive
    if exact.any():
        return exact
    words = {positive.casefold()} | (_YES if positive.casefold() in {"true", "1"} else set())
    same = text.str.casefold().isin(words)
    try:
        return same | (pd.to_numeric(text, errors="coerce") == float(positive))
    except ValueError:
        return same


def version_like(project: Project, table: Table, spec: TableSpec) -> str | None:
    """Return a column that by its name tells several versions of the model, where the section names none as version."""
    if spec.version is not None:
        return None
    named = {*spec.named_columns(), *project.ignore}
    for column in table.columns:
        if column in named or says("version", column) < SAYS_VERSION:
            continue
        counts = stripped(table.frame([column])[column]).value_counts()
        if 2 <= len(counts) <= MOST_VERSIONS and int(counts.iloc[1]) >= FEWEST_OF_VERSION:
            return column
    return None


def short_hash(key: str, size: int) -> bytes:
    """Return `size` bytes that stand for an id where the id itself must not be kept."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=size).digest()


def split_columns(
    project: Project, table: Table, spec: TableSpec, cases: pd.DataFrame, *, holds_outputs: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the sample's columns that are inputs, and those that are outcomes though nobody named them so.

    A column is an outcome by its name, or where it repeats answer, truth or their distance. That errors follow a column
    without exception is a finding, no proof: such a column stays an input. What the project file names as segment,
    text, time, cluster or required is an input by declaration.

    Args:
        project: the project file.
        table: the sample.
        spec: its section, without columns that it lacks.
        cases: row (0-based position), truth and prediction of each case.
        holds_outputs: whether the outputs stand in the sample itself.
    """
    named = spec.named_columns()
    declared = {*spec.segments, *spec.text, *spec.required, *(c for c in (spec.time, spec.cluster) if c)}
    judged = {one.column for one in project.criteria if one.table == "sample"}
    outputs = {c for c, key in named.items() if key not in _INPUTS}
    left_out = ({*spec.ids, *project.ignore, *outputs} - set(spec.segments)) | judged
    free = [c for c in table.columns if c not in left_out]
    least = IN_RESULTS if holds_outputs else CLEAR
    outcomes = {c for c in free if c not in declared and says("outcome", c) >= least}
    outcomes |= set(_derived(table, [c for c in free if c not in declared and c not in outcomes], cases))
    return tuple(c for c in free if c not in outcomes), tuple(c for c in free if c in outcomes)


def _derived(table: Table, columns: Iterable[str], cases: pd.DataFrame) -> list[str]:
    """Return the columns that repeat the truth, the answer, or how far they lie apart."""
    known = cases[cases["truth"].notna() & cases["prediction"].notna()]
    if len(known) < FEWEST:
        return []
    rows = known["row"].to_numpy(int)
    texts = [known[c].astype("str").to_numpy() for c in ("truth", "prediction")]
    numbers = [np.asarray(to_numbers(pd.Series(t)).values, dtype=float) for t in texts]
    apart = numbers[1] - numbers[0]
    measures = np.isfinite(apart).mean() > SAME and len(np.unique(apart)) > FEWEST
    wrong = texts[0] != texts[1]
    found = []
    for column in columns:
        cells = stripped(table.frame([column]).iloc[rows, 0]).fillna("").to_numpy(dtype=str)
        if any((cells == text).mean() >= SAME and len(np.unique(text)) > 1 for text in texts):
            found.append(column)
        elif measures and wrong.any():
            values = np.asarray(to_numbers(pd.Series(cells)).values, dtype=float)
            if any(np.isclose(values, d, rtol=1e-6).mean() >= SAME for d in (apart, -apart, np.abs(apart), apart**2)):
                found.append(column)
    return found
