"""When the twelve-week path ends: a Monte Carlo forecast from the project's own assumptions.

Base triangular 12 / 12.5 / 16 weeks; one unmet assumption adds 4 to 6 weeks, two or more add 8 and an exponential
tail of mean 4; a first project of its kind takes 1.5 to 2 times as long.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from gatebook.project import Project
from gatebook.record import Forecast

DRAWS = 50_000
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
    """Return simulated durations in weeks, shape (draws,)."""
    random = np.random.default_rng(seed)
    weeks = random.triangular(12.0, 12.5, 16.0, draws)
    if assumptions_unmet == 1:
        weeks += random.uniform(4.0, 6.0, draws)
    elif assumptions_unmet > 1:
        weeks += 8.0 + random.exponential(4.0, draws)
    if first_time:
        weeks *= random.uniform(1.5, 2.0, draws)
    return weeks


def forecast(project: Project, as_of: dt.date, seed: int) -> Forecast | None:
    """Return the forecast, or None where the project file has no start.

    Time already spent is a fact: draws that would have ended before `as_of` are left out.
    """
    if project.start is None:
        return None
    missing = unmet(project)
    weeks = finish_weeks(len(missing), first_time=project.plan.first_time is not False, seed=seed)
    spent = (as_of - project.start).days / 7.0
    weeks = weeks[weeks > spent] if (weeks > spent).any() else np.array([spent + 1.0])
    latest = (dt.date.max - project.start).days / 7.0  # the calendar ends in the year 9999
    p50, p80, p90 = (
        project.start + dt.timedelta(days=min(latest, float(np.quantile(weeks, q))) * 7)
        for q in (0.5, 0.8, 0.9)
    )
    on_time = None
    if project.deadline:
        on_time = float((weeks * 7 <= (project.deadline - project.start).days).mean())
    return Forecast(p50=p50, p80=p80, p90=p90, deadline=project.deadline, on_time=on_time, unmet=missing)
