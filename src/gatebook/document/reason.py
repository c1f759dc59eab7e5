"""Page one in words: why, and who is asked to do what by when. Generated from the rows alone."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from gatebook.document.page import code
from gatebook.document.status import find
from gatebook.record import Record, Row
from gatebook.words.figures import NBSP, brief, clip, count, day, ended, listed, money, percent, plain, plural, sentence

DECISIVE = ("G1", "G2", "G3", "G4")
MOST_WORDS = 25
COMMITS = "That pays for the work up to the next gate, no further."
_SHORT = {"G1": "accuracy", "G2": "speed", "G3": "data", "G4": "connection"}
_DOUBT = {
    "G1": "Nobody can tell yet whether it is right often enough.",
    "G2": "Nobody can tell yet whether it is fast enough.",
    "G3": "Whether the data are clean enough is still open.",
    "G4": "Nobody has shown yet that it can be connected.",
}


def why(record: Record) -> str:
    """Return the reason in at most 25 words."""
    rows = [(row_id, find(record, row_id)) for row_id in DECISIVE]
    failed = [(i, r) for i, r in rows if r is not None and r.status == "fail"]
    open_ = [(i, r) for i, r in rows if r is None or r.status in ("not-enough-evidence", None)]
    passed = [i for i, r in rows if r is not None and r.status == "pass"]
    sentences = [placed(r, _failure(record, i)) for i, r in failed if r is not None]
    if not failed:
        sentences += [placed(r, _doubt(record, i, r)) for i, r in open_]
    if not failed and not open_:
        sentences += [placed(find(record, "G1"), _all_passed(record))]
    elif passed:
        sentences.append(placed(find(record, "G1") if "G1" in passed else None, _passing(passed)))
    return _within(sentences)


def placed(row: Row | None, told: str) -> str:
    """Return a sentence with the slice that the row is about: what holds for a part is never said of the whole."""
    if row is None or not row.where:
        return told
    if row.status == "pass":
        return f"{ended(told)[:-1]}; accuracy only where {clip(row.where, 6)}."
    return f"Where {clip(row.where, 6)}: {told[0].lower()}{told[1:]}"


def _within(sentences: list[str]) -> str:
    """Return the first sentence and as many more as fit."""
    text = clip(sentences[0], MOST_WORDS)
    for more in sentences[1:]:
        if len((text + " " + more).split()) <= MOST_WORDS:
            text += " " + more
    return text


def _failure(record: Record, row_id: str) -> str:
    if row_id == "G1":
        row = find(record, "G1")
        n = f" on {plural(row.n, 'label')}" if row and row.n else ""
        return f"The model is not right often enough{n}, and more labels would not change that."
    if row_id == "G2":
        return "It is too slow: too many requests take longer than the limit allows."
    if row_id == "G3":
        worst = next((f.title for f in record.findings if f.severity == "blocking"), None)
        return ended(f"A data problem blocks: {clip(worst, 12)}") if worst else "A data problem blocks."
    late = [s.system for s in record.evidence.systems if s.critical and not s.ready]
    if late:
        return f"It cannot be connected yet: {clip(listed(late, 2), 8)} did not answer."
    return "It cannot be connected."


def vacuous(row: Row | None) -> bool:
    """Return whether the simplest answer reaches the bar of week 4 and the model is not shown to beat it."""
    return row is not None and row.status != "pass" and "not shown to beat" in row.reason


def _doubt(record: Record, row_id: str, row: Row | None) -> str:
    if row_id == "G1" and vacuous(row):
        return "The simplest answer reaches what is asked for, and the model is not shown to beat it."
    if row_id == "G1" and row is not None and row.estimate is not None and row.bar is not None:
        better = (row.estimate >= row.bar) == row.higher_is_better
        labels = plural(row.n, "label") if row.n else "the labels"
        if better:
            return f"The model is probably good enough, but {labels} cannot show it."
        return f"The model is probably not good enough, but {labels} cannot show it."
    if row_id == "G2" and row is not None and row.estimate is not None and row.bar is not None:
        if row.estimate < row.bar:
            return "It is probably fast enough, but too few requests were measured to show it."
        return "It is probably too slow, but too few requests were measured to show it."
    if row_id == "G4" and not record.evidence.systems:
        return "Nobody has listed the systems that it must connect to."
    return _DOUBT[row_id]


def _passing(passed: list[str]) -> str:
    names = listed([_SHORT[i] for i in passed])
    verb = "passes" if len(passed) == 1 and passed[0] != "G3" else "pass"
    return f"{names[0].upper()}{names[1:]} {verb}."


def _all_passed(record: Record) -> str:
    pending = [o for o in record.open if not o.waived]
    if record.decision.recommendation == "GO":
        return "All four tests pass, and no condition is open."
    if record.decision.recommendation == "CONDITIONAL GO":
        has = "It has" if len(pending) == 1 else "Each has"
        are = "is" if len(pending) == 1 else "are"
        return f"All four tests pass. {plural(len(pending), 'condition')} {are} still open. {has} an owner and a date."
    alone = [o for o in pending if not o.live]
    what = f"{plural(len(alone), 'open condition')} still {'needs' if len(alone) == 1 else 'need'}"
    return f"All four tests pass, but {what} an owner and a date."


def decide_by(record: Record) -> dt.date:
    """Return the day by which the next step is due: day 28 while it lies ahead, else five working days from now."""
    today = record.run.as_of
    if record.project.start is not None and record.decision.recommendation == "NOT ENOUGH EVIDENCE":
        week_four = record.project.start + dt.timedelta(days=28)
        if week_four > today:
            return week_four
    date = today
    for _ in range(5):
        date += dt.timedelta(days=1)
        while date.weekday() >= 5:
            date += dt.timedelta(days=1)
    return date


def asked(record: Record) -> str:
    """Return who is asked: the owner, or the role where nobody is named."""
    return clip(record.project.owner or "", 6) or "The business owner"


def ask(record: Record) -> Markup:
    """Return who is asked to do what by when."""
    who, by = asked(record), day(decide_by(record))
    recommendation = record.decision.recommendation
    if recommendation == "GO":
        return Markup("<b>{}</b> is asked to approve the build and sign by <b>{}</b>. {}").format(who, by, COMMITS)
    if recommendation == "CONDITIONAL GO":
        return Markup(
            "<b>{}</b> is asked to approve by <b>{}</b>, and to hold the owners below to their dates. {}"
        ).format(who, by, COMMITS)
    if recommendation == "NO-GO":
        return Markup(
            "<b>{}</b> is asked to stop this version, or to say in writing what will change, by <b>{}</b>."
        ).format(who, by)
    return _ask_for_evidence(record, who, by)


def _ask_for_evidence(record: Record, who: str, by: str) -> Markup:
    rows = [row for row_id in DECISIVE if (row := find(record, row_id)) and row.status != "pass"]
    labels = next((r for r in rows if r.id == "G1" and r.labels_needed), None)
    if labels is not None and labels.labels_needed:
        place = f" where {clip(labels.where, 6)}" if labels.where else ""
        text = Markup("<b>{}</b> is asked to fund <b>{} more labels{}</b>{} by <b>{}</b>.").format(
            who, count(labels.labels_needed), place, price(record), by
        )
        if labels.chance is not None:
            text += Markup(" Chance that this settles it: <b>{}</b>.").format(percent(labels.chance))
        rest = [r for r in rows if r is not labels and r.supply]
        return text + (Markup(" Also: {}").format(_supply(rest[0], 12)) if rest else Markup(""))
    steps = [r for r in rows if r.supply][:2]
    if steps:
        room = 24 // len(steps)
        told = Markup(" ").join(_supply(r, room) for r in steps)
        return Markup("<b>{}</b> is asked to see to this by <b>{}</b>: {}").format(who, by, told)
    return Markup("<b>{}</b> is asked to give each open condition an owner and a date by <b>{}</b>.").format(who, by)


def _supply(row: Row, most: int) -> Markup:
    return code(sentence(brief(plain(row.supply), most)))


def price(record: Record) -> str:
    """Return " (about 2 days, €560)" for the labels asked for, or nothing where nobody stated it."""
    row = find(record, "G1")
    parts = []
    if row is not None and row.days is not None:
        parts.append(f"about {plural(max(round(row.days), 1), 'day')}".replace(" day", NBSP + "day"))
    if row is not None and row.cost is not None:
        parts.append(money(row.cost, record.project.currency))
    return f" ({', '.join(parts)})" if parts else ""


def clock(record: Record) -> str:
    """Return what the calendar says, or nothing while there is time."""
    if record.decision.clock == "reassess":
        return "Week 4 is over without a go: stop and reassess. More time alone does not fix it."
    if record.decision.clock == "late":
        return "This comes after week 4."
    return ""
