"""Problems of the labels themselves: answers that are likely wrong, graders who agree with nobody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gatebook.cases.bind import Cases
from gatebook.checks import Finding, Findings
from gatebook.checks.finding import FindingCode, Nature, finding
from gatebook.evidence.annotators import Annotator, judge_annotators
from gatebook.evidence.compare import Learnable
from gatebook.evidence.facts import Facts
from gatebook.evidence.label_errors import LabelErrors, likely_wrong
from gatebook.project import Project, TableSpec
from gatebook.record import GraderFact
from gatebook.words import Code, Said, said

SHOWN_GRADERS = 12


class LabelFound(FindingCode):
    """What is found about labels."""

    WRONG = "likely_wrong_labels", 7.5, Nature.FACT
    GRADERS = "suspicious_graders", 7.0, Nature.FACT
    GRADERS_ONE_ANSWER = "suspicious_graders.one_answer", 7.0, Nature.FACT


class LabelCheck(Code):
    """What is looked for among labels."""

    WRONG = "wrong"
    SELDOM = "seldom"


class NotJudged(Code):
    """Why no label was doubted."""

    UNABLE = "unable"
    TOO_FEW = "too_few"


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
    checked, not_checked = list[Code](), list[Said]()
    errors = _wrong_labels(facts, project, found, sample, spec, seed)
    if errors is not None and errors.able:
        checked.append(LabelCheck.WRONG)
        if len(errors.positions) and mine.label:
            keys = found.labelled()["key"].to_numpy()
            new.append(_likely_wrong(errors, found.truth.raw, keys, mine.label))
    elif _can_be_judged(project, found):
        not_checked.append(said(NotJudged.TOO_FEW if errors is None else NotJudged.UNABLE))
    if not found.truth.graded and mine.annotator:
        judged = judge_annotators(found.truth.raw)
        if judged:
            checked.append(LabelCheck.SELDOM)
            facts = replace(facts, labels=facts.labels.model_copy(update={"graders": _told(judged)}))
        if odd := [a for a in judged if a.suspicious]:
            new.append(_suspicious(odd, judged, found.truth.raw, mine))
    scan = facts.scans.get(role) or Findings((), (), (), len(found.truth.raw), None)
    scan = replace(
        scan,
        findings=(*scan.findings, *new),
        checked=(*scan.checked, *checked),
        not_checked=(*scan.not_checked, *not_checked),
    )
    return replace(facts, scans={**facts.scans, role: scan}, wrong_labels=errors)


def _can_be_judged(project: Project, found: Cases) -> bool:
    """Return whether people chose the answers from a list; grades, numbers and what a system measured are no labels
    to doubt.
    """
    return project.task == "classification" and not (found.truth.graded or found.truth.measured)


def suspected(facts: Facts, found: Cases, known: np.ndarray) -> np.ndarray | None:
    """Return for the rows `known` of the outcomes 1 where the label is likely wrong, 0 where not, NaN where nobody
    looked.
    """
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
    at = raw.reset_index(drop=True)
    rank = pd.Series(np.arange(len(suspects)), index=suspects)
    rows = at[at["key"].isin(suspects)].assign(rank=lambda r: r["key"].map(rank)).sort_values("rank", kind="stable")
    lapse = errors.lapse
    one = finding(
        LabelFound.WRONG,
        [column],
        [(rows["row"].to_numpy(np.intp), column)],
        errors.rows,
        rows=len(suspects),
        looked=errors.rows,
        by=errors.words,
        share=100 * lapse.share,
        lower=100 * lapse.lower,
        upper=100 * lapse.upper,
    )
    harm = one.code.harm * float(np.sqrt(lapse.share))
    return replace(one, share=lapse.share, lower=lapse.lower, upper=lapse.upper, harm=harm)


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
    worst = odd[0]
    mine = raw[raw["annotator"].isin([a.name for a in odd])]
    one = finding(
        LabelFound.GRADERS_ONE_ANSWER if worst.one_answer else LabelFound.GRADERS,
        [spec.annotator],
        [(mine["row"].to_numpy(np.intp), spec.annotator)],
        len(raw),
        rows=len(mine),
        graders=len(odd),
        judged=len(judged),
        number=_numbers(judged)[worst.name],
        agreement=100 * worst.agreement,
        items=worst.items,
        usual=100 * worst.usual,
    )
    return replace(one, harm=one.code.harm * float(np.sqrt(one.share)))
