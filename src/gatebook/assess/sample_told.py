"""The sample beside all of production, segment by segment, and the register of unusual inputs, as the record tells them."""

from __future__ import annotations

from gatebook.cases.columns import stripped
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.facts import Facts
from gatebook.evidence.quality.finding import wilson
from gatebook.project import Project
from gatebook.record import EdgeFact, SegmentFact

SHOWN_VALUES = 15  # of one segment
SHOWN_COLUMNS = 6


def segment_facts(facts: Facts, project: Project, disclosure: Disclosure) -> tuple[SegmentFact, ...]:
    """Return rows, share and labels of each value of the segments, those of the population table included.

    A value stands here only where the disclosure rule allows; values of the population table are totals and may stand.
    """
    if facts.sample is None or facts.outcomes is None:
        return ()
    sample = facts.sample
    labelled = facts.outcomes.labelled()["row"].drop_duplicates().to_numpy(int)
    known = {(p.column, p.value): p.share for p in facts.population.parts} if facts.population else {}
    named = [*(column for column, _ in known), *project.tables["sample"].segments]
    columns = [c for c in dict.fromkeys(named) if c in sample.columns and c not in disclosure.personal]
    cluster = project.tables["sample"].cluster
    groups = sample[cluster] if cluster in sample.columns else None
    told = []
    for column in columns[:SHOWN_COLUMNS]:
        values = stripped(sample[column]).rename(column)
        shown = disclosure.counts(values, groups)
        mine = values.iloc[labelled].value_counts()
        absent = {v: 0 for c, v in known if c == column and not (values == v).any()}
        for value, rows in list((absent | shown).items())[:SHOWN_VALUES]:
            lower, upper = wilson(rows, len(sample))
            told.append(
                SegmentFact(
                    column=column,
                    value=value,
                    rows=rows,
                    share=rows / max(len(sample), 1),
                    lower=lower,
                    upper=upper,
                    population=known.get((column, value)),
                    labelled=int(mine.get(value, 0)),
                )
            )
    return tuple(told)


def edge_facts(facts: Facts, project: Project) -> tuple[EdgeFact, ...]:
    """Return each kind of unusual input with what was decided; decisions on kinds that the sample lacks come last."""
    decided = {e.case.strip().casefold(): e for e in project.edge_cases}
    told = []
    for edge in facts.edge_cases or ():
        entry = decided.pop(edge.name.casefold(), None)
        told.append(
            EdgeFact(
                case=edge.name,
                rows=edge.rows,
                decision=entry.decision if entry else "",
                owner=entry.owner if entry else "",
            )
        )
    rest = (EdgeFact(case=e.case, rows=0, decision=e.decision, owner=e.owner) for e in decided.values())
    return (*told, *rest)
