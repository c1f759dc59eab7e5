"""Whole runs that fail: at each of the kit's own calls, with several errors, and killed by signal 9 at many points.

    python benchmarks/faults_in_runs.py calls
    python benchmarks/faults_in_runs.py kills --points 200

After each fault: readers of `latest` see the old bytes or a whole new run, the history's chain holds, the next run
works, and no kernel, run folder, lock or scratch folder is left. Prints a count for each outcome; stops at the first
breach.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from faulty import ERRORS, Faults, chain, fails, kernels_below, left_behind, stub_kernel, visible, whole
from gatebook.run.projects import run_projects
from projects import AS_OF, Kind, make_project

GATES = ["go-no-go"]
ALONE = """
import os, signal, sys
sys.path.insert(0, sys.argv[4])
import datetime as dt, pytest
from pathlib import Path
from faulty import Faults
from gatebook.run.projects import run_projects
if __name__ == "__main__":
    counted = Faults(pytest.MonkeyPatch(), int(sys.argv[3]), lambda _: os.killpg(0, signal.SIGKILL))
    day = dt.date.fromisoformat(sys.argv[5])
    [outcome] = run_projects([Path(sys.argv[1])], out=Path(sys.argv[2]), gates=["go-no-go"], as_of=day)
    assert outcome.error is None, outcome.error
    print(counted.calls)
"""


class Place:
    """A project, where it publishes, and where its temporary files go."""

    def __init__(self) -> None:
        base = Path(tempfile.mkdtemp(prefix="faults-"))
        self.temporary = base / "t"
        self.temporary.mkdir()
        os.environ["TMPDIR"], tempfile.tempdir = str(self.temporary), None
        self.root = make_project(base / "shop", Kind(rows=60, labels=30))
        with (self.root / "production.csv").open("a") as file:
            file.write("one,line,of,too,many,cells\n")
        self.out = base / "out"
        self.kept: dict = {}

    def run(self, number: int = -1, code: int = 0):
        """Run in this process, the kernel stubbed once each notebook has run; return outcome and calls."""
        with pytest.MonkeyPatch.context() as patch:
            stub_kernel(patch, self.kept)
            counted = Faults(patch, number, fails(code))
            [outcome] = run_projects([self.root], out=self.out, gates=GATES, as_of=AS_OF)
        return outcome, counted

    def alone(self, mark: int = -1) -> subprocess.Popen:
        """Start a run with a real kernel in a process group of its own, killed at its call `mark`."""
        tests = str(Path(__file__).parents[1] / "tests")
        command = [sys.executable, "-c", ALONE, str(self.root), str(self.out), str(mark), tests, AS_OF.isoformat()]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def check(self, old: dict[str, bytes], what: str) -> str:
        """Return what readers see, after the next run has worked and nothing is left."""
        seen = visible(self.out)
        assert seen == old or whole(seen), what
        assert chain(self.root) == [], what
        for _ in range(150):
            if not kernels_below(self.root):
                break
            time.sleep(0.1)
        assert kernels_below(self.root) == [], what
        outcome, _ = self.run()
        assert outcome.error is None, (what, outcome.error)
        assert left_behind(self.root, self.out, self.temporary) == [], what
        assert chain(self.root) == [], what
        for run in sorted((self.out / "shop").glob("2*"))[:-3]:
            subprocess.run(["rm", "-rf", str(run)], check=True)
        return "old" if seen == old else "new"


def calls(place: Place) -> None:
    """Let each call fail with each error."""
    place.run()
    _, counted = place.run()
    print(f"{counted.calls} calls: {dict(Counter(counted.names))}")
    for code in ERRORS:
        found: Counter[str] = Counter()
        for number in range(1, counted.calls + 1):
            old = visible(place.out)
            outcome, done = place.run(number, code)
            what = (
                f"{os.strerror(code)} at call {number} "
                f"({done.names[number - 1] if number <= done.calls else 'not reached'})"
            )
            if outcome.error is not None:
                assert outcome.exit_code in {1, 75}, what
                assert "\n" not in outcome.error, what
                assert "unexpected" not in outcome.error, (what, outcome.error)
            seen = place.check(old, what)
            assert seen == "new" or outcome.error is not None, what
            found[f"{seen} run, {'completed' if outcome.error is None else 'one line'}"] += 1
        print(f"{os.strerror(code)}: {dict(found)}", flush=True)


def kills(place: Place, points: int, begin: float) -> None:
    """Kill the process group at points of time, and at calls from the share `begin` on, in equal numbers.

    The calls are counted anew every 20 points, so that the last ones are reached whatever their number is by then.
    """
    place.run()
    begun = time.monotonic()
    first = place.alone()
    told, words = first.communicate()
    assert first.returncode == 0, words
    lasts, total = time.monotonic() - begun, int(told)
    chance = random.Random(5)
    found: Counter[str] = Counter()
    for point in range(points):
        old = visible(place.out)
        by_time = point % 2 == 0
        share = begin + (1 - begin) * (point // 2) / max(1, points // 2 - 1)
        mark = 1 + round((total - 1) * share)
        worker = place.alone(-1 if by_time else mark)
        if by_time:
            try:
                worker.wait(chance.uniform(0.02, 1) * lasts)
            except subprocess.TimeoutExpired:
                os.killpg(worker.pid, signal.SIGKILL)
        worker.communicate()
        how = "by time" if by_time else "by call"
        assert worker.returncode in {0, -signal.SIGKILL}, (how, mark)
        killed = "killed" if worker.returncode else "ended before"
        found[f"{how}, {killed}: {place.check(old, f'{how} {mark}')}"] += 1
        if point % 20 == 19:
            last = place.alone()
            told, words = last.communicate()
            assert last.returncode == 0, words
            total = int(told)
            print(point + 1, f"{total} calls", dict(found), flush=True)
    print(f"a run has {total} calls and lasts {lasts:.1f} s; {dict(found)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["calls", "kills"])
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--begin", type=float, default=0, help="kill at calls from this share of them on")
    given = parser.parse_args()
    if given.what == "calls":
        calls(Place())
    else:
        kills(Place(), given.points, given.begin)
