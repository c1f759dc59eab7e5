"""Rows 2.x and G4: can it be connected."""

from __future__ import annotations

from gatebook.criteria import Entry
from gatebook.evidence.systems import FRESH_DAYS, is_direction, is_ready, needs
from gatebook.record import Row, SystemFact
from gatebook.verdict.case import Case, Flag, context, lacking, limit_of, row

_NO_LIST = "There is no list of the systems to connect."


def _systems(case: Case) -> tuple[SystemFact, ...]:
    return case.facts.systems or ()


def judge_map(entry: Entry, case: Case) -> Row:
    """2.1: at least one system is read from and one written to, and each says which."""
    systems = _systems(case)
    if not systems:
        return lacking(entry, _NO_LIST, flags=(Flag.UNATTESTABLE,))  # nobody can vouch for a list that is not there
    unclear = [s.system for s in systems if not is_direction(s.direction)]
    if unclear:
        return lacking(
            entry,
            f"{_names(unclear)}: it is not said whether data is read or written.",
            supply="fill the direction of each system",
        )
    wants = [needs(s.direction) for s in systems]
    if not any(r for r, _ in wants) or not any(w for _, w in wants):
        side = "read from" if not any(r for r, _ in wants) else "written to"
        return row(entry, "fail", f"No system is {side}: the path from source to target is not closed.")
    return row(entry, "pass", f"{len(systems)} systems are listed, from source to target.")


def judge_order(entry: Entry, case: Case) -> Row:
    """2.2: shown for context only; the kit does not read the code's history."""
    return context(entry, "Not read from the data." if _systems(case) else _NO_LIST)


def judge_specs(entry: Entry, case: Case) -> Row:
    """2.3: each system has a specification that is there."""
    return _filled(entry, case, ("spec", "spec file"), "has no specification", "Every system has a specification.")


def judge_security(entry: Entry, case: Case) -> Row:
    """2.4: owner, sign-in, token life, data class and rate limit are filled for each system."""
    fields = ("owner", "auth", "token_ttl_s", "data_class", "rate_limit_per_s")
    return _filled(entry, case, fields, "lacks", "Sign-in, data class and limits are written down for every system.")


def _filled(entry: Entry, case: Case, fields: tuple[str, ...], verb: str, good: str) -> Row:
    systems = _systems(case)
    if not systems:
        return lacking(entry, _NO_LIST)
    holes = {s.system: [f for f in s.missing if f in fields] for s in systems}
    holes = {name: missing for name, missing in holes.items() if missing}
    if not holes:
        return row(entry, "pass", good)
    name, missing = next(iter(holes.items()))
    what = f" {', '.join(missing)}" if verb == "lacks" else ""
    if len(holes) > 1:
        name, verb = (f"{name} and {len(holes) - 1} more", {"lacks": "lack"}.get(verb, verb.replace("has", "have", 1)))
    return lacking(entry, f"{name} {verb}{what}.")


def judge_needs(entry: Entry, case: Case) -> Row:
    """2.5: response time and volume are stated, and the systems' own times leave room for them."""
    targets = case.targets
    missing = [
        n for n, v in (("latency_ms", targets.latency_ms), ("throughput_per_s", targets.throughput_per_s)) if v is None
    ]
    if missing:
        return lacking(
            entry,
            f"No target for {' and '.join(missing)} is stated.",
            supply=f"set {' and '.join(missing)} in [targets]",
        )
    hops = case.facts.hop_latency_ms
    if hops is not None and targets.latency_ms is not None and hops > targets.latency_ms:
        return row(
            entry,
            "fail",
            f"The systems alone take {hops:,.0f} ms, more than the {targets.latency_ms:,.0f} ms asked for.",
            target=targets.latency_ms,
            estimate=hops,
            unit="ms",
            higher_is_better=False,
            supply="raise latency_ms or find faster systems",
        )
    return row(entry, "pass", "Response time and volume are stated.")


def judge_connection(entry: Entry, case: Case) -> Row:
    """G4: every critical system answered a signed-in call in the last 14 days, read and write as it needs."""
    systems = _systems(case)
    if not systems:
        return lacking(entry, _NO_LIST)
    critical = [s for s in systems if s.critical]
    if not critical:
        return lacking(
            entry, "No system is marked critical.", supply="mark the systems that the product cannot do without"
        )
    days = int(limit_of(entry, FRESH_DAYS))
    stale = [s.system for s in critical if not is_ready(s, case.as_of, days)]
    done = len(critical) - len(stale)
    if stale:
        return lacking(
            entry,
            f"{_names(stale)} {'has' if len(stale) == 1 else 'have'} no successful call in the last {days} days.",
            n=len(critical),
            estimate=done / len(critical),
            bar=1.0,
            supply=f"call {_names(stale)} and enter last_read_ok and last_write_ok",
        )
    who = {1: "The one critical system", 2: "Both critical systems"}.get(
        len(critical), f"All {len(critical)} critical systems"
    )
    return row(entry, "pass", f"{who} answered in the last {days} days.", n=len(critical), estimate=1.0, bar=1.0)


def _names(names: list[str]) -> str:
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]}, {names[1]} and {len(names) - 2} more"
