"""Small faults are put into the rooms that judge: how many do the fast tests of these rooms see?

    python benchmarks/mutations.py --seed 1 --each 200 [--root CHECKOUT] [--seconds 15] [--show]

A mutation changes one place in a function: a comparison (its end, or its sense), a number by 1, `and` for `or`, plus
for minus, times for divided by, one status for another. The tests are collected once and run once to see which of them
call which function. For each mutation a fork of that process puts the changed code into the function and runs the tests
that call it, the quick ones first, until one fails. Where they take more than `--seconds` of CPU time together, the
slow ones are left out: a mutation that survives may still be seen by them, or change nothing that anybody could see.
"""

from __future__ import annotations

import argparse
import ast
import copy
import gc
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from _pytest.runner import runtestprotocol

ROOMS = ("verdict", "stats", "gates", "criteria")
JUDGED = ("targets", "recommend", "criteria_on_record", "gate_dates", "reasons", "judges")
TESTS = ("stats", *(f"verdict/test_{name}.py" for name in JUDGED), "test_own_gate.py", "test_codes.py")
END = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
SENSE = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
SENSE |= {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
SIGN = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
STATUS = ("pass", "fail", "not-enough-evidence")
MOST_S = 120  # CPU seconds after which a fork is stopped: a loop without end is seen


@dataclass(frozen=True)
class Site:
    """A place that can be changed: the n-th node of a file in the order of `ast.walk`, within a function."""

    path: Path
    node: int
    function: str
    line: int
    change: str


def sites(path: Path) -> Iterator[Site]:
    tree = ast.parse(path.read_text())
    number = {id(node): place for place, node in enumerate(ast.walk(tree))}

    def within(function: ast.FunctionDef, name: str) -> Iterator[Site]:
        for step in function.body:
            if isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant):
                continue  # a docstring
            for node in ast.walk(step):
                for change in changes(node):
                    yield Site(path, number[id(node)], name, node.lineno, change)

    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            yield from within(one, one.name)
        for inner in one.body if isinstance(one, ast.ClassDef) else ():
            if isinstance(inner, ast.FunctionDef):
                yield from within(inner, f"{one.name}.{inner.name}")


def changes(node: ast.AST) -> list[str]:
    """Return the kinds of change that a node allows."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        kind = type(node.ops[0])
        return [*(["end"] if kind in END else []), *(["sense"] if kind in SENSE else [])]
    if isinstance(node, ast.BoolOp):
        return ["and/or"]
    if isinstance(node, ast.BinOp) and type(node.op) in SIGN:
        return ["sign"]
    if isinstance(node, ast.Constant):
        if node.value in STATUS:
            return ["status"]
        if type(node.value) in (int, float):
            return ["+1", "-1"]
    return []


def changed(site: Site, rng: random.Random) -> ast.Module:
    """Return the file's tree with the site changed."""
    tree = ast.parse(site.path.read_text())
    node = next(node for place, node in enumerate(ast.walk(tree)) if place == site.node)
    if isinstance(node, ast.Compare):
        node.ops = [(END if site.change == "end" else SENSE)[type(node.ops[0])]()]
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BinOp):
        node.op = SIGN[type(node.op)]()
    elif isinstance(node, ast.Constant):
        others = [status for status in STATUS if status != node.value]
        node.value = rng.choice(others) if site.change == "status" else node.value + int(site.change)
    return tree


def code_of(tree: ast.Module, site: Site) -> CodeType:
    """Return the compiled function of a changed file."""
    found = [compile(tree, str(site.path), "exec")]
    for code in found:
        if code.co_qualname == site.function:
            return code
        found += [part for part in code.co_consts if isinstance(part, CodeType)]
    raise AssertionError(site)


def put(tree: ast.Module, site: Site) -> None:
    """Put the changed code into the function, wherever it is known, and forget what was computed by it."""
    code = code_of(tree, site)
    for one in gc.get_objects():
        if isinstance(one, FunctionType):
            mine = one.__code__
            if mine.co_qualname == site.function and mine.co_filename == str(site.path):
                one.__code__ = code
        elif isinstance(one, _lru_cache_wrapper) and str(one.__module__).startswith("gatebook."):
            one.cache_clear()


class Mutations:
    """A loop of tests that runs them once for each mutation, in a fork of its own."""

    def __init__(self, given: argparse.Namespace, source: Path) -> None:
        self.given, self.source = given, source
        self.results: list[tuple[Site, str]] = []
        self.now = ""  # the test that runs, or the file whose fixtures are set up

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        calls, seconds = self.mapped(list(items.values()))
        rng = random.Random(self.given.seed)
        paths = [path for room in ROOMS for path in sorted((self.source / room).rglob("*.py"))]
        every = [site for path in paths if "pages" not in path.parts for site in sites(path)]  # pages judge nothing
        for site in rng.sample(every, min(self.given.each, len(every))):
            tree = changed(site, rng)
            names = sorted(calls.get((str(site.path), site.function), ()), key=lambda name: (seconds[name], name))
            total = 0.0
            chosen = [items[n] for n in names if (total := total + seconds[n]) <= self.given.seconds or n == names[0]]
            result = self.survives(copy.copy(chosen), tree, site) if chosen else "not reached"
            self.results.append((site, result))
            if self.given.show or result != "killed":
                where = f"{site.path.relative_to(self.source)}:{site.line} {site.function}"
                print(f"{result:12} {site.change:7} {where} ({len(chosen)} of {len(names)} tests)", flush=True)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        self.now = item.nodeid.partition("::")[0]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        self.now = item.nodeid

    def mapped(self, items: list[pytest.Item]) -> tuple[dict[tuple[str, str], set[str]], dict[str, float]]:
        """Return which tests call which function of the rooms, and how long each test takes."""
        reader, writer = os.pipe()
        if not (child := os.fork()):
            calls: dict[str, set[tuple[str, str]]] = defaultdict(set)
            took = {}
            rooms = tuple(f"{self.source / room}/" for room in ROOMS)

            def called(frame, _event, _argument) -> None:
                if frame.f_code.co_filename.startswith(rooms):
                    name = frame.f_code.co_qualname.partition(".<locals>")[0]
                    calls[self.now].add((frame.f_code.co_filename, name))

            sys.settrace(called)  # of calls alone: it follows no line
            for item, after in zip(items, [*items[1:], None], strict=True):
                start = time.process_time()
                reports = runtestprotocol(item, log=False, nextitem=after)
                took[item.nodeid] = time.process_time() - start
                if any(report.failed for report in reports):
                    print(f"fails without any mutation, left out: {item.nodeid}", flush=True)
                    del took[item.nodeid]
            sys.settrace(None)
            with os.fdopen(writer, "w") as pipe:
                json.dump([{name: sorted(each) for name, each in calls.items()}, took], pipe)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as pipe:
            found, took = json.load(pipe)
        os.waitpid(child, 0)
        tests: dict[tuple[str, str], set[str]] = defaultdict(set)
        for name, each in found.items():
            for path, function in each:
                tests[path, function].update(one for one in took if one == name or one.partition("::")[0] == name)
        return tests, took

    def survives(self, items: list[pytest.Item], tree: ast.Module, site: Site) -> str:
        """Return "killed" where a test fails, hangs or breaks, "survived" where all pass."""
        if not (child := os.fork()):
            resource.setrlimit(resource.RLIMIT_CPU, (MOST_S, MOST_S))
            for stream in (1, 2):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
            try:
                put(ast.fix_missing_locations(tree), site)
                for item, after in zip(items, [*items[1:], None], strict=True):
                    if any(report.failed for report in runtestprotocol(item, log=False, nextitem=after)):
                        os._exit(1)
            except BaseException:  # noqa: BLE001  whatever breaks is seen
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        return "killed" if status else "survived"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=200, help="mutations")
    parser.add_argument("--seconds", type=float, default=15.0, help="CPU seconds of tests for one mutation")
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="the tree to change")
    parser.add_argument("--show", action="store_true", help="tell killed ones too")
    given = parser.parse_args()
    root = given.root.resolve()
    sys.path[:0] = [str(root / "src"), str(root / "tests")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root / "src"), os.environ.get("PYTHONPATH")]))
    loop = Mutations(given, root / "src" / "gatebook")
    tests = [str(root / "tests" / name) for name in TESTS if (root / "tests" / name).exists()]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        options = ["-q", "-n0", "-p", "no:cacheprovider", "-m", "not slow", f"--rootdir={root}", "--capture=no"]
        pytest.main([*options, *tests], plugins=[loop])
    rooms: dict[str, Counter[str]] = defaultdict(Counter)
    for site, result in loop.results:
        rooms[site.path.relative_to(loop.source).parts[0]][result] += 1
    for room, counts in sorted(rooms.items()):
        print(
            f"{room}: {counts['killed']} of {counts.total()} killed, {counts['not reached']} in code that no test calls"
        )
    killed = sum(counts["killed"] for counts in rooms.values())
    print(f"{killed} of {len(loop.results)} killed ({killed / max(len(loop.results), 1):.0%})")


if __name__ == "__main__":
    main()
