"""Pictures of go/no-go: the path, its money, what is open, what was looked at."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from gatebook.pictures.of_data import lines
from gatebook.pictures.picture import Chart, drawing, short
from gatebook.pictures.themed import ACCENT, FAIL, INK, OPEN, PASS, PLAIN, RAIL, SOFT
from gatebook.record import Record
from gatebook.words import say
from gatebook.words.figures import clip, money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 14


def timeline(record: Record) -> pd.DataFrame:
    """Return the days of the path: kind ("planned", "passed", "today", ...), what it is called, day, place."""
    forecast = record.forecast
    if forecast is None:
        return pd.DataFrame(columns=["kind", "told", "day", "place"])
    rows: list[tuple[str, str, dt.date, int]] = []
    for place, gate in enumerate(forecast.gates):
        rows.append(("planned", gate.title, gate.planned, place))
        if gate.passed is not None:
            rows.append(("passed", gate.title, gate.passed, place))
    end = len(forecast.gates)
    rows.append(("today", say(Chart.TIMELINE, "today"), record.run.as_of, end))
    if forecast.deadline is not None:
        rows.append(("deadline", say(Chart.TIMELINE, "deadline"), forecast.deadline, end))
    for name, day in (("even", forecast.p50), ("likely", forecast.p80), ("nearly", forecast.p90)):
        rows.append((name, say(Chart.TIMELINE, name), day, end))
    frame = pd.DataFrame(rows, columns=["kind", "told", "day", "place"])
    frame["day"] = pd.to_datetime(frame["day"])
    return frame


@drawing(Chart.TIMELINE, timeline, height=120, a_row=13, wide=True)
def _timeline(frame: pd.DataFrame, axes: Axes) -> None:
    of = {str(kind): part for kind, part in frame.groupby("kind", sort=False)}
    nothing = frame.head(0)
    end, planned, passed = int(frame["place"].max()), of.get("planned", nothing), of.get("passed", nothing)
    axes.set_yticks([*planned["place"], end], [*(short(told, 4) for told in planned["told"]), ""])
    axes.set_ylim(end + 0.9, -0.6)
    axes.scatter(planned["day"], planned["place"], s=40, facecolors="none", edgecolors=SOFT, linewidths=1.5)
    axes.scatter(passed["day"], passed["place"], s=46, color=PASS, linewidths=0, zorder=3)
    for kind, colour, style in (("today", ACCENT, "-"), ("deadline", INK, (0, (3, 2)))):
        for _, mark in of.get(kind, nothing).iterrows():
            axes.axvline(mark["day"], color=colour, linewidth=1.6, linestyle=style)
            axes.text(mark["day"], -0.6, mark["told"], color=colour, ha="center", va="bottom")
    ends = pd.concat([of[kind] for kind in ("even", "likely", "nearly")])
    axes.hlines(end, ends["day"].min(), ends["day"].max(), color=OPEN, linewidth=6)
    axes.scatter(ends["day"].iloc[:1], [end], s=60, color=OPEN, linewidths=0, zorder=3)
    axes.text(ends["day"].iloc[0], end + 0.75, ends["told"].iloc[0], ha="center", va="center")
    _months(axes, 3, 6)
    axes.grid(visible=True, axis="x")


def value(record: Record) -> pd.DataFrame:
    """Return a month's value at shares of right answers: told, right in [0, 1], month, in the record's currency.

    The value is linear in the share: it goes through the break-even and the month of a wrong go.
    """
    columns = ["told", "right", "month", "currency"]
    worth = record.money
    if worth is None or worth.break_even is None or worth.false_go_right is None or not worth.false_go_month:
        return pd.DataFrame(columns=columns)
    slope = (worth.false_go_right - worth.break_even) / worth.false_go_month
    signed = [
        ("wrong", worth.false_go_month),
        ("break_even", 0.0),
        ("lower", worth.monthly.lower),
        ("measured", worth.monthly.estimate),
        ("upper", worth.monthly.upper),
    ]
    rows = [(kind, worth.break_even + slope * month, month, worth.currency) for kind, month in signed]
    return pd.DataFrame(rows, columns=columns)


@drawing(Chart.VALUE, value, height=240)
def _value(frame: pd.DataFrame, axes: Axes) -> None:
    rights = dict(zip(frame["told"], frame["right"].to_numpy(float), strict=True))
    months = dict(zip(frame["told"], frame["month"].to_numpy(float), strict=True))
    unit = frame["currency"].iloc[0]
    ordered = frame.sort_values("right")
    axes.axhline(0, color=SOFT, linewidth=1)
    axes.plot(ordered["right"], ordered["month"], color=RAIL, linewidth=2)
    bounds = ("lower", "upper")
    axes.plot([rights[end] for end in bounds], [months[end] for end in bounds], color=PLAIN, linewidth=5)
    for kind, colour in (("break_even", SOFT), ("wrong", FAIL), ("measured", PLAIN)):
        place = rights[kind], months[kind]
        axes.scatter([place[0]], [place[1]], s=60, color=colour, linewidths=0, zorder=3)
        left = place[0] > float(ordered["right"].mean())
        words, away, side = say(Chart.VALUE, kind), (-8, 8) if left else (8, -12), "right" if left else "left"
        axes.annotate(words, place, away, textcoords="offset points", ha=side, color=INK)
    axes.xaxis.set_major_formatter(lambda share, _: percent(share))
    axes.yaxis.set_major_formatter(lambda amount, _: money(amount, unit))
    axes.locator_params(nbins=5)
    axes.margins(x=0.08, y=0.15)
    axes.grid(visible=True, axis="y")
    axes.set_xlabel(say(Chart.VALUE, "across"))


def delay(record: Record) -> pd.DataFrame:
    """Return what waiting costs in all by each week from the deadline to the expected finish: week, cost, currency."""
    worth, forecast = record.money, record.forecast
    weeks = 0
    if worth is not None and forecast is not None and forecast.deadline is not None:
        weeks = (forecast.p50 - forecast.deadline).days // 7
    if worth is None or weeks < 1 or worth.week_of_waiting.estimate <= 0:
        return pd.DataFrame(columns=["week", "cost", "lower", "upper", "currency"])
    a_week = worth.week_of_waiting
    rows = [(n, n * a_week.estimate, n * a_week.lower, n * a_week.upper, worth.currency) for n in range(1, weeks + 1)]
    return pd.DataFrame(rows, columns=["week", "cost", "lower", "upper", "currency"])


@drawing(Chart.DELAY, delay, height=200)
def _delay(frame: pd.DataFrame, axes: Axes) -> None:
    unit = frame["currency"].iloc[0]
    axes.fill_between(frame["week"], frame["lower"], frame["upper"], color=FAIL, alpha=0.15, linewidth=0)
    axes.plot(frame["week"], frame["cost"], color=FAIL, linewidth=2)
    axes.text(
        frame["week"].iloc[-1],
        frame["cost"].iloc[-1],
        money(frame["cost"].iloc[-1], unit) + " ",
        ha="right",
        va="bottom",
        color=INK,
    )
    axes.yaxis.set_major_formatter(lambda amount, _: money(amount, unit))
    axes.locator_params(nbins=5, integer=True)
    axes.grid(visible=True, axis="y")
    axes.set_xlabel(say(Chart.DELAY, "across"))


def conditions(record: Record) -> pd.DataFrame:
    """Return the open conditions by the day they are due, those without one last: label, owner, due, live, told."""
    rows = []
    for one in sorted(record.open, key=lambda one: (one.due is None, one.due or record.run.as_of)):
        if one.waived:
            continue
        known = one.owner is not None and one.due is not None
        told = say(Chart.CONDITIONS, "due", owner=one.owner, due=one.due) if known else say(Chart.CONDITIONS, "nobody")
        rows.append((short(one.todo or one.title), one.owner, one.due, one.live, told, record.run.as_of))
    frame = pd.DataFrame(rows[:_MOST], columns=["label", "owner", "due", "live", "told", "today"])
    return frame.assign(due=pd.to_datetime(frame["due"]), today=pd.to_datetime(frame["today"]))


@drawing(Chart.CONDITIONS, conditions, height=54, a_row=24, wide=True)
def _conditions(frame: pd.DataFrame, axes: Axes) -> None:
    today = frame["today"].iloc[0]
    beyond = max([today, *frame["due"].dropna()]) + pd.Timedelta(days=14)  # where those without a day stand
    lines(axes, frame["label"], above=0.9)
    axes.axvline(today, color=ACCENT, linewidth=1.6)
    for place, (due, live) in enumerate(zip(frame["due"], frame["live"], strict=True)):
        dated, colour = not pd.isna(due), OPEN if live else FAIL
        day, filled = (due, colour) if dated else (beyond, "none")
        axes.hlines(place, today, day, color=RAIL, linewidth=2)
        axes.scatter([day], [place], s=50, facecolors=filled, edgecolors=colour, linewidths=1.5, zorder=3)
        if not dated:
            away = (9, 0)
            axes.annotate(say(Chart.CONDITIONS, "none"), (day, place), away, textcoords="offset points", va="center")
    _months(axes, 2, 5)
    axes.margins(x=0.14)


def _months(axes: Axes, fewest: int, most: int) -> None:
    """Set an axis of days, each label with what it needs to be read alone."""
    from matplotlib import dates as mdates

    locator = mdates.AutoDateLocator(minticks=fewest, maxticks=most)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False))


def looks(record: Record) -> pd.DataFrame:
    """Return the looks on record in their order: criterion, at, n, alpha, and what each criterion has spent by then."""
    rows = [(clip(look.criterion, 1), look.at, look.n, look.alpha) for look in record.looks]
    frame = pd.DataFrame(rows, columns=["criterion", "at", "n", "alpha"])
    return frame.assign(spent=frame["alpha"].astype(float).groupby(frame["criterion"]).cumsum())


@drawing(Chart.LOOKS, looks, height=220)
def _looks(frame: pd.DataFrame, axes: Axes) -> None:
    for (name, part), marker in zip(frame.groupby("criterion"), "osD^vP*X" * len(frame), strict=False):
        axes.plot(part["n"], part["spent"], color=PLAIN, marker=marker, linewidth=1.4, label=str(name))
    axes.set_ylim(0, max(0.05, frame["spent"].max()) * 1.1)
    axes.axhline(0.05, color=SOFT, linewidth=1.2, linestyle=(0, (3, 2)))
    axes.locator_params(nbins=5)
    axes.legend(loc="lower right")
    axes.set_xlabel(say(Chart.LOOKS, "across"))
    axes.set_title(say(Chart.LOOKS, "up"))
