"""Findings as the record tells them, and the coordinates of the cells behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.evidence.facts import Facts
from gatebook.evidence.severity import ORDER, weight
from gatebook.project import Project
from gatebook.record import FindingRecord

_TOLD = ("columns", "kind", "rows", "share", "lower", "upper", "cell_error", "counted", "title", "meaning", "action")


def finding_records(facts: Facts, project: Project, limit: float) -> tuple[FindingRecord, ...]:
    """Return the findings of all tables, blocking ones first, then by harm; ids follow this order.

    Args:
        facts: what was measured.
        project: says which columns the verdicts rest on.
        limit: share of rows above which a finding blocks, as row G3 in force has it.
    """
    flat = [(role, f, weight(project, role, f, limit)) for role, scan in facts.scans.items() for f in scan.findings]
    flat.sort(key=lambda item: (min(ORDER.index(item[2]), 2), -item[1].harm, item[0], item[1].title))
    return tuple(
        FindingRecord(
            finding_id=f"F{number:03d}", table=role, severity=severity, **{name: getattr(one, name) for name in _TOLD}
        )
        for number, (role, one, severity) in enumerate(flat, 1)
    )


def flagged_cells(facts: Facts, records: tuple[FindingRecord, ...]) -> pd.DataFrame:
    """Return finding_id, table, row (1-based data record of the input), column for every cell behind a finding."""
    parts = [pd.DataFrame({"finding_id": [], "table": [], "row": np.empty(0, dtype=np.int64), "column": []})]
    by_key = {(r.table, r.kind, r.columns, r.title): r.finding_id for r in records}
    for role, scan in facts.scans.items():
        if (table := facts.tables.get(role)) is None:
            continue
        numbers = np.asarray(table.record_numbers())
        for one in scan.findings:
            about = {"finding_id": by_key[role, one.kind, one.columns, one.title], "table": role}
            parts += [pd.DataFrame({**about, "row": numbers[rows], "column": column}) for rows, column in one.cells]
    return pd.concat(parts[1:] or parts, ignore_index=True)
