"""Behind the error analysis: errors, false alarms and misses by group."""

from __future__ import annotations

from markupsafe import Markup

from gatebook.document.loss import loss_of, rate_of
from gatebook.document.page import DotRow, Dots, Fragment, Table, code, section
from gatebook.figures import Scale, axis, interval
from gatebook.record import Group, Interval, RatesFact, Record
from gatebook.words.figures import clip, count, listed, percent, plural

_EXPECTED = "true answers lean likewise"
_MOST = 6  # columns drawn, and values of each


def groups(record: Record) -> Fragment:
    """Return the error rate by each column's values."""
    fact = record.evidence.errors
    if not fact.groups:
        return section("groups", "Who gets the wrong answers?", "No column has values that enough labelled rows share.")
    rate, loss = rate_of(record), loss_of(record)
    names = list(dict.fromkeys(g.column for g in sorted(fact.groups, key=lambda g: rate - g.lower)))
    most = max(g.upper for g in fact.groups) * 1.05
    scale = Scale(0.0, (min(1.0, most) if loss.share else most) or 1.0)
    pictures = []
    for name in names[:_MOST]:
        members = sorted((g for g in fact.groups if g.column == name), key=lambda g: -g.rate)
        pictures.append(
            Dots(
                f"{loss.word.capitalize()}, by {name}",
                tuple(
                    DotRow(
                        clip(g.value, 8),
                        interval(
                            scale,
                            g.rate,
                            g.lower,
                            g.upper,
                            describe=f"{loss.rate(g.rate)}, likely {loss.span(g.lower, g.upper)}",
                            status="fail" if g.lower > rate else "plain",
                            reference=rate,
                        ),
                        loss.number(g.rate),
                        plural(g.rows, "row") + (f", {count(g.clusters)} groups" if g.clusters is not None else ""),
                    )
                    for g in members[:_MOST]
                ),
                axis(scale, [(0.0, "0"), (rate, f"all {loss.number(rate)}"), (scale.high, loss.number(scale.high))]),
                f"{plural(len(members) - _MOST, 'more value')} with a lower share." if len(members) > _MOST else "",
            )
        )
    told = (
        f"The dashed line is the rate over all rows, {loss.number(rate)}. A group is drawn in red where its whole likely range "
        "lies above it; among many groups, one or two do so by chance."
        + (f" Groups of rows are those of one `{fact.cluster_column}`." if fact.cluster_column else "")
    )
    rest = f"Not drawn: {listed(names[_MOST:], 12)}." if len(names) > _MOST else ""
    return section(
        "groups", "Who gets the wrong answers?", code(told), *pictures, rest, *_mistakes(record, names[:_MOST])
    )


def _mistakes(record: Record, names: list[str]) -> list[str | Table]:
    """Return false alarms and misses: the groups that stand out, and each value of the columns drawn."""
    fact = record.evidence.errors
    if fact.rates is None:
        return []
    rates, shown = fact.rates, [g for g in fact.groups if g.column in names and (g.false_alarms or g.misses)]
    blocks: list[str | Table] = [_overall(rates)]
    if rates.groups:
        blocks.append(_standing_out(rates))
    if shown:
        blocks.append(
            Table(
                "False alarms and misses by group",
                ("Group", "#Wrong", "#False alarms", "#Likely", "#Misses", "#Likely"),
                tuple(
                    (f"{g.column}: {clip(g.value, 8)}", percent(g.rate), *_cells(g.false_alarms), *_cells(g.misses))
                    for g in _ordered(shown, names)
                ),
                note="Each likely range is for this group alone. A dash: too few rows could have this mistake.",
            )
        )
    return blocks


def _ordered(groups: list[Group], names: list[str]) -> list[Group]:
    """Return the groups by column as drawn, at most six values of each, the most wrong first."""
    return [g for name in names for g in sorted((g for g in groups if g.column == name), key=lambda g: -g.rate)[:_MOST]]


def _overall(rates: RatesFact) -> str:
    """Return both shares over all rows, and what the search for groups showed."""
    taken = "" if rates.declared else " The project names no positive class; this one was taken for it."
    parts = [
        f"{percent(i.estimate)} of {plural(i.n or 0, 'row')} that {verb}{called} (likely {_span(i)})"
        for i, verb, called in (
            (rates.false_alarms, f"are not “{clip(rates.positive, 8)}”", " raise a false alarm"),
            (rates.misses, f"are “{clip(rates.positive, 8)}”", " are missed"),
        )
        if i is not None
    ]
    found = (
        f"{plural(len(rates.groups), 'group')} {'differs' if len(rates.groups) == 1 else 'differ'} from all others in this beyond chance."
        if rates.groups
        else "No group is shown to differ from all others in this."
    )
    seen = [
        f"{more:.1f} times the usual {name}" if more is not None else f"no rate of {name} would show it"
        for more, name in ((rates.seen_false_alarms, "false alarms"), (rates.seen_misses, "misses"))
    ]
    return (
        f"An error is a false alarm or a miss. {listed(parts)}. {found} "
        f"A group that makes up 5 % of these rows is seen from: {seen[0]}; {seen[1]}.{taken}"
    )


def _standing_out(rates: RatesFact) -> Table:
    """Return both mistakes in each group that stands out, and over all other rows."""
    mistakes = [
        (one, name, rate)
        for one in rates.groups
        for name, rate in (("false alarms", one.false_alarms), ("misses", one.misses))
        if rate.group is not None
    ]
    return Table(
        "Groups whose false alarms or misses differ from all others",
        ("Group", "Mistake", "#Share", "#Likely", "#Of rows", "#Elsewhere", "By chance"),
        tuple(
            (
                Markup("{}<small>{}</small>").format(code(one.words), _EXPECTED) if one.expected else code(one.words),
                name,
                *_cells(rate.group),
                count(rate.group.n or 0) if rate.group else "",
                percent(rate.elsewhere.estimate) if rate.elsewhere else "–",
                "–" if rate.p is None else f"{rate.p:.3f}" if rate.p >= 0.001 else "under 0.001",
            )
            for one, name, rate in mistakes
        ),
        note="“Of rows”: those that could have this mistake. “By chance”: how often a search as wide as this one would show "
        "something as striking in pure noise; a dash where this mistake alone does not stand out. "
        f"“{_EXPECTED.capitalize()}”: there are more true positives where false alarms are more, or fewer where misses are more, "
        "as with every model that reads an input of any use.",
    )


def _cells(found: Interval | None) -> tuple[str, str]:
    """Return a share and its likely range, a dash each where there is none."""
    return ("–",) * 2 if found is None else (percent(found.estimate), _span(found))


def _span(found: Interval) -> str:
    return f"{percent(found.lower)} to {percent(found.upper)}"
