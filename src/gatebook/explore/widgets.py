"""The widgets: keyboard-reachable controls over a workspace. They open on a button, so that running a notebook stays quick."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gatebook.document.page import style
from gatebook.errors import GatebookError
from gatebook.figures.bullet import Mark, bullet
from gatebook.figures.scale import Scale

if TYPE_CHECKING:
    import pandas as pd

    from gatebook.explore.workspace import WhatIf, Workspace

_WIDE = w.Layout(width="32rem")
_STYLE = {"description_width": "12rem"}


def opened(label: str, panel: str, project: str, candidate: str) -> w.Widget:
    """Return a button that measures the project and then shows a panel: "what_if", "errors" or "data"."""
    button = w.Button(description=label, layout=w.Layout(width="auto"))
    box = w.VBox([button])

    def click(_: object) -> None:
        button.disabled, button.description = True, "Measuring ..."
        from gatebook.explore.workspace import Workspace  # noqa: PLC0415  a button costs nothing until it is pressed

        build = {"what_if": _what_if, "errors": _errors, "data": _data}[panel]
        try:
            box.children = (build(Workspace.open(project, candidate)),)
        except GatebookError as error:
            box.children = (_html(f"<p>{html.escape(str(error))}</p>"),)

    button.on_click(click)
    return box


def _html(text: str) -> w.HTML:
    return w.HTML(text)


def _table(frame: pd.DataFrame) -> str:
    return frame.to_html(escape=True, border=0, max_cols=12)


def _bullet(found: WhatIf, target: float) -> str:
    """Return the bullet graph of page one for the assumptions at hand."""
    interval = found.interval
    likely = (interval.lower, interval.upper)
    status = {"pass": "pass", "fail": "fail"}.get(found.status, "open")
    words = f"Measured {interval.estimate:.3g}, likely {likely[0]:.3g} to {likely[1]:.3g}; needed now {found.bar:.3g}."
    drawing = bullet(
        scale=Scale.over([*likely, found.bar, target]), status=status, describe=words, likely=likely,
        measured=Mark(interval.estimate, f"{interval.estimate:.3g}"), needed=Mark(found.bar, f"needed now {found.bar:.3g}"),
        target=Mark(target, f"target {target:.3g}"),
    )  # fmt: skip
    verdict = {"pass": "Pass", "fail": "Fail"}.get(found.status, "Not enough evidence")
    return f'<style>{style()}</style><div class="gb"><b>{verdict}</b>{drawing}</div>'


def _what_if(space: Workspace) -> w.Widget:
    data = space.measured
    if data is None:
        return _html("<p>No production row has a true answer yet, so there is nothing to move.</p>")
    low, high = data.rows.scale if data.kind == "mean" else (0.0, 1.0)
    start = space.project.targets.value if space.project.targets.value is not None else (low + high) / 2
    target = w.FloatSlider(value=start, min=low, max=max(high, start), step=(high - low) / 200, description="Target",
                           readout_format=".3f", layout=_WIDE, style=_STYLE)  # fmt: skip
    more = w.IntSlider(
        value=0, min=0, max=2000, step=10, description="More labels", layout=_WIDE, style=_STYLE
    )
    model = space.project.value
    right = w.FloatText(
        value=model.value_right if model else 0.0,
        description="Value of a right answer",
        layout=_WIDE,
        style=_STYLE,
    )
    wrong = w.FloatText(
        value=model.cost_wrong if model else 0.0,
        description="Cost of a wrong answer",
        layout=_WIDE,
        style=_STYLE,
    )
    out, toml = (
        _html(""),
        w.Textarea(description="gatebook.toml", layout=w.Layout(width="32rem", height="7rem"), style=_STYLE),
    )

    def draw(_: object = None) -> None:
        found = space.what_if(
            target.value, more.value, right.value if model else None, wrong.value if model else None
        )
        lines = [_bullet(found, target.value)]
        if found.plan is not None and found.status == "not-enough-evidence":
            lines.append(f"{found.plan.labels:,} more labels settle it with four chances in five." if found.plan.labels
                         else "No number of labels settles it: move the target or the model.")  # fmt: skip
        if found.chance_with_more is not None:
            lines.append(
                f"With {more.value:,} more labels the chance that it settles is {found.chance_with_more:.0%}."
            )
        if found.monthly is not None:
            lines.append(
                "Worth a month: " + ", ".join(f"{v:,.0f}" for v in found.monthly) + " (low, middle, high)."
            )
        out.value = "".join(f"<p>{line}</p>" for line in lines)
        toml.value = space.as_toml(
            target.value, right.value if model else None, wrong.value if model else None
        )

    for control in (target, more, right, wrong):
        control.observe(draw, "value")
    draw()
    money: list[Any] = [right, wrong] if model else []
    return w.VBox([target, more, *money, out, toml])


def _errors(space: Workspace) -> w.Widget:
    if space.measured is None:
        return _html("<p>No production row has a true answer yet.</p>")
    from gatebook.evidence.slices import Predicate  # noqa: PLC0415  loaded with the workspace

    few = [c for c in space.inputs.columns if 2 <= space.inputs[c].nunique() <= 60]
    column = w.Dropdown(options=["(all rows)", *few], description="Column", layout=_WIDE, style=_STYLE)
    value = w.Dropdown(options=[], description="Value", layout=_WIDE, style=_STYLE)
    out = _html("")
    parts: list[Any] = [column, value, out]

    def fill(_: object = None) -> None:
        if column.value == "(all rows)":
            value.options = []
        else:
            value.options = [str(v) for v in space.inputs[column.value].value_counts().index]
        draw()

    def draw(_: object = None) -> None:
        chosen = [] if value.value is None else [Predicate(column.value, "==", value.value)]
        found = space.slice_of(chosen)
        out.value = (
            f"<p>{found.rows:,} rows, wrong {found.rate.estimate:.1%} (likely {found.rate.lower:.1%} to {found.rate.upper:.1%}; "
            f"all rows {found.base_rate:.1%}).</p>{_table(found.examples)}"
        )

    column.observe(fill, "value")
    value.observe(draw, "value")
    fill()
    if space.confidence is not None:
        threshold = w.FloatSlider(
            value=0.5, min=0, max=1, step=0.01, description="Confidence at least", layout=_WIDE, style=_STYLE
        )
        told = _html("")

        def move(_: object = None) -> None:
            share, right = space.above(threshold.value)
            told.value = (
                f"<p>The model answers {share:.1%} of the cases; of these {right.estimate:.1%} are right "
                f"(likely {right.lower:.1%} to {right.upper:.1%}). The rest goes to people.</p>"
            )

        threshold.observe(move, "value")
        move()
        parts += [threshold, told]
    lift = w.FloatSlider(
        value=2.0, min=1, max=6, step=0.1, description="Times the usual rate", layout=_WIDE, style=_STYLE
    )
    kinds = _html("")

    def sift(_: object = None) -> None:
        kinds.value = _table(space.kinds_above(lift.value).round(3))

    lift.observe(sift, "value")
    sift()
    parts += [lift, kinds]
    if len(changes := space.changes()):
        parts.append(_html(f"<p>Against the other version, losses first:</p>{_table(changes.round(3))}"))
    return w.VBox(parts)


def _data(space: Workspace) -> w.Widget:
    scan = space.facts.scans.get("sample")
    if scan is None or not scan.findings:
        return _html("<p>Nothing was found in the production sample.</p>")
    names = [(f"{f.title}"[:110], i) for i, f in enumerate(scan.findings)]
    choice = w.Dropdown(options=names, description="Finding", layout=w.Layout(width="48rem"), style=_STYLE)
    out = _html("")

    def draw(_: object = None) -> None:
        one = scan.findings[choice.value]
        out.value = f"<p>{html.escape(one.meaning)} {html.escape(one.action)}</p>{_table(space.finding_rows(choice.value))}"

    choice.observe(draw, "value")
    draw()
    return w.VBox([choice, out])
