"""Read `gatebook.toml`: one clear sentence for each mistake, with the line and the nearest known key."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import math
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gatebook.errors import ProjectFileError
from gatebook.files import read_plain
from gatebook.project.model import (
    Criterion,
    EdgeCase,
    Model,
    OpenItem,
    Plan,
    Project,
    ReadOptions,
    TableSpec,
    Target,
    Targets,
    ValueModel,
)

FILE = "gatebook.toml"
ROLES = (
    "sample",
    "curated",
    "curated_labels",
    "curated_predictions",
    "labels",
    "predictions",
    "integrations",
    "population",
)
_SECTIONS = ("project", "tables", "targets", "open", "value", "plan", "edge_cases", "criteria")
_PROJECT_KEYS = [
    "name",
    "task",
    "owner",
    "candidate",
    "incumbent",
    "start",
    "deadline",
    "data_requested",
    "data_received",
    "personal",
    "public",
    "ignore",
    "history",
]
_DEEPEST = 16
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]")
_LARGEST = 10 * 1024**2
_READ_KEYS = tuple(ReadOptions.model_fields)
_ALIASES = {"customer": "cluster", "group": "cluster", "file": "path", "truth": "label", "output": "prediction"}


def find_project(where: str | Path) -> Path:
    """Return the project folder for `where`: a folder with a project file, or the file itself.

    A relative path is tried from the working directory, then from each folder above it, so that a notebook in
    notebooks/ can name `data/samples/x`.

    Raises:
        ProjectFileError: there is no such folder, or it has no project file.
    """
    path = Path(where).expanduser()
    if path.name == FILE:
        path = path.parent
    bases = [Path(), *Path.cwd().parents] if not path.is_absolute() else [Path()]
    for base in bases:
        if (base / path / FILE).is_file():
            return (base / path).resolve()
    if not path.is_dir():
        raise ProjectFileError(f"{path}: there is no such folder; give the folder that holds {FILE}.")
    raise ProjectFileError(f"{path}: no {FILE} in this folder; `gatebook init {path}` writes one.")


def load_project(where: str | Path, *, candidate: str | None = None) -> Project:
    """Return the checked project of a folder.

    Args:
        where: the folder, or its `gatebook.toml`.
        candidate: overrides `[project] candidate`.

    Raises:
        ProjectFileError: every mistake of the file at once, one line each.
    """
    root = find_project(where)
    file = root / FILE
    for kept in (root / ".gatebook", root / ".gatebook" / "rejects"):
        if kept.is_symlink():
            raise ProjectFileError(
                f"{kept}: is a link, and gatebook writes there; put a real folder in its place "
                "([project] history can name another place for the history)."
            )
    try:
        text = read_plain(file, _LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise ProjectFileError(f"{file}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise ProjectFileError(f"{file}: byte {error.start} is not UTF-8; save the file as UTF-8.") from None
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ProjectFileError(f"{file}: not valid TOML: {error}.") from None
    if (trick := _out_of_bounds(data)) is not None:
        raise ProjectFileError(f"{file}: {trick}.")
    return parse_project(data, root=root, text=text, candidate=candidate)


def parse_project(data: dict[str, Any], *, root: Path, text: str = "", candidate: str | None = None) -> Project:
    """Return the checked project of a parsed file (`text` only serves to name lines).

    Raises:
        ProjectFileError: every mistake at once, one line each.
    """
    problems: list[str] = []
    _secrets(data, "", problems)
    if problems:  # the other messages would repeat what is given
        raise ProjectFileError("\n".join(f"{root / FILE}: {p}" for p in problems))
    head = data.get("project", {})
    raw_tables = data.get("tables", {})
    for name, value, kind in (("project", head, dict), ("tables", raw_tables, dict)):
        if not isinstance(value, kind):
            raise ProjectFileError(f"{root / FILE}: [{name}] must be a section.")
    _unknown(data, _SECTIONS, "", text, problems)
    _unknown(head, _PROJECT_KEYS, "[project] ", text, problems)
    fields: dict[str, Any] = {k: v for k, v in head.items() if k in _PROJECT_KEYS}
    for key in ("personal", "public", "ignore"):
        if isinstance(fields.get(key), str):
            fields[key] = (fields[key],)
    for key in ("owner", "candidate", "incumbent"):
        if isinstance(fields.get(key), str) and fields[key].strip(". ") == "":
            fields[key] = None
    if candidate:
        fields["candidate"] = candidate
    tables: dict[str, TableSpec] = {}
    for role, section in raw_tables.items():
        if (spec := _table(role, section, text, problems)) is not None:
            tables[role] = spec
    if "sample" not in raw_tables:
        problems.append('[tables.sample] is missing: name the production sample, e.g. path = "production.csv".')
    name = fields.get("name") or (slug(root.name) if _ADDRESS.search(root.name) else root.name)
    parts: dict[str, Any] = {
        "targets": _section(Targets, data, "targets", text, problems) or Targets(),
        "value": _section(ValueModel, data, "value", text, problems),
        "plan": _section(Plan, data, "plan", text, problems) or Plan(),
        "open": _items(OpenItem, data, "open", text, problems),
        "edge_cases": _items(EdgeCase, data, "edge_cases", text, problems),
        "criteria": _items(Criterion, data, "criteria", text, problems),
    }
    if not problems:
        try:
            return Project(root=root, slug=slug(root.name), tables=tables, **(fields | {"name": name} | parts))
        except ValidationError as error:
            problems += _explain(error, "[project] ", "project", text)
    raise ProjectFileError("\n".join(f"{root / FILE}: {p}" for p in problems))


def _out_of_bounds(value: Any, where: str = "", depth: int = 0) -> str | None:
    """Return what no project file needs: a nesting without end, a number that is none or beyond TOML's 64 bits."""
    if depth > _DEEPEST:
        return f"{where[:80]} is nested more than {_DEEPEST} levels deep; write it as in the documentation"
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value, 1)
        found = (_out_of_bounds(v, f"{where}.{k}" if where else str(k), depth + 1) for k, v in items)
        return next((trick for trick in found if trick), None)
    if isinstance(value, float) and not math.isfinite(value):
        return f"{where} = {value} is no number; give a finite one"
    if isinstance(value, int) and abs(value) >= 2**63:
        return f"{where} is larger than TOML allows (64 bits); give a smaller number"
    return None


def slug(name: str) -> str:
    """Return a folder name for the published runs: letters, digits, - _ . only, never empty, and nobody's address."""
    if _ADDRESS.search(name):
        return f"project-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"
    plain = unicodedata.normalize("NFKC", name).strip()
    kept = re.sub(r"[^\w.-]+", "-", plain).strip("-.")
    return kept[:80] or "project"


def line_of(text: str, section: str, key: str | None = None) -> int | None:
    """Return the 1-based line of a section or of a key in it, for messages only."""
    current, found = "", None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if match := re.match(r"\[\[?\s*([^\]]+?)\s*\]\]?", stripped):
            current = match.group(1).replace('"', "")
            if key is None and current == section:
                return number
        elif key is not None and current == section and re.match(rf'"?{re.escape(key)}"?\s*[.=]', stripped):
            found = number
            break
    return found


def _at(text: str, section: str, key: str | None = None) -> str:
    number = line_of(text, section, key)
    return f"line {number}: " if number else ""


def _unknown(
    given: dict[str, Any], known: tuple[str, ...] | list[str], where: str, text: str, problems: list[str]
) -> None:
    section = where.strip("[] ")
    for key in given:
        if key in known:
            continue
        near = _ALIASES.get(key) if _ALIASES.get(key) in known else None
        near = near or _nearest(key, known)
        hint = f"did you mean {near!r}?" if near else f"known keys are {', '.join(known)}."
        problems.append(f"{_at(text, section or key, key if section else None)}{where}unknown key {key!r}; {hint}")


def _nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like a mistyped one, None where none is like it; of two, that with the same letters."""
    likeness = {k: difflib.SequenceMatcher(None, word, k).ratio() for k in known}
    likely = [k for k, ratio in likeness.items() if ratio >= 0.5]
    return max(likely, key=lambda k: (likeness[k], sorted(k) == sorted(word), k[:1] == word[:1]), default=None)


def _table(role: str, section: Any, text: str, problems: list[str]) -> TableSpec | None:
    if not isinstance(section, dict):
        problems.append(f"[tables.{role}] must be a section with a path.")
        return None
    if role not in ROLES:
        near = _nearest(role, ROLES)
        hint = f"did you mean [tables.{near}]?" if near else f"known tables are {', '.join(ROLES)}."
        problems.append(f"{_at(text, f'tables.{role}')}unknown table [tables.{role}]; {hint}")
        return None
    known = [k for k in TableSpec.model_fields if k != "read"]
    _unknown(section, [*known, *_READ_KEYS], f"[tables.{role}] ", text, problems)
    options = {k: v for k, v in section.items() if k in _READ_KEYS}
    columns = {k: v for k, v in section.items() if k in known}
    if isinstance(columns.get("same"), dict):
        columns["same"] = {str(k): str(v) for k, v in columns["same"].items()}
    try:
        return TableSpec(**columns, read=ReadOptions(**options))
    except ValidationError as error:
        problems += _explain(error, f"[tables.{role}] ", f"tables.{role}", text)
        return None


def _section(model: type[Model], data: dict[str, Any], name: str, text: str, problems: list[str]) -> Any:
    if name not in data:
        return None
    section = data[name]
    if not isinstance(section, dict):
        problems.append(f"{_at(text, name)}[{name}] must be a section, written [{name}].")
        return None
    _unknown(section, list(model.model_fields), f"[{name}] ", text, problems)
    known = {k: v for k, v in section.items() if k in model.model_fields}
    if name == "targets":
        more = known.get("more", ())
        for item in more if isinstance(more, list) else ():
            if isinstance(item, dict):
                _unknown(item, list(Target.model_fields), "[targets.more] ", text, problems)
        known["more"] = tuple(
            {k: v for k, v in i.items() if k in Target.model_fields} for i in more if isinstance(i, dict)
        )
    try:
        return model(**known)
    except ValidationError as error:
        problems += _explain(error, f"[{name}] ", name, text)
        return None


def _items(model: type[Model], data: dict[str, Any], name: str, text: str, problems: list[str]) -> tuple[Any, ...]:
    rows = data.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        problems.append(f"{_at(text, name)}{name} must be a list, each entry under [[{name}]].")
        return ()
    found = []
    for row in rows:
        _unknown(row, list(model.model_fields), f"[[{name}]] ", text, problems)
        known = {k: v for k, v in row.items() if k in model.model_fields}
        if model is OpenItem and not isinstance(known.get("due"), dt.date):
            continue  # a due date of "..." does not count: the condition simply stays open
        try:
            found.append(model(**known))
        except ValidationError as error:
            problems += _explain(error, f"[[{name}]] ", name, text)
    return tuple(found)


def _explain(error: ValidationError, where: str, section: str, text: str) -> list[str]:
    lines = []
    for item in error.errors():
        key = ".".join(str(p) for p in item["loc"])
        message = item["msg"].removeprefix("Value error, ").rstrip(".")
        if item["type"] == "missing":
            message = "is missing"
        given = f" (got {item['input']!r:.60})" if item["type"] not in {"missing", "value_error"} else ""
        lines.append(f"{_at(text, section, key.split('.')[0])}{where}{key + ': ' if key else ''}{message}{given}.")
    return lines


_SECRET = re.compile(
    r"""(?xi)
    (?<!\w)\w++://[^\s/:@]*:(?!\$\{)[^\s@/]+@                                   # a password in an address
    | \b(?:AKIA|ASIA)[0-9A-Z]{12,} | \bgh[pousr]_[a-z0-9]{20,} | \bgithub_pat_\w{20,} | \bglpat-[\w-]{16,}
    | \bsk-[\w-]{20,} | \b[sr]k_(?:live|test)_[a-z0-9]{16,} | \bxox[abeprs]-[\w-]{10,} | \bAIza[\w-]{30,} | \bhf_[a-z]{30,}
    | \beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}                             # a signed token
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY
    | (?<![a-z])(?:password|passwd|pwd|secret|token|accountkey|sharedaccesskey|api[_-]?key|access[_-]?key|sig)
      \s*=\s*(?!\$\{)[^\s;&=]{6,}                                        # one in a list of settings
    """
)


def _secrets(value: Any, where: str, problems: list[str]) -> None:
    """Refuse a literal password: it would land in the record and in git. The secret itself is never repeated."""
    held = 'holds a password or key; put it in an environment variable and write "${NAME}".'
    if isinstance(value, dict):
        for key, inner in value.items():
            if _SECRET.search(key):
                problems.append(f"a name in {where or 'the file'} {held}")
            else:
                _secrets(inner, f"{where}.{key}" if where else key, problems)
    elif isinstance(value, list):
        for inner in value:
            _secrets(inner, where, problems)
    elif isinstance(value, str) and _SECRET.search(value):
        problems.append(f"{where} {held}")
