"""Slices built by hand, a confidence threshold, and another version: what the error explorer shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from gatebook.evidence.compare import Kind, VersionComparison, compare_versions, mean_interval, paired_losses
from gatebook.evidence.confidence import Queue
from gatebook.evidence.gather import kinds_compared, losses_of_version
from gatebook.evidence.outcome import review_queue
from gatebook.evidence.slices import Predicate, mask
from gatebook.evidence.slices.predicate import derived, numbers, texts, times
from gatebook.explore.workspace import Workspace
from gatebook.record import Coverage
from gatebook.stats import Interval
from gatebook.stats.interval import bounded_mean

ALPHA = 0.025  # each bound; both together 95 %
FEW = 60  # values of a column that can be chosen from
FEWEST = 10  # rows of a kind of input worth listing
STEPS = 20  # parts into which a column of numbers can be cut
KEPT = 64  # masks kept, so that moving one condition costs one
MADE_HERE = ("the slice", "built here")

Choice = Literal["value", "range", "words"]


@dataclass(frozen=True)
class SliceView:
    """A slice that the scientist builds by hand; its interval allows for no search.

    Attributes:
        rows: labelled rows inside.
        errors: their losses together.
        rate: mean loss inside, 95 % interval.
        base_rate: mean loss of all rows.
        rest_rate: mean loss of all other rows, NaN where there are none.
        share_of_errors: of all losses.
        examples: the worst rows, one a row; they stay on the scientist's screen.
    """

    rows: int
    errors: float
    rate: Interval
    base_rate: float
    rest_rate: float
    share_of_errors: float
    examples: pd.DataFrame


@dataclass(frozen=True)
class Threshold:
    """What follows from letting the model answer alone above a confidence; `queue` is None without a value model."""

    point: Coverage
    queue: Queue | None


class ErrorViews:
    """Moves of one project's errors; the space must have labelled rows."""

    def __init__(self, space: Workspace) -> None:
        assert space.measured is not None
        self.space, self.data = space, space.measured
        self.frame = _prepared(space)
        self._masks: dict[Predicate, np.ndarray] = {}
        self._theirs: dict[str, np.ndarray] = {}

    @cached_property
    def columns(self) -> dict[str, Choice]:
        """Columns on which a slice can be built, derived ones too, and how a condition on each is chosen."""
        project = self.space.project
        spec = project.tables["sample"]
        left_out = {*spec.ids, *project.ignore, *((spec.time,) if spec.time else ())}
        return {c: self._choice(c, prose=c in spec.text) for c in self.frame.columns if c not in left_out}

    def _choice(self, column: str, *, prose: bool) -> Choice:
        if pd.api.types.is_float_dtype(self.frame[column]):
            return "range"
        return "words" if prose or self.frame[column].nunique() > FEW else "value"

    def values(self, column: str) -> list[str]:
        """Return the values of a column that can be chosen, the most frequent first."""
        cells = pd.Series(texts(self.frame[column]), dtype="object")
        return [str(v) for v in cells.value_counts().index[:FEW]]

    def cuts(self, column: str) -> list[float]:
        """Return the values at which a column of numbers can be cut: its ends and its twentieths."""
        known = self.frame[column].dropna().to_numpy()
        return [float(v) for v in np.unique(np.quantile(known, np.linspace(0, 1, STEPS + 1)))] if len(known) else []

    def slice_of(self, predicates: Sequence[Predicate], examples: int = 5) -> SliceView:
        """Return rows, error rate with interval, and the worst examples of a slice."""
        inside, data = self._inside(predicates), self.data
        losses, design = data.losses, data.design.subset(inside)
        limited = losses.min() >= 0 and losses.max() <= 1
        rate = (
            bounded_mean(losses[inside], (0.0, 1.0), design, ALPHA)
            if limited
            else mean_interval(losses[inside], design, ALPHA)
        )
        here = np.flatnonzero(inside)
        worst = here[np.argsort(-losses[here], kind="stable")[:examples]]
        total, errors, rest = float(losses.sum()), float(losses[inside].sum()), len(losses) - len(here)
        return SliceView(
            len(here),
            errors,
            rate,
            float(losses.mean()),
            (total - errors) / rest if rest else float("nan"),
            errors / total if total else 0.0,
            self.space.inputs.iloc[worst],
        )

    def _inside(self, predicates: Sequence[Predicate]) -> np.ndarray:
        inside = np.ones(len(self.frame), dtype=bool)
        for one in predicates:
            if one not in self._masks:
                if len(self._masks) >= KEPT:
                    self._masks.pop(next(iter(self._masks)))
                self._masks[one] = mask(self.frame, [one])
            inside &= self._masks[one]
        return inside

    def above(self, threshold: float) -> Threshold | None:
        """Return what the model would answer alone at a confidence and what people would read; None without confidence."""
        report = self.space.facts.confidence
        if report is None:
            return None
        point = report.at(threshold)
        return Threshold(point, review_queue(self.space.project, 1 - point.coverage))

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """The other versions in the predictions, the incumbent first."""
        found = self.space.facts.outcomes
        others = [] if found is None or found.candidate is None else [v for v in found.versions if v != found.candidate]
        return tuple(sorted(others, key=lambda v: (v != self.space.project.incumbent, v)))

    def compare(self, other: str, predicates: Sequence[Predicate] = ()) -> VersionComparison | None:
        """Return the paired comparison with another version: all cases, failing kinds, segments, and the slice at hand.

        None where fewer than 20 cases have a result of both.
        """
        if other not in self._theirs:
            theirs = losses_of_version(self.space.project, self.space.facts, other, self.data.metric)
            self._theirs[other] = paired_losses(self.data, theirs)
        kinds: list[tuple[Kind, np.ndarray]] = list(self._kinds)
        if predicates:
            kinds.append((MADE_HERE, self._inside(predicates)))
        return compare_versions(other, self.data, self._theirs[other], kinds)

    @cached_property
    def _kinds(self) -> list[tuple[Kind, np.ndarray]]:
        facts = self.space.facts
        return [] if facts.failing is None else kinds_compared(self.space.project, facts, facts.failing)

    def said(self, kind: Kind | None) -> str:
        """Return a kind of input in words."""
        if kind is None:
            return "all cases"
        if isinstance(kind, int):
            assert self.space.facts.search is not None
            return str(self.space.facts.search.slices[kind])
        return " ".join(kind) if kind == MADE_HERE else " is ".join(kind)

    @cached_property
    def _values(self) -> pd.DataFrame:
        """Every value of every column with few of them, and every failing kind: kind, rows, rate, times the usual."""
        losses, base, frame = self.data.losses, float(self.data.losses.mean()), self.space.inputs
        found = [
            (f"{column} is {value}", len(rows), float(losses[rows].mean()))
            for column in frame.columns
            if 2 <= frame[column].nunique() <= FEW
            for value, rows in frame.groupby(column, observed=True).indices.items()
            if len(rows) >= FEWEST
        ]
        if self.space.facts.search is not None:
            found += [(str(s), s.rows, s.error_rate) for s in self.space.facts.search.slices]
        kinds = pd.DataFrame(found, columns=["kind of input", "rows", "rate"])
        kinds["times usual"] = kinds["rate"] / base if base else 0.0
        return kinds.sort_values("times usual", ascending=False, kind="stable").reset_index(drop=True)

    def kinds_above(self, lift: float, most: int = 20) -> pd.DataFrame:
        """Return the kinds of input that fail at least `lift` times as often as all rows, the worst first; no search is
        allowed for here, so that chance alone brings some.
        """
        return self._values[self._values["times usual"] >= lift].head(most)


def _prepared(space: Workspace) -> pd.DataFrame:
    """Return the searched inputs with numbers read once, and with hours, weekdays and counts of words as columns of their own."""
    spec, frame = space.project.tables["sample"], space.inputs
    new: dict[str, np.ndarray] = {}
    for column in frame.columns:
        if column == spec.time:
            new[f"hour of {column}"] = derived(frame, f"{column}:hour")
            new[f"weekday of {column}"] = times(frame[column]).day_name().to_numpy()
        elif column in spec.text:
            new[f"words in {column}"] = derived(frame, f"{column}:words")
        elif frame[column].nunique() > FEW and np.isfinite(known := numbers(frame[column])).mean() > 0.5:
            new[column] = known
    return frame.assign(**new)
