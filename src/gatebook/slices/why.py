"""Why a type of input fails: what sets its rows apart, how many errors a remedy could remove, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from gatebook.errors import TableError
from gatebook.slices.predicate import DISTANCE, SURFACE, UNKNOWN, derived, mask, numbers, texts
from gatebook.slices.search import Slice
from gatebook.stats.interval import clopper_pearson
from gatebook.words import Code, Said, said
from gatebook.words.figures import plain_number

SCARCE = 30  # curated rows of a type below which a model cannot be expected to know it
ENOUGH = 300  # new texts of a type after which it is time to train and look again
ALPHA = 0.025  # each bound
TOLD = 0.1  # difference of two shares that is worth a word
NUMERIC = 0.9  # share of the cells that must be numbers for medians to be compared


class Reason(Code):
    """What was seen, and what to do about it."""

    MISSING = "missing"
    DISTANT = "distant"
    UNKNOWN_WORDS = "unknown_words"
    OUT_OF_SCOPE = "out_of_scope"
    SCARCE = "scarce"
    UNDERDRAWN = "underdrawn"
    WRONG_LABELS = "wrong_labels"
    WRONG_LABELS_SAMPLED = "wrong_labels_sampled"
    OVERCONFIDENT = "overconfident"
    NOTHING = "nothing"


class Differs(Code):
    """In what a column of a slice differs from the other rows, or from the curated ones."""

    VALUE = "value"
    MEDIAN = "median"
    BEYOND = "beyond"
    UNSEEN = "unseen"


@dataclass(frozen=True)
class Cause:
    """One thing that sets a slice apart.

    Attributes:
        seen: what was seen; its words have an `evidence` and an `action`.
        rows: rows of the slice that it concerns.
        removable: errors that the remedy could remove among as many rows as were searched; lower, upper: 95 % interval.
            Causes of one slice overlap: their numbers do not add up.
    """

    seen: Said
    rows: int
    removable: float
    lower: float
    upper: float

    @property
    def kind(self) -> str:
        """What it is: missing data, out of scope, scarce labels, drift, label noise, over-confidence or unknown."""
        return self.seen.text("kind")

    @property
    def evidence(self) -> str:
        """What was seen, in plain words."""
        return self.seen.text("evidence")

    @property
    def action(self) -> str:
        """What to do next."""
        return self.seen.text("action")


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
    rows = _Rows(found, frame, mask(frame, found.predicates), np.asarray(loss, dtype=np.float64))
    out = [*rows.missing(set(ignore)), *(rows.unlike() or rows.beside(curated))]
    noisy = [] if suspects is None else rows.wrong_labels(np.asarray(suspects, dtype=np.float64))
    out += noisy
    if confidence is not None and not noisy:  # confidence that is measured on wrong labels says nothing
        out += rows.overconfident(np.asarray(confidence, dtype=np.float64))
    return tuple(sorted(out or [rows.cause(said(Reason.NOTHING))], key=lambda c: -c.removable))


@dataclass(frozen=True)
class _Rows:
    """A slice among the rows that were searched."""

    found: Slice
    frame: pd.DataFrame
    inside: np.ndarray
    y: np.ndarray

    def cause(self, seen: Said, affected: np.ndarray | None = None) -> Cause:
        """Returns a cause that could remove the errors in excess of the rows outside, of all rows or the affected ones.

        Where the whole slice is affected its family-wise lower bound is used, since it was picked for its rate.
        """
        affected = self.inside if affected is None else affected
        n, errors = int(affected.sum()), float(self.y[affected].sum())
        rest = self.y[~self.inside]
        lower, upper = (self.found.lower, self.found.upper) if n == self.found.rows else _rate_bounds(self.y[affected])
        least, most = _rate_bounds(rest)
        removable = errors - n * float(rest.sum()) / len(rest)
        return Cause(seen, n, removable, max(0.0, n * (lower - most)), n * (upper - least))

    def missing(self, ignore: set[str]) -> list[Cause]:
        """Returns the columns that are empty here more often, where the empty rows fail more."""
        out = []
        named = {p.column for p in self.found.predicates if p.op == "missing"}
        for column in map(str, self.frame.columns):
            if column in ignore:
                continue
            blank = np.fromiter((v is None for v in texts(self.frame[column])), dtype=bool, count=len(self.frame))
            affected = blank & self.inside
            if column in named or (_apart(self.inside, blank) and self._worse(affected, self.inside & ~blank)):
                share, usual = affected.sum() / self.inside.sum(), blank[~self.inside].mean()
                out.append(self.cause(said(Reason.MISSING, column=column, share=share, usual=usual), affected))
        return out

    def _worse(self, with_it: np.ndarray, without: np.ndarray) -> bool:
        """Returns whether rows with a property fail more than those without, or there are too few without to tell."""
        return bool(without.sum() < SCARCE or _rate_bounds(self.y[with_it])[0] > self.y[without].mean())

    def unlike(self) -> list[Cause]:
        """Returns the cause where the slice itself says that its texts are unlike those the model was built on."""
        predicates = self.found.predicates
        named = [p.column for p in predicates if p.op == ">=" and p.column.startswith((DISTANCE, UNKNOWN))]
        if not named:
            return []
        values = numbers(self.frame[named[0]])
        if len({p.column for p in predicates}) > 1 and not _median(named[0], values, self.inside):
            return []  # its rows lie where the others do
        here, there = float(np.nanmedian(values[self.inside])), float(np.nanmedian(values[~self.inside]))
        reason = Reason.DISTANT if named[0].startswith(DISTANCE) else Reason.UNKNOWN_WORDS
        labels = min(ENOUGH, max(SCARCE, self.found.rows))
        return [self.cause(said(reason, here=here, there=there, labels=labels))]

    def beside(self, curated: pd.DataFrame | None) -> list[Cause]:
        """Returns the cause where the curated rows hold none, few, or a smaller share of this type."""
        if curated is None:
            return []
        try:
            known = int(mask(curated, self.found.predicates).sum())
        except (
            TableError
        ):  # a column of the slice is not in the curated table, so that the type cannot be looked up there
            return []
        n, m = len(self.frame), len(curated)
        share = self.found.rows / n
        need = max(SCARCE, round(share * m)) - known
        seen = {"known": known, "curated": m, "usual": known / max(m, 1), "share": share}
        strange = _never_seen(self.frame, curated, self.inside)
        if known == 0 and strange is not None:
            return [self.cause(said(Reason.OUT_OF_SCOPE, **seen, labels=need, strange=strange))]
        if known < SCARCE and clopper_pearson(known, m, ALPHA)[1] < share:
            return [self.cause(said(Reason.SCARCE, **seen, labels=need))]
        if m and clopper_pearson(known, m, ALPHA)[1] * 1.5 < clopper_pearson(self.found.rows, n, ALPHA)[0]:
            return [self.cause(said(Reason.UNDERDRAWN, **seen, labels=max(need, 1)))]
        return []

    def wrong_labels(self, suspects: np.ndarray) -> list[Cause]:
        """Returns the cause where errors of the slice may be errors of its labels, counted where labels were
        looked at.
        """
        looked = np.isfinite(suspects)
        suspect = (suspects[looked] == 1) & (self.y[looked] > 0)
        here = self.inside[looked]
        if not here.any() or here.all() or not _apart(here, suspect):
            return []
        n, a, rows = int(here.sum()), int(suspect[here].sum()), int(self.inside.sum())
        usual = float(suspect[~here].mean())
        least, most = clopper_pearson(float(suspect[~here].sum()), int((~here).sum()), ALPHA)
        low, high = clopper_pearson(a, n, ALPHA)
        reason = Reason.WRONG_LABELS_SAMPLED if n < rows else Reason.WRONG_LABELS
        seen = said(reason, suspects=a, looked=n, rows=rows, usual=usual)
        removable, lower, upper = rows * (a / n - usual), max(0.0, rows * (low - most)), rows * (high - least)
        return [Cause(seen, round(rows * a / n), removable, lower, upper)]

    def overconfident(self, confidence: np.ndarray) -> list[Cause]:
        """Returns the cause where the model is further from its stated confidence than elsewhere; for losses in
        [0, 1].
        """
        usable = self.inside & np.isfinite(confidence)
        n = int(usable.sum())
        if n < 10 or self.y.min() < 0 or self.y.max() > 1:
            return []
        stated, errors = float(confidence[usable].mean()), float(self.y[usable].sum())
        low, high = clopper_pearson(errors, n, ALPHA)
        announced = 1 - stated
        elsewhere = ~self.inside & np.isfinite(confidence)
        usual = float((confidence[elsewhere] - (1 - self.y[elsewhere])).mean())
        if low - announced <= max(usual, 0.0):
            return []
        seen = said(Reason.OVERCONFIDENT, stated=stated, right=1 - errors / n)
        return [Cause(seen, n, errors - n * announced, n * (low - announced), n * (high - announced))]


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


def _never_seen(frame: pd.DataFrame, curated: pd.DataFrame, inside: np.ndarray) -> Said | None:
    """Returns in which column most rows, and twice as many as elsewhere, hold an unknown value or a number
    beyond all.
    """
    for column in (c for c in map(str, frame.columns) if c in curated.columns):
        theirs = curated[column]
        values, known = numbers(frame[column]), numbers(theirs)
        if np.isfinite(values[inside]).mean() > 0.95 and np.isfinite(known).any():
            code, strange = Differs.BEYOND, (values < np.nanmin(known)) | (values > np.nanmax(known))
            asked = np.ones(len(frame), dtype=bool)
        else:
            cells, seen = pd.Series(texts(frame[column])), pd.Series(texts(theirs)).dropna()
            if seen.nunique() > 0.5 * len(seen):
                continue  # free text and names: everything is new there
            code, asked = Differs.UNSEEN, cells.notna().to_numpy(bool)
            strange = ~cells.isin(set(seen)).to_numpy(bool)
        here, there = strange[inside & asked], strange[~inside & asked]
        if len(here) and here.mean() > max(0.5, 2 * there.mean() if len(there) else 0.0):
            return said(code, column=column, share=float(here.mean()))
    return None


def apart(
    found: Slice,
    frame: pd.DataFrame,
    *,
    ignore: Iterable[str] = (),
    most: int = 3,
    shown: Callable[[pd.Series], Collection[str]] | None = None,
) -> tuple[Said, ...]:
    """Returns how the rows of a slice differ from the others in columns that it does not name.

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
    told: list[tuple[float, Said]] = []
    for column in (c for c in map(str, frame.columns) if c not in named):
        cells = pd.Series(texts(frame[column]))
        counts = cells[inside].value_counts()
        values = numbers(frame[column])
        if np.isfinite(values).mean() > NUMERIC and len(counts) > 10:
            told += _median(column, values, inside)
            continue
        if len(cells) and cells.nunique() > 0.5 * len(cells):
            measure = next(iter(SURFACE))
            told += _median(f"{measure} in {column}", derived(frame, f"{column}:{measure}"), inside)
            continue
        allowed = None if shown is None else shown(frame[column])
        for value in counts.index[:3]:
            if allowed is not None and value not in allowed:
                continue
            sign = (cells == value).to_numpy(dtype=bool)
            a, b = float(sign[inside].mean()), float(sign[~inside].mean())
            if a - b >= TOLD and _apart(inside, sign):
                told.append((a - b, said(Differs.VALUE, column=column, value=value, share=a, usual=b)))
    return tuple(words for _, words in sorted(told, key=lambda t: -t[0])[:most])


def _median(name: str, values: np.ndarray, inside: np.ndarray) -> list[tuple[float, Said]]:
    a, b = values[inside & np.isfinite(values)], values[~inside & np.isfinite(values)]
    if len(a) < 10 or len(b) < 10:
        return []
    spread = float(np.subtract(*np.quantile(b, (0.75, 0.25)))) or float(b.std())
    here, there = float(np.median(a)), float(np.median(b))
    gap = abs(here - there) / spread if spread else 0.0
    if gap < 0.5 or gap * np.sqrt(len(a)) < 4:
        return []
    told = said(Differs.MEDIAN, column=name, here=plain_number(here, 4), there=plain_number(there, 4))
    return [(min(gap, 1.0), told)]
