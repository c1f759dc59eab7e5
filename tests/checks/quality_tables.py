"""Seeded tables for tests and benchmarks: four kinds with every wrong cell known, and clean ones of many shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

FIRST = [
    "James",
    "Mary",
    "Robert",
    "Patricia",
    "John",
    "Jennifer",
    "Michael",
    "Linda",
    "David",
    "Elizabeth",
    "William",
    "Barbara",
    "Richard",
    "Susan",
    "Joseph",
    "Jessica",
    "Thomas",
    "Sarah",
    "Charles",
    "Karen",
    "Christopher",
    "Lisa",
    "Daniel",
    "Nancy",
    "Matthew",
    "Betty",
    "Anthony",
    "Margaret",
    "Mark",
    "Sandra",
    "Donald",
    "Ashley",
    "Steven",
    "Kimberly",
    "Paul",
    "Emily",
    "Andrew",
    "Donna",
    "Joshua",
    "Michelle",
    "Kenneth",
    "Carol",
    "Kevin",
    "Amanda",
    "Brian",
    "Dorothy",
    "George",
    "Melissa",
    "Edward",
    "Deborah",
    "Ronald",
    "Stephanie",
    "Timothy",
    "Rebecca",
    "Jason",
    "Sharon",
    "Jeffrey",
    "Laura",
    "Ryan",
    "Cynthia",
    "Jacob",
    "Kathleen",
    "Gary",
    "Amy",
    "Nicholas",
    "Angela",
    "Eric",
    "Shirley",
    "Jonathan",
    "Anna",
    "Stephen",
    "Brenda",
    "Larry",
    "Pamela",
    "Justin",
    "Emma",
    "Scott",
    "Nicole",
    "Brandon",
    "Helen",
    "Benjamin",
    "Samantha",
    "Samuel",
    "Katherine",
    "Gregory",
    "Christine",
    "Frank",
    "Debra",
    "Jon",
    "Hanna",
    "Sara",
    "Ann",
    "Anne",
    "Jean",
    "Joan",
    "Juan",
    "Eva",
    "Ava",
    "Mia",
    "Max",
    "Zoe",
    "Ken",
    "Ben",
    "Len",
    "Dan",
    "Don",
    "Ron",
    "Jose",
    "Josef",
    "Maria",
    "Marie",
    "Marta",
    "Martha",
    "Erik",
    "Erica",
]
LAST = [
    "Smith",
    "Johnson",
    "Williams",
    "Brown",
    "Jones",
    "Garcia",
    "Miller",
    "Davis",
    "Rodriguez",
    "Martinez",
    "Hernandez",
    "Lopez",
    "Gonzalez",
    "Wilson",
    "Anderson",
    "Thomas",
    "Taylor",
    "Moore",
    "Jackson",
    "Martin",
    "Lee",
    "Perez",
    "Thompson",
    "White",
    "Harris",
    "Sanchez",
    "Clark",
    "Ramirez",
    "Lewis",
    "Robinson",
    "Walker",
    "Young",
    "Allen",
    "King",
    "Wright",
    "Scott",
    "Torres",
    "Nguyen",
    "Hill",
    "Flores",
    "Green",
    "Adams",
    "Nelson",
    "Baker",
    "Hall",
    "Rivera",
    "Campbell",
    "Mitchell",
    "Carter",
    "Roberts",
    "Gomez",
    "Phillips",
    "Evans",
    "Turner",
    "Diaz",
    "Parker",
    "Cruz",
    "Edwards",
    "Collins",
    "Reyes",
    "Stewart",
    "Morris",
    "Morales",
    "Murphy",
    "Cook",
    "Rogers",
    "Gutierrez",
    "Ortiz",
    "Morgan",
    "Cooper",
    "Peterson",
    "Bailey",
    "Reed",
    "Kelly",
    "Howard",
    "Ramos",
    "Kim",
    "Cox",
    "Ward",
    "Richardson",
    "Watson",
    "Brooks",
    "Chavez",
    "Wood",
    "James",
    "Bennett",
    "Gray",
    "Mendoza",
    "Ruiz",
    "Hughes",
    "Price",
    "Alvarez",
    "Castillo",
    "Sanders",
    "Patel",
    "Myers",
    "Long",
    "Smyth",
    "Johnston",
    "Browne",
    "Davies",
    "Andersen",
    "Thomsen",
    "Clarke",
    "Lewes",
    "Reid",
    "Wilkinson",
    "Meyer",
    "Meyers",
    "Maier",
    "O'Brien",
    "O'Connor",
    "D'Angelo",
    "McDonald",
    "MacDonald",
    "Fischer",
    "Fisher",
    "Schmidt",
    "Schmitt",
    "Hoffman",
    "Hofmann",
    "Jansen",
    "Jensen",
    "Hansen",
    "Hanson",
    "Larsen",
]
CITIES = {
    "CA": "Los Angeles,San Diego,San Jose,Fresno,Sacramento,Oakland,Pasadena,Glendale,Burbank,Ontario",
    "TX": "Houston,Dallas,Austin,El Paso,Arlington,Plano,Laredo,Pasadena,Lubbock,Garland",
    "NY": "Buffalo,Rochester,Yonkers,Syracuse,Albany,Utica,Amherst,Troy,Ithaca,Elmira",
    "MA": "Boston,Worcester,Springfield,Lowell,Cambridge,Amherst,Newton,Quincy,Lynn,Salem",
    "OR": "Portland,Salem,Eugene,Gresham,Bend,Medford,Springfield,Corvallis,Albany,Tigard",
    "IL": "Chicago,Aurora,Rockford,Joliet,Naperville,Springfield,Peoria,Elgin,Cicero,Quincy",
    "OH": "Columbus,Cleveland,Cincinnati,Toledo,Akron,Dayton,Parma,Canton,Lorain,Hamilton",
    "GA": "Atlanta,Augusta,Columbus,Macon,Savannah,Athens,Albany,Marietta,Smyrna,Valdosta",
    "ME": "Portland,Lewiston,Bangor,Auburn,Biddeford,Augusta,Saco,Waterville,Sanford,Bath",
    "WA": "Seattle,Spokane,Tacoma,Vancouver,Bellevue,Kent,Everett,Renton,Yakima,Auburn",
}
WORDS = [
    "account",
    "payment",
    "transfer",
    "card",
    "balance",
    "refund",
    "charge",
    "order",
    "delivery",
    "invoice",
    "login",
    "password",
    "update",
    "change",
    "cancel",
    "the",
    "a",
    "my",
    "your",
    "this",
    "that",
    "please",
    "help",
    "with",
    "about",
    "how",
    "can",
    "could",
    "would",
    "need",
    "want",
    "received",
    "wrong",
    "missing",
    "late",
    "twice",
    "again",
    "yesterday",
    "today",
    "week",
    "month",
    "bank",
    "phone",
    "app",
    "website",
    "error",
    "message",
    "number",
    "address",
    "name",
    "date",
    "amount",
    "currency",
]
TOPICS = [
    "protein",
    "cancer",
    "cell",
    "gene",
    "risk",
    "therapy",
    "outcome",
    "cohort",
    "trial",
    "children",
    "women",
    "heart",
    "lung",
    "kidney",
    "stroke",
    "diabetes",
    "analysis",
    "review",
    "systematic",
    "effect",
    "treatment",
    "clinical",
    "study",
    "patients",
    "response",
    "factor",
    "acute",
    "chronic",
    "evidence",
]
UMLAUTS = {"o": "ö", "e": "é", "a": "ä", "u": "ü", "n": "ñ", "c": "ç"}


@dataclass(frozen=True)
class Dirty:
    """A dirty table, its clean twin, the planted families (column, kinds of finding that name it), and known roles."""

    dirty: pd.DataFrame
    clean: pd.DataFrame
    families: tuple[tuple[str, tuple[str, ...]], ...]
    label: str | None = None
    text: tuple[str, ...] = ()

    def wrong(self) -> np.ndarray:
        return self.dirty.fillna("").to_numpy() != self.clean.fillna("").to_numpy()


def zipf(rng: np.random.Generator, values: list[str], n: int, s: float = 0.8) -> np.ndarray:
    weight = 1 / np.arange(1, len(values) + 1) ** s
    return rng.choice(np.array(values, dtype=object), n, p=weight / weight.sum())


def text(frame: dict[str, object] | pd.DataFrame) -> pd.DataFrame:
    """Every column as text, "" as empty, as a file would give it."""
    out = pd.DataFrame(frame).astype(object)
    return out.apply(lambda c: c.map(lambda v: None if v is None or v == "" else str(v))).astype("str")


def _clock(minutes: int) -> str:
    hour, minute = divmod(minutes % 1440, 60)
    return f"{(hour - 1) % 12 + 1}:{minute:02d} {'a' if hour < 12 else 'p'}.m."


def timetable(seed: int, flights: int = 100, sources: int = 24) -> Dirty:
    """Sources report the times of the same flights: gaps, other time formats and notes, and disagreement."""
    rng = np.random.default_rng(seed)
    carriers = ["AA", "UA", "CO", "DL", "WN"]
    names = [
        f"{carriers[rng.integers(5)]}-{rng.integers(100, 5000)}-"
        f"{'ABCDEFGH'[rng.integers(8)]}OR-{'ABCDEFGH'[rng.integers(8)]}AX"
        for _ in range(flights)
    ]
    columns = ["sched_departure", "actual_departure", "sched_arrival", "actual_arrival"]
    truth = {}
    for name in names:
        start = int(rng.integers(300, 1300))
        late, long = int(rng.integers(-5, 60)), int(rng.integers(60, 360))
        truth[name] = [start, start + late, start + long, start + long + late]
    rows, clean = [], []
    for name in names:
        shared = {c: int(rng.integers(3, 40)) * int(rng.choice([-1, 1])) for c in range(4)}
        for s in range(sources):
            good = [_clock(m) for m in truth[name]]
            found = list(good)
            for c in range(4):
                u = rng.random()
                minutes = truth[name][c]
                if u < 0.24:
                    found[c] = ""
                elif u < 0.45:
                    by = shared[c] if rng.random() < 0.35 else int(rng.integers(1, 60)) * int(rng.choice([-1, 1]))
                    found[c] = _clock(minutes + by)
                elif u < 0.50:
                    clock = _clock(minutes)
                    found[c] = str(
                        rng.choice(
                            [
                                f"12/02/2011 {clock}",
                                f"{clock} (Estimated)",
                                f"Dec 2 {clock}",
                                "Not Available",
                                "Contact Airline",
                            ]
                        )
                    )
            rows.append([f"source{s}", name, *found])
            clean.append([f"source{s}", name, *good])
    order = rng.permutation(len(rows))
    frame = pd.DataFrame(rows, columns=["source", "flight", *columns]).iloc[order].reset_index(drop=True)
    twin = pd.DataFrame(clean, columns=["source", "flight", *columns]).iloc[order].reset_index(drop=True)
    families = tuple(
        (c, kinds)
        for c in columns
        for kinds in (("missing",), ("date_formats",), ("sources_disagree", "broken_dependency"))
    )
    return Dirty(text(frame), text(twin), families)


def bibliography(seed: int, n: int = 1000) -> Dirty:
    """Articles: mojibake, spreadsheet mangling, day and month swapped, empty fields."""
    rng = np.random.default_rng(seed)
    journals = [f"Journal of {a.title()} {b.title()}" for a in TOPICS[:12] for b in TOPICS[12:20]]
    issn = {
        j: f"{rng.integers(1000, 9999)}-{rng.integers(100, 999)}{rng.choice(list('0123456789X'))}" for j in journals
    }
    journal = zipf(rng, journals, n)
    accented = [w.replace(k, v, 1) for w, (k, v) in zip(LAST * 2, list(UMLAUTS.items()) * 60, strict=False) if k in w]
    people = LAST + accented
    titles = [" ".join(rng.choice(TOPICS, rng.integers(6, 14))).capitalize() for _ in range(n)]
    authors = [
        "{"
        + ",".join(f'"{rng.choice(list("ABCDEFGHJKLM"))}. {rng.choice(people)}"' for _ in range(rng.integers(1, 7)))
        + "}"
        for _ in range(n)
    ]
    days = [
        (int(d), int(m), int(y))
        for d, m, y in zip(rng.integers(1, 29, n), rng.integers(1, 13, n), rng.integers(0, 16, n), strict=True)
    ]
    first = rng.random(n) < 0.3
    days = [(1, 1, y) if f else (d, m, y) for f, (d, m, y) in zip(first, days, strict=True)]
    start = rng.integers(1, 1800, n)
    pages = np.array([f"{s}-{s + int(k)}" for s, k in zip(start, rng.integers(1, 14, n), strict=True)], dtype=object)
    some = rng.random(n) < 0.1
    pages[some] = [
        f"{a}-{b}" for a, b in zip(rng.integers(1, 12, some.sum()), rng.integers(12, 28, some.sum()), strict=True)
    ]
    clean = pd.DataFrame(
        {
            "id": rng.permutation(n) + 1000,
            "article_title": titles,
            "language": zipf(rng, ["eng", "fre", "ger", "spa", "chi"], n, 2.5),
            "journal_title": journal,
            "journal_issn": [issn[j] for j in journal],
            "volume": rng.integers(1, 120, n),
            "issue": rng.integers(1, 13, n),
            "created_at": [f"{d}/{m}/{y:02d}" for d, m, y in days],
            "pagination": pages,
            "author_list": authors,
        }
    ).astype(object)
    dirty = clean.copy()
    swapped = rng.random(n) < 0.8
    dirty["created_at"] = [
        f"{m}/{d}/{y:02d}" if s else f"{d}/{m}/{y:02d}" for s, (d, m, y) in zip(swapped, days, strict=True)
    ]
    damaged = [i for i in rng.permutation(n) if not authors[i].isascii()][:107]
    for i in damaged:
        dirty.loc[i, "author_list"] = authors[i].encode().decode("cp1252", "replace")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    for i in np.flatnonzero(some)[:40]:
        a, b = pages[i].split("-")
        dirty.loc[i, "pagination"] = f"{b}-{months[int(a) - 1]}"
    for i in rng.choice(n, 75, replace=False):
        dirty.loc[i, str(rng.choice(["issue", "volume", "language"]))] = ""
    families = (
        ("author_list", ("damaged_encoding",)),
        ("pagination", ("spreadsheet_mangling",)),
        ("created_at", ("date_order",)),
        ("issue", ("missing",)),
    )
    return Dirty(text(dirty), text(clean), families)


def register(seed: int, n: int = 10_000) -> Dirty:
    """People and taxes: doubled apostrophes, '-*' suffixes, state against zip, a rule across columns."""
    rng = np.random.default_rng(seed)
    places = [
        (s, c, f"{10_000 + 700 * i + 9 * j + k:05d}")
        for i, (s, names) in enumerate(CITIES.items())
        for j, c in enumerate(names.split(","))
        for k in range(6)
    ]
    at = rng.integers(len(places), size=n)
    states = [places[i][0] for i in at]
    areas = {s: rng.integers(201, 989, 4) for s in CITIES}
    single = {s: int(rng.integers(0, 40)) * 100 for s in CITIES}
    child = {s: int(rng.integers(0, 30)) * 100 + 100 for s in CITIES}
    married = rng.choice(["M", "S"], n)
    has_child = rng.choice(["Y", "N"], n)
    salary = rng.integers(10, 2000, n) * 50
    clean = pd.DataFrame(
        {
            "f_name": zipf(rng, FIRST, n, 0.5),
            "l_name": zipf(rng, LAST, n, 0.5),
            "gender": rng.choice(["M", "F"], n),
            "area_code": [areas[s][rng.integers(4)] for s in states],
            "phone": [f"{rng.integers(200, 999)}-{rng.integers(1000, 9999)}" for _ in range(n)],
            "city": [places[i][1].upper() for i in at],
            "state": states,
            "zip": [places[i][2] for i in at],
            "marital_status": married,
            "has_child": has_child,
            "salary": salary,
            "rate": [
                round(3 + 5 * min(1.0, x / 60_000) + 0.1 * (ord(s[0]) % 7), 2)
                for x, s in zip(salary, states, strict=True)
            ],
            "single_exemp": [single[s] if m == "S" else 0 for s, m in zip(states, married, strict=True)],
            "child_exemp": [child[s] if c == "Y" else 0 for s, c in zip(states, has_child, strict=True)],
        }
    ).astype(object)
    dirty = clean.copy()
    quoted = [i for i in rng.permutation(n) if "'" in clean.loc[i, "l_name"]][:44]
    for i in quoted:
        dirty.loc[i, "l_name"] = clean.loc[i, "l_name"].replace("'", "''")
    for i in rng.choice(n, 8, replace=False):
        dirty.loc[i, "city"] = clean.loc[i, "city"] + "-*"
    names = list(CITIES)
    for i in rng.choice(n, 43, replace=False):
        dirty.loc[i, "state"] = rng.choice([s for s in names if s != clean.loc[i, "state"]])
    for i in rng.choice(n, 80, replace=False):
        dirty.loc[i, "has_child"] = "N" if clean.loc[i, "has_child"] == "Y" else "Y"
    families = (
        ("l_name", ("escape_marks", "typo", "category_spelling")),
        ("city", ("stray_marks",)),
        ("state", ("broken_dependency",)),
        ("has_child", ("broken_rule", "broken_dependency")),
    )
    return Dirty(text(dirty), text(clean), families)


def orders(seed: int, n: int = 2000) -> Dirty:
    """A shop: stand-ins for missing, mixed date formats, decimal commas, phone formats, lost zeros, case, spaces,
    typos.
    """
    rng = np.random.default_rng(seed)
    cities = [c for names in CITIES.values() for c in names.split(",")]
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 300, n), unit="D")
    clean = pd.DataFrame(
        {
            "order_id": [f"O{i:06d}" for i in rng.permutation(n)],
            "age": rng.integers(18, 85, n),
            "ordered_on": day.strftime("%Y-%m-%d"),
            "born": (pd.Timestamp("1950-01-01") + pd.to_timedelta(rng.integers(0, 18_000, n), unit="D")).strftime(
                "%Y-%m-%d"
            ),
            "amount": [f"{x:.2f}" for x in rng.lognormal(3.5, 0.9, n)],
            "phone": [
                f"{rng.integers(200, 999)}-{rng.integers(200, 999)}-{rng.integers(1000, 9999)}" for _ in range(n)
            ],
            "postcode": [f"{rng.integers(500, 99_000):05d}" for _ in range(n)],
            "city": zipf(rng, cities[:20], n),
            "channel": zipf(rng, ["web shop", "telephone", "partner"], n),
        }
    ).astype(object)
    dirty = clean.copy()

    def plant(column: str, rows: int, change) -> None:
        for i in rng.choice(n, rows, replace=False):
            dirty.loc[i, column] = change(clean.loc[i, column])

    plant("age", 40, lambda _: 999)
    plant("ordered_on", 60, lambda v: f"{v[8:]}.{v[5:7]}.{v[:4]}")
    plant("born", 50, lambda _: "1900-01-01")
    plant("amount", 70, lambda v: v.replace(".", ","))
    plant("phone", 80, lambda v: f"({v[:3]}) {v[4:]}")
    for i in [j for j in range(n) if clean.loc[j, "postcode"].startswith("0")]:
        dirty.loc[i, "postcode"] = (
            clean.loc[i, "postcode"].lstrip("0") if rng.random() < 0.5 else clean.loc[i, "postcode"]
        )
    plant("city", 40, lambda v: v.upper())
    letters = list("abcdefghijklmnopqrstuvwxyz")
    plant("channel", 30, lambda v: v[:2] + str(rng.choice(letters)) + v[3:])
    families = (
        ("age", ("sentinel",)),
        ("ordered_on", ("date_formats",)),
        ("born", ("sentinel",)),
        ("amount", ("decimal_marks",)),
        ("phone", ("minority_format",)),
        ("postcode", ("leading_zeros",)),
        ("city", ("category_spelling",)),
        ("channel", ("typo",)),
    )
    return Dirty(text(dirty), text(clean), families)


def invoices(seed: int, n: int = 1500) -> Dirty:
    """Invoices: slid records, totals that do not add up, ratings missing where unpaid; some German remarks in both."""
    rng = np.random.default_rng(seed)
    quantity = rng.integers(1, 60, n)
    price = np.round(rng.lognormal(3, 0.6, n), 2)
    remarks = [f"the {_sentence(rng, 6, 12)} and it is for me" for _ in range(n)]
    for i in rng.choice(n, 12, replace=False):
        remarks[i] = f"die Rechnung {i} ist nicht richtig und ich bitte um das Geld für {rng.choice(WORDS)}"
    paid = rng.choice(["yes", "no"], n, p=[0.7, 0.3])
    issued = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 250, n), unit="D")
    clean = pd.DataFrame(
        {
            "invoice": [f"R{i:06d}" for i in rng.permutation(n)],
            "quantity": quantity,
            "price": [f"{p:.2f}" for p in price],
            "total": [f"{t:.2f}" for t in np.round(price * quantity, 2)],
            "currency": zipf(rng, ["EUR", "USD", "GBP"], n, 1.0),
            "issued_on": issued.strftime("%Y-%m-%d"),
            "region": zipf(rng, ["north", "south", "west", "east"], n, 0.5),
            "rating": rng.integers(1, 6, n),
            "remark": remarks,
            "paid": paid,
        }
    ).astype(object)
    dirty = clean.copy()
    slid = ["quantity", "price", "total", "currency", "issued_on", "region"]
    rows = rng.permutation(n)
    for i in rows[:15]:
        dirty.loc[i, slid] = [*clean.loc[i, slid[1:]], ""]
    for i in rows[15:50]:
        dirty.loc[i, "total"] = f"{float(str(clean.loc[i, 'total'])) + rng.integers(5, 50):.2f}"
    dirty.loc[(paid == "no") & (rng.random(n) < 0.4), "rating"] = ""
    families = (
        ("total", ("shifted_fields",)),
        ("total", ("broken_rule",)),
        ("rating", ("telling_gaps",)),
        ("remark", ("text_edge",)),
    )
    return Dirty(text(dirty), text(clean), families, label="paid", text=("remark",))


KINDS = {
    "timetable": timetable,
    "bibliography": bibliography,
    "register": register,
    "orders": orders,
    "invoices": invoices,
}


# ---- clean tables of many shapes ----------------------------------------------------------------------------------


def _dates(rng: np.random.Generator, n: int) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 600 * 86_400, n), unit="s"))


def _sentence(rng: np.random.Generator, low: int = 4, high: int = 16) -> str:
    words = " ".join(rng.choice(WORDS, rng.integers(low, high)))
    return words.capitalize() + str(rng.choice(["", ".", "?", "!", " - thanks", " (urgent)"]))


def _company(rng: np.random.Generator) -> str:
    return (
        f"{rng.choice(LAST)} "
        f"{rng.choice(['Ltd', 'Inc', 'GmbH', 'LLC', '& Sons', 'Group', 'Brewing Company', 'Logistics'])}"
    )


def _columns(rng: np.random.Generator, n: int) -> dict[str, Callable[[], object]]:
    """Independent columns, each as a careful source would write it, made when called: most are not drawn."""
    dates = _dates(rng, n)
    number = rng.integers
    return {
        "row_no": lambda: np.arange(1, n + 1),
        "uuid": lambda: [
            f"{number(16**8):08x}-{number(16**4):04x}-4{number(16**3):03x}-a{number(16**3):03x}-{number(16**12):012x}"
            for _ in range(n)
        ],
        "ticket": lambda: [f"T-{i:06d}" for i in rng.permutation(n)],
        "first_name": lambda: zipf(rng, list(rng.permutation(FIRST)), n, rng.uniform(0, 1.2)),
        "last_name": lambda: zipf(rng, list(rng.permutation(LAST)), n, rng.uniform(0, 1.2)),
        "company": lambda: zipf(rng, [_company(rng) for _ in range(150)], n, 1.0),
        "email": lambda: [
            f"{rng.choice(FIRST).lower()}.{rng.choice(LAST).lower()}{number(1000)}"
            f"@example.{rng.choice(['com', 'org', 'net'])}"
            for _ in range(n)
        ],
        "phone": lambda: [f"+1-{number(200, 999)}-{number(200, 999)}-{number(1000, 9999)}" for _ in range(n)],
        "price": lambda: [f"{x:.2f}" for x in rng.lognormal(3, 1, n)],
        "income": lambda: np.round(rng.pareto(2.0, n) * 20_000 + 15_000).astype(int),
        "age": lambda: np.clip(rng.normal(42, 15, n), 18, 95).astype(int),
        "rating": lambda: zipf(rng, ["5", "4", "3", "2", "1"], n, 1.0),
        "active": lambda: rng.choice(["true", "false"], n, p=[0.97, 0.03]),
        "answer": lambda: rng.choice(["yes", "no"], n, p=[0.8, 0.2]),
        "category": lambda: zipf(
            rng,
            [
                "Grocery",
                "Groceries delivery",
                "Hardware",
                "Software",
                "Books",
                "Boots",
                "Toys",
                "Tools",
                "Garden",
                "Sport",
                "Sports wear",
            ],
            n,
            1.3,
        ),
        "size": lambda: zipf(rng, ["M", "L", "S", "XL", "XS", "XXL"], n, 1.0),
        "country": lambda: zipf(
            rng,
            [
                "DE",
                "FR",
                "GB",
                "US",
                "NL",
                "BE",
                "ES",
                "IT",
                "PL",
                "SE",
                "DK",
                "NO",
                "FI",
                "AT",
                "CH",
                "PT",
                "IE",
                "CZ",
                "HU",
                "RO",
            ],
            n,
            1.2,
        ),
        "currency": lambda: zipf(rng, ["EUR", "USD", "GBP", "CHF", "SEK"], n, 2.0),
        "model_code": lambda: [
            f"{rng.choice(list('ABCDEF'))}{number(10, 99)}-{rng.choice(list('KLMNP'))}" for _ in range(n)
        ],
        "engine": lambda: zipf(
            rng,
            [
                "737-7BD",
                "737-7BX",
                "737-76N",
                "A320-232",
                "A321-211",
                "A319-114",
                "MD-88",
                "CL-600-2B19",
                "ERJ 190-100 IGW",
            ],
            n,
            0.7,
        ),
        "created": lambda: dates.strftime("%Y-%m-%d"),
        "created_at": lambda: dates.strftime("%Y-%m-%d %H:%M:%S"),
        "updated_at": lambda: dates.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "clock": lambda: dates.strftime("%H:%M"),
        "weekday": lambda: dates.strftime("%A"),
        "month_name": lambda: dates.strftime("%B"),
        "comment": lambda: [_sentence(rng) for _ in range(n)],
        "subject": lambda: [_sentence(rng, 2, 5) for _ in range(n)],
        "note": lambda: ["" if rng.random() < 0.6 else _sentence(rng, 2, 8) for _ in range(n)],
        "discount": lambda: [f"{x}%" for x in rng.choice([0, 5, 10, 15, 20, 25], n)],
        "weight": lambda: [f"{x:.1f} kg" for x in rng.gamma(2, 2, n)],
        "score": lambda: np.round(rng.beta(2, 5, n), 4),
        "delta": lambda: np.round(rng.normal(0, 3, n), 3),
        "heavy": lambda: np.round(rng.standard_t(2.5, n), 4),
        "clicks": lambda: rng.negative_binomial(1, 0.1, n),
        "stock": lambda: np.where(rng.random(n) < 0.5, 0, rng.integers(0, 5000, n)),
        "latitude": lambda: np.round(rng.uniform(-60, 70, n), 5),
        "longitude": lambda: np.round(rng.uniform(-170, 170, n), 5),
        "ip": lambda: [".".join(str(x) for x in number(1, 255, 4)) for _ in range(n)],
        "url": lambda: [f"https://www.example.com/{rng.choice(WORDS)}/{number(10_000)}" for _ in range(n)],
        "version": lambda: [f"{number(1, 4)}.{number(0, 20)}.{number(0, 9)}" for _ in range(n)],
        "street": lambda: [
            f"{number(1, 9000)} {rng.choice(LAST)} {rng.choice(['St', 'Ave', 'Blvd', 'Rd'])}"
            + (f" Apt {number(1, 40)}" if rng.random() < 0.1 else "")
            for _ in range(n)
        ],
        "year": lambda: rng.integers(1950, 2025, n),
        "optional_number": lambda: [x if rng.random() < 0.8 else "" for x in rng.integers(0, 100, n)],
        "optional_kind": lambda: [x if rng.random() < 0.9 else "" for x in rng.choice(["gold", "silver", "bronze"], n)],
        "language": lambda: zipf(rng, ["en", "de", "fr", "es", "it", "nl", "pt"], n, 1.5),
        "status": lambda: zipf(rng, ["open", "closed", "pending", "reopened", "spam"], n, 1.5),
        "name_of_pet": lambda: zipf(
            rng,
            [
                "Max",
                "Bella",
                "Luna",
                "Charlie",
                "Lucy",
                "Cooper",
                "Daisy",
                "Bailey",
                "Rocky",
                "Zoë",
                "Renée",
                "Jürgen",
                "Søren",
                "Noël",
            ],
            n,
            0.5,
        ),
    }


def _entities(rng: np.random.Generator, n: int) -> dict[str, object]:
    """Columns that belong to customers and products, with the exceptions that the world has."""
    customers = max(5, n // int(rng.integers(3, 40)))
    who = rng.integers(customers, size=n)
    homes = [(s, c) for s, names in CITIES.items() for c in names.split(",")]
    home = rng.integers(len(homes), size=customers)
    moved = rng.random(n) < 0.01
    lives = np.where(moved, rng.integers(len(homes), size=n), home[who])
    segment = rng.choice(["private", "business", "public"], customers, p=[0.7, 0.25, 0.05])
    channel = rng.choice(["web", "phone", "shop"], customers)
    often = rng.random(n) < rng.uniform(0.6, 0.95)
    products = int(rng.integers(10, 80))
    bought = rng.integers(products, size=n)
    first_price = np.round(rng.lognormal(3, 1, products), 2)
    raised = rng.random(n) < 0.4
    days = _dates(rng, n)
    shipped = days + pd.to_timedelta(rng.integers(0, 10 * 86_400, n), unit="s")
    quantity = rng.integers(1, 6, n)
    price = np.round(first_price[bought] * np.where(raised, 1.05, 1.0), 2)
    return {
        "customer": [f"C{w:05d}" for w in who],
        "home_state": [homes[i][0] for i in lives],
        "home_city": [homes[i][1] for i in lives],
        "segment": segment[who],
        "usual_channel": np.where(often, channel[who], rng.choice(["web", "phone", "shop"], n)),
        "product": [f"P{p:03d}" for p in bought],
        "product_price": price,
        "quantity": quantity,
        "total": np.round(price * quantity, 2),
        "ordered": days.strftime("%Y-%m-%d"),
        "shipped": shipped.strftime("%Y-%m-%d"),
    }


def clean_table(seed: int) -> pd.DataFrame:
    """A table with nothing wrong in it: 4 to 20 columns, 100 to 4,000 rows, independent or of customers and
    products.
    """
    rng = np.random.default_rng(seed)
    n = int(rng.choice([100, 300, 1000, 1000, 2500, 4000]))
    pool = _columns(rng, n)
    if rng.random() < 0.6:
        pool |= {name: partial(np.asarray, column) for name, column in _entities(rng, n).items()}
    names = rng.choice(sorted(pool), int(rng.integers(4, min(20, len(pool)))), replace=False)
    return text({name: pool[name]() for name in sorted(names, key=list(pool).index)})
