"""Generated projects run unattended, five of them broken in different ways, two from outside while they are at work."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from faulty import kernels_below, left_behind
from projects import AS_OF, Kind, make_project

MARK = "GATEBOOK_TEST_RUN"  # every process that a run starts inherits it
HOLDER = """
import sys, time
from pathlib import Path
from gatebook.history.lock import project_lock
with project_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(3600)
"""


def with_a_typo(root: Path) -> None:
    """Misspell a value of the project file."""
    file = root / "gatebook.toml"
    file.write_text(file.read_text().replace('task = "classification"', 'task = "clasification"'))


def with_a_password(root: Path) -> None:
    """Write a password into the project file."""
    file = root / "gatebook.toml"
    file.write_text(file.read_text().replace('"population.csv"', '"postgresql://u:S3cr3tPw@db.invalid/x"'))


@contextlib.contextmanager
def busy(root: Path) -> Iterator[None]:
    """Let another process hold the project."""
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(root)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        yield
    finally:
        holder.kill()
        holder.wait()


@contextlib.contextmanager
def struck(root: Path, how: signal.Signals) -> Iterator[None]:
    """Send a signal to the project's kernel as soon as it has one: killed as for lack of memory, or at a standstill."""
    over = threading.Event()

    def strike() -> None:
        while not over.is_set():
            for found in kernels_below(root):
                with contextlib.suppress(OSError):
                    # before its exec a new process holds its parent, which must not stand still with it
                    if b"ipykernel" in Path("/proc", found, "cmdline").read_bytes():
                        os.kill(int(found), how)
                        return
            time.sleep(0.05)

    thread = threading.Thread(target=strike)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


# Position from the front -> what is wrong, and the words that name it.
BROKEN: dict[int, tuple[Callable[[Path], object], str]] = {
    0: (lambda root: struck(root, signal.SIGSTOP), "not finished after"),
    2: (with_a_typo, "clasification"),
    3: (with_a_password, "password or key"),
    5: (busy, "is busy: process"),
    6: (lambda root: struck(root, signal.SIGKILL), "the kernel "),
}


@dataclass(frozen=True)
class Many:
    """What came of many projects: exit code, printed lines, messages, published documents, where everything lay."""

    code: int
    lines: list[str]
    told: str
    published: list[Path]
    roots: list[Path]
    out: Path
    temporary: Path
    seconds: float


def run_all(folder: Path, count: int, *, jobs: int, timeout: float = 60) -> Many:
    """Make and run `count` projects, of which those at BROKEN's places are broken."""
    roots = [make_project(folder / f"p{n:02d}", Kind(rows=120, labels=40, seed=n)) for n in range(count)]
    temporary = folder / "t"
    temporary.mkdir()
    mark = {"TMPDIR": str(temporary), MARK: str(folder)}
    command = [
        sys.executable,
        "-m",
        "gatebook",
        "run",
        *map(str, roots),
        "--out",
        str(folder / "out"),
        "--jobs",
        str(jobs),
        "--timeout",
        str(timeout),
        "--gate",
        "go-no-go",
        "--as-of",
        AS_OF.isoformat(),
    ]
    with contextlib.ExitStack() as stack:
        for number, (spoil, _) in BROKEN.items():
            spoiled = spoil(roots[number])
            if isinstance(spoiled, contextlib.AbstractContextManager):
                stack.enter_context(spoiled)
        begun = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | mark)
        seconds = time.monotonic() - begun
    published = sorted((folder / "out").glob("*/latest/go-no-go.html"))
    return Many(
        done.returncode, done.stdout.splitlines(), done.stderr, published, roots, folder / "out", temporary, seconds
    )


def orphans(folder: Path) -> list[str]:
    """Return the processes that a run below `folder` left behind, wherever they work."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"{MARK}={folder}".encode() in environment.read_bytes().split(b"\0"):
                found.append(environment.parent.name)
    return found


def check(many: Many) -> None:
    """Assert one line for each project, each cause named, the rest published, and nothing left at work or lying
    about.
    """
    assert len(many.lines) == len(many.roots), many.told
    for number, line in enumerate(many.lines):
        if number in BROKEN:
            assert line.startswith(f"p{number:02d}: FAILED: "), line
            assert BROKEN[number][1] in line, line
        else:
            assert line.startswith("Generated: "), line
            assert f"/p{number:02d}/" in line, line
    assert "S3cr3tPw" not in many.told + "".join(many.lines)
    assert "Traceback" not in many.told
    assert {p.parts[-3] for p in many.published} == {
        root.name for number, root in enumerate(many.roots) if number not in BROKEN
    }
    assert kernels_below(*many.roots) == []
    assert orphans(many.out.parent) == []
    assert left_behind(many.out, *many.roots) == []
    assert list(many.temporary.iterdir()) == []
    for lock in [*many.out.glob("*/.lock"), *(root / ".gatebook/lock" for root in many.roots)]:
        if lock.exists():
            with lock.open() as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
