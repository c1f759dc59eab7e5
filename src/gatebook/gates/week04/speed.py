"""Rows G2, 4.4 and 4.5: fast enough."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gatebook.cases.questions import Question, QuestionCode, words
from gatebook.criteria import Entry, limit_of, row
from gatebook.criteria.evidence import SPEED
from gatebook.evidence.facts import Facts
from gatebook.evidence.requests import Requested
from gatebook.record import Row, finite
from gatebook.stats import Interval, decide
from gatebook.stats.latency import exceedance, percentile, throughput
from gatebook.stats.planning import labels_needed, posterior
from gatebook.verdict.case import Case, RowWords, Verdict, held, lacking
from gatebook.verdict.case import row as judged
from gatebook.verdict.looks import LookedAt, NewLook, take_look
from gatebook.verdict.targets import LATENCY_FACTOR, WEEK4_SHARE
from gatebook.words import Code, Said, said
from gatebook.words.figures import plain_number, sentence

_MS: dict[str, Any] = {"unit": "ms", "higher_is_better": False}


class Speed(Code):
    """What rows on speed and volume say."""

    NO_TIMES = "no_times"
    NO_TARGET = "no_target"
    STANDS = "stands"
    FAST = "fast"
    SLOW = "slow"
    NO_SHARE = "no_share"
    NO_SHARE_YET = "no_share_yet"
    UNDECIDED = "undecided"
    UNDECIDED_YET = "undecided_yet"
    METHOD = "method"
    NO_PERCENTILE = "no_percentile"
    NO_BOUND = "no_bound"
    PERCENTILE = "percentile"
    NO_MOMENTS = "no_moments"
    DAYS_ONLY = "days_only"
    NO_RATE = "no_rate"
    RATE_NOT_SHOWN = "rate_not_shown"
    RATE = "rate"


class SpeedFlag(Code):
    """What a reader must know beside them."""

    FAILED_REQUESTS = "failed_requests"
    UNTIMED_REQUESTS = "untimed_requests"
    CUT_OFF = "cut_off"
    PERCENTILE_ASSUMED = "percentile_assumed"


def carried_by_requests(facts: Facts, _targets: Any) -> Iterator[tuple[str, str]]:
    """Yield the column whose values slow requests share."""
    if facts.requests is not None and facts.requests.column is not None:
        yield "sample", facts.requests.column


@row(
    "G2",
    "decisive",
    threshold=2.0,
    zero=False,
    uses=("sample", "sample.cluster", *SPEED, "targets.latency_ms"),
    role="speed",
    counts="requests",
    carries=carried_by_requests,
)
def fast(entry: Entry, case: Case) -> Verdict:
    """The share of requests that take twice the target or longer, or fail, is small enough."""
    requests, target = case.facts.requests, case.targets.latency_ms
    if requests is None:
        return Verdict(lacking(entry, Speed.NO_TIMES, target=target, **_MS))
    if target is None:
        return Verdict(lacking(entry, Speed.NO_TARGET, **_MS))
    if (open_question := held(entry, case, "speed", target=target, **_MS)) is not None:
        return Verdict(open_question)
    tested = _Tested(requests, limit_of(entry, LATENCY_FACTOR) * target)
    n, allowed = len(requests.frame), 1 - case.targets.latency_percentile / 100
    lineage = tested.lineage()
    sight = LookedAt(tested.limit, lineage, n, n, exact_bar=allowed, alone="requests")
    look = take_look(case, entry.id, sight)
    share = tested.share(look.look.alpha)
    if share.n_effective < n and not look.known and not share.reason:
        look = take_look(case, entry.id, replace(sight, exact_bar=None))
        share = tested.share(look.look.alpha)
    judged_now = _verdict(entry, case, tested, share, look)
    return Verdict(judged_now, (look.read(judged_now),))


def _verdict(entry: Entry, case: Case, tested: _Tested, share: Interval, look: NewLook) -> Row:
    q, alpha, n = case.targets.latency_percentile, look.look.alpha, len(tested.requests.frame)
    allowed = 1 - q / 100
    status = decide(share, allowed, higher_is_better=False)
    point = percentile(tested.latency, tested.failed, q, max(alpha, 1e-12), clusters=tested.requests.clusters)
    told = {
        "limit": tested.limit,
        "may": 100 - q,
        "n": n,
        "estimate": plain_number(share.estimate * 100, 2),
        "lower": plain_number(share.lower * 100, 2),
        "upper": plain_number(share.upper * 100, 2),
    }
    fields: dict[str, Any] = _MS | {
        "target": case.targets.latency_ms,
        "bar": tested.limit,
        **{name: finite(getattr(point, name)) for name in ("estimate", "lower", "upper")},
        "level": share.level,
        "n": n,
        "n_effective": share.n_effective,
        "looks": look.look.looks,
        "method": str(said(Speed.METHOD, method=share.method, **told)),
        "flags": _flags(case, tested.requests.frame),
    }
    was = look.stands
    if was is not None and status == "not-enough-evidence" and not share.reason and tested.worst() <= allowed:
        why = said(Speed.STANDS, day=was.at, of=was.n, **told)
        return judged(entry, "pass", why, **fields, decided=was.told())
    if look.note:
        return lacking(entry, look.note, **fields)
    if status in {"pass", "fail"}:
        return judged(entry, status, said(Speed.FAST if status == "pass" else Speed.SLOW, **told), **fields)
    if tested.unclear.any() and tested.share(alpha, sure=True) != share:
        asked = words(Question(QuestionCode.UNTIMED, "predictions", rows=int(tested.unclear.sum()), of=n))
        return lacking(entry, RowWords(QuestionCode.UNTIMED.value, sentence(asked.title), asked.action), **fields)
    known = posterior(share, allowed, higher_is_better=False)
    plan = labels_needed(known, look.ahead) if known and alpha > 0 else None
    more = plan.labels if plan else None
    codes = (Speed.NO_SHARE, Speed.NO_SHARE_YET) if share.reason else (Speed.UNDECIDED, Speed.UNDECIDED_YET)
    why = said(codes[more is not None], why=share.reason, more=more, **told)
    return lacking(entry, why, labels_needed=more, chance=plan.chance if plan else None, **fields)


class _Tested:
    """Requests against a limit.

    Attributes:
        requests: as they came.
        limit: in ms.
        latency, failed: of each request, shape (n,).
        unclear: which may or may not have taken the limit: no time and no error, or cut off before it, shape (n,).
    """

    def __init__(self, requests: Requested, limit: float) -> None:
        self.requests, self.limit = requests, limit
        self.latency, self.failed = requests.latency, requests.failed
        cut = requests.frame["censored"].to_numpy(bool) & np.isfinite(self.latency) & (self.latency < limit)
        self.unclear = np.asarray((np.isnan(self.latency) | cut) & ~self.failed)

    def lineage(self) -> str:
        """Return a hash of the outcomes."""
        return hashlib.sha256(np.sort(self.latency).tobytes() + self.failed.sum().tobytes()).hexdigest()[:32]

    def share(self, alpha: float, *, sure: bool = False) -> Interval:
        """Return the share of slow requests: what is unclear counts as slow in the bound of a pass, as fast in that of
        a fail.

        `sure` takes every time as it stands.
        """
        unclear = self.unclear & (not sure)
        slow = self._exceeding(np.where(unclear, np.inf, self.latency), np.ones(len(unclear), dtype=bool), alpha)
        if not unclear.any():
            return slow
        seen = self._exceeding(self.latency, ~unclear, alpha)  # where times are missing says nothing of their order
        if slow.reason:
            slow = replace(seen, upper=1.0)
        return replace(slow, estimate=seen.estimate, lower=seen.lower * float((~unclear).mean()))

    def worst(self) -> float:
        """Return the share of slow requests where what is unclear was slow."""
        return float(((self.latency >= self.limit) | self.failed | self.unclear).mean())

    def _exceeding(self, latency: np.ndarray, rows: np.ndarray, alpha: float) -> Interval:
        clusters = None if self.requests.clusters is None else self.requests.clusters[rows]
        return exceedance(latency[rows], self.failed[rows], self.limit, alpha, clusters=clusters)


@row("4.4", "condition", uses=("sample", "sample.cluster", *SPEED), carries=carried_by_requests)
def latency(entry: Entry, case: Case) -> Row:
    """The response time's percentile has a finite interval."""
    requests = case.facts.requests
    if requests is None:
        return lacking(entry, Speed.NO_TIMES, **_MS)
    if (open_question := held(entry, case, "speed", **_MS)) is not None:
        return open_question
    q = case.targets.latency_percentile
    found = percentile(requests.latency, requests.failed, q, 0.05, clusters=requests.clusters)
    fields: dict[str, Any] = _MS | {
        **{name: finite(getattr(found, name)) for name in ("estimate", "lower", "upper")},
        **{name: getattr(found, name) for name in ("level", "n", "n_effective", "method")},
        "flags": _flags(case, requests.frame),
    }
    if found.reason:
        return lacking(entry, said(Speed.NO_PERCENTILE, why=found.reason), **fields)
    if not math.isfinite(found.upper):
        return lacking(entry, said(Speed.NO_BOUND, q=q), **fields)
    return judged(entry, "pass", said(Speed.PERCENTILE, q=q, upper=found.upper), **fields)


@row("4.5", "condition", uses=("sample", *SPEED, "sample.time"))
def volume(entry: Entry, case: Case) -> Row:
    """Requests a second over whole minutes, with an interval; against the target where one is set."""
    found, target = case.facts.outcomes, case.targets.throughput_per_s
    fields: dict[str, Any] = {"target": target, "unit": "per second"}
    if found is None or found.requests.empty or "time" not in found.has:
        days = found is not None and found.days
        return lacking(entry, Speed.DAYS_ONLY if days else Speed.NO_MOMENTS, **fields)
    seconds = found.requests["time"].dropna().astype("datetime64[ns]").to_numpy().astype("int64") / 1e9
    rate = throughput(np.sort(seconds))
    fields |= {"estimate": finite(rate.estimate), "n": rate.n, "level": rate.level, "method": rate.method}
    if rate.reason:
        return lacking(entry, said(Speed.NO_RATE, why=rate.reason), **fields)
    fields |= {"lower": rate.lower, "upper": rate.upper, "n_effective": rate.n_effective}
    told = {"rate": plain_number(rate.estimate, 3), "target": target}
    if target is not None and rate.lower < WEEK4_SHARE * target:
        return lacking(entry, said(Speed.RATE_NOT_SHOWN, **told), bar=WEEK4_SHARE * target, **fields)
    return judged(entry, "pass", said(Speed.RATE, **told), **fields)


def _flags(case: Case, requests: pd.DataFrame) -> tuple[Said, ...]:
    flags: list[Said] = []
    if failed := int(requests["failed"].sum()):
        flags.append(said(SpeedFlag.FAILED_REQUESTS, n=failed, of=len(requests)))
    if missing := int(requests["latency_ms"].isna().sum()):
        flags.append(said(SpeedFlag.UNTIMED_REQUESTS, n=missing))
    took = case.facts.outcomes.durations if case.facts.outcomes is not None else None
    if took is not None and took.cap_ms is not None:
        flags.append(said(SpeedFlag.CUT_OFF, ms=took.cap_ms))
    targets = case.project.targets
    if targets.latency_percentile == 95.0 and "latency_percentile" not in targets.model_fields_set:
        flags.append(said(SpeedFlag.PERCENTILE_ASSUMED))
    return tuple(flags)
