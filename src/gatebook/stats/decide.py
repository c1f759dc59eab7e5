"""The rule that turns an interval and a bar into a status."""

from __future__ import annotations

import math
from typing import Literal

from gatebook.stats.interval import Interval

Status = Literal["pass", "fail", "not-enough-evidence"]


def decide(interval: Interval, bar: float, *, higher_is_better: bool = True) -> Status:
    """Pass if the whole interval is on the good side of the bar, fail if it is on the bad side.

    Higher is better: pass if lower >= bar, fail if upper < bar. Lower is better: pass if upper <= bar, fail if
    lower > bar. An interval that is not validated, shows nothing (`reason`), or holds NaN is not enough evidence.
    """
    bounds = (interval.lower, interval.upper, bar)
    if interval.reason or not interval.validated or any(math.isnan(value) for value in bounds):
        return "not-enough-evidence"
    if higher_is_better:
        good, bad = interval.lower >= bar, interval.upper < bar
    else:
        good, bad = interval.upper <= bar, interval.lower > bar
    return "pass" if good else "fail" if bad else "not-enough-evidence"
