"""What a run will make of the tables: how they join, what they leave open, what is not there, how sure its bounds will be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gatebook.cases.bind import Cases, bind
from gatebook.cases.questions import sentence, words
from gatebook.errors import GatebookError
from gatebook.history.ledger import Ledger
from gatebook.project import Project
from gatebook.tables import Table, join_account
from gatebook.verdict.looks import ALPHA
from gatebook.verdict.past import Past, read_past
from gatebook.verdict.targets import in_force

WANTED = {
    "labels": "no true answers: a run cannot say how often the model is right",
    "predictions": "no outputs of the model: a run cannot say how often it is right, or how fast it is",
    "curated": "no data that the proof of concept was built on: a run cannot compare it with production",
    "integrations": "no list of systems: a run cannot say whether it can be connected",
}


@dataclass(frozen=True)
class Foretold:
    """What a run will say before it measures.

    Attributes:
        problems: why it would end with an error, one sentence each.
        questions: what it would call not enough evidence, and what mends it.
        facts: how the tables join and how its bounds hold.
    """

    problems: tuple[str, ...]
    questions: tuple[str, ...]
    facts: tuple[str, ...]


def foretell(project: Project, tables: dict[str, Table]) -> Foretold:
    """Return what a run will make of tables that could be opened."""
    problems: list[str] = []
    found, past = None, Past()
    try:
        past = read_past(Ledger.of(project).entries)
        in_force(project, past.targets, past.mended)
        found = bind(project, tables, folds=past.folds)
    except GatebookError as error:
        problems.append(str(error))
    said = [] if found is None else [words(question, values=True) for question in found.questions]
    questions = [f"{sentence(one.title)} To do: {one.action.rstrip('.')}." for one in said]
    return Foretold(
        tuple(problems), tuple(questions), (*_joins(project, tables), *_missing(tables, found), *_bounds(project, past))
    )


def _joins(project: Project, tables: dict[str, Table]) -> Iterator[str]:
    """Yield how many ids join, both ways."""
    sample = project.tables["sample"]
    for role in ("labels", "predictions"):
        spec, table = project.table(role), tables.get(role)
        if (
            spec is None
            or table is None
            or "sample" not in tables
            or not sample.ids
            or len(spec.ids) != len(sample.ids)
        ):
            continue
        if any(c not in table.columns for c in spec.ids) or any(c not in tables["sample"].columns for c in sample.ids):
            continue
        join = join_account(tables["sample"], sample.ids, table, spec.ids)
        mine, theirs = join.matched + join.left_only, join.matched + join.right_only
        yield (
            f"{role}: {join.matched:,} of its {theirs:,} ids are in the sample; "
            f"{join.matched:,} of the {mine:,} sampled ids are in it."
        )


def _missing(tables: dict[str, Table], found: Cases | None) -> Iterator[str]:
    """Yield a sentence for each role that nothing plays."""
    has = found.has if found is not None else frozenset[str]()
    inside = {"labels": {"truth", "score"} & has, "predictions": {"prediction", "probability", "latency_ms"} & has}
    for role, why in WANTED.items():
        if role not in tables and not inside.get(role):
            yield f"[tables.{role}] is not there: {why}."


def _bounds(project: Project, past: Past) -> Iterator[str]:
    """Yield at which level a run will judge, and why."""
    if project.targets.metric is None or project.targets.value is None:
        yield "No target is set: nothing can pass or fail. Set metric and value in [targets]."
        return
    looks = len({(look.version, look.at) for look in past.looks if look.criterion.startswith("G1")})
    if past.begun_by is None:
        yield "The project has no history yet: a run cannot know earlier looks and uses the stricter rule. `gatebook init` begins one."
    elif not past.looks_known:
        yield "Earlier looks at these labels are not known, so a run uses the stricter rule."
    else:
        planned = project.targets.planned_labels
        plan = f"{planned:,} labels are planned" if planned else "no number of planned labels is stated"
        yield (
            f"Each bound may err in {ALPHA:.0%} of projects over all looks together; {looks} look{'s' if looks != 1 else ''} "
            f"so far; {plan}."
        )
