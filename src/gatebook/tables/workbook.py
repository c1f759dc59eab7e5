"""How large an Excel workbook is once it is opened, told before anything is: a few bytes can ask for billions of cells."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions
from gatebook.tables.content import check_expanded

_EXPANDED = 512 * 1024**2
_CELLS = 5_000_000
_RANGES = {"mergeCell", "hyperlink"}  # the reader makes a cell for each place in these
_CHUNK = 1024 * 1024


class _Count:
    """Counts the cells of one part of the workbook, and those that its ranges cover."""

    def __init__(self) -> None:
        self.cells = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._element
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _element(self, name: str, about: dict[str, str]) -> None:
        kind = name.rpartition(" ")[2]
        if kind == "c":
            self.cells += 1
        elif kind in _RANGES:
            self.cells += _area(about.get("ref", ""))

    def _doctype(self, *_about: object) -> None:
        raise TableError("it declares entities, as no workbook does")


def check_workbook(file: Path, name: str, options: ReadOptions) -> None:
    """Raise an error for a workbook that would not fit into memory.

    Raises:
        TableError: it is damaged, or declares XML entities.
        LimitError: more bytes or cells than the caps allow.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            expanded = sum(m.file_size for m in parts)
            cells = 0
            for part in parts if expanded <= _EXPANDED else ():
                cells += _cells(archive, part)
                if cells > _CELLS:
                    break
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, TableError) as error:
        raise TableError(f"{name}: the workbook is damaged ({error}); open and save it again.") from None
    check_expanded(name, expanded, file.stat().st_size, options)
    if expanded > _EXPANDED:
        raise LimitError(
            f"{name}: the workbook expands to {expanded:,} bytes, more than {_EXPANDED:,}; save the sheet as csv."
        )
    if cells > _CELLS:
        raise LimitError(f"{name}: the workbook asks for more than {_CELLS:,} cells; save the sheet as csv.")


def _cells(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Return the cells that a part asks for, counted until they are too many; none where it is no XML."""
    count = _Count()
    with archive.open(part) as stream:
        try:
            while chunk := stream.read(_CHUNK):
                count.parser.Parse(chunk)
                if count.cells > _CELLS:
                    break
        except expat.ExpatError:  # a picture, or a damaged part, which the reader will name
            pass
    return count.cells


def _area(ref: str) -> int:
    """Return the number of cells in "A1:C3", 0 for anything else; "A:C" and "1:3" reach to the end of the sheet."""
    corners = re.fullmatch(r"\$?([A-Z]{0,3})\$?(\d{0,7}):\$?([A-Z]{0,3})\$?(\d{0,7})", ref.strip().upper())
    if corners is None:
        return 0
    left, top, right, bottom = corners.groups()
    columns = _column(right or "XFD") - _column(left or "A") + 1
    return max(0, columns) * max(0, int(bottom or 1_048_576) - int(top or 1) + 1)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
