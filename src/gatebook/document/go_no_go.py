"""Page one of the go/no-go document: verdict, reason, request; four tests; money; time; what is open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from markupsafe import Markup

from gatebook.document.four import four_tests
from gatebook.document.mast import foot, mast, person
from gatebook.document.page import Fragment, code, render
from gatebook.document.reason import DECISIVE, ask, asked, clock, vacuous, why
from gatebook.document.status import QUESTIONS, RECOMMENDATION, find, title_of
from gatebook.record import Forecast, Money, OpenCondition, Record
from gatebook.words.figures import (
    NBSP,
    brief,
    capital,
    clip,
    count,
    day,
    ended,
    full_day,
    money,
    percent,
    plain,
    plural,
    sentence,
)

_MOST_OPEN = 5
_FEW = 3
_MOST_NEW = 4


@dataclass(frozen=True)
class Fact:
    """A line of a short list of figures."""

    name: str
    value: str


@dataclass(frozen=True)
class Step:
    """Something that is open, and who closes it by when."""

    what: str
    who: str


def go_no_go(record: Record) -> Fragment:
    """Return page one: at most 350 words on one A4."""
    title = f"{record.project.name}: go/no-go, week 4"
    steps, mind = open_steps(record), _mind(record)
    crowded = len(mind) > 1 or bool(record.preview)
    room = _FEW if crowded else _MOST_OPEN
    markup = render(
        "page_go_no_go.html.j2",
        mast=mast(record, "go/no-go, week 4"),
        foot=foot(record),
        look=RECOMMENDATION[record.decision.recommendation],
        why=code(why(record)),
        ask=ask(record),
        clock=clock(record),
        preview=clip(record.preview or "", 14),
        tests=four_tests(record),
        money=money_facts(record),
        money_note=_money_note(record),
        when=time_facts(record),
        when_note=_time_note(record),
        steps=steps[:room],
        more_steps=len(steps) - room,
        news_heading=f"Since {day(record.previous.as_of)}" if record.previous else "What is new",
        news=_news(record),
        mind=mind,
        dense=crowded,
    )
    return Fragment("go-no-go", "Page one", markup, title)


def money_facts(record: Record) -> tuple[Fact, ...]:
    """Return what launching, waiting and being wrong are worth, or nothing where nobody stated it."""
    m = record.money
    if m is None:
        return ()
    low, high = money(m.monthly.lower, m.currency), money(m.monthly.upper, m.currency)
    week = m.week_of_waiting.estimate
    bad = "A month, if right 10 points less often"
    if m.false_go_right is not None:
        bad = f"A month of a wrong go, {percent(m.false_go_right)} right,"
    bad += {"loss": " loses", "gain": " still earns", "nothing": " is worth"}[sign_of(m)]
    facts = [
        Fact("Worth a month, if launched", f"{low} to {high}"),
        Fact(f"A week of waiting {'costs' if week >= 0 else 'saves'}", money(abs(week), m.currency)),
        Fact(bad, money(abs(m.false_go_month), m.currency)),
    ]
    row = find(record, "G1")
    if row is not None and row.cost:
        facts.append(Fact("The labels asked for", money(row.cost, m.currency)))
    return tuple(facts)


def sign_of(m: Money) -> str:
    """Return whether a month of a wrong go is a loss, a gain or nothing; an older record only holds the amount."""
    return m.false_go_sign or ("loss" if m.false_go_month < 0 else "gain" if m.false_go_month > 0 else "nothing")


def _money_note(record: Record) -> str:
    if record.money is None:
        return (
            f"Not stated yet. {asked(record)} is asked to say what a right answer is worth and what a wrong one costs."
        )
    when = f" on {day(record.money.stated_on)}" if record.money.stated_on else ""
    return f"{money_of_part(record.money)}Assumed by {clip(record.money.stated_by, 6)}{when}."


def money_of_part(m: Money) -> str:
    """Return which part of all cases the money is about, empty where it is about all."""
    return f"Only where {clip(m.where, 6)}, {percent(m.share)} of the rows. " if m.where else ""


def time_facts(record: Record) -> tuple[Fact, ...]:
    """Return likely and safe dates, and the chance to make the deadline."""
    f = record.forecast
    if f is None:
        return ()
    said = day if {f.p50.year, f.p80.year} == {record.run.as_of.year} else full_day
    facts = [Fact("Likely done", said(f.p50)), Fact("Done by, four times in five", said(f.p80))]
    if f.deadline is not None and f.on_time is not None:
        facts.append(Fact(f"Chance to make {day(f.deadline)}", _chance(f.on_time)))
    return tuple(facts)


def _chance(chance: float) -> str:
    """Return a simulated chance; a simulation never shows none or certainty."""
    if chance < 0.01:
        return f"under 1{NBSP}%"
    return f"over 99{NBSP}%" if chance > 0.99 else percent(chance)


def _time_note(record: Record) -> str:
    f = record.forecast
    if f is None:
        return "No forecast yet: the start date is not stated."
    head = "One assumption is" if len(f.unmet) == 1 else f"{len(f.unmet)} assumptions are"
    plan = (
        ended(f"{head} not confirmed: {clip(f.unmet[0], 12)}")
        if f.unmet
        else "Counted as the first project of its kind."
        if f.first_time
        else "The plan's assumptions are met."
    )
    return " ".join(filter(None, (gate_note(f, record.run.as_of), plan)))


def gate_note(f: Forecast, as_of: dt.date) -> str:
    """Return where the project stands on its path in one short sentence, or nothing before the first gate is due."""
    done = [gate for gate in f.gates if gate.passed is not None]
    due = next((g for g in f.gates if g.passed is None), None)
    if due is not None and due.planned < as_of:
        return f"Week {due.week} was due on {day(due.planned)} and is still open."
    if not done:
        return ""
    last = done[-1]
    assert last.passed is not None
    if not last.exact:
        return f"Week {last.week} was done by {day(last.passed)}."
    late = (last.passed - last.planned).days
    if late == 0:
        return f"Week {last.week} was done on time."
    return f"Week {last.week} was done {plural(abs(late), 'day')} {'late' if late > 0 else 'early'}."


_NEEDS_THE_MAP = frozenset({"2.1", "2.3", "2.4"})


def open_steps(record: Record) -> list[Step]:
    """Return all that is open: decisive tests first, then conditions with owner and date."""
    steps = []
    for row_id in DECISIVE:
        row = find(record, row_id)
        if row is not None and row.status in ("pass", "not-applicable"):
            continue
        what = QUESTIONS[row_id].rstrip("?")
        if row is not None and row.labels_needed:
            what = f"Label {count(row.labels_needed)} more rows" + (f" where {clip(row.where, 6)}" if row.where else "")
        elif row is not None and row.supply:
            what = capital(brief(plain(row.supply), 12)).rstrip(".")
        if row is not None and row.status == "fail":
            what = f"{QUESTIONS[row_id].rstrip('?')}: fails"
        promise = next((o for o in record.open if o.id == row_id), None)
        steps.append(Step(what, _promise(record, promise) if promise else ""))
    shown = {o.id for o in record.open if o.id in DECISIVE}
    unmapped = not record.evidence.systems  # one list closes these conditions and the test: said once
    steps += [
        Step(brief(o.todo or o.title, 9), "waived" if o.waived else _promise(record, o))
        for o in sorted(record.open, key=lambda o: (o.waived, o.due is None, o.due or record.run.as_of))
        if o.id not in shown and not (unmapped and o.id in _NEEDS_THE_MAP)
    ]
    known = {o.id for o in record.open}
    steps += [
        Step(clip(r.title, 8), "no owner yet")
        for r in record.criteria
        if r.weight == "condition" and r.status in ("fail", "not-enough-evidence") and r.id not in known
    ]
    return steps


def _promise(record: Record, promise: OpenCondition) -> str:
    owner, due = promise.owner, promise.due
    if not owner or due is None:
        return "no owner yet" if not owner else f"{clip(owner, 4)}, no date yet"
    late = " (overdue)" if due < record.run.as_of else f" {due.year} (over 90 days off)"
    return f"{clip(owner, 4)}, {due.day}{NBSP}{due:%b}{'' if promise.live else late}"


def _news(record: Record) -> tuple[Markup, ...]:
    items = [Markup("<b>Goalpost moved:</b> {}").format(code(sentence(brief(g, 18)))) for g in record.goalposts[:2]]
    if len(record.goalposts) > 2:
        items.append(Markup("<b>{}</b>").format(f"{plural(len(record.goalposts) - 2, 'more goalpost')} moved."))
    items += [code(ended(brief(c, 16))) for c in record.changes[: max(_MOST_NEW - 2 * len(items), 1)]]
    if record.previous and not record.goalposts:
        items.append(Markup("No target was changed."))
    if not record.previous:
        items.append(Markup("This is the first run on record."))
    return tuple(items)


def _mind(record: Record) -> tuple[Markup, ...]:
    """Return what page one must not hide: corrections, waivers, unread tables, unknown looks, an override."""
    items = []
    human = record.decision.human
    if human is not None and human.decision != record.decision.recommendation:
        items.append(
            Markup("<b>{} decided {}</b>, against this: {}").format(
                clip(human.person, 4), clip(human.decision, 4), ended(clip(human.reason, 12))
            )
        )
    items += [code(ended(clip(item.words, 28))) for item in record.corrections[:2]]
    if len(record.corrections) > 2:
        items.append(
            Markup("{}").format(f"{plural(len(record.corrections) - 2, 'more correction')} on the pages behind.")
        )
    f = record.forecast
    if f is not None and f.on_time is not None and f.deadline is not None and f.on_time < 0.1:
        items.append(Markup("The deadline of {} will very likely be missed.").format(day(f.deadline)))
    if vacuous(find(record, "G1")) and record.evidence.errors.notes:
        items.append(code(ended(clip(record.evidence.errors.notes[0], 26))))
    if record.run.asked is not None:
        items.append(
            Markup("Asked for as of {}, but judged as of {}: the history goes that far already.").format(
                full_day(record.run.asked), full_day(record.run.as_of)
            )
        )
    if record.history_note:
        items.append(code(sentence(brief(record.history_note, 18))))
    live = [a for a in record.attestations if a.kind == "waiver" and a.expires >= record.run.as_of]
    items += [
        Markup("Waived until {}: {}, by {}.").format(
            day(a.expires), clip(title_of(record, a.criterion), 8), clip(person(a.person, a.role), 6)
        )
        for a in live[:2]
    ]
    if len(live) > 2:
        items.append(Markup("{}").format(f"{plural(len(live) - 2, 'more waiver')} on the pages behind."))
    items += [Markup("Not read: {}").format(code(clip(p, 14))) for p in record.problems[:1]]
    if len(record.problems) > 1:
        items.append(Markup("{}").format(f"{plural(len(record.problems) - 1, 'more table')} could not be read."))
    return tuple(items)
