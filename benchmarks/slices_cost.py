"""CPU and memory of the exact SliceLine ranking and of the ranged scan; equality with the `sliceline` package where
installed.

python benchmarks/slices_cost.py sliceline --rows 30000 300000 3000000 --columns 15 60
python benchmarks/slices_cost.py scan --rows 30000 3000000
python benchmarks/slices_cost.py equal --sets 100      # in an environment with sliceline 0.3
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd
from slices_ranked import top_slices

from gatebook.slices import find_slices


def categories(rng, n, p):
    out = []
    for i in range(p):
        k = (2, 5, 10, 16, 7)[i % 5]
        weight = 1 / np.arange(1, k + 1)
        out.append(rng.choice(k, n, p=weight / weight.sum()).astype(np.uint8))
    rate = 0.08 + 0.16 * ((out[1] == 2) & (out[2] == 3)) + 0.16 * ((out[0] == 1) & (out[3] == 2))
    return out, (rng.random(n) < rate).astype(float)


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def sliceline(rows, columns):
    codes, loss = categories(np.random.default_rng(1), rows, columns)
    before, began = peak(), time.process_time()
    found = top_slices(codes, loss, k=10, alpha=0.95, support=0.01, depth=3)
    print(
        (
            f"exact top 10, {rows} x {columns}: {time.process_time() - began:.2f} CPU s, "
            f"+{peak() - before:.0f} MB, best "
            f"{found[0].score:.3f}"
        ),
        flush=True,
    )


def scan(rows, real):
    rng = np.random.default_rng(2)
    codes, loss = categories(rng, rows, 7)
    frame = pd.DataFrame(
        {
            f"c{i}": pd.Categorical.from_codes(c, [f"v{j}" for j in range(int(c.max()) + 1)]).astype("str")
            for i, c in enumerate(codes)
        }
    )
    for i in range(8):
        frame[f"x{i}"] = rng.normal(size=rows).round(3)
    before, began = peak(), time.process_time()
    search = find_slices(frame, loss + rng.exponential(1, rows) if real else loss)
    print(
        (
            f"ranged scan with null control, {rows} x 15{' real-valued' if real else ''}: "
            f"{time.process_time() - began:.2f} CPU s, +{peak() - before:.0f} MB, {len(search.slices)} slices"
        ),
        flush=True,
    )


def equal(sets):
    from sliceline.slicefinder import Slicefinder

    same = 0
    for seed in range(sets):
        rng = np.random.default_rng(seed)
        n, p = int(rng.integers(300, 3000)), int(rng.integers(3, 8))
        codes = [rng.integers(0, k, n) for k in rng.integers(2, 7, p)]
        rate = 0.1 + 0.25 * ((codes[0] == 0) & (codes[1] == 1))
        loss = (rng.random(n) < rate).astype(float) if seed % 2 else rng.exponential(1, n) * rate
        k, alpha, support = ((1, 5, 10)[seed % 3], (0.6, 0.9, 0.95, 0.99)[seed % 4], (0.01, 0.02, 0.05)[seed % 3])
        theirs = Slicefinder(alpha=alpha, k=k, max_l=3, min_sup=int(support * n), verbose=False).fit(
            np.column_stack(codes), loss
        )
        wanted = {tuple((i, int(v)) for i, v in enumerate(row) if v is not None) for row in theirs.top_slices_}
        same += wanted == {
            tuple(zip(s.columns, s.codes, strict=True))
            for s in top_slices(codes, loss, k=k, alpha=alpha, support=support)
        }
    print(f"the same slices as the package in {same} of {sets} sets")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["sliceline", "scan", "equal"])
    parser.add_argument("--rows", type=int, nargs="+", default=[30_000])
    parser.add_argument("--columns", type=int, nargs="+", default=[15])
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--sets", type=int, default=100)
    args = parser.parse_args()
    if args.what == "equal":
        equal(args.sets)
    for size in args.rows:
        if args.what == "sliceline":
            for width in args.columns:
                sliceline(size, width)
        elif args.what == "scan":
            scan(size, args.real)
