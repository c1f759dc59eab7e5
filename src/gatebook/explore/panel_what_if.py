"""The what-if explorer: target, threshold, labels and value, with the verdict that would follow."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
from markupsafe import Markup

from gatebook.document.go_no_go import Test
from gatebook.document.page import macro
from gatebook.document.rows import SHARES, drawn, grave, noted, question
from gatebook.explore.assumptions import Assumptions, WhatIf, WhatIfs
from gatebook.explore.controls import amount, layout, number, sheet, shown, told, watch, whole
from gatebook.explore.workspace import Workspace
from gatebook.project import METRICS
from gatebook.words.figures import money, percent

STEPS = 200
MOST_LABELS = 5000


def panel(space: Workspace) -> w.Widget:
    """Return the panel, or one sentence where nothing is labelled."""
    if space.measured is None:
        return w.HTML(shown("No production row has a true answer yet, so there is nothing to move."))
    views = WhatIfs(space)
    start, (low, high) = views.start, views.limits
    target = number("Target", start.target, low, high, (high - low) / STEPS)
    more = whole("More labels", 0, 0, MOST_LABELS, 50)
    threshold = (
        None if start.threshold is None else number("Threshold of a yes", start.threshold, 0.0, 1.0, 0.01, ".2f")
    )
    right = None if start.value_right is None else amount("Value of a right answer", start.value_right)
    wrong = None if start.cost_wrong is None else amount("Cost of a wrong answer", start.cost_wrong)
    out = told()
    toml = w.Textarea(
        description="For gatebook.toml", disabled=False, layout=layout(), rows=9, style={"description_width": "13rem"}
    )
    copy = w.ToggleButton(value=False, description="Copy as gatebook.toml", layout=w.Layout(width="auto"))
    toml.layout.display = "none"

    def given() -> Assumptions:
        return Assumptions(
            target.value,
            None if threshold is None else threshold.value,
            more.value,
            None if right is None else right.value,
            None if wrong is None else wrong.value,
        )

    def draw(_: object = None) -> None:
        now = given()
        out.value = picture(space, views.at(now), now)
        toml.value = views.as_toml(now)

    def reveal(_: object) -> None:
        toml.layout.display = None if copy.value else "none"

    controls: list[Any] = [c for c in (target, threshold, more, right, wrong) if c is not None]
    watch(draw, *controls)
    copy.observe(reveal, "value")
    draw()
    return w.VBox([sheet(), *controls, out, copy, toml])


def picture(space: Workspace, found: WhatIf, now: Assumptions) -> str:
    """Return the line of page one as it would read, and what would settle it."""
    row, goal = found.row, space.metric
    share = goal in SHARES
    line = Test(
        question("G1"),
        METRICS[goal].plain.partition(" (")[0],
        drawn(row, share=share, bounded=goal in ("f1", "macro_f1", "auc")),
        row.status,
        noted(row, share=share),
        grave(row),
    )
    words = [row.reason]
    if row.status == "not-enough-evidence" and row.supply:
        words.append(f"What would settle it: {row.supply}.")
    if found.settles is not None:
        words.append(f"With {now.more_labels:,} more labels the chance that it settles is {percent(found.settles)}.")
    if (worth := found.money) is not None:
        low, middle, high = (
            money(v, worth.currency) for v in (worth.monthly.lower, worth.monthly.estimate, worth.monthly.upper)
        )
        words.append(f"Worth a month: {low} to {high}, at best knowledge {middle}.")
        if worth.break_even is not None:
            words.append(f"It pays from {percent(worth.break_even)} right answers.")
    markup = Markup('<ul class="four">{}</ul>').format(macro("test", line))
    return shown(markup, " ".join(words))
