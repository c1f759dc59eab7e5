"""The data reality check: is the data what production will see, and what to fix first."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from gatebook.document.four import measured
from gatebook.document.mast import foot, mast
from gatebook.document.page import DotRow, Dots, Fragment, Table, code, render, section, share_cell
from gatebook.document.reason import asked, decide_by
from gatebook.document.status import SEVERITY, STATUS, Look, find, slow_access
from gatebook.figures import Scale, axis, interval
from gatebook.record import FEW_ANSWERS, FindingRecord, Record
from gatebook.words.figures import brief, clip, count, day, ended, percent, plural, sentence

_ASKED = (
    ("1.1", "Enough rows?"),
    ("1.2", "The whole picture?"),
    ("1.3", "Real production?"),
    ("1.4", "Fields filled in?"),
    ("1.5", "Written one way?"),
    ("1.7", "Enough true answers?"),
    ("1.8", "Answers to be trusted?"),
)
_MOST_FIXES = 5


@dataclass(frozen=True)
class Check:
    """One question about the data, answered."""

    question: str
    look: Look
    drawing: Markup
    reason: Markup


@dataclass(frozen=True)
class Fix:
    """One finding of page one, told with those like it.

    Attributes:
        title, action: as the findings table has them.
        look: word and sign of its weight.
        rows: how many rows, where the title does not say it, and how many findings are like it.
        meaning: what it means, cut to a line.
    """

    title: str
    look: Look
    rows: str
    meaning: str
    action: str


def data_reality(record: Record) -> Fragment:
    """Return page one: is the data what production will see, and five things to fix first."""
    alike = _alike(record)
    first = [group[0] for group in alike[:_MOST_FIXES]]
    look, headline = _headline(record)
    markup = render(
        "page_data.html.j2",
        mast=mast(record, "data reality check"),
        foot=foot(record),
        preview=clip(record.preview or "", 14),
        look=look,
        headline=headline,
        why=_why(record),
        ask=_ask(record, first),
        checks=_checks(record),
        fixes=[_fix(group) for group in alike[:_MOST_FIXES]],
        dense=len(alike) > 3,
        more=len(record.findings) - sum(len(group) for group in alike[:_MOST_FIXES]),
        red=slow_access(record),
        broken=[breach.told for breach in record.breaches[:1]],
        problems=record.problems[:3],
    )
    return Fragment("data-reality-check", "Page one", markup, f"{record.project.name}: data reality check")


def _alike(record: Record) -> list[list[FindingRecord]]:
    """Return the findings to be fixed, the worst first; those of one kind in one table stand together, and are told once."""
    worst = sorted(record.findings, key=lambda f: ("blocking", "holding", "warning", "note").index(f.severity))
    groups: dict[tuple[str, str, str], list[FindingRecord]] = {}
    for f in worst:
        if f.severity != "note":
            groups.setdefault((f.severity, f.table, f.kind), []).append(f)
    return list(groups.values())


def _headline(record: Record) -> tuple[Look, str]:
    row = find(record, "G3")
    status = row.status if row else "not-enough-evidence"
    if status == "pass":
        off = [i for i, _ in _ASKED if (r := find(record, i)) is not None and r.status == "fail"]
        if "1.3" in off:
            return STATUS["not-enough-evidence"], "Clean enough, but built on other data"
        if off:
            return STATUS["not-enough-evidence"], "Clean enough, but something is missing"
        return STATUS["pass"], "The data can carry a decision"
    if status == "fail":
        return STATUS["fail"], "A data problem blocks"
    return STATUS["not-enough-evidence"], "The data cannot carry a decision yet"


def _why(record: Record) -> str:
    row = find(record, "1.3")
    told = {
        "pass": "The sample looks like the data that the model was built on.",
        "fail": "Production does not look like the data that the model was built on.",
    }.get(
        row.status if row and row.status else "", "Nobody can tell yet whether the model was built on data like this."
    )
    warnings = sum(f.severity == "warning" for f in record.findings)
    blocking = sum(f.severity == "blocking" for f in record.findings)
    holding = sum(f.severity == "holding" for f in record.findings)
    found = f"{plural(blocking, 'problem')} {'blocks' if blocking == 1 else 'block'}" if blocking else "Nothing blocks"
    if holding:
        found += f", but {plural(holding, 'question')} about the tables {'is' if holding == 1 else 'are'} open"
    look = f"; {plural(warnings, 'warning')} {'is' if warnings == 1 else 'are'} worth a look" if warnings else ""
    return f"{told} {found}{look}."


def _ask(record: Record, first: list[FindingRecord]) -> Markup:
    who, by = asked(record), day(decide_by(record))
    row = find(record, "G3")
    if row is not None and row.status not in ("pass", "fail") and row.supply:
        return Markup("<b>{}</b> is asked to see to this by <b>{}</b>: {}").format(
            who, by, code(sentence(brief(row.supply, 24)))
        )
    if any(f.severity == "blocking" for f in first):
        return Markup("<b>{}</b> is asked to have the blocking problem mended by <b>{}</b>.").format(who, by)
    if first:
        return Markup("<b>{}</b> is asked to name who fixes the list below, by <b>{}</b>.").format(who, by)
    weak = (find(record, i) for i, _ in _ASKED)
    step = next((r.supply for r in weak if r is not None and r.status != "pass" and r.supply), "")
    if step:
        return Markup("<b>{}</b> is asked to see to this by <b>{}</b>: {}").format(
            who, by, code(sentence(brief(step, 24)))
        )
    return Markup("Nothing has to be fixed before the next step.")


def _checks(record: Record) -> tuple[Check, ...]:
    checks = []
    for row_id, question in _ASKED:
        row = find(record, row_id)
        if row is not None and row.status == "not-applicable":
            continue
        figures = row is not None and row.estimate is not None and row.bar is not None
        drawing = measured(record, row_id) if figures else Markup("")
        reason = code(ended(clip(row.reason, 16))) if row else Markup("Not judged in this run.")
        checks.append(Check(question, STATUS[row.status if row else None], drawing, reason))
    return tuple(checks)


def _fix(group: list[FindingRecord]) -> Fix:
    """Return the worst of its kind, in one line of meaning, and how many more there are."""
    f = group[0]
    rows = "" if f"{count(f.rows)} of" in f.title else f"{plural(f.rows, 'row')}, {percent(f.share)}"
    more = f"{count(len(group) - 1)} more like it" if len(group) > 1 else ""
    return Fix(
        f.title, SEVERITY[f.severity], "; ".join(filter(None, (rows, more))), sentence(brief(f.meaning, 16)), f.action
    )


def drawn(record: Record) -> str:
    """Return one sentence on how the labelled rows were chosen."""
    fact = record.evidence.labels
    if fact.draw == "weighted":
        return "They were drawn with known chances, and each counts by its chance."
    if " " in fact.draw:
        return ended(f"They are {fact.draw}")
    if fact.draw_auc is not None:
        return (
            f"Nobody wrote down how they were chosen; a simple model tells them from the other rows "
            f"{percent(fact.draw_auc.estimate)} of the time (50 % would be a coin)."
        )
    return ""


def labels(record: Record) -> Fragment:
    """Return how many true answers there are, how they were drawn, and how well graders agree."""
    fact = record.evidence.labels
    told = [f"{plural(fact.labelled, 'row')} of the sample {'has' if fact.labelled == 1 else 'have'} a true answer."]
    told.append(drawn(record))
    if fact.unresolved:
        told.append(f"In {plural(fact.unresolved, 'row')} the graders did not settle on one.")
    if fact.outside_sample:
        told.append(f"{plural(fact.outside_sample, 'label')} belong to no row of the sample.")
    if fact.measured:
        told.append("A system measured them, so agreement between graders does not apply.")
    elif fact.agreement is not None:
        a = fact.agreement
        told.append(
            f"Two graders saw {plural(fact.double_labelled, 'row')} and agree at {a.estimate:.2f} "
            f"(likely {a.lower:.2f} to {a.upper:.2f}; {fact.agreement_method or 'chance counts as 0'})."
        )
    else:
        told.append("No row was graded twice, so nobody knows how reliable the labels are.")
    if fact.ceiling is not None:
        told.append(f"With labels like these even a perfect model would measure about {percent(fact.ceiling)}.")
    if fact.cluster_column and fact.design_effect is not None:
        told.append(
            f"Rows that share `{fact.cluster_column}` resemble each other; each label is worth "
            f"{1 / max(fact.design_effect, 1.0):.2f} of an independent one."
        )
    total = fact.labelled or 1
    joins = record.evidence.joins
    return section(
        "labels",
        "How good is the ground truth?",
        " ".join(filter(None, told)),
        Table(
            "True answers",
            ("Answer", "#Rows", "#Share"),
            tuple((clip(name, 10), count(n), share_cell(n / total)) for name, n in fact.classes),
            note=_answers_note(record),
        )
        if fact.classes
        else None,
        _graders(record),
        Table(
            "How the tables meet on their ids",
            ("Tables", "#Matched", "#Only first", "#Only second", "#Doubled", "#Blank"),
            tuple(
                (
                    f"{j.left} and {j.right}",
                    count(j.matched),
                    count(j.left_only),
                    count(j.right_only),
                    count(j.duplicate_ids),
                    count(j.blank_ids),
                )
                for j in joins
            ),
        )
        if joins
        else None,
    )


def _answers_note(record: Record) -> str:
    fact = record.evidence.labels
    left, thin = fact.answers - len(fact.classes), fact.thin_answers
    notes = [f"The commonest {len(fact.classes)} of {count(fact.answers)} answers."] if left > 0 else []
    if thin:
        has = "answer has" if thin == 1 else "answers have"
        notes.append(f"{count(thin)} {has} fewer than {FEW_ANSWERS} rows: too few to be judged alone.")
    return " ".join(notes)


def _graders(record: Record) -> Dots | None:
    """Return how each grader agrees with the others, less what these reach among themselves, the worst first."""
    graders = record.evidence.labels.graders
    if not graders:
        return None
    gaps = [(g, g.agreement - g.usual) for g in graders]
    scale = Scale.over([0.0, *(v for g, gap in gaps for v in (gap, g.lower, g.upper))])
    odd = sum(g.suspicious for g in graders)
    return Dots(
        "Graders beside the others on the same rows, the least agreeing first",
        tuple(
            DotRow(
                f"grader {g.number}",
                interval(
                    scale,
                    gap,
                    g.lower,
                    g.upper,
                    reference=0.0,
                    status="open" if g.suspicious else "none",
                    describe=f"grader {g.number}: {gap * 100:.0f} points from the others",
                ),
                f"{gap * 100:+.0f}".replace("-", "−"),
                f"agrees on {percent(g.agreement)}, others {percent(g.usual)}, {plural(g.rows, 'row')}",
            )
            for g, gap in gaps
        ),
        axis(scale, [(0.0, "as the others")]),
        (f"{plural(odd, 'grader')} {'agrees' if odd == 1 else 'agree'} too seldom to be chance. " if odd else "")
        + "Points of agreement; graders are numbered by name.",
    )
