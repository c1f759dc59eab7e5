"""The house: imports run downward, nothing speaks of anything but the project."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "gatebook"

# From the ground up: a layer may import itself and what stands before it.
LAYERS = (
    ("errors", "words", "files", "vocabulary"),
    ("project",),
    ("tables",),
    ("stats",),
    ("record",),
    ("history",),
    ("cases",),
    ("evidence",),
    ("criteria",),
    ("verdict", "people"),
    ("assess",),
    ("figures",),
    ("notebook", "exports", "findings_file", "checks_file"),
    ("document",),
    ("gates",),
    ("explore",),
    ("sheet", "thin"),
    ("init", "sampling", "run", "workbench"),
    ("cli", "__main__"),
)
FLOOR = {name: level for level, names in enumerate(LAYERS) for name in names}


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def layer_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Names of gatebook's own packages that a module imports while it runs, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module] if node.module != "gatebook" else [f"gatebook.{a.name}" for a in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("gatebook.")}
    return found - {"__version__", "open_record"}


def test_every_module_has_a_layer() -> None:
    assert {layer_of(p) for p in modules()} - {"__init__"} <= set(FLOOR)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_run_downward(path: Path) -> None:
    layer = layer_of(path)
    if layer == "__init__":
        assert imported(path) <= {"notebook"}
        return
    above = {name for name in imported(path) if FLOOR.get(name, 99) > FLOOR[layer]}
    assert not above, f"{path.name} imports {above}, which stand above {layer}"


def test_nothing_imports_the_explorers() -> None:
    assert [p for p in modules() if layer_of(p) != "explore" and "explore" in imported(p)] == []


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
    assert max(len("".join(c["source"]).splitlines()) for c in cells) <= 12
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
