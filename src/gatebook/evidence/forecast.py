"""When the twelve-week path ends: a Monte Carlo forecast from the project's own assumptions and the gates it has passed.

Base triangular 12 / 12.5 / 16 weeks; one unmet assumption adds 4 to 6 weeks, two or more add 8 and an exponential
tail of mean 4; a first project of its kind takes 1.5 to 2 times as long.

A gate that was passed stands at its true date. With a share f of the path done after t weeks, and a median m of the
forecast at the start, what remains of a draw d is (1 - f) d/m ((1 - f) m + t): the pace of the path and the project's
own pace, each with the weight of its share of the path. Who is on pace (t = f m) keeps the forecast's median.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from gatebook.project import Project
from gatebook.record import Forecast, GateDate

DRAWS = 50_000
WEEKS = 12
FEWEST = 0.01  # share of the draws that must agree with the calendar for it to be left to them
ASSUMPTIONS = {
    "data_access": "data access without a committee",
    "documented_apis": "documented interfaces",
    "dedicated_team": "a dedicated team",
    "stable_scope": "no major change of scope",
}


def unmet(project: Project) -> tuple[str, ...]:
    """Return the assumptions that do not hold or that nobody has confirmed, in words."""
    return tuple(words for key, words in ASSUMPTIONS.items() if getattr(project.plan, key) is not True)


def finish_weeks(assumptions_unmet: int, *, first_time: bool, seed: int, draws: int = DRAWS) -> np.ndarray:
    """Return simulated durations in weeks before anything is done, shape (draws,)."""
    random = np.random.default_rng(seed)
    weeks = random.triangular(12.0, 12.5, 16.0, draws)
    if assumptions_unmet == 1:
        weeks += random.uniform(4.0, 6.0, draws)
    elif assumptions_unmet > 1:
        weeks += 8.0 + random.exponential(4.0, draws)
    if first_time:
        weeks *= random.uniform(1.5, 2.0, draws)
    return weeks


def from_gate(weeks: np.ndarray, median: float, done: float, at: float) -> np.ndarray:
    """Return the durations in weeks once a gate is passed, shape of `weeks`.

    Args:
        weeks: durations before anything was done, shape (draws,).
        median: their median.
        done: share of the path up to the gate, 0 to 1.
        at: weeks from the start to the day on which it was passed.
    """
    return at + (1 - done) * weeks / median * ((1 - done) * median + at)


def with_gates(weeks: np.ndarray, gates: Sequence[GateDate], start: dt.date, as_of: dt.date) -> np.ndarray:
    """Return the durations that agree with the gates passed and with those not passed by `as_of`, shape (m,), m >= 1.

    A gate that was passed before anybody looked is taken to have kept the pace, at the latest on the day of that look.
    Where hardly a draw agrees with a gate being still open, it is taken to be passed on `as_of`: the best case left.
    """
    median, spent = float(np.median(weeks)), (as_of - start).days / 7.0
    passed = [gate for gate in gates if gate.passed is not None]
    done = at = 0.0
    total = weeks
    if passed:
        last = passed[-1]
        assert last.passed is not None
        done, at = last.week / WEEKS, max(0.0, (last.passed - start).days / 7.0)
        if not last.exact:
            at = min(at, done * median)
        total = from_gate(weeks, median, done, at)
    ahead = next((gate.week / WEEKS for gate in gates if gate.week / WEEKS > done), 1.0)
    due = total if ahead == 1.0 else at + (ahead - done) / (1 - done) * (total - at)
    agrees = due > spent
    if agrees.mean() >= FEWEST:
        return np.asarray(total[agrees])
    return np.array([spent + 1.0]) if ahead == 1.0 else from_gate(weeks, median, ahead, spent)


def forecast(project: Project, gates: Sequence[GateDate], as_of: dt.date, seed: int) -> Forecast | None:
    """Return the forecast, or None where the project file has no start.

    Args:
        project: its start, deadline and assumptions.
        gates: the stages of the path in the order of their weeks.
        as_of: the day of the forecast.
        seed: for the draws.
    """
    if project.start is None:
        return None
    missing, first_time = unmet(project), project.plan.first_time is not False
    weeks = finish_weeks(len(missing), first_time=first_time, seed=seed)
    weeks = with_gates(weeks, gates, project.start, as_of)
    latest = (dt.date.max - project.start).days / 7.0  # the calendar ends in the year 9999
    p50, p80, p90 = (
        project.start + dt.timedelta(days=min(latest, float(np.quantile(weeks, q))) * 7)
        for q in (0.5, 0.8, 0.9)
    )
    on_time = None
    if project.deadline:
        on_time = float((weeks * 7 <= (project.deadline - project.start).days).mean())
    return Forecast(
        p50=p50, p80=p80, p90=p90, deadline=project.deadline, on_time=on_time, unmet=missing, first_time=first_time,
        gates=tuple(gates),
    )  # fmt: skip
