"""The ground truth as a whole: how many, how drawn, how well graders agree."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.truth import Truth
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.shift import told_apart
from gatebook.project import Project
from gatebook.record import FEW_ANSWERS, Interval, LabelFact
from gatebook.stats.agreement import Level, ceiling, error_from_agreement, krippendorff_alpha
from gatebook.tables import to_numbers

SHOWN_CLASSES = 12
MIN_SIDE = 30  # rows on each side below which a draw cannot be judged
MOST_SIDE = 50_000  # rows of a side that are compared, drawn at random


def label_fact(project: Project, found: Cases, sample: pd.DataFrame, disclosure: Disclosure) -> LabelFact:
    """Return the facts about the labels on the production sample."""
    truth = found.truth
    known = found.labelled()
    keys = known["key"].drop_duplicates()
    rows = found.frame.drop_duplicates("key")
    given = [known[c] for c in ("weight", "inclusion") if len(known) and known[c].notna().all()]
    weighted = bool(given) and len(set(given[0])) > 1  # equal weights claim a simple random draw, which can be checked
    double, agreement, share_alike, method = _agreement(truth, set(found.frame["key"]))
    classes: dict[str, int] = {}
    each = pd.Series(dtype="int64")
    if not truth.graded:
        answers = known.drop_duplicates("key")["truth"]
        classes = disclosure.counts(answers.rename(_label_column(project)))
        each = answers.value_counts()
    noise = None
    if share_alike is not None and not truth.graded:
        noise = ceiling(error_from_agreement(share_alike, max(2, known["truth"].nunique())))
    labelled_rows = np.unique(known["row"].to_numpy(int)) if len(known) else np.empty(0, dtype=int)
    unlabelled = len(rows) - len(keys)
    fair = (
        None
        if weighted or truth.source is None
        else draw_between(
            sample,
            labelled_rows,
            rows["row"].to_numpy(int),
            found.no_inputs(sample.columns),
            found.specs["sample"].text,
        )
    )
    return LabelFact(
        labelled=len(keys),
        unlabelled=unlabelled,
        unresolved=truth.unresolved,
        outside_sample=int((~truth.frame["key"].drop_duplicates().isin(found.frame["key"])).sum()),
        measured=truth.measured,
        answers=len(each),
        thin_answers=int((each < FEW_ANSWERS).sum()),
        classes=tuple(list(classes.items())[:SHOWN_CLASSES]),
        annotators=int(truth.raw["annotator"].nunique()),
        double_labelled=double,
        agreement=agreement,
        agreement_method=method,
        ceiling=noise,
        draw="weighted" if weighted else "" if fair is None else "compared",
        draw_auc=fair,
        weighted=weighted,
    )


def _label_column(project: Project) -> str:
    for role in ("labels", "sample"):
        spec = project.table(role)
        if spec is not None and spec.label:
            return spec.label
    return "label"


def draw_between(
    sample: pd.DataFrame, labelled: np.ndarray, rows: np.ndarray, ignore: Iterable[str], text: Iterable[str] = ()
) -> Interval | None:
    """Return how well labelled rows can be told from the rest (AUC), None where a side is too small.

    Args:
        sample: the whole sample.
        labelled: 0-based positions of the labelled rows.
        rows: positions of all rows that could have been labelled.
        ignore: columns that are no inputs.
        text: columns of free text.
    """
    rest = np.setdiff1d(rows, labelled)
    rng = np.random.default_rng(20260104)
    labelled, rest = (
        np.sort(rng.choice(side, MOST_SIDE, replace=False)) if len(side) > MOST_SIDE else side
        for side in (labelled, rest)
    )
    if min(len(labelled), len(rest)) < MIN_SIDE:
        return None
    found = told_apart(
        sample.iloc[labelled].reset_index(drop=True), sample.iloc[rest].reset_index(drop=True), ignore, text=text
    )
    return None if found is None else Interval(estimate=found.auc, lower=found.lower, upper=found.upper, n=found.n)


def _agreement(truth: Truth, keys: set[str]) -> tuple[int, Interval | None, float | None, str]:
    """Return double-labelled ids, Krippendorff's alpha with its interval, the share of equal pairs, and the method."""
    raw = truth.raw[truth.raw["key"].isin(keys) & truth.raw["annotator"].notna()]
    raw = raw.drop_duplicates(["key", "version", "annotator"])
    units = raw["key"].astype("str") + "\x1f" + raw["version"].astype("str").fillna("")
    sizes = units.map(units.value_counts())
    double = raw[sizes >= 2]
    count = int(double["key"].nunique())
    if count < 2:
        return count, None, None, ""
    codes = pd.factorize(units[sizes >= 2])[0]
    graders = pd.factorize(double["annotator"])[0]
    level: Level = "interval" if truth.graded else "nominal"
    values = (
        to_numbers(double["value"].astype("str")).values.to_numpy(float)
        if truth.graded
        else pd.factorize(double["value"])[0].astype(float)
    )
    table = np.full((int(codes.max()) + 1, int(graders.max()) + 1), np.nan)
    table[codes, graders] = values
    found = krippendorff_alpha(table, level)
    same, pairs = 0.0, 0.0
    for row in table:
        seen = row[~np.isnan(row)]
        _, counts = np.unique(seen, return_counts=True)
        pairs += len(seen) * (len(seen) - 1)
        same += float((counts * (counts - 1)).sum())
    shown = math.isfinite(found.estimate) and not found.reason
    interval = Interval(estimate=found.estimate, lower=found.lower, upper=found.upper, n=count) if shown else None
    return count, interval, same / pairs if pairs else None, f"Krippendorff's alpha ({level})"
