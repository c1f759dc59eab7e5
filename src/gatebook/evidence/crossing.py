"""Problems between tables: labels and predictions that do not fit the sample or each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.evidence.outcomes import Outcomes
from gatebook.evidence.quality import Finding
from gatebook.evidence.quality.finding import wilson

SURE = 1e-3  # a spelling is called unmatched where chance would leave it unlabelled less often than this


def crossing_findings(found: Outcomes) -> dict[str, tuple[Finding, ...]]:
    """Return role -> findings about labels and predictions against the sample and each other."""
    out: dict[str, list[Finding]] = {"labels": [], "predictions": []}
    truth = found.truth
    if truth.source == "labels":
        keys = truth.frame["key"].drop_duplicates()
        outside = int((~keys.isin(found.frame["key"])).sum())
        if outside:
            out["labels"].append(_finding(
                "labels_outside_sample", ("id",), outside, len(keys), f"{outside:,} labels belong to no sampled row",
                "They cannot be used, and the draw of the labels is not what it seems.", "Check the ids of labels and sample."))  # fmt: skip
        if truth.unresolved:
            out["labels"].append(_finding(
                "unresolved_labels", ("label",), truth.unresolved, len(truth.frame) + truth.unresolved,
                f"Graders disagree without a majority on {truth.unresolved:,} rows",
                "These rows count for nothing until somebody decides.", "Have a third person decide."))  # fmt: skip
    if found.repeated:
        total = len(found.requests) + found.repeated
        out["predictions"].append(_finding(
            "repeated_predictions", ("id",), found.repeated, total, f"{found.repeated:,} predictions repeat an id and version",
            "Only the first of each was used.", "Export one prediction an id and version, or name the trial column."))  # fmt: skip
    if found.unversioned:
        total = len(found.requests) + found.unversioned
        out["predictions"].append(_finding(
            "predictions_without_version", ("version",), found.unversioned, total,
            f"{found.unversioned:,} predictions name no version", "They count for no version, failed or not.",
            "Export the version with every prediction."))  # fmt: skip
    out["predictions"] += _spellings(found)
    return {role: tuple(items) for role, items in out.items() if items}


def _spellings(found: Outcomes) -> list[Finding]:
    """Return a finding where predictions use answers that the labels would have to show, but never do."""
    if "prediction" not in found.has or "truth" not in found.has:
        return []
    labels = found.labelled()["truth"]
    predictions = found.frame["prediction"].dropna()
    if len(labels) == 0 or len(predictions) == 0 or pd.to_numeric(labels, errors="coerce").nunique() > 20:
        return []
    shares = predictions.value_counts(normalize=True)
    unseen = shares[~shares.index.isin(set(labels.unique()))]
    odd = [value for value, share in unseen.items() if (1 - share) ** len(labels) < SURE]
    if not odd:
        return []
    rows = int(predictions.isin(odd).sum())
    return [_finding(
        "label_spelling", ("prediction",), rows, len(predictions),
        f"{len(odd)} answers of the model never occur among the true answers",
        "The same answer may be spelt in two ways, so that right answers count as wrong.",
        "Map the spellings with same = { ... } in [tables.predictions].",
        examples=tuple((str(v), int((predictions == v).sum())) for v in odd))]  # fmt: skip


def _finding(
    kind: str, columns: tuple[str, ...], rows: int, base: int, title: str, meaning: str, action: str,
    examples: tuple[tuple[str, int], ...] = (),
) -> Finding:  # fmt: skip
    lower, upper = wilson(rows, base)
    return Finding(
        kind, columns, rows, rows / max(base, 1), lower, upper, "warning", cell_error=False, title=title, meaning=meaning,
        action=action, cells=(), example_values=examples, harm=8.0 * float(np.sqrt(rows / max(base, 1))),
    )  # fmt: skip
