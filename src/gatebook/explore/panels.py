"""The three explorers: what would settle it, where it fails, and what is in the data."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ipywidgets as w
import numpy as np

from gatebook.document.loss import Loss
from gatebook.document.page import Dot, Dots
from gatebook.document.rows import QUALITY, SHARES, drawn, grave, noted, question
from gatebook.explore.controls import choice, control, live, number, panel, picture
from gatebook.explore.views import (
    PAGE,
    Assumptions,
    DataViews,
    ErrorViews,
    SliceView,
    Spread,
    Threshold,
    WhatIf,
    WhatIfs,
)
from gatebook.explore.workspace import Workspace
from gatebook.figures import Scale
from gatebook.gates.week04.pages.decision import Test
from gatebook.gates.week04.pages.errors import gains
from gatebook.project import METRICS
from gatebook.slices import Predicate, describe
from gatebook.words import Code, say
from gatebook.words.figures import full_day, percent, plain_number, plural

CONDITIONS = 3
ANY, MISSING, EVERY = "(any)", "(missing)", "(all columns)"
STEPS, MOST_LABELS = 200, 5000  # of the sliders of the what-if explorer
LISTED = 12  # kinds of input beside another version
AHEAD = 4  # other versions measured when the panel opens
LETTERS = 110  # of a finding in the list


class Label(Code):
    """The labels of controls and the headings of parts."""

    TARGET = "target"
    THRESHOLD = "threshold"
    MORE = "more"
    RIGHT = "right"
    WRONG = "wrong"
    TOML = "toml"
    KIND = "kind"
    KINDS = "kinds"
    LIFT = "lift"
    ALONE = "alone"
    CONFIDENCE = "confidence"
    VERSIONS = "versions"
    OTHER = "other"


# What would settle it


def what_if(space: Workspace) -> w.Widget:
    """Return the panel of target, threshold, labels and value, with the verdict that would follow."""
    if space.measured is None:
        return w.HTML(picture("nothing_labelled"))
    views = WhatIfs(space)
    start, (low, high) = views.start, views.limits
    moves: dict[str, Any] = {
        "target": number(say(Label.TARGET), start.target, low, high, (high - low) / STEPS),
        "threshold": number(say(Label.THRESHOLD), start.threshold or 0.0, 0.0, 1.0, 0.01, ".2f"),
        "more_labels": control(w.IntSlider, say(Label.MORE), value=0, min=0, max=MOST_LABELS, step=50),
        "value_right": control(w.FloatText, say(Label.RIGHT), "22rem", value=start.value_right or 0.0),
        "cost_wrong": control(w.FloatText, say(Label.WRONG), "22rem", value=start.cost_wrong or 0.0),
    }
    moves = {name: one for name, one in moves.items() if getattr(start, name) is not None}
    toml = control(w.Textarea, say(Label.TOML), rows=9)
    toml.layout.display = "none"
    copy = w.ToggleButton(value=False, description="Copy as gatebook.toml", layout=w.Layout(width="auto"))

    def draw() -> str:
        now = Assumptions(**{name: one.value for name, one in moves.items()})
        toml.value = views.as_toml(now)
        return what_if_picture(space, views.at(now), now)

    def reveal(_: object) -> None:
        toml.layout.display = None if copy.value else "none"

    copy.observe(reveal, "value")
    return panel(*moves.values(), live(draw, *moves.values()), copy, toml)


def what_if_picture(space: Workspace, found: WhatIf, now: Assumptions) -> str:
    """Return the line of page one as it would read, and what would settle it."""
    row, goal = found.row, space.metric
    share = goal in SHARES
    drawing = drawn(row, share=share, bounded=goal in ("f1", "macro_f1", "auc"))
    about = METRICS[goal].plain.partition(" (")[0]
    line = Test(question(QUALITY), about, drawing, row.status, noted(row, share=share), grave(row))
    return picture("verdict", line, found, now.more_labels)


# Where it fails


def errors(space: Workspace) -> w.Widget:
    """Return the panel to build a slice, move the confidence threshold and compare with another version."""
    if space.measured is None:
        return w.HTML(picture("nothing_labelled"))
    views = ErrorViews(space)
    conditions = [Chosen(views, place) for place in range(1, CONDITIONS + 1)]
    states = [one.state for one in conditions]

    def chosen() -> list[Predicate]:
        return [p for one in conditions for p in one.predicates]

    lift = number(say(Label.LIFT), 2.0, 1.0, 6.0, 0.1, ".1f")
    parts: list[Any] = [say(Label.KIND), *(one.box for one in conditions)]
    parts += [live(lambda: slice_picture(views, chosen()), *states)]
    parts += [say(Label.KINDS), lift, live(lambda: kinds_picture(views, lift.value), lift)]
    if space.facts.confidence is not None:
        least = number(say(Label.CONFIDENCE), 0.5, 0.0, 1.0, 0.01, ".2f")
        drawing = live(lambda: threshold_picture(views, views.above(least.value)), least)
        parts += [say(Label.ALONE), least, drawing]
    if views.versions:
        for version in views.versions[:AHEAD]:
            views.compare(version)  # measured ahead, so that a later move is quick
        other = choice(say(Label.OTHER), list(views.versions), views.versions[0])
        drawing = live(lambda: versions_picture(views, other.value, chosen()), other, *states)
        parts += [say(Label.VERSIONS), other, drawing]
    return panel(*parts)


class Chosen:
    """One condition of a slice: a column, and controls that fit it; `state` changes whenever the condition does."""

    def __init__(self, views: ErrorViews, place: int) -> None:
        self.views, self.label = views, f"Condition {place}"
        self.column = choice(f"{self.label}: column", [ANY, *views.columns], ANY)
        self.controls: tuple[Any, ...] = ()
        self.box, self.state = w.VBox([self.column]), w.Text()
        self.column.observe(self._fill, "value")

    @property
    def predicates(self) -> list[Predicate]:
        """The condition as the search would write it; two for a range."""
        column, values = self.column.value, [one.value for one in self.controls]
        match self.views.columns[column] if values else None:
            case "value":
                known = {ANY: [], MISSING: [Predicate(column, "missing")]}
                return known.get(values[0], [Predicate(column, "==", values[0])])
            case "range":
                low, high = values
                least = [] if low is None else [Predicate(column, ">=", low)]
                return least if high is None else [*least, Predicate(column, "<", high)]
            case "words":
                return [Predicate(column, "contains", values[0].strip())] if values[0].strip() else []
        return []

    def _fill(self, _: object) -> None:
        """Put the controls that fit the column."""
        column = self.column.value
        match self.views.columns.get(column):
            case "value":
                options = [ANY, *self.views.values(column), MISSING]
                self.controls = (choice(f"{self.label}: value", options, ANY),)
            case "range":
                cuts = [(ANY, None), *((plain_number(v), v) for v in self.views.cuts(column))]
                self.controls = tuple(choice(f"{self.label}: {end}", cuts) for end in ("at least", "below"))
            case "words":  # read when Enter is pressed or the field is left
                self.controls = (control(w.Text, f"{self.label}: mentions", continuous_update=False),)
            case _:
                self.controls = ()
        self.box.children = (self.column, *self.controls)
        for one in self.controls:
            one.observe(self._moved, "value")
        self._moved()

    def _moved(self, _: object = None) -> None:
        self.state.value = repr(self.predicates)


def loss_of(views: ErrorViews) -> Loss:
    """Return the kind of this project's errors."""
    losses = views.data.losses
    if losses.min() < 0 or losses.max() > 1:
        return Loss.FAR
    return Loss.WRONG if np.isin(losses, (0.0, 1.0)).all() else Loss.LOST


def slice_picture(views: ErrorViews, chosen: list[Predicate]) -> str:
    """Return the slice beside all other rows, and its worst rows."""
    found, loss = views.slice_of(chosen), loss_of(views)
    words = describe(chosen) if chosen else ""
    return picture("slice", found, words, loss, _beside_the_rest(found, words or "all rows", loss))


def _beside_the_rest(found: SliceView, words: str, loss: Loss) -> Dots:
    rate, rest = found.rate, found.rest_rate
    top = max(rate.upper if np.isfinite(rate.upper) else rate.estimate, found.base_rate, 1e-9) * 1.15
    scale = Scale(0.0, min(1.0, top) if loss.is_share else top)
    told, note = loss.rate(rate.estimate), plural(found.rows, "row")
    dots = [Dot(words, rate.estimate, rate.lower, rate.upper, told, note=note, status="fail")]
    if np.isfinite(rest):
        dots.append(Dot("all other rows", rest, value=loss.rate(rest)))
    return Dots(tuple(dots), scale, tuple((t, loss.number(t)) for t in scale.ticks(4)))


def kinds_picture(views: ErrorViews, lift: float) -> str:
    """Return the kinds of input that fail at least so many times as often as all rows."""
    found = views.kinds_above(lift)
    return picture(
        "kinds", found.assign(rate=found["rate"].round(3)).set_index("kind of input").round({"times usual": 1})
    )


def threshold_picture(views: ErrorViews, found: Threshold | None) -> str:
    """Return how much of what the model answers alone is right, and what goes to people a day."""
    assert found is not None
    point, project = found.point, views.space.project
    goal = project.targets.value if project.targets.metric in (None, "accuracy", "success_rate") else None
    scale = Scale.over([point.lower, point.upper, goal, 1.0], ceiling=1.0, floor=0.0)
    alone, right = f"{percent(point.coverage)} answered alone", percent(point.accuracy)
    note = f"{percent(1 - point.coverage)} to people"
    dot = Dot(alone, point.accuracy, point.lower, point.upper, right, note=note, reference=goal)
    dots = Dots((dot,), scale, tuple((t, percent(t)) for t in scale.ticks(4)))
    currency = project.value.currency if project.value and project.value.review_cost else None
    return picture("threshold", point, found.queue, currency, dots, goal)


def versions_picture(views: ErrorViews, other: str, chosen: list[Predicate]) -> str:
    """Return what the candidate gains on the other version, the whole first, then losses first."""
    found, loss = views.compare(other, chosen), loss_of(views)
    if found is None:
        return picture("versions", None, loss, None, 0)
    named = [(views.said(c.kind), c) for c in (found.whole, *found.changes[:LISTED])]
    return picture("versions", found, loss, gains(named, loss), max(len(found.changes) - LISTED, 0))


# What is in the data


def data(space: Workspace) -> w.Widget:
    """Return the panel of a column in both tables, its findings, and the rows behind one."""
    if space.facts.sample is None:
        return w.HTML(picture("no_sample"))
    views = DataViews(space)
    column, finding = choice("Column", [EVERY, *views.columns], EVERY), choice("Finding", [])
    page = control(w.IntSlider, "Page of rows", value=1, min=1, max=1, step=1)

    def fill(_: object = None) -> None:
        found = views.findings(None if column.value == EVERY else column.value)
        finding.options = [
            ((one.title if role == "sample" else f"{role}: {one.title}")[:LETTERS], (role, place))
            for role, place, one in found
        ]
        finding.index = 0 if found else None

    def turn(_: object = None) -> None:
        pages = views.pages(*finding.value) if finding.value else 1
        page.max, page.layout.display = pages, None if pages > 1 else "none"

    column.observe(fill, "value")
    finding.observe(turn, "value")
    fill()
    turn()
    about = live(lambda: column_picture(views, None if column.value == EVERY else column.value), column)
    rows = live(lambda: finding_picture(views, finding.value, page.value - 1), finding, page)
    return panel(column, about, finding, page, rows)


def finding_picture(views: DataViews, chosen: tuple[str, int] | None, page: int) -> str:
    """Return what a finding means, and a page of the rows behind it."""
    if chosen is None:
        return picture("finding", None, None, 0)
    role, number = chosen
    one = views.space.facts.scans[role].findings[number]
    return picture("finding", one, views.rows(role, number, page), page * PAGE + 1)


def column_picture(views: DataViews, name: str | None) -> str:
    """Return the spread of a column in both tables, with what was measured; without one, how many there are."""
    if name is None:
        return picture("columns", len(views.columns), len(views.sample))
    view = views.column(name)
    spread = view.spread
    ends = tuple(_end(spread.edges[i], spread.unit) for i in (0, -1)) if spread.edges else ()
    return picture("column", name, view, _by_value(spread), ends, spread.curated is not None)


def _by_value(spread: Spread) -> Dots:
    scale = Scale(0.0, max([*spread.production, *(spread.curated or ()), 1e-9]))
    curated = spread.curated or (None,) * len(spread.labels)
    return Dots(
        tuple(
            Dot(
                label[:60],
                here,
                0.0,
                here,
                percent(here),
                note="" if there is None else f"curated {percent(there)}",
                reference=there,
            )
            for label, here, there in zip(spread.labels, spread.production, curated, strict=False)
        ),
        scale,
    )


def _end(value: float, unit: str) -> str:
    if unit == "seconds":
        return full_day(dt.datetime.fromtimestamp(value, dt.UTC).date())
    return f"{plain_number(value)} {unit}".rstrip()
