"""Seeded tables and ways to damage them, for the tests of the loader."""

import csv
import io
import random

WORDS = ["invoice", "total,", "net", "due;", '"urgent"', "müller", "straße", "12", "it's", "日本", "page|3", "ok"]
HEADER = ["doc_id", "taken_at", "amount", "country", "kind", "text", "label", "score"]


def rows(seed, n=30, header=HEADER):
    r = random.Random(seed)
    return [header] + [
        [
            f"{r.randrange(10**6):07d}",
            f"2026-{1 + i % 12:02d}-{1 + i % 28:02d}T{i % 24:02d}:15:00+01:00",
            f"{r.lognormvariate(4, 1):.2f}",
            r.choice(["DE", "FR", "", "NA"]),
            r.choice("AB"),
            " ".join(r.choices(WORDS, k=8)) + (" line\nbreak" if i % 11 == 0 else ""),
            r.choice("xy"),
            f"{r.random():.3f}",
        ]
        for i in range(n)
    ]


def dump(table, delimiter=",", quote='"', escape=None, end="\r\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(
        out,
        delimiter=delimiter,
        quotechar=quote,
        doublequote=escape is None,
        escapechar=escape,
        lineterminator=end,
        quoting=quoting,
    ).writerows(table)
    return out.getvalue()


def damage(table, i, line):
    """The file in which record `i` is written as `line`."""
    lines = [dump([row]) for row in table]
    return "".join([*lines[:i], line, *lines[i + 1 :]])


def merged(row, c):
    """The line in which cells c-1 and c have lost the delimiter between them."""
    return dump([[*row[: c - 1], row[c - 1] + row[c], *row[c + 1 :]]])


def doubled(row, c):
    """The line with an extra delimiter before cell c."""
    return dump([[*row[:c], "", *row[c:]]])


def stray_quote(row, c):
    """The line with a stray quote before cell c."""
    cells = [dump([[x]]).removesuffix("\r\n") if x else "" for x in row]
    cells[c] = '"' + cells[c]
    return ",".join(cells) + "\r\n"
