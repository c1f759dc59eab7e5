"""The house: imports run downward, nothing speaks of anything but the project."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gatebook.gates import pages

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "gatebook"

# From the ground up: a layer may import itself and what stands before it.
LAYERS = (
    ("errors", "words", "files", "vocabulary", "names", "budget"),
    ("reading",),
    ("stats",),
    ("checks", "slices"),
    ("project",),
    ("record",),
    ("history",),
    ("cases",),
    ("evidence",),
    ("criteria",),
    ("verdict",),
    ("figures", "pictures"),
    ("document",),
    ("gates", "people"),
    ("assessment",),
    ("notebook", "findings_file", "checks_file"),
    ("exports",),
    ("explore",),
    ("poc",),
    ("init", "sampling", "run", "workbench"),
    ("cli", "__main__"),
)
# What is still to be mended; these lists only shrink.
CIRCLE: set[str] = set()
READ_BACK: set[str] = set()
UNUSED: set[str] = set()
# What others call by its name: Python's parser of HTML and its formatter, mistune, nbconvert, Jupyter; and a scientist.
HOOKS = {"handle_starttag", "handle_data", "format_field", "image", "default_filters", "kernel_spec"} | {
    "frame",
    "plot",
}

FLOOR = {name: level for level, names in enumerate(LAYERS) for name in names}


@cache
def modules() -> tuple[Path, ...]:
    return tuple(sorted(SOURCE.rglob("*.py")))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def layer_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Names of gatebook's own packages that a module imports while it runs, inside functions too."""
    found = set()
    for node in ast.walk(parsed(path)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module] if node.module != "gatebook" else [f"gatebook.{a.name}" for a in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("gatebook.")}
    return found - {"__version__"}


def test_every_module_has_a_layer() -> None:
    assert {layer_of(p) for p in modules()} - {"__init__"} <= set(FLOOR)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_run_downward(path: Path) -> None:
    layer = layer_of(path)
    if layer == "__init__":
        assert imported(path) <= {"reading", "checks", "slices", "poc"}
        return
    above = {name for name in imported(path) if FLOOR.get(name, 99) > FLOOR[layer]}
    assert not above, f"{path.name} imports {above}, which stand above {layer}"


def test_nothing_imports_the_explorers() -> None:
    assert [p for p in modules() if layer_of(p) not in ("explore", "poc") and "explore" in imported(p)] == []


def test_which_columns_a_table_has_is_resolved_once() -> None:
    """Every measurer takes its section from the cases, so that no two read one table by different columns."""
    asking = [p for p in modules() if re.search(r"\bavailable\(|import .*\bavailable\b", p.read_text(encoding="utf-8"))]
    assert {str(p.relative_to(SOURCE)) for p in asking} == {"cases/bind.py", "cases/columns.py"}


def test_evidence_draws_nothing_and_judges_nothing() -> None:
    for path in (SOURCE / "evidence").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "matplotlib" not in text
        assert not imported(path) & {"criteria", "verdict", "figures", "document"}


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks_are_stripped_and_short(path: Path) -> None:
    cells = [c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"]
    assert all(not c["outputs"] and c["execution_count"] is None for c in cells)
    assert max(len("".join(c["source"]).splitlines()) for c in cells) <= 8
    assert sum("parameters" in c["metadata"].get("tags", ()) for c in cells) == 1


def test_the_project_speaks_of_itself_alone() -> None:
    word = re.compile(
        r"(?<![\w.])/(work|farm|root)/|\bpypi\.org|pythonhosted|\bfiles\.python|--index-url", re.IGNORECASE
    )
    for path in tracked():
        if path.suffix in {".parquet", ".png", ".gz", ".zip", ".xlsx"} or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found = word.search(text)
        assert not found, f"{path.relative_to(ROOT)}: {found.group(0)!r}"


def test_the_lock_is_pinned_by_hash_and_names_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = re.split(r"\n(?=\S)", text.strip())
        assert all("==" in e and "--hash=sha256:" in e for e in entries)
        assert "://" not in text


def graph() -> dict[str, set[str]]:
    """Module -> the modules of the package that it imports, inside functions too; a room's face is no module."""
    names = {".".join(p.relative_to(SOURCE.parent).with_suffix("").parts): p for p in modules()}
    names = {name: p for name, p in names.items() if p.name != "__init__.py"}
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        aimed = set()
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                aimed |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                aimed |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        found[name] = (aimed & set(names)) - {name}
    return found


def in_a_circle() -> set[str]:
    left = graph()
    while ends := {name for name, aims in left.items() if not aims & set(left)}:
        left = {name: aims for name, aims in left.items() if name not in ends}
    while starts := set(left) - set().union(*left.values()):  # what only leads into a circle
        left = {name: aims for name, aims in left.items() if name not in starts}
    return set(left)


def test_no_files_import_each_other_in_a_circle() -> None:
    assert in_a_circle() <= CIRCLE


def public(kinds: tuple[type, ...]) -> Iterator[tuple[str, str]]:
    """Module and name of each public definition of these kinds, not of those within functions."""
    for path in modules():
        for node in parsed(path).body:
            if isinstance(node, kinds) and not node.name.startswith("_"):  # type: ignore[attr-defined]
                yield str(path.relative_to(SOURCE)), node.name  # type: ignore[attr-defined]


def defined_twice() -> set[str]:
    counts = Counter(name for _, name in public((ast.ClassDef,)))
    return {name for name, times in counts.items() if times > 1}


def test_no_class_name_is_defined_twice() -> None:
    assert not defined_twice()


def defined(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Public functions, classes and constants of a module, and the public methods of its classes.

    A function under a decorator with arguments is known to whom it is registered with.
    """
    for node in tree.body:
        registered = isinstance(node, ast.FunctionDef) and any(isinstance(d, ast.Call) for d in node.decorator_list)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not registered:
            yield node.name, node
            inner = node.body if isinstance(node, ast.ClassDef) else []
            yield from ((one.name, one) for one in inner if isinstance(one, ast.FunctionDef))
        for target in node.targets if isinstance(node, ast.Assign) else []:
            if isinstance(target, ast.Name):
                yield target.id, target


def named(node: ast.AST) -> Iterator[str]:
    """The names that stand in some code, without those under which a face shows them again."""
    for one in ast.walk(node):
        if isinstance(one, ast.Name):
            yield one.id
        elif isinstance(one, ast.Attribute):
            yield one.attr
        elif isinstance(one, ast.ImportFrom):
            yield from (alias.name for alias in one.names)


def unused() -> set[str]:
    """Names that nothing in the package mentions but where they are defined; templates, notebooks and make count."""
    trees = {path: parsed(path) for path in modules()}
    faces = {path for path in trees if path.name == "__init__.py" and path.parent != SOURCE}
    used: Counter[str] = Counter()
    for path, tree in trees.items():
        used.update(
            named(ast.Module([n for n in tree.body if path not in faces or not isinstance(n, ast.ImportFrom)], []))
        )
    others = [*SOURCE.rglob("*.j2"), *(ROOT / "notebooks").glob("*.ipynb"), ROOT / "pyproject.toml", ROOT / "Makefile"]
    words = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in others)))
    return {
        name
        for tree in trees.values()
        for name, node in defined(tree)
        if not name.startswith("_") and name not in words and used[name] <= Counter(named(node))[name]
    }


def test_what_only_tests_or_benchmarks_call_is_not_in_the_package() -> None:
    called_by_name = {page.name.replace("-", "_") for page in pages()}
    assert unused() - HOOKS - called_by_name <= UNUSED


SAID = {
    "reason",
    "title",
    "told",
    "words",
    "flags",
    "meaning",
    "action",
    "supply",
    "message",
    "note",
    "notes",
    "headline",
}
ASKS = {"startswith", "endswith", "find", "index", "partition", "rpartition", "split", "count"}
SEARCHES = {"search", "match", "fullmatch", "findall", "finditer", "sub"}


def is_said(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in SAID


def reads_back(node: ast.AST) -> bool:
    """Whether this asks what a text says: `"..." in x.reason`, `x.title == "..."`, `x.flags.startswith`, a regex."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        texts = [one for one in sides if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value]
        return bool(texts) and any(is_said(one) for one in sides)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        asked = node.func.attr in ASKS and is_said(node.func.value)
        return asked or (node.func.attr in SEARCHES and any(is_said(one) for one in node.args))
    return False


def reading_back() -> set[str]:
    found = set()
    for path in modules():
        if any(reads_back(node) for node in ast.walk(parsed(path))):
            found.add(str(path.relative_to(SOURCE)))
    asked = re.compile(rf"""["'][^"']+["'] (?:not )?in [\w.]*\.({"|".join(SAID)})\b""")
    return found | {
        str(p.relative_to(SOURCE)) for p in SOURCE.rglob("*.j2") if asked.search(p.read_text(encoding="utf-8"))
    }


def test_codes_decide_and_no_text_is_read_back() -> None:
    assert reading_back() <= READ_BACK
