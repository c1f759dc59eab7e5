"""Problems of the labels themselves: answers that are likely wrong, graders who agree with nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.evidence.annotators import Annotator, judge_annotators
from gatebook.evidence.compare import Learnable
from gatebook.evidence.facts import Facts
from gatebook.evidence.label_errors import LabelErrors, likely_wrong
from gatebook.evidence.quality import Finding, Scan
from gatebook.evidence.quality.finding import wilson
from gatebook.project import Project, TableSpec
from gatebook.record import GraderFact

WRONG, SELDOM = "likely wrong labels", "graders who agree with nobody"
SHOWN_GRADERS = 12
UNABLE = f"{WRONG}: a simple model learns too little from these inputs to judge a label"


def with_label_findings(
    facts: Facts, project: Project, found: Cases, sample: pd.DataFrame, spec: TableSpec, *, seed: int
) -> Facts:
    """Return the facts with what is wrong with the labels added to the findings of the table that holds them.

    Args:
        facts: so far, with the clusters.
        project: the project file.
        found: the candidate's outcomes.
        sample: the whole sample.
        spec: its section, without columns that it lacks.
        seed: for everything random.
    """
    role = found.truth.source
    if role is None:
        return facts
    mine = found.specs[role]
    new: list[Finding] = []
    checked, not_checked = list[str](), list[str]()
    errors = _wrong_labels(facts, project, found, sample, spec, seed)
    if errors is not None and errors.able:
        checked.append(WRONG)
        if len(errors.positions) and mine.label:
            keys = found.labelled()["key"].to_numpy()
            new.append(_likely_wrong(errors, found.truth.raw, keys, mine.label))
    elif _can_be_judged(project, found):
        not_checked.append(UNABLE if errors is not None else f"{WRONG}: too few labels of each answer")
    if not found.truth.graded and mine.annotator:
        judged = judge_annotators(found.truth.raw)
        if judged:
            checked.append(SELDOM)
            facts = replace(facts, labels=facts.labels.model_copy(update={"graders": _told(judged)}))
        if odd := [a for a in judged if a.suspicious]:
            new.append(_suspicious(odd, judged, found.truth.raw, mine))
    scan = facts.scans.get(role) or Scan((), (), (), len(found.truth.raw), None)
    scan = replace(
        scan,
        findings=(*scan.findings, *new),
        checked=(*scan.checked, *checked),
        not_checked=(*scan.not_checked, *not_checked),
    )
    return replace(facts, scans={**facts.scans, role: scan}, wrong_labels=errors)


def _can_be_judged(project: Project, found: Cases) -> bool:
    """Return whether people chose the answers from a list; grades, numbers and what a system measured are no labels to doubt."""
    return project.task == "classification" and not (found.truth.graded or found.truth.measured)


def suspected(facts: Facts, found: Cases, known: np.ndarray) -> np.ndarray | None:
    """Return for the rows `known` of the outcomes 1 where the label is likely wrong, 0 where not, NaN where nobody looked."""
    errors = facts.wrong_labels
    if errors is None or not errors.able:
        return None
    labelled = found.labelled()
    told = pd.Series(np.nan, index=found.frame.index)
    told[labelled.index] = errors.suspects(len(labelled))
    return told.iloc[known].to_numpy(float)


def _wrong_labels(
    facts: Facts, project: Project, found: Cases, sample: pd.DataFrame, spec: TableSpec, seed: int
) -> LabelErrors | None:
    """Return the labels that are likely wrong, None where answers are graded, measured or numbers, or too few."""
    if not _can_be_judged(project, found):
        return None
    labelled = found.labelled()
    # a class that the model never gives, which nobody taught it, is no slip of the grader's
    known = ~labelled["truth"].isin(facts.unsaid if facts.classes is not None else ()).to_numpy(bool)
    at, labelled = np.flatnonzero(known), labelled[known]
    codes = facts.clusters.codes
    states = {"prediction", "confidence"} <= found.has
    learnable = Learnable(
        sample.iloc[labelled["row"].to_numpy(int)].reset_index(drop=True),
        ignore=(*found.no_inputs(sample.columns), *((spec.cluster,) if spec.cluster else ())),
        text=spec.text,
        clusters=None if codes is None else codes[found.frame.index.get_indexer(labelled.index)],
        seed=seed,
    )
    errors = likely_wrong(
        learnable,
        labelled["truth"].astype(str).tolist(),
        said=labelled["prediction"].astype(str).tolist() if states else None,
        sure=labelled["confidence"].to_numpy(float) if states else None,
    )
    return errors and replace(errors, looked=at[errors.looked], positions=at[errors.positions])


def _likely_wrong(errors: LabelErrors, raw: pd.DataFrame, keys: np.ndarray, column: str) -> Finding:
    suspects = keys[errors.positions]
    at = raw.reset_index(drop=True).assign(place=np.arange(len(raw)))
    rank = pd.Series(np.arange(len(suspects)), index=suspects)
    rows = at[at["key"].isin(suspects)].assign(rank=lambda r: r["key"].map(rank)).sort_values("rank", kind="stable")
    share = errors.lapse
    return Finding(
        "likely_wrong_labels",
        (column,),
        len(suspects),
        share.share,
        share.lower,
        share.upper,
        "warning",
        cell_error=False,
        title=f"{len(suspects):,} of {errors.rows:,} labels are more likely wrong than right",
        meaning=f"By {errors.words}, about {share.share * 100:.1f} % of the labels are wrong ({share.lower * 100:.1f} to {share.upper * 100:.1f} %). "
        "Wrong labels hide good models and flatter bad ones.",
        action="Have a second person decide on the listed rows; the first are the most suspicious.",
        cells=((rows["row"].to_numpy(np.intp), column),),
        example_values=(),
        harm=7.5 * float(np.sqrt(share.share)),
    )


def _numbers(judged: tuple[Annotator, ...]) -> dict[str, int]:
    """Return a number for each grader, by name: names are personal."""
    return {name: i for i, name in enumerate(sorted(a.name for a in judged), 1)}


def _told(judged: tuple[Annotator, ...]) -> tuple[GraderFact, ...]:
    numbers = _numbers(judged)
    return tuple(
        GraderFact(
            number=numbers[a.name],
            rows=a.items,
            agreement=a.agreement,
            usual=a.usual,
            lower=a.lower,
            upper=a.upper,
            suspicious=a.suspicious,
        )
        for a in judged[:SHOWN_GRADERS]
    )


def _suspicious(odd: list[Annotator], judged: tuple[Annotator, ...], raw: pd.DataFrame, spec: TableSpec) -> Finding:
    assert spec.annotator is not None
    numbers = _numbers(judged)
    worst = odd[0]
    mine = raw[raw["annotator"].isin([a.name for a in odd])]
    rows, base = len(mine), len(raw)
    lower, upper = wilson(rows, base)
    who = "1 grader agrees" if len(odd) == 1 else f"{len(odd)} graders agree"
    always = " and gives one answer to everything" if worst.one_answer else ""
    return Finding(
        "suspicious_graders",
        (spec.annotator,),
        rows,
        rows / max(base, 1),
        lower,
        upper,
        "warning",
        cell_error=False,
        title=f"{who} with the others too seldom, of {len(judged)} judged",
        meaning=f"Grader {numbers[worst.name]} of {len(judged)}, by name, agrees with the others on {worst.agreement * 100:.0f} % of "
        f"{worst.items:,} rows, where they agree among themselves on {worst.usual * 100:.0f} %{always}. "
        "Such labels are noise, or a task that was understood in another way.",
        action="Talk to the graders of the listed rows; leave their labels out or have them given anew.",
        cells=((mine["row"].to_numpy(np.intp), spec.annotator),),
        example_values=(),
        harm=7.0 * float(np.sqrt(rows / max(base, 1))),
    )
