"""`findings.csv` and `flagged_cells.parquet`: what is wrong, for other programs and for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pandas as pd

from gatebook.record import Record

_FORMULA = re.compile(r"[\t\r\n]|[\s\0\ufeff\u200b-\u200f\u2060\"';,%]*[=+\-@＝＋－＠]")
_COLUMNS = (
    "finding_id",
    "table",
    "columns",
    "kind",
    "rows",
    "share",
    "severity",
    "cell_error",
    "action",
)


def spreadsheet_safe(text: str) -> str:
    """Return text that a spreadsheet shows instead of running: a leading formula sign gets an apostrophe before it.

    OWASP, CSV injection: = + - @ TAB CR LF, and the full-width forms that spreadsheets read alike; likewise behind
    blanks, quotes and separators, which a spreadsheet may take away or split at.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def findings_csv(record: Record) -> str:
    """Return the findings of a record as CSV, one line each; several columns are joined by "; "."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for finding in record.findings:
        writer.writerow(
            [
                spreadsheet_safe(finding.finding_id),
                spreadsheet_safe(finding.table),
                spreadsheet_safe("; ".join(finding.columns)),
                spreadsheet_safe(finding.kind),
                finding.rows,
                repr(finding.share),
                finding.severity,
                "true" if finding.cell_error else "false",
                spreadsheet_safe(finding.action),
            ]
        )
    return out.getvalue()


def flagged_cells_parquet(record: Record, flagged: pd.DataFrame) -> bytes:
    """Return the flagged cells as parquet bytes: coordinates only, in the findings' order; equal in, equal out.

    Args:
        record: gives the order of the findings.
        flagged: finding_id, table, row (1-based data record of the input), column; other columns are left out, so
            that no value of a cell can pass.
    """
    import pyarrow as pa  # noqa: PLC0415  slow; paid by runs alone
    import pyarrow.parquet as pq  # noqa: PLC0415  as above

    place = {finding.finding_id: number for number, finding in enumerate(record.findings)}
    cells = flagged.assign(_place=flagged["finding_id"].map(place).fillna(len(place)))
    cells = cells.sort_values(["_place", "finding_id", "table", "row", "column"], kind="stable")
    columns: dict[str, Any] = {
        "finding_id": pa.array(cells["finding_id"].astype(str).tolist(), pa.string()),
        "table": pa.array(cells["table"].astype(str).tolist(), pa.string()),
        "row": pa.array(cells["row"].astype("int64").to_numpy(), pa.int64()),
        "column": pa.array(cells["column"].astype(str).tolist(), pa.string()),
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    return sink.getvalue()
