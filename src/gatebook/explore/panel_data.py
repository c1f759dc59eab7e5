"""The data explorer: a column in both tables, its findings, and the rows behind one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from gatebook.document.page import Dot, Dots
from gatebook.explore.controls import choice, sheet, shown, table, told, watch, whole
from gatebook.explore.data import PAGE, ColumnView, DataViews, Spread
from gatebook.explore.panel_errors import dots
from gatebook.explore.workspace import Workspace
from gatebook.figures import Scale, overlay
from gatebook.words.figures import count, full_day, percent, plain_number, plural

EVERY = "(all columns)"
LETTERS = 110  # of a finding in the list


def panel(space: Workspace) -> w.Widget:
    """Return the panel, or one sentence where there is no sample."""
    if space.facts.sample is None:
        return w.HTML(shown("There is no production sample to look at."))
    views = DataViews(space)
    column = choice("Column", [EVERY, *views.columns], EVERY)
    finding = choice("Finding", [])
    page = whole("Page of rows", 1, 1, 1)
    about, rows = told(), told()

    def fill(_: object = None) -> None:
        name = None if column.value == EVERY else column.value
        about.value = (
            column_picture(views, name)
            if name
            else shown(f"{plural(len(views.columns), 'column')}, {count(len(views.sample))} rows.")
        )
        found = views.findings(name)
        finding.unobserve(draw, "value")  # a new list moves the choice by itself
        finding.options = [
            (one.title[:LETTERS] if role == "sample" else f"{role}: {one.title}"[:LETTERS], (role, place))
            for role, place, one in found
        ]
        finding.index = 0 if found else None
        finding.observe(draw, "value")
        draw()

    def draw(_: object = None) -> None:
        if finding.value is None:
            page.layout.display = "none"
            rows.value = shown("Nothing was found here.")
            return
        pages = views.pages(*finding.value)
        page.max, page.layout.display = pages, None if pages > 1 else "none"
        page.value = min(page.value, pages)
        turn()

    def turn(_: object = None) -> None:
        if finding.value is not None:
            rows.value = finding_picture(views, finding.value[0], finding.value[1], page.value - 1)

    watch(fill, column)
    watch(draw, finding)
    watch(turn, page)
    fill()
    return w.VBox([sheet(), column, about, finding, page, rows])


def finding_picture(views: DataViews, role: str, number: int, page: int) -> str:
    """Return what a finding means, and the rows behind it."""
    one = views.space.facts.scans[role].findings[number]
    found = views.rows(role, number, page)
    said = f"{one.meaning} {one.action}"
    if found.empty:
        return shown(said, "It is a fact about the whole column: there are no single rows to show.")
    first = page * PAGE + 1
    caption = f"Rows {count(first)} to {count(first + len(found) - 1)} of {count(one.rows)} (only on your screen)"
    return shown(said, table(caption, found))


def column_picture(views: DataViews, name: str) -> str:
    """Return the spread of a column in both tables, with what was measured."""
    view = views.column(name)
    return shown(_spread(name, view.spread), _measured(view))


def _measured(view: ColumnView) -> str:
    said = [
        f"{'Production' if f.table == 'sample' else 'Curated'}: {f.kind}, {count(f.distinct)} distinct values, "
        f"{percent(f.missing / max(f.rows, 1))} missing."
        for f in view.facts
    ]
    if (moved := view.moved) is not None and moved.effect_name != "none":
        verdict = "That is a shift." if moved.shifted else "That is no shift that matters."
        said.append(
            f"{moved.effect_name} {moved.effect:.2f} (likely {moved.effect_lower:.2f} to {moved.effect_upper:.2f}), "
            f"PSI {moved.psi:.2f}. {verdict}"
        )
    return " ".join(said)


def _spread(name: str, spread: Spread) -> Markup | str:
    legend = "Production is filled, curated is the outline" if spread.curated is not None else "Production"
    if not spread.labels and not spread.production:
        return f"{name} holds no value."
    if spread.labels:
        scale = Scale(0.0, max([*spread.production, *(spread.curated or ()), 1e-9]))
        rows: list[Dot] = []
        for i, label in enumerate(spread.labels):
            here, there = spread.production[i], None if spread.curated is None else spread.curated[i]
            beside = "" if there is None else f"curated {percent(there)}"
            rows.append(Dot(label[:60], here, 0.0, here, percent(here), note=beside, reference=there))
        caption = (
            f"Values of {name}: dot production, dashed curated" if spread.curated is not None else f"Values of {name}"
        )
        return dots(caption, Dots(tuple(rows), scale))
    title = f"Length of {name}" if spread.unit == "letters" else name
    ends = (_end(spread.edges[0], unit=spread.unit), _end(spread.edges[-1], unit=spread.unit))
    picture: Any = overlay(
        spread.production, spread.curated, ends, describe=f"Histogram of {name} from {ends[0]} to {ends[1]}. {legend}."
    )
    return Markup("<figure><figcaption>{}: {}</figcaption>{}</figure>").format(title, legend, picture)


def _end(value: float, *, unit: str) -> str:
    return (
        full_day(dt.datetime.fromtimestamp(value, dt.UTC).date())
        if unit == "seconds"
        else f"{plain_number(value)} {unit}".rstrip()
    )
