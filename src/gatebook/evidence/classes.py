"""The classes of the truth: those that the model or the curated data never hold, and how common each is then and now."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.cases.columns import is_positive, same_spellings
from gatebook.cases.truth import resolve_truth
from gatebook.evidence.disclosure import MINIMUM, WITHHELD, Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.performance import prepare
from gatebook.evidence.quality import Finding, Scan
from gatebook.evidence.quality.finding import finding
from gatebook.evidence.rates import positive_class
from gatebook.project import Project
from gatebook.stats import Design, Interval
from gatebook.stats.interval import clopper_pearson, share
from gatebook.tables import Table

SURE = 1e-3  # chance, over all classes, below which an answer that is never there is not left out by chance
LEVEL = 0.05  # of a false claim, over all classes
LARGE = 0.01  # share of production's truth from which curated data must hold a class
ODDS = 1.2  # ratio of odds below which a share that moved matters little
MOST = 8  # classes told

NEVER_GIVEN = "answers_never_given"
CHECKED = "answers that the model never gives"

Doubt = Literal["", "few", "spelling"]  # too few answers to say so; another answer there may mean the same


@dataclass(frozen=True)
class Absent:
    """A class of production's truth that is never found elsewhere.

    Attributes:
        answer: the class, "value withheld" where it may not be shown.
        rows: true rows of it.
        share: of production's truth, with bounds that hold for all classes at once.
        curated: whether curated rows hold it; None where there are no curated answers.
        given: whether the model ever gave it; None where there are no answers.
        doubt: why it is no proof that it is never found, empty where it is one.
    """

    answer: str
    rows: int
    share: Interval
    curated: bool | None
    given: bool | None
    doubt: Doubt = ""


@dataclass(frozen=True)
class BaseRate:
    """The share of a class in the curated answers and in production's truth; bounds hold for all classes at once.

    Attributes:
        answer: the class, "value withheld" where it may not be shown.
        curated, production: its share.
        lower, upper: bounds of production's share less the curated one.
        moved: whether they differ beyond chance, by enough to matter.
    """

    answer: str
    curated: Interval
    production: Interval
    lower: float
    upper: float
    moved: bool


@dataclass(frozen=True)
class Classes:
    """What is known of the classes.

    Attributes:
        rows: rows with a true answer.
        curated: curated rows with one; 0 where there are none.
        given: answers of the model; 0 where there are none.
        never_given: classes that the model never gave, the commonest first.
        not_curated: classes above LARGE that no curated row holds, the commonest first.
        base_rates: the positive class of two; of several the classes whose share moved, the furthest first.
        unsaid: the classes that the model never gave, as the truth writes them: not to be shown.
    """

    rows: int
    curated: int = 0
    given: int = 0
    never_given: tuple[Absent, ...] = ()
    not_curated: tuple[Absent, ...] = ()
    base_rates: tuple[BaseRate, ...] = ()
    unsaid: tuple[str, ...] = field(default=(), repr=False)


def with_classes(facts: Facts, project: Project, found: Cases) -> Facts:
    """Return the facts with the classes, and a finding where the model never gives some of them."""
    classes, positions = classes_of(facts, project, found)
    facts = replace(facts, classes=classes)
    role = found.truth.source
    if classes is None or role is None or not classes.given:
        return facts
    column = found.specs[role].label
    scan = facts.scans.get(role) or Scan((), (), (), len(found.truth.raw), None)
    new = (_finding(classes, positions, column),) if classes.never_given and column else ()
    scan = replace(scan, findings=(*scan.findings, *new), checked=(*scan.checked, CHECKED))
    return replace(facts, scans={**facts.scans, role: scan})


def classes_of(facts: Facts, project: Project, found: Cases) -> tuple[Classes | None, np.ndarray]:
    """Return the classes, and the rows of the labels' table (0-based) whose answer the model never gives.

    None where the truth is no class: graded, a number, or not known; or where nobody knows what the labelled rows stand for.
    """
    nothing = np.empty(0, dtype=np.intp)
    if project.task != "classification" or found.truth.graded or "truth" not in found.has:
        return None, nothing
    # of all metrics this one asks for the truth alone
    measured = prepare(found, "success_rate", positive=None, scale=None, clusters=facts.clusters)
    if measured.missing:
        return None, nothing
    mine = found.frame.iloc[measured.at]
    truth = mine["truth"].astype(str).reset_index(drop=True)
    answers = found.frame.loc[found.frame["prediction"].notna(), "prediction"].astype(str)
    codes = facts.clusters.codes
    said = Side(answers, len(answers) if codes is None else len(np.unique(codes[answers.index])))
    taught, true = (_curated(project, facts.tables, found), Side(truth, _independent(measured.design, len(truth))))
    shown = _shown(facts, project, truth, measured.design, taught)
    never, missing = [], []
    for answer, rows in truth.value_counts().items():
        if answer in said and answer in taught:
            continue
        inside = (truth == answer).to_numpy()
        of_all = share(inside.astype(float), measured.design, LEVEL / truth.nunique())
        one = Absent(shown(str(answer)), int(rows), of_all, taught.holds(answer), said.holds(answer))
        units = _independent(measured.design.subset(inside), one.rows)
        if one.given is False and units >= MINIMUM and (doubt := said.doubt(units, true)) != "few":
            never.append((answer, replace(one, doubt=doubt)))
        if one.curated is False and of_all.lower > LARGE:
            missing.append(replace(one, doubt=taught.doubt(units, true)))
    if len(never) == truth.nunique():
        never = []  # spelt otherwise throughout, which is a finding of its own
    named = [str(answer) for answer, _ in never]
    keys = mine.loc[mine["truth"].isin(named), "key"]
    raw = found.truth.raw
    positions = raw.loc[raw["key"].isin(keys) & raw["value"].isin(named), "row"].to_numpy(np.intp)
    return Classes(
        len(mine),
        len(taught.answers),
        len(answers),
        tuple(one for _, one in never),
        tuple(missing),
        _base_rates(project, truth, taught, measured.design, shown),
        tuple(named),
    ), positions


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


def _shown(facts: Facts, project: Project, truth: pd.Series, design: Design, taught: Side) -> Callable[[str], str]:
    """Returns a function that puts "value withheld" for an answer that may not be shown."""
    personal = frozenset(project.personal) | {c.column for c in facts.columns if c.personal}
    disclosure = Disclosure(personal, public=frozenset(project.public))
    roles = (("labels", "sample"), ("curated_labels", "curated"))
    columns = [next((s.label for r in pair if (s := project.table(r)) and s.label), "") for pair in roles]
    if personal & set(columns):
        return lambda _: WITHHELD
    groups = None if design.clusters is None else pd.Series(design.clusters)
    allowed = disclosure.counts(truth, groups) | disclosure.counts(taught.answers)
    return lambda answer: disclosure.show(answer, allowed)


def _base_rates(
    project: Project, truth: pd.Series, taught: Side, design: Design, shown: Callable[[str], str]
) -> tuple[BaseRate, ...]:
    """Returns the share of the positive class then and now; of several classes those whose share moved."""
    if not len(taught.answers):
        return ()
    if (named := positive_class(project, truth)) is not None:
        before, now = (is_positive(values, named[0]).to_numpy(float) for values in (taught.answers, truth))
        return (_base_rate(shown(named[0]), before, now, taught.independent, design, 1),)
    answers = sorted({*truth.unique(), *taught.answers.unique()})
    rates = [
        _base_rate(shown(answer), before, now, taught.independent, design, len(answers))
        for answer in answers
        for before, now in [((taught.answers == answer).to_numpy(float), (truth == answer).to_numpy(float))]
    ]
    moved = [r for r in rates if r.moved and r.answer != WITHHELD]
    return tuple(sorted(moved, key=lambda r: -abs(r.production.estimate - r.curated.estimate))[:MOST])


def _base_rate(
    answer: str, curated: np.ndarray, production: np.ndarray, independent: int, design: Design, answers: int
) -> BaseRate:
    """Returns the two shares and the bounds of their difference, by squares of the distances to their bounds (Newcombe 1998)."""
    alpha = LEVEL / 2 / answers
    p = float(curated.mean())
    before = Interval(
        p, *clopper_pearson(p * independent, independent, alpha), 1 - alpha, len(curated), independent, ""
    )
    now = share(production, design, alpha)
    difference = now.estimate - p
    lower = difference - float(np.hypot(now.estimate - now.lower, before.upper - p))
    upper = difference + float(np.hypot(now.upper - now.estimate, p - before.lower))
    odds = [np.divide(v, 1 - v) if v < 1 else np.inf for v in (p, now.estimate)]
    matters = max(odds) >= ODDS * min(odds)
    return BaseRate(answer, before, now, lower, upper, bool((lower > 0 or upper < 0) and matters))


def _finding(classes: Classes, positions: np.ndarray, column: str) -> Finding:
    never = classes.never_given
    rows = sum(one.rows for one in never)
    verb = "never" if any(one.curated is not False or one.doubt for one in never) else "cannot"
    names = [f"“{one.answer}” ({one.rows:,})" for one in never[:MOST] if one.answer != WITHHELD]
    more = len(never) - len(names)
    told = ", ".join(names) + (f"{' and ' if names else ''}{more:,} more" if more else "")
    untaught = sum(one.curated is False for one in never)
    why = (
        f" The curated data hold {'none' if untaught == len(never) else f'no row of {untaught}'} of them."
        if untaught
        else ""
    )
    return finding(
        NEVER_GIVEN,
        (column,),
        ((positions, column),),
        classes.rows,
        rows=rows,
        cell_error=False,
        title=f"{rows:,} rows have an answer that the model {'cannot give' if verb == 'cannot' else 'never gives'}",
        meaning=f"Among its {classes.given:,} answers there is none of these: {told}.{why} Each of these rows counts as wrong, however well the model does on the others.",
        action="Teach the model these answers, have such rows found and given to people, or map an answer that only spells "
        "another one with same = { ... }.",
    )
