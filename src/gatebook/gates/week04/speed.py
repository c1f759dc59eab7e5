"""Rows G2, 4.4 and 4.5: fast enough."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from gatebook.cases.columns import SEPARATOR
from gatebook.cases.questions import Question, QuestionCode, words
from gatebook.criteria import Entry, limit_of, row
from gatebook.criteria.evidence import SPEED
from gatebook.evidence.facts import Facts
from gatebook.evidence.requests import Requested
from gatebook.record import Row, finite
from gatebook.stats import Interval, decide
from gatebook.stats.interval import clopper_pearson
from gatebook.stats.latency import exceedance, percentile, throughput
from gatebook.stats.planning import labels_needed, posterior
from gatebook.verdict.case import Case, RowWords, Verdict, held, lacking
from gatebook.verdict.case import row as judged
from gatebook.verdict.lineage import MOST_REQUESTS, Outcomes
from gatebook.verdict.looks import LookedAt, NewLook, take_look, traced
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
    trace = traced(case, entry.id, tested.outcomes(case.key), "requests")
    tested = replace(tested, gone=trace.gone)
    allowed = 1 - case.targets.latency_percentile / 100
    terms = f"{plain_number(case.targets.latency_percentile)} %"
    sight = LookedAt(tested.limit, trace, tested.n, tested.n, exact_bar=allowed, alone="requests", terms=terms)
    look = take_look(case, entry.id, sight)
    share = tested.share(look.look.alpha)
    if share.n_effective < share.n and not look.known and not share.reason:
        look = take_look(case, entry.id, replace(sight, exact_bar=None))
        share = tested.share(look.look.alpha)
    judged_now = _verdict(entry, case, tested, share, look)
    return Verdict(judged_now, (look.read(judged_now),))


def _verdict(entry: Entry, case: Case, tested: _Tested, share: Interval, look: NewLook) -> Row:
    q, alpha, n = case.targets.latency_percentile, look.look.alpha, tested.n
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
        "flags": (*_flags(case, tested.requests.frame), *look.told),
    }
    was = look.stands
    if was is not None and status == "not-enough-evidence" and not share.reason and tested.worst(share) <= allowed:
        why = said(Speed.STANDS, day=was.at, of=was.n, **told)
        return judged(entry, "pass", why, **fields, decided=was.told())
    if look.note:
        return lacking(entry, look.note, **fields)
    if status in {"pass", "fail"}:
        return judged(entry, status, said(Speed.FAST if status == "pass" else Speed.SLOW, **told), **fields)
    if tested.unclear.any() and tested.share(alpha, sure=True) != share:
        asked = words(
            Question(QuestionCode.UNTIMED, "predictions", rows=int(tested.unclear.sum()), of=len(tested.requests.frame))
        )
        return lacking(entry, RowWords(QuestionCode.UNTIMED.value, sentence(asked.title), asked.action), **fields)
    known = posterior(share, allowed, higher_is_better=False)
    plan = labels_needed(known, look.ahead) if known and alpha > 0 else None
    more = plan.labels if plan else None
    codes = (Speed.NO_SHARE, Speed.NO_SHARE_YET) if share.reason else (Speed.UNDECIDED, Speed.UNDECIDED_YET)
    why = said(codes[more is not None], why=share.reason, more=more, **told)
    return lacking(entry, why, labels_needed=more, chance=plan.chance if plan else None, **fields)


@dataclass(frozen=True, eq=False)
class _Tested:
    """Requests against a limit.

    Attributes:
        requests: as they came.
        limit: in ms.
        gone: those of earlier looks that are not among them any more: duration, and whether it was cut off there.
    """

    requests: Requested
    limit: float
    gone: Outcomes | None = None

    @cached_property
    def latency(self) -> np.ndarray:
        """Of each request, shape (n,)."""
        return self.requests.latency

    @cached_property
    def failed(self) -> np.ndarray:
        """Of each request, shape (n,)."""
        return self.requests.failed

    @cached_property
    def unclear(self) -> np.ndarray:
        """Which may or may not have taken the limit: no time and no error, or cut off before it; shape (n,)."""
        return self._unclear(self.latency, self.requests.frame["censored"].to_numpy(bool), self.failed)

    def _unclear(self, latency: np.ndarray, censored: np.ndarray, failed: np.ndarray) -> np.ndarray:
        cut = censored & np.isfinite(latency) & (latency < self.limit)
        return np.asarray((np.isnan(latency) | cut) & ~failed)

    @property
    def n(self) -> int:
        """Requests of this look and of those before."""
        return len(self.requests.frame) + (round(len(self.gone) / self.gone.share) if self.gone else 0)

    def outcomes(self, key: str) -> Outcomes:
        """Return how long each request took, by its id and trial."""
        latency = np.where(self.failed, np.inf, self.latency)
        rows = self.requests.frame
        censored = rows["censored"].to_numpy(float)
        ids = rows["key"].astype("str") + SEPARATOR + rows["trial"].astype("str")
        return Outcomes.of(key, ids, (latency, censored), np.column_stack([latency, censored]), MOST_REQUESTS)

    def share(self, alpha: float, *, sure: bool = False) -> Interval:
        """Return the share of slow requests: what is unclear counts as slow in the bound of a pass, as fast in that of
        a fail.

        `sure` takes every time as it stands.
        """
        unclear = self.unclear & (not sure)
        slow = self._exceeding(np.where(unclear, np.inf, self.latency), np.ones(len(unclear), dtype=bool), alpha)
        if not unclear.any():
            return self._with_gone(slow, slow, alpha)
        seen = self._exceeding(self.latency, ~unclear, alpha)  # where times are missing says nothing of their order
        if slow.reason:
            slow = replace(seen, upper=1.0)
        known = float((~unclear).mean())
        return self._with_gone(slow, replace(seen, lower=seen.lower * known), alpha, known)

    def worst(self, share: Interval) -> float:
        """Return the share of slow requests, of earlier looks too, where what is unclear was slow."""
        slow = (self.latency >= self.limit) | self.failed | self.unclear
        return self._whole(replace(share, estimate=float(slow.mean())))[0]

    def _exceeding(self, latency: np.ndarray, rows: np.ndarray, alpha: float) -> Interval:
        clusters = None if self.requests.clusters is None else self.requests.clusters[rows]
        return exceedance(latency[rows], self.failed[rows], self.limit, alpha, clusters=clusters)

    def _with_gone(self, most: Interval, few: Interval, alpha: float, known: float = 1.0) -> Interval:
        """Return the interval of all requests: its upper bound is that of `most` slow ones, its lower one of `few`,
        of which a share is `known`.

        Those that are gone are worth as many independent ones, each, as those at hand.
        """
        if not self.gone or most.reason or few.reason:
            return replace(most, estimate=few.estimate, lower=few.lower)
        bounds = []
        for found, slow in ((replace(few, estimate=few.estimate * known), False), (most, True)):
            estimate, rows = self._whole(found, alpha, slow=slow)
            bounds.append(clopper_pearson(estimate * rows, rows, alpha)[slow] if alpha > 0 else float(slow))
        estimate, rows = self._whole(few)
        return replace(most, estimate=estimate, lower=bounds[0], upper=bounds[1], n=self.n, n_effective=rows)

    def _whole(self, found: Interval, alpha: float = 0.0, *, slow: bool = True) -> tuple[float, float]:
        """Return the share of slow ones among all requests, and how many independent ones they are worth.

        Of those that are gone only a share may be known: their part is then its bound (Clopper and Pearson 1934) at a
        tenth of `alpha`, where there is one.
        """
        if not self.gone:
            return found.estimate, found.n_effective
        latency, censored = self.gone.figures.T.astype(float)
        unclear = self._unclear(latency, censored > 0, np.isinf(latency))
        hits, kept, n = (
            int(((latency >= self.limit) | (unclear & slow)).sum()),
            len(self.gone),
            len(self.requests.frame),
        )
        part = hits / kept
        if self.gone.share < 1 and alpha > 0:
            part = clopper_pearson(hits, kept, alpha / 10)[int(slow)]
        whole = self.n
        estimate = (found.estimate * n + part * (whole - n)) / whole
        return estimate, found.n_effective * whole / n


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
