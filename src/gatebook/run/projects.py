"""A run: assess a project once, make its documents, publish them together, and write down that it happened."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import signal
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatebook.checks_file import checks_file
from gatebook.errors import BusyError, GatebookError, HistoryError, ProjectFileError, RunError, UsageError
from gatebook.exports import junit_xml, summary_markdown
from gatebook.files import replace_file
from gatebook.findings_file import findings_csv, flagged_cells_parquet
from gatebook.gates import Page, choose
from gatebook.history import HOME
from gatebook.history.ledger import Ledger
from gatebook.history.lock import project_lock
from gatebook.history.witness import manifest_of, owner_of
from gatebook.project import Project, load_project
from gatebook.project.load import FILE, find_project, slug
from gatebook.record import Record
from gatebook.run.notebooks import Job, make_documents, one_line, sweep_scratch
from gatebook.run.parallel import Progress, run_each
from gatebook.run.publish import LATEST, RunFolder
from gatebook.words import Code, say

if TYPE_CHECKING:
    from gatebook.assessment import Assessment

# Worst first: what a completed run exits with under --enforce.
ENFORCED = {"NO-GO": 10, "NOT ENOUGH EVIDENCE": 11, "CONDITIONAL GO": 12, "GO": 0}


class Ended(Code):
    """Why a run did not complete or begin, or what a person should know although it did."""

    TWO_IN_ONE = "two_in_one"
    OTHER_PROJECT = "other_project"
    NOT_IN_HISTORY = "not_in_history"
    UNWRITABLE_HISTORY = "unwritable_history"
    TIME = "time"
    MEMORY = "memory"
    FILE = "file"
    UNEXPECTED = "unexpected"
    DETAILS = "details"


@dataclass(frozen=True)
class Outcome:
    """What became of one project's run.

    Attributes:
        project: its name, or the folder's where the project file could not be read.
        folder: the project's folder as given.
        run: the published folder; None where the run failed.
        recommendation: the machine's; None where the run failed. Likewise `clock` and `reason`.
        preview: why the documents are no decision; None where they are.
        documents: paths of the documents, in the order of the gates.
        warnings: what a person should know although the run completed.
        error: why it failed, in one line or one line for each mistake; None where it completed.
        exit_code: 0, or what the failure ends with.
    """

    project: str
    folder: Path
    run: Path | None = None
    recommendation: str | None = None
    clock: str | None = None
    reason: str | None = None
    preview: str | None = None
    documents: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    exit_code: int = 0


@dataclass(frozen=True)
class Options:
    """What all projects of one call share; `jobs` counts notebooks at work at once within one project."""

    gates: tuple[Page, ...]
    out: Path
    as_of: dt.date | None
    jobs: int
    timeout: float | None


def run_projects(
    folders: Sequence[Path],
    *,
    gates: Sequence[str] = (),
    out: Path = Path("reports"),
    as_of: dt.date | None = None,
    jobs: int = 1,
    timeout: float | None = None,
    progress: Progress = lambda _text: None,
) -> list[Outcome]:
    """Run every project and return what became of each, in order; the failure of one never stops the rest.

    Args:
        folders: the projects' folders; one that is named twice runs once.
        gates: names of the documents to make; none means all. The record always holds every row.
        out: where runs are published.
        as_of: the day to judge as of; None for today.
        jobs: how many projects, and within a single project how many notebooks, are at work at once.
        timeout: seconds for the assessment and for each notebook; None for no limit.
        progress: called with one line of plain words as the work goes on.

    Raises:
        UsageError: an unknown gate, or two projects that would publish into one folder.
    """
    wanted = _distinct(folders)
    at_once = max(1, min(jobs, len(wanted)))
    options = Options(choose(gates), out, as_of, max(1, jobs // at_once), timeout)
    tasks = [(folder, options, len(wanted) == 1) for folder in wanted]
    sweep_scratch()
    if at_once == 1:
        return [_run_one(task, progress) for task in tasks]
    return [
        _failed(folder, answer) if isinstance(answer, Exception) else answer
        for folder, answer in zip(wanted, run_each(_run_one, tasks, at_once, progress), strict=True)
    ]


def exit_code(outcomes: Sequence[Outcome], *, enforce: bool) -> int:
    """Return what the command ends with: a failure counts before any verdict, then the worst verdict (`enforce`)."""
    failures = {o.exit_code for o in outcomes if o.error is not None}
    if failures:
        return failures.pop() if len(failures) == 1 else 1
    if not enforce:
        return 0
    reached = {o.recommendation for o in outcomes}
    return next((code for name, code in ENFORCED.items() if name in reached), 0)


def run_project(folder: Path, options: Options, progress: Progress) -> Outcome:
    """Assess, document and publish one project, and return the outcome of the completed run.

    Raises:
        BusyError: another run holds the project or publishes into the same folder.
        GatebookError: anything that is wrong with the project, its tables or the place of publication.
    """
    project = load_project(folder)
    started = dt.datetime.now(dt.UTC).replace(microsecond=0)
    with project_lock(project.root) as held:
        ledger = Ledger.of(project, options.out / project.slug)
        warnings = [str(held.warning)] if held.warning else []
        warnings += map(str, ledger.verify())
        with RunFolder(options.out, project.slug, started) as place:
            _own(place.home, project)
            made = _assessed(project, options, ledger, progress)
            record = made.record
            finished = dt.datetime.now(dt.UTC).replace(microsecond=0)
            run = record.run.model_copy(update={"id": place.id, "started": started, "finished": finished})
            record = record.model_copy(update={"run": run})
            decision = record.to_json()
            path = place.write("decision.json", decision)
            place.write("findings.csv", findings_csv(record))
            place.write("junit.xml", junit_xml(record))
            place.write("summary.md", summary_markdown(record))
            place.write("flagged_cells.parquet", flagged_cells_parquet(record, made.flagged))
            if (rules := made.rules()) is not None:
                place.write("checks.py", checks_file(rules, record.run.as_of))
            job = Job(project.root, path, options.timeout)
            for document in make_documents(options.gates, job, options.jobs, progress):
                place.write(document.gate.document, document.html)
                place.write(f"notebooks/{document.gate.notebook}", document.notebook)
            progress("publishing")
            published = place.publish(_facts(project, place.final, ledger))
        summary = summarise(record) | {"decision_sha256": hashlib.sha256(decision.encode()).hexdigest()}
        if ledger.writable:
            _write_down(ledger, published, summary)
        else:
            warnings.append(say(Ended.UNWRITABLE_HISTORY, path=ledger.path))
    return Outcome(
        project=project.name,
        folder=folder,
        run=published,
        recommendation=record.decision.recommendation,
        clock=record.decision.clock,
        reason=record.decision.reason,
        preview=record.preview,
        documents=tuple(published / gate.document for gate in options.gates),
        warnings=(*warnings, *(b.told for b in record.breaches), *record.problems),
    )


def summarise(record: Record) -> dict[str, Any]:
    """Return what the history keeps of a run: the recommendation, each row's status and target, the inputs' hashes."""
    return {
        "run": record.run.id,
        "as_of": record.run.as_of.isoformat(),
        "version": record.run.version,
        "catalogue_version": record.catalogue_version,
        "candidate": record.project.candidate,
        "recommendation": record.decision.recommendation,
        "labelled": record.evidence.labels.labelled,
        "clock": record.decision.clock,
        "statuses": {row.id: row.status for row in record.criteria if row.status is not None},
        "targets": {row.id: row.target for row in record.criteria if row.target is not None},
        "tables": {f"{table.role}:{table.path}": table.sha256 for table in record.tables},
        "project_sha256": record.project.project_sha256,
    }


def keep_traceback(folder: Path, error: BaseException) -> str:
    """Return one line for an error that nobody foresaw; its traceback goes to `.gatebook/last-error.log`.

    Its own words may quote a cell, so they stay in that file, which its owner alone can read.
    """
    where = folder / HOME / "last-error.log"
    line = _told(error)
    try:
        replace_file(where, "".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace"), 0o600)
    except OSError:
        return line
    return say(Ended.DETAILS, line=line.removesuffix("."), path=where)


def _told(error: BaseException) -> str:
    """Return what the machine could not do, or the kind of the error; never its own words."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":  # DuckDB's own
        return say(Ended.MEMORY)
    cause = getattr(error, "strerror", None)  # ZMQError has it too
    if isinstance(cause, str) and cause:
        return say(Ended.FILE, cause=cause)
    return say(Ended.UNEXPECTED, kind=type(error).__name__)


def _assessed(project: Project, options: Options, ledger: Ledger, progress: Progress) -> Assessment:
    from gatebook.assessment import examine

    progress("assessing")
    with _within(options.timeout):
        return examine(project, as_of=options.as_of, ledger=ledger, progress=progress)


def _facts(project: Project, final: Path, ledger: Ledger) -> dict[str, Any]:
    facts: dict[str, Any] = {"project": project.slug}
    root, run = project.root.resolve(), final.resolve()
    if len(os.path.commonpath([root, run])) > 1:  # side by side somewhere: `verify` finds the project again
        facts["project_path"] = os.path.relpath(root, run)
    if (head := ledger.head).entries:
        facts["history"] = asdict(head)
    return facts


def _own(home: Path, project: Project) -> None:
    """Refuse to mix runs of two projects whose folders have the same name."""
    other = owner_of(home / LATEST, manifest_of(home / LATEST))
    if other is not None and other != project.root.resolve():
        raise RunError(Ended.OTHER_PROJECT, home=home, project=other)


def _write_down(ledger: Ledger, published: Path, summary: dict[str, Any]) -> None:
    try:
        ledger.append("run", summary)
    except HistoryError as error:
        raise RunError(Ended.NOT_IN_HISTORY, run=published, cause=error) from None


def _run_one(task: tuple[Path, Options, bool], progress: Progress) -> Outcome:
    folder, options, alone = task
    name = one_line(folder.resolve().name)
    try:
        return run_project(folder, options, progress if alone else lambda text: progress(f"{name}: {text}"))
    except Exception as error:  # noqa: BLE001  one project's failure never stops the rest
        return _failed(folder, error)


def _failed(folder: Path, error: BaseException) -> Outcome:
    try:
        root = find_project(folder)
    except ProjectFileError:
        root = folder
    cause = str(error) if isinstance(error, GatebookError) else keep_traceback(root, error)
    if not isinstance(error, BusyError):
        with contextlib.suppress(GatebookError):  # the cause is told on the screen in any case
            ledger = Ledger.of(load_project(folder))
            if ledger.path.exists():  # a failed run never begins a history: looks before it would be unknown
                ledger.append("run-failed", {"cause": one_line(cause)})
    code = error.exit_code if isinstance(error, GatebookError) else 1
    return Outcome(project=one_line(folder.resolve().name), folder=folder, exit_code=code, error=cause)


def _distinct(folders: Sequence[Path]) -> list[Path]:
    found: dict[Path, Path] = {}
    homes: dict[str, Path] = {}
    for folder in folders:
        real = folder.resolve()
        real = real.parent if real.name == FILE else real
        if real in found:
            continue
        other = homes.setdefault(slug(real.name), folder)
        if other is not folder:
            raise UsageError(Ended.TWO_IN_ONE, first=other, second=folder, slug=slug(real.name))
        found[real] = folder
    return list(found.values())


@contextlib.contextmanager
def _within(seconds: float | None) -> Iterator[None]:
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_signal: int, _frame: object) -> None:
        raise RunError(Ended.TIME, seconds=seconds)

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
