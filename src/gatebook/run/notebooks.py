"""Notebooks by papermill: each gate's notebook reads the run's record and becomes a document."""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatebook.errors import RunError
from gatebook.files import Scratch, sweep
from gatebook.gates import Page, notebooks_folder
from gatebook.record import Record, read_record
from gatebook.run.parallel import Progress, run_each
from gatebook.words import Code

_START_S = 120  # a kernel's start on a busy machine
_SOCKET_ROOM = 75  # a socket's path may have 104 bytes, our part of it has under 27
_SHORT = Path("/tmp")  # noqa: S108  the folders in it are 0700 and unguessable
_SHOWN = ("text/html", "text/markdown", "text/plain")
_NAMED = re.compile(r"(?![0-9a-f]{8}(-|$))[a-z][a-z0-9-]*")


class Failed(Code):
    """Why a notebook did not complete."""

    CELL = "cell"
    MEMORY = "memory"
    TIME = "time"
    DIED = "died"
    NO_START = "no_start"
    NO_START_SILENT = "no_start_silent"
    PROCESS = "process"


@dataclass(frozen=True)
class Job:
    """What every notebook of one run is given.

    Attributes:
        project: the project's folder.
        record: the run's `decision.json`.
        timeout: seconds that one notebook may take; None for no limit.
        notebooks: where the notebooks lie.
    """

    project: Path
    record: Path
    timeout: float | None = None
    notebooks: Path = field(default_factory=notebooks_folder)


@dataclass(frozen=True)
class Document:
    """One gate's document and the executed notebook behind it, both as text."""

    gate: Page
    html: str
    notebook: str


def make_documents(gates: Sequence[Page], job: Job, jobs: int, progress: Progress) -> list[Document]:
    """Run each gate's notebook on the record and return its document, in order.

    Args:
        gates: which.
        job: what the notebooks are given.
        jobs: notebooks at work at once; more than one means a process each.
        progress: called with "notebook: section" as the work goes on.

    Raises:
        RunError: a notebook did not complete; one line says which cell, and why.
    """
    if jobs <= 1 or len(gates) <= 1:
        return [_make((gate, job), progress) for gate in gates]
    documents = run_each(_make, [(gate, job) for gate in gates], jobs, progress)
    for gate, found in zip(gates, documents, strict=True):
        if isinstance(found, RunError) and not isinstance(
            found.code, Failed
        ):  # of its process, which knows no notebook
            raise RunError(Failed.PROCESS, notebook=gate.notebook, cause=str(found))
        if isinstance(found, Exception):
            raise found
    return [found for found in documents if isinstance(found, Document)]


def sweep_scratch() -> None:
    """Remove what killed runs left where temporary files go."""
    for where in {Path(tempfile.gettempdir()), _SHORT}:
        sweep(where)


def _make(task: tuple[Page, Job], progress: Progress) -> Document:
    gate, job = task
    record = read_record(job.record)
    node = execute(gate, job, record, progress)
    progress(f"{gate.name}: document")
    from gatebook.document.exporter import export_html

    return Document(gate, export_html(node, embed=record), notebook_text(node))


def execute(gate: Page, job: Job, record: Record, progress: Progress) -> Any:
    """Return the executed notebook as papermill left it (an nbformat node); nothing is written anywhere.

    Raises:
        RunError: a cell failed or took too long, or the kernel died.
    """
    progress(f"{gate.name}: starting")
    with _without_iri_grammar():
        import papermill
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from papermill.exceptions import PapermillExecutionError
    from gatebook.run.kernel import kernel_class

    _quiet()
    seconds = job.timeout
    end = None if seconds is None else time.monotonic() + seconds

    def left(_cell: object) -> float | None:
        return None if end is None else max(0.1, end - time.monotonic())

    def started(cell: Any, cell_index: int) -> None:  # noqa: ARG001  nbclient passes both by name
        if words := section(cell):
            progress(f"{gate.name}: {words}")

    with _scratch() as scratch, (scratch / "kernel.log").open("w+b") as log:
        kernel = kernel_class(record=job.record.resolve(), folder=job.project, scratch=scratch, log=log)
        try:
            return papermill.execute_notebook(
                str(gate.path(job.notebooks)).replace("{", "{{").replace("}", "}}"),  # papermill formats its paths
                None,
                parameters={
                    "project": ".",  # where the kernel works: says nothing of where that is
                    "candidate": record.project.candidate or "",
                    "as_of": record.run.as_of.isoformat(),
                },
                kernel_name="python3",
                language="python",
                progress_bar=False,
                start_timeout=round(min(_START_S, seconds or _START_S)) or 1,
                timeout_func=left,
                on_cell_start=started,
                kernel_manager_class=kernel,
            )
        except PapermillExecutionError as error:
            code = Failed.MEMORY if error.ename == "MemoryError" else Failed.CELL
            values = {"cell": error.cell_index, "error": one_line(f"{error.ename}: {error.evalue}")}
        except CellTimeoutError:
            code, values = Failed.TIME, {}
        except DeadKernelError:
            code, values = Failed.DIED, {}
        except RuntimeError as error:  # what jupyter_client raises when a kernel does not start
            late = end is not None and time.monotonic() > end - 1
            code, values = Failed.TIME if late else Failed.NO_START, {"cause": one_line(str(error))}
        last_words = _last_words(log)
        if code is Failed.NO_START and not last_words:
            code = Failed.NO_START_SILENT
    raise RunError(code, notebook=gate.notebook, seconds=seconds or 0, last_words=last_words, **values)


_BESIDE = {"injected-parameters", "parameters", "narration", "try", "explore"}  # no part of the document


def _quiet() -> None:
    """Let nobody else speak of a run.

    What papermill says is ours to say; and where a run is stopped as its kernel dies, asyncio would print the traceback
    of a cell that nobody waits for any more.
    """
    for name in ("papermill", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def section(cell: Any) -> str:
    """Return what a cell is about, in words: its id, where a person gave it one ("production-against-curated")."""
    name = str(cell.get("id") or "")
    hidden = _BESIDE & set(cell.get("metadata", {}).get("tags", []))
    return name.replace("-", " ") if _NAMED.fullmatch(name) and not hidden else ""


def notebook_text(node: Any) -> str:
    """Return an executed notebook as it is published: what gatebook's own functions showed, and nothing else.

    Every other output may hold raw rows. Paths, clock times, logs, warnings and widget state go too, so equal runs
    give equal bytes; the document's template makes the same document of it.
    """
    import nbformat

    kept = copy.deepcopy(node)
    kept.metadata = {
        key: value for key, value in kept.metadata.items() if key in {"kernelspec", "language_info", "title"}
    }
    for number, cell in enumerate(kept.cells, 1):
        tags = cell.metadata.get("tags", [])
        cell.metadata = {"tags": tags} if tags else {}
        if "injected-parameters" in tags:
            cell["id"] = "injected-parameters"
        elif not cell.get("id"):
            cell["id"] = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs = [o for o in map(_output, cell.outputs) if o]
    return str(nbformat.writes(nbformat.from_dict(kept), version=4)) + "\n"


def one_line(text: str, limit: int = 400) -> str:
    """Return text as one plain line: no control characters, no line breaks, no more than `limit` characters."""
    first = " ".join("".join(c if c.isprintable() else " " for c in text).split()).rstrip(".")
    return first if len(first) <= limit else first[: limit - 1] + "…"


def _output(output: Any) -> Any:
    about = output.get("metadata", {}).get("gatebook")
    if about is None or output.output_type not in {"display_data", "execute_result"}:
        return None
    output.data = {mime: output.data[mime] for mime in _SHOWN if mime in output.data}
    output.metadata = {"gatebook": about}
    return output


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    long = len(os.fsencode(tempfile.gettempdir())) > _SOCKET_ROOM
    folder = Scratch(_SHORT if long else None)
    try:
        yield folder.path
    finally:
        folder.close()


def _last_words(log: Any) -> str:
    log.flush()
    log.seek(0)
    lines = log.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
    return f" ({one_line(lines[-1], 200)})" if lines else ""


@contextlib.contextmanager
def _without_iri_grammar() -> Iterator[None]:
    """Import without `rfc3987_syntax`: jsonschema would compile its grammar for a format that notebooks lack.

    That is half of papermill's import time. jsonschema treats the package as optional.
    """
    name = "rfc3987_syntax"
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # the documented way to make an import fail
    try:
        yield
    finally:
        del sys.modules[name]
