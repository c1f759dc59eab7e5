"""Behind page one of go/no-go: what the verdict rests on, conditions, systems, value, looks, people."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from gatebook.document.four import is_share, measured
from gatebook.document.go_no_go import money_facts, money_of_part, sign_of, time_facts
from gatebook.document.mast import person
from gatebook.document.page import DotRow, Dots, Fragment, Lines, Table, breakable, code, render, section
from gatebook.document.reason import DECISIVE, asked
from gatebook.document.status import QUESTIONS, STATUS, Look, find, title_of
from gatebook.document.words import figure, places
from gatebook.figures import Scale, axis, interval
from gatebook.record import Forecast, GateDate, Record, Row
from gatebook.words.figures import count, ended, full_day, listed, money, percent, plural, sentence

_NOTHING = "–"


@dataclass(frozen=True)
class _Rest:
    """One decisive test as the page behind tells it."""

    question: str
    title: str
    look: Look
    drawing: Markup
    figures: str
    reason: Markup

    @classmethod
    def of(cls, record: Record, row_id: str, row: Row) -> _Rest:
        drawn = row_id in ("G1", "G2") and row.bar is not None and row.estimate is not None
        told = " ".join(filter(None, (ended(row.reason), sentence(row.supply), *map(sentence, row.flags))))
        return cls(
            QUESTIONS[row_id],
            row_id if row.title == QUESTIONS[row_id].rstrip("?") else f"{row.title} ({row_id})",
            STATUS[row.status],
            measured(record, row_id) if drawn else Markup(""),
            _figures(record, row) if row_id in ("G1", "G2") else "",
            code(told),
        )


def verdict_rests_on(record: Record) -> Fragment:
    """Return the four decisive rows with their drawings, figures and reasons."""
    tests = [_Rest.of(record, i, row) for i in DECISIVE if (row := find(record, i))]
    return section(
        "evidence",
        "What does the verdict rest on?",
        f"{ended(record.decision.reason)} Four tests decide. A test passes only if the whole range that the "
        "evidence leaves open lies on the good side of what is needed, and fails only if all of it lies on the bad side.",
        render("tests.html.j2", tests=tests) if tests else "Nothing was judged.",
    )


def conditions(record: Record) -> Fragment:
    """Return every condition, met or open, with who closes it by when."""
    promised = {o.id: o for o in record.open}
    rows = [r for r in record.criteria if r.weight == "condition" and r.status != "not-applicable"]
    rows.sort(key=lambda r: r.status == "pass")
    unmet = [r for r in rows if r.status != "pass"]
    alone = [r for r in unmet if not ((o := promised.get(r.id)) and (o.live or o.waived))]
    table = Table(
        "Conditions, the open ones first",
        ("Condition", "Status", "Closed by", "Why, and what to supply"),
        tuple(
            (
                f"{r.title} ({r.id})",
                STATUS[r.status].tag,
                _closer(record, r),
                code(" ".join(filter(None, (ended(r.reason), sentence(r.supply))))),
            )
            for r in rows
        ),
    )
    told = (
        "No condition is due yet."
        if not rows
        else f"All {count(len(rows))} conditions are met."
        if not unmet
        else f"{count(len(unmet))} of {plural(len(rows), 'condition')} are open; "
        + (
            f"{count(len(alone))} of them have no owner and date that count today."
            if alone
            else "each has an owner and a date."
        )
    )
    context = [r for r in record.criteria if r.weight == "context" and r.status not in (None, "not-applicable")]
    return section(
        "conditions",
        "Which conditions are open, and who closes them?",
        told,
        table if rows else None,
        Table(
            "For context; these never decide",
            ("Row", "Status", "Why"),
            tuple((f"{r.title} ({r.id})", STATUS[r.status].tag, code(ended(r.reason))) for r in context),
        )
        if context
        else None,
    )


def integration(record: Record) -> Fragment:
    """Return the systems to connect, and which answered."""
    systems = record.evidence.systems
    row = find(record, "G4")
    if not systems:
        supply = sentence(row.supply) if row else ""
        return section(
            "integration",
            "Can it be connected?",
            f"Nobody has listed the systems yet, so nothing can be said. {supply}",
        )
    ready = sum(s.ready for s in systems)
    table = Table(
        "Systems to connect",
        ("System", "State", "Direction", "Last read", "Last write", "Missing"),
        tuple(
            (
                s.system,
                (STATUS["pass"] if s.ready else STATUS["not-enough-evidence"]).tag
                + (Markup("") if s.critical else Markup("<small>not critical</small>")),
                s.direction or _NOTHING,
                full_day(s.last_read_ok) if s.last_read_ok else _NOTHING,
                full_day(s.last_write_ok) if s.last_write_ok else _NOTHING,
                listed(s.missing, 6) or _NOTHING,
            )
            for s in systems
        ),
    )
    return section(
        "integration",
        "Can it be connected?",
        f"{count(ready)} of {plural(len(systems), 'system')} answered a signed-in call in the last two weeks. "
        "A call that nobody made counts as missing evidence, not as a pass.",
        table,
    )


def value(record: Record) -> Fragment:
    """Return what launching is worth, with its interval, and when the path ends."""
    blocks: list[str | Dots | Table | None] = []
    m = record.money
    if m is None:
        blocks.append(
            f"Nobody has stated what a right answer is worth and what a wrong one costs. {asked(record)} can "
            "supply it in the section `[value]` of the project file; until then the money is an open condition."
        )
    else:
        wrong = {
            "below-needed": "ten points below what is needed now",
            "as-measured": "as often right as was measured, which is more than ten points below what is needed now",
            "below-measured": "ten points below what was measured",
        }
        scale = Scale.over([m.monthly.lower, m.monthly.upper, m.monthly.estimate, 0.0])
        told = f"{money(m.monthly.lower, m.currency)} to {money(m.monthly.upper, m.currency)}"
        blocks.append(
            f"{money_of_part(m)}If it is launched, a month is worth {told}. The unit value is an assumption of {m.stated_by}"
            + (f", stated on {full_day(m.stated_on)}." if m.stated_on else ".")
            + (f" It breaks even at {percent(m.break_even)} right." if m.break_even is not None else "")
            + (f" A wrong go is a launch that is {wrong[m.false_go_scenario]}." if m.false_go_scenario else "")
            + (" Even that is no loss by these amounts." if sign_of(m) == "gain" else "")
        )
        blocks.append(
            Dots(
                "Value of a month",
                (
                    DotRow(
                        "If launched",
                        interval(
                            scale,
                            m.monthly.estimate,
                            m.monthly.lower,
                            m.monthly.upper,
                            describe=f"likely {told}",
                            status="pass" if m.monthly.lower > 0 else "fail" if m.monthly.upper < 0 else "open",
                            reference=0.0,
                        ),
                        money(m.monthly.estimate, m.currency),
                        told,
                    ),
                ),
                axis(scale, [(0.0, "0")]),
            )
        )
        blocks.append(Table("Money", ("What", "#Amount"), tuple((f.name, f.value) for f in money_facts(record))))
    blocks.append(_prices(record))
    if record.forecast is not None:
        blocks += _time(record, record.forecast)
    return section("value", "What is it worth, and when is it done?", *blocks)


def _prices(record: Record) -> Table | None:
    """Return what each "not enough evidence" would take to settle, where that is known."""
    rows = [
        r for r in record.criteria if r.labels_needed and r.status == "not-enough-evidence" and r.weight != "context"
    ]
    if not rows:
        return None
    return Table(
        "What it takes to settle what is open",
        ("Test", "#To measure", "#Cost", "#Days", "#Chance that it settles"),
        tuple(
            (
                title_of(record, r.id),
                plural(r.labels_needed or 0, "request" if r.unit == "ms" else "label"),
                _NOTHING if r.cost is None else money(r.cost, record.project.currency),
                _NOTHING if r.days is None else count(max(1, math.ceil(r.days))),
                _NOTHING if r.chance is None else percent(r.chance),
            )
            for r in rows
        ),
    )


def _time(record: Record, f: Forecast) -> list[str | Dots | Table | None]:
    """Return how the date of completion was simulated, and the stages that are passed."""
    told = "The date of completion was simulated from the twelve-week path"
    told += " and the assumptions below." if f.unmet else "; its assumptions are confirmed."
    if not f.unmet and not f.first_time:
        told += " A project like that may end before week 12: about one in three does. This is a choice of the kit."
    if f.first_time:
        told += " It is counted as the first project of its kind, which takes half as long again to twice as long."
    if any(gate.passed for gate in f.gates):
        told += (
            " A stage that is passed counts with its true date. What remains takes the pace of the path and the "
            "project's own pace so far; the more is done, the more the project's own pace counts."
        )
    weeks = {c.assumption: f", costs about {plural(round(c.weeks), 'week')}" for c in f.costs}
    named = (*f.unmet, *(c.assumption for c in f.costs if c.assumption not in f.unmet))
    unmet = [("Not confirmed", u + weeks.get(u, "")) for u in named]
    late = ("Nearly safe (9 in 10)", full_day(f.p90))
    stages = tuple((f"{g.title} (week {g.week})", full_day(g.planned), _passed(g)) for g in f.gates)
    return [
        told,
        Table("Time", ("What", "When"), (*((t.name, t.value) for t in time_facts(record)), late, *unmet)),
        Table("Stages of the path", ("Stage", "Planned", "Passed"), stages) if stages else None,
    ]


def _passed(gate: GateDate) -> str:
    if gate.passed is None:
        return "not yet"
    return full_day(gate.passed) if gate.exact else f"by {full_day(gate.passed)}"


def people(record: Record) -> Fragment:
    """Return who signed, vouched for or waived what."""
    human = record.decision.human
    told: str | Markup = (
        "Nobody has signed a decision yet. Whoever signs a go pays for the work up to the next gate, takes on the open "
        "conditions with their owners and dates, and vouches for no figure. The signature is kept with its reason."
    )
    if human is not None:
        told = Markup("<p>{} decided “{}” on {}: {} The recommendation of this document stays as it is.</p>").format(
            person(human.person, human.role), human.decision, full_day(human.date), breakable(ended(human.reason))
        )
    table = Table(
        "Attestations and waivers",
        ("Row", "Kind", "Person", "Reason", "Until"),
        tuple(
            (
                title_of(record, a.criterion),
                a.kind,
                person(a.person, a.role),
                ended(a.reason) + (f" {a.link}" if a.link else ""),
                full_day(a.expires) + (" (expired)" if a.expires < record.run.as_of else ""),
            )
            for a in record.attestations
        ),
        note="A waiver never changes a status; it only says who accepts the risk, and until when.",
    )
    mended = Lines("Corrections", tuple(ended(item.words) for item in record.corrections))
    return section(
        "people",
        "Who has signed or waived what?",
        told,
        table if record.attestations else None,
        mended if record.corrections else None,
    )


def _told(record: Record, row: Row, value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return _NOTHING
    share = is_share(record, row)
    return figure(value, row.unit, places(row, share=share), share=share)


def _range(record: Record, row: Row) -> str:
    if row.lower is None or row.upper is None:
        return _NOTHING
    share = is_share(record, row)
    low, high = (
        figure(v, row.unit, places(row, share=share), share=share, toward=toward) if math.isfinite(v) else "open"
        for v, toward in ((row.lower, -1), (row.upper, 1))
    )
    return f"{low} to {high}"


def _figures(record: Record, row: Row) -> str:
    """Return "Measured 74 % on 212 cases, likely 68 % to 80 %; needed 72 %.", or less where the reason says it."""
    cases = plural(row.n, "case") if row.n else ""
    if row.n and row.n_effective is not None and 1 <= row.n_effective < row.n * 0.99:
        cases += f" (worth {count(row.n_effective)} independent ones)"
    if row.estimate is None or "likely" in row.reason:
        return sentence(cases)
    told = f"Measured {_told(record, row, row.estimate)}" + (f" on {cases}" if cases else "")
    if row.lower is not None and row.upper is not None:
        told += f", likely {_range(record, row)}"
    if row.bar is not None:
        told += f"; {'needed' if row.higher_is_better else 'limit'} {_told(record, row, row.bar)}"
    return sentence(told)


def _closer(record: Record, row: Row) -> str:
    promise = next((o for o in record.open if o.id == row.id), None)
    if row.status == "pass":
        return _NOTHING
    if promise is None or not promise.owner:
        return "waived" if promise is not None and promise.waived else "nobody yet"
    when = f", {full_day(promise.due)}" if promise.due else ", no date"
    return promise.owner + when + (" (waived)" if promise.waived else "" if promise.live else " (does not count)")
