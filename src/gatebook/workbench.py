"""The notebooks in a project's own folder, for work in JupyterLab."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gatebook.errors import RunError
from gatebook.files import Scratch, read_plain
from gatebook.gates import notebooks_folder, pages
from gatebook.project.load import find_project
from gatebook.words import Code, say

FOLDER = "notebooks"
_PROJECT = re.compile(r"^(project\s*(?::\s*str\s*)?=).*$", re.MULTILINE)


class Bench(Code):
    """What became of a copied notebook, and what can be wrong with one."""

    COPIED = "copied"
    SAME = "same"
    UPDATED = "updated"
    DRIFTED = "drifted"
    LINK = "link"
    UNWRITABLE = "unwritable"
    UNREADABLE = "unreadable"
    NO_NOTEBOOK = "no_notebook"


@dataclass(frozen=True)
class Copied:
    """One notebook in the project's folder; `drifted` where its code is not that of the shipped one."""

    path: Path
    state: str
    drifted: bool = False


def copy_notebooks(folder: Path) -> list[Copied]:
    """Copy the shipped notebooks to `<folder>/notebooks`, and return what became of each.

    A copy remembers what it was copied from, so an untouched one follows a newer gatebook, and an edited one is left
    alone and reported as drifted.

    Raises:
        ProjectFileError: the folder holds no project.
        RunError: a notebook cannot be read or written.
    """
    root = find_project(folder)
    target = root / FOLDER
    if target.is_symlink():
        raise RunError(say(Bench.LINK, path=f"{target}"))
    shipped = notebooks_folder()
    try:
        target.mkdir(exist_ok=True)
        return [_copy(page.path(shipped), target / page.notebook) for page in pages()]
    except OSError as error:
        raise RunError(say(Bench.UNWRITABLE, path=f"{target}", why=f"{error.strerror}")) from None


def open_jupyterlab(folder: Path, arguments: Sequence[str] = ()) -> int:
    """Open JupyterLab on the project's notebooks, with arguments of its own, and return its exit code when it ends.

    It starts in an empty folder and without the working directory on the search path: Jupyter runs the settings that it
    finds where it starts, and Python imports what lies there, so a folder from elsewhere could run its own code.
    """
    root = find_project(folder)
    first = root / FOLDER / pages()[-1].notebook
    command = [sys.executable, "-m", "jupyterlab", str(first), f"--ServerApp.root_dir={root}", *arguments]
    empty = Scratch()
    try:
        env = os.environ | {"PYTHONSAFEPATH": "1"}
        done = subprocess.run(command, check=False, cwd=empty.path, env=env)  # noqa: S603  our own interpreter, no shell
        return done.returncode
    finally:
        empty.close()


def _copy(source: Path, target: Path) -> Copied:
    original = _read(source)
    fresh = _fingerprint(original)
    if not target.exists():
        _write(target, _with_project(original, fresh))
        return Copied(target, say(Bench.COPIED))
    mine = _read(target)
    now, was = _fingerprint(mine), mine.get("metadata", {}).get("gatebook", {}).get("shipped")
    if now == fresh:
        return Copied(target, say(Bench.SAME))
    if now == was:
        _write(target, _with_project(original, fresh))
        return Copied(target, say(Bench.UPDATED))
    return Copied(target, say(Bench.DRIFTED), drifted=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(read_plain(path))
    except (ValueError, RecursionError) as error:
        raise RunError(say(Bench.UNREADABLE, path=f"{path}", why=f"{error}")) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise RunError(say(Bench.NO_NOTEBOOK, path=f"{path}"))
    return notebook


def _write(path: Path, notebook: dict[str, Any]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)  # a link there would lead the writing elsewhere
    with partial.open("x", encoding="utf-8") as file:
        file.write(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")
    os.replace(partial, path)  # noqa: PTH105  a notebook open in JupyterLab is never seen half written


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)


def _is_parameters(cell: dict[str, Any]) -> bool:
    return "parameters" in cell.get("metadata", {}).get("tags", [])


def _fingerprint(notebook: dict[str, Any]) -> str:
    """Return the hash of what a notebook does: its cells without outputs, the parameters' values left out."""
    cells = [(c.get("cell_type"), _source(c)) for c in notebook["cells"] if not _is_parameters(c)]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def _with_project(notebook: dict[str, Any], shipped: str) -> dict[str, Any]:
    """Return the notebook with the folder above it as its project, remembering what it was copied from."""
    cells = [
        cell | {"source": _PROJECT.sub(r'\1 ".."', _source(cell), count=1)} if _is_parameters(cell) else cell
        for cell in notebook["cells"]
    ]
    metadata = notebook.get("metadata", {}) | {"gatebook": {"shipped": shipped}}
    return notebook | {"cells": cells, "metadata": metadata}
