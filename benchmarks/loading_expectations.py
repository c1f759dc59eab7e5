"""Every file of two folders of real and hostile tables against what must come of it.

    python benchmarks/loading_expectations.py DATA_DIR HOSTILE_DIR

DATA_DIR: real data sets; each csv and tsv must come back cell by cell as Python's csv module reads it, with a closed
account and nothing lost. HOSTILE_DIR: csv-spectrum (content given as JSON), edge, frictionless and duckdb-csv, with the
expectations below: (rows kept, rows quarantined or rejected, rows below the table, encoding), or the error that must be
raised.
Result: 198 files, all as expected.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import warnings
from pathlib import Path

from gatebook.errors import GatebookError
from gatebook.project import TableSpec
from gatebook.project.tables import open_table
from gatebook.reading import Table

EXPECTED: dict[str, tuple[int, int, int, str | None] | str] = {
    "edge/bigint.csv": (2, 0, 0, "utf-8"),
    "edge/bool.csv": (4, 0, 0, "utf-8"),
    "edge/cr.csv": (2, 0, 0, "utf-8"),
    "edge/dates.csv": (3, 0, 0, "utf-8"),
    "edge/dup.csv": (1, 0, 0, "utf-8"),
    "edge/empty.csv": "the file is empty (0 bytes); export it a",
    "edge/header.csv": (0, 0, 0, "utf-8"),
    "edge/latin.csv": (1, 0, 0, "cp1252"),
    "edge/lead.csv": (2, 0, 0, "utf-8"),
    "edge/mixed.csv": (3, 0, 0, "utf-8"),
    "edge/nan.csv": (6, 0, 0, "utf-8"),
    "edge/nul.csv": (1, 0, 0, "utf-8"),
    "edge/null.csv": (2, 0, 0, "utf-8"),
    "edge/utf16.csv": (1, 0, 0, "utf-16 with byte order mark"),
    "edge/wide_10k_cols.csv": (1, 0, 0, "utf-8"),
    "frictionless/adjust-floating-point-error.xlsx": (5, 0, 0, None),
    "frictionless/blank-cells.csv": (5, 0, 0, "utf-8"),
    "frictionless/blank-headers.csv": (2, 0, 0, "utf-8"),
    "frictionless/blank-rows-multiple.csv": (13, 0, 0, "utf-8"),
    "frictionless/blank-rows-no-fields.csv": (2, 0, 0, "utf-8"),
    "frictionless/blank-rows.csv": (3, 0, 0, "utf-8"),
    "frictionless/bom.csv": (2, 0, 0, "utf-8 with byte order mark"),
    "frictionless/capital-invalid.csv": (8, 1, 1, "utf-8"),
    "frictionless/cast-int-to-string-issue-1251.xlsx": (2, 0, 0, None),
    "frictionless/delimiter.csv": (2, 0, 0, "utf-8"),
    "frictionless/duplicate-column.csv": (1, 0, 0, "utf-8"),
    "frictionless/duplicate-headers.csv": (2, 0, 0, "utf-8"),
    "frictionless/duplicate-rows.csv": (3, 0, 0, "utf-8"),
    "frictionless/encoding-issue-274.csv": (507, 0, 0, "utf-8"),
    "frictionless/invalid.csv": (0, 2, 1, "utf-8"),
    "frictionless/invalid__data.csv": (2, 0, 0, "utf-8"),
    "frictionless/invalid__data2.csv": (3, 0, 0, "utf-8"),
    "frictionless/issue-1004-data1.csv": (3, 2, 0, "utf-8"),
    "frictionless/issue-1004-data2.csv": (0, 2, 1, "utf-8"),
    "frictionless/issue-1009-comma.csv": (1, 0, 0, "utf-8"),
    "frictionless/issue-1009-semicolon.csv": (1, 0, 0, "utf-8"),
    "frictionless/issue-1024.xlsx": (49, 0, 0, None),
    "frictionless/issue-1066-smallcellsize.csv": (12, 0, 0, "utf-8"),
    "frictionless/issue-1066-smallcellsizewithdeviation.csv": (12, 0, 0, "utf-8"),
    "frictionless/issue-1100.csv": (2, 0, 0, "utf-8"),
    "frictionless/issue-1105-timezone.csv": (2, 0, 0, "utf-8"),
    "frictionless/issue-1109.csv": (3, 0, 0, "utf-8"),
    "frictionless/issue-1138.csv": (7, 0, 0, "utf-8"),
    "frictionless/issue-1232.csv": (5, 0, 0, "utf-8"),
    "frictionless/issue-1341.csv": (99, 0, 0, "utf-8"),
    "frictionless/issue-1478__table.csv": (10, 0, 0, "utf-8"),
    "frictionless/issue-312.xlsx": (4, 0, 0, None),
    "frictionless/issue-313.xlsx": (2, 0, 0, None),
    "frictionless/issue-320.xlsx": (49, 0, 0, None),
    "frictionless/issue-493.csv": (9, 0, 0, "utf-8"),
    "frictionless/issue-825.csv": (2, 0, 0, "utf-8"),
    "frictionless/issue-833.csv": (3, 0, 0, "utf-8"),
    "frictionless/issue-844.csv": (2, 0, 0, "utf-8"),
    "frictionless/issue-870.xlsx": (9, 0, 0, None),
    "frictionless/issue-905__bad.csv": (1, 0, 0, "utf-8"),
    "frictionless/issue-905__ok1.csv": (1, 0, 0, "utf-8"),
    "frictionless/issue-905__ok2.csv": (1, 0, 0, "utf-8"),
    "frictionless/issue-991.csv": (1, 0, 0, "utf-8"),
    "frictionless/merged-cells.xlsx": (0, 0, 0, None),
    "frictionless/multiline-headers.xlsx": (3, 0, 0, None),
    "frictionless/nested-invalid.csv": (5, 0, 0, "utf-8"),
    "frictionless/number-format-multicode.xlsx": (3, 0, 0, None),
    "frictionless/package-dialect-no-header.csv": (2, 0, 0, "utf-8"),
    "frictionless/schema-errors.csv": (3, 1, 0, "utf-8"),
    "frictionless/skip-blank-at-the-end.csv": (1, 1, 0, "utf-8"),
    "frictionless/skip-rows-before-headers.csv": (2, 0, 0, "utf-8"),
    "frictionless/structure-errors.csv": (3, 1, 0, "utf-8"),
    "frictionless/table-delimiter.csv": (2, 0, 0, "utf-8"),
    "frictionless/table-unicode-headers.csv": (2, 0, 0, "utf-8"),
    "frictionless/table.csv": (2, 0, 0, "utf-8"),
    "frictionless/table.jsonl": (2, 0, 0, "utf-8"),
    "frictionless/table.ndjson": (2, 0, 0, "utf-8"),
    "frictionless/table.ods": "this kind of document is not read; save ",
    "frictionless/table.parq": (2, 0, 0, None),
    "frictionless/table.tsv": (3, 0, 0, "utf-8"),
    "frictionless/table.xlsx": "2 filled sheets",
    "frictionless/without-headers-extra.csv": (2, 1, 0, "utf-8"),
    "frictionless/without-headers.csv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/14512.csv": (0, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/error/date_multiple_file/0.csv": (1, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/error/date_multiple_file/1.csv": (1, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/error/json.csv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/error/mid_null.csv": (2, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/error/mismatch/bad.csv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/error/mismatch/bad2.csv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/error/mismatch/example.tsv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/error/mismatch/small1.csv": (5, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/error/mismatch/small2.csv": (4, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/quoted_newline.csv": (1, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/dr_who.csv": (1, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/flush.csv": (7, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/frankstein/nightmare.csv": (44, 3, 0, "cp1252"),
    "duckdb-csv/data/csv/rejects/incorrect_columns/small_mix.csv": (2, 2, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/maximum_line/max_10.csv": (7, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/maximum_line/over_vector.csv": (2925, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/cast_and_less_col.csv": (2, 1, 1, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/cast_and_maxline.csv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/cast_and_more_col.csv": (2, 2, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/invalid_utf_cast.csv": (2, 0, 0, "cp1252"),
    "duckdb-csv/data/csv/rejects/multiple_errors/invalid_utf_less.csv": (1, 1, 0, "cp1252"),
    "duckdb-csv/data/csv/rejects/multiple_errors/invalid_utf_max_line.csv": (1, 1, 0, "cp1252"),
    "duckdb-csv/data/csv/rejects/multiple_errors/invalid_utf_more.csv": (1, 1, 0, "cp1252"),
    "duckdb-csv/data/csv/rejects/multiple_errors/invalid_utf_unquoted.csv": (1, 1, 0, "cp1252"),
    "duckdb-csv/data/csv/rejects/multiple_errors/less_col_and_max_line.csv": (2, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/more_col_and_max_line.csv": (2, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/multiple_cast_implicit.csv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/multiple_casts_flush.csv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/multiple_casts_mixed.csv": (3, 0, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/multiple_errors.csv": (2, 5, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/unquoted_cast.csv": (2, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/unquoted_less.csv": (2, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/unquoted_maxline.csv": (2, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/multiple_errors/unquoted_more.csv": (2, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/unquoted/basic.csv": (6, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/unquoted/unquoted_last_value.csv": (3, 1, 0, "utf-8"),
    "duckdb-csv/data/csv/rejects/unquoted/unquoted_new_line.csv": (6, 2, 0, "utf-8"),
}
NO_TABLES = ("labels.json", "annotations.json", "EXPECTED.json")


def cells(table: Table) -> list[list[str]]:
    return [list(row) for row in table.frame().fillna("").itertuples(index=False, name=None)]


def real(folder: Path) -> list[str]:
    """Return what is wrong with the files of the real data sets."""
    wrong = []
    csv.field_size_limit(2**31 - 1)
    for file in sorted(f for f in folder.rglob("*") if f.suffix in {".csv", ".tsv"}):
        with file.open(encoding="utf-8", newline="") as handle:
            header, *rows = csv.reader(handle, delimiter="\t" if file.suffix == ".tsv" else ",")
        table = open_table("sample", TableSpec(path=file.name), file.parent)
        account = table.accounts[0]
        if not (
            table.closed
            and account.encoding == "utf-8"
            and not account.events
            and list(table.header) == header
            and cells(table) == rows
        ):
            wrong.append(f"{file}: {table.rows} rows of {len(rows)}, {account}")
        table.close()
    for file in sorted(folder.rglob("*.json")):
        try:
            table = open_table("sample", TableSpec(path=file.name), file.parent)
            if file.name in NO_TABLES or table.rows != len(json.loads(file.read_text(encoding="utf-8"))):
                wrong.append(f"{file}: {table.rows} rows")
        except GatebookError as error:
            if file.name not in NO_TABLES:
                wrong.append(f"{file}: {error}")
    return wrong


def spectrum(folder: Path) -> list[str]:
    """Return what is wrong with the files of csv-spectrum."""
    wrong = []
    for file in sorted((folder / "csvs").iterdir()):
        table = open_table("sample", TableSpec(path=file.name), file.parent)
        want = json.loads((folder / "json" / f"{file.stem}.json").read_text(encoding="utf-8"))
        if table.frame().fillna("").to_dict("records") != want or not table.closed:
            wrong.append(f"{file}: not as its JSON")
    return wrong


def hostile(folder: Path) -> list[str]:
    """Return what is wrong with the files that have an expectation above."""
    wrong = []
    for name, want in EXPECTED.items():
        file = folder / name
        try:
            table = open_table("sample", TableSpec(path=file.name), file.parent)
        except GatebookError as error:
            if not isinstance(want, str) or want not in str(error):
                wrong.append(f"{name}: {error}")
            continue
        account = table.accounts[0]
        got = (table.rows, account.fates.quarantined + account.fates.rejected, account.fates.footer, account.encoding)
        if got != want or not table.closed:
            wrong.append(f"{name}: {got}, wanted {want}{'' if table.closed else ', OPEN'}")
        table.close()
    return wrong


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("hostile", type=Path)
    arguments = parser.parse_args()
    wrong = real(arguments.data) + spectrum(arguments.hostile / "csv-spectrum") + hostile(arguments.hostile)
    files = sum(f.suffix in {".csv", ".tsv", ".json"} for f in arguments.data.rglob("*")) + len(EXPECTED)
    files += len(list((arguments.hostile / "csv-spectrum" / "csvs").iterdir()))
    print(f"{files} files, {len(wrong)} not as expected")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
