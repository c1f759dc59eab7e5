"""Page one of the go/no-go document: verdict, reason, request; four tests; money; time; what is open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from markupsafe import Markup

from gatebook.criteria import rows as catalogue
from gatebook.criteria.registry import role_of
from gatebook.document.page import Fragment, code, person, render, rows_of, templates_of
from gatebook.document.rows import (
    CLEAN,
    CONNECTED,
    DECISIVE,
    LOOKS,
    QUALITY,
    SPEED,
    Remark,
    bound_note,
    find,
    grave,
    kind_of,
    measured,
    metric_of,
    nothing,
    plays,
    question,
    title_of,
    vacuous,
)
from gatebook.figures import chain, tally
from gatebook.record import Forecast, GateDate, Money, OpenCondition, Record, Row, Titled
from gatebook.words import Code, said, say, say_if_any
from gatebook.words.figures import (
    NBSP,
    brief,
    capital,
    clip,
    count,
    day,
    ended,
    full_day,
    listed,
    money,
    percent,
    plain,
    plural,
    sentence,
)

page, _ = templates_of(__name__)
MOST_WORDS = 25
_MOST_OPEN, _FEW_OPEN, _MOST_NEW = 5, 3, 4
Item = tuple[str, Markup]  # a line of a list: words that stand out, and the rest


class Because(Code):
    """The reason on page one, in sentences."""

    WRONG = "wrong"
    WRONG_OF = "wrong_of"
    SLOW = "slow"
    BLOCKED = "blocked"
    BLOCKED_BY = "blocked_by"
    SILENT = "silent"
    UNCONNECTED = "unconnected"
    VACUOUS = "vacuous"
    PROBABLY_RIGHT = "probably_right"
    PROBABLY_WRONG = "probably_wrong"
    LABELS = "labels"
    THE_LABELS = "the_labels"
    PROBABLY_FAST = "probably_fast"
    PROBABLY_SLOW = "probably_slow"
    RIGHT_OPEN = "quality"
    FAST_OPEN = "speed"
    CLEAN_OPEN = "clean"
    CONNECTED_OPEN = "connected"
    UNLISTED = "unlisted"
    ONE = "one"
    SEVERAL = "several"
    GO = "go"
    CONDITIONS = "conditions"
    ALONE = "alone"
    WHERE = "where"
    ONLY_WHERE = "only_where"


class Short(Code):
    """The four tests in one word each, and how page one counts the things that they are about."""

    RIGHT = "quality"
    FAST = "speed"
    CLEAN = "clean"
    CONNECTED = "connected"
    REQUESTS = "requests"
    MOST_REQUESTS = "most_requests"
    NO_METRIC = "no_metric"
    ONLY_WHERE = "only_where"
    NO_SYSTEMS = "no_systems"
    UNTRIED = "untried"
    UNCHECKED = "unchecked"
    READY = "ready"
    READY_ENOUGH = "ready_enough"
    PROBLEMS = "problems"
    PROBLEMS_AND_QUESTIONS = "problems_and_questions"


class Open(Code):
    """What is open on page one, and who closes it."""

    LABEL = "label"
    LABEL_WHERE = "label_where"
    FAILS = "fails"
    NO_OWNER = "no_owner"
    NO_DATE = "no_date"
    OVERDUE = "overdue"
    FAR_OFF = "far_off"
    PROMISED = "promised"
    WAIVED = "waived"


class Mind(Code):
    """What page one must not hide, and what is new since the run before."""

    OVERRIDDEN = "overridden"
    MORE_CORRECTIONS = "more_corrections"
    DEADLINE = "deadline"
    ASKED = "asked"
    WAIVED = "waived"
    MORE_WAIVERS = "more_waivers"
    NOT_READ = "not_read"
    MORE_NOT_READ = "more_not_read"
    GOALPOST = "goalpost"
    MORE_GOALPOSTS = "more_goalposts"
    NO_TARGET_CHANGED = "no_target_changed"
    FIRST_RUN = "first_run"


@dataclass(frozen=True)
class Test:
    """One line of the four tests."""

    question: str
    about: str
    drawing: Markup
    status: str | None
    note: str
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Fact:
    """A line of a short list of figures; `kind` says what the figure is of."""

    kind: str
    value: str


@dataclass(frozen=True)
class Stage:
    """The last stage of the path that matters: "open", "done_by", "on_time", or "late" or "early" by so many days."""

    code: str
    gate: GateDate
    days: int = 0


@dataclass(frozen=True)
class OpenStep:
    """Something that is open, and who closes it by when."""

    what: str
    who: str


def go_no_go(record: Record) -> Fragment:
    """Return page one: at most 350 words on one A4."""
    steps, mind = open_steps(record), _mind(record)
    crowded = len(mind) > 1 or bool(record.preview)
    room = (_FEW_OPEN if crowded else _MOST_OPEN) - bool(record.project.where)  # which takes a line of the heading
    return page(
        "go-no-go",
        record,
        table=rows_of(Row, lambda r: r.criteria),
        drawn=("timeline",),
        look=LOOKS[record.decision.recommendation],
        why=code(why(record)),
        ask=ask(record),
        tests=four_tests(record),
        sums=money_facts(record),
        times=time_facts(record),
        stage=record.forecast and stage(record.forecast, record.run.as_of),
        steps=steps[:room],
        more_steps=max(len(steps) - room, 0),
        news=_news(record),
        mind=mind,
        dense=crowded,
    )


# Why


def why(record: Record) -> str:
    """Return the reason in at most 25 words: the first sentence, and as many more as fit."""
    rows = [(role, find(record, role)) for role in DECISIVE]
    failed = [(i, r) for i, r in rows if r is not None and r.status == "fail"]
    open_ = [(i, r) for i, r in rows if r is None or r.status in ("not-enough-evidence", None)]
    passed = [i for i, r in rows if r is not None and r.status == "pass"]
    if failed:
        told = [placed(r, _failure(record, i)) for i, r in failed]
    else:
        told = [placed(r, _doubt(record, i, r)) for i, r in open_]
    if not failed and not open_:
        told.append(placed(find(record, QUALITY), _all_passed(record)))
    elif passed:
        told.append(placed(find(record, QUALITY) if QUALITY in passed else None, _passing(passed)))
    text = clip(told[0], MOST_WORDS)
    for more in told[1:]:
        if len((text + " " + more).split()) <= MOST_WORDS:
            text += " " + more
    return text


def placed(row: Row | None, told: str) -> str:
    """Return a sentence with the slice that the row is about: what holds for a part is never said of the whole."""
    if row is None or not row.where:
        return told
    if row.status == "pass":
        return say(Because.ONLY_WHERE, told=ended(told)[:-1], where=clip(row.where, 6))
    return say(Because.WHERE, told=f"{told[0].lower()}{told[1:]}", where=clip(row.where, 6))


def _failure(record: Record, role: str) -> str:
    if role == QUALITY:
        row = find(record, QUALITY)
        return say(Because.WRONG_OF, n=row.n) if row and row.n else say(Because.WRONG)
    if role == SPEED:
        return say(Because.SLOW)
    if role == CLEAN:
        worst = next((f.title for f in record.findings if f.severity == "blocking"), None)
        return ended(say(Because.BLOCKED_BY, what=clip(worst, 12))) if worst else say(Because.BLOCKED)
    late = [s.system for s in record.evidence.systems if s.critical and not s.ready]
    return say(Because.SILENT, systems=clip(listed(late, 2), 8)) if late else say(Because.UNCONNECTED)


def _doubt(record: Record, role: str, row: Row | None) -> str:
    if role == QUALITY and vacuous(row):
        return say(Because.VACUOUS)
    if row is not None and row.estimate is not None and row.bar is not None:
        if role == QUALITY:
            better = (row.estimate >= row.bar) == row.higher_is_better
            labels = said(Because.LABELS, n=row.n) if row.n else said(Because.THE_LABELS)
            return say(Because.PROBABLY_RIGHT if better else Because.PROBABLY_WRONG, labels=labels)
        if role == SPEED:
            return say(Because.PROBABLY_FAST if row.estimate < row.bar else Because.PROBABLY_SLOW)
    if role == CONNECTED and not record.evidence.systems:
        return say(Because.UNLISTED)
    return say(Because(role))


def _passing(passed: list[str]) -> str:
    one = len(passed) == 1 and passed[0] != CLEAN  # "data" are many
    return capital(say(Because.ONE if one else Because.SEVERAL, tests=[Short(i) for i in passed]))


def _all_passed(record: Record) -> str:
    pending = [o for o in record.open if not o.waived]
    if record.decision.recommendation == "GO":
        return say(Because.GO)
    if record.decision.recommendation == "CONDITIONAL GO":
        return say(Because.CONDITIONS, n=len(pending))
    return say(Because.ALONE, n=sum(not o.live for o in pending))


# Who is asked to do what by when


def ask(record: Record) -> Markup:
    """Return who is asked to do what by when."""
    rows = [row for role in DECISIVE if (row := find(record, role)) and row.status != "pass"]
    labels = next((r for r in rows if plays(r) == QUALITY and r.labels_needed), None)
    steps = [r for r in rows if r.supply and r is not labels][: 1 if labels else 2]
    room = 12 if labels or len(steps) == 2 else 24
    told = [code(sentence(brief(plain(r.supply), room))) for r in steps]
    return render(f"{__package__}:ask.html.j2", record=record, labels=labels, price=_price(record, labels), steps=told)


def _price(record: Record, row: Row | None) -> list[str]:
    """Return days and money for the labels asked for: "about 2 days", "€560"."""
    days = [] if row is None or row.days is None else [f"about {plural(max(round(row.days), 1), 'day')}"]
    cost = [] if row is None or row.cost is None else [money(row.cost, record.project.currency)]
    return [part.replace(" day", f"{NBSP}day") for part in days] + cost


# The four tests


def four_tests(record: Record) -> tuple[Test, ...]:
    """Return the four tests in their order; a row that the record lacks reads "not judged"."""
    right, fast = find(record, QUALITY), find(record, SPEED)
    shown = {
        QUALITY: (_metric(record), measured(record, right), bound_note(record, right)),
        SPEED: (_requests(record), measured(record, fast), bound_note(record, fast)),
        CLEAN: (plural(record.evidence.sample_rows, "production row"), _problems(record), _problem_note(record)),
        CONNECTED: (_systems_about(record), _systems(record), _systems_note(record)),
    }
    rows = {role: find(record, role) for role in shown}
    return tuple(
        Test(question(i), about, drawing, row.status if row else None, note, grave(row))
        for (i, (about, drawing, note)), row in zip(shown.items(), rows.values(), strict=True)
    )


def _metric(record: Record) -> str:
    row = find(record, QUALITY)
    own = row.metric_words if row is not None and row.metric else record.project.metric_words
    words = (own or (metric_of(record, row) or say(Short.NO_METRIC)).replace("_", " ")).partition(" (")[0]
    words = clip(words, 10 if len(words) <= 60 else 3)  # the column is narrow
    if row is None or not row.where:
        return words
    return say(Short.ONLY_WHERE, what=words, where=clip(row.where, 6 if len(row.where) <= 40 else 2))


def _requests(record: Record) -> str:
    percentile = record.evidence.latency.percentile if record.evidence.latency else 95.0
    known = {95.0: "95 %", 90.0: "90 %", 50.0: "half"}
    return (
        say(Short.MOST_REQUESTS, most=known[percentile]) if percentile in known else say(Short.REQUESTS, n=percentile)
    )


def _severities(record: Record) -> tuple[int, int, int]:
    """Return how many findings block, hold and warn."""
    found = [f.severity for f in record.findings]
    return found.count("blocking"), found.count("holding"), found.count("warning")


def _problems(record: Record) -> Markup:
    row = find(record, CLEAN)
    if row is None or (row.status not in ("pass", "fail") and not record.findings):
        return nothing(say(Short.UNCHECKED))
    blocking, holding, warnings = _severities(record)
    groups = [(blocking, f"{count(blocking)} blocking", "fail"), (warnings, plural(warnings, "warning"), "open")]
    if holding:
        groups.insert(1, (holding, plural(holding, "open question"), "open"))
    told = Short.PROBLEMS_AND_QUESTIONS if holding else Short.PROBLEMS
    return tally(groups, status=kind_of(row), describe=say(told, blocking=blocking, holding=holding, warnings=warnings))


def _problem_note(record: Record) -> str:
    row = find(record, CLEAN)
    if row is None:
        return ""
    blocking, holding, _ = _severities(record)
    if row.status == "pass":
        short = next((f.title for f in record.findings if f.severity == "warning"), say(Remark.NOTHING_TO_FIX))
        return code(short) if len(short.split()) <= 7 and len(short) <= 60 else say(Remark.NOTHING_BLOCKS)
    if row.status == "fail" and blocking:
        return say(Remark.BLOCKS, n=blocking)
    return say(Remark.QUESTIONS, n=holding) if holding else say(Remark.LACKING)


def _systems_about(record: Record) -> str:
    systems = record.evidence.systems
    return plural(len(systems), "system") if systems else say(Short.NO_SYSTEMS)


def _systems(record: Record) -> Markup:
    systems = record.evidence.systems
    if not systems:
        return nothing(say(Short.UNTRIED))
    ready = sorted((s.ready for s in systems), reverse=True)
    enough = not all(ready) and all(s.ready or not s.critical for s in systems)
    words = say(Short.READY_ENOUGH if enough else Short.READY, ready=sum(ready), all=len(ready))
    return chain(ready, words, status=kind_of(find(record, CONNECTED)), describe=f"{words}.")


def _systems_note(record: Record) -> str:
    systems = record.evidence.systems
    late = [s for s in systems if s.critical and not s.ready]
    dates = [d for s in systems for d in (s.last_read_ok, s.last_write_ok) if d is not None]
    if not systems:
        return say(Remark.LIST_FIRST)
    if late:
        return say(Remark.NOT_READY, system=clip(late[0].system, 4))
    return say(Remark.TRIED, on=max(dates)) if dates else ""


# Money and time


def money_facts(record: Record) -> tuple[Fact, ...]:
    """Return what launching, waiting and being wrong are worth, or nothing where nobody stated it."""
    m, row = record.money, find(record, QUALITY)
    if m is None:
        return ()
    week = m.week_of_waiting.estimate
    facts = [
        Fact("month", money_range(m)),
        Fact("week_costs" if week >= 0 else "week_saves", money(abs(week), m.currency)),
        Fact(sign_of(m), money(abs(m.false_go_month), m.currency)),
    ]
    return (*facts, Fact("labels", money(row.cost, m.currency))) if row is not None and row.cost else tuple(facts)


def money_range(m: Money) -> str:
    """Return what a month is worth, "€18k to €46k"."""
    return f"{money(m.monthly.lower, m.currency)} to {money(m.monthly.upper, m.currency)}"


def sign_of(m: Money) -> str:
    """Return whether a month of a wrong go is a loss, a gain or nothing; an older record only holds the amount."""
    return m.false_go_sign or ("loss" if m.false_go_month < 0 else "gain" if m.false_go_month > 0 else "nothing")


def time_facts(record: Record) -> tuple[Fact, ...]:
    """Return likely and safe dates, and the chance to make the deadline."""
    f = record.forecast
    if f is None:
        return ()
    dated = day if {f.p50.year, f.p80.year} == {record.run.as_of.year} else full_day
    facts = (Fact("likely", dated(f.p50)), Fact("safe", dated(f.p80)))
    return facts if f.deadline is None or f.on_time is None else (*facts, Fact("chance", _chance(f.on_time)))


def _chance(chance: float) -> str:
    """Return a simulated chance; a simulation never shows none or certainty."""
    if chance < 0.01:
        return f"under 1{NBSP}%"
    return f"over 99{NBSP}%" if chance > 0.99 else percent(chance)


def stage(f: Forecast, as_of: dt.date) -> Stage | None:
    """Return where the project stands on its path, or nothing before the first gate is due."""
    due = next((g for g in f.gates if g.passed is None), None)
    if due is not None and due.planned < as_of:
        return Stage("open", due)
    done = [gate for gate in f.gates if gate.passed is not None]
    if not done:
        return None
    last = done[-1]
    late = (last.passed - last.planned).days if last.passed else 0
    if not last.exact:
        return Stage("done_by", last)
    return Stage("late" if late > 0 else "early" if late else "on_time", last, abs(late))


# What is open, what is new, what to keep in mind


def open_steps(record: Record) -> list[OpenStep]:
    """Return all that is open: decisive tests first, then conditions with owner and date."""
    promised = {o.id: o for o in record.open}
    steps = []
    for role in DECISIVE:
        row = find(record, role)
        if row is None or row.status not in ("pass", "not-applicable"):
            promise = next((o for o in record.open if role_of(o.id) == role), None)
            steps.append(OpenStep(_what(role, row), _promise(record, promise) if promise else ""))
    mapped = [] if record.evidence.systems else _needs_the_map_alone()  # one list closes these and the test: said once
    steps += [
        OpenStep(brief(o.todo or o.title, 9), say(Open.WAIVED) if o.waived else _promise(record, o))
        for o in sorted(record.open, key=lambda o: (o.waived, o.due is None, o.due or record.run.as_of))
        if role_of(o.id) not in DECISIVE and o.id not in mapped
    ]
    steps += [
        OpenStep(clip(r.title, 8), say(Open.NO_OWNER))
        for r in record.criteria
        if r.weight == "condition" and r.status in ("fail", "not-enough-evidence") and r.id not in promised
    ]
    return steps


def _needs_the_map_alone() -> list[str]:
    """Return the rows that need the list of systems and nothing else, as the test of the connection does."""
    uses = next(entry.uses for entry in catalogue().values() if entry.role == CONNECTED)
    return [entry.id for entry in catalogue().values() if entry.uses == uses]


def _what(role: str, row: Row | None) -> str:
    """Return what a decisive test lacks."""
    asks = question(role).rstrip("?")
    if row is None:
        return asks
    if row.where:
        asks = say(Titled.OF_A_SLICE, title=asks, where=clip(row.where, 6))
    if row.status == "fail":
        return say(Open.FAILS, what=asks)
    if row.labels_needed:
        lacking = Open.LABEL_WHERE if row.where else Open.LABEL
        return say(lacking, n=row.labels_needed, where=clip(row.where, 6))
    return capital(brief(plain(row.supply), 12)).rstrip(".") if row.supply else asks


def _promise(record: Record, promise: OpenCondition) -> str:
    if not promise.owner:
        return say(Open.NO_OWNER)
    owner, due = clip(promise.owner, 4), promise.due
    if due is None:
        return say(Open.NO_DATE, owner=owner)
    kind = Open.PROMISED if promise.live else Open.OVERDUE if due < record.run.as_of else Open.FAR_OFF
    return say(kind, owner=owner, due=f"{due.day}{NBSP}{due:%b}", year=f"{due.year}")


def _item(kind: Mind, **values: object) -> Item:
    return say_if_any(kind, "head", **values), code(say_if_any(kind, "text", **values))


def _plain(*texts: str) -> list[Item]:
    return [("", code(text)) for text in texts]


def _more(kind: Mind, n: int) -> list[Item]:
    return [_item(kind, n=n)] if n > 0 else []


def _news(record: Record) -> list[Item]:
    moved = record.goalposts
    items = [_item(Mind.GOALPOST, what=sentence(brief(g, 18))) for g in moved[:2]]
    items += _more(Mind.MORE_GOALPOSTS, len(moved) - 2)
    items += _plain(*(ended(brief(c, 16)) for c in record.changes[: max(_MOST_NEW - 2 * len(items), 1)]))
    if record.previous is None:
        items.append(_item(Mind.FIRST_RUN))
    elif not moved:
        items.append(_item(Mind.NO_TARGET_CHANGED))
    return items


def _mind(record: Record) -> list[Item]:
    """Return what page one must not hide: corrections, waivers, unread tables, unknown looks, an override."""
    human, f, as_of = record.decision.human, record.forecast, record.run.as_of
    items: list[Item] = []
    if human is not None and human.decision != record.decision.recommendation:
        who, what, why_ = clip(human.person, 4), clip(human.decision, 4), ended(clip(human.reason, 12))
        items.append(_item(Mind.OVERRIDDEN, person=who, decision=what, reason=why_))
    items += _plain(*(ended(clip(item.words, 28)) for item in record.corrections[:2]))
    items += _more(Mind.MORE_CORRECTIONS, len(record.corrections) - 2)
    if f is not None and f.on_time is not None and f.deadline is not None and f.on_time < 0.1:
        items.append(_item(Mind.DEADLINE, deadline=f.deadline))
    if vacuous(find(record, QUALITY)):
        items += _plain(*(ended(clip(note, 26)) for note in record.evidence.errors.notes[:1]))
    if record.run.asked is not None:
        items.append(_item(Mind.ASKED, asked=full_day(record.run.asked), judged=full_day(as_of)))
    if record.history_note:
        items += _plain(sentence(brief(record.history_note, 18)))
    live = [a for a in record.attestations if a.kind == "waiver" and a.expires >= as_of]
    for a in live[:2]:
        what, who = clip(title_of(record, a.criterion), 8), clip(person(a.person, a.role), 6)
        items.append(_item(Mind.WAIVED, until=a.expires, what=what, who=who))
    items += _more(Mind.MORE_WAIVERS, len(live) - 2)
    items += [_item(Mind.NOT_READ, what=clip(p, 14)) for p in record.problems[:1]]
    return items + _more(Mind.MORE_NOT_READ, len(record.problems) - 1)
