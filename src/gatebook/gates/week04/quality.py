"""Row G1: right often enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gatebook.cases.questions import MISSING, words
from gatebook.criteria import Entry, limit_of, row
from gatebook.criteria.evidence import GUESSES, OUTCOMES
from gatebook.evidence.compare import Comparison, always_alarm, compare_with_trivial, prevalence
from gatebook.evidence.facts import Facts
from gatebook.evidence.performance import Measured, grade_scale
from gatebook.project import METRICS
from gatebook.record import Row
from gatebook.stats import Interval, decide
from gatebook.stats.agreement import too_noisy
from gatebook.stats.balance import Claim, Trait, folded, imbalance, ranks
from gatebook.stats.measure import jaccard_of_f1
from gatebook.stats.planning import Posterior, Scale, labels_needed, posterior
from gatebook.verdict.case import (
    Case,
    Lacks,
    RowWords,
    Verdict,
    Words,
    about,
    flagged,
    held,
    lacking,
    numbers,
    told_by,
    what_is_missing,
)
from gatebook.verdict.case import row as judged
from gatebook.verdict.fresh import Fresh
from gatebook.verdict.looks import Alone, LookedAt, NewLook, own_labels, take_look, traced
from gatebook.verdict.measured import (
    DrawnLabels,
    all_judged,
    carried_by_labels,
    design_of,
    in_words,
    judging,
    meant,
    measured,
    nothing_measured,
    outcomes_of,
    show,
    widened,
)
from gatebook.verdict.past import PastLook
from gatebook.verdict.targets import WEEK4_SHARE, Goal, InForce
from gatebook.words import Code, Said, said
from gatebook.words.figures import capital

MIN_GUESS_CORRELATION, MAX_GUESS_CORRELATION = 0.4, 0.9
_SCALES: dict[str, Scale] = {"f1": "f1", "auc": "logit", "loss": "loss", "rmse": "loss"}
MERIT = ("fail", "not-enough-evidence", "pass")


class Quality(Code):
    """What the row says that judges quality."""

    NOTHING = "nothing"
    STANDS = "stands"
    ABOVE_BAR = "above_bar"
    BELOW_BAR = "below_bar"
    MISSED_BELOW = "missed_below"
    MISSED_ABOVE = "missed_above"
    LABELS_USED = "labels_used"
    ALL_USED = "all_used"
    NONE_LEFT = "none_left"
    CHAINED = "chained"
    NEW_LABELS = "new_labels"
    DECLARE = "declare"
    UNPROVEN = "unproven"
    NOISY = "noisy"
    VACUOUS = "vacuous"
    UNDECIDED = "undecided"
    UNDECIDABLE = "undecidable"
    NO_INTERVAL = "no_interval"
    NO_INTERVAL_YET = "no_interval_yet"


class QualityFlag(Code):
    """What a reader must know beside it."""

    TARGETS_MET = "targets_met"
    TARGET_REMOVED = "target_removed"
    FAILED_LABELS = "failed_labels"
    GUESS_KNOWS = "guess_knows"
    GUESS_DIFFERS = "guess_differs"
    MISSING_OUTCOMES = "missing_outcomes"
    VACUOUS = "vacuous"


def _of_slices(facts: Facts, targets: InForce) -> Any:
    yield from carried_by_labels(facts, targets)
    yield from (("sample", column) for goal in targets.goals for column in goal.where)


@row(
    "G1",
    "decisive",
    threshold=0.8,
    stricter="higher",
    most=1.0,
    zero=False,
    uses=(*OUTCOMES, *GUESSES, *("sample.id", "targets.metric", "targets.value")),
    role="quality",
    counts="labels",
    carries=_of_slices,
    figure="metric",
)
def quality(entry: Entry, case: Case) -> Verdict:
    """Every target in force is met at its bar; the row shows the one that is worst off."""
    goals = [goal for goal in case.targets.goals if meant(case, goal)]
    if not goals:
        return Verdict(lacking(entry, Lacks.NO_TARGET))
    found = [judge_goal(entry, case, goal, measured(case, goal)) for goal in goals]
    worst = min((one.row for one in found), key=lambda r: MERIT.index(str(r.status)))
    if len(found) > 1:
        done = sum(one.row.status == "pass" for one in found)
        worst = worst.model_copy(update=flagged((said(QualityFlag.TARGETS_MET, passed=done, n=len(found)),), worst))
    return Verdict(worst, tuple(look for one in found for look in one.looks))


def judge_goal(entry: Entry, case: Case, goal: Goal, data: Measured | None, look: NewLook | None = None) -> Verdict:
    """Return the row of one goal and the look taken; a `look` that is given is used again, for a what-if."""
    found = _judge_goal(entry, case, goal, data, look)
    return Verdict(about(found.row, goal), found.looks)


def _judge_goal(entry: Entry, case: Case, goal: Goal, data: Measured | None, look: NewLook | None) -> Verdict:
    metric, scale = goal.about, grade_scale(case.project)
    fields: dict[str, Any] = {
        "target": goal.value,
        "bar": goal.bar(scale, limit_of(entry, WEEK4_SHARE)),
        "higher_is_better": metric.higher_is_better,
        "metric": goal.metric,
        "metric_words": goal.measure(scale),
    }
    if (open_question := held(entry, case, "answers", **fields)) is not None:
        return Verdict(open_question)
    if (nothing := nothing_measured(data, Quality.NOTHING, metric=capital(metric.plain))) is not None:
        return Verdict(lacking(entry, nothing, **fields))
    assert data is not None
    everything = data.labelled
    fresh = own_labels(case, f"{entry.id} {goal.metric} {goal.words}")
    data = judging(case, data, fresh)
    if (why := _none_new(case, data, everything, fresh)) is not None:
        return Verdict(_no_new_labels(entry, case, everything, why, fields))
    trial = _trial(entry, case, goal, data, fresh, look)
    fields |= numbers(trial.interval) | {"looks": trial.look.look.looks, "flags": trial.flags}
    judged_now = _verdict(entry, case, trial, everything, fields)
    return Verdict(judged_now, (trial.look.read(judged_now),))


def _none_new(case: Case, data: Measured, everything: int, fresh: Fresh | None) -> Said | None:
    """Return why no label is left that may judge this version, None where some are."""
    if data.labelled == 0:
        if fresh is not None and fresh.note:
            return fresh.note
        used = fresh is not None and fresh.others
        return said(Quality.ALL_USED, names=used) if used else said(Quality.NONE_LEFT)
    if data.labelled < everything and case.facts.outcomes is not None and case.facts.outcomes.chained:
        return said(Quality.CHAINED)
    return None


@dataclass(frozen=True)
class _Trial:
    """One goal, measured for a verdict.

    Attributes:
        goal, bar: what is asked for.
        data: the arrays that judge it.
        look: the look taken.
        interval: with what is missing counted against either verdict.
        status: by the interval, or by a pass that stands; less every doubt.
        decided: the look whose pass stands, None where the interval speaks for itself.
        doubt: why the interval carries no verdict, None where it does.
        flags: what a reader must know.
    """

    goal: Goal
    bar: float
    data: Measured
    look: NewLook
    interval: Interval
    status: str
    decided: PastLook | None
    doubt: RowWords | None
    flags: tuple[Words, ...]


def _trial(entry: Entry, case: Case, goal: Goal, data: Measured, fresh: Fresh | None, look: NewLook | None) -> _Trial:
    share, higher = limit_of(entry, WEEK4_SHARE), goal.about.higher_is_better
    bar = goal.bar(grade_scale(case.project), share)
    data, drawn = design_of(case, data, fresh)
    criterion, alone = f"{entry.id} {goal.metric} {goal.words}", _alone(fresh)
    trace = traced(case, criterion, outcomes_of(case, data), alone)
    every = all_judged(case, data, trace)
    # without its history only the e-process still holds, which knows no guess
    guess = case.past.looks_known and _would_help(every, drawn)
    doubted = _doubted(every) if guess else None
    guess = guess and doubted is None
    sight = LookedAt(
        bar,
        trace,
        _entering(every),
        every.labelled,
        exact_bar=None if guess else _exact_bar(every, bar),
        planned=case.targets.planned_labels,
        alone=alone,
    )
    look = look or take_look(case, criterion, sight)
    alpha = look.look.alpha
    narrow = every.interval(alpha, guess=guess)
    interval, worst = widened(case, goal, narrow, alpha, fresh, trace)
    status = decide(interval, bar, higher_is_better=higher)
    doubt = _no_verdict(drawn, every, narrow)
    decided = None
    if status == "not-enough-evidence" and look.stands is not None and not interval.reason:
        good = worst.estimate >= bar if higher else worst.estimate <= bar
        decided = look.stands if good and look.past.lineage == trace.lineage else None
        status = "pass" if decided else status
    if doubt is None and decided is None and status != decide(narrow, bar, higher_is_better=higher):
        doubt = what_is_missing(case)
    if status == "pass" and doubt is None and _noisy(case, goal, interval.estimate, bar):
        doubt = told_by(Quality.NOISY)
    easy = vacuous(case, data, bar, share=share, alpha=decided.alpha if decided else alpha)
    if easy is not None and status == "pass" and doubt is None and not easy.difference.lower > 0:
        doubt = told_by(said(Quality.VACUOUS, simplest=easy.words, bar=show(bar, goal.metric)))
    flags = (*drawn.flags, *((doubted,) if doubted else ()), *_flags(case, goal, easy), *look.told)
    held_back = doubt or (look.note and decided is None)
    return _Trial(
        goal, bar, every, look, interval, "not-enough-evidence" if held_back else status, decided, doubt, flags
    )


def _alone(fresh: Fresh | None) -> Alone:
    return "" if fresh is None else "labels"


def _verdict(entry: Entry, case: Case, trial: _Trial, labels: int, fields: dict[str, Any]) -> Row:
    """Return the row of a trial."""
    data, interval, note = trial.data, trial.interval, trial.look.note
    about = trial.goal.about
    higher = about.higher_is_better
    told = {"shown": in_words(about, interval), "bar": show(trial.bar, about)}
    if trial.status == "pass" and trial.decided is not None:
        was = trial.decided
        fields |= {"decided": was.told()}
        return judged(entry, "pass", said(Quality.STANDS, day=was.at, n=was.n, **told), **fields)
    if trial.status == "pass":
        return judged(entry, "pass", said(Quality.ABOVE_BAR if higher else Quality.BELOW_BAR, **told), **fields)
    if trial.status == "fail":
        return judged(entry, "fail", said(Quality.MISSED_BELOW if higher else Quality.MISSED_ABOVE, **told), **fields)
    if trial.look.used_by and not (note or trial.doubt or interval.reason):
        note = said(Quality.LABELS_USED, names=trial.look.used_by, **told)
    if note:
        return _no_new_labels(entry, case, labels, note, fields)
    if trial.doubt:
        return lacking(entry, trial.doubt, **fields)
    more, chance = _plan(data, interval, trial.bar, trial.look, higher=higher)
    if interval.reason:
        code = Quality.NO_INTERVAL_YET if more else Quality.NO_INTERVAL
    else:
        code = Quality.UNDECIDED if more else Quality.UNDECIDABLE
    why = said(code, why=interval.reason, n=data.labelled, more=more, chance=chance, **told)
    return lacking(entry, why, labels_needed=more, chance=chance, **fields)


def _no_new_labels(entry: Entry, case: Case, labels: int, why: Said, fields: dict[str, Any]) -> Row:
    """Return the row of a version that needs labels of its own, with what to do."""
    more = case.targets.planned_labels or labels
    remedy = said(Quality.NEW_LABELS if case.targets.final_label_set else Quality.DECLARE, more=more)
    return lacking(entry, why, remedy=remedy, labels_needed=more, **fields)


def _no_verdict(drawn: DrawnLabels, data: Measured, interval: Interval) -> RowWords | None:
    """Return why the draw of the labels allows no verdict: it is refused, or no simulation shows its error rates."""
    if drawn.refused is not None:
        return told_by(drawn.refused)
    both = data.design.weighted and data.design.clusters is not None
    gap = not interval.validated or (both and data.kind in {"macro_f1", "auc", "loss", "rmse"})
    return told_by(said(Quality.UNPROVEN, metric=data.metric)) if gap else None


def vacuous(case: Case, data: Measured, bar: float, *, share: float, alpha: float) -> Comparison | None:
    """Return the comparison with the simplest answer where that answer reaches the bar, None where it does not.

    Args:
        case: with all targets in force: another one on the same rows can rule the simplest answer out.
        data: the metric's arrays.
        bar: the value needed now.
        share: part of a target that is needed now.
        alpha: one-sided, of each bound of the comparison.
    """
    found = compare_with_trivial(data, alpha=max(alpha, 1e-9), people=case.facts.answers_are_people)
    if found is None:
        return None
    reached = found.trivial >= bar if METRICS[data.metric].higher_is_better else found.trivial <= bar
    return found if reached and not _ruled_out(case.targets, data, share) else None


def _ruled_out(targets: InForce, data: Measured, share: float) -> bool:
    """Return whether always raising the alarm misses another target over all rows."""
    alarms = prevalence(data)
    if alarms is None or data.metric == "auc":
        return False
    others = [goal for goal in targets.goals if goal.metric != data.metric and not goal.where]
    reached = [(goal, always_alarm(goal.metric, alarms)) for goal in others]
    return any(value is not None and goal.bar(None, share) > value for goal, value in reached)


def _exact_bar(data: Measured, bar: float) -> float | None:
    if not data.design.simple or data.kind not in {"proportion", "precision", "recall", "f1"} or not 0 < bar < 1:
        return None
    return jaccard_of_f1(bar) if data.kind == "f1" else bar


def _entering(data: Measured) -> int:
    """Return the labels that enter the figure: of precision only alarms, of recall only true cases."""
    rows = data.rows
    if data.kind in {"f1", "precision", "recall"} and rows.truth is not None and rows.predicted is not None:
        truth, predicted = np.asarray(rows.truth, bool), np.asarray(rows.predicted, bool)
        inside = {"f1": truth | predicted, "precision": predicted, "recall": truth}[data.kind]
        return max(1, int(inside.sum()))
    return max(1, data.labelled)


def _would_help(data: Measured, drawn: DrawnLabels) -> bool:
    """A guess helps only where it follows the outcomes, and is valid only for a fair draw."""
    if data.guess is None or data.rows.values is None or not drawn.fair or not data.design.simple:
        return False
    return _follows(data) >= MIN_GUESS_CORRELATION


def _follows(data: Measured) -> float:
    """Return the correlation of the guess with the outcomes, 0 where one of them does not vary."""
    assert data.guess is not None
    values, guess = np.asarray(data.rows.values, float), data.guess.labelled
    return float(np.corrcoef(values, guess)[0, 1]) if np.ptp(values) > 0 and np.ptp(guess) > 0 else 0.0


def _doubted(data: Measured) -> QualityFlag | None:
    """Return why a guess may have known the answers, None where nothing says so.

    A guess that saw the labelled rows' answers follows them as no guess can, or differs between them and the rest.
    """
    assert data.guess is not None
    if _follows(data) > MAX_GUESS_CORRELATION:
        return QualityFlag.GUESS_KNOWS
    both = ranks(np.concatenate([data.guess.labelled, data.guess.pool]))
    labelled = np.arange(len(both)) < len(data.guess.labelled)
    found = imbalance((Trait("", both, 0.5), Trait("", folded(both), 0.5)), Claim(labelled))
    return QualityFlag.GUESS_DIFFERS if found is not None and found.biased else None


def _noisy(case: Case, goal: Goal, estimate: float, bar: float) -> bool:
    """Return whether graders err often enough to account for the distance between estimate and bar."""
    labels = case.facts.labels
    if goal.about.kind != "proportion" or labels.measured or labels.ceiling is None:
        return False
    return too_noisy(1 - labels.ceiling, estimate, bar)


def known_so_far(data: Measured, interval: Interval, bar: float, higher: bool) -> Posterior | None:
    """Return what the labels so far say about the figure, for planning further ones."""
    ends = data.rows.scale if data.kind == "mean" else (0.0, 1.0)
    scale = _SCALES.get(data.kind, "share")
    return posterior(interval, bar, scale, labelled=data.labelled, range_=ends, higher_is_better=higher)


def _plan(
    data: Measured, interval: Interval, bar: float, look: NewLook, *, higher: bool
) -> tuple[int | None, float | None]:
    """Return how many more labels settle it with four chances in five, or are left of the plan, and their chance."""
    known = known_so_far(data, interval, bar, higher)
    if known is None:
        return None, None
    plan = labels_needed(known, look.ahead, rest=look.past.planned - data.labelled)
    return plan.labels, plan.chance


def _flags(case: Case, goal: Goal, easy: Comparison | None) -> list[Words]:
    flags: list[Words] = [QualityFlag.TARGET_REMOVED] if goal.withdrawn else []
    found = case.facts.outcomes
    if found is not None:
        if failed := int(found.labelled()["failed"].sum()):
            flags.append(said(QualityFlag.FAILED_LABELS, n=failed))
        missing = (words(q).title for q in found.questions if q.code in MISSING)
        flags += [said(QualityFlag.MISSING_OUTCOMES, told=told) for told in missing]
    if easy is not None:
        flags.append(said(QualityFlag.VACUOUS, simplest=easy.words[:1].lower() + easy.words[1:]))
    return flags
