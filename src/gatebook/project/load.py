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
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from gatebook.errors import ProjectFileError
from gatebook.files import read_plain
from gatebook.project.model import (
    Criterion,
    EdgeCaseEntry,
    OpenItem,
    PlanSection,
    Project,
    ProjectProblem,
    Section,
    TableSpec,
    Target,
    Targets,
    ValueModel,
)
from gatebook.reading.account import ReadOptions
from gatebook.words import Said, said

FILE = "gatebook.toml"
UNSURE = "?"  # begins the comment of a key that is still to be checked
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
_ONE: dict[str, type[Section]] = {"targets": Targets, "value": ValueModel, "plan": PlanSection}
_MANY: dict[str, type[Section]] = {"open": OpenItem, "edge_cases": EdgeCaseEntry, "criteria": Criterion}
_SECTIONS = ("project", "tables", "targets", "open", "value", "plan", "edge_cases", "criteria")
_PROJECT_KEYS = tuple(key for key in Project.model_fields if key not in {"root", "slug", *_SECTIONS})
_READ_KEYS = tuple(ReadOptions.model_fields)
_TABLE_KEYS = tuple(key for key in TableSpec.model_fields if key != "read")
_ALIASES = {"customer": "cluster", "group": "cluster", "file": "path", "truth": "label", "output": "prediction"}
_DEEPEST = 16
_HEAD = re.compile(r"^\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*([A-Za-z0-9_-]+|"[^"]*")\s*[.=]""")
_STRING = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'""")
_LARGEST = 10 * 1024**2
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]")

AnySection = TypeVar("AnySection", bound=Section)


@dataclass(frozen=True)
class Mistake:
    """One mistake of a project file: what is wrong with which field, how to mend it, and its line (1-based)."""

    told: Said
    line: int | None = None

    def __str__(self) -> str:
        """Return the mistake as a sentence, the line first."""
        return f"line {self.line}: {self.told}" if self.line else str(self.told)


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
        raise ProjectFileError(ProjectProblem.NO_FOLDER, path=path, file=FILE)
    raise ProjectFileError(ProjectProblem.NO_FILE, path=path, file=FILE)


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
            raise ProjectFileError(ProjectProblem.LINK, path=kept)
    try:
        text = read_plain(file, _LARGEST).decode("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise ProjectFileError(ProjectProblem.UNREADABLE, path=file, error=error.strerror) from None
    except UnicodeDecodeError as error:
        raise ProjectFileError(ProjectProblem.NO_UTF8, path=file, byte=error.start) from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ProjectFileError(ProjectProblem.NO_TOML, path=file, error=str(error)) from None
    if (trick := _out_of_bounds(data)) is not None:
        raise ProjectFileError(f"{file}: {trick}")
    return parse_project(data, root=root, text=text, candidate=candidate)


def parse_project(data: dict[str, Any], *, root: Path, text: str = "", candidate: str | None = None) -> Project:
    """Return the checked project of a parsed file (`text` only serves to name lines).

    Raises:
        ProjectFileError: every mistake at once, one line each.
    """
    check = _Check(text)
    check.mistakes += [Mistake(told) for told in _secrets(data)]
    check.end(root)  # the other messages would repeat what is given
    for name in ("project", "tables"):
        if not isinstance(data.get(name, {}), dict):
            raise ProjectFileError(f"{root / FILE}: {said(ProjectProblem.NO_SECTION, section=name)}")
    check.known(data, _SECTIONS)
    fields = check.known(data.get("project", {}), _PROJECT_KEYS, "project", "[project] ")
    if candidate:
        fields["candidate"] = candidate
    raw_tables = data.get("tables", {})
    tables = {role: spec for role, section in raw_tables.items() if (spec := check.table(role, section)) is not None}
    if "sample" not in raw_tables:
        check.wrong(ProjectProblem.NO_SAMPLE)
    parts: dict[str, Any] = {name: part for name in _ONE if (part := check.section(name, data)) is not None}
    parts |= {name: tuple(check.items(name, data)) for name in _MANY}
    parts["name"] = fields.get("name") or (slug(root.name) if _ADDRESS.search(root.name) else root.name)
    check.end(root)
    whole = check.build(Project, fields | parts | {"root": root, "slug": slug(root.name), "tables": tables}, "project")
    check.end(root)
    assert whole is not None
    return whole


def _out_of_bounds(value: Any, where: str = "", depth: int = 0) -> Said | None:
    """Return what no project file needs: a nesting without end, a number that is none or beyond TOML's 64 bits."""
    if depth > _DEEPEST:
        return said(ProjectProblem.TOO_DEEP, where=where[:80], most=_DEEPEST)
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value, 1)
        found = (_out_of_bounds(v, f"{where}.{k}" if where else str(k), depth + 1) for k, v in items)
        return next((trick for trick in found if trick), None)
    if isinstance(value, float) and not math.isfinite(value):
        return said(ProjectProblem.NO_NUMBER, where=where, value=str(value))
    if isinstance(value, int) and abs(value) >= 2**63:
        return said(ProjectProblem.TOO_LARGE, where=where)
    return None


def slug(name: str) -> str:
    """Return a folder name for the published runs: letters, digits, - _ . only, never empty, and nobody's address."""
    if _ADDRESS.search(name):
        return f"project-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"
    plain = unicodedata.normalize("NFKC", name).strip()
    kept = re.sub(r"[^\w.-]+", "-", plain).strip("-.")
    return kept[:80] or "project"


def _keys(text: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield (line, section, key, comment) for each line that sets a key; the key is empty where a section begins."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := _HEAD.match(line):
            section = head[1].strip().replace('"', "")
            yield number, section, "", ""
        elif key := _KEY.match(line):
            yield number, section, key[1].strip('"'), _STRING.sub("", line).partition("#")[2].lstrip()


def line_of(text: str, section: str, key: str | None = None) -> int | None:
    """Return the 1-based line of a section or of a key in it, for messages only."""
    return next((n for n, where, name, _ in _keys(text) if where == section and name == (key or "")), None)


def unsure_keys(text: str) -> frozenset[str]:
    """Return the keys that `init` marked as guesses still to be checked, e.g. "tables.labels.label".

    Only what stands on one line is read, as `init` writes it.
    """
    return frozenset(f"{section}.{key}" for _, section, key, told in _keys(text) if key and told.startswith(UNSURE))


def _nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like a mistyped one, None where none is like it; of two, that with the same
    letters.
    """
    likeness = {k: difflib.SequenceMatcher(None, word, k).ratio() for k in known}
    likely = [k for k, ratio in likeness.items() if ratio >= 0.5]
    return max(likely, key=lambda k: (likeness[k], sorted(k) == sorted(word), k[:1] == word[:1]), default=None)


class _Check:
    """A project file while it is checked: its text, which only names lines, and every mistake so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.mistakes: list[Mistake] = []

    def wrong(self, problem: ProjectProblem, section: str | None = None, key: str | None = None, **values: Any) -> None:
        """Note a mistake."""
        line = line_of(self.text, section, key) if section else None
        self.mistakes.append(Mistake(said(problem, section=section, key=key, **values), line))

    def end(self, root: Path) -> None:
        """Raise every mistake so far, where there is one."""
        if self.mistakes:
            raise ProjectFileError("\n".join(f"{root / FILE}: {m}" for m in self.mistakes), mistakes=self.mistakes)

    def known(
        self, given: dict[str, Any], known: Collection[str], section: str = "", where: str = ""
    ) -> dict[str, Any]:
        """Return the known keys of a section; each other key is a mistake that names the nearest known one."""
        for name in (key for key in given if key not in known):
            alias = _ALIASES.get(name, "")
            near = alias if alias in known else _nearest(name, known)
            problem = ProjectProblem.NEARLY_KEY if near else ProjectProblem.UNKNOWN_KEY
            values = {"where": where, "name": name, "near": near, "known": ", ".join(known)}
            self.wrong(problem, section or name, name if section else None, **values)
        return {key: value for key, value in given.items() if key in known}

    def build(self, model: type[AnySection], given: dict[str, Any], section: str, where: str = "") -> AnySection | None:
        """Return the model of what a section gives, None where that does not fit."""
        try:
            return model(**given)
        except ValidationError as error:
            for item in error.errors():
                self._unfit(item, section, where or f"[{section}] ")
            return None

    def _unfit(self, item: Any, section: str, where: str) -> None:
        """Note what a model says against one of its fields."""
        key = ".".join(str(p) for p in item["loc"] if p != "read")
        own = item["ctx"]["error"] if item["type"] == "value_error" else None
        values = {"where": f"{where}{key}: " if key else where, "message": str(own or item["msg"]).rstrip(".")}
        problem = (
            ProjectProblem.MISSING
            if item["type"] == "missing"
            else ProjectProblem.TOLD
            if own
            else ProjectProblem.UNFIT
        )
        self.wrong(problem, section if key else None, key.split(".")[0], given=f"{item['input']!r:.60}", **values)

    def table(self, role: str, section: Any) -> TableSpec | None:
        """Return the section of one table."""
        name = f"tables.{role}"
        if not isinstance(section, dict):
            self.mistakes.append(Mistake(said(ProjectProblem.NO_TABLE, role=role)))
        elif role not in ROLES:
            near = _nearest(role, ROLES)
            values = {"role": role, "near": near, "known": ", ".join(ROLES)}
            self.wrong(ProjectProblem.NEARLY_TABLE if near else ProjectProblem.UNKNOWN_TABLE, name, **values)
        else:
            given = self.known(section, (*_TABLE_KEYS, *_READ_KEYS), name, f"[{name}] ")
            options = {key: given.pop(key) for key in _READ_KEYS if key in given}
            return self.build(TableSpec, given | {"read": options}, name)
        return None

    def section(self, name: str, data: dict[str, Any]) -> Section | None:
        """Return one of the sections that stand once, None where the file has none or it is wrong."""
        section = data.get(name, {})
        if not isinstance(section, dict):
            self.wrong(ProjectProblem.NOT_ONE, name)
            return None
        given = self.known(section, _ONE[name].model_fields, name, f"[{name}] ")
        if isinstance(more := given.get("more"), list):
            goals = (item for item in more if isinstance(item, dict))
            given["more"] = [self.known(g, Target.model_fields, "targets.more", "[targets.more] ") for g in goals]
        return self.build(_ONE[name], given, name) if name in data else None

    def items(self, name: str, data: dict[str, Any]) -> Iterator[Section]:
        """Yield the sections of one name that may stand several times."""
        rows = data.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.wrong(ProjectProblem.NO_LIST, name)
            return
        for row in rows:
            given = self.known(row, _MANY[name].model_fields, name, f"[[{name}]] ")
            if name == "open" and not isinstance(given.get("due"), dt.date):
                continue  # a due date of "..." does not count: the condition simply stays open
            if (item := self.build(_MANY[name], given, name, f"[[{name}]] ")) is not None:
                yield item


_SECRET = re.compile(
    r"(?<!\w)\w++://[^\s/:@]*:(?!\$\{)[^\s@/]+@"  # a password in an address
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{12,}|\bgh[pousr]_[a-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bsk-[\w-]{20,}|\b[sr]k_(?:live|test)_[a-z0-9]{16,}|\bxox[abeprs]-[\w-]{10,}|\bAIza[\w-]{30,}|\bhf_[a-z]{30,}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{5,}"  # a signed token
    r"|-----BEGIN\s[A-Z\s]*PRIVATE\sKEY"
    r"|(?<![a-z])(?:password|passwd|pwd|secret|token|accountkey|sharedaccesskey|api[_-]?key|access[_-]?key|sig)"
    r"\s*=\s*(?!\$\{)[^\s;&=]{6,}",  # one in a list of settings
    re.IGNORECASE,
)


def _secrets(value: Any, where: str = "") -> Iterator[Said]:
    """Yield where a literal password stands: it would land in the record and in git. It is never repeated itself."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if _SECRET.search(key):
                yield said(ProjectProblem.SECRET_NAME, where=where or "the file")
            else:
                yield from _secrets(inner, f"{where}.{key}" if where else key)
    elif isinstance(value, list):
        for inner in value:
            yield from _secrets(inner, where)
    elif isinstance(value, str) and _SECRET.search(value):
        yield said(ProjectProblem.SECRET, where=where)
