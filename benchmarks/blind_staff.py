"""A fourth table, written after the checks were last changed for the other three: a staff list with pay."""

from __future__ import annotations

import numpy as np
import pandas as pd
from blind_tables import FIRST, LAST, Blind, Planter, gaps, mojibake, skewed, slip

LANDS = (
    ("Germany", "EUR", "+49"),
    ("Austria", "EUR", "+43"),
    ("Poland", "PLN", "+48"),
    ("Sweden", "SEK", "+46"),
    ("Ireland", "EUR", "+353"),
)
CENTRES = {
    "4100": "Sales",
    "4200": "Marketing",
    "5100": "Production",
    "5200": "Logistics",
    "6100": "Research",
    "6200": "Quality",
    "7100": "Finance",
    "7300": "People",
    "7500": "Legal",
}
JOBS = (
    "Account manager",
    "Warehouse clerk",
    "Machine operator",
    "Controller",
    "Chemist",
    "Lab technician",
    "Recruiter",
    "Team lead",
    "Truck driver",
    "Buyer",
    "Legal counsel",
    "Data analyst",
    "Product owner",
    "Shift supervisor",
)


def staff(seed: int, n: int = 1800) -> Blind:
    """One row for each month and person: dates, codes, pay that adds up; 20 planted families."""
    rng = np.random.default_rng(seed)
    people = n // 6
    first, last = rng.choice(FIRST, people), rng.choice(LAST, people)
    land = rng.choice(len(LANDS), people, p=[0.5, 0.15, 0.15, 0.1, 0.1])
    centre = rng.choice(list(CENTRES), people)
    job = skewed(rng, list(JOBS), people, 0.5)
    hired = pd.Timestamp("2004-01-01") + pd.to_timedelta(rng.integers(0, 19 * 365, people), unit="D")
    gone = hired + pd.to_timedelta(rng.integers(200, 4000, people), unit="D")
    annual = np.round(rng.lognormal(10.9, 0.25, people), -1).astype(int)
    hours = rng.choice([38.5, 35.0, 30.0, 20.0], people, p=[0.7, 0.12, 0.1, 0.08])
    grade = [f"{chr(65 + int(g))}{int(s)}" for g, s in rng.integers([0, 1], [5, 6], (people, 2))]
    phone = [
        f"{LANDS[x][2]} {int(a)} {int(b)}"
        for x, a, b in zip(land, rng.integers(100, 999, people), rng.integers(100000, 999999, people), strict=True)
    ]
    account = [
        f"DE{int(a):02d}{int(b):018d}"
        for a, b in zip(rng.integers(10, 99, people), rng.integers(10**16, 9 * 10**17, people), strict=True)
    ]
    who = np.repeat(np.arange(people), 6)[:n]
    month = np.tile(np.arange(6), people)[:n]
    base = np.round(annual[who] / 12, 2)
    bonus = np.where(rng.random(n) < 0.3, np.round(rng.gamma(2, 150, n), 2), 0.0)
    over = np.where(rng.random(n) < 0.5, np.round(rng.gamma(2, 60, n), 2), 0.0)
    gross = np.round(base + bonus + over, 2)
    tax = np.round(gross * rng.uniform(0.18, 0.4, n), 2)
    clean = pd.DataFrame(
        {
            "slip": [f"P-{2025}{m + 1:02d}-{w:05d}" for m, w in zip(month, who, strict=True)],
            "staff_no": [f"{w * 13 + 3017:06d}" for w in who],
            "name": [f"{first[w]} {last[w]}" for w in who],
            "country": [LANDS[land[w]][0] for w in who],
            "currency": [LANDS[land[w]][1] for w in who],
            "phone": [phone[w] for w in who],
            "account": [account[w] for w in who],
            "hired": [f"{hired[w]:%Y-%m-%d}" for w in who],
            "left": [f"{gone[w]:%Y-%m-%d}" if w % 9 == 0 else "" for w in who],
            "cost_centre": centre[who],
            "department": [CENTRES[centre[w]] for w in who],
            "job": job[who],
            "grade": [grade[w] for w in who],
            "weekly_hours": [f"{hours[w]:.1f}" for w in who],
            "annual_pay": annual[who].astype(str),
            "base": [f"{v:.2f}" for v in base],
            "bonus": [f"{v:.2f}" for v in bonus],
            "overtime": [f"{v:.2f}" for v in over],
            "gross": [f"{v:.2f}" for v in gross],
            "tax": [f"{v:.2f}" for v in tax],
            "net": [f"{v:.2f}" for v in np.round(gross - tax, 2)],
            "works_council": gaps(rng, np.where(rng.random(n) < 0.2, "yes", "no"), 0.04),
            "paid_on": [f"2025-{m + 1:02d}-{28 if m == 1 else 30}" for m in month],
        }
    )
    p = Planter(clean, rng)
    words = {"Germany": "DE", "Austria": "AT", "Poland": "PL", "Sweden": "SE", "Ireland": "IE"}
    p.cells(
        "short names of countries",
        "country",
        0.03,
        lambda v, _i: words[v],
        ("category_spelling", "minority_format", "typo", "broken_dependency"),
    )
    p.cells(
        "dependency",
        "currency",
        0.02,
        lambda v, _i: str(rng.choice([c for c in ("EUR", "PLN", "SEK") if c != v])),
        ("broken_dependency", "sources_disagree"),
    )
    p.cells(
        "phones without blanks",
        "phone",
        0.04,
        lambda v, _i: v.replace(" ", ""),
        ("minority_format", "category_spelling", "broken_dependency"),
    )
    p.cells(
        "accounts in blocks",
        "account",
        0.04,
        lambda v, _i: " ".join(v[i : i + 4] for i in range(0, 22, 4)),
        ("minority_format", "category_spelling", "broken_dependency"),
    )
    p.cells("disguised date", "hired", 0.02, lambda _v, _i: "1970-01-01", ("sentinel", "disguised_missing"))
    p.cells(
        "month written out",
        "hired",
        0.03,
        lambda v, _i: f"{pd.Timestamp(v):%b %d, %Y}",
        ("date_formats", "minority_format"),
    )
    p.cells(
        "left before hired",
        "left",
        0.008,
        lambda _v, i: f"{pd.Timestamp(clean['hired'][i]) - pd.Timedelta(days=int(rng.integers(30, 900))):%Y-%m-%d}",
        ("broken_rule", "broken_dependency"),
        also=("hired",),
    )
    p.cells(
        "department against cost centre",
        "department",
        0.02,
        lambda v, _i: str(rng.choice([d for d in CENTRES.values() if d != v])),
        ("broken_dependency", "sources_disagree"),
    )
    p.cells("typos of a category", "job", 0.03, slip(rng), ("typo", "category_spelling", "broken_dependency"))
    p.cells("grade in small letters", "grade", 0.03, lambda v, _i: v.lower(), ("category_spelling", "minority_format"))
    p.cells(
        "decimal comma", "weekly_hours", 0.03, lambda v, _i: v.replace(".", ","), ("decimal_marks", "minority_format")
    )
    p.cells(
        "pay in thousands",
        "annual_pay",
        0.02,
        lambda v, _i: f"{int(v) / 1000:.2f}",
        ("mixed_units", "outlier", "broken_dependency"),
    )
    p.cells(
        "thousands marks",
        "annual_pay",
        0.03,
        lambda v, _i: f"{int(v):,}" if float(v) > 999 else v,
        ("decimal_marks", "minority_format"),
    )
    p.cells(
        "net does not fit",
        "net",
        0.015,
        lambda v, _i: f"{float(v) + float(rng.choice([-300, -100, 50, 90])):.2f}",
        ("broken_rule",),
        also=("gross", "tax"),
    )
    p.cells("damaged encoding", "name", 0.06, mojibake, ("damaged_encoding",))
    p.cells("leading zeros lost", "staff_no", 0.04, lambda v, _i: v.lstrip("0"), ("leading_zeros", "minority_format"))
    p.cells(
        "one answer in four ways",
        "works_council",
        0.04,
        lambda v, _i: v[0].upper() if rng.random() < 0.5 else v.capitalize(),
        ("category_spelling", "typo", "minority_format"),
    )
    p.cells("not known", "works_council", 0.03, lambda _v, _i: "n.a.", ("disguised_missing",))
    p.cells("missing", "department", 0.03, lambda _v, _i: "", ("missing",))
    p.frame["company"] = "ACME"
    p.fact("constant", ("company",), ("constant",), n)
    again = p.frame.iloc[rng.choice(n, n // 60, replace=False)].copy()
    again["net"] = (again["net"].astype(float) + 1).map("{:.2f}".format)
    p.extra(again)
    p.fact("conflicting duplicates", ("slip",), ("duplicate_id", "conflicting_duplicates"), len(again))
    return p.done(ids=("slip",), time="paid_on")
