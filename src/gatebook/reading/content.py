"""The bytes of a text file: checksum, compression, encoding, physical lines."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gatebook.reading.account import Fates, Limit, LineAccount, Problem
from gatebook.reading.layout import loose_quotes
from gatebook.reading.store import InputFile

_CHUNK = 4 * 1024 * 1024
_ALWAYS = 10**9  # bytes that an archive may always expand to
# What a reader of archives raises where one is damaged or packed in a way that it does not know.
ARCHIVE_FAULTS = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN = re.compile(
    r"(?!cp1251|iso8859_5|mac_cyrillic|cp1253|iso8859_7)"
    r"(?:cp125[0-8]|latin|iso8859|mac|cp437|cp85|cp86|hp_roman|cp1006|cp720|cp775|cp737|kz1048|ptcp154|tis)"
)


@dataclass(frozen=True)
class Content:
    """A text file made ready to be read.

    Attributes:
        path: a UTF-8 file without byte order mark: the file itself, or a copy in the scratch folder.
        encoding: the encoding found or told.
        bom: the file began with a byte order mark.
        broken: some bytes are not in the encoding; the lines that hold them cannot be read.
        inside: the file lay in a zip archive.
    """

    path: Path
    encoding: str
    bom: bool
    broken: bool
    inside: bool


@dataclass(frozen=True)
class Scan:
    """What one pass over the bytes counts, independent of any parser.

    Attributes:
        lines: physical lines (ended by LF, CRLF, CR or the end of the file).
        lf, crlf, cr: line ends of each kind.
        nul: NUL bytes.
        longest: bytes of the longest stretch without a line end, to within a chunk of 4 MB.
        loose_quote: a quote character stands where a well-formed file has none.
        empty_quoted: a quoted empty field occurs.
    """

    lines: int
    lf: int
    crlf: int
    cr: int
    nul: int
    longest: int
    loose_quote: bool
    empty_quoted: bool

    @property
    def line_end(self) -> str:
        """The most frequent of "LF", "CRLF" and "CR"; "no line end" where there is none."""
        n, kind = max((self.crlf, "CRLF"), (self.lf, "LF"), (self.cr, "CR"), key=lambda pair: pair[0])
        return kind if n else "no line end"


def fingerprint(
    source: InputFile, dialect: str | None = None, lines: int = 0, encoding: str | None = None
) -> LineAccount:
    """Return an account that holds the file's sha256 and size, and what else is known of it."""
    digest = hashlib.sha256()
    size = 0
    for chunk in _chunks(source.file):
        digest.update(chunk)
        size += len(chunk)
    return LineAccount(source.role, source.path, digest.hexdigest(), size, encoding, dialect, lines, Fates())


def open_content(source: InputFile, *, by_line: bool = True) -> Content:
    """Return the file's text, ready to be read; a copy that is expanded or in UTF-8 lies in the scratch folder.

    Args:
        source: the file.
        by_line: no line may be larger than a cell, which is checked while an archive expands; not so where one line may
            be the whole file.

    Raises:
        TableError: empty file, damaged archive, or bytes that are not in the encoding told.
        LimitError: more bytes than the cap, an archive that swells beyond its ratio, or a line longer than the cap.
    """
    file, called, scratch = source.file, source.called, source.store.scratch
    size = file.stat().st_size
    with file.open("rb") as handle:
        head = handle.read(8)
    zipped = head.startswith(b"PK\x03\x04")
    if zipped or head.startswith(b"\x1f\x8b"):
        file = scratch / "expanded"
        _expand(source, file, by_line=by_line)
    else:
        source.check(Limit.BYTES, size)
    if not file.stat().st_size:
        raise called.refuse(Problem.EMPTY)
    told = source.options.encoding
    encoding, bom, broken = _find_encoding(file) if told is None else _told(source, file, told)
    path = file
    if bom or encoding not in ("utf-8", "ascii"):
        path = scratch / "utf-8"
        try:
            _transcode(file, path, encoding, broken=broken)
        except UnicodeError as error:
            why = error.reason if isinstance(error, UnicodeDecodeError) else str(error)
            raise called.refuse(Problem.ENCODING_MIXED, encoding=encoding, why=why) from None
    return Content(path, encoding, bom, broken, zipped)


def scan(path: Path, delimiter: str, quote: str) -> Scan:
    """Return the counts of one pass over a UTF-8 file; memory does not grow with the file."""
    lf = crlf = cr = nul = longest = run = 0
    loose = empty = False
    d, q = re.escape(delimiter).encode(), re.escape(quote).encode()
    odd = re.compile(loose_quotes(delimiter, quote).pattern.encode()) if quote else None
    blank = re.compile(b"%b(?<![^%b\r\n]%b)(?=[%b\r\n])" % (q * 2, d, q * 2, d))  # what is rare comes first
    tail = b""
    for chunk in _chunks(path):
        lf += chunk.count(b"\n")
        cr += chunk.count(b"\r")
        crlf += chunk.count(b"\r\n") + (tail[-1:] == b"\r" and chunk[:1] == b"\n")
        nul += chunk.count(b"\0")
        run = 0 if b"\n" in chunk or b"\r" in chunk else run + len(chunk)
        longest = max(longest, run)
        if odd is not None:
            joined = tail + chunk
            # A match that touches the end of the chunk may be an artefact; the next round sees it with its context.
            loose = loose or any(m.end() < len(joined) for m in odd.finditer(joined))
            empty = empty or blank.search(joined) is not None
        tail = chunk[-4:]
    ended = tail.endswith((b"\n", b"\r"))
    empty = empty or (bool(quote) and not ended and blank.search(tail + b"\n") is not None)
    return Scan(lf + cr - crlf + (not ended), lf - crlf, crlf, cr - crlf, nul, longest, loose, empty)


def physical_lines(path: Path, start: int = 0) -> Iterator[str]:
    """Yield the lines of a UTF-8 file with their ends from byte `start` on; bytes that are not UTF-8 become lone
    surrogates.
    """
    with (
        path.open("rb") as raw,
        io.TextIOWrapper(raw, encoding="utf-8", errors="surrogateescape", newline="") as handle,
    ):
        raw.seek(start)
        yield from handle


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            yield chunk


def _expand(source: InputFile, target: Path, *, by_line: bool) -> None:
    """Write the one file inside a gz or zip to `target`."""
    file, called = source.file, source.called
    try:
        if not zipfile.is_zipfile(file):
            with gzip.open(file, "rb") as stream:
                _copy(stream, target, source, by_line=by_line)
            return
        with zipfile.ZipFile(file) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
            if len(members) != 1:
                names = ", ".join(m.filename for m in members[:5]) or "nothing"
                raise called.refuse(Problem.ARCHIVE_MEMBERS, n=len(members), names=names)
            if members[0].flag_bits & 1:
                raise called.refuse(Problem.ARCHIVE_LOCKED)
            with archive.open(members[0]) as stream:
                _copy(stream, target, source, by_line=by_line)
    except ARCHIVE_FAULTS as error:
        raise called.refuse(Problem.ARCHIVE_DAMAGED, error=str(error)) from None


def _copy(stream: IO[bytes] | gzip.GzipFile, target: Path, source: InputFile, *, by_line: bool) -> None:
    size = run = 0
    packed = source.file.stat().st_size
    with target.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            check_expanded(source, size, packed)
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            run = run + len(chunk) if end < 0 else len(chunk) - end - 1
            if by_line:  # a few megabytes that swell to gigabytes end here
                source.check(Limit.LINE, run)
            out.write(chunk)


def check_expanded(source: InputFile, expanded: int, size: int) -> None:
    """Raise LimitError where a file of `size` bytes holds more than its options allow, or far more than a table
    does.
    """
    source.check(Limit.EXPANDED, expanded)
    ratio = source.options.max_ratio
    if ratio and expanded > (sound := max(_ALWAYS, ratio * size)):
        raise source.called.refuse(Limit.SWOLLEN, cap=sound)


def _told(source: InputFile, file: Path, encoding: str) -> tuple[str, bool, bool]:
    try:
        found = codecs.lookup(encoding).name
    except LookupError:
        raise source.called.refuse(Problem.ENCODING_UNKNOWN, encoding=encoding) from None
    with file.open("rb") as handle:
        bom = handle.read(3) == codecs.BOM_UTF8 and found in ("utf-8", "utf-8-sig")
    if found in ("utf-8", "ascii") and not _decodes(file, found):
        raise source.called.refuse(Problem.ENCODING_WRONG, encoding=encoding)
    return ("utf-8" if found == "utf-8-sig" else found), bom, False


def _find_encoding(source: Path) -> tuple[str, bool, bool]:
    """Return encoding, whether there is a byte order mark, and whether some lines break the encoding."""
    with source.open("rb") as handle:
        head = handle.read(256 * 1024)
    for mark, encoding in _BOMS:
        if head.startswith(mark) and _decodes(source, encoding):
            return encoding, True, False
    if (wide := _wide(head)) and _decodes(source, wide):
        return wide, False, False
    if _decodes(source, "utf-8"):
        return "utf-8", False, False
    high, valid = _high_bytes(source)
    if valid > max(2, high - valid):
        return "utf-8", head.startswith(codecs.BOM_UTF8), True
    guesses = (_guess(source) if high > 24 else None, "cp1252", "latin-1")  # the last decodes anything
    return next(guess for guess in guesses if guess and _decodes(source, guess)), False, False


def _wide(head: bytes) -> str | None:
    """Return the UTF-16 that text without a byte order mark is written in, or None: every other byte is NUL."""
    even, odd = head[0:4096:2], head[1:4096:2]
    for encoding, zeros, letters in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if len(odd) >= 4 and zeros.count(0) > 0.6 * len(zeros) and letters.count(0) < 0.1 * len(letters):
            return encoding
    return None


def _decoded(source: Path, encoding: str, errors: str = "strict") -> Iterator[str]:
    """Yield the text of a file in parts.

    Raises:
        UnicodeError: some bytes are not in the encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for chunk in _chunks(source):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _decodes(source: Path, encoding: str) -> bool:
    try:
        return all(text is not None for text in _decoded(source, encoding))
    except UnicodeError:
        return False


def _high_bytes(source: Path) -> tuple[int, int]:
    """Return the number of bytes above 127 in the first chunk, and how many of them are well-formed UTF-8."""
    chunk = next(_chunks(source))
    high = sum(map(chunk.count, (bytes([b]) for b in range(128, 256))))
    text = chunk.decode("utf-8", errors="ignore")
    return high, len(text.encode()) - sum(c < "\x80" for c in text)


def _guess(source: Path) -> str | None:
    """Return what charset-normalizer finds, cp1252 for its Western look-alikes, None where it finds nothing."""
    from charset_normalizer import from_bytes

    lines = [line for line in next(_chunks(source)).splitlines(keepends=True) if any(b > 127 for b in line)]
    best = from_bytes(b"".join(lines[:400])).best()
    return None if best is None else "cp1252" if _LATIN.match(best.encoding) else best.encoding


def _transcode(source: Path, target: Path, encoding: str, *, broken: bool) -> None:
    """Write a UTF-8 copy without byte order mark; bytes that break the encoding stay as they are where that is
    known.
    """
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with target.open("wb") as out:
        for text in _decoded(source, codec, "surrogateescape" if broken else "strict"):
            out.write(text.encode("utf-8", "surrogateescape"))
