"""Pictures of the data reality check."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from gatebook.pictures.picture import Chart, drawing, short
from gatebook.pictures.themed import FAIL, INK, OPEN, PLAIN, RAIL, SOFT
from gatebook.record import Record
from gatebook.words import say
from gatebook.words.figures import count, percent, plain_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = {"blocking": FAIL, "holding": OPEN, "warning": OPEN, "note": PLAIN}
_MOST, _MOST_MOVED = 12, 6


def lines(axes: Axes, labels: Sequence[str] | pd.Series, above: float = 0.5) -> None:
    """Set up a line of the picture for each label, the first on top, with `above` of a line's height over it."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -above)


def shares(axes: Axes, frame: pd.DataFrame, label: str = "label", most: float = 1.0) -> None:
    """Set up a row of text a mark, the first on top, and an axis of shares from nothing to `most`."""
    lines(axes, frame[label])
    axes.set_xlim(0, most * 1.02)
    axes.xaxis.set_major_formatter(lambda value, _: percent(value))
    axes.locator_params(axis="x", nbins=5)
    axes.grid(visible=True, axis="x")


def pairs(axes: Axes, frame: pd.DataFrame, ring: str, dot: str, colours: str | list[str] = PLAIN) -> None:
    """Draw a ring, a dot and the line between them, a row each."""
    rows = range(len(frame))
    axes.hlines(rows, frame[ring], frame[dot], color=SOFT, linewidth=2)
    axes.scatter(frame[ring], rows, s=46, facecolors="none", edgecolors=SOFT, linewidths=1.6, zorder=3, clip_on=False)
    axes.scatter(frame[dot], rows, s=52, c=colours, linewidths=0, zorder=4, clip_on=False)


def findings(record: Record) -> pd.DataFrame:
    """Return the findings that are no notes, the worst first: label, severity, share of rows in [0, 1]."""
    order = list(_COLOURS)
    found = sorted(
        (f for f in record.findings if f.severity != "note"), key=lambda f: (order.index(f.severity), -f.share)
    )
    rows = [
        {"label": short(f.title.replace("`", ""), 8), "severity": f.severity, "share": f.share, "table": f.table}
        for f in found
    ]
    return pd.DataFrame(rows[:_MOST], columns=["label", "severity", "share", "table"])


@drawing(Chart.FINDINGS, findings, height=54, a_row=24, wide=True)
def _findings(frame: pd.DataFrame, axes: Axes) -> None:
    shares(axes, frame, most=max(frame["share"].max(), 0.01))
    axes.barh(range(len(frame)), frame["share"], height=0.5, color=[_COLOURS[s] for s in frame["severity"]])
    axes.set_xlabel(say(Chart.FINDINGS, "across"))


def moved(record: Record) -> pd.DataFrame:
    """Return the spread of the columns that moved most: column, kind, upper edge, curated and production shares."""
    facts = sorted((fact for fact in record.evidence.production.columns if fact.spread), key=lambda fact: -fact.effect)
    rows = [(fact.column, fact.kind, *bins) for fact in facts[:_MOST_MOVED] for bins in fact.spread]
    return pd.DataFrame(rows, columns=["column", "kind", "upper", "curated", "production"])


@drawing(Chart.MOVED, moved, height=14, a_row=2.9, wide=True)
def _moved(frame: pd.DataFrame, axes: Axes) -> None:
    axes.set_axis_off()
    parts = list(frame.groupby("column", sort=False))
    height = 1 / math.ceil(len(parts) / 2)
    for place, (name, part) in enumerate(parts):
        inner = axes.inset_axes((0.52 * (place % 2), 1 - height * (place // 2 + 0.8), 0.46, height * 0.55))
        upper, width = part["upper"].to_numpy(float), float(part["upper"].diff().iloc[-1])
        edges = [upper[0] - width, *upper]
        inner.stairs(part["production"], edges, fill=True, color=PLAIN, alpha=0.55)
        inner.stairs(part["curated"], edges, color=INK, linewidth=1.6)
        inner.set_yticks([])
        ends = [end if abs(end) > width * 1e-6 else 0.0 for end in (edges[0], upper[-1])]
        dated = part["kind"].iloc[0] == "date"
        inner.set_xticks(
            ends, [f"{pd.Timestamp(end, unit='s'):%d %b %Y}" if dated else plain_number(end, 4) for end in ends]
        )
        first, last = inner.get_xticklabels()
        first.set_horizontalalignment("left")
        last.set_horizontalalignment("right")
        inner.set_title(short(name), fontsize=11)


def answers(record: Record) -> pd.DataFrame:
    """Return how common each answer is in the curated and the production truth, the most moved first."""
    rates = record.evidence.classes.base_rates if record.evidence.classes else ()
    rows = [
        {
            "answer": short(rate.answer),
            "curated": rate.curated.estimate,
            "production": rate.production.estimate,
            "lower": rate.production.lower,
            "upper": rate.production.upper,
            "moved": rate.moved,
        }
        for rate in sorted(rates, key=lambda rate: -abs(rate.difference.estimate))[:_MOST]
    ]
    return pd.DataFrame(rows, columns=["answer", "curated", "production", "lower", "upper", "moved"])


@drawing(Chart.ANSWERS, answers, height=54, a_row=26)
def _answers(frame: pd.DataFrame, axes: Axes) -> None:
    shares(axes, frame, "answer", max(frame[["curated", "upper"]].max()))
    axes.hlines(range(len(frame)), frame["lower"], frame["upper"], color=RAIL, linewidth=7)
    pairs(axes, frame, "curated", "production", [OPEN if moved else PLAIN for moved in frame["moved"]])
    axes.set_xlabel(say(Chart.ANSWERS, "across"))


def segments(record: Record) -> pd.DataFrame:
    """Return each segment's share in the sample and in production, those most apart first: label, share, population."""
    known = [one for one in record.evidence.segments if one.population is not None]
    rows = [
        {
            "label": short(f"{one.column}: {one.value}"),
            "share": one.share,
            "lower": one.lower,
            "upper": one.upper,
            "population": one.population,
        }
        for one in sorted(known, key=lambda one: -abs(one.share - (one.population or 0.0)))[:_MOST]
    ]
    return pd.DataFrame(rows, columns=["label", "share", "lower", "upper", "population"])


@drawing(Chart.SEGMENTS, segments, height=54, a_row=26)
def _segments(frame: pd.DataFrame, axes: Axes) -> None:
    shares(axes, frame, most=float(frame[["upper", "population"]].max().max()))
    axes.hlines(range(len(frame)), frame["lower"], frame["upper"], color=RAIL, linewidth=7)
    pairs(axes, frame, "population", "share")
    axes.set_xlabel(say(Chart.SEGMENTS, "across"))


def missing(record: Record) -> pd.DataFrame:
    """Return the columns of the sample with most values missing: label, share missing in [0, 1], rows."""
    facts = [fact for fact in record.evidence.columns if fact.table == "sample" and fact.missing]
    rows = [
        {"label": short(fact.column), "missing": fact.share_missing, "rows": fact.rows}
        for fact in sorted(facts, key=lambda fact: -fact.missing)[:_MOST]
    ]
    return pd.DataFrame(rows, columns=["label", "missing", "rows"])


@drawing(Chart.MISSING, missing, height=54, a_row=22)
def _missing(frame: pd.DataFrame, axes: Axes) -> None:
    shares(axes, frame, most=frame["missing"].max())
    axes.barh(range(len(frame)), frame["missing"], height=0.5, color=PLAIN)
    axes.set_xlabel(say(Chart.MISSING, "across"))


def funnel(record: Record) -> pd.DataFrame:
    """Return how many rows are left at each step from the file to the verdict: step, rows."""
    sample = next((table for table in record.tables if table.role == "sample"), None)
    joined = {join.right: join.matched for join in record.evidence.joins if join.left == "sample"}
    judged = next((row.n for row in record.criteria if row.role == "quality"), None)
    labelled = record.evidence.labels.labelled or None
    steps = {
        "lines": sample.lines if sample else None,
        "kept": sample.fates.kept + sample.fates.repaired if sample else None,
        "scored": joined.get("predictions"),
        "labelled": labelled,
        "judged": judged if labelled else None,
    }
    rows = [{"step": say(Chart.FUNNEL, step), "rows": number} for step, number in steps.items() if number is not None]
    return pd.DataFrame(rows, columns=["step", "rows"])


@drawing(Chart.FUNNEL, funnel, height=16, a_row=30)
def _funnel(frame: pd.DataFrame, axes: Axes) -> None:
    lines(axes, frame["step"])
    axes.set_xlim(0, frame["rows"].max() * 1.25)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.barh(range(len(frame)), frame["rows"], height=0.55, color=PLAIN)
    for place, number in enumerate(frame["rows"]):
        axes.text(number, place, f" {count(int(number))}", va="center", color=SOFT)
