"""Which reader a file needs: told by its first bytes, then by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from gatebook.errors import TableError
from gatebook.project import TableSpec
from gatebook.tables.account import Fates, LineAccount, Part
from gatebook.tables.content import fingerprint
from gatebook.tables.store import Rejects, Store

_LINES = (".jsonl", ".ndjson")


def read_file(file: Path, role: str, path: str, spec: TableSpec, store: Store, target: str, rejects: Rejects) -> Part:
    """Put one file into the table `target` and return its part, account not yet closed.

    Raises:
        TableError: the file cannot be read, or is of a kind that is not read.
        LimitError: a cap is exceeded.
    """
    name = f"[tables.{role}] {path}"
    account = LineAccount(role, path, "", 0, None, None, 0, Fates(), closed=False)
    known = tuple(spec.named_columns())
    format_ = _format(file, name)
    if format_ == "delimited":
        from gatebook.tables.delimited import read_delimited  # noqa: PLC0415 - each reader is loaded when it is needed

        return read_delimited(file, name, spec.read, store, target, rejects, known, account)
    if format_ in ("jsonl", "json"):
        from gatebook.tables.documents import read_json, read_json_lines  # noqa: PLC0415 - same

        return (read_json_lines if format_ == "jsonl" else read_json)(
            file, name, spec.read, store, target, rejects, account
        )
    sha256, size = fingerprint(file)
    account = LineAccount(role, path, sha256, size, None, None, 0, Fates(), closed=False)
    if format_ in ("parquet", "arrow"):
        from gatebook.tables.columnar import read_arrow, read_parquet  # noqa: PLC0415 - same

        return (read_parquet if format_ == "parquet" else read_arrow)(file, name, spec.read, store, target, account)
    if format_ == "xlsx":
        from gatebook.tables.sheets import read_sheet  # noqa: PLC0415 - same

        return read_sheet(file, name, spec.read, store, target, rejects, known, account)
    from gatebook.tables.databases import read_database  # noqa: PLC0415 - same

    return read_database(file, name, spec.read, store, target, account, kind=format_)


def _format(file: Path, name: str) -> str:
    with file.open("rb") as handle:
        head = handle.read(16)
    suffixes = [s.lower() for s in file.suffixes]
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith((b"ARROW1", b"FEA1")):
        return "arrow"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[8:12] == b"DUCK":
        return "duckdb"
    if head.startswith(b"PK\x03\x04"):
        inside = _members(file)
        if "xl/workbook.xml" in inside:
            return "xlsx"
        if "mimetype" in inside or "word/document.xml" in inside:
            raise TableError(f"{name}: this kind of document is not read; save it as xlsx or csv.")
        suffixes = [*suffixes, *[Path(m).suffix.lower() for m in inside[:1]]]
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise TableError(
            f"{name}: old Excel files (.xls) and protected workbooks are not read; save it as .xlsx without a password."
        )
    if suffixes[-1:] == [".xlsx"]:
        raise TableError(
            f"{name}: this is no Excel workbook although it is called one; save it again, or rename it to what it is."
        )
    if suffixes[-1:] in ([".parquet"], [".feather"], [".arrow"]):
        raise TableError(f"{name}: the file is damaged or not of the kind that its name says; export it again.")
    if any(s in _LINES for s in suffixes):
        return "jsonl"
    return "json" if ".json" in suffixes else "delimited"


def _members(file: Path) -> list[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return []
