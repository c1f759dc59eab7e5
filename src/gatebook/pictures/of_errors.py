"""Pictures of the error analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from gatebook.pictures.of_data import lines, pairs, shares
from gatebook.pictures.picture import Chart, drawing, short
from gatebook.pictures.themed import FAIL, INK, PLAIN, SOFT
from gatebook.record import Record
from gatebook.words import say
from gatebook.words.figures import count, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST = 12
_MOST_ANSWERS = 8


def slices(record: Record) -> pd.DataFrame:
    """Return the kinds that fail more than the rest: label, share_of_rows, share_of_errors, rate with bounds, rows."""
    rows = record.evidence.errors.rows or 1
    found = [
        {
            "label": short(one.words or " ".join(f"{p.column} {p.op} {p.value}" for p in one.predicates)),
            "share_of_rows": one.rows / rows,
            "share_of_errors": one.share_of_errors,
            "rate": one.error_rate,
            "lower": one.lower,
            "upper": one.upper,
            "rows": one.rows,
        }
        for one in record.slices[:_MOST]
    ]
    columns = ["label", "share_of_rows", "share_of_errors", "rate", "lower", "upper", "rows"]
    return pd.DataFrame(found, columns=columns)


@drawing(Chart.SLICES, slices, height=54, a_row=28, wide=True)
def _slices(frame: pd.DataFrame, axes: Axes) -> None:
    shares(axes, frame, most=min(1.0, frame[["share_of_rows", "share_of_errors"]].max().max()))
    pairs(axes, frame, "share_of_rows", "share_of_errors", FAIL)
    axes.set_xlabel(say(Chart.SLICES, "across"))


def groups(record: Record) -> pd.DataFrame:
    """Return the result by group, the worst first: label, rate, lower, upper, rows, and the rate of all rows."""
    whole = record.evidence.errors.error_rate
    found = [
        {
            "label": short(f"{one.column}: {one.value}"),
            "rate": one.rate,
            "lower": one.lower,
            "upper": one.upper,
            "rows": one.rows,
            "whole": whole,
        }
        for one in sorted(record.evidence.errors.groups, key=lambda one: -one.rate)[:_MOST]
    ]
    return pd.DataFrame(found, columns=["label", "rate", "lower", "upper", "rows", "whole"])


@drawing(Chart.GROUPS, groups, height=34, a_row=24)
def _groups(frame: pd.DataFrame, axes: Axes) -> None:
    whole = frame["whole"].iloc[0]
    colours = [FAIL if whole is not None and low > whole else PLAIN for low in frame["lower"]]
    lines(axes, frame["label"])
    axes.set_xlim(0, frame["upper"].max() * 1.05)
    axes.grid(visible=True, axis="x")
    axes.hlines(range(len(frame)), frame["lower"], frame["upper"], colors=colours, linewidth=4)
    axes.scatter(frame["rate"], range(len(frame)), s=52, c=colours, linewidths=0, zorder=3)
    if whole is not None:
        axes.axvline(whole, color=SOFT, linewidth=1.4, linestyle=(0, (2, 2)))


def reliability(record: Record) -> pd.DataFrame:
    """Return stated confidence and share right, a row a group of cases, with bounds; shares in [0, 1]."""
    bins = record.evidence.confidence.bins if record.evidence.confidence else ()
    columns = ["confidence", "accuracy", "lower", "upper", "rows"]
    return pd.DataFrame([{name: getattr(one, name) for name in columns} for one in bins if one.rows], columns=columns)


def percentages(axes: Axes, low: float, across: str, up: str) -> None:
    """Set up two axes of shares from `low` to all, named across and, above the drawing, up."""
    for axis, limits in ((axes.xaxis, axes.set_xlim), (axes.yaxis, axes.set_ylim)):
        limits(low, 1.005)
        axis.set_major_formatter(lambda value, _: percent(value))
    axes.locator_params(nbins=5)
    axes.grid(visible=True)
    axes.set_xlabel(across)
    axes.set_title(up)


@drawing(Chart.RELIABILITY, reliability, height=320)
def _reliability(frame: pd.DataFrame, axes: Axes) -> None:
    low = 0.4 if frame[["confidence", "accuracy", "lower"]].min().min() > 0.45 else 0.0
    percentages(axes, low, say(Chart.RELIABILITY, "across"), say(Chart.RELIABILITY, "up"))
    axes.plot([low, 1], [low, 1], color=SOFT, linewidth=1.3, linestyle=(0, (2, 3)))
    axes.vlines(frame["confidence"], frame["lower"], frame["upper"], color=PLAIN, linewidth=3)
    axes.scatter(frame["confidence"], frame["accuracy"], s=60, color=PLAIN, linewidths=0, zorder=3, clip_on=False)
    axes.text(0.03, 0.96, say(Chart.RELIABILITY, "under"), transform=axes.transAxes, va="top")
    axes.text(0.98, 0.03, say(Chart.RELIABILITY, "over"), transform=axes.transAxes, ha="right")


def coverage(record: Record) -> pd.DataFrame:
    """Return what is right among the cases answered alone, a row a threshold: coverage, accuracy, lower, upper."""
    curve = record.evidence.confidence.curve if record.evidence.confidence else ()
    columns = ["threshold", "coverage", "accuracy", "lower", "upper"]
    return pd.DataFrame([{name: getattr(one, name) for name in columns} for one in curve], columns=columns)


@drawing(Chart.COVERAGE, coverage, height=260)
def _coverage(frame: pd.DataFrame, axes: Axes) -> None:
    low = max(0.0, min(0.9, frame["lower"].min() - 0.02))
    percentages(axes, low, say(Chart.COVERAGE, "across"), say(Chart.COVERAGE, "up"))
    axes.set_xlim(0, 1.005)
    ordered = frame.sort_values("coverage")
    axes.fill_between(ordered["coverage"], ordered["lower"], ordered["upper"], color=PLAIN, alpha=0.18, linewidth=0)
    axes.plot(ordered["coverage"], ordered["accuracy"], color=PLAIN, linewidth=2)


def confusions(record: Record) -> pd.DataFrame:
    """Return the mix-ups, the most frequent first: truth, given, rows."""
    found = record.evidence.errors.confusions
    known = list(dict.fromkeys(answer for pair in found for answer in pair[:2]))[:_MOST_ANSWERS]
    rows = [(truth, given, n) for truth, given, n in found if truth in known and given in known]
    return pd.DataFrame(rows, columns=["truth", "given", "rows"])


@drawing(Chart.CONFUSIONS, confusions, height=240)
def _confusions(frame: pd.DataFrame, axes: Axes) -> None:
    known = sorted({*frame["truth"], *frame["given"]})
    table = frame.pivot_table(index="truth", columns="given", values="rows", aggfunc="sum")
    table = table.reindex(index=known, columns=known)
    most = float(table.max().max())
    for up, truth in enumerate(known):
        for across, given in enumerate(known):
            number = float(table.loc[truth, given])
            if number > 0:
                deep = 0.15 + 0.6 * number / most
                axes.barh(up, 0.92, 0.92, left=across - 0.46, color=FAIL, alpha=deep, linewidth=0)
                axes.text(across, up, count(int(number)), ha="center", va="center", color=INK)
    axes.set_xticks(range(len(known)), [short(name, 2)[:12] for name in known], rotation=30 if len(known) > 3 else 0)
    lines(axes, [short(name, 3)[:18] for name in known])
    axes.set_xlim(-0.5, len(known) - 0.5)
    axes.set_xlabel(say(Chart.CONFUSIONS, "across"))
    axes.set_title(say(Chart.CONFUSIONS, "up"))


def latency(record: Record) -> pd.DataFrame:
    """Return the histogram of answer times: lower and upper edge in ms, requests; and the limit and target in force."""
    fact = record.evidence.latency
    row = next((row for row in record.criteria if row.role == "speed"), None)
    edges = [0.0, *(edge for edge, _ in (fact.histogram if fact else ()))]
    rows = [
        (low, edge, n, row.bar if row else None, row.target if row else None)
        for low, (edge, n) in zip(edges, fact.histogram if fact else (), strict=False)
    ]
    return pd.DataFrame(rows, columns=["lower", "upper", "requests", "limit", "target"])


@drawing(Chart.LATENCY, latency, height=220)
def _latency(frame: pd.DataFrame, axes: Axes) -> None:
    widths = frame["upper"] - frame["lower"]
    axes.bar(frame["lower"], frame["requests"] / widths.clip(lower=1e-12), widths, align="edge", color=PLAIN)
    axes.set_yticks([])
    axes.set_xlabel(say(Chart.LATENCY, "across"))
    top = axes.get_ylim()[1]
    for place, (name, colour, style) in enumerate((("limit", INK, "-"), ("target", SOFT, (0, (3, 2))))):
        value = frame[name].iloc[0]
        if not pd.isna(value):
            axes.axvline(value, color=colour, linewidth=1.8, linestyle=style)
            side = "right" if value > frame["upper"].max() / 2 else "left"
            words = f" {say(Chart.LATENCY, name)} {count(int(value))} "
            axes.text(value, top * (1 - 0.1 * place), words, va="top", ha=side)
