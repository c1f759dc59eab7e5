"""Ten numbers for each polluted CSV file: success, and precision, recall, F1 of header, records and cells.

    python benchmarks/loading_polluted.py [--seed N] [--rows N] [DATA_DIR ...]

Without a folder, files are written from a seed: five tables of different kinds, each polluted in every way of
`pollutions`. A DATA_DIR holds csv/*.csv and clean/*.json ({"rows": header and rows, "damaged_records": [...]}). Each
file is loaded twice with nothing told but its path: with repair (scored) and without (checked for silent loss: every
undamaged row must be there, or be counted as quarantined, rejected or footer).

Result of --seed 3 --rows 40: 1,021 files, mean 9.9946, 0 open accounts, 2 "silent": files cut off in the middle of the
last cell, where the rest still has the width of a record. Nothing in such a file tells that; the mean is lowest there
too (9.912).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from gatebook.errors import GatebookError
from gatebook.project import ReadOptions, TableSpec
from gatebook.project.tables import open_table
from gatebook.reading import Table

Rows = list[list[str]]


def shop(r, n):
    head = ["Date", "Time", "Qty", "Code", "Price", "Type", "Description", "Link", "Comment"]
    kinds = ["Boots", "Rain Jacket, long", "Men's Vest", 'Table 48"', "Kids' Hat", "Lamp, small"]
    words = ["light", "warm,", "tough", "dry", "made", "for", "every", "day", '5"', "and", "more", "quick"]
    return [head] + [
        [
            f"{1 + i % 28:02d}/{1 + i % 12:02d}/2018",
            f"{i % 24:02d}:{15 * (i % 4):02d}",
            str(r.randrange(30)),
            f"{r.choice(['AN', 'BH', 'RI'])}-{r.randrange(1000, 9999)}",
            f"${r.uniform(1, 99):.2f}",
            r.choice(kinds),
            " ".join(r.choices(words, k=9)) + ".",
            f"https://example.org/p/{r.randrange(10**5)}.html",
            "",
        ]
        for i in range(n)
    ]


def sensors(r, n):
    return [["t", "a", "b", "c"]] + [
        [str(i), f"{r.gauss(0, 1):.4f}", f"{r.uniform(0, 100):.1f}", str(r.randrange(5))] for i in range(n)
    ]


def chats(r, n):
    words = [
        "hello,",
        "please",
        "help",
        "with",
        "my",
        "order",
        "today",
        "thanks",
        '"asap"',
        "it's",
        "late",
        "ok;",
        "fine",
    ]
    return [["conversation", "said", "who"]] + [
        [f"c{i:05d}", " ".join(r.choices(words, k=7)) + ("\nbye" if i % 9 == 0 else ""), r.choice(["user", "agent"])]
        for i in range(n)
    ]


def ledger(r, n):
    return [["Konto", "Datum", "Betrag", "Währung", "Text"]] + [
        [
            f"{r.randrange(10**8):08d}",
            f"{1 + i % 28}.{1 + i % 12}.2024",
            f"{r.uniform(1, 9999):.2f}".replace(".", ","),
            "EUR",
            r.choice(["Miete", "Gehalt Müller", "Größe", ""]),
        ]
        for i in range(n)
    ]


def grades(r, n):
    return [["id", "grade", "rater", "note"]] + [
        [f"q{i}", r.choice(["good", "bad", "unclear"]), r.choice("ABC"), r.choice(["", "", "see ticket", "N/A"])]
        for i in range(n)
    ]


TABLES = {f.__name__: f for f in (shop, sensors, chats, ledger, grades)}


def dump(rows, delimiter=",", quote='"', escape=None, end="\r\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(
        out,
        delimiter=delimiter,
        quotechar=quote,
        doublequote=escape is None,
        escapechar=escape,
        lineterminator=end,
        quoting=quoting,
    ).writerows(rows)
    return out.getvalue()


def pollutions(rows: Rows, r: random.Random):
    """Yield (name, file content, clean rows, numbers of damaged records)."""
    w, n = len(rows[0]), len(rows) - 1
    base = dump(rows)
    flat = [[c.replace("\n", " ") for c in row] for row in rows]
    yield "source", base, rows, ()
    for name, d in {"semicolon": ";", "tab": "\t", "pipe": "|", "space": " ", "colon": ":"}.items():
        yield f"delimiter_{name}", dump(rows, d), rows, ()
    yield (
        "delimiter_comma_space",
        dump(rows, "\x1f").replace(",", "\x1e").replace("\x1f", ", ").replace("\x1e", ",")
        if not any("," in c for row in rows for c in row)
        else dump(rows, quoting=csv.QUOTE_ALL).replace('","', '", "'),
        rows,
        (),
    )
    yield "quote_single", dump(rows, quote="'"), rows, ()
    yield "quote_all", dump(rows, quoting=csv.QUOTE_ALL), rows, ()
    yield "escape_backslash", dump(rows, escape="\\"), rows, ()
    yield "end_lf", dump(rows, end="\n"), rows, ()
    yield "end_cr", dump(flat, end="\r"), flat, ()
    yield "no_final_end", base.removesuffix("\r\n"), rows, ()
    yield "two_final_ends", base + "\r\n", rows, ()
    yield "no_header", dump(rows[1:]), [None, *rows[1:]], ()
    yield "header_only", dump(rows[:1]), rows[:1], ()
    yield "one_row", dump(rows[:2]), rows[:2], ()
    yield "empty", "", [], ()
    yield "utf8_bom", ("\ufeff" + base).encode(), rows, ()
    yield "utf16", base.encode("utf-16"), rows, ()
    yield "preamble_text", 'Export of "everything", 2024\r\n\r\n' + base, rows, ()
    yield "preamble_lines", "# made by a tool\r\n# on a day\r\n" + base, rows, ()
    if w >= 3:
        yield ("preamble_delimited", "Report" + "," * (w - 1) + "\r\n" + "," * (w - 1) + "\r\n" + base, rows, ())
        yield "footer", base + f"Total rows,{n}\r\n", rows, (n + 1,)
        yield ("second_table_narrow", base + "\r\n" + dump([["key", "value"], ["a", "1"], ["b", "2"]]), rows, ())
        yield (
            "second_table_wide",
            base + "\r\n" + dump([[f"h{i}" for i in range(w + 2)], [str(i) for i in range(w + 2)]]),
            rows,
            (),
        )
    yield "header_again", dump(rows[:1]) + base, rows, ()
    yield (
        "mixed_ends",
        "".join(line + e for line, e in zip(dump(flat, end="\n").splitlines(), ["\n", "\r\n"] * n, strict=False)),
        flat,
        (),
    )
    lines = [dump([row]) for row in rows]

    def damage(i, new):
        return "".join([*lines[:i], new, *lines[i + 1 :]])

    for i in r.sample(range(1, n + 1), min(8, n)):
        row = rows[i]
        for c in range(w):
            yield f"more_{i}_{c}", damage(i, dump([[*row[:c], "", *row[c:]]])), rows, (i,)
            if c:
                yield (
                    f"less_{i}_{c}",
                    damage(i, dump([[*row[: c - 1], row[c - 1] + row[c], *row[c + 1 :]]])),
                    rows,
                    (i,),
                )
                cells = [dump([[x]]).removesuffix("\r\n") if x else "" for x in row]
                yield (
                    f"glued_{i}_{c}",
                    damage(i, ",".join(cells[: c - 1]) + "," * (c > 1) + cells[c - 1] + ",".join(cells[c:]) + "\r\n"),
                    rows,
                    (i,),
                )
            if not set(row[c]) & set('\n",') and row[c]:
                cells = [dump([[x]]).removesuffix("\r\n") if x else "" for x in row]
                cells[c] = '"' + cells[c]
                yield f"quote_{i}_{c}", damage(i, ",".join(cells) + "\r\n"), rows, (i,)
        yield f"other_semicolon_{i}", damage(i, dump([row], ";")), rows, (i,)
        yield f"other_space_{i}", damage(i, dump([row], " ")), rows, (i,)
        yield f"cut_{i}", "".join(lines[:i]) + lines[i][: len(lines[i]) // 2], rows[:i], (i,)
        yield f"lf_{i}", damage(i, lines[i].replace("\r\n", "\n")), rows, ()
        yield f"blank_{i}", damage(i, "\r\n" + lines[i]), rows, ()


def prf(source, loaded):
    s, t = Counter(source), Counter(loaded)
    hit = (s & t).total()
    if not s.total():
        return [1.0] * 3
    if not hit:
        return [0.0] * 3
    p, r = hit / t.total(), hit / s.total()
    return [p, r, 2 * p * r / (p + r)]


def cells(table: Table) -> Rows:
    return [list(row) for row in table.frame().fillna("").itertuples(index=False, name=None)]


def ten(table: Table | None, rows) -> float:
    if table is None:
        return 0.0 if rows else 10.0
    got = cells(table)
    header = prf(rows[0], table.header) if rows and rows[0] is not None else [1.0] * 3
    records = prf(map(tuple, rows[1:]), map(tuple, got))
    values = prf([c for row in rows[1:] for c in row], [c for row in got for c in row])
    return 1 + sum(header) + sum(records) + sum(values)


def silent(table: Table, rows, damaged, *, repaired: bool) -> str | None:
    """Return what was lost or changed without a count, None where nothing was."""
    undamaged = Counter(tuple(row) for i, row in enumerate(rows) if i and i not in damaged)
    have = Counter(map(tuple, cells(table)))
    fates = table.accounts[0].fates
    if (lost := (undamaged - have).total()) > fates.quarantined + fates.rejected + fates.footer:
        return f"{lost} rows lost"
    if (extra := (have - undamaged).total()) > (len(damaged) if repaired else 0):
        # A damaged record that still reads as a plain record of the right width is told by an event only.
        return f"{extra} rows more" if extra > len(damaged) or not table.accounts[0].events else None
    return None


def measure(folder: Path, name: str, rows, damaged) -> tuple[float, bool, str | None]:
    tables: dict[bool, Table | None] = {}
    for repair in (True, False):
        try:
            tables[repair] = open_table("sample", TableSpec(path=name, read=ReadOptions(repair=repair)), folder)
        except GatebookError:
            tables[repair] = None
    score = ten(tables[True], rows)
    closed = all(t is None or t.closed for t in tables.values())
    trouble = None
    for repair, table in tables.items():
        if table is not None:
            trouble = trouble or silent(table, rows, set(damaged), repaired=repair)
            table.close()
    return score, closed, trouble


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--worst", type=int, default=15)
    arguments = parser.parse_args()
    results: dict[str, list[tuple[str, float, bool, str | None]]] = defaultdict(list)
    for folder in arguments.folders:
        for file in sorted((folder / "csv").iterdir()):
            clean = json.loads((folder / "clean" / f"{file.stem}.json").read_text(encoding="utf-8"))
            results[file.stem.split("_r")[0]].append(
                (str(file), *measure(folder / "csv", file.name, clean["rows"], clean["damaged_records"]))
            )
    if not arguments.folders:
        with tempfile.TemporaryDirectory() as scratch:
            for kind, make in TABLES.items():
                r = random.Random(f"{kind}-{arguments.seed}")
                for name, content, rows, damaged in pollutions(make(r, arguments.rows), r):
                    file = Path(scratch) / "file.csv"
                    file.write_bytes(content if isinstance(content, bytes) else content.encode())
                    key = name.rstrip("0123456789_")
                    results[key].append((f"{kind}/{name}", *measure(Path(scratch), file.name, rows, damaged)))
    every = [x for group in results.values() for x in group]
    print(
        f"{len(every)} files, mean {sum(x[1] for x in every) / len(every):.4f}, open "
        f"{sum(not x[2] for x in every)}, "
        f"silent {sum(x[3] is not None for x in every)}"
    )
    for group, found in sorted(results.items(), key=lambda item: sum(x[1] for x in item[1]) - 10 * len(item[1])):
        mean = sum(x[1] for x in found) / len(found)
        if mean < 9.9995:
            print(f"  {group:28} {len(found):4} files  {mean:.4f}")
    for name, score, closed, _ in sorted(every, key=lambda x: x[1])[: arguments.worst]:
        print(f"    {score:.3f} {name}{'' if closed else ' OPEN'}")
    for name, _, _, trouble in every:
        if trouble:
            print(f"    silent: {name}: {trouble}")
    sys.exit(any(not x[2] or x[3] for x in every))


if __name__ == "__main__":
    main()
