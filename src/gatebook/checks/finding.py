"""What one check says: a `Finding` is one cause in one place, with the exact cells behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from math import sqrt
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from gatebook.words import Code, Said, entries, mentions, said, say

Rows = npt.NDArray[np.intp]
Severity = Literal["holding", "warning", "note"]

# One wrong cell, or few that are also a tiny share, are listed as a note: real, but no warning for the whole column.
FEW, FEW_SHARE = 3, 0.002
_SHOWN = ("kind", "columns", "rows", "share", "severity", "cell_error", "title", "meaning", "action")


class Nature(Enum):
    """(severity, whether each listed cell is wrong by itself, whether a cell belongs to the first of such findings)."""

    WRONG = "warning", True, True
    DOUBTFUL = "note", True, True
    SUSPECT = "warning", False, True
    NOTE = "note", False, True
    SHARED = "warning", True, False
    FACT = "warning", False, False
    REMARK = "note", False, False

    def __init__(self, severity: Severity, cell_error: bool, owns: bool) -> None:
        """Give the three a name."""
        self.severity, self.cell_error, self.owns = severity, cell_error, owns


class FindingCode(Code):
    """What can be found: value, harm and nature. After a point stands a variant, whose words may be the kind's own.

    Attributes:
        harm: how much one affected row hurts a model; ranking only, no verdict reads it.
        nature: what it means for the cells.
    """

    harm: float
    nature: Nature

    def __new__(cls, value: str, harm: float, nature: Nature) -> Self:
        """Make a member; its value alone is its name."""
        member = str.__new__(cls, value)
        member._value_, member.harm, member.nature = value, harm, nature
        return member

    @property
    def kind(self) -> str:
        """What records call it, without the variant."""
        return self.value.partition(".")[0]


class Found(FindingCode):
    """All that the checks of one table say."""

    DUPLICATE_ID = "duplicate_id", 9.0, Nature.FACT
    LEAK = "leak", 9.0, Nature.FACT
    LEAK_SEPARATES = "leak.separates", 9.0, Nature.FACT
    CONFLICT = "conflicting_duplicates", 8.5, Nature.FACT
    CONFLICT_UNDECIDED = "conflicting_duplicates.undecided", 8.5, Nature.REMARK
    TELLING_GAPS = "telling_gaps", 8.0, Nature.FACT
    DISGUISED = "disguised_missing", 8.0, Nature.WRONG
    DISGUISED_TYPE = "disguised_missing.maybe.type", 8.0, Nature.WRONG
    DISGUISED_MOSTLY = "disguised_missing.mostly", 8.0, Nature.SUSPECT
    DISGUISED_EVERYWHERE = "disguised_missing.everywhere", 8.0, Nature.SUSPECT
    DISGUISED_MAYBE = "disguised_missing.maybe", 8.0, Nature.NOTE
    UNITS_MIXED = "mixed_units", 8.0, Nature.WRONG
    UNITS_SPELT = "mixed_units.spelt", 8.0, Nature.WRONG
    UNITS_UNSAID = "mixed_units.unsaid", 8.0, Nature.WRONG
    UNITS_TIMES = "mixed_units.unsaid.times", 8.0, Nature.WRONG
    UNITS_PART = "mixed_units.unsaid.part", 8.0, Nature.WRONG
    UNITS_DOUBTFUL = "mixed_units.unsaid.doubtful", 8.0, Nature.NOTE
    SENTINEL = "sentinel", 8.0, Nature.WRONG
    DATE_ORDER = "date_order", 8.0, Nature.WRONG
    DATE_ORDER_OPEN = "date_order.open", 8.0, Nature.NOTE
    DATE_ORDER_RARE = "date_order.open.rare", 8.0, Nature.NOTE
    GLUED = "glued_fields", 7.5, Nature.WRONG
    CARRIED = "glued_fields.carried", 7.5, Nature.WRONG
    SHIFTED = "shifted_fields", 7.5, Nature.WRONG
    DEPENDENCY = "broken_dependency", 7.0, Nature.WRONG
    DEPENDENCY_ONE = "broken_dependency.one", 7.0, Nature.DOUBTFUL
    SOURCES_DISAGREE = "sources_disagree", 7.0, Nature.WRONG
    MIXED_TYPES = "mixed_types", 7.0, Nature.WRONG
    DAMAGED_ENCODING = "damaged_encoding", 7.0, Nature.WRONG
    MANGLED = "spreadsheet_mangling", 7.0, Nature.WRONG
    RULE_CELL = "broken_rule", 7.0, Nature.WRONG
    RULE_ROW = "broken_rule.row", 7.0, Nature.SUSPECT
    RULE_DATES = "broken_rule.dates", 7.0, Nature.SUSPECT
    RULE_BOUNDS = "broken_rule.bounds", 7.0, Nature.SUSPECT
    RULE_ORDER = "broken_rule.order", 7.0, Nature.NOTE
    RULE_COPY = "broken_rule.copy", 7.0, Nature.NOTE
    DATE_FORMATS = "date_formats", 6.5, Nature.WRONG
    DATE_FORMATS_SEVERAL = "date_formats.several", 6.5, Nature.SUSPECT
    IMPOSSIBLE = "impossible_value", 6.5, Nature.WRONG
    IMPOSSIBLE_DATE = "impossible_value.date", 6.5, Nature.WRONG
    TYPO = "typo", 6.0, Nature.WRONG
    TYPO_OPEN = "typo.open", 6.0, Nature.NOTE
    ESCAPES = "escape_marks", 6.0, Nature.WRONG
    ESCAPES_IN_PROSE = "escape_marks.prose", 6.0, Nature.NOTE
    STRAY_MARKS = "stray_marks", 6.0, Nature.WRONG
    MINORITY_SHAPE = "minority_format", 6.0, Nature.WRONG
    MINORITY_WAY = "minority_format.ways", 6.0, Nature.WRONG
    DECIMAL_MARKS = "decimal_marks", 6.0, Nature.WRONG
    MISSING = "missing", 6.0, Nature.NOTE
    MISSING_FEW = "missing.few", 6.0, Nature.DOUBTFUL
    MISSING_ALL = "missing.all", 6.0, Nature.SUSPECT
    MISSING_KNOWN = "missing.known", 6.0, Nature.WRONG
    STUCK = "stuck", 6.0, Nature.WRONG
    STUCK_GROUP = "stuck.group", 6.0, Nature.WRONG
    TIME_ZONES = "time_zones", 5.5, Nature.SHARED
    TIME_ZONES_SEVERAL = "time_zones.several", 5.5, Nature.FACT
    SPELLING = "category_spelling", 5.5, Nature.WRONG
    SPELLING_OPEN = "category_spelling.open", 5.5, Nature.DOUBTFUL
    LEADING_ZEROS = "leading_zeros", 5.5, Nature.WRONG
    LEADING_ZEROS_ONE = "leading_zeros.one", 5.5, Nature.WRONG
    COPIES = "exact_duplicates", 5.0, Nature.FACT
    COPIES_OR_CHANCE = "exact_duplicates.chance", 5.0, Nature.REMARK
    OUTLIER = "outlier", 4.0, Nature.NOTE
    NEAR_DUPLICATES = "near_duplicates", 4.0, Nature.REMARK
    SPACES = "whitespace", 3.5, Nature.WRONG
    SPACES_HARMLESS = "whitespace.harmless", 3.5, Nature.NOTE
    TIME_GAP = "time_gap", 3.0, Nature.FACT
    STALE = "stale", 2.5, Nature.FACT
    CONSTANT = "constant", 2.0, Nature.REMARK
    TEXT_EDGE = "text_edge", 1.5, Nature.REMARK
    TEXT_LANGUAGE = "text_edge.language", 1.5, Nature.REMARK
    PERSONAL = "personal", 1.5, Nature.REMARK
    PERSONAL_NAMED = "personal.named", 1.5, Nature.REMARK
    PERSONAL_DECLARED = "personal.declared", 1.5, Nature.REMARK


class CountedRows(Code):
    """How titles count rows."""

    COUNTED = "counted"
    TINY = "tiny"


@dataclass(frozen=True)
class Finding:
    """One cause. `cells` holds (row positions from 0, column) pairs; empty for a fact about a whole column.

    `share`, `lower`, `upper` are in 0..1 of the `base` rows that were looked at (95 % Wilson interval).
    `example_values` are raw (value, count) pairs: whoever shows them applies the disclosure rule.
    `code` has the words (title, meaning, action), `values` what they mention.
    """

    code: FindingCode
    kind: str
    columns: tuple[str, ...]
    rows: int
    base: int
    share: float
    lower: float
    upper: float
    severity: Severity
    cell_error: bool
    harm: float
    cells: tuple[tuple[Rows, str], ...] = ()
    example_values: tuple[tuple[str, int], ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What is wrong, with figures."""
        return self.words("title")

    @property
    def meaning(self) -> str:
        """Why it matters."""
        return self.words("meaning")

    @property
    def action(self) -> str:
        """What mends it."""
        return self.words("action")

    @property
    def counted(self) -> bool:
        """Whether its title tells how many rows, and which share."""
        return "counted" in mentions(self._worded("title"), "title")

    def words(self, part: str) -> str:
        """Return one part of its words."""
        named = [f"`{name}`" for name in self.columns]
        known = {"counted": counted(self.rows, self.base), "rows": self.rows, "columns": named}
        known |= {"column": named[0], "n": len(named)} if named else {}
        known |= {"other": named[1]} if len(named) > 1 else {}
        return say(self._worded(part), part, **known | dict(self.values))

    def _worded(self, part: str) -> FindingCode:
        """Return the code that has the words: what a variant has no words for, that without its last point says."""
        code = self.code
        while part not in entries(type(code))[code] and "." in code:
            code = next(other for other in type(code) if other == code.rpartition(".")[0])
        return code

    def left_with(self, cells: Iterable[tuple[Rows, str]]) -> Finding:
        """Return the same cause in fewer cells."""
        fewer = finding(self.code, self.columns, cells, self.base)
        return replace(fewer, example_values=self.example_values, values=self.values)


@dataclass(frozen=True)
class Findings:
    """Everything that one pass over a table found, what it looked for, and what it could not look at."""

    findings: tuple[Finding, ...]
    checked: tuple[Code, ...]
    not_checked: tuple[Said, ...]
    rows: int
    sampled: int | None

    def frame(self) -> pd.DataFrame:
        """Return one row a finding, the most harmful first: kind, columns, rows, share (0..1), severity, words."""
        return pd.DataFrame([[getattr(one, name) for name in _SHOWN] for one in self.findings], columns=list(_SHOWN))

    def cells(self) -> pd.DataFrame:
        """Return one row a listed cell: `finding` (its place in `frame()`), `row` (from 0), `column`."""
        none = pd.DataFrame({"finding": np.empty(0, int), "row": np.empty(0, int), "column": pd.Series(dtype="str")})
        parts = [
            pd.DataFrame({"finding": at, "row": rows, "column": name})
            for at, one in enumerate(self.findings)
            for rows, name in one.cells
        ]
        return pd.concat(parts, ignore_index=True) if parts else none


def wilson(hits: int, n: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Two-sided 95 % score interval of a share (Wilson 1927); (0, 1) where nothing was looked at."""
    if n <= 0:
        return 0.0, 1.0
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return min(p, max(0.0, centre - half)), max(p, min(1.0, centre + half))


def finding(
    code: FindingCode,
    columns: Iterable[str],
    cells: Iterable[tuple[Rows, str]],
    base: int,
    *,
    rows: int | None = None,
    examples: Iterable[tuple[str, int]] = (),
    **values: Any,
) -> Finding:
    """Fill in counts, interval and rank of what was found in so many rows looked at (`base`).

    Args:
        code: what was found.
        columns: that it speaks of.
        cells: (positions of rows, column).
        base: rows looked at.
        rows: only where the fact has no cells of its own.
        examples: raw values with their counts.
        values: what the words mention beside the columns and the rows.
    """
    kept = tuple((np.asarray(where, dtype=np.intp), name) for where, name in cells)
    if rows is None:
        rows = len(np.unique(np.concatenate([where for where, _ in kept]))) if kept else 0
    share = rows / base if base else 0.0
    cell_error = code.nature.cell_error
    few = rows == 1 or (rows < FEW and share < FEW_SHARE)
    noted = few and (cell_error or code.kind == Found.RULE_CELL.kind)
    severity: Severity = "note" if noted else code.nature.severity
    return Finding(
        code,
        code.kind,
        tuple(columns),
        rows,
        base,
        share,
        *wilson(min(rows, base), base),
        severity,
        cell_error,
        harm=_harm(code.harm, severity, share, cell_error),
        cells=kept,
        example_values=tuple(examples)[:10],
        values=values,
    )


def _harm(of_kind: float, severity: Severity, share: float, cell_error: bool) -> float:
    """Rank of a finding: the harm of its kind, more for a larger share of the rows, less for a note."""
    weight = 2.0 if severity != "note" else 1.0 if cell_error else 0.5
    return of_kind * (0.3 + 0.7 * sqrt(min(share, 1.0))) * weight


def counted(rows: int, base: int) -> Said:
    """`127 of 2,410 rows (5.3 %)`, as titles say it."""
    share = 100 * rows / base if base else 0.0
    return said(CountedRows.TINY if rows and share < 0.05 else CountedRows.COUNTED, rows=rows, base=base, share=share)
