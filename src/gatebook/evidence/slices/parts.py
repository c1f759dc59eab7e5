"""Categories that name several things at once, such as `book+cancel`: the single things, each over all rows that name it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

_BETWEEN = re.compile(r"[+;|,/&]")
DISTINCT = 200  # more values are free text
WORDS = 4  # ... and so are longer parts


def parts(cells: np.ndarray) -> dict[str, np.ndarray]:
    """Returns part -> where it is named, bool (rows,), for the parts that stand in more than one value of the column.

    Empty unless some value is made of several parts. Letters' case does not matter.

    Args:
        cells: (rows,), texts, None where empty.
    """
    codes, values = pd.factorize(cells)
    if not 2 <= len(values) <= DISTINCT:
        return {}
    split = [{p for part in _BETWEEN.split(str(v).lower()) if (p := part.strip())} for v in values]
    if not any(len(s) > 1 for s in split) or any(len(p.split()) > WORDS for s in split for p in s):
        return {}
    found = {}
    for part in sorted(set().union(*split)):
        holding = np.array([part in s for s in split])
        if holding.sum() > 1:
            found[part] = np.append(holding, False)[codes]
    return found
