"""The form of a row that a column judges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from gatebook.cases.bind import Cases
from gatebook.criteria import Entry, row
from gatebook.criteria.own import NUMBER
from gatebook.evidence.clusters import Clusters, find_clusters
from gatebook.evidence.labels import label_fact
from gatebook.evidence.performance import Measured, Reading, Unmeasured, weights_of
from gatebook.gates.own.values import Unjudgeable, figure_of, own_cases, scale_of, unjudgeable
from gatebook.gates.week04.quality import MERIT, judge_goal
from gatebook.project import Project
from gatebook.project.model import Criterion
from gatebook.reading import Table
from gatebook.record import LabelFact
from gatebook.stats import Design, Rows
from gatebook.stats.measure import Kind
from gatebook.verdict.case import Case, Flag, Lacks, RowWords, Verdict, flagged, lacking
from gatebook.verdict.measured import carried_by_labels, measured
from gatebook.verdict.targets import Goal
from gatebook.words import Code, said, say
from gatebook.words.figures import sentence

_KEYS = ("id", "annotator", "weight", "stratum", "inclusion_probability", "version", "trial")
_DRAWN = tuple(f"{role}.{key}" for role in ("sample", "labels", "predictions") for key in _KEYS)


class Number(Code):
    """What the row says beyond what every figure says."""

    MORE_REQUESTS = "more_requests"
    WRONG = "wrong"


class NumberFlag(Code):
    """What a reader must know beside it."""

    CRITERIA_MET = "criteria_met"


def refuses(asked: Criterion, project: Project, tables: Mapping[str, Table]) -> str | None:
    """Return what `check` says of a criterion that cannot be judged: file, field, fix."""
    why = unjudgeable(asked, project, tables)
    return None if why is None else say(Number.WRONG, row=asked.id, why=why.text("reason"), supply=why.text("supply"))


@row(NUMBER, "condition", uses=("sample", "sample.cluster", *_DRAWN), carries=carried_by_labels, refuses=refuses)
def number(entry: Entry, case: Case) -> Verdict:
    """Each limit that is in force is kept; the row shows the one that is worst off."""
    found = [_judged(entry, case, asked) for asked in entry.own]
    worst = min((one.row for one in found), key=lambda one: MERIT.index(str(one.status)))
    if len(found) > 1:
        met = sum(one.row.status == "pass" for one in found)
        flag = said(NumberFlag.CRITERIA_MET, passed=met, n=len(found))
        worst = worst.model_copy(update=flagged((flag,), worst))
    return Verdict(worst, tuple(look for one in found for look in one.looks))


def _judged(entry: Entry, case: Case, asked: Criterion) -> Verdict:
    found, tables = case.facts.outcomes, case.facts.tables
    if found is None:
        return Verdict(lacking(entry, Lacks.NO_SAMPLE))
    if (why := unjudgeable(asked, case.project, tables)) is not None:
        fields = {"bar": asked.limit, "higher_is_better": asked.higher_is_better}
        told = RowWords(why.code.value, sentence(why.text("reason")), why.text("supply"))
        return Verdict(lacking(entry, told, flags=(Flag.UNATTESTABLE,), **fields))
    table = tables[str(asked.table)]
    mine, shares = own_cases(asked, table, found)
    goal = _goal(asked, mine, Clusters(), shares=shares)
    data = measured(case, goal)
    assert data is not None
    clusters = find_clusters(case.project, tables, mine, data.losses, data.at)
    goal = _goal(asked, mine, clusters, shares=shares)
    judged, looks, _ = judge_goal(entry, _about(case, asked, mine, clusters), goal, measured(case, goal))
    shown: dict[str, object] = {"target": None}
    if asked.table == "predictions" and judged.labels_needed:  # outputs are made, not labelled
        shown |= {"labels_needed": None, "chance": None, "supply": say(Number.MORE_REQUESTS, n=judged.labels_needed)}
    return Verdict(judged.model_copy(update=shown), looks)


def _about(case: Case, asked: Criterion, mine: Cases, clusters: Clusters) -> Case:
    """Return the case as if the column were all that it is about."""
    facts, targets = case.facts, case.targets
    assert facts.outcomes is not None
    assert facts.sample is not None
    if asked.table == "predictions" or (asked.table == "sample" and facts.outcomes.truth.source != "sample"):
        targets = replace(targets, planned_labels=None, final_label_set=False)  # no label is spent
    if asked.table == "predictions":  # every sampled row is asked
        labels = LabelFact(labelled=len(mine.labelled()), measured=True)
    elif set(mine.labelled()["key"]) == set(facts.outcomes.labelled()["key"]):
        labels = facts.labels.model_copy(update={"ceiling": None})
    else:
        labels = label_fact(case.project, mine, facts.sample, facts.disclosure)
    return replace(case, facts=replace(facts, outcomes=mine, clusters=clusters, labels=labels), targets=targets)


def _goal(asked: Criterion, mine: Cases, clusters: Clusters, *, shares: bool) -> Goal:
    """Return the limit as a goal: its figure, and how its arrays are read."""
    scale = (0.0, 1.0) if shares else scale_of(asked, mine.specs[str(asked.table)])
    figure = figure_of(asked, shares=shares)
    kind: Kind = "proportion" if shares else "loss" if scale is None else "mean"

    def arrays(reading: Reading) -> Measured:
        low, high = scale or (0.0, math.inf)
        lost = (mine.frame["missing"] != "").to_numpy()
        known = mine.frame["score"].notna().to_numpy() | (lost if reading != "measured" else False)
        fill = high if (reading == "fail") == asked.higher_is_better else low  # what is missing is bad for a pass
        why = mine.unweighable
        if not known.any():
            why = said(Unjudgeable.EMPTY, role=asked.table, column=asked.column)
        if (lost & known).any() and math.isinf(fill):  # may be as large as anybody likes
            why = why or said(Unmeasured.ANSWER_NO_NUMBER, n=int(lost.sum()))
        known = known & (why is None)
        rows = mine.frame[known]
        values = rows["score"].fillna(fill).to_numpy(float)
        return Measured(
            figure.name,
            kind,
            Rows(values=values, scale=scale or (0.0, 1.0)),
            Design(None if clusters.codes is None else clusters.codes[known], weights_of(rows)),
            -values if asked.higher_is_better else values,
            rows["key"].to_numpy(),
            rows["row"].to_numpy(int),
            np.flatnonzero(known),
            missing=why,
            _cases=rows,
        )

    return Goal(figure.name, asked.limit, {}, own=figure, arrays=arrays)
