"""The targets in force: a target that was loosened or removed after data was seen stays in its stricter form."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gatebook.criteria import declared_criteria, held_to, moved_criteria
from gatebook.errors import ProjectFileError
from gatebook.evidence.performance import Measured, Reading, grade_scale
from gatebook.project import METRICS, Project
from gatebook.project.model import Criterion, Metric
from gatebook.record import Correction
from gatebook.verdict.evidence_in_use import covered, shown
from gatebook.words import Code, Said, said
from gatebook.words.figures import plain_number

WEEK4_SHARE = 0.8
LATENCY_FACTOR = 2.0
_NEEDS_POSITIVE = frozenset({"precision", "recall", "f1", "auc", "brier", "log_loss", "success_rate"})


class Single(Code):
    """A target that stands alone."""

    LATENCY = "latency_ms"
    PERCENTILE = "latency_percentile"
    THROUGHPUT = "throughput_per_s"


class Goalpost(Code):
    """What was moved in the targets after a look, or signed as a mistake."""

    SINGLE_REMOVED = "single_removed"
    SINGLE_MOVED = "single_moved"
    SINGLE_SIGNED = "single_signed"
    SINGLE_SIGNED_AWAY = "single_signed_away"
    PLAN_CHANGED = "plan_changed"
    PLAN_LATE = "plan_late"
    FINAL_SET = "final_set"
    IMPOSSIBLE_SIGNED = "impossible_signed"
    SIGNED = "signed"
    SIGNED_AWAY = "signed_away"
    CLASS_SIGNED = "class_signed"
    CLASS_CHANGED = "class_changed"
    CRITERION_SIGNED = "criterion_signed"
    LOOSENED = "loosened"
    REMOVED = "removed"


class Impossible(Code):
    """Why a target can neither be reached nor missed."""

    NO_NUMBER = "no_number"
    ABOVE_SCALE = "above_scale"
    PERCENT = "percent"
    NO_SHARE = "no_share"
    NO_ERROR = "no_error"


@dataclass(frozen=True)
class Goal:
    """One metric and the value to reach.

    Attributes:
        metric: name of the metric.
        value: the final target.
        where: the slice that it holds for, empty for all rows.
        withdrawn: whether it stands only on record, no longer in the project file.
        positive: the positive class as the project file writes it, None where none is named.
        own: what a row of the project's own measures, whose bar is the value itself; None for a target.
        arrays: reads its arrays.
    """

    metric: str
    value: float
    where: Mapping[str, Any]
    withdrawn: bool = False
    positive: str | None = None
    own: Metric | None = None
    arrays: Callable[[Reading], Measured] | None = field(default=None, compare=False, repr=False)

    @property
    def about(self) -> Metric:
        """What is measured."""
        return self.own or METRICS[self.metric]

    def bar(self, scale: tuple[float, float] | None, share: float = WEEK4_SHARE) -> float:
        """Return the week-4 bar: 80 % of the target; lower-is-better: target / 0.8; on a scale from its low end."""
        metric = self.about
        if self.own is not None:
            return self.value
        if not metric.higher_is_better:
            return self.value / share
        low = scale[0] if scale and metric.kind == "mean" else 0.0
        return low + share * (self.value - low)

    @property
    def place(self) -> str:
        """The slice in words, such as "channel = email"; empty for all rows."""
        return ", ".join(f"{k} = {v}" for k, v in self.where.items())

    @property
    def words(self) -> str:
        """Metric and slice, as a reader would say it."""
        return self.about.plain + (f" where {self.place}" if self.where else "")

    def measure(self, scale: tuple[float, float] | None) -> str:
        """Return the metric as a reader would say it, with its scale where grades have one."""
        plain = self.about.plain
        return (
            f"{plain}, {plain_number(scale[0])} to {plain_number(scale[1])}"
            if scale and self.metric == "mean_score"
            else plain
        )


@dataclass(frozen=True)
class InForce:
    """Targets in force.

    Attributes:
        goals: the headline first.
        latency_ms, latency_percentile, throughput_per_s: as in [targets], the stricter one on record.
        planned_labels: the first number on record, None where none was ever stated.
        moved: each goalpost that was moved, once.
        final_label_set: whether only one version may be judged on the labels.
    """

    goals: tuple[Goal, ...]
    latency_ms: float | None
    latency_percentile: float
    throughput_per_s: float | None
    planned_labels: int | None
    moved: tuple[Said, ...]
    final_label_set: bool = False
    lowered: bool = False  # somebody signed for a looser target: CONDITIONAL GO at best


@dataclass(frozen=True)
class Mended:
    """What somebody signed as a mistake in the targets of one look.

    Attributes:
        day: of the look.
        targets: the part of the targets on record that was signed away.
        by: who signed it.
    """

    day: dt.date
    targets: Mapping[str, Any]
    by: Correction


OnRecord = Sequence[tuple[dt.date, Mapping[str, Any]]]
_SINGLE = {"latency_ms": False, "latency_percentile": True, "throughput_per_s": True}  # whether higher asks for more
MENDABLE = tuple(f"targets.{key}" for key in ("metric", "value", "positive", "more", *_SINGLE))


def mend(on_record: OnRecord, by: Correction) -> tuple[list[tuple[dt.date, Mapping[str, Any]]], list[Mended]]:
    """Return the targets on record without what was signed as a mistake, and what that was.

    "targets.metric", ".value" and ".positive" mean the target over all rows, "targets.more" every other one.
    """
    key = by.key.removeprefix("targets.")
    if by.key not in MENDABLE:
        return _without_criteria(on_record, by)
    kept: list[tuple[dt.date, Mapping[str, Any]]] = []
    found: list[Mended] = []
    for day, then in on_record:
        if key in _SINGLE:
            away: dict[str, Any] = {key: then.get(key)}
            left: dict[str, Any] = {key: None}
        else:
            first = [g for g in then["goals"][:1] if not g["where"]]
            rest = then["goals"][len(first) :]
            mine, others = (rest, first) if key == "more" else (first, rest)
            away = {"goals": mine, "positive": then.get("positive")}
            left = {"goals": others} if key == "more" else {"goals": others, "positive": None}
        kept.append((day, {**then, **left}))
        found.append(Mended(day, away, by))
    return kept, found


def _without_criteria(
    on_record: OnRecord, by: Correction
) -> tuple[list[tuple[dt.date, Mapping[str, Any]]], list[Mended]]:
    """Return the targets on record without the criteria whose column was signed as a mistake, and what that was."""
    kept: list[tuple[dt.date, Mapping[str, Any]]] = []
    found: list[Mended] = []
    for day, then in on_record:
        away = [c for c in _by_column(then) if covered(by.key, (f"{c['table']}:{shown((c['column'],))[c['column']]}",))]
        left = [c for c in then.get("criteria", ()) if c not in away]
        kept.append((day, {**then, "criteria": left} if away else then))
        found += [Mended(day, {"criteria": away}, by)] if away else []
    return kept, found


def _by_column(targets: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the criteria that a column judges, in the history's form."""
    return [one for one in targets.get("criteria", ()) if one.get("column")]


def any_set(targets: Mapping[str, Any]) -> bool:
    """Return whether targets in the history's form hold a bar at all."""
    singles = targets.get("latency_ms") or targets.get("throughput_per_s")
    return bool(targets["goals"] or singles or _by_column(targets))


def declared(project: Project) -> dict[str, Any]:
    """Return targets and criteria of the project file in the form that the history keeps."""
    targets = project.targets
    goals = []
    if targets.metric and targets.value is not None:
        goals.append({"metric": targets.metric, "value": targets.value, "where": {}})
    goals += [{"metric": t.metric, "value": t.value, "where": dict(t.where)} for t in targets.more]
    found: dict[str, Any] = {
        "goals": goals,
        "positive": None if targets.positive is None else str(targets.positive),
        "latency_ms": targets.latency_ms,
        "latency_percentile": targets.latency_percentile,
        "throughput_per_s": targets.throughput_per_s,
        "planned_labels": targets.planned_labels,
    }
    if project.criteria:
        found["criteria"] = declared_criteria(project)
    if targets.final_label_set:
        found["final_label_set"] = True
    return found


def in_force(project: Project, past: OnRecord, mended: Sequence[Mended] = ()) -> InForce:
    """Return the stricter of the project file's targets and all on record, and what was moved.

    What was `mended` no longer binds; where it was stricter than what is in force now, that is told as well.

    Raises:
        ProjectFileError: a target cannot be reached or missed at all, such as an accuracy of 85.
    """
    now = declared(project)
    for g in now["goals"]:
        if why := _impossible(g, None):
            raise ProjectFileError(why, metric=g["metric"], value=g["value"], near=g["value"] / 100)
    goals, moved = _goals(now, past)
    values: dict[str, float | None] = {}
    for key, higher in _SINGLE.items():
        values[key] = now[key]
        for day, then in past:
            if then.get(key) is not None and (values[key] is None or _stricter(then[key], values[key], higher=higher)):
                code = Goalpost.SINGLE_REMOVED if now[key] is None else Goalpost.SINGLE_MOVED
                moved.append(said(code, name=said(Single(key)), was=then[key], day=day, now=now[key]))
                values[key] = then[key]
    planned = [then.get("planned_labels") for _, then in past if then.get("planned_labels")]
    if planned and now["planned_labels"] != planned[0]:
        moved.append(said(Goalpost.PLAN_CHANGED, n=planned[0]))
    elif past and not planned and now["planned_labels"]:
        moved.append(said(Goalpost.PLAN_LATE, n=now["planned_labels"]))
    final = any(then.get("final_label_set") for _, then in past)
    if final and "final_label_set" not in now:
        moved.append(said(Goalpost.FINAL_SET))
    moved += moved_criteria(project, past)
    signed, lowered = _signed(project, mended, goals, values)
    return InForce(
        goals,
        values["latency_ms"],
        values["latency_percentile"] or 95.0,
        values["throughput_per_s"],
        planned[0] if planned else now["planned_labels"],
        tuple({str(told): told for told in (*signed, *moved)}.values()),
        final or project.targets.final_label_set,
        lowered,
    )


def _signed(
    project: Project, mended: Sequence[Mended], goals: Sequence[Goal], values: Mapping[str, float | None]
) -> tuple[list[Said], bool]:
    """Return one sentence for each signed target that was stricter than what is in force, and whether one was
    possible.
    """
    found: list[Said] = []
    lowered = False
    for item in mended:
        who = {"person": item.by.person, "role": item.by.role}
        for key, higher in _SINGLE.items():
            old, now = item.targets.get(key), values[key]
            if old is not None and _stricter(old, now, higher=higher):
                code = Goalpost.SINGLE_SIGNED_AWAY if now is None else Goalpost.SINGLE_SIGNED
                found.append(said(code, name=said(Single(key)), was=old, day=item.day, now=now, **who))
                lowered = True
        for was in (Criterion.model_validate(one) for one in item.targets.get("criteria", ())):
            if not held_to(project, was):
                about: dict[str, Any] = {"row": was.id, "column": was.column, "table": was.table, "limit": was.limit}
                found.append(said(Goalpost.CRITERION_SIGNED, day=item.day, **about, **who))
                lowered = True
        for g in item.targets.get("goals", ()):
            metric, positive = METRICS[g["metric"]], item.targets.get("positive")
            if _impossible(g, grade_scale(project)):
                found.append(said(Goalpost.IMPOSSIBLE_SIGNED, metric=metric.name, was=g["value"], day=item.day, **who))
                continue
            old_goal = Goal(g["metric"], g["value"], g["where"], positive=positive)
            same = [goal for goal in goals if _name(replace(goal, positive=positive)) == _name(old_goal)]
            present = next((goal for goal in same if _name(goal) == _name(old_goal)), None)
            if present and not _stricter(old_goal.value, present.value, higher=metric.higher_is_better):
                continue
            reads = {"now": same[0].value, "positive": same[0].positive} if same else {}
            other = same and same[0].positive != positive
            code = Goalpost.CLASS_SIGNED if other else Goalpost.SIGNED if same else Goalpost.SIGNED_AWAY
            told = {"metric": metric.name, "was": g["value"], "day": item.day, "before": positive}
            found.append(said(code, **told, **reads, **who))
            lowered = True
    return found, lowered


def _goals(now: Mapping[str, Any], past: OnRecord) -> tuple[tuple[Goal, ...], list[Said]]:
    """Return the goals in force, the headline first, and what was moved.

    A goal whose positive class was changed stays in force for the class on record too: which of the two is the
    stricter one, no file can tell.
    """
    positive = now["positive"]
    mine: dict[str, Goal] = {}
    for g in now["goals"]:
        goal = Goal(g["metric"], g["value"], g["where"], positive=positive)
        twin = mine.get(_name(goal))
        if twin is None or _stricter(goal.value, twin.value, higher=METRICS[goal.metric].higher_is_better):
            mine[_name(goal)] = goal
    goals = dict(mine)
    moved: list[Said] = []
    for day, then in past:
        if then["goals"] and then.get("positive") is not None and then["positive"] != positive:
            moved.append(said(Goalpost.CLASS_CHANGED, positive=then["positive"], day=day))
        for g in then["goals"]:
            metric = METRICS[g["metric"]]
            old = Goal(g["metric"], g["value"], g["where"], withdrawn=True, positive=then.get("positive") or positive)
            name = _name(old)
            present, stated = goals.get(name), mine.get(name)
            if present is not None and not _stricter(old.value, present.value, higher=metric.higher_is_better):
                continue
            goals[name] = replace(old, withdrawn=stated is None)
            if stated is not None:
                moved.append(said(Goalpost.LOOSENED, metric=metric.name, was=old.value, day=day, now=stated.value))
            elif not any(_name(replace(m, positive=None)) == _name(replace(old, positive=None)) for m in mine.values()):
                moved.append(said(Goalpost.REMOVED, metric=metric.name, was=old.value, day=day))
    # a goal over all rows leads; one for a slice leads only where there is no other
    return tuple(sorted(goals.values(), key=lambda goal: bool(goal.where))), moved


def _impossible(goal: Mapping[str, Any], scale: tuple[float, float] | None) -> Impossible | None:
    """Return why a target can neither be reached nor missed, None where it can; `scale` is that of the grades."""
    metric, value = METRICS[goal["metric"]], goal["value"]
    if not math.isfinite(value):
        return Impossible.NO_NUMBER
    if metric.name == "mean_score":
        return None if scale is None or value <= scale[1] else Impossible.ABOVE_SCALE
    if metric.higher_is_better and not 0 < value <= 1:
        return Impossible.PERCENT if 1 < value <= 100 else Impossible.NO_SHARE
    if not metric.higher_is_better and value <= 0:
        return Impossible.NO_ERROR
    return None


def _name(goal: Goal) -> str:
    positive = goal.positive if goal.metric in _NEEDS_POSITIVE else None
    return goal.metric + repr(sorted((str(k), str(v)) for k, v in goal.where.items())) + (positive or "")


def _stricter(old: float, new: float | None, *, higher: bool) -> bool:
    if new is None:
        return True
    return old > new if higher else old < new
