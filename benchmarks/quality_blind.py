"""What `scan` finds in three generated tables written without reading it (blind_tables.py), and in public clean tables.

    python benchmarks/quality_blind.py [--seeds 5] [--only visits] [--list] [--public]

For each table: families named (kind and column), those whose count is right within a fifth, how many of the first five
findings are planted, precision, recall and F1 over the cells of findings with `cell_error`, and what the clean twin
says. Then precision for each kind of finding and recall for each family, over all seeds.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict

import numpy as np
from blind_staff import staff
from blind_tables import BLIND, Blind, Family

from gatebook.checks import Finding, Findings, check
from gatebook.evidence.severity import NEVER

LIMITS = (
    0.05,
    0.01,
)  # shares of the rows above which a finding on a critical column blocks: as the catalogue has it, and stricter


def names(one: Finding, family: Family) -> bool:
    """A finding names a family when its kind fits and it speaks of one of its columns."""
    return one.kind in family.kinds and (not family.columns or bool(set(one.columns) & set(family.columns)))


def blocks(one: Finding, limit: float) -> bool:
    """Whether the finding would block if verdicts rested on its columns."""
    return one.severity == "warning" and one.kind not in NEVER and one.lower > limit


def mask(found: list[Finding], table: Blind) -> np.ndarray:
    at = {name: i for i, name in enumerate(table.dirty.columns)}
    out = np.zeros(table.dirty.shape, dtype=bool)
    for one in found:
        for rows, name in one.cells:
            out[rows, at[name]] = True
    return out


def clean_scan(table: Blind) -> Findings:
    return check(table.clean, **{k: v for k, v in table.roles.items() if k != "as_of"})  # type: ignore[arg-type]  # roles are scan's own keywords


class Tally:
    """Sums over all tables: cells by kind of finding, cells and namings by family."""

    def __init__(self) -> None:
        self.kind: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.blocking: Counter[str] = Counter()
        self.family: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def table(self, name: str, seed: int, table: Blind, show: bool) -> None:
        found = check(table.dirty, **table.roles)  # type: ignore[arg-type]  # roles are scan's own keywords
        wrong = table.wrong()
        named = right_count = 0
        for family in table.families:
            by = [f for f in found.findings if names(f, family)]
            sums = self.family[name, f"{family.name} ({', '.join(family.columns[:1]) or 'rows'})"]
            sums["tables"] += 1
            sums["named"] += bool(by)
            named += bool(by)
            counted = any(0.8 <= f.rows / max(1, family.rows) <= 1.25 for f in by)
            right_count += counted
            sums["count right"] += counted
            if family.cells:
                cells = mask([f for f in found.findings if f.cell_error], table)
                at = {c: i for i, c in enumerate(table.dirty.columns)}
                sums["cells"] += len(family.cells)
                sums["cells found"] += sum(bool(cells[i, at[c]]) for i, c in family.cells)
        flagged = mask([f for f in found.findings if f.cell_error], table)
        known = table.origin >= 0
        hit, all_flagged = (flagged & wrong).sum(), flagged[known].sum()
        precision, recall = hit / max(1, all_flagged), hit / max(1, wrong.sum())
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        true = [any(names(f, family) for family in table.families) for f in found.findings]
        false_warnings = [f for f, t in zip(found.findings, true, strict=True) if not t and f.severity == "warning"]
        for one, planted in zip(found.findings, true, strict=True):
            for limit in LIMITS:
                if blocks(one, limit):
                    self.blocking[f"found {limit}"] += 1
                    self.blocking[f"planted {limit}"] += planted
            cells = mask([one], table)
            sums = self.kind[one.kind]
            sums["findings"] += 1
            sums["planted"] += any(names(one, family) for family in table.families)
            if one.cell_error:
                sums["cells"] += int(cells[known].sum())
                sums["right"] += int((cells & wrong).sum())
        twin = clean_scan(table).findings
        loud = [f for f in twin if f.severity == "warning"]
        for limit in LIMITS:
            self.blocking[f"twin {limit}"] += sum(blocks(f, limit) for f in twin)
        print(
            f"{name} {seed}: named {named}/{len(table.families)}, count right {right_count}, first five planted "
            f"{sum(true[:5])}, "
            f"precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}, other warnings {len(false_warnings)}, "
            f"clean twin: {len(loud)} warnings, {len(twin) - len(loud)} notes"
        )
        if show:
            for one, t in zip(found.findings, true, strict=True):
                print(
                    f"   {'planted' if t else '  OTHER'} {one.severity:7} {one.kind:20} "
                    f"{','.join(one.columns)[:40]:40} {one.title}"
                )
            for one in twin:
                print(f"      twin {one.severity:7} {one.kind:20} {','.join(one.columns)[:40]:40} {one.title}")

    def totals(self) -> None:
        for limit in LIMITS:
            found, planted, twin = (self.blocking[f"{w} {limit}"] for w in ("found", "planted", "twin"))
            print(
                f"would block on a column that verdicts rest on, above {limit:.0%}: {found}, planted {planted}, on "
                f"clean twins {twin}"
            )
        print("\nkind of finding: findings, of them planted, cells named, right")
        for kind, s in sorted(self.kind.items()):
            cells = f"{s['cells']:7,} {s['right'] / max(1, s['cells']):.3f}" if s["cells"] else ""
            print(f"   {kind:22} {s['findings']:3} {s['planted']:3} {cells}")
        print("\nfamily: named, count right, of tables; cells found")
        for (name, family), s in self.family.items():
            cells = f"{s['cells found'] / s['cells']:.3f} of {s['cells']:,}" if s["cells"] else ""
            print(
                f"   {name:10} {family:45} {s['named']} {s['count right']} of {s['tables']}  {cells}"
                + ("" if s["named"] == s["tables"] else "  MISSED")
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--list", action="store_true", help="print every finding of every table")
    args = parser.parse_args()
    tally = Tally()
    for name, build in (BLIND | {"staff": staff}).items():
        if args.only in ("", name):
            for seed in range(args.first, args.first + args.seeds):
                tally.table(name, seed, build(seed), args.list)
    tally.totals()


if __name__ == "__main__":
    main()
