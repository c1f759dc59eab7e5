"""What `scan` says of public tables that packages ship: scikit-learn's own, and every CSV file below the folders given.

    python benchmarks/quality_public.py [FOLDER ...] [--rows 50000]

Prints every warning with its examples, for a person to judge; no answer is known beforehand.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from blind_tables import as_text
from sklearn import datasets

from gatebook.checks import check

BUNDLED = ("iris", "wine", "diabetes", "breast_cancer", "linnerud", "digits")


def tables(folders: list[Path], rows: int) -> Iterator[tuple[str, pd.DataFrame]]:
    for name in BUNDLED:
        yield f"scikit-learn {name}", as_text(getattr(datasets, f"load_{name}")(as_frame=True).frame)
    seen: set[tuple[int, str]] = set()
    for folder in folders:
        for path in sorted(p for ends in ("csv", "csv.gz", "csv.bz2", "csv.zip") for p in folder.rglob(f"*.{ends}")):
            key = (path.stat().st_size, path.name)
            if key in seen or "tests" in path.parts or "src" in path.parts:
                continue
            seen.add(key)
            try:
                frame = pd.read_csv(
                    path,
                    dtype="str",
                    keep_default_na=False,
                    na_values=[""],
                    nrows=rows,
                    sep=None if path.suffix == ".csv" else ",",
                    engine="python" if path.suffix == ".csv" else "c",
                )
            except (ValueError, csv.Error, pd.errors.ParserError) as error:
                print(f"{path.name}: not read ({type(error).__name__})")
                continue
            if len(frame) >= 20 and len(frame.columns) > 1:
                yield str(path.relative_to(folder)), frame


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--notes", action="store_true")
    args = parser.parse_args()
    loud: Counter[str] = Counter()
    noisy = n = 0
    for name, frame in tables(args.folders, args.rows):
        n += 1
        found = [f for f in check(frame).findings if f.severity == "warning" or args.notes]
        noisy += bool(found)
        loud.update(f.kind for f in found)
        for one in found:
            some = ", ".join(repr(v)[:40] for v, _ in one.example_values[:6])
            print(f"{name} ({len(frame):,} x {len(frame.columns)}): {one.severity} {one.kind}: {one.title} [{some}]")
    print(f"{n} tables, {noisy} with a warning, {sum(loud.values())} warnings {dict(loud)}")


if __name__ == "__main__":
    main()
