"""Three generated tables with clean twins, written without reading the checks: hospital visits, a catalogue, a meter
log.

Every planted family knows its cells. The clean twins keep what real tables have and what is no error: optional fields,
skewed amounts, names that resemble one another, rare categories, legitimate zeros and negative numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

Rng = np.random.Generator


@dataclass(frozen=True)
class Family:
    """One planted problem: its column(s), the kinds of finding that name it, and the (dirty row, column) pairs it
    changed.
    """

    name: str
    columns: tuple[str, ...]
    kinds: tuple[str, ...]
    cells: frozenset[tuple[int, str]]
    rows: int


@dataclass(frozen=True)
class Blind:
    """A dirty table and its twin; `origin` is the twin's row behind each dirty row, -1 for a planted extra row."""

    dirty: pd.DataFrame
    clean: pd.DataFrame
    origin: np.ndarray
    families: tuple[Family, ...]
    roles: dict[str, object]

    def wrong(self) -> np.ndarray:
        """Which dirty cells differ from the twin (extra rows and columns count as no wrong cells)."""
        twin = self.clean.reindex(columns=self.dirty.columns)
        before = twin.iloc[np.maximum(self.origin, 0)].fillna("").to_numpy()
        out = self.dirty.fillna("").to_numpy() != before
        out[self.origin < 0] = False
        out[:, [i for i, c in enumerate(self.dirty.columns) if c not in self.clean.columns]] = False
        return np.asarray(out, dtype=bool)


@dataclass
class Planter:
    """Damages a copy of a clean table, family by family; a cell is damaged once."""

    clean: pd.DataFrame
    rng: Rng
    frame: pd.DataFrame = field(init=False)
    origin: np.ndarray = field(init=False)
    planted: list[tuple[str, tuple[str, ...], tuple[str, ...], list[tuple[int, str]], int]] = field(
        default_factory=list
    )
    touched: set[tuple[int, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.frame = self.clean.copy()
        self.origin = np.arange(len(self.clean))

    def cells(
        self,
        name: str,
        column: str,
        share: float,
        change: Callable[[str, int], str],
        kinds: tuple[str, ...],
        *,
        also: tuple[str, ...] = (),
        among: np.ndarray | None = None,
    ) -> None:
        """Change about `share` of a column's filled cells; cells that the change leaves alone are not counted."""
        values = self.frame[column].to_numpy(dtype=object)
        free = [i for i in range(len(values)) if values[i] and (i, column) not in self.touched]
        if among is not None:
            free = [i for i in free if among[i]]
        picked = self.rng.permutation(free)[: max(1, round(share * len(values)))]
        changed: list[tuple[int, str]] = []
        for i in picked:
            new = change(str(values[i]), int(i))
            if new != values[i]:
                values[i] = new
                changed.append((int(i), column))
        self.frame[column] = values
        self.touched.update(changed)
        self.planted.append((name, (column, *also), kinds, changed, len(changed)))

    def fact(self, name: str, columns: tuple[str, ...], kinds: tuple[str, ...], rows: int) -> None:
        """A family without cells of its own: a column, rows, a span of time."""
        self.planted.append((name, columns, kinds, [], rows))

    def drop(self, keep: np.ndarray) -> None:
        where = np.cumsum(keep) - 1
        self.planted = [
            (n, c, k, [(int(where[i]), col) for i, col in cells if keep[i]], r) for n, c, k, cells, r in self.planted
        ]
        self.frame = self.frame[keep].reset_index(drop=True)
        self.origin = self.origin[keep]

    def extra(self, rows: pd.DataFrame) -> None:
        self.frame = pd.concat([self.frame, rows], ignore_index=True)
        self.origin = np.concatenate([self.origin, np.full(len(rows), -1)])

    def done(self, **roles: object) -> Blind:
        families = tuple(
            Family(n, c, k, frozenset(cells), len({i for i, _ in cells}) if cells else r)
            for n, c, k, cells, r in self.planted
        )
        return Blind(as_text(self.frame), as_text(self.clean), self.origin, families, roles)


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    out = frame.astype(object)
    return out.apply(lambda c: c.map(lambda v: None if v is None or v == "" else str(v))).astype("str")


def skewed(rng: Rng, values: list[str], n: int, s: float = 0.9) -> np.ndarray:
    weight = 1 / np.arange(1, len(values) + 1) ** s
    return rng.choice(np.array(values, dtype=object), n, p=weight / weight.sum())


def gaps(rng: Rng, values: np.ndarray, share: float) -> np.ndarray:
    out = np.array(values, dtype=object)
    out[rng.random(len(out)) < share] = ""
    return out


def mojibake(value: str, _: int = 0) -> str:
    return value.encode("utf-8").decode("latin-1")


def slip(rng: Rng) -> Callable[[str, int], str]:
    """One keyboard slip: a letter left out, doubled, swapped with its neighbour, or replaced."""

    def change(value: str, _: int) -> str:
        at = [i for i, c in enumerate(value[:-1]) if c.isalpha() and value[i + 1].isalpha() and i]
        if not at:
            return value
        i = int(rng.choice(at))
        how = int(rng.integers(4))
        if how == 0:
            return value[:i] + value[i + 1 :]
        if how == 1:
            return value[:i] + value[i] + value[i:]
        if how == 2:
            return value[:i] + value[i + 1] + value[i] + value[i + 2 :]
        return value[:i] + str(rng.choice(list("etaoinsr"))) + value[i + 1 :]

    return change


def number(rng: Rng, n: int, low: float, high: float, digits: int = 2) -> np.ndarray:
    return np.array([f"{v:.{digits}f}" for v in rng.uniform(low, high, n)], dtype=object)


FIRST = [
    "Anna",
    "Björn",
    "Chloé",
    "David",
    "Emre",
    "Fatima",
    "Günther",
    "Hana",
    "Ivan",
    "José",
    "Karin",
    "Łukasz",
    "Maria",
    "Nora",
    "Olaf",
    "Paula",
    "Quentin",
    "Rosa",
    "Sören",
    "Tomás",
    "Ursula",
    "Viktor",
    "Wanda",
    "Xavier",
    "Yusuf",
    "Zoë",
    "Ingrid",
    "Martin",
    "Martina",
    "Jan",
    "Jana",
    "Peter",
    "Petra",
    "Renée",
]
LAST = [
    "Müller",
    "Martin",
    "Martins",
    "Garcia",
    "García",
    "Novák",
    "Kowalski",
    "Kowalska",
    "Silva",
    "Schröder",
    "Özdemir",
    "Nguyen",
    "Smith",
    "Smyth",
    "Jones",
    "Rossi",
    "Dubois",
    "Lefèvre",
    "Andersen",
    "Anderson",
    "Jansen",
    "Janssen",
    "Hansen",
    "Weiß",
    "Fischer",
    "Weber",
    "Petrov",
    "Petrova",
    "Yılmaz",
    "Brown",
]
CARE = {
    "Cardiology": [
        ("I21.4", "Non-ST elevation myocardial infarction"),
        ("I48.0", "Paroxysmal atrial fibrillation"),
        ("I50.1", "Left ventricular failure"),
        ("I10", "Essential hypertension"),
    ],
    "Neurology": [
        ("G40.2", "Focal epilepsy with complex partial seizures"),
        ("G43.1", "Migraine with aura"),
        ("I63.9", "Cerebral infarction, unspecified"),
        ("G20", "Parkinson disease"),
    ],
    "Orthopaedics": [
        ("S72.0", "Fracture of neck of femur"),
        ("M16.1", "Primary coxarthrosis, unilateral"),
        ("M17.1", "Primary gonarthrosis, unilateral"),
        ("S52.5", "Fracture of lower end of radius"),
    ],
    "Paediatrics": [
        ("J20.9", "Acute bronchitis, unspecified"),
        ("A09.0", "Infectious gastroenteritis"),
        ("J45.0", "Predominantly allergic asthma"),
        ("H66.9", "Otitis media, unspecified"),
    ],
    "General surgery": [
        ("K35.8", "Acute appendicitis"),
        ("K80.2", "Calculus of gallbladder"),
        ("K40.9", "Inguinal hernia"),
        ("K57.3", "Diverticular disease of large intestine"),
    ],
    "Internal medicine": [
        ("E11.9", "Type 2 diabetes mellitus"),
        ("J18.9", "Pneumonia, unspecified"),
        ("N39.0", "Urinary tract infection"),
        ("D50.9", "Iron deficiency anaemia"),
    ],
}
TOWNS = (
    ("10115", "Berlin"),
    ("20095", "Hamburg"),
    ("80331", "München"),
    ("50667", "Köln"),
    ("01067", "Dresden"),
    ("04109", "Leipzig"),
    ("70173", "Stuttgart"),
    ("90402", "Nürnberg"),
    ("28195", "Bremen"),
    ("30159", "Hannover"),
    ("44135", "Dortmund"),
    ("45127", "Essen"),
    ("06108", "Halle"),
    ("99084", "Erfurt"),
    ("18055", "Rostock"),
)
NOTES = (
    "Patient discharged in stable condition",
    "Follow-up with family doctor in two weeks",
    "Wound check on day five",
    "Medication changed, see letter",
    "No complications during the stay",
    "Physiotherapy recommended",
    "Blood pressure well controlled",
    "Continue current medication",
    "Diet advice given",
    "Transferred to rehabilitation",
    "Laboratory values improving",
    "Patient informed about risks",
    "Imaging without new findings",
)


def visits(seed: int, n: int = 2400) -> Blind:
    """Hospital visits: patients, codes, doctors, dates, a bill; 17 planted families."""
    rng = np.random.default_rng(seed)
    people = n // 3
    born = pd.Timestamp("1930-01-01") + pd.to_timedelta(rng.integers(0, 90 * 365, people), unit="D")
    who = np.minimum((rng.pareto(1.4, n) * people / 6).astype(int), people - 1)
    who = np.where(rng.random(n) < 0.6, rng.integers(0, people, n), who)
    last, first, town = (rng.choice(LAST, people), rng.choice(FIRST, people), rng.integers(0, len(TOWNS), people))
    sex = rng.choice(["f", "m"], people)
    doctors = [f"Dr. {rng.choice(LAST)}, {rng.choice(FIRST)[0]}." for _ in range(60)]
    doctors = list(dict.fromkeys(doctors))
    wards = list(CARE)
    belongs = {d: wards[int(rng.integers(len(wards)))] for d in doctors}
    doctor = skewed(rng, doctors, n, 0.6)
    code = [CARE[belongs[d]][int(rng.integers(4))] for d in doctor]
    admitted = np.sort(rng.integers(0, 730 * 24 * 60, n))
    start = pd.Timestamp("2023-01-01") + pd.to_timedelta(admitted, unit="min")
    stay = np.maximum(90, (rng.lognormal(1.2, 0.8, n) * 1440)).astype(int)
    end = start + pd.to_timedelta(stay, unit="min")
    age = ((start - born[who]).days / 365.2425).astype(int)
    keep = np.asarray(age >= 0)
    height = np.where(sex[who] == "m", rng.normal(177, 7, n), rng.normal(165, 6, n)).round().astype(int)
    weight = (height / 100) ** 2 * rng.normal(25.5, 3.4, n)
    room, drugs, other = stay / 1440 * 312.5, rng.lognormal(4.8, 0.9, n), rng.gamma(2, 60, n)
    cents = [np.round(x, 2) for x in (room, drugs, other)]
    systolic = rng.normal(128, 15, n).round().astype(int)
    clean = pd.DataFrame(
        {
            "visit_id": [f"V{d:%y%m}-{i + 1000:05d}" for i, d in enumerate(start)],
            "patient_no": [f"{i * 37 + 12043:07d}" for i in who],
            "patient_name": [f"{last[i]}, {first[i]}" for i in who],
            "birth_date": [f"{born[i]:%Y-%m-%d}" for i in who],
            "sex": sex[who],
            "age": age.astype(str),
            "postcode": [TOWNS[town[i]][0] for i in who],
            "city": [TOWNS[town[i]][1] for i in who],
            "doctor": doctor,
            "department": [belongs[d] for d in doctor],
            "icd10": [c for c, _ in code],
            "diagnosis": [t for _, t in code],
            "admitted": [f"{d:%Y-%m-%d %H:%M}" for d in start],
            "discharged": [f"{d:%Y-%m-%d %H:%M}" for d in end],
            "height_cm": height.astype(str),
            "weight_kg": gaps(rng, np.array([f"{w:.1f}" for w in weight]), 0.08),
            "temperature": [f"{t:.1f}" for t in rng.gamma(6, 0.22, n) + 35.6],
            "systolic": systolic.astype(str),
            "diastolic": (systolic - rng.normal(46, 8, n).round().clip(15)).astype(int).astype(str),
            "insurance": skewed(rng, ["statutory", "private", "self-paying", "accident"], n, 1.4),
            "room_fee": [f"{v:.2f}" for v in cents[0]],
            "drug_fee": [f"{v:.2f}" for v in cents[1]],
            "other_fee": [f"{v:.2f}" for v in cents[2]],
            "total": [f"{v:.2f}" for v in sum(cents)],
            "discharge_note": [
                ". ".join(rng.choice(NOTES, int(rng.integers(1, 5)), replace=False)) + "." for _ in range(n)
            ],
            "readmitted": np.where(rng.random(n) < 0.09 + 0.12 * (age > 70), "yes", "no"),
        }
    )[keep].reset_index(drop=True)
    n = len(clean)
    p = Planter(clean, rng)
    p.cells("disguised number", "weight_kg", 0.03, lambda _v, _i: "999", ("disguised_missing", "sentinel"))
    p.cells(
        "disguised text",
        "insurance",
        0.02,
        lambda _v, _i: str(rng.choice(["N/A", "-", "unknown"])),
        ("disguised_missing",),
    )
    p.cells("disguised date", "birth_date", 0.025, lambda _v, _i: "1900-01-01", ("disguised_missing", "sentinel"))
    p.cells(
        "code without dot",
        "icd10",
        0.03,
        lambda v, _i: v.replace(".", ""),
        ("minority_format", "typo", "category_spelling", "broken_dependency"),
    )
    p.cells(
        "code in small letters",
        "icd10",
        0.015,
        lambda v, _i: v.lower(),
        ("minority_format", "typo", "category_spelling"),
    )
    p.cells("typos of a category", "diagnosis", 0.03, slip(rng), ("typo", "category_spelling", "broken_dependency"))
    p.cells("typos of a name", "doctor", 0.02, slip(rng), ("typo", "category_spelling"))
    p.cells(
        "dependency",
        "department",
        0.02,
        lambda v, _i: str(rng.choice([w for w in wards if w != v])),
        ("broken_dependency", "sources_disagree"),
    )
    p.cells("missing", "department", 0.05, lambda _v, _i: "", ("missing",))
    p.cells(
        "ends before it begins",
        "discharged",
        0.015,
        lambda _v, i: f"{start[keep][i] - pd.Timedelta(minutes=int(rng.integers(600, 9000))):%Y-%m-%d %H:%M}",
        ("broken_rule",),
        also=("admitted",),
    )
    p.cells(
        "age against birth date",
        "age",
        0.02,
        lambda v, _i: str(int(v) + int(rng.choice([-20, -10, 7, 10, 15]))) if int(v) > 25 else v,
        ("broken_rule",),
        also=("birth_date",),
    )
    p.cells(
        "impossible age",
        "age",
        0.004,
        lambda _v, _i: str(rng.choice(["-1", "151", "207"])),
        ("impossible_value", "outlier", "broken_rule", "sentinel"),
    )
    p.cells(
        "mixed date formats",
        "admitted",
        0.05,
        lambda v, _i: f"{v[8:10]}.{v[5:7]}.{v[:4]} {v[11:]}",
        ("date_formats", "minority_format"),
    )
    p.cells(
        "Fahrenheit",
        "temperature",
        0.03,
        lambda v, _i: f"{float(v) * 1.8 + 32:.1f}",
        ("mixed_units", "outlier", "impossible_value"),
    )
    p.cells(
        "metres",
        "height_cm",
        0.02,
        lambda v, _i: f"{int(v) / 100:.2f}",
        ("mixed_units", "outlier", "impossible_value", "minority_format"),
    )
    p.cells("damaged encoding", "patient_name", 0.06, mojibake, ("damaged_encoding",))
    p.cells("leading zeros lost", "patient_no", 0.05, lambda v, _i: v.lstrip("0"), ("leading_zeros", "minority_format"))
    p.cells(
        "sum broken",
        "total",
        0.015,
        lambda v, _i: f"{float(v) + float(rng.choice([-200, -90, 50, 100, 300])):.2f}",
        ("broken_rule",),
        also=("room_fee", "drug_fee", "other_fee"),
    )
    private = [
        " Contact daughter anna.{}@example.org.",
        " Call back +49 170 {}55512 tonight.",
        " Account DE89370400440532013000 {}.",
    ]
    p.cells(
        "personal data in a note",
        "discharge_note",
        0.02,
        lambda v, _i: v + str(rng.choice(private)).format(int(rng.integers(100, 999))),
        ("personal",),
    )
    p.fact("leak", ("readmit_code",), ("leak",), n)
    p.frame["readmit_code"] = np.where(p.frame["readmitted"] == "yes", "R1", "R0")
    again = p.frame.iloc[rng.choice(n, n // 100, replace=False)].copy()
    p.extra(again)
    p.fact("exact duplicates", (), ("exact_duplicates", "duplicate_id"), len(again))
    other_rows = p.frame.iloc[rng.choice(n, n // 80, replace=False)].copy()
    other_rows["systolic"] = (other_rows["systolic"].astype(int) + 11).astype(str)
    p.extra(other_rows)
    p.fact(
        "conflicting duplicates",
        ("visit_id",),
        ("conflicting_duplicates", "duplicate_id", "near_duplicates"),
        len(other_rows),
    )
    return p.done(label="readmitted", text=("discharge_note",), time="admitted", ids=("visit_id",))


BRANDS = (
    "Nordlys",
    "Kessler",
    "Tanaka Audio",
    "Brévent",
    "Oakfield",
    "Pellegrini",
    "Stahlwerk",
    "Lumen & Co",
    "Arkadia",
    "Vireo",
    "Zephyr",
    "Högberg",
    "Casa Blanca",
    "Quill",
    "Minty",
    "Monty",
    "Tres Ríos",
    "Hanover",
    "Ironbark",
    "Saffron",
)
TREE = {
    "Electronics": {"Audio": ["Headphones", "Speakers", "Amplifiers"], "Computing": ["Keyboards", "Monitors", "Docks"]},
    "Home": {"Kitchen": ["Kettles", "Toasters", "Cookware"], "Lighting": ["Floor lamps", "Desk lamps"]},
    "Outdoor": {"Camping": ["Tents", "Sleeping bags", "Stoves"], "Cycling": ["Helmets", "Lights", "Locks"]},
    "Toys": {"Games": ["Board games", "Puzzles"], "Building": ["Bricks", "Model kits"]},
}
SHOPS = (("shop_de", "EUR", 1.0), ("shop_fr", "EUR", 1.02), ("shop_uk", "GBP", 0.86), ("shop_us", "USD", 1.1))
COLOURS = ["black", "white", "anthracite", "navy", "olive", "terracotta", "sage", "silver", "red", "turquoise"]
PRAISE = (
    "A solid companion for every day",
    "Made from recycled material",
    "The crème de la crème of its class",
    "Comes with a two-year guarantee",
    "Light, quiet and easy to clean",
    "Rated best in test – twice",
    "Für drinnen & draußen",
    "Folds flat for travel",
    "Works with any standard socket",
    "Assembly takes ten minutes",
    "Suits small flats",
    "Spare parts are available for ten years",
    "Its café-style finish hides scratches",
    "Tested to −20 °C",
)
FRENCH = "Un produit simple et robuste pour toute la famille, livré avec sa notice et une garantie de deux ans."


def gtin(rng: Rng) -> str:
    body = "".join(map(str, [0, *rng.integers(0, 10, 11)] if rng.random() < 0.25 else rng.integers(1, 10, 12)))
    check = (10 - sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body)) % 10) % 10
    return body + str(check)


def catalogue(seed: int, n: int = 3000) -> Blind:
    """Products told by four shops: codes, prices, weights, a category tree, descriptions; 19 planted families."""
    rng = np.random.default_rng(seed)
    products = n // 3
    leaves = [(a, b, c) for a, sub in TREE.items() for b, cs in sub.items() for c in cs]
    leaf = [leaves[int(i)] for i in rng.integers(0, len(leaves), products)]
    brand = skewed(rng, list(BRANDS), products, 0.5)
    codes = [gtin(rng) for _ in range(products)]
    model = [
        f"{chr(65 + int(a))}{chr(65 + int(b))}{int(c)}"
        for a, b, c in rng.integers([0, 0, 100], [26, 26, 999], (products, 3))
    ]
    price = np.round(rng.lognormal(3.6, 0.9, products), 2) + 1
    grams = np.round(rng.lognormal(6.3, 1.0, products)).astype(int) + 20
    year = rng.integers(2009, 2026, products)
    colour = skewed(rng, COLOURS, products, 0.7)
    what = rng.integers(0, products, n)
    shop = rng.integers(0, len(SHOPS), n)
    seen = pd.Timestamp("2025-03-01") + pd.to_timedelta(np.sort(rng.integers(0, 240, n)), unit="D")
    clean = pd.DataFrame(
        {
            "offer": [f"{SHOPS[s][0][-2:].upper()}{i:06d}" for i, s in enumerate(shop)],
            "source": [SHOPS[s][0] for s in shop],
            "gtin": [codes[i] for i in what],
            "sku": [f"{brand[i][:3].upper()}-{model[i]}" for i in what],
            "brand": brand[what],
            "title": [f"{brand[i]} {leaf[i][2].removesuffix('s')} {model[i]}" for i in what],
            "department": [leaf[i][0] for i in what],
            "group": [leaf[i][1] for i in what],
            "category": [leaf[i][2] for i in what],
            "colour": gaps(rng, colour[what], 0.03),
            "price": [f"{price[i] * SHOPS[s][2]:.2f}" for i, s in zip(what, shop, strict=True)],
            "currency": [SHOPS[s][1] for s in shop],
            "weight": [f"{grams[i] / 1000:.2f} kg" for i in what],
            "released": [str(year[i]) for i in what],
            "rating": [f"{min(5.0, max(1.0, r)):.1f}" for r in rng.normal(4.1, 0.6, n)],
            "reviews": rng.negative_binomial(0.6, 0.01, n).astype(str),
            "in_stock": rng.choice(["true", "false"], n, p=[0.85, 0.15]),
            "checked": [f"{d:%d/%m/%Y}" for d in seen],
            "description": [
                ". ".join(rng.choice(PRAISE, int(rng.integers(2, 9)), replace=False)) + "." for _ in range(n)
            ],
        }
    )
    p = Planter(clean, rng)
    p.cells(
        "sources disagree",
        "category",
        0.03,
        lambda v, _i: str(rng.choice([c for *_, c in leaves if c != v])),
        ("broken_dependency", "sources_disagree"),
    )
    p.cells(
        "tree broken",
        "department",
        0.02,
        lambda v, _i: str(rng.choice([d for d in TREE if d != v])),
        ("broken_dependency", "sources_disagree"),
    )
    p.cells("case of a brand", "brand", 0.04, lambda v, _i: v.upper(), ("category_spelling", "minority_format", "typo"))
    p.cells(
        "suffix of a brand",
        "brand",
        0.02,
        lambda v, _i: v + " Ltd.",
        ("category_spelling", "minority_format", "broken_dependency"),
    )
    p.cells("decimal comma", "price", 0.04, lambda v, _i: v.replace(".", ","), ("decimal_marks", "minority_format"))
    p.cells(
        "currency in the price", "price", 0.03, lambda v, _i: f"€{v}", ("minority_format", "mixed_units", "mixed_types")
    )
    p.cells("grams", "weight", 0.06, lambda v, _i: f"{float(v[:-3]) * 1000:.0f} g", ("mixed_units", "minority_format"))
    p.cells("spreadsheet mangling", "gtin", 0.02, lambda v, _i: f"{float(v):.5E}", ("spreadsheet_mangling",))
    p.cells(
        "leading zeros lost",
        "gtin",
        0.03,
        lambda v, _i: v.lstrip("0"),
        ("leading_zeros", "minority_format"),
        among=clean["gtin"].str.startswith("0").to_numpy(),
    )
    p.cells("damaged encoding", "description", 0.05, mojibake, ("damaged_encoding",))
    p.cells(
        "escape marks",
        "title",
        0.02,
        lambda v, _i: v.replace("&", "&amp;").replace(" ", "&nbsp;", 1),
        ("escape_marks", "damaged_encoding"),
    )
    p.cells("unknown year", "released", 0.03, lambda _v, _i: "0", ("disguised_missing", "sentinel", "impossible_value"))
    p.cells(
        "scale of ten",
        "rating",
        0.02,
        lambda v, _i: f"{float(v) * 10:.0f}",
        ("mixed_units", "outlier", "impossible_value", "minority_format"),
    )
    p.cells("blanks", "sku", 0.03, lambda v, _i: str(rng.choice([f" {v}", f"{v} ", f"{v}\t"])), ("whitespace",))
    p.cells("typos of a category", "colour", 0.03, slip(rng), ("typo", "category_spelling"))
    p.cells(
        "dates in another order",
        "checked",
        0.04,
        lambda v, _i: f"{v[3:5]}/{v[:2]}/{v[6:]}",
        ("date_order", "date_formats", "minority_format"),
    )
    p.cells(
        "words for nothing",
        "description",
        0.015,
        lambda _v, _i: str(rng.choice(["empty", "no description", "tbd", "..."])),
        ("disguised_missing", "text_edge"),
    )
    p.cells("another language", "description", 0.01, lambda _v, _i: FRENCH, ("text_edge",))
    long = (clean["description"].str.len() > 160).to_numpy()
    p.cells("cut off at 160 characters", "description", 0.1, lambda v, _i: v[:160], ("text_edge",), among=long)
    p.cells("one giant text", "description", 0.0001, lambda v, _i: (v + " ") * 400, ("text_edge",))
    p.cells(
        "glued fields",
        "colour",
        0.02,
        lambda v, i: f"{v}/{p.frame['category'][i]}",
        ("glued_fields", "minority_format", "category_spelling"),
    )
    p.frame["channel"] = "web"
    p.fact("constant", ("channel",), ("constant",), n)
    copies = p.frame.iloc[rng.choice(n, n // 60, replace=False)].copy()
    copies["offer"] = [f"XX{i:06d}" for i in range(len(copies))]
    p.extra(copies)
    p.fact("near duplicates", (), ("near_duplicates", "exact_duplicates"), len(copies))
    return p.done(text=("description",), time="checked", ids=("offer",))


STATES = ["ok", "ok-estimated", "maintenance", "offline-recovered"]


def meters(seed: int, n: int = 6000) -> Blind:
    """Readings of 30 meters every two hours with gateways, local and universal time; 18 planted families."""
    rng = np.random.default_rng(seed)
    count = 30
    steps = n // count
    names = [f"MTR-{100 + 7 * i:04d}" for i in range(count)]
    sites = ["Harbour", "Old Mill", "Hilltop", "Station Road", "Foundry"]
    site = [sites[i % 5] for i in range(count)]
    gate = {"Harbour": "GW-A", "Old Mill": "GW-A", "Hilltop": "GW-B", "Station Road": "GW-B", "Foundry": "GW-C"}
    firmware = [str(rng.choice(["2.4.1", "2.4.3", "3.0.0"])) for _ in range(count)]
    begin = pd.Timestamp("2026-01-05 00:00", tz="UTC")
    step = np.repeat(np.arange(steps), count)
    meter = np.tile(np.arange(count), steps)
    jitter = rng.integers(0, 50, n)
    utc = begin + pd.to_timedelta(step * 120, unit="min") + pd.to_timedelta(jitter, unit="s")
    local = utc.tz_convert("Europe/Berlin")
    scale = rng.lognormal(1.0, 0.5, count)
    hour = np.asarray(utc.hour)
    kw = scale[meter] * (1.2 + np.sin((hour - 6) / 24 * 2 * np.pi)) * rng.lognormal(0, 0.15, n)
    kw[rng.random(n) < 0.02] = 0.0
    low, high = kw * rng.uniform(0.5, 0.95, n), kw * rng.uniform(1.05, 1.6, n)
    energy = np.zeros(n)
    before = np.zeros(n)
    total = rng.uniform(1000, 90000, count)
    for i in range(n):
        before[i] = round(total[meter[i]], 3)
        energy[i] = round(kw[i] * 2, 3)
        total[meter[i]] = before[i] + energy[i]
    clean = pd.DataFrame(
        {
            "reading": [str(7_400_000 + i) for i in range(n)],
            "meter": [names[m] for m in meter],
            "site": [site[m] for m in meter],
            "gateway": [gate[site[m]] for m in meter],
            "firmware": [firmware[m] for m in meter],
            "utc": [f"{t:%Y-%m-%dT%H:%M:%SZ}" for t in utc],
            "local_time": [f"{t:%Y-%m-%d %H:%M:%S}{t:%z}" for t in local],
            "power_min_kw": [f"{v:.3f}" for v in low],
            "power_kw": [f"{v:.3f}" for v in kw],
            "power_max_kw": [f"{v:.3f}" for v in high],
            "counter_start": [f"{v:.3f}" for v in before],
            "energy_kwh": [f"{v:.3f}" for v in energy],
            "counter_end": [f"{a + b:.3f}" for a, b in zip(before, energy, strict=True)],
            "voltage": [f"{v:.1f}" for v in rng.normal(230.4, 1.8, n)],
            "outdoor_c": [
                f"{v:.1f}"
                for v in -2
                + 5 * np.sin((hour - 9) / 24 * 2 * np.pi)
                + np.cumsum(rng.normal(0, 0.05, steps))[step]
                + rng.normal(0, 0.4, n)
            ],
            "state": skewed(rng, STATES, n, 2.2),
            "tariff": np.where((hour >= 6) & (hour < 20), "day", "night"),
            "signal_dbm": rng.normal(-71, 6, n).round().astype(int).astype(str),
        }
    )
    p = Planter(clean, rng)
    at_c = (clean["gateway"] == "GW-C").to_numpy() & (step > steps // 2)
    p.cells(
        "watts from one day on",
        "power_kw",
        1.0,
        lambda v, _i: f"{float(v) * 1000:.0f}",
        ("mixed_units", "outlier", "broken_rule"),
        among=at_c,
        also=("power_min_kw", "power_max_kw"),
    )
    p.cells("sentinel", "outdoor_c", 0.02, lambda _v, _i: "-9999", ("sentinel", "disguised_missing"))
    p.cells(
        "words among numbers",
        "voltage",
        0.015,
        lambda _v, _i: str(rng.choice(["ERR", "overflow", "nan"])),
        ("mixed_types", "disguised_missing"),
    )
    stuck = (meter == 4) & (step > steps // 3)
    value = clean["voltage"][4]
    p.cells("sensor stuck", "voltage", 1.0, lambda _v, _i: value, ("stuck", "outlier"), among=stuck)
    p.cells(
        "decimal comma", "energy_kwh", 0.02, lambda v, _i: v.replace(".", ","), ("decimal_marks", "minority_format")
    )
    p.cells(
        "time without zone", "local_time", 0.05, lambda v, _i: v[:-5], ("time_zones", "date_formats", "minority_format")
    )
    p.cells(
        "another time format",
        "utc",
        0.03,
        lambda v, _i: f"{v[5:7]}/{v[8:10]}/{v[:4]} {v[11:16]}",
        ("date_formats", "minority_format", "date_order"),
    )
    p.cells(
        "order of low and high",
        "power_min_kw",
        0.015,
        lambda _v, i: f"{float(clean['power_max_kw'][i]) + 0.5:.3f}",
        ("broken_rule",),
        also=("power_kw", "power_max_kw"),
    )
    p.cells(
        "sum broken",
        "counter_end",
        0.012,
        lambda v, _i: f"{float(v) + float(rng.choice([-50, 10, 25, 100])):.3f}",
        ("broken_rule",),
        also=("counter_start", "energy_kwh"),
    )
    p.cells("case of an id", "meter", 0.02, lambda v, _i: v.lower(), ("minority_format", "category_spelling", "typo"))
    p.cells(
        "shape of an id",
        "meter",
        0.02,
        lambda v, _i: v.replace("-0", "-"),
        ("minority_format", "leading_zeros", "typo", "category_spelling"),
    )
    p.cells(
        "dependency",
        "gateway",
        0.015,
        lambda v, _i: str(rng.choice([g for g in ("GW-A", "GW-B", "GW-C") if g != v])),
        ("broken_dependency", "sources_disagree"),
    )
    p.cells("typos of a category", "state", 0.01, slip(rng), ("typo", "category_spelling"))
    p.cells("missing", "signal_dbm", 0.07, lambda _v, _i: "", ("missing",))
    p.cells(
        "spikes",
        "voltage",
        0.004,
        lambda _v, _i: str(rng.choice(["2304.0", "0.2", "999.9"])),
        ("outlier", "impossible_value", "sentinel"),
    )
    shifted = rng.choice(n, n // 100, replace=False)
    tail = list(clean.columns[-4:])
    was = p.frame.loc[shifted, tail].to_numpy(dtype=object)
    now = np.concatenate([np.full((len(shifted), 1), ""), was[:, :-1]], axis=1)
    p.frame.loc[shifted, tail] = now
    moved = [(int(r), c) for k, r in enumerate(shifted) for j, c in enumerate(tail) if was[k, j] != now[k, j]]
    p.planted.append(("fields shifted", tuple(tail), ("shifted_fields",), moved, len(shifted)))
    p.frame["unit"] = "kW"
    p.fact("constant", ("unit",), ("constant",), n)
    day = pd.Series(utc).dt.day.to_numpy()
    lost = (day >= 13) & (day <= 15)
    again = p.frame.iloc[np.flatnonzero(~lost)[rng.choice(int((~lost).sum()), n // 100, replace=False)]].copy()
    p.drop(~lost)
    p.fact("days lost", ("utc",), ("time_gap",), 3)
    p.extra(again)
    p.fact("exact duplicates", (), ("exact_duplicates", "duplicate_id"), len(again))
    p.fact("old", ("utc",), ("stale",), n)
    p.planted = [one for one in p.planted if one[4]]
    return p.done(time="utc", ids=("reading",), as_of=pd.Timestamp("2026-11-24").date())


BLIND: dict[str, Callable[[int], Blind]] = {"visits": visits, "catalogue": catalogue, "meters": meters}
