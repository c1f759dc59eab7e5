"""Several jobs at once, each in a process of its own, so that the death of one is not the death of all."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from gatebook.errors import RunError
from gatebook.words import Code

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[str], None]

_TOLD = 128 + signal.SIGTERM
_GRACE_S = 10.0  # that a process gets to shut its kernel down before it is killed


class Death(Code):
    """How a process ended that brought no answer."""

    KILLED = "killed"
    STOPPED = "stopped"
    BY_SIGNAL = "by_signal"
    BY_ITSELF = "by_itself"
    UNSENT = "unsent"


def run_each(
    work: Callable[[Item, Progress], Result], items: Sequence[Item], jobs: int, progress: Progress
) -> list[Result | Exception]:
    """Return for each item, in order, what its process came to or the error that ended it; `jobs` are at work at once.

    Args:
        work: a module-level function (the processes are started afresh, not forked: threads and locks do not survive
            a fork).
        items: what can be pickled.
        jobs: at least 1.
        progress: called in this process with what the others report.
    """
    context = multiprocessing.get_context("spawn")
    answers: dict[int, Result | Exception] = {}
    waiting = list(enumerate(items))
    running: dict[Any, tuple[int, BaseProcess]] = {}  # by the pipe through which a process speaks
    try:
        while waiting or running:
            while waiting and len(running) < jobs:
                number, item = waiting.pop(0)
                ours, theirs = context.Pipe(duplex=False)
                process: BaseProcess = context.Process(target=_child, args=(theirs, work, item))
                with _undisturbed():
                    process.start()
                theirs.close()
                running[ours] = (number, process)
            for pipe in wait(list(running)):
                number, process = running[pipe]
                kind, payload = _hear(process, pipe)
                if kind == "progress":
                    progress(payload)
                    continue
                answers[number] = payload
                del running[pipe]
    finally:
        _stop([process for _, process in running.values()])
    return [answers[number] for number in range(len(items))]


def _hear(process: BaseProcess, pipe: Any) -> tuple[str, Any]:
    """Return what a process says next: "progress" and a text, or "answer" and its value or error."""
    try:
        kind, payload = pipe.recv()
    except (EOFError, OSError):
        kind, payload = "died", None
    if kind != "progress":
        process.join()
        pipe.close()
    return ("answer", _death(process.exitcode)) if kind == "died" else (kind, payload)


def _death(code: int | None) -> RunError:
    if code == -signal.SIGKILL:
        return RunError(Death.KILLED)
    if code in {_TOLD, -signal.SIGTERM}:
        return RunError(Death.STOPPED)
    if code is not None and code < 0:
        return RunError(Death.BY_SIGNAL, name=signal.Signals(-code).name)
    return RunError(Death.BY_ITSELF, code=code)


def _stop(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        if process.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
    end = time.monotonic() + _GRACE_S
    for process in processes:
        process.join(max(0.0, end - time.monotonic()))
        if process.is_alive():
            process.kill()
            process.join()


def end_in_order(_signal: int, _frame: object) -> None:
    """Handle a signal that asks the process to end: everything that is open is closed on the way out."""
    signal.signal(_signal, signal.SIG_IGN)  # asked twice is no reason to leave things half closed
    raise KeyboardInterrupt


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back; a process that is started meanwhile begins like this too."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)  # a killed parent cannot ask


def _child(pipe: Connection, work: Callable[[Item, Progress], Result], item: Item) -> None:
    signal.signal(signal.SIGTERM, end_in_order)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent passes it on
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # kernels are interrupted by it
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def report(text: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            pipe.send(("progress", text))

    answer: Result | Exception
    try:
        answer = work(item, report)
    except KeyboardInterrupt:
        sys.exit(_TOLD)
    except Exception as error:  # noqa: BLE001  whatever it is belongs to the parent
        error.add_note("".join(traceback.format_exception(error)))  # the traceback itself does not travel
        answer = error
    try:
        pipe.send(("answer", answer))
    except Exception as unsent:  # noqa: BLE001  an error that cannot be pickled still has a name
        cause = answer if isinstance(answer, Exception) else unsent
        pipe.send(("answer", RunError(Death.UNSENT, kind=type(cause).__name__, cause=cause)))
