"""CPU seconds and memory of `scan` on a table of 20 mixed columns, all text.

    python benchmarks/quality_cost.py ROWS [--planted]

Prints CPU seconds of the scan alone, resident memory before it (interpreter, libraries and the table itself) and the most
during it.

Measured with --planted, one run each on two busy cores: 1,000 rows 0.23 CPU s; 1,000,000 rows 6.4 CPU s, 646 MB before (of
which the table as text is the larger part) and 775 MB at most, so the scan itself adds 129 MB.
"""

from __future__ import annotations

import argparse
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd

from gatebook.evidence.quality import scan


def resident() -> float:
    """Resident memory in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def table(n: int, *, planted: bool) -> pd.DataFrame:
    rng = np.random.default_rng(0)
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
            (pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 500, n), unit="D")).strftime(
                "%Y-%m-%d"
            )
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=int)
    parser.add_argument("--planted", action="store_true")
    args = parser.parse_args()
    frame = table(args.rows, planted=args.planted)
    before, most, running = resident(), [0.0], threading.Event()

    def watch() -> None:
        while not running.wait(0.02):
            most[0] = max(most[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.process_time()
    found = scan(frame, ids=("id",), time="at")
    cpu = time.process_time() - start
    running.set()
    watcher.join()
    print(
        f"{args.rows:,} rows x {frame.shape[1]}: {cpu:.2f} CPU s, {before:.0f} MB before, {most[0]:.0f} MB at most"
    )
    for one in found.findings:
        print(f"    {one.severity:8} {one.title}")


if __name__ == "__main__":
    main()
