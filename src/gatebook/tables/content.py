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

from gatebook.errors import LimitError, TableError
from gatebook.project import ReadOptions

_CHUNK = 4 * 1024 * 1024
_ALWAYS = 10**9  # bytes that an archive may always expand to
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN = re.compile(
    r"cp125[0-8]|latin|iso8859|mac|cp437|cp85|cp86|hp_roman|cp1006|cp720|cp775|cp737|kz1048|ptcp154|tis"
)


@dataclass(frozen=True)
class Content:
    """A text file made ready to be read.

    Attributes:
        path: a UTF-8 file without byte order mark: the file itself, or a copy in the scratch folder.
        sha256: of the file as it lies on disk.
        bytes: size of the file as it lies on disk.
        encoding: the encoding found or told.
        bom: the file began with a byte order mark.
        broken: some bytes are not in the encoding; the lines that hold them cannot be read.
        inside: name of the member, for a zip archive.
    """

    path: Path
    sha256: str
    bytes: int
    encoding: str
    bom: bool
    broken: bool
    inside: str | None = None


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


def fingerprint(file: Path) -> tuple[str, int]:
    """Return the sha256 (hexadecimal) and the size of a file."""
    digest = hashlib.sha256()
    size = 0
    for chunk in _chunks(file):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def open_content(
    file: Path,
    name: str,
    scratch: Path,
    *,
    encoding: str | None,
    max_bytes: int,
    max_line: int | None = None,
    max_ratio: int | None = None,
) -> Content:
    """Return the file's text, ready to be read.

    Args:
        file: the file on disk.
        name: how messages call it.
        scratch: folder for an expanded or re-encoded copy.
        encoding: told by the project file, or None to find it.
        max_bytes: cap on the expanded size.
        max_ratio: cap on the times that an archive swells, which holds beyond 1 GB; None for no cap.
        max_line: cap on the bytes of one line, checked while an archive expands; None where a line may be the whole file.

    Raises:
        TableError: empty file, damaged archive, or bytes that are not in the encoding told.
        LimitError: more than `max_bytes`, an archive that swells beyond `max_ratio`, or a line of more than `max_line`.
    """
    sha256, size = fingerprint(file)
    if size == 0:
        raise TableError(f"{name}: the file is empty (0 bytes); export it again.")
    with file.open("rb") as handle:
        head = handle.read(8)
    inside = None
    source = file
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        source = scratch / "expanded"
        sound = _sound(size, max_bytes, max_ratio)
        inside = _expand(file, name, source, min(max_bytes, sound), max_line, swollen=sound < max_bytes)
        if source.stat().st_size == 0:
            raise TableError(f"{name}: the archive holds an empty file; export it again.")
    elif size > max_bytes:
        raise LimitError(_too_large(name, size, max_bytes))
    found, bom, broken = _find_encoding(source) if encoding is None else _told(encoding, name, source)
    path = source
    if bom or found not in ("utf-8", "ascii"):
        path = scratch / "utf-8"
        _transcode(source, path, found, name, broken=broken)
    return Content(path, sha256, size, found, bom, broken, inside)


def scan(path: Path, delimiter: str, quote: str) -> Scan:
    """Return the counts of one pass over a UTF-8 file; memory does not grow with the file."""
    lf = crlf = cr = nul = 0
    longest = run = 0
    loose = empty = False
    q, d = re.escape(quote.encode()), re.escape(delimiter.encode())
    odd = re.compile(b"%b(?<=[^%b\r\n%b]%b)(?![%b%b\r\n])" % (q, d[-1:], q, q, q, d[:2])) if quote else None
    blank = quote.encode() * 2
    edge = {delimiter.encode()[-1:], b"\n", b"\r"}
    tail = b""
    for chunk in _chunks(path):
        lf += chunk.count(b"\n")
        cr += chunk.count(b"\r")
        crlf += chunk.count(b"\r\n") + (tail[-1:] == b"\r" and chunk[:1] == b"\n")
        nul += chunk.count(b"\0")
        if b"\n" in chunk or b"\r" in chunk:
            run = 0
        else:
            run += len(chunk)
            longest = max(longest, run)
        if odd is not None:
            joined = tail + chunk
            # A match that touches the end of the chunk may be an artefact; the next round sees it with its context.
            loose = loose or any(m.end() < len(joined) for m in odd.finditer(joined))
            empty = empty or any((delimiter.encode() + blank + e) in joined for e in (delimiter.encode(), b"\r", b"\n"))
            empty = empty or any((e + blank + delimiter.encode()) in joined for e in edge) or joined.startswith(blank)
        tail = chunk[-4:]
    ended = tail[-1:] in (b"\n", b"\r")
    return Scan(lf + cr - crlf + (not ended), lf - crlf, crlf, cr - crlf, nul, longest, loose, empty)


def physical_lines(path: Path, start: int = 0) -> Iterator[str]:
    """Yield the lines of a UTF-8 file with their ends from byte `start` on; bytes that are not UTF-8 become lone surrogates."""
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


def _expand(file: Path, name: str, target: Path, max_bytes: int, max_line: int | None, *, swollen: bool) -> str | None:
    """Write the one file inside a gz or zip to `target`; return the member's name for zip."""
    try:
        if not zipfile.is_zipfile(file):
            with gzip.open(file, "rb") as stream:
                _copy(stream, target, name, max_bytes, max_line, swollen)
            return None
        with zipfile.ZipFile(file) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
            if len(members) != 1:
                listed = ", ".join(m.filename for m in members[:5]) or "nothing"
                raise TableError(
                    f"{name}: the archive must hold exactly one file but holds {len(members)} ({listed}); unpack it."
                )
            if members[0].flag_bits & 1:
                raise TableError(f"{name}: the archive asks for a password; unpack it.")
            with archive.open(members[0]) as stream:
                _copy(stream, target, name, max_bytes, max_line, swollen)
            return members[0].filename
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise TableError(
            f"{name}: the archive is damaged or of an unknown kind ({error}); unpack it and name the file inside."
        ) from None


def _copy(
    stream: IO[bytes] | gzip.GzipFile, target: Path, name: str, max_bytes: int, max_line: int | None, swollen: bool
) -> None:
    size = run = 0
    with target.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > max_bytes:
                raise LimitError(
                    _swollen(name, max_bytes) if swollen else _too_large(name, size, max_bytes, expanded=True)
                )
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            run = run + len(chunk) if end < 0 else len(chunk) - end - 1
            if max_line is not None and run > max_line:  # a few megabytes that swell to gigabytes end here
                raise LimitError(line_too_long(name, max_line))
            out.write(chunk)


def _sound(size: int, max_bytes: int, max_ratio: int | None) -> int:
    """Return the bytes that a file of `size` bytes may hold before it holds far more than a table does."""
    return max(_ALWAYS, max_ratio * size) if max_ratio else max_bytes


def check_expanded(name: str, expanded: int, size: int, options: ReadOptions) -> None:
    """Raise LimitError where a file of `size` bytes holds more than its section allows, or far more than a table does."""
    sound = _sound(size, options.max_bytes, options.max_ratio)
    if expanded > options.max_bytes:
        raise LimitError(_too_large(name, expanded, options.max_bytes, expanded=True))
    if expanded > sound:
        raise LimitError(_swollen(name, sound))


def line_too_long(name: str, cap: int) -> str:
    """Return what to say of a line beyond the cap."""
    return f"{name}: a line is longer than {cap:,} bytes; raise max_cell_bytes in the table's section of gatebook.toml."


def _swollen(name: str, max_bytes: int) -> str:
    return (
        f"{name}: the file swells to more than {max_bytes:,} bytes, far more than a table does, and was not unpacked; "
        "set max_bytes in the table's section of gatebook.toml if that is intended."
    )


def _too_large(name: str, size: int, max_bytes: int, *, expanded: bool = False) -> str:
    what = (
        f"expands to more than {max_bytes:,} bytes"
        if expanded
        else f"has {size:,} bytes, more than the cap of {max_bytes:,}"
    )
    return f"{name}: the file {what}; raise max_bytes in the table's section of gatebook.toml if that is intended."


def _told(encoding: str, name: str, source: Path) -> tuple[str, bool, bool]:
    try:
        found = codecs.lookup(encoding).name
    except LookupError:
        raise TableError(
            f"{name}: encoding = {encoding!r} is unknown; use a name such as utf-8, utf-16, cp1252."
        ) from None
    with source.open("rb") as handle:
        bom = handle.read(3) == codecs.BOM_UTF8 and found in ("utf-8", "utf-8-sig")
    if found in ("utf-8", "ascii") and not _decodes(source, found):
        raise TableError(
            f"{name}: the file is not in the encoding told ({encoding}); remove `encoding` to have it found."
        )
    return ("utf-8" if found == "utf-8-sig" else found), bom, False


def _find_encoding(source: Path) -> tuple[str, bool, bool]:
    """Return encoding, whether there is a byte order mark, and whether some lines break the encoding."""
    with source.open("rb") as handle:
        head = handle.read(256 * 1024)
    for mark, encoding in _BOMS:
        if head.startswith(mark) and _decodes(source, encoding):
            return encoding, True, False
    if _decodes(source, "utf-8"):
        if (wide := _wide(head)) and _decodes(source, wide):
            return wide, False, False
        return "utf-8", False, False
    if (wide := _wide(head)) and _decodes(source, wide):
        return wide, False, False
    high, valid = _high_bytes(source)
    if valid > max(2, high - valid):
        return "utf-8", head.startswith(codecs.BOM_UTF8), True
    guess = _guess(source) if high > 24 else None
    for candidate in (guess, "cp1252", "latin-1"):
        if candidate and _decodes(source, candidate):
            return candidate, False, False
    return "latin-1", False, False


def _wide(head: bytes) -> str | None:
    """Return the UTF-16 that text without a byte order mark is written in, or None: every other byte is NUL."""
    even, odd = head[0:4096:2], head[1:4096:2]
    if len(odd) < 4:
        return None
    if odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.6 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def _decodes(source: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(source):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _high_bytes(source: Path) -> tuple[int, int]:
    """Return the number of bytes above 127 in the first chunk, and how many of them are well-formed UTF-8."""
    chunk = next(_chunks(source))
    high = sum(map(chunk.count, (bytes([b]) for b in range(128, 256))))
    text = chunk.decode("utf-8", errors="ignore")
    return high, len(text.encode()) - sum(c < "\x80" for c in text)


def _guess(source: Path) -> str | None:
    """Return what charset-normalizer finds, cp1252 for its Western look-alikes, None where it finds nothing."""
    from charset_normalizer import from_bytes  # noqa: PLC0415 - heavy, and rarely needed

    lines = [line for line in next(_chunks(source)).splitlines(keepends=True) if any(b > 127 for b in line)]
    best = from_bytes(b"".join(lines[:400])).best()
    if best is None:
        return None
    if _LATIN.match(best.encoding) and best.encoding not in (
        "cp1251",
        "iso8859_5",
        "mac_cyrillic",
        "cp1253",
        "iso8859_7",
    ):
        return "cp1252"
    return best.encoding


def _transcode(source: Path, target: Path, encoding: str, name: str, *, broken: bool) -> None:
    """Write a UTF-8 copy without byte order mark; bytes that break the encoding stay as they are."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    decoder = codecs.getincrementaldecoder(codec)("surrogateescape" if broken else "strict")
    try:
        with target.open("wb") as out:
            for chunk in _chunks(source):
                out.write(decoder.decode(chunk).encode("utf-8", "surrogateescape"))
            out.write(decoder.decode(b"", final=True).encode("utf-8", "surrogateescape"))
    except UnicodeError as error:
        raise TableError(
            f"{name}: the file is not in the encoding {encoding} ({error.reason if isinstance(error, UnicodeDecodeError) else error}); set `encoding`."
        ) from None
