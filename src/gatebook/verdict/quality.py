"""Row G1: right often enough."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from gatebook.cases.columns import is_positive
from gatebook.cases.questions import MISSING, words
from gatebook.criteria import Entry
from gatebook.evidence.performance import Measured, Reading, Unmeasured, grade_scale, prepare
from gatebook.project import METRICS
from gatebook.record import Row
from gatebook.stats import Design, Interval, decide
from gatebook.stats.agreement import too_noisy
from gatebook.stats.design import collapse, population_shares
from gatebook.stats.measure import jaccard_of_f1
from gatebook.stats.planning import Posterior, Scale, chance_of_decision, labels_needed, posterior
from gatebook.verdict.case import Case, Flag, Reason, about, flagged, held, lacking, limit_of, row, what_is_missing
from gatebook.verdict.data import BIASED_DRAW
from gatebook.verdict.fresh import Fresh
from gatebook.verdict.looks import NewLook, own_labels, take_look
from gatebook.verdict.supply import supply_for
from gatebook.verdict.targets import WEEK4_SHARE, Goal
from gatebook.verdict.vacuous import flag, vacuous
from gatebook.words import Said, said

MIN_GUESS_CORRELATION = 0.4
FAIR_DRAW = 0.60

_SCALES: dict[str, Scale] = {"f1": "f1", "auc": "logit", "loss": "loss", "rmse": "loss"}


def measured(case: Case, goal: Goal, *, reading: Reading = "measured") -> Measured | None:
    """Return the arrays of a goal's metric, or None where there is no sample."""
    found = case.facts.outcomes
    if found is None:
        return None
    return prepare(
        found,
        goal.metric,
        positive=goal.positive,
        scale=grade_scale(case.project),
        clusters=case.facts.clusters,
        where=goal.where,
        reading=reading,
    )


def judge_quality(entry: Entry, case: Case) -> tuple[Row, tuple[NewLook, ...]]:
    """G1: every target in force is met at its week-4 bar; the row shows the one that is worst off."""
    if not case.targets.goals:
        return lacking(entry, "No target is set.", supply="set metric and value in [targets]"), ()
    goals = [goal for goal in case.targets.goals if meant(case, goal)]
    judged = [judge_goal(entry, case, goal, measured(case, goal)) for goal in goals]
    order = {"fail": 0, "not-enough-evidence": 1, "pass": 2}
    worst = min(judged, key=lambda pair: order[str(pair[0].status)])[0]
    if len(judged) > 1:
        done = sum(r.status == "pass" for r, _ in judged)
        worst = worst.model_copy(update=flagged((said(Flag.TARGETS_MET, passed=done, n=len(judged)),), worst))
    return worst, tuple(look for _, looks in judged for look in looks)


def meant(case: Case, goal: Goal) -> bool:
    """Return whether a goal can be meant.

    A positive class on record that no true answer has was a slip of the pen, where the same target now names another.
    """
    found, now = case.facts.outcomes, case.project.targets.positive
    if not goal.withdrawn or goal.positive is None or found is None or str(now) == goal.positive:
        return True
    if not any(not g.withdrawn and (g.metric, g.where) == (goal.metric, goal.where) for g in case.targets.goals):
        return True  # the target is gone, not its class: it stays in force
    return bool(is_positive(found.truth.frame["truth"].dropna(), goal.positive).any())


def judge_goal(
    entry: Entry, case: Case, goal: Goal, data: Measured | None, look: NewLook | None = None
) -> tuple[Row, tuple[NewLook, ...]]:
    """Return the row of one goal and the look taken; a `look` that is given is used again, for a what-if."""
    judged, looks = _judge_goal(entry, case, goal, data, look)
    return about(judged, goal), looks


def _judge_goal(
    entry: Entry, case: Case, goal: Goal, data: Measured | None, look: NewLook | None
) -> tuple[Row, tuple[NewLook, ...]]:
    metric = METRICS[goal.metric]
    bar = goal.bar(grade_scale(case.project), limit_of(entry, WEEK4_SHARE))
    fields: dict[str, Any] = {
        "target": goal.value,
        "bar": bar,
        "higher_is_better": metric.higher_is_better,
        "metric": goal.metric,
        "metric_words": goal.measure(grade_scale(case.project)),
    }
    if (open_question := held(entry, case, "answers")) is not None:
        return open_question.model_copy(update=fields), ()
    if data is None or data.missing:
        nothing = (data and data.missing) or said(Unmeasured.NO_SAMPLE)
        shown = f"{metric.plain[0].upper()}{metric.plain[1:]}: {nothing.text('reason')}."
        return lacking(entry, shown, supply=nothing.text("supply"), **fields), ()
    criterion = f"G1 {goal.metric} {goal.words}"
    fresh = own_labels(case, criterion)
    everything = data.labelled
    if fresh is not None:
        data = data.subset(fresh.counts(data.keys))
    elif case.fresh is not None:
        data = data.subset(case.fresh.free(data.keys))
    if data.labelled == 0:
        why = (
            "every label has already judged " + " and ".join(fresh.others)
            if fresh and fresh.others
            else "no label is left"
        )
        return _no_new_labels(entry, case, everything, (fresh.note if fresh else "") or why, fields), ()
    if data.labelled < everything and case.facts.outcomes is not None and case.facts.outcomes.chained:
        why = "labels drawn where evidence is thin count only together with all earlier ones"
        return _no_new_labels(entry, case, everything, why, fields), ()
    data, drawn = design_of(case, data, fresh)
    guess = _use_guess(data, drawn) and _inside_plan(case, data.labelled)
    exact = None if guess else _exact_bar(data, bar)
    look = look or take_look(
        case,
        criterion,
        bar=bar,
        lineage=data.lineage,
        entering=_entering(data),
        labels=data.labelled,
        exact_bar=exact,
        planned=case.targets.planned_labels,
        alone="" if fresh is None else "labels",
    )
    interval = data.interval(look.look.alpha, guess=guess)
    flags = [*drawn.flags, *_flags(case, goal)]
    measured_only = decide(interval, bar, higher_is_better=metric.higher_is_better)
    interval = widened(case, goal, interval, look.look.alpha, fresh)
    status = decide(interval, bar, higher_is_better=metric.higher_is_better)
    reason: str | Said = drawn.refused or _unproven(data, interval)
    if reason or look.note:
        status = "not-enough-evidence"
    instead = supply_for(drawn.refused) if drawn.refused else ""  # what to do where more labels settle nothing
    if status != measured_only and not reason:
        reason, instead = what_is_missing(case)
    if status == "pass" and metric.kind == "proportion" and _noisy(case, interval.estimate, bar):
        status, instead = ("not-enough-evidence", "let two graders label the same rows and settle where they differ")
        reason = "the graders' own errors could account for the distance to the bar"
    share, needed = limit_of(entry, WEEK4_SHARE), show(bar, metric.name)
    if easy := vacuous(
        case.targets, data, bar, share=share, alpha=look.look.alpha, people=case.facts.answers_are_people
    ):
        flags.append(flag(easy))
        if status == "pass" and not easy.difference.lower > 0:
            status, instead = "not-enough-evidence", "set a target that the simplest answer does not reach"
            reason = said(Reason.VACUOUS, simplest=easy.words, bar=needed)
    fields |= numbers(interval) | {"looks": look.look.looks, "flags": tuple(flags)}
    shown = in_words(metric.name, interval)
    if status == "pass":
        return row(
            entry,
            "pass",
            said(Reason.ABOVE_BAR if metric.higher_is_better else Reason.BELOW_BAR, shown=shown, bar=needed),
            **fields,
        ), (look,)
    if status == "fail":
        return row(
            entry,
            "fail",
            said(Reason.MISSED_BELOW if metric.higher_is_better else Reason.MISSED_ABOVE, shown=shown, bar=needed),
            supply="improve the model or change what it is asked to do",
            **fields,
        ), (look,)
    if look.used_by and not (look.note or reason or interval.reason):
        used = said(Reason.LABELS_USED, shown=shown, bar=needed, names=" and ".join(look.used_by))
        return _no_new_labels(entry, case, everything, used, fields), (look,)
    if look.note:
        return _no_new_labels(entry, case, everything, look.note, fields), (look,)
    if not instead and _unproven(data, interval):
        instead = "draw the labels with equal chances, so that no weights are needed"
    more, chance = (None, None) if instead else _plan(data, interval, bar, look, metric.higher_is_better)
    undecidable = more is None and not reason and not interval.reason
    supply = instead or (
        f"label {more:,} more rows"
        if more
        else "move the target or the model: no number of labels settles it"
        if undecidable
        else entry.supply
    )
    told = reason or interval.reason or said(Reason.UNDECIDED, shown=shown, bar=needed, n=data.labelled)
    return lacking(entry, sentenced(told), labels_needed=more, chance=chance, supply=supply, **fields), (look,)


def widened(case: Case, goal: Goal, interval: Interval, alpha: float, fresh: Fresh | None) -> Interval:
    """Return the interval with what is missing of the outcomes: the bound of a pass counts it as bad, that of a fail as good."""
    found = case.facts.outcomes
    if found is None or interval.reason or not (found.frame["missing"] != "").any():
        return interval
    lower, upper = interval.lower, interval.upper
    for reading in ("pass", "fail"):
        data = measured(case, goal, reading=reading)
        assert data is not None
        low, high = -math.inf, math.inf
        if not data.missing:
            if fresh is not None:
                data = data.subset(fresh.counts(data.keys))
            elif case.fresh is not None:
                data = data.subset(case.fresh.free(data.keys))
            one = design_of(case, data, fresh)[0].interval(alpha)
            low, high = one.lower, one.upper
        if (reading == "pass") == METRICS[goal.metric].higher_is_better:
            lower = min(lower, low)
        else:
            upper = max(upper, high)
    return replace(interval, lower=lower, upper=upper)


def _no_new_labels(entry: Entry, case: Case, labels: int, why: str | Said, fields: dict[str, Any]) -> Row:
    """Return the row of a version that needs labels of its own, with what to do."""
    more = case.targets.planned_labels or labels
    declare = "" if case.targets.final_label_set else ", and set final_label_set = true in [targets]"
    return lacking(
        entry, sentenced(why), labels_needed=more, supply=f"label {more:,} new rows, drawn at random{declare}", **fields
    )


def sentenced(why: str | Said) -> str | Said:
    """Return a reason as a sentence; what has a code is one."""
    return why if isinstance(why, Said) else f"{why[0].upper()}{why[1:]}."


class _Drawn:
    """How the labelled rows were drawn: what it changes, what it forbids."""

    def __init__(self, flags: tuple[Said, ...] = (), refused: str = "", *, fair: bool = False) -> None:
        self.flags, self.refused, self.fair = flags, refused, fair


def design_of(case: Case, data: Measured, fresh: Fresh | None = None) -> tuple[Measured, _Drawn]:
    """Return the arrays with the design that the draw of the labels, or of the new ones among them, asks for."""
    facts = case.facts
    clusters = facts.clusters
    flags: list[Said] = []
    refused = ""
    if clusters.codes is not None and not clusters.declared:
        flags.append(said(Flag.CLUSTERED, column=clusters.column))
    if clusters.unclear is not None and clusters.codes is None:
        refused = (
            f"rows that share {clusters.unclear} resemble each other, and there are too few of them to allow for it"
        )
    refused = refused or _holes(case)
    auc = facts.labels.draw_auc
    if fresh is not None:
        auc = fresh.draw
        flags.append(said(Flag.OWN_LABELS, n=data.labelled))
        if fresh.alone > 1:
            flags.append(said(Flag.LABEL_SETS, n=fresh.alone, percent=5 * fresh.alone))
    if data.design.weights is not None:
        flags.append(said(Flag.WEIGHTED))
        return data, _Drawn(tuple(flags), refused)
    if auc is None or auc.lower <= BIASED_DRAW:
        return data, _Drawn(
            tuple(flags),
            refused,
            fair=(auc is None and facts.labels.unlabelled == 0) or (auc is not None and auc.upper < FAIR_DRAW),
        )
    found = facts.outcomes
    if (
        found is not None
        and "confidence" in found.has
        and found.frame["confidence"].notna().all()
        and data.kind in {"proportion", "mean"}
    ):
        confidence = found.frame["confidence"].to_numpy(float)
        edges = np.unique(np.quantile(confidence, np.linspace(0.1, 0.9, 9)))
        strata = np.searchsorted(edges, confidence, side="right")
        known = data.at
        codes, shares = collapse(strata[known], population_shares(strata, len(edges) + 1))
        flags.append(said(Flag.REWEIGHTED))
        return replace(data, design=Design(data.design.clusters, None, codes, shares)), _Drawn(tuple(flags), refused)
    return data, _Drawn(
        tuple(flags), refused or "the labelled rows differ from the rest of production and carry no weights"
    )


def _holes(case: Case) -> str:
    """Return why the weights of the labels cannot be used, empty where they can or where there are none."""
    found = case.facts.outcomes
    mine = None if found is None else found.labelled()
    if mine is None:
        return ""
    for name, plain in (("weight", "weight"), ("inclusion", "chance of being drawn")):
        values = mine[name].astype(float)
        bad = values.notna() & ((values <= 0) | ((values > 1) if name == "inclusion" else False))
        if bad.any():
            return f"{int(bad.sum()):,} labelled rows have a {plain} that cannot be"
        if values.notna().any() and values.isna().any():
            return f"{int(values.isna().sum()):,} labelled rows have no {plain}"
    return ""


def _exact_bar(data: Measured, bar: float) -> float | None:
    if not data.design.simple or data.kind not in {"proportion", "precision", "recall", "f1"} or not 0 < bar < 1:
        return None
    return jaccard_of_f1(bar) if data.kind == "f1" else bar


def _entering(data: Measured) -> int:
    rows = data.rows
    if data.kind in {"f1", "precision", "recall"} and rows.truth is not None and rows.predicted is not None:
        truth, predicted = np.asarray(rows.truth, bool), np.asarray(rows.predicted, bool)
        inside = {"f1": truth | predicted, "precision": predicted, "recall": truth}[data.kind]
        return max(1, int(inside.sum()))
    return max(1, data.labelled)


def _use_guess(data: Measured, drawn: _Drawn) -> bool:
    """A guess helps only where it follows the outcomes, and is valid only for a fair draw."""
    if data.guess is None or data.rows.values is None or not drawn.fair or not data.design.simple:
        return False
    values, guess = np.asarray(data.rows.values, float), data.guess.labelled
    if np.ptp(values) == 0 or np.ptp(guess) == 0:
        return False
    return bool(np.corrcoef(values, guess)[0, 1] >= MIN_GUESS_CORRELATION)


def _inside_plan(case: Case, labels: int) -> bool:
    """Outside the plan only the exact e-process still holds, which knows no guess."""
    planned = case.targets.planned_labels
    return case.past.looks_known and (planned is None or labels <= planned)


def _unproven(data: Measured, interval: Interval) -> str:
    """Return why the interval cannot carry a verdict: no simulation shows its error rates for this draw of the labels."""
    design = data.design
    both = design.weighted and design.clusters is not None
    gap = not interval.validated or (both and data.kind in {"macro_f1", "auc", "loss", "rmse"})
    return f"no simulation shows how often the verdict on {data.metric} errs for labels drawn like these" if gap else ""


def _noisy(case: Case, estimate: float, bar: float) -> bool:
    """Return whether graders err often enough to account for the distance between estimate and bar."""
    labels = case.facts.labels
    return not labels.measured and labels.ceiling is not None and too_noisy(1 - labels.ceiling, estimate, bar)


def known_so_far(data: Measured, interval: Interval, bar: float, higher: bool) -> Posterior | None:
    """Return what the labels so far say about the figure, for planning further ones."""
    scale = _SCALES.get(data.kind, "share")
    ends = data.rows.scale if data.kind == "mean" else (0.0, 1.0)
    return posterior(interval, bar, scale, labelled=data.labelled, range_=ends, higher_is_better=higher)


def _plan(
    data: Measured, interval: Interval, bar: float, look: NewLook, higher: bool
) -> tuple[int | None, float | None]:
    """Return how many more labels settle it with four chances in five, and that chance."""
    known = known_so_far(data, interval, bar, higher)
    if known is None:
        return None, None
    alpha = look.look.alpha if look.look.alpha > 0 else 0.01
    plan = labels_needed(known, alpha=alpha)
    chance = plan.chance if plan.labels is None else sum(chance_of_decision(known, plan.labels, alpha))
    return plan.labels, chance


def _flags(case: Case, goal: Goal) -> list[Said]:
    flags = [said(Flag.TARGET_REMOVED)] if goal.withdrawn else []
    found = case.facts.outcomes
    if found is not None:
        mine = found.labelled()
        if failed := int(mine["failed"].sum()):
            flags.append(said(Flag.FAILED_LABELS, n=failed))
        flags += [said(Flag.MISSING_OUTCOMES, told=words(q).title) for q in found.questions if q.code in MISSING]
    return flags


def numbers(interval: Interval) -> dict[str, Any]:
    bounds = {"estimate": interval.estimate, "lower": interval.lower, "upper": interval.upper}
    return {k: v if math.isfinite(v) else None for k, v in bounds.items()} | {
        "level": interval.level,
        "n": interval.n,
        "n_effective": interval.n_effective,
        "method": interval.method,
    }


def in_words(metric: str, interval: Interval) -> str:
    plain = METRICS[metric].plain
    low, high = show(interval.lower, metric, toward=-1), show(interval.upper, metric, toward=1)
    return f"{plain[0].upper()}{plain[1:]} {show(interval.estimate, metric)}, likely {low} to {high}"


def show(value: float, metric: str, *, toward: int = 0) -> str:
    """Return a value of a metric; `toward` rounds a bound down (-1) or up (1), so that it is never told better."""
    factor = 100.0 if METRICS[metric].kind == "proportion" or abs(value) < 100 else 1.0
    scaled = value * factor
    near = round(scaled, 6)
    whole = math.floor(near) if toward < 0 else math.ceil(near) if toward > 0 else round(near)
    if METRICS[metric].kind == "proportion":
        return f"{whole} %"
    return f"{whole / factor:,.2f}" if factor > 1 else f"{whole:,}"
