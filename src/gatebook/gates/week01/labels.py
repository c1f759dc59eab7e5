"""Rows 1.7 to 1.9: enough true answers, that graders agree on, fairly drawn."""

from __future__ import annotations

from typing import Any

from gatebook.criteria import Entry, limit_of, row
from gatebook.criteria.evidence import GUESSES, OUTPUT, TRUTH
from gatebook.record import Row
from gatebook.stats.balance import ALPHA
from gatebook.verdict.case import Case, lacking, weighed
from gatebook.verdict.case import row as judged
from gatebook.verdict.measured import carried_by_draw
from gatebook.words import Code, said, say

MIN_DOUBLE = 40
MIN_DOUBLE_SHARE = 0.10
FEWEST_DRAWN = 50  # labelled rows below which no difference shows


class Labels(Code):
    """What rows on the true answers say."""

    OUTSIDE_SAMPLE = "outside_sample"
    UNRESOLVED = "unresolved"
    NONE = "none"
    NONE_TO_COMPARE = "none_to_compare"
    NONE_DRAWN = "none_drawn"
    FEW = "few"
    ENOUGH = "enough"
    MEASURED = "measured"
    NONE_DOUBLE = "none_double"
    FEW_DOUBLE = "few_double"
    AGREE = "agree"
    DISAGREE = "disagree"
    MAY_AGREE = "may_agree"
    WEIGHTED = "weighted"
    ALL_LABELLED = "all_labelled"
    NOTHING_IN_COMMON = "nothing_in_common"
    FAIR = "fair"
    FEW_DRAWN = "few_drawn"
    METHOD = "method"
    UNFAIR = "unfair"
    MAY_DIFFER = "may_differ"


@row(
    "1.7",
    "condition",
    threshold=200,
    stricter="higher",
    uses=("sample", "sample.id", *TRUTH),
    supports=("clean",),
    counts="labels",
)
def labelled(entry: Entry, case: Case) -> Row:
    """At least 200 sampled rows have a true answer, and every label belongs to the sample."""
    labels, need = case.facts.labels, int(limit_of(entry, 200))
    flags = [said(Labels.OUTSIDE_SAMPLE, n=labels.outside_sample)] if labels.outside_sample else []
    if labels.unresolved:
        flags.append(said(Labels.UNRESOLVED, n=labels.unresolved))
    fields: dict[str, Any] = {
        "bar": float(need),
        "estimate": float(labels.labelled),
        "n": labels.labelled,
        "flags": flags,
    }
    if labels.labelled >= need:
        return judged(entry, "pass", said(Labels.ENOUGH, n=labels.labelled), **fields)
    more = need - labels.labelled
    why = said(Labels.FEW if labels.labelled else Labels.NONE, n=labels.labelled, needed=need, more=more)
    return lacking(entry, why, labels_needed=more, chance=1.0, **fields)


@row(
    "1.8",
    "condition",
    threshold=0.6,
    stricter="higher",
    uses=("labels", "labels.annotator", "labels.label", "labels.score", "sample.annotator"),
)
def agreement(entry: Entry, case: Case) -> Row:
    """Graders agree (kappa or alpha), unless a system measured the truth."""
    labels, found = case.facts.labels, case.facts.labels.agreement
    if labels.labelled == 0:
        return lacking(entry, said(Labels.NONE_TO_COMPARE, n=MIN_DOUBLE))
    if labels.measured:
        return judged(entry, "not-applicable", Labels.MEASURED)
    need = max(MIN_DOUBLE, round(MIN_DOUBLE_SHARE * labels.labelled))
    if labels.double_labelled < need or found is None:
        more = max(1, need - labels.double_labelled)
        code = Labels.FEW_DOUBLE if labels.double_labelled else Labels.NONE_DOUBLE
        why = said(code, n=labels.double_labelled, needed=need, more=more)
        return lacking(entry, why, labels_needed=more)
    limit = limit_of(entry, 0.6)
    fields = {
        "bar": limit,
        "estimate": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "n": labels.double_labelled,
        "method": labels.agreement_method,
    }
    told = {"estimate": found.estimate, "lower": found.lower, "upper": found.upper, "needed": limit}
    good, bad, between = (said(code, **told) for code in (Labels.AGREE, Labels.DISAGREE, Labels.MAY_AGREE))
    return weighed(entry, fields, good, bad, between, at_bar=True)


@row(
    "1.9",
    "condition",
    threshold=0.60,
    uses=("sample", *TRUTH, *OUTPUT, *GUESSES),
    all_columns=("sample",),
    carries=carried_by_draw,
    figure="share",
)
def draw(entry: Entry, case: Case) -> Row:
    """Labelled rows, by their weights, differ from the rest no more than a random draw does."""
    labels, auc = case.facts.labels, case.facts.labels.draw_auc
    if labels.labelled == 0:
        return lacking(entry, Labels.NONE_DRAWN)
    if labels.unlabelled == 0:
        return judged(entry, "pass", Labels.ALL_LABELLED, n=labels.labelled)
    if auc is None:
        return lacking(entry, Labels.NOTHING_IN_COMMON)
    fields = {
        "bar": limit_of(entry, 0.60),
        "estimate": auc.estimate,
        "lower": auc.lower,
        "upper": auc.upper,
        "level": 1 - ALPHA / 2,
        "n": labels.labelled,
        "higher_is_better": False,
        "method": say(Labels.METHOD),
    }
    if not labels.biased:
        if labels.labelled < FEWEST_DRAWN:
            return lacking(entry, said(Labels.FEW_DRAWN, n=labels.labelled), **fields)
        return judged(entry, "pass", Labels.WEIGHTED if labels.weighted else Labels.FAIR, **fields)
    sure = auc.lower > limit_of(entry, 0.60)
    why = said(Labels.UNFAIR if sure else Labels.MAY_DIFFER, column=labels.draw_column)
    return judged(entry, "fail", why, **fields) if sure else lacking(entry, why, **fields)
