"""The guard against a bar that needs no model: a bar that the simplest answer reaches shows nothing by itself."""

from __future__ import annotations

from gatebook.evidence.compare import Comparison, always_alarm, compare_with_trivial, prevalence
from gatebook.evidence.performance import Measured
from gatebook.project import METRICS
from gatebook.verdict.case import Flag
from gatebook.verdict.targets import InForce
from gatebook.words import Said, said


def vacuous(
    targets: InForce, data: Measured, bar: float, *, share: float, alpha: float, people: bool
) -> Comparison | None:
    """Return the comparison with the simplest answer where that answer reaches the bar, None where it does not.

    Args:
        targets: all targets in force: another one on the same rows can rule the simplest answer out.
        data: the metric's arrays.
        bar: the value needed now.
        share: part of a target that is needed now.
        alpha: one-sided, of each bound of the comparison.
        people: whether the answers are people, so that none may be named.
    """
    found = compare_with_trivial(data, alpha=max(alpha, 1e-9), people=people)
    if found is None:
        return None
    higher = METRICS[data.metric].higher_is_better
    reached = found.trivial >= bar if higher else found.trivial <= bar
    return found if reached and not _ruled_out(targets, data, share) else None


def _ruled_out(targets: InForce, data: Measured, share: float) -> bool:
    """Return whether always raising the alarm misses another target over all rows."""
    alarms = prevalence(data)
    if alarms is None or data.metric == "auc":
        return False
    for goal in targets.goals:
        reached = always_alarm(goal.metric, alarms)
        if goal.metric != data.metric and not goal.where and reached is not None and goal.bar(None, share) > reached:
            return True
    return False


def lowered(text: str) -> str:
    """Return a text as it stands inside a sentence."""
    return text[:1].lower() + text[1:]


def flag(found: Comparison) -> Said:
    """Return what page one says of such a bar."""
    return said(Flag.VACUOUS, simplest=lowered(found.words))
