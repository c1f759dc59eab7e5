"""The ground truth as a whole: how many, how drawn, how well graders agree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.truth import Truth
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.draw import draw_of
from gatebook.project import Project
from gatebook.reading import Table, to_numbers
from gatebook.record import FEW_ANSWERS, IntervalFact, LabelFact
from gatebook.stats.agreement import Level, ceiling, error_from_agreement, krippendorff_alpha
from gatebook.stats.balance import Imbalance

SHOWN_CLASSES = 12
_METHODS: dict[Level, str] = {
    "interval": "Krippendorff's alpha (interval)",
    "nominal": "Krippendorff's alpha (nominal)",
}


def label_fact(
    project: Project, found: Cases, sample: pd.DataFrame, disclosure: Disclosure, predictions: Table | None = None
) -> LabelFact:
    """Return the facts about the labels on the production sample; `predictions` are those of all versions."""
    truth, known = found.truth, found.labelled()
    rows = found.frame.drop_duplicates("key")
    keys = known["key"].drop_duplicates()
    outside = ~truth.frame["key"].drop_duplicates().isin(found.frame["key"])
    return LabelFact(
        labelled=len(keys),
        unlabelled=len(rows) - len(keys),
        unresolved=truth.unresolved,
        outside_sample=int(outside.sum()),
        measured=truth.measured,
        **({} if truth.graded else _answers(project, known.drop_duplicates("key")["truth"], disclosure)),
        **_agreement(truth, {*found.frame["key"]}, known["truth"].nunique()),
        **_draw(known, draw_of(found, known, sample, predictions)),
    )


def _answers(project: Project, answers: pd.Series, disclosure: Disclosure) -> dict[str, Any]:
    """Return how many answers there are, and rows of those that may be shown."""
    specs = (project.table(role) for role in ("labels", "sample"))
    column = next((spec.label for spec in specs if spec is not None and spec.label), "label")
    each, shown = answers.value_counts(), disclosure.counts(answers.rename(column))
    return {
        "answers": len(each),
        "thin_answers": int((each < FEW_ANSWERS).sum()),
        "classes": tuple(list(shown.items())[:SHOWN_CLASSES]),
    }


def _draw(known: pd.DataFrame, differs: Imbalance | None) -> dict[str, Any]:
    """Return how the labelled rows were drawn: whether with weights, and by what they can be told from the rest."""
    given = [known[c] for c in ("weight", "inclusion") if len(known) and known[c].notna().all()]
    weighted = bool(given) and len(set(given[0])) > 1  # equal weights claim a simple random draw
    fields = {"draw": "weighted", "weighted": True} if weighted else {}
    if differs is None:
        return fields
    auc = IntervalFact(estimate=differs.auc, lower=differs.lower, upper=differs.upper, n=len(known))
    return {"draw": "compared", **fields, "draw_auc": auc, "draw_column": differs.name}


def _agreement(truth: Truth, keys: set[str], answers: int) -> dict[str, Any]:
    """Return who graded, how many ids twice, Krippendorff's alpha, and the most that any model could reach.

    Args:
        truth: the labels.
        keys: ids of the sample.
        answers: different answers.
    """
    raw = truth.raw[truth.raw["key"].isin(keys) & truth.raw["annotator"].notna()]
    raw = raw.drop_duplicates(["key", "version", "annotator"])
    units = raw["key"].astype("str") + "\x1f" + raw["version"].astype("str").fillna("")
    several = units.map(units.value_counts()) >= 2
    double = raw[several]
    count = int(double["key"].nunique())
    fields: dict[str, Any] = {"annotators": int(truth.raw["annotator"].nunique()), "double_labelled": count}
    if count < 2:
        return fields
    level: Level = "interval" if truth.graded else "nominal"
    values = to_numbers(double["value"].astype("str")).values if truth.graded else pd.factorize(double["value"])[0]
    codes, graders = (pd.factorize(side)[0] for side in (units[several], double["annotator"]))
    table = np.full((int(codes.max()) + 1, int(graders.max()) + 1), np.nan)
    table[codes, graders] = np.asarray(values, dtype=float)
    found = krippendorff_alpha(table, level)
    fields["agreement_method"] = _METHODS[level]
    if math.isfinite(found.estimate) and not found.reason:
        fields["agreement"] = IntervalFact(estimate=found.estimate, lower=found.lower, upper=found.upper, n=count)
    if not truth.graded and (alike := _share_alike(table)) is not None:
        fields["ceiling"] = ceiling(error_from_agreement(alike, max(2, answers)))
    return fields


def _share_alike(table: np.ndarray) -> float | None:
    """Return the share of equal pairs of answers to one case; `table` (cases, graders) holds codes, NaN where none."""
    given = (~np.isnan(table)).sum(axis=1)
    same = sum(((table == code).sum(axis=1) * ((table == code).sum(axis=1) - 1)).sum() for code in np.unique(table))
    pairs = float((given * (given - 1)).sum())
    return float(same) / pairs if pairs else None
