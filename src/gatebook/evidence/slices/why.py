"""Why a type of input fails: what sets its rows apart, how many errors a remedy could remove, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from gatebook.errors import TableError
from gatebook.evidence.slices.predicate import derived, mask, numbers, texts
from gatebook.evidence.slices.search import Slice
from gatebook.evidence.slices.text import DISTANCE, SURFACE, UNKNOWN
from gatebook.stats.interval import clopper_pearson
from gatebook.words.figures import plain_number

CauseKind = Literal[
    "missing data", "out of scope", "scarce labels", "drift", "label noise", "over-confidence", "unknown"
]
SCARCE = 30  # curated rows of a type below which a model cannot be expected to know it
ENOUGH = 300  # new texts of a type after which it is time to train and look again
ALPHA = 0.025  # each bound
TOLD = 0.1  # difference of two shares that is worth a word


@dataclass(frozen=True)
class Cause:
    """One thing that sets a slice apart.

    Attributes:
        kind: what it is.
        evidence: what was seen, in plain words.
        action: what to do next.
        rows: rows of the slice that it concerns.
        removable: errors that the remedy could remove among as many rows as were searched; lower, upper: 95 % interval.
            Causes of one slice overlap: their numbers do not add up.
    """

    kind: CauseKind
    evidence: str
    action: str
    rows: int
    removable: float
    lower: float
    upper: float


def causes(
    found: Slice,
    frame: pd.DataFrame,
    loss: np.ndarray,
    *,
    curated: pd.DataFrame | None = None,
    confidence: np.ndarray | None = None,
    suspects: np.ndarray | None = None,
    ignore: Iterable[str] = (),
) -> tuple[Cause, ...]:
    """Returns what sets a slice apart, the remedy that could remove most errors first; never empty.

    Args:
        found: a slice of `frame`.
        frame: the inputs that were searched.
        loss: (rows,), 0 / 1 errors, shares of an error in [0, 1], or real-valued losses.
        curated: the rows that the model was built on; columns that it lacks are not compared.
        confidence: (rows,), that the prediction is right.
        suspects: (rows,), 1 where the label is likely wrong, 0 where not, NaN where nobody looked.
        ignore: columns whose missing cells say nothing.
    """
    inside, y = mask(frame, found.predicates), np.asarray(loss, dtype=np.float64)
    whole = _excess(found, inside, inside, y)
    strange = _unlike(found, frame, inside, whole)
    out = [
        *_missing(found, frame, inside, y, set(ignore)),
        *(strange or (_curated(found, frame, inside, whole, curated) if curated is not None else ())),
        *(_labels(inside, y, np.asarray(suspects, dtype=np.float64)) if suspects is not None else ()),
        *(
            _confidence(inside, y, np.asarray(confidence, dtype=np.float64))
            if confidence is not None and y.min() >= 0 and y.max() <= 1
            else ()
        ),
    ]
    if any(c.kind == "label noise" for c in out):  # confidence that is measured on wrong labels says nothing
        out = [c for c in out if c.kind != "over-confidence"]
    if not out:
        action = "Read the examples and give each a reason code: the reasons that come back say what to do."
        out = [Cause("unknown", "Nothing that was looked at says why these rows fail", action, found.rows, *whole)]
    return tuple(sorted(out, key=lambda c: -c.removable))


def _excess(found: Slice, affected: np.ndarray, inside: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Returns the errors in excess of the rows outside the slice, with bounds.

    Where the whole slice is affected its family-wise lower bound is used, since it was picked for its rate.
    """
    n, errors = int(affected.sum()), float(y[affected].sum())
    m, usual = int((~inside).sum()), float(y[~inside].sum())
    lower, upper = (found.lower, found.upper) if n == found.rows else _rate_bounds(y[affected])
    least, most = _rate_bounds(y[~inside])
    return errors - n * usual / m, max(0.0, n * (lower - most)), n * (upper - least)


def _rate_bounds(losses: np.ndarray) -> tuple[float, float]:
    """Returns bounds of a mean loss: Clopper-Pearson on [0, 1], where it is exact or too wide, else by Student's t."""
    if len(losses) == 0 or (losses.min() >= 0 and losses.max() <= 1):
        return clopper_pearson(min(float(losses.sum()), len(losses)), len(losses), ALPHA)
    if len(losses) < 3:
        return 0.0, float(losses.max())
    reach = float(stdtrit(len(losses) - 1, 1 - ALPHA)) * float(losses.std(ddof=1)) / np.sqrt(len(losses))
    return float(losses.mean()) - reach, float(losses.mean()) + reach


def _apart(inside: np.ndarray, sign: np.ndarray, minimum: int = 5) -> bool:
    """Returns whether the share of `sign` is higher inside than outside even at the bounds, and by half."""
    a, n, b, m = int(sign[inside].sum()), int(inside.sum()), int(sign[~inside].sum()), int((~inside).sum())
    return a >= minimum and clopper_pearson(a, n, ALPHA)[0] > 1.5 * clopper_pearson(b, m, ALPHA)[1]


def _missing(found: Slice, frame: pd.DataFrame, inside: np.ndarray, y: np.ndarray, ignore: set[str]) -> list[Cause]:
    out = []
    named = {p.column for p in found.predicates if p.op == "missing"}
    for column in map(str, frame.columns):
        if column in ignore:
            continue
        blank = np.fromiter((v is None for v in texts(frame[column])), dtype=bool, count=len(frame))
        affected = blank & inside
        if column not in named and not (_apart(inside, blank) and _worse(y, affected, inside & ~blank)):
            continue
        share, usual = affected.sum() / inside.sum(), blank[~inside].mean()
        evidence = f"{column} is missing in {100 * share:.0f} % of these rows, elsewhere in {100 * usual:.0f} %"
        action = f"Fill {column} at its source, or let the model pass rows without it to people."
        out.append(Cause("missing data", evidence, action, int(affected.sum()), *_excess(found, affected, inside, y)))
    return out


def _worse(y: np.ndarray, with_it: np.ndarray, without: np.ndarray) -> bool:
    """Returns whether rows with a property fail more than those without, or there are too few without to tell."""
    if without.sum() < SCARCE:
        return True
    return bool(_rate_bounds(y[with_it])[0] > y[without].mean())


def _unlike(found: Slice, frame: pd.DataFrame, inside: np.ndarray, whole: tuple[float, float, float]) -> list[Cause]:
    """Returns the cause where the slice itself says that its texts are unlike those the model was built on."""
    named = [p.column for p in found.predicates if p.op == ">=" and p.column.startswith((DISTANCE, UNKNOWN))]
    if not named:
        return []
    values = numbers(frame[named[0]])
    alone = len({p.column for p in found.predicates}) == 1
    if not (alone or _median(named[0], values, inside)):  # its rows lie where the others do
        return []
    here, there = float(np.nanmedian(values[inside])), float(np.nanmedian(values[~inside]))
    if named[0].startswith(DISTANCE):
        evidence = (
            f"The nearest curated text is {here:.2f} away (0 the same, 1 nothing in common), elsewhere {there:.2f}"
        )
    else:
        evidence = (
            f"Half of these texts hold {here:.0f} or more words that no curated text holds, elsewhere {there:.0f}"
        )
    action = f"Label about {min(ENOUGH, max(SCARCE, found.rows))} more texts like these, add them to the curated ones and train again."
    return [Cause("drift", evidence, action, found.rows, *whole)]


def _curated(
    found: Slice, frame: pd.DataFrame, inside: np.ndarray, whole: tuple[float, float, float], curated: pd.DataFrame
) -> list[Cause]:
    try:
        known = int(mask(curated, found.predicates).sum())
    except TableError:  # a column of the slice is not in the curated table, so that the type cannot be looked up there
        return []
    rows, n, m = found.rows, len(frame), len(curated)
    share, usual = rows / n, known / max(m, 1)
    seen = f"{known} of {m:,} curated rows are of this type ({100 * usual:.1f} %), of the production rows {100 * share:.1f} %"
    need = max(SCARCE, round(share * m)) - known
    strange = _never_seen(frame, curated, inside)
    if known == 0 and strange:
        action = f"Decide whether such inputs belong to the task; until then pass them to people. If they do, label about {need} of them."
        return [Cause("out of scope", f"{seen}; {strange}", action, rows, *whole)]
    if known < SCARCE and clopper_pearson(known, m, ALPHA)[1] < share:
        action = f"Label about {need} more rows of this type and train again."
        return [Cause("scarce labels", seen, action, rows, *whole)]
    if m and clopper_pearson(known, m, ALPHA)[1] * 1.5 < clopper_pearson(rows, n, ALPHA)[0]:
        action = f"Draw the curated rows as production draws them: add about {max(need, 1)} rows of this type."
        return [Cause("drift", seen, action, rows, *whole)]
    return []


def _never_seen(frame: pd.DataFrame, curated: pd.DataFrame, inside: np.ndarray) -> str:
    """Returns in which column most rows, and twice as many as elsewhere, hold an unknown value or a number beyond all."""
    for column in map(str, frame.columns):
        if column not in curated.columns:
            continue
        mine, theirs = frame[column][inside], curated[column]
        values, known = numbers(mine), numbers(theirs)
        if np.isfinite(values).mean() > 0.95 and np.isfinite(known).any():
            rest = numbers(frame[column][~inside])
            low, high = np.nanmin(known), np.nanmax(known)
            beyond = (values < low) | (values > high)
            if beyond.mean() > max(0.5, 2 * ((rest < low) | (rest > high)).mean()):
                return f"{column} lies beyond every curated row in {100 * beyond.mean():.0f} %"
            continue
        cells = pd.Series(texts(theirs)).dropna()
        if cells.nunique() > 0.5 * len(cells):
            continue  # free text and names: everything is new there
        seen = set(cells)
        unknown = ~pd.Series(texts(mine)).dropna().isin(seen)
        usual = (~pd.Series(texts(frame[column][~inside])).dropna().isin(seen)).mean()
        if len(unknown) and unknown.mean() > max(0.5, 0.0 if np.isnan(usual) else 2 * usual):
            return f"{column} holds a value that no curated row holds in {100 * unknown.mean():.0f} %"
    return ""


def _labels(inside: np.ndarray, y: np.ndarray, suspects: np.ndarray) -> list[Cause]:
    """Returns the cause where errors of the slice may be errors of its labels, counted where labels were looked at."""
    looked = np.isfinite(suspects)
    suspect = (suspects[looked] == 1) & (y[looked] > 0)
    here = inside[looked]
    if not here.any() or here.all() or not _apart(here, suspect):
        return []
    n, a = int(here.sum()), int(suspect[here].sum())
    usual = float(suspect[~here].mean())
    least, most = clopper_pearson(float(suspect[~here].sum()), int((~here).sum()), ALPHA)
    low, high = clopper_pearson(a, n, ALPHA)
    rows = int(inside.sum())
    labels = f"{n} labels" if n == rows else f"{n} labels looked at, of {rows},"
    evidence = f"{a} of {labels} of this type are likely wrong, elsewhere {100 * usual:.1f} %: other models agree with this one on another answer"
    action = f"Let a second grader look at these {a} labels before the model is changed."
    return [
        Cause(
            "label noise",
            evidence,
            action,
            round(rows * a / n),
            rows * (a / n - usual),
            max(0.0, rows * (low - most)),
            rows * (high - least),
        )
    ]


def _confidence(inside: np.ndarray, y: np.ndarray, confidence: np.ndarray) -> list[Cause]:
    usable = inside & np.isfinite(confidence)
    n = int(usable.sum())
    if n < 10:
        return []
    stated, errors = float(confidence[usable].mean()), float(y[usable].sum())
    low, high = clopper_pearson(errors, n, ALPHA)
    announced = 1 - stated
    elsewhere = ~inside & np.isfinite(confidence)
    usual = float((confidence[elsewhere] - (1 - y[elsewhere])).mean())
    if low - announced <= max(usual, 0.0):
        return []
    evidence = f"The model states {100 * stated:.0f} % confidence here and is right in {100 * (1 - errors / n):.0f} %"
    action = "Do not rely on the confidence here: pass this type to people, or calibrate it on labels of this type."
    return [
        Cause(
            "over-confidence",
            evidence,
            action,
            n,
            errors - n * announced,
            n * (low - announced),
            n * (high - announced),
        )
    ]


def apart(
    found: Slice,
    frame: pd.DataFrame,
    *,
    ignore: Iterable[str] = (),
    most: int = 3,
    shown: Callable[[pd.Series], Collection[str]] | None = None,
) -> tuple[str, ...]:
    """Returns in plain words how the rows of a slice differ from the others in columns that it does not name.

    Numbers by the difference of medians in units of the spread, values by their share; only differences that the bounds
    leave standing, the largest first.

    Args:
        found: a slice of `frame`.
        frame: the inputs that were searched.
        ignore: columns of which nothing is said.
        most: differences told.
        shown: takes a column, returns its values that may be told; all where it is None.
    """
    inside = mask(frame, found.predicates)
    named = {p.column for p in found.predicates} | {p.column.rpartition(":")[0] for p in found.predicates} | set(ignore)
    told: list[tuple[float, str]] = []
    for column in (c for c in map(str, frame.columns) if c not in named):
        cells = pd.Series(texts(frame[column]))
        counts = cells[inside].value_counts()
        values = numbers(frame[column])
        if np.isfinite(values).mean() > 0.9 and len(counts) > 10:
            told += _median(column, values, inside)
            continue
        if len(cells) and cells.nunique() > 0.5 * len(cells):
            name = f"{column}:{SURFACE[0]}"
            told += _median(f"words in {column}", derived(frame, name)[1], inside)
            continue
        allowed = None if shown is None else shown(frame[column])
        for value in counts.index[:3]:
            if allowed is not None and value not in allowed:
                continue
            sign = (cells == value).to_numpy(dtype=bool)
            a, b = sign[inside].mean(), sign[~inside].mean()
            if a - b >= TOLD and _apart(inside, sign):
                told.append((float(a - b), f"{column} is {value} in {100 * a:.0f} %, elsewhere in {100 * b:.0f} %"))
    return tuple(words for _, words in sorted(told, key=lambda t: -t[0])[:most])


def _median(name: str, values: np.ndarray, inside: np.ndarray) -> list[tuple[float, str]]:
    a, b = values[inside & np.isfinite(values)], values[~inside & np.isfinite(values)]
    if len(a) < 10 or len(b) < 10:
        return []
    spread = float(np.subtract(*np.quantile(b, (0.75, 0.25)))) or float(b.std())
    gap = abs(float(np.median(a) - np.median(b))) / spread if spread else 0.0
    if gap < 0.5 or gap * np.sqrt(len(a)) < 4:
        return []
    return [
        (min(gap, 1.0), f"{name}: median {plain_number(np.median(a), 4)}, elsewhere {plain_number(np.median(b), 4)}")
    ]
