"""`findings.csv` and `flagged_cells.parquet`: what is wrong, for other programs and for spreadsheets."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import Any

import pandas as pd

from gatebook.record import Record

_SEPARATORS = frozenset("\"';,%")  # a spreadsheet may take them away or split at them
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that show nothing
_SIGNS = ("PLUS SIGN", "MINUS SIGN", "EQUALS SIGN")
_COLUMNS = ("finding_id", "table", "columns", "kind", "rows", "share", "severity", "cell_error", "action")


def spreadsheet_safe(text: str) -> str:
    """Return text that a spreadsheet shows instead of running: a leading formula sign gets an apostrophe before it.

    OWASP, CSV injection: = + - @ of any script, and TAB CR LF. What leads is the first character that shows and is no
    quote or separator: a spreadsheet may take away what stands before it.
    """
    if text[:1] in ("\t", "\r", "\n"):
        return f"'{text}"
    lead = next((c for c in text if not _unseen(c)), "")
    return f"'{text}" if lead and _formula_sign(lead) else text


def _unseen(character: str) -> bool:
    """Return whether a character may vanish: blank, control, format, mark of another letter, quote, separator."""
    kind = unicodedata.category(character)[0]
    return kind in "CMZ" or character in _BLANK or character in _SEPARATORS


def _formula_sign(character: str) -> bool:
    plain = unicodedata.normalize("NFKC", character)[0]
    return plain in "=+-@" or unicodedata.category(plain) == "Pd" or unicodedata.name(plain, "").endswith(_SIGNS)


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
    import pyarrow as pa
    import pyarrow.parquet as pq

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
