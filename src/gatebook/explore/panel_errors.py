"""The error explorer: build a slice, move the confidence threshold, compare with another version."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w
import numpy as np
from markupsafe import Markup

from gatebook.document.page import Dot, Dots, macro
from gatebook.evidence.slices import Predicate, describe
from gatebook.evidence.slices.predicate import Op
from gatebook.explore.controls import choice, heading, number, sheet, shown, table, told, watch, words
from gatebook.explore.errors import ErrorViews, SliceView, Threshold
from gatebook.explore.workspace import Workspace
from gatebook.figures import Scale
from gatebook.words.figures import count, money, percent, plain_number, plural

CONDITIONS = 3
ANY = "(any)"
MISSING = "(missing)"
BOUNDS: tuple[Op, Op] = (">=", "<")
LISTED = 12
AHEAD = 4  # other versions measured when the panel opens


def panel(space: Workspace) -> w.Widget:
    """Return the panel, or one sentence where nothing is labelled."""
    if space.measured is None:
        return w.HTML(shown("No production row has a true answer yet, so there are no errors to look at."))
    views = ErrorViews(space)
    conditions = [Condition(views, number_) for number_ in range(1, CONDITIONS + 1)]
    out = told()

    def chosen() -> list[Predicate]:
        return [p for c in conditions for p in c.predicates]

    def draw() -> None:
        out.value = slice_picture(views, chosen())

    for condition in conditions:
        condition.watched.append(draw)
    draw()
    parts: list[Any] = [sheet(), heading("A kind of input"), *(c.box for c in conditions), out, *_kinds(views)]
    if space.facts.confidence is not None:
        parts += _confidence(views)
    if views.versions:
        parts += _versions(views, chosen, conditions)
    return w.VBox(parts)


class Condition:
    """One condition of a slice: a column, and a control that fits it."""

    def __init__(self, views: ErrorViews, place: int) -> None:
        self.views, self.place = views, place
        self.watched: list[Callable[[], None]] = []
        self.column = choice(f"Condition {place}: column", [ANY, *views.columns], ANY)
        self.controls: tuple[Any, ...] = ()
        self.box = w.VBox([self.column])
        watch(self._fill, self.column)

    @property
    def predicates(self) -> list[Predicate]:
        """The condition as the search would write it; two for a range."""
        column, values = self.column.value, [c.value for c in self.controls]
        match self.views.columns[column] if values else None:
            case "value":
                known = {ANY: [], MISSING: [Predicate(column, "missing")]}
                return known.get(values[0], [Predicate(column, "==", values[0])])
            case "range":
                low, high = (
                    [] if v is None else [Predicate(column, op, v)] for v, op in zip(values, BOUNDS, strict=True)
                )
                return [*low, *high]
            case "words":
                return [Predicate(column, "contains", values[0].strip())] if values[0].strip() else []
        return []

    def _fill(self, _: object) -> None:
        """Put the controls that fit the column."""
        column, label = self.column.value, f"Condition {self.place}: "
        kind = self.views.columns.get(column)
        self.controls = ()
        if kind == "value":
            self.controls = (choice(f"{label}value", [ANY, *self.views.values(column), MISSING], ANY),)
        elif kind == "range":
            cuts = [(ANY, None), *((plain_number(v), v) for v in self.views.cuts(column))]
            self.controls = (choice(f"{label}at least", cuts), choice(f"{label}below", cuts))
        elif kind == "words":
            self.controls = (words(f"{label}mentions"),)
        self.box.children = (self.column, *self.controls)
        watch(self._moved, *self.controls)
        self._moved()

    def _moved(self, _: object = None) -> None:
        for draw in self.watched:
            draw()


def slice_picture(views: ErrorViews, chosen: list[Predicate]) -> str:
    """Return the slice beside all other rows, and its worst rows."""
    found = views.slice_of(chosen)
    name = describe(chosen) if chosen else "all rows"
    if found.rows == 0:
        return shown(f"No labelled row where {name}.")
    tell = _Told(views)
    said = (
        f"{plural(found.rows, 'labelled row')} where {name}: {tell.rate(found.rate.estimate)}"
        if chosen
        else f"All {plural(found.rows, 'labelled row')}: {tell.rate(found.rate.estimate)}"
    )
    said += f", likely {tell.number(found.rate.lower)} to {tell.number(found.rate.upper)}"
    if chosen and found.base_rate:
        said += f"; {found.rate.estimate / found.base_rate:.1f} times the usual, {percent(found.share_of_errors)} of all {tell.whole}"
    note = (
        "You chose this kind by hand: the range allows for no search, so that chance alone brings some that look bad."
    )
    return shown(
        _dots(views, found, name),
        f"{said}. {note if chosen else ''}",
        table("The worst rows (only on your screen)", found.examples),
    )


class _Told:
    """Rates in the words of this project's errors."""

    def __init__(self, views: ErrorViews) -> None:
        losses = views.data.losses
        self.share = bool(losses.min() >= 0 and losses.max() <= 1)
        counted = self.share and bool(np.isin(losses, (0.0, 1.0)).all())
        self.word = "wrong" if counted else "lost" if self.share else "mean error"
        self.whole = "errors" if counted else "loss"

    def number(self, value: float) -> str:
        return percent(value) if self.share else f"{plain_number(value, 3)}"

    def rate(self, value: float) -> str:
        return f"{self.number(value)} {self.word}" if self.share else f"{self.word} {self.number(value)}"


def _dots(views: ErrorViews, found: SliceView, name: str) -> Markup:
    tell, rate = _Told(views), found.rate
    top = max(rate.upper if np.isfinite(rate.upper) else rate.estimate, found.base_rate, 1e-9) * 1.15
    scale = Scale(0.0, min(1.0, top) if tell.share else top)
    rows = [
        Dot(
            name,
            rate.estimate,
            rate.lower,
            rate.upper,
            tell.rate(rate.estimate),
            status="fail",
            note=plural(found.rows, "row"),
        )
    ]
    if np.isfinite(found.rest_rate):
        rows.append(Dot("all other rows", found.rest_rate, value=tell.rate(found.rest_rate)))
    ticks = tuple((t, tell.number(t)) for t in scale.ticks(4))
    return dots("How often it goes wrong", Dots(tuple(rows), scale, ticks))


def dots(caption: str, picture: Dots, note: str = "") -> Markup:
    """Return the document's dot-and-interval picture."""
    return macro("dots", caption, picture, note)


def _kinds(views: ErrorViews) -> list[Any]:
    lift, out = number("At least times the usual", 2.0, 1.0, 6.0, 0.1, ".1f"), told()

    def draw(_: object = None) -> None:
        found = views.kinds_above(lift.value)
        listed = found.assign(rate=found["rate"].round(3)).set_index("kind of input").round({"times usual": 1})
        none = "No kind of input fails that often."
        out.value = shown(table("Kinds of input that fail that often", listed) if len(found) else none)

    watch(draw, lift)
    draw()
    return [heading("Kinds of input that fail more"), lift, out]


def _confidence(views: ErrorViews) -> list[Any]:
    threshold, out = number("Confidence at least", 0.5, 0.0, 1.0, 0.01, ".2f"), told()

    def draw(_: object = None) -> None:
        found = views.above(threshold.value)
        assert found is not None
        out.value = threshold_picture(views, found)

    watch(draw, threshold)
    draw()
    return [heading("Answers alone above a confidence"), threshold, out]


def threshold_picture(views: ErrorViews, found: Threshold) -> str:
    """Return how much of what the model answers alone is right, and what goes to people a day."""
    point, queue = found.point, found.queue
    if point.coverage == 0:
        return shown("The model answers nothing alone at this confidence: every case goes to people.")
    project = views.space.project
    goal = project.targets.value if project.targets.metric in (None, "accuracy", "success_rate") else None
    scale = Scale.over([point.lower, point.upper, goal, 1.0], ceiling=1.0, floor=0.0)
    told_ = f"{percent(point.accuracy)} right, likely {percent(point.lower)} to {percent(point.upper)}"
    ticks = tuple((t, percent(t)) for t in scale.ticks(4))
    alone = f"{percent(point.coverage)} answered alone"
    dot = Dot(
        alone,
        point.accuracy,
        point.lower,
        point.upper,
        percent(point.accuracy),
        reference=goal,
        note=f"{percent(1 - point.coverage)} to people",
    )
    caption = "Right, of what the model answers alone" + ("; dashed: the target" if goal else "")
    picture = dots(caption, Dots((dot,), scale, ticks))
    said = f"The model answers {percent(point.coverage)} of the cases alone; of these {told_}. {percent(1 - point.coverage)} go to people"
    if queue is not None:
        model = project.value
        assert model is not None
        said += f": {count(queue.cases_a_day)} cases a day"
        said += f", at {money(queue.cost_a_day, model.currency)} a day" if model.review_cost else ""
        if queue.capacity_a_day is not None:
            said += f"; {'within' if queue.fits else 'more than'} the {count(queue.capacity_a_day)} a day that people can take"
    return shown(picture, said + ".")


def _versions(views: ErrorViews, chosen: Callable[[], list[Predicate]], conditions: list[Condition]) -> list[Any]:
    other, out = choice("Other version", list(views.versions), views.versions[0]), told()
    for version in views.versions[:AHEAD]:
        views.compare(version)  # measured ahead, so that a later move is quick

    def draw(_: object = None) -> None:
        out.value = versions_picture(views, other.value, chosen())

    watch(draw, other)
    for condition in conditions:
        condition.watched.append(draw)
    draw()
    return [heading("Against another version"), other, out]


def versions_picture(views: ErrorViews, other: str, chosen: list[Predicate]) -> str:
    """Return what the candidate gains on the other version, the whole first, then losses first."""
    found = views.compare(other, chosen)
    if found is None:
        return shown("Fewer than 20 labelled cases have a result of both versions.")
    tell, changes = _Told(views), (found.whole, *found.changes[:LISTED])
    scale = Scale.over([0.0, *(v for c in changes for v in (c.gain.lower, c.gain.upper))])
    rows = tuple(
        Dot(
            views.said(c.kind),
            c.gain.estimate,
            c.gain.lower,
            c.gain.upper,
            f"{tell.number(c.other)} to {tell.number(c.candidate)}",
            note=plural(c.rows, "case"),
            status="fail" if c.gain.upper < 0 else "plain",
            reference=0.0,
        )
        for c in changes
    )
    hidden = len(found.changes) - LISTED
    note = f"{hidden} more kinds of input are not shown." if hidden > 0 else ""
    caption = f"Less {tell.word} than {other} (right of the dashed line is better)"
    picture = dots(caption, Dots(rows, scale, ((0.0, "the same"),)), note)
    said = f"Better than {other} in {plural(found.only_candidate, 'case')}, worse in {count(found.only_other)}."
    return shown(picture, said)
