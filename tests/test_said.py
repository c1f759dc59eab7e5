"""Every call of `say` and `said`: its words are in the catalogue, and what they mention is given."""

from __future__ import annotations

import ast
import importlib
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from gatebook.words import Code, entries, said, say, say_if_any

TELL = (say, said, say_if_any)
SOURCE = Path(__file__).parents[1] / "src" / "gatebook"


@dataclass
class Call:
    """One call: where, of which codes (None: not to be told from the text alone), with which part and values."""

    where: str
    name: str
    codes: set[Code] | None
    part: str | None
    values: set[str] | None = field(default_factory=set)


@cache
def parsed(path: Path) -> tuple[ast.Module, Any]:
    name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
    return ast.parse(path.read_text(encoding="utf-8")), importlib.import_module(name)


def functions(tree: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Yield every node with the functions around it, the innermost last."""

    def walk(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
        for child in ast.iter_child_nodes(node):
            yield child, around
            inside = isinstance(child, ast.FunctionDef | ast.Lambda)
            yield from walk(child, [*around, child] if inside else around)

    yield from walk(tree, [])


def named(node: ast.AST, module: Any) -> Any:
    """Return what a name or a dotted name means in a module, None where it means nothing there."""
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute):
        return getattr(named(node.value, module), node.attr, None)
    return None


def codes_of(node: ast.AST, module: Any, around: list[ast.AST], depth: int = 0) -> set[Code] | None:
    """Return every code that an expression can be, None where that cannot be told."""
    found = named(node, module)
    if isinstance(found, Code):
        return {found}
    if isinstance(node, ast.IfExp):
        return joined(codes_of(side, module, around, depth) for side in (node.body, node.orelse))
    if isinstance(node, ast.BoolOp):
        return joined(codes_of(side, module, around, depth) for side in node.values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        rest = [codes_of(one, module, around, depth) for one in node.args[1:]]
        return joined([codes_of(node.func.value, module, around, depth), *rest])
    if isinstance(node, ast.Subscript):
        return codes_of(node.value, module, around, depth)
    if isinstance(node, ast.Dict):
        return joined(codes_of(value, module, around, depth) for value in node.values)
    if isinstance(node, ast.Name) and depth < 4:
        return of_a_name(node, module, around, depth)
    if isinstance(found, dict):
        values = set(found.values())
        return values if all(isinstance(one, Code) for one in values) else None
    return None


def of_a_name(at: ast.Name, module: Any, around: list[ast.AST], depth: int) -> set[Code] | None:
    """Return the codes that a variable is given in the function around it, or by the callers of that function."""
    name = at.id
    for function in reversed(around):
        if isinstance(function, ast.FunctionDef):
            arguments = [
                one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
            ]
            if name in arguments:
                given = list(given_to(function.name, name, arguments.index(name), module))
                return joined(codes_of(one, module, [], depth + 1) for one in given)
        if any(name in bound(node) for node in ast.walk(function)):
            return None
        if values := assigned(name, function, at):
            return joined(codes_of(value, module, around, depth + 1) for value in values)
    found = getattr(module, name, None)
    if isinstance(found, dict) and found and all(isinstance(one, Code) for one in found.values()):
        return set(found.values())
    return None


def bound(node: ast.AST) -> set[str]:
    """Return the names that a loop binds."""
    targets = [node.target] if isinstance(node, ast.For | ast.comprehension) else []
    return {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}


def assigned(name: str, function: ast.AST, at: ast.Name) -> list[ast.AST]:
    """Return what a variable is set to before it is read, up to the last time that no condition stands before."""
    found = [
        (node.lineno, node.col_offset, node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and node.lineno < at.lineno
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == name
    ]
    around = max(
        n.col_offset
        for n in ast.walk(function)
        if isinstance(n, ast.stmt) and n.lineno <= at.lineno <= (n.end_lineno or 0)
    )
    values = []
    for _, indent, value in sorted(found, key=lambda one: one[:2], reverse=True):
        values.append(value)
        if indent <= around:
            break
    return values


def given_to(function: str, name: str, place: int, module: Any) -> Iterator[ast.AST]:
    """Yield what the calls of a function in its module give for one of its parameters."""
    for node in ast.walk(parsed(Path(module.__file__))[0]):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == function:
            by_name = [keyword.value for keyword in node.keywords if keyword.arg == name]
            yield by_name[0] if by_name else node.args[place] if place < len(node.args) else node


def joined(parts: Any) -> set[Code] | None:
    every = list(parts)
    return None if not every or any(one is None for one in every) else set().union(*every)


def keys_of(node: ast.AST, around: list[ast.AST]) -> set[str] | None:
    """Return the keys of what stands behind `**`, None where they cannot be told."""
    if isinstance(node, ast.Dict):
        found: set[str] = set()
        for key, value in zip(node.keys, node.values, strict=True):
            more = keys_of(value, around) if key is None else {key.value} if isinstance(key, ast.Constant) else None
            if more is None:
                return None
            found |= more
        return found
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [keys_of(side, around) for side in (node.left, node.right)]
        return None if None in sides else sides[0] | sides[1]  # type: ignore[operator]
    if isinstance(node, ast.Name) and around:
        values = [
            n
            for n in ast.walk(around[-1])
            if isinstance(n, ast.Assign | ast.AugAssign | ast.AnnAssign)
            for target in (n.targets if isinstance(n, ast.Assign) else [n.target])
            if isinstance(target, ast.Name) and target.id == node.id
        ]
        found = [keys_of(n.value, around) for n in values if n.value is not None]
        return set().union(*found) if found and None not in found else None  # type: ignore[arg-type]
    return None


def calls() -> Iterator[Call]:
    for path in sorted(SOURCE.rglob("*.py")):
        if path.parent.name == "words" or path.name == "__main__.py":
            continue
        tree, module = parsed(path)
        for node, around in functions(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            told = named(node.func, module)
            if getattr(told, "__module__", "") != "gatebook.words" or told.__name__ not in {
                "say",
                "said",
                "say_if_any",
            }:
                continue
            part: str | None = ""
            if len(node.args) > 1:
                part = node.args[1].value if isinstance(node.args[1], ast.Constant) else None
            values: set[str] | None = {k.arg for k in node.keywords if k.arg}
            for keyword in node.keywords:
                more = None if keyword.arg else keys_of(keyword.value, around)
                if not keyword.arg:
                    values = None if more is None or values is None else values | more
            where = f"{path.relative_to(SOURCE)}:{node.lineno}"
            yield Call(where, told.__name__, codes_of(node.args[0], module, around), part, values)


def mentioned(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def wrong(call: Call) -> Iterator[str]:
    """Yield what a call lacks."""
    for code in call.codes or ():
        entry = entries(type(code))[code.value]
        parts = entry if isinstance(entry, dict) else {"": entry}
        if call.part and call.part not in parts and call.name != "say_if_any":
            yield f"{call.where}: {type(code).__name__}.{code.name} has no part {call.part!r}"
            continue
        if call.name == "say" and call.part == "" and "" not in parts:
            yield f"{call.where}: {type(code).__name__}.{code.name} has parts, and none is asked for"
            continue
        texts = [parts.get(call.part, "")] if call.part else [] if call.part is None else list(parts.values())
        missing = set().union(*map(mentioned, texts)) - (call.values or set())
        if call.values is not None and missing:
            yield f"{call.where}: {type(code).__name__}.{code.name} needs {sorted(missing)}"


def test_every_call_names_words_that_are_there_and_gives_what_they_mention() -> None:
    assert [fault for call in calls() for fault in wrong(call)] == []


def test_most_calls_can_be_told_from_the_text_alone() -> None:
    every = list(calls())
    untold = [call.where for call in every if call.codes is None]
    assert len(untold) <= 0.1 * len(every), untold
