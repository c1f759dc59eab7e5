"""What to supply where a metric cannot be measured, or its labels cannot carry a verdict, by the reason that is given."""

from __future__ import annotations

_FIXES = (
    ("no production row has a true answer", "label production rows, drawn by `gatebook sample`"),
    ("the predictions have no", "add it to the predictions, and name its column in [tables.predictions]"),
    ("have no numeric prediction", "give a number for each of them, or mark failed requests in the error column"),
    ("which class is positive", "set positive in [targets]"),
    ("grades lie outside", "set scale in [tables.labels]"),
    ("are not numbers", "write every true answer as a number"),
    ("are zero", "choose a metric that allows zero, such as mae"),
    ("probabilities lie outside", "give probabilities between 0 and 1"),
    ("the sample has no column", "name a column of the sample under where"),
    ("resemble each other", "label rows of more groups, or name the column that groups them as cluster"),
    ("differ from the rest of production", "draw labels with `gatebook sample`, or give their chance of being drawn"),
    ("labelled rows have", "give every labelled row its weight or its chance of being drawn"),
    ("stand in no sheet", "name labels from sheets of `gatebook sample` alone, or give every label its weight"),
    ("no longer the one", "put back the sample as it was when the sheets were drawn, or draw and label a new one"),
    ("has no label yet", "fill in the sheets that were drawn"),
    ("does not say how", "restore the project's history, or label a new random sheet"),
    ("there is no production sample", "add the production sample as [tables.sample]"),
)


def supply_for(missing: str) -> str:
    """Return what to do about the reason."""
    return next((fix for words, fix in _FIXES if words in missing), "repair the labels or the predictions")
