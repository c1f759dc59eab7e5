"""What a long history costs a run: seconds, memory and size of the document, against one that has just begun.

    python benchmarks/long_history.py [--looks 100000]

Each entry holds a look at quality and one at response times, each of other outcomes, a part of them at another bar, in
turn on fewer and on more labels; `gatebook run --gate go-no-go` is run in a process of its own. Asked of 100,000 looks:
at most 10 s, 300 MB and 20 KB more.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from gatebook.assessment import assess
from gatebook.history.ledger import Ledger
from gatebook.project import load_project
from histories import HISTORY, lines_of, rewrite
from projects import AS_OF, Kind, make_project


def lengthen(folder: Path, looks: int) -> None:
    """Write so many looks between the beginning of a history and its last look, as an older gatebook would have."""
    *begun, last = lines_of(folder)
    lines = []
    for number in range(looks):
        day = (dt.date(2026, 10, 6) + dt.timedelta(days=number * 20 // looks)).isoformat()
        taken = [
            look | {"lineage": f"{number:064x}", "n": 50 + number % 150, "bar": look["bar"] + (number % 7) / 1000}
            for look in last["data"]["looks"]
        ]
        data = last["data"] | {"as_of": day, "looks": taken, "labels": [], "used": {}, "read": []}
        lines.append(last | {"data": data})  # evidence is written only where it has grown
    rewrite(folder, [*begun, *lines, last])
    Ledger.of(load_project(folder)).append("note", {})  # from here on it has a head file


def write(folder: Path, looks: int) -> None:
    """Write two projects that differ in their history alone."""
    make_project(folder, Kind())
    assess(load_project(folder), AS_OF)
    shutil.copytree(folder, folder.parent / "short" / "p")
    lengthen(folder, looks)


def run(folder: Path) -> tuple[float, float, int, str]:
    """Return seconds, MB of the largest process, bytes of the document, and the recommendation."""
    command = [sys.executable, "-m", "gatebook", "run", folder.name, "--gate", "go-no-go", "--as-of", str(AS_OF)]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=folder.parent, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    if status:
        sys.exit(f"the run ended with {status}")
    latest = folder.parent / "reports" / folder.name / "latest"
    record = json.loads((latest / "decision.json").read_text())
    told = f"{record['decision']['recommendation']}, {record['looks_in_all']:,} looks, decision.json "
    told += f"{(latest / 'decision.json').stat().st_size / 1024:.0f} KB, {used.ru_utime + used.ru_stime:.1f} CPU s"
    return took, used.ru_maxrss / 1024, (latest / "go-no-go.html").stat().st_size, told


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--looks", type=int, default=100_000)
    looks = words.parse_args().looks
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "p"
        writer = multiprocessing.get_context("spawn").Process(target=write, args=(folder, looks))
        writer.start()  # a process counts the memory of the one that it was started from as its own
        writer.join()
        print(f"{(folder / HISTORY).stat().st_size / 1e6:.0f} MB of history")
        short, long = run(Path(name) / "short" / "p"), run(folder)
    for what, found in (("short", short), ("long", long)):
        print(f"{what}: {found[0]:.1f} s, {found[1]:.0f} MB, {found[2] / 1024:.0f} KB; {found[3]}")
    print(f"more: {long[0] - short[0]:.1f} s, {long[1] - short[1]:.0f} MB, {(long[2] - short[2]) / 1024:.1f} KB")


if __name__ == "__main__":
    main()
