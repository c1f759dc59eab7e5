"""Codes decide, words tell: nothing in the house reads a text back to decide, and row ids stay in their gate's
folder.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatebook.criteria import gates

SOURCE = Path(__file__).parents[1] / "src" / "gatebook"
TEXTS = frozenset({"reason", "title", "flags", "action", "meaning", "supply", "told", "note", "why", "text", "words"})
CELLS = ("reading/", "checks/", "explore/")  # there `text` and `words` are those of cells
ASKS = frozenset({"startswith", "endswith", "find", "index", "removeprefix", "removesuffix"})
PATTERNS = frozenset({"search", "match", "fullmatch", "findall", "finditer"})

# What still decides on a text, or reads one back; this list only shrinks.
OFFENDERS: frozenset[str] = frozenset()


def is_text(node: ast.AST) -> bool:
    """Whether an expression is an attribute that holds words."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # row.reason.lower()
        return node.func.attr not in {"get", "pop"} and is_text(node.func.value)
    return isinstance(node, ast.Attribute) and node.attr in TEXTS


def decisions(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what asks a text for its words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            texts = [side for side in sides if is_text(side)]
            asked = any(isinstance(op, ast.In | ast.NotIn) for op in node.ops) and is_text(node.comparators[-1])
            spelt = any(isinstance(side, ast.Constant) and isinstance(side.value, str) and side.value for side in sides)
            if asked or (texts and spelt):
                yield node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ASKS and is_text(node.func.value):
                yield node
            if node.func.attr in PATTERNS and any(is_text(argument) for argument in node.args):
                yield node


def offenders() -> set[str]:
    """Every place that decides on a text, as "file: code"."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        name = str(path.relative_to(SOURCE))
        for node in decisions(ast.parse(path.read_text(encoding="utf-8"))):
            if not (name.startswith(CELLS) and re.search(r"\.(text|words)\b", ast.unparse(node))):
                found.add(f"{name}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize(
    "code",
    [
        '"beat" in row.reason',
        'any(f.startswith("red") for f in row.flags) or row.title.startswith("x")',
        'row.title == "Fast enough"',
        "_GRAVE.search(row.text)",
        '"beat" not in row.reason.lower()',
    ],
)
def test_what_is_forbidden_is_seen(code: str) -> None:
    assert list(decisions(ast.parse(code)))


def test_nothing_decides_on_words() -> None:
    assert offenders() <= OFFENDERS


def test_rows_are_named_in_their_gate_alone() -> None:
    """Elsewhere a row is found by what it is for: its role, its gate, what it supports."""
    ids = {entry.id for gate in gates() if not gate.forms for entry in gate.rows}
    each = "|".join(map(re.escape, sorted(ids)))
    named = re.compile(rf"[\"'](?:{each})[\"']|^(?:{each}) =", re.MULTILINE)
    knowing = set()
    for path in (path for ending in ("py", "j2", "toml") for path in SOURCE.rglob(f"*.{ending}")):
        name = str(path.relative_to(SOURCE))
        code = re.sub(r'""".*?"""', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        if not name.startswith("gates/") and named.search(code) and not _is_number(name):
            knowing.add(name)
    assert not knowing


def _is_number(name: str) -> bool:
    """Whether a module speaks of figures that look like an id: versions, coordinates, spellings of 1.0."""
    return name.startswith(("figures", "cases/", "init/", "record/", "exports", "document/templates/macros"))


@pytest.mark.parametrize("gate", gates(), ids=lambda gate: gate.due)
def test_a_gate_names_only_rows_of_its_own(gate) -> None:  # type: ignore[no-untyped-def]
    """What rests on rows of another gate names a role that these rows support."""
    others = {entry.id for one in gates() if one is not gate and not one.forms for entry in one.rows}
    for path in gate.folder.rglob("*.py"):
        strings = {n.value for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)}
        assert not strings & others, path
