"""Rows G2, 4.4 and 4.5: fast enough."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import numpy as np
import pandas as pd

from gatebook.cases.questions import Code, Question, sentence, words
from gatebook.cases.times import in_order
from gatebook.criteria import Entry
from gatebook.record import Row, finite
from gatebook.stats import Interval, decide
from gatebook.stats.latency import exceedance, percentile, throughput
from gatebook.stats.planning import labels_needed, posterior
from gatebook.verdict.case import Case, Flag, held, lacking, limit_of, row
from gatebook.verdict.looks import NewLook, take_look
from gatebook.verdict.targets import LATENCY_FACTOR, WEEK4_SHARE
from gatebook.words import Said, said
from gatebook.words.figures import plain_number


def requests_in_order(case: Case) -> tuple[pd.DataFrame, bool]:
    """Return the candidate's requests, in order of time where it is known, and whether it is."""
    found = case.facts.outcomes
    if found is None or "latency_ms" not in found.has:
        return pd.DataFrame(), False
    requests = found.requests
    if "time" not in found.has or requests["time"].isna().all():
        return requests, False
    return requests.iloc[in_order(requests["time"])], True


def judge_speed(entry: Entry, case: Case) -> tuple[Row, tuple[NewLook, ...]]:
    """G2: the share of requests that take twice the target or longer, or fail, is small enough."""
    requests, timed = requests_in_order(case)
    target, q = case.targets.latency_ms, case.targets.latency_percentile
    if requests.empty:
        return lacking(entry, "No request has a response time.", target=target, unit="ms", higher_is_better=False), ()
    if target is None:
        return lacking(
            entry,
            "No target for the response time is set.",
            supply="set latency_ms in [targets]",
            unit="ms",
            higher_is_better=False,
        ), ()
    if (open_question := held(entry, case, "speed")) is not None:
        return open_question.model_copy(update={"target": target, "unit": "ms", "higher_is_better": False}), ()
    limit = limit_of(entry, LATENCY_FACTOR) * target
    latency, failed = requests["latency_ms"].to_numpy(float), requests["failed"].to_numpy(bool)
    unclear = _unclear(requests, limit)
    n, allowed = len(requests), 1 - q / 100
    lineage = hashlib.sha256(np.ascontiguousarray(np.sort(latency)).tobytes() + failed.sum().tobytes()).hexdigest()[:32]
    look = take_look(case, "G2", bar=limit, lineage=lineage, entering=n, labels=n, exact_bar=allowed, alone="requests")
    share = _share(latency, failed, unclear, limit, look.look.alpha, ordered=timed)
    if share.n_effective < n and not look.known and not share.reason:
        look = take_look(case, "G2", bar=limit, lineage=lineage, entering=n, labels=n, exact_bar=None, alone="requests")
        share = _share(latency, failed, unclear, limit, look.look.alpha, ordered=timed)
    status = decide(share, allowed, higher_is_better=False)
    point = percentile(latency, failed, q, max(look.look.alpha, 1e-12), ordered=timed)
    few = 100 - q
    fields = {
        "target": target,
        "bar": limit,
        "estimate": finite(point.estimate),
        "lower": finite(point.lower),
        "upper": finite(point.upper),
        "level": share.level,
        "n": n,
        "n_effective": share.n_effective,
        "method": f"{share.method}, share of requests at or over {limit:,.0f} ms against {plain_number(few)} %",
        "looks": look.look.looks,
        "unit": "ms",
        "higher_is_better": False,
        "flags": tuple(_flags(case, requests)),
    }
    if look.note:
        return lacking(entry, look.note, **fields), (look,)
    if status == "pass":
        at_most = f"{plain_number(share.upper * 100, 2)} %"
        return row(
            entry,
            "pass",
            f"At most {at_most} of requests take {limit:,.0f} ms or longer; {plain_number(few)} % may.",
            **fields,
        ), (look,)
    if status == "fail":
        return row(
            entry,
            "fail",
            f"{plain_number(share.estimate * 100, 2)} % of requests take {limit:,.0f} ms or longer, or fail; {plain_number(few)} % may.",
            supply="find out what makes requests slow or fail",
            **fields,
        ), (look,)
    known = posterior(share, allowed, higher_is_better=False)
    plan = labels_needed(known, alpha=look.look.alpha) if known and look.look.alpha > 0 else None
    if unclear.any() and _share(latency, failed, unclear & False, limit, look.look.alpha, ordered=timed) != share:
        said = words(Question(Code.UNTIMED, "predictions", rows=int(unclear.sum()), of=n))
        return lacking(entry, sentence(said.title), supply=said.action, **fields), (look,)
    reason = (
        share.reason
        or f"{n:,} requests cannot show it: between {plain_number(share.lower * 100, 2)} and {plain_number(share.upper * 100, 2)} % are too slow; {plain_number(few)} % may be."
    )
    more = plan.labels if plan else None
    return lacking(
        entry,
        reason[0].upper() + reason[1:],
        labels_needed=more,
        chance=plan.chance if plan else None,
        supply=f"measure {more:,} more requests" if more else "measure more requests",
        **fields,
    ), (look,)


def _unclear(requests: pd.DataFrame, limit: float) -> np.ndarray:
    """Return which requests may or may not have taken `limit`: no time and no error, or cut off before it, shape (n,)."""
    latency = requests["latency_ms"].to_numpy(float)
    cut = requests["censored"].to_numpy(bool) & np.isfinite(latency) & (latency < limit)
    return np.asarray((np.isnan(latency) | cut) & ~requests["failed"].to_numpy(bool))


def _share(
    latency: np.ndarray, failed: np.ndarray, unclear: np.ndarray, limit: float, alpha: float, *, ordered: bool
) -> Interval:
    """Return the share of slow requests: what is unclear counts as slow in the bound of a pass, as fast in that of a fail."""
    slow = exceedance(np.where(unclear, np.inf, latency), failed, limit, alpha, ordered=ordered)
    if not unclear.any() or slow.reason:
        return slow
    fast = exceedance(np.where(unclear, 0.0, latency), failed, limit, alpha, ordered=ordered)
    return replace(
        slow, estimate=float(((latency >= limit) | failed)[~unclear].mean()), lower=min(slow.lower, fast.lower)
    )


def judge_latency(entry: Entry, case: Case) -> Row:
    """4.4: the response time's percentile has a finite interval."""
    requests, timed = requests_in_order(case)
    if requests.empty:
        return lacking(entry, "No request has a response time.", unit="ms", higher_is_better=False)
    if (open_question := held(entry, case, "speed")) is not None:
        return open_question.model_copy(update={"unit": "ms", "higher_is_better": False})
    q = case.targets.latency_percentile
    found = percentile(
        requests["latency_ms"].to_numpy(float), requests["failed"].to_numpy(bool), q, 0.05, ordered=timed
    )
    fields = {
        "estimate": finite(found.estimate),
        "lower": finite(found.lower),
        "upper": finite(found.upper),
        "level": found.level,
        "n": found.n,
        "n_effective": found.n_effective,
        "method": found.method,
        "unit": "ms",
        "higher_is_better": False,
        "flags": tuple(_flags(case, requests)),
    }
    if found.reason or not math.isfinite(found.upper):
        why = (
            found.reason
            or f"too few requests were measured, or too many failed, to say how long {plain_number(q)} of 100 take"
        )
        return lacking(entry, why[0].upper() + why[1:] + ".", supply="measure more requests", **fields)
    return row(entry, "pass", f"{plain_number(q)} of 100 requests take at most {found.upper:,.0f} ms.", **fields)


def judge_throughput(entry: Entry, case: Case) -> Row:
    """4.5: requests a second over whole minutes, with an interval; against the target where one is set."""
    found = case.facts.outcomes
    target = case.targets.throughput_per_s
    fields: dict[str, object] = {"target": target, "unit": "per second"}
    if found is None or found.requests.empty or not {"time"} & found.has:
        why = (
            "The requests carry days without a time of day."
            if found is not None and found.days
            else "It is not recorded when requests were served."
        )
        return lacking(entry, why, **fields)
    times = found.requests["time"].dropna()
    seconds = times.astype("datetime64[ns]").to_numpy().astype("int64") / 1e9
    rate = throughput(np.sort(seconds))
    fields |= {"estimate": finite(rate.estimate), "n": rate.n, "level": rate.level, "method": rate.method}
    if rate.reason:
        return lacking(
            entry, rate.reason[0].upper() + rate.reason[1:] + ".", supply="record requests over a longer time", **fields
        )
    fields |= {"lower": rate.lower, "upper": rate.upper, "n_effective": rate.n_effective}
    if target is not None and rate.lower < WEEK4_SHARE * target:
        fields["bar"] = WEEK4_SHARE * target
        words = f"{plain_number(rate.estimate, 3)} requests a second were served; nothing shows that {plain_number(target)} can be."
        return lacking(entry, words, supply="replay requests at the pace that is asked for", **fields)
    return row(entry, "pass", f"{plain_number(rate.estimate, 3)} requests a second were served.", **fields)


def _flags(case: Case, requests: pd.DataFrame) -> list[Said]:
    flags: list[Said] = []
    failed = int(requests["failed"].sum())
    if failed:
        flags.append(said(Flag.FAILED_REQUESTS, n=failed, of=len(requests)))
    missing = int(requests["latency_ms"].isna().sum())
    if missing:
        flags.append(said(Flag.UNTIMED_REQUESTS, n=missing))
    took = case.facts.outcomes.durations if case.facts.outcomes is not None else None
    if took is not None and took.cap_ms is not None:
        flags.append(said(Flag.CUT_OFF, ms=took.cap_ms))
    if (
        case.project.targets.latency_percentile == 95.0
        and "latency_percentile" not in case.project.targets.model_fields_set
    ):
        flags.append(said(Flag.PERCENTILE_ASSUMED))
    return flags
