"""What page one says besides the rows: the reason, what is open, what changed, which choices were made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from gatebook.evidence.facts import Facts
from gatebook.project import Project
from gatebook.record import OpenCondition, Row
from gatebook.verdict.past import MAX_WAIVER_DAYS, Past
from gatebook.verdict.recommend import enters, mended, open_conditions
from gatebook.words.figures import plain_number

# What closes a condition, in words for a reader of page one who knows no project file.
NEXT_STEPS = {
    "1.1": "Export more production rows",
    "1.2": "Show how the sample was drawn",
    "1.3": "Test on data that looks like production",
    "1.4": "Fill the required fields",
    "1.5": "Bring the formats into line",
    "1.6": "Decide what happens with unusual inputs",
    "1.7": "Label more production rows",
    "1.8": "Have a second person label some rows",
    "1.9": "Draw the labels at random",
    "2.1": "List every system to connect",
    "2.3": "Document every interface",
    "2.4": "Write down sign-in and security needs",
    "2.5": "Write down speed and volume needs",
    "4.1": "Score every sampled row",
    "4.2": "Show that the model beats a simple answer",
    "4.3": "Measure quality on production rows",
    "4.4": "Measure the response time",
    "4.5": "Measure the throughput",
    "4.6": "Find out which inputs fail",
    "D1": "Confirm who answers for profit and loss",
    "D3": "State what a right answer is worth",
}

PROMISE_DAYS = MAX_WAIVER_DAYS  # a promise lasts no longer than a waiver
_STATUS = {
    "pass": "passes",
    "fail": "fails",
    "not-enough-evidence": "lacks evidence",
    "not-applicable": "does not apply",
}


def open_list(project: Project, past: Past, rows: Iterable[Row], as_of: dt.date) -> tuple[OpenCondition, ...]:
    """Return every open condition with who closes it by when.

    A promise is live while its date has not passed and lies at most 90 days ahead: what is due in a year closes nothing.
    """
    promises = {item.id: item for item in project.open}
    found = []
    for row in open_conditions(rows):
        promise = promises.get(row.id)
        named = promise is not None and promise.owner.strip(". ") != ""
        found.append(
            OpenCondition(
                id=row.id,
                title=row.title,
                status=row.status or "not-enough-evidence",
                owner=promise.owner if promise and named else None,
                due=promise.due if promise else None,
                live=promise is not None
                and named
                and dt.timedelta() <= promise.due - as_of <= dt.timedelta(days=PROMISE_DAYS),
                waived=past.live(row.id, "waiver", as_of) is not None,
                supply=row.supply,
                todo=(promise.note if promise else "") or NEXT_STEPS.get(row.id, row.supply),
            )
        )
    return tuple(found)


def decision_reason(rows: Iterable[Row], promised: Collection[str], *, lowered: bool = False) -> str:
    """Return one sentence of at most 25 words: what decides."""
    due = [row for row in rows if enters(row)]
    decisive = [row for row in due if row.weight == "decisive"]
    failed = [row for row in decisive if row.status == "fail"]
    if failed:
        return _short(f"{failed[0].title}: no. {failed[0].reason}")
    lacking = [row for row in decisive if row.status != "pass"]
    if lacking:
        good = len(decisive) - len(lacking)
        lead = f"{good} of {len(decisive)} tests pass. " if good else ""
        return _short(f"{lead}{lacking[0].title}: not shown. {lacking[0].reason}")
    part = next((row.where for row in decisive if row.where), "")
    passed = f"All {len(decisive)} tests pass" + (f", the first only where {part}" if part else "")
    waiting = [row for row in open_conditions(due) if row.id not in promised]
    if waiting:
        return _short(
            f"{passed}, but {len(waiting)} open {_plural(len(waiting), 'condition')} nobody has promised to close."
        )
    still = open_conditions(due)
    if still:
        have = "has" if len(still) == 1 else "have"
        return _short(f"{passed}; {len(still)} {_plural(len(still), 'condition')} {have} an owner and a date.")
    whole = f"{passed} and no condition is open" if part else f"All {len(decisive)} tests and every condition pass"
    if changed := mended(due):
        what = "a column was replaced" if "mapping-replaced" in changed[0].codes else "evidence was taken away"
        return _short(f"{whole}, but {what} after a look at {changed[0].title[0].lower()}{changed[0].title[1:]}.")
    return _short(f"{whole}, but by a target that was lowered after a look." if lowered else f"{whole}.")


def _plural(count: int, word: str) -> str:
    return word if count == 1 else word + "s"


def _short(text: str, limit: int = 25) -> str:
    words = text.split()
    if len(words) > limit:
        text = " ".join(words[:limit]).rstrip(",;:.")
        cut = max(text.rfind("; "), text.rfind(": "), text.rfind(", "))
        text = text[:cut] if cut > len(text) // 2 else text
    return text.rstrip(".") + "."


def changes(past: Past, rows: Iterable[Row], facts: Facts) -> tuple[str, ...]:
    """Return what changed since the last run, the decisive rows first; empty without an earlier run."""
    if past.previous is None:
        return ()
    order = {"decisive": 0, "condition": 1, "context": 2}
    moved = [
        r for r in rows if r.kind == "criterion" and r.status and past.statuses_before.get(r.id) not in {None, r.status}
    ]
    lines = [
        f"{r.title}: {_STATUS[past.statuses_before[r.id]]} before, now {_STATUS[str(r.status)]}."
        for r in sorted(moved, key=lambda r: order[r.weight])
    ]
    before, now = past.label_rows_before, facts.labels.labelled
    if before is not None and now != before:
        lines.append(f"{abs(now - before):,} labels {'added' if now > before else 'taken away'}.")
    return tuple(lines) or ("Nothing has changed.",)


def presets(project: Project) -> tuple[str, ...]:
    """Return the choices that were made where the path leaves one open."""
    chosen = ["Week 4 asks for 80 % of the target, and for less than twice the target response time."]
    if project.targets.latency_ms is not None:
        given = "latency_percentile" in project.targets.model_fields_set
        q = project.targets.latency_percentile
        chosen.append(
            f"Response time is judged on {plain_number(q)} of 100 requests{'' if given else ', which the project does not state'}."
        )
    chosen.append("The forecast takes two unmet assumptions or more as eight weeks and a long tail.")
    chosen.append(
        "The forecast lets a project whose assumptions are all met, and which is not the first of its kind, end from week 10 on."
    )
    return tuple(chosen)
