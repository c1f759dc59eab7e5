"""CPU seconds and memory of opening tables, each case in a process of its own.

    python benchmarks/loading_cost.py [--rows 400000] [--huge-mb 0] [--scratch DIR]

Cases: a clean csv against DuckDB told everything; the same file with one bad line (the tolerant reader); a csv of 1,000
rows; with --huge-mb a clean and a damaged csv of that size and the memory that they take.

Results (2 cores shared with other work, smallest of 3 runs): clean, 32 MB: 0.74 CPU s where DuckDB told everything
takes 0.32 (allowed 0.95); tolerant 0.132 CPU s a MB (allowed 0.150); 1,000 rows 0.075 CPU s beyond imports (allowed
0.300). One run: clean, 4,993 MB, 62.4 million rows: 136 CPU s, peak memory 703 MB (allowed 1,024). The damaged file of
that size was not measured.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

OPEN = """
    import resource, sys, time
    from pathlib import Path
    from gatebook.project import ReadOptions, TableSpec
    from gatebook.project.tables import open_table
    before = time.process_time()
    file = Path(sys.argv[1])
    table = open_table("sample", TableSpec(path=file.name), file.parent)
    spent = time.process_time() - before
    fates = table.accounts[0].fates
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(spent, most, table.rows, table.closed, fates.quarantined + fates.rejected)
"""
EXPLICIT = """
    import resource, sys, time
    import duckdb
    before = time.process_time()
    con = duckdb.connect()
    names = open(sys.argv[1]).readline().strip().split(",")
    columns = ", ".join(f"'{n}': 'VARCHAR'" for n in names)
    how = "auto_detect = false, header = true, delim = ',', quote = '\\"', escape = '\\"'"
    con.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{sys.argv[1]}', {how}, columns = {{{columns}}})")
    spent = time.process_time() - before
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(spent, most, con.execute("SELECT count(*) FROM t").fetchone()[0], True, 0)
"""


def write(path: Path, rows: int, seed: int = 1) -> None:
    r = random.Random(seed)
    texts = [" ".join(r.choices(["invoice", "total, net", "due", 'see "page"', "müller"], k=4)) for _ in range(997)]
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "created", "amount", "country", "text", "label", "predicted", "confidence", "ms"])
        for i in range(rows):
            out.writerow(
                [
                    f"{i:08d}",
                    f"2026-{1 + i % 12:02d}-{1 + i % 28:02d}",
                    f"{i * 7919 % 100000 / 100:.2f}",
                    ("DE", "FR", "")[i % 3],
                    texts[i % 997],
                    "xy"[i % 2],
                    "xy"[i % 3 % 2],
                    f"{i * 31 % 1000 / 1000:.3f}",
                    9 + i % 891,
                ]
            )


def run(code: str, path: Path, times: int = 3) -> tuple[float, float, str]:
    found = []
    for _ in range(times):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), str(path)], check=True, capture_output=True, text=True
        )
        spent, memory, *rest = done.stdout.split()
        found.append((float(spent), float(memory), " ".join(rest)))
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--huge-mb", type=int, default=0)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--scratch", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as folder:
        clean, dirty, small = (Path(folder) / f"{n}.csv" for n in ("clean", "dirty", "small"))
        write(clean, arguments.rows)
        size = clean.stat().st_size / 1e6
        explicit = run(EXPLICIT, clean, arguments.times)
        ours = run(OPEN, clean, arguments.times)
        print(
            f"clean, {size:.0f} MB, {arguments.rows} rows: {ours[0]:.2f} CPU s, DuckDB told everything "
            f"{explicit[0]:.2f}; allowed {0.3 + 2 * explicit[0]:.2f} ({ours[2]})"
        )
        text = clean.read_text(encoding="utf-8")
        dirty.write_text(text + "1,2,3\n", encoding="utf-8")
        tolerant = run(OPEN, dirty, arguments.times)
        print(
            f"tolerant, the same with a short line: {tolerant[0]:.2f} CPU s, {tolerant[0] / size:.3f} a "
            "MB; allowed "
            f"0.150 ({tolerant[2]})"
        )
        write(small, 1_000)
        little = run(OPEN, small, arguments.times)
        print(f"1,000 rows: {little[0]:.3f} CPU s beyond imports; allowed 0.300 ({little[2]})")
        if arguments.huge_mb:
            huge = Path(folder) / "huge.csv"
            head, body = text.split("\n", 1)
            block = body.encode()
            with huge.open("wb") as file:
                file.write(head.encode() + b"\n")
                for _ in range(max(1, arguments.huge_mb * 10**6 // len(block))):
                    file.write(block)
            for kind in ("clean", "damaged"):
                if kind == "damaged":
                    with huge.open("ab") as file:
                        file.write(b"1,2,3\n")
                spent, memory, rest = run(OPEN, huge, 1)
                print(
                    f"{kind}, {huge.stat().st_size / 1e6:.0f} MB: {spent:.1f} CPU s, peak memory {memory:.0f} MB; "
                    f"allowed 1,024 ({rest})"
                )
    print(f"(this process {resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.0f} CPU s in children)")


if __name__ == "__main__":
    main()
