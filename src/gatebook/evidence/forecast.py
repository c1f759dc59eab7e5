"""When the twelve-week path ends: a Monte Carlo forecast from the project's own assumptions and the gates it has
passed.

Base triangular 12 / 12.5 / 16 weeks; one unmet assumption adds 4 to 6 weeks, two or more add 8 and an exponential
tail of mean 4; a first project of its kind takes 1.5 to 2 times as long. Our own choice: where every assumption is met
and it is not the first of its kind, the base is triangular 10 / 12 / 16, since the path is planned to take twelve
weeks: one healthy project in three ends in time. With 12 as the least, nobody could ever have met a deadline of twelve
weeks.

A gate that was passed stands at its true date. With a share f of the path done after t weeks, and a median m of the
forecast at the start, what remains of a draw d is (1 - f) d/m ((1 - f) m + t): the pace of the path and the project's
own pace, each with the weight of its share of the path. Who is on pace (t = f m) keeps the forecast's median.

A gate that is open is passed tomorrow at best: a draw ends when it would have ended anyway, or when it would end if the
gate were passed then, whichever is later. So no draw, and no quantile, comes nearer while nothing is done.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np

from gatebook.project import Project
from gatebook.record import Delay, Forecast, GateDate
from gatebook.words import Code, say

DRAWS = 50_000
WEEKS = 12
BASE, HEALTHY = (12.0, 12.5, 16.0), (10.0, 12.0, 16.0)
TOMORROW = 1 / 7  # in weeks


class Assumption(Code):
    """What the forecast assumes of the project; all but the last are keys of its plan."""

    DATA_ACCESS = "data_access"
    DOCUMENTED_APIS = "documented_apis"
    DEDICATED_TEAM = "dedicated_team"
    STABLE_SCOPE = "stable_scope"
    EXPERIENCE = "experience"


def unmet(project: Project) -> tuple[str, ...]:
    """Return the assumptions that do not hold or that nobody has confirmed, in words."""
    keys = [one for one in Assumption if one is not Assumption.EXPERIENCE]
    return tuple(say(key) for key in keys if getattr(project.plan, key) is not True)


def finish_weeks(assumptions_unmet: int, *, first_time: bool, seed: int, draws: int = DRAWS) -> np.ndarray:
    """Return simulated durations in weeks before anything is done, shape (draws,)."""
    random = np.random.default_rng(seed)
    weeks = random.triangular(*(BASE if first_time or assumptions_unmet else HEALTHY), draws)
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
    """Return the durations given the gates passed and those open on `as_of`, shape (m,), m >= 1; a later day never
    lowers one.

    A gate that was passed before anybody looked is taken to have kept the pace, at the latest on the day of that look.
    Behind the last gate only the draws count that have not ended; where all have, a week is still to come.
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
    ahead = next((gate.week / WEEKS for gate in gates if gate.week / WEEKS > done), None)
    if ahead is not None:
        return np.asarray(np.maximum(total, from_gate(weeks, median, ahead, spent + TOMORROW)))
    lasts = total > spent
    return np.asarray(total[lasts]) if lasts.any() else np.array([max(spent, float(total.max())) + 1.0])


def costs(project: Project, median_of: Callable[[int, bool], float]) -> tuple[Delay, ...]:
    """Return how many weeks of the likely end each unmet assumption costs, and doing this for the first time.

    The model does not tell assumptions apart: what they cost together is divided among them in equal parts.

    Args:
        project: its assumptions.
        median_of: the median in weeks, by the number of unmet assumptions and whether it is the first project of its
            kind.
    """
    missing, first_time = unmet(project), project.plan.first_time is not False
    now = median_of(len(missing), first_time)
    found = []
    if missing:
        each = (now - median_of(0, first_time)) / len(missing)
        found = [Delay(assumption=words, weeks=each) for words in missing]
    if first_time:
        found.append(Delay(assumption=say(Assumption.EXPERIENCE), weeks=now - median_of(len(missing), False)))
    return tuple(found)


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
    start = project.start

    def weeks_of(count: int, first: bool) -> np.ndarray:
        return with_gates(finish_weeks(count, first_time=first, seed=seed), gates, start, as_of)

    weeks = weeks_of(len(missing), first_time)
    latest = (dt.date.max - project.start).days / 7.0  # the calendar ends in the year 9999
    p50, p80, p90 = (
        project.start + dt.timedelta(days=min(latest, float(np.quantile(weeks, q))) * 7) for q in (0.5, 0.8, 0.9)
    )
    on_time = None
    if project.deadline:
        on_time = float((weeks * 7 <= (project.deadline - project.start).days).mean())
    return Forecast(
        p50=p50,
        p80=p80,
        p90=p90,
        deadline=project.deadline,
        on_time=on_time,
        unmet=missing,
        first_time=first_time,
        gates=tuple(gates),
        costs=costs(project, lambda count, first: float(np.median(weeks_of(count, first)))),
    )
