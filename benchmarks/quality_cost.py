"""CPU seconds and memory of the data reality check, from the file on: imports, loading, `scan`, in a fresh process.

    python benchmarks/quality_cost.py ROWS [--planted] [--shape mixed|wide|long] [--file PATH]

`mixed` has 20 columns, `wide` has 1,000 of short values, `long` has four, one of them texts of 5,000 characters. The
table is written to PATH (and taken from there if it exists), or to a folder that goes afterwards. A child process reads
it; the peak is the largest resident set of that process, interpreter and libraries included.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

STEP = 500_000  # rows written at once


def mixed(n: int, seed: int, *, planted: bool) -> pd.DataFrame:
    """Twenty columns: nine of words, codes and moments, eleven of numbers."""
    rng = np.random.default_rng(seed)
    words = np.array(
        [f"{a}{b}" for a in ("nor", "sud", "wes", "ost", "mit") for b in ("ton", "ham", "ford", "burg", "by")]
    )
    text = lambda values: pd.Series(values).astype("str")  # noqa: E731 - one short name for twenty columns
    out = {
        "id": text(np.arange(n)),
        "city": text(words[rng.integers(0, 25, n)]),
        "kind": text(np.array(["web", "phone", "shop"])[rng.integers(0, 3, n)]),
        "status": text(np.array(["open", "closed", "pending", "spam"])[rng.integers(0, 4, n)]),
        "code": text(pd.Series(rng.integers(0, 500, n)).astype("str").radd("K-")),
        "email": text(pd.Series(rng.integers(0, 10**7, n)).astype("str").radd("user") + "@example.com"),
        "comment": text(
            pd.Series(words[rng.integers(0, 25, n)])
            + " "
            + pd.Series(words[rng.integers(0, 25, n)])
            + " card lost "
            + pd.Series(rng.integers(0, 10**5, n)).astype("str")
        ),
        "date": text(
            (pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, n), unit="D")).strftime("%Y-%m-%d")
        ),
        "at": text(
            pd.Series(
                pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 4 * 10**7, n), unit="s")
            ).dt.strftime("%Y-%m-%d %H:%M:%S")
        ),
    }
    for k in range(5):
        out[f"count{k}"] = text(rng.integers(0, 10 ** (k + 1), n))
    for k in range(6):
        out[f"measure{k}"] = text(np.round(rng.normal(0, 10, n), 3))
    frame = pd.DataFrame(out)
    if planted:
        frame.loc[frame.index[::100], "count1"] = "999"
        frame.loc[frame.index[7::200], "measure0"] = "N/A"
        frame.loc[frame.index[9::300], "date"] = "31.12.2024"
    return frame


def wide(n: int, seed: int) -> pd.DataFrame:
    """A thousand columns of numbers, small numbers, words, codes and answers."""
    rng = np.random.default_rng(seed)
    words, answers = np.array(["red", "green", "blue", "black"]), np.array(["yes", "no"])
    makers = (
        lambda: rng.normal(0, 1, n).round(4).astype(str),
        lambda: rng.integers(0, 50, n).astype(str),
        lambda: words[rng.integers(0, 4, n)],
        lambda: np.char.add("A-", rng.integers(0, 100_000, n).astype(str)),
        lambda: answers[rng.integers(0, 2, n)],
    )
    return pd.DataFrame({f"c{j}": makers[j % 5]() for j in range(998)})


def long(n: int, seed: int) -> pd.DataFrame:
    """Texts of about 5,000 characters, drawn from 78 words."""
    rng = np.random.default_rng(seed)
    first, last = (
        ["ka", "lo", "mi", "ne", "ru", "sta", "ver", "tol"],
        ["ba", "den", "fir", "gon", "lum", "pra", "sor", "tek", "wen"],
    )
    words = np.array([a + b for a in first for b in last] + ["the", "of", "and", "to", "in", "is"])
    texts = [" ".join(words[rng.integers(0, len(words), 800)]) for _ in range(n)]
    return pd.DataFrame({"kind": np.array(["a", "b", "c"])[np.arange(n) % 3], "body": texts})


def write(path: Path, rows: int, shape: str, *, planted: bool) -> None:
    """Write a table in steps, so that none is ever in memory as a whole."""
    step = STEP if shape == "mixed" else 2_000
    for start in range(0, rows, step):
        n = min(step, rows - start)
        if shape == "mixed":
            frame = mixed(n, start, planted=planted)
        else:
            frame = wide(n, start) if shape == "wide" else long(n, start)
            moments = pd.Timestamp("2026-01-01") + pd.to_timedelta(5 * (np.arange(n) + start), unit="min")
            frame.insert(0, "at", moments.strftime("%Y-%m-%d %H:%M:%S"))
            frame.insert(0, "id", "")
        frame["id"] = (np.arange(n) + start).astype(str)
        frame.to_csv(path, index=False, header=start == 0, mode="a")


def measure(path: Path) -> None:
    """Print CPU seconds and the peak so far after each phase, then the findings."""

    def told(phase: str) -> None:
        status = Path("/proc/self/status").read_text()  # ru_maxrss would count the parent's pages too
        peak = int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
        print(f"{phase:8} {time.process_time():6.2f} CPU s so far, peak {peak:5.0f} MB")

    from gatebook.checks import check
    from gatebook.project import TableSpec
    from gatebook.project.tables import open_table

    told("imports")
    table = open_table("sample", TableSpec(path=path.name), path.parent)
    told("loading")
    found = check(table, ids=("id",), time="at")
    told("scan")
    print(f"{table.rows:,} rows x {len(table.columns):,}, sampled: {found.sampled}")
    for one in found.findings:
        print(f"    {one.severity:8} {one.title}")
    table.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", type=int)
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--shape", choices=("mixed", "wide", "long"), default="mixed")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        measure(args.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = args.file or Path(folder) / "table.csv"
        if not path.exists():
            write(path, args.rows, args.shape, planted=args.planted)
        child = [sys.executable, __file__, str(args.rows), "--measure", "--file", str(path)]
        sys.exit(subprocess.run(child, check=False).returncode)


if __name__ == "__main__":
    main()
