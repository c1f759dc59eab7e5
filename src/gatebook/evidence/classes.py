"""The classes of the truth: those that the model or the curated data never hold, and how common each is then and
now.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.columns import is_positive, same_spellings
from gatebook.cases.truth import resolve_truth
from gatebook.checks import Finding, Findings
from gatebook.checks.finding import FindingCode, Nature, finding
from gatebook.evidence.disclosure import MINIMUM, WITHHELD
from gatebook.evidence.facts import Facts
from gatebook.evidence.performance import prepare
from gatebook.evidence.rates import positive_class
from gatebook.project import Project
from gatebook.reading import Table
from gatebook.record import AbsentFact, BaseRateFact, ClassesFact, IntervalFact
from gatebook.stats import Design
from gatebook.stats.interval import clopper_pearson, share
from gatebook.words import Code, say
from gatebook.words.figures import listed

SURE = 1e-3  # chance, over all classes, below which an answer that is never there is not left out by chance
LEVEL = 0.05  # of a false claim, over all classes
LARGE = 0.01  # share of production's truth from which curated data must hold a class
ODDS = 1.2  # ratio of odds below which a share that moved matters little
MOST = 8  # classes told

Doubt = Literal["", "few", "spelling"]  # too few answers to say so; another answer there may mean the same


class ClassFound(FindingCode):
    """Answers of the truth that the model never gives."""

    NEVER = "answers_never_given", 8.0, Nature.FACT
    CANNOT = "answers_never_given.cannot", 8.0, Nature.FACT


class NeverGiven(Code):
    """What is told of answers that the model never gives."""

    CHECKED = "checked"
    UNTAUGHT = "untaught"
    PARTLY_UNTAUGHT = "partly_untaught"
    NAMED = "named"
    MORE = "more"


def with_classes(facts: Facts, project: Project, found: Cases) -> Facts:
    """Return the facts with the classes, and a finding where the model never gives some of them."""
    classes, unsaid, positions = classes_of(facts, project, found)
    facts = replace(facts, classes=classes, unsaid=unsaid)
    role = found.truth.source
    if classes is None or role is None or not classes.given:
        return facts
    column = found.specs[role].label
    scan = facts.scans.get(role) or Findings((), (), (), len(found.truth.raw), None)
    new = (_finding(classes, positions, column),) if classes.never_given and column else ()
    scan = replace(scan, findings=(*scan.findings, *new), checked=(*scan.checked, NeverGiven.CHECKED))
    return replace(facts, scans={**facts.scans, role: scan})


def classes_of(facts: Facts, project: Project, found: Cases) -> tuple[ClassesFact | None, tuple[str, ...], np.ndarray]:
    """Return the classes, and which of them the model never gives: as the truth writes them, and their rows.

    Rows are 0-based positions in the labels' table. None where the truth is no class: graded, a number, or not known;
    or where nobody knows what the labelled rows stand for.
    """
    nothing = None, (), np.empty(0, dtype=np.intp)
    if project.task != "classification" or found.truth.graded or "truth" not in found.has:
        return nothing
    # of all metrics this one asks for the truth alone
    measured = prepare(found, "success_rate", positive=None, scale=None, clusters=facts.clusters)
    if measured.missing:
        return nothing
    mine, design = found.frame.iloc[measured.at], measured.design
    truth = mine["truth"].astype(str).reset_index(drop=True)
    answers = found.frame.loc[found.frame["prediction"].notna(), "prediction"].astype(str)
    codes = facts.clusters.codes
    said = Side(answers, len(answers) if codes is None else len(np.unique(codes[answers.index])))
    taught, true = _curated(project, facts.tables, found), Side(truth, _independent(design, len(truth)))
    shown = _shown(facts, truth, design, taught)
    never: dict[str, AbsentFact] = {}
    missing = []
    for answer, rows in truth.value_counts().items():
        if answer in said and answer in taught:
            continue
        inside = (truth == answer).to_numpy()
        of_all = IntervalFact.of(share(inside.astype(float), design, LEVEL / truth.nunique()))
        about: dict[str, Any] = {"answer": shown(str(answer)), "rows": int(rows), "share": of_all}
        about |= {"curated": taught.holds(answer), "given": said.holds(answer)}
        units = _independent(design.subset(inside), int(rows))
        if about["given"] is False and units >= MINIMUM and (doubt := said.doubt(units, true)) != "few":
            never[str(answer)] = AbsentFact(doubt=doubt, **about)
        if about["curated"] is False and of_all.lower > LARGE:
            missing.append(AbsentFact(doubt=taught.doubt(units, true), **about))
    if len(never) == truth.nunique():
        never = {}  # spelt otherwise throughout, which is a finding of its own
    keys, raw = mine.loc[mine["truth"].isin([*never]), "key"], found.truth.raw
    positions = raw.loc[raw["key"].isin(keys) & raw["value"].isin([*never]), "row"].to_numpy(np.intp)
    classes = ClassesFact(
        rows=len(mine),
        curated=len(taught.answers),
        given=len(answers),
        never_given=tuple(never.values()),
        not_curated=tuple(missing),
        base_rates=_base_rates(project, truth, taught, design, shown),
    )
    return classes, tuple(never), positions


class Side:
    """The answers of one side: the true ones, the model's, or the curated ones."""

    def __init__(self, answers: pd.Series, independent: int) -> None:
        """Take the answers (rows,) as text, and how many of them are independent."""
        self.answers, self.independent = answers, independent
        self._folded = {_folded(str(v)) for v in answers.unique()}

    def __contains__(self, answer: object) -> bool:
        """Return whether an answer is there, in whatever spelling."""
        return _folded(str(answer)) in self._folded

    def holds(self, answer: object) -> bool | None:
        """Return whether an answer is there, None where there are no answers."""
        return answer in self if len(self.answers) else None

    def doubt(self, rows: float, other: Side) -> Doubt:
        """Return why it is no proof that an answer which `rows` independent rows of the other side have is not here."""
        if not _beyond_chance(rows, other, self):
            return "few"
        counts = self.answers.value_counts()
        strange = (int(n) for answer, n in counts.items() if answer not in other)
        sized = (self.independent * n / len(self.answers) for n in strange)
        return "spelling" if any(_beyond_chance(size, self, other) for size in sized) else ""


def _beyond_chance(rows: float, side: Side, other: Side) -> bool:
    """Returns whether chance would hardly put all rows of an answer on one side, whichever of its answers it is."""
    among = side.independent / max(1, side.independent + other.independent)
    return bool(among**rows < SURE / max(1, side.answers.nunique()))


def _independent(design: Design, rows: int) -> int:
    return rows if design.clusters is None else len(np.unique(design.clusters))


def _folded(answer: str) -> str:
    """Returns what several spellings of one answer have in common: no case, no marks, numbers as numbers."""
    try:
        return repr(float(answer))
    except ValueError:
        return re.sub(r"[\W_]+", " ", answer.casefold()).strip() or answer


def _curated(project: Project, tables: dict[str, Table], found: Cases) -> Side:
    """Returns the curated answers in production's spelling; none where there are none, or they are grades."""
    roles = {"sample": "curated", "labels": "curated_labels"}
    opened = {role: tables[mine] for role, mine in roles.items() if mine in tables}
    if "sample" not in opened:
        return Side(pd.Series(dtype="str"), 0)
    specs = {role: found.specs[roles[role]] for role in opened}
    truth = resolve_truth(project.model_copy(update={"tables": specs}), opened, specs).resolved()
    if truth.graded or truth.source is None:
        return Side(pd.Series(dtype="str"), 0)
    answers = truth.frame["truth"].astype(str).replace(same_spellings(project))
    cluster = specs["sample"].cluster
    groups = len(answers) if cluster is None else opened["sample"].frame([cluster]).iloc[:, 0].nunique()
    return Side(answers, min(len(answers), groups))


def _shown(facts: Facts, truth: pd.Series, design: Design, taught: Side) -> Callable[[str], str]:
    """Returns a function that puts "value withheld" for an answer that may not be shown."""
    if facts.answers_are_people:
        return lambda _: WITHHELD
    groups = None if design.clusters is None else pd.Series(design.clusters)
    allowed = facts.disclosure.counts(truth, groups) | facts.disclosure.counts(taught.answers)
    return lambda answer: facts.disclosure.show(answer, allowed)


def _base_rates(
    project: Project, truth: pd.Series, taught: Side, design: Design, shown: Callable[[str], str]
) -> tuple[BaseRateFact, ...]:
    """Returns the share of the positive class then and now; of several classes those whose share moved."""
    if not len(taught.answers):
        return ()
    if (named := positive_class(project, truth)) is not None:
        before, now = (is_positive(values, named[0]).to_numpy(float) for values in (taught.answers, truth))
        return (_base_rate(shown(named[0]), before, now, taught.independent, design, LEVEL / 2),)
    answers = sorted({*truth.unique(), *taught.answers.unique()})
    rates = []
    for answer in answers:
        before, now = ((values == answer).to_numpy(float) for values in (taught.answers, truth))
        rates.append(_base_rate(shown(answer), before, now, taught.independent, design, LEVEL / 2 / len(answers)))
    moved = [r for r in rates if r.moved and r.answer != WITHHELD]
    return tuple(sorted(moved, key=lambda r: -abs(r.difference.estimate))[:MOST])


def _base_rate(
    answer: str, curated: np.ndarray, production: np.ndarray, independent: int, design: Design, alpha: float
) -> BaseRateFact:
    """Returns the two shares and the bounds of their difference, by squares of the distances to their bounds
    (Newcombe 1998).
    """
    p = float(curated.mean())
    low, high = clopper_pearson(p * independent, independent, alpha)
    now = IntervalFact.of(share(production, design, alpha))
    difference = now.estimate - p
    lower = difference - float(np.hypot(now.estimate - now.lower, high - p))
    upper = difference + float(np.hypot(now.upper - now.estimate, p - low))
    odds = [np.divide(v, 1 - v) if v < 1 else np.inf for v in (p, now.estimate)]
    return BaseRateFact(
        answer=answer,
        curated=IntervalFact(estimate=p, lower=low, upper=high, n=len(curated)),
        production=now,
        difference=IntervalFact(estimate=difference, lower=lower, upper=upper),
        moved=bool((lower > 0 or upper < 0) and max(odds) >= ODDS * min(odds)),
    )


def _finding(classes: ClassesFact, positions: np.ndarray, column: str) -> Finding:
    never = classes.never_given
    rows, untaught = sum(one.rows for one in never), sum(one.curated is False for one in never)
    code = ClassFound.NEVER if any(one.curated is not False or one.doubt for one in never) else ClassFound.CANNOT
    shown = [one for one in never[:MOST] if one.answer != WITHHELD]
    names = [", ".join(say(NeverGiven.NAMED, answer=one.answer, rows=one.rows) for one in shown)] if shown else []
    if more := len(never) - len(shown):
        names.append(say(NeverGiven.MORE, n=more))
    why = say(NeverGiven.UNTAUGHT if untaught == len(never) else NeverGiven.PARTLY_UNTAUGHT, n=untaught)
    return finding(
        code,
        (column,),
        ((positions, column),),
        classes.rows,
        rows=rows,
        given=classes.given,
        answers=listed(names),
        why=why if untaught else "",
    )
