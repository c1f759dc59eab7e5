"""Rows 2.1 to 2.6: the map of the systems to connect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gatebook.criteria import Entry, row
from gatebook.evidence.facts import Facts
from gatebook.evidence.systems import COLUMNS, is_direction, needs
from gatebook.record import Row
from gatebook.verdict.case import Case, Flag, context, lacking
from gatebook.verdict.case import row as judged
from gatebook.verdict.gate_dates import milestone
from gatebook.words import Code, said
from gatebook.words.figures import listed as listed_

MAP = ("integrations",)
INTERFACE = ("spec", "spec file")
SECURITY = ("owner", "auth", "token_ttl_s", "data_class", "rate_limit_per_s")


class Systems(Code):
    """What rows on the systems say."""

    NO_LIST = "no_list"
    DIRECTION_UNCLEAR = "direction_unclear"
    NOT_READ = "not_read"
    NOT_WRITTEN = "not_written"
    LISTED = "listed"
    ORDER_UNKNOWN = "order_unknown"
    NO_SPEC = "no_spec"
    NO_SPECS = "no_specs"
    SPECIFIED = "specified"
    LACKS = "lacks"
    LACK = "lack"
    SECURED = "secured"
    NO_NEEDS = "no_needs"
    TOO_SLOW = "too_slow"
    STATED = "stated"


def of_systems(_facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    """Yield the columns of the map that are read."""
    yield from (("integrations", column) for column in COLUMNS)


@row("2.1", "condition", uses=MAP)
def listed(entry: Entry, case: Case) -> Row:
    """At least one system is read from and one written to, and each says which."""
    systems = case.facts.systems
    if not systems:
        return lacking(
            entry, Systems.NO_LIST, flags=(Flag.UNATTESTABLE,)
        )  # nobody can vouch for a list that is not there
    unclear = [s.system for s in systems if not is_direction(s.direction)]
    if unclear:
        return lacking(entry, said(Systems.DIRECTION_UNCLEAR, names=listed_(unclear, 2)))
    wants = [needs(s.direction) for s in systems]
    if not any(read for read, _ in wants):
        return judged(entry, "fail", Systems.NOT_READ)
    if not any(written for _, written in wants):
        return judged(entry, "fail", Systems.NOT_WRITTEN)
    return judged(entry, "pass", said(Systems.LISTED, n=len(systems)))


@row("2.2", kind="context")
def order(entry: Entry, case: Case) -> Row:
    """Shown for context only; the kit does not read the code's history."""
    return context(entry, Systems.ORDER_UNKNOWN if case.facts.systems else Systems.NO_LIST)


@row("2.3", "condition", uses=MAP, all_columns=MAP, carries=of_systems)
def specified(entry: Entry, case: Case) -> Row:
    """Each system has a specification that is there."""
    return _filled(entry, case, INTERFACE, (Systems.SPECIFIED, Systems.NO_SPEC, Systems.NO_SPECS))


@row("2.4", "condition", uses=MAP, all_columns=MAP, carries=of_systems)
def secured(entry: Entry, case: Case) -> Row:
    """Owner, sign-in, token life, data class and rate limit are filled for each system."""
    return _filled(entry, case, SECURITY, (Systems.SECURED, Systems.LACKS, Systems.LACK))


def _filled(entry: Entry, case: Case, fields: tuple[str, ...], codes: tuple[Code, Code, Code]) -> Row:
    """Return whether every system has these fields: the codes for all of them, for one without, and for several."""
    if not case.facts.systems:
        return lacking(entry, Systems.NO_LIST)
    missing = {s.system: [f for f in s.missing if f in fields] for s in case.facts.systems}
    holes = [(name, gaps) for name, gaps in missing.items() if gaps]
    if not holes:
        return judged(entry, "pass", codes[0])
    (name, gaps), several = holes[0], len(holes) > 1
    return lacking(entry, said(codes[1 + several], name=name, more=len(holes) - 1, fields=", ".join(gaps)))


@row(
    "2.5",
    "condition",
    uses=(*MAP, "targets.latency_ms", "targets.throughput_per_s"),
    all_columns=MAP,
    carries=of_systems,
)
def stated(entry: Entry, case: Case) -> Row:
    """Response time and volume are stated, and the systems' own times leave room for them."""
    targets, hops = case.targets, case.facts.hop_latency_ms
    missing = [name for name in ("latency_ms", "throughput_per_s") if getattr(targets, name) is None]
    if missing:
        return lacking(entry, said(Systems.NO_NEEDS, names=missing))
    if hops is not None and targets.latency_ms is not None and hops > targets.latency_ms:
        fields = {"target": targets.latency_ms, "estimate": hops, "unit": "ms", "higher_is_better": False}
        return judged(entry, "fail", said(Systems.TOO_SLOW, hops=hops, target=targets.latency_ms), **fields)
    return judged(entry, "pass", Systems.STATED)


@row("2.6", kind="milestone", rests=True)
def documented(entry: Entry, case: Case) -> Row:
    """No row of the week failed, and the main ones pass."""
    return milestone(entry, case, ("2.1", "2.3", "2.4", "2.5"))
