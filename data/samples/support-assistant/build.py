"""Build the support-assistant sample: `python data/samples/support-assistant/build.py OUT`.

Everything is invented and seeded: customers write in four languages, two versions of an assistant answer, two people
grade the candidate's answers. What is wrong on purpose is written to truth.json, so that it can be compared with what
an assessment finds.
"""

from __future__ import annotations

import argparse
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

SEED = 72
MESSAGES = 1320
REPEATED = 14  # the last rows of the export, delivered twice
CURATED = 220
GRADED = 480
GRADED_TWICE = 96
FIRST_DAY = pd.Timestamp("2026-09-21")
DAYS = 35
LONG = 420  # characters from which a question is long

# A grade comes from a hidden normal quality: P(1) = 3 %, P(2) = 5 %, P(3) = 9 %, P(4) = 33 %, P(5) = 50 %.
CUTS = norm.ppf([0.03, 0.08, 0.17, 0.50])
CUSTOMER_SD = 0.5  # what all answers to one customer have in common (intraclass correlation 0.25)
GERMAN_REFUND_SHIFT = -1.2
LONG_SHIFT = -0.9
INCUMBENT_SHIFT = -0.6
GRADERS = ("grader-1", "grader-2")
GRADER_SD = 0.15

LANGUAGES = {"en": 0.42, "de": 0.31, "fr": 0.15, "es": 0.12}
TOPICS = ("refund", "delivery", "billing", "account", "product", "warranty")
TOPIC_SHARES = (0.34, 0.21, 0.13, 0.11, 0.11, 0.10)
CHANNELS = {"web form": 0.46, "email": 0.33, "chat": 0.21}
DEVICES = {"Android": 0.38, "iOS": 0.30, "Windows": 0.23, "Mac": 0.09}
CITIES = {
    "en": {"Dublin": "Ireland", "Cork": "Ireland", "Valletta": "Malta"},
    "de": {"München": "Germany", "Köln": "Germany", "Hamburg": "Germany", "Wien": "Austria"},
    "fr": {"Lyon": "France", "Besançon": "France", "Liège": "Belgium"},
    "es": {"Málaga": "Spain", "Bilbao": "Spain", "Córdoba": "Spain"},
}
TYPOS = {
    "Headset": "Haedset",
    "Coffee machine": "Cofee machine",
    "Robot vacuum": "Robot vaccum",
    "Smart watch": "Smart wacth",
    "Keyboard": "Keybaord",
    "Desk lamp": "Desk lmap",
}
NAMES = [
    "meyer",
    "dubois",
    "garcia",
    "murphy",
    "keller",
    "moreno",
    "byrne",
    "laurent",
    "vogel",
    "navarro",
    "walsh",
    "roux",
]
HOUR_WEIGHTS = np.array([1, 1, 1, 1, 1, 2, 4, 6, 9, 11, 11, 10, 8, 8, 9, 9, 8, 8, 9, 10, 9, 7, 4, 2], dtype=float)
PHRASES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Customer:
    """Who writes: everything that stays the same over one customer's messages."""

    customer_id: str
    customer_email: str
    language: str
    city: str
    country: str
    quality: float


def _pick(rng: np.random.Generator, shares: dict[str, float]) -> str:
    weights = np.array(list(shares.values()))
    return list(shares)[rng.choice(len(weights), p=weights / weights.sum())]


def _one(rng: np.random.Generator, of: list[str]) -> str:
    return of[rng.integers(len(of))]


def _customer(rng: np.random.Generator, number: int, language: str) -> Customer:
    city, country = list(CITIES[language].items())[rng.integers(len(CITIES[language]))]
    address = f"{_one(rng, list('abcdefghjklmnprstvw'))}.{_one(rng, NAMES)}{rng.integers(10, 99)}@example.org"
    return Customer(f"C{number:04d}", address, language, city, country, rng.normal(0, CUSTOMER_SD))


def _slots(
    rng: np.random.Generator,
    customer: Customer,
    product: str,
    order_no: str,
    ordered: pd.Timestamp,
    asked: pd.Timestamp,
) -> dict[str, str]:
    written = {"en": "{0.day} {0:%B}", "de": "{0:%d.%m.%Y}"}.get(customer.language, "{0:%d/%m/%Y}")
    arrived = asked.normalize() - (asked.normalize() - ordered) / 3
    return {
        "product": PHRASES[customer.language]["products"][product],
        "order": order_no,
        "other_order": f"{rng.integers(100000, 999999)}",
        "amount": f"{rng.uniform(9, 290):.2f}",
        "days": f"{rng.integers(3, 29)}",
        "date": written.format(ordered),
        "arrived": written.format(arrived),
        "city": customer.city,
    }


def _question(
    rng: np.random.Generator, language: str, topic: str, slots: dict[str, str], *, first: bool, long: bool
) -> str:
    """Return what the customer writes: an opening message, a follow-up, or either with the whole story in between."""
    words = PHRASES[language]
    core = _one(rng, words[topic]["questions"] if first else words["followups"])
    parts = [_one(rng, words["openings"])] if first else []
    parts += [core, _one(rng, words["details"])]
    if long:
        parts += [words["stories"][i] for i in sorted(rng.permutation(len(words["stories"]))[:5])]
    if first:
        parts.append(_one(rng, words["closings"]))
    return " ".join(p for p in parts if p).format(**slots)


def _answer(rng: np.random.Generator, language: str, topic: str, slots: dict[str, str], grade: int) -> str:
    words = PHRASES[language]
    bad = words[topic].get("bad", words["bad"])
    return _one(rng, bad if grade <= 2 else words[topic]["good"]).format(**slots)


def _grade(quality: np.ndarray) -> np.ndarray:
    return 1 + np.searchsorted(CUTS, quality)


def _moments(rng: np.random.Generator, turns: int) -> list[pd.Timestamp]:
    weekday_weights = [1.2, 1.1, 1.1, 1.0, 1.0, 0.7, 0.6]
    weights = np.array([weekday_weights[(FIRST_DAY + pd.Timedelta(days=d)).day_of_week] for d in range(DAYS)])
    day = int(rng.choice(DAYS, p=weights / weights.sum()))
    hour = int(rng.choice(24, p=HOUR_WEIGHTS / HOUR_WEIGHTS.sum()))
    start = FIRST_DAY + pd.Timedelta(days=day, hours=hour, seconds=int(rng.integers(0, 2400)))
    return [start + pd.Timedelta(seconds=int(s)) for s in np.cumsum(rng.integers(60, 420, size=turns))]


def conversations(rng: np.random.Generator) -> pd.DataFrame:
    """Return the clean messages in order of time: what customers wrote, with the hidden quality `z` of each answer."""
    rows: list[dict[str, Any]] = []
    number = 0
    while len(rows) < MESSAGES:
        customer = _customer(rng, number, _pick(rng, LANGUAGES))
        number += 1
        for _ in range(rng.integers(1, 3)):
            topic = TOPICS[rng.choice(len(TOPICS), p=TOPIC_SHARES)]
            product = _one(rng, list(TYPOS))
            channel, device = _pick(rng, CHANNELS), _pick(rng, DEVICES)
            order_no = f"{rng.integers(100000, 999999)}"
            value = float(np.exp(rng.normal(4.1, 0.6)))
            moments = _moments(rng, int(rng.integers(1, 5)))
            ordered = moments[0].normalize() - pd.Timedelta(days=int(rng.integers(4, 58)))
            for turn, asked in enumerate(moments, 1):
                slots = _slots(rng, customer, product, order_no, ordered, asked)
                long = bool(rng.random() < 0.13)
                question = _question(rng, customer.language, topic, slots, first=turn == 1, long=long)
                shift = GERMAN_REFUND_SHIFT * (customer.language == "de" and topic == "refund")
                shift += LONG_SHIFT * (len(question) >= LONG)
                z = customer.quality + shift + rng.normal(0, np.sqrt(1 - CUSTOMER_SD**2))
                rows.append(
                    {
                        "customer_id": customer.customer_id,
                        "customer_email": customer.customer_email,
                        "asked_at": asked,
                        "turn": turn,
                        "channel": channel,
                        "language": customer.language,
                        "topic": topic,
                        "product": product,
                        "country": customer.country,
                        "city": customer.city,
                        "device": device,
                        "order_no": order_no,
                        "order_value": f"{value:.2f}",
                        "ordered_on": ordered.strftime("%Y-%m-%d"),
                        "question": question,
                        "question_chars": len(question),
                        "z": z,
                        "shift": shift,
                        "slots": slots,
                    }
                )
    table = pd.DataFrame(rows[:MESSAGES]).sort_values(["asked_at", "customer_id"], ignore_index=True)
    table.insert(0, "message_id", [f"M{i:05d}" for i in range(1, len(table) + 1)])
    return table


def answers(rng: np.random.Generator, messages: pd.DataFrame, version: str, shift: float) -> pd.DataFrame:
    """Return one version's answers with confidence, the judge's grade, latency, cost and the hidden quality."""
    n = len(messages)
    own = 0.0 if version == "v2" else rng.normal(0, 0.6, n)
    z = messages["z"].to_numpy() + shift + own
    failed = rng.random(n) < 0.003
    texts = [
        _answer(rng, m.language, m.topic, m.slots, int(g))
        for m, g in zip(messages.itertuples(), _grade(z), strict=True)
    ]
    believed = z - 0.6 * messages["shift"].to_numpy() + rng.normal(0, 0.7, n)  # it hardly notices its weak spots
    confidence = 1 / (1 + np.exp(-(1.5 + 1.1 * believed)))
    judge = _grade(z + 0.25 + rng.normal(0, 0.7, n))  # kinder than people, and noisier
    busy = messages["asked_at"].dt.hour.between(9, 12).to_numpy()
    latency = 1250 * np.exp(rng.normal(0, 0.36, n)) * np.where(busy, 1.12, 1.0)
    latency = np.where(messages["question_chars"].to_numpy() >= LONG, latency * 1.2, latency)
    latency = np.where(failed, 8000.0, latency)
    served = messages["asked_at"] + pd.to_timedelta(latency.round(), unit="ms") + pd.Timedelta(seconds=1)
    cost = 0.002 + 0.000012 * messages["question_chars"].to_numpy() + rng.uniform(0, 0.001, n)
    return pd.DataFrame(
        {
            "message_id": messages["message_id"],
            "model_version": version,
            "answer": np.where(failed, "", texts),
            "confidence": np.where(failed, "", [f"{c:.3f}" for c in confidence]),
            "judge_score": np.where(failed, "", judge.astype(str)),
            "latency_ms": latency.round().astype(int),
            "usd": cost.round(5),
            "served_at": served.dt.strftime("%Y-%m-%d %H:%M:%S"),
            "error_code": np.where(failed, "timeout", ""),
            "quality": np.where(failed, -9.0, z),
        }
    )


def grades(rng: np.random.Generator, messages: pd.DataFrame, candidate: pd.DataFrame) -> pd.DataFrame:
    """Return the labelling sheet: a random draw within each language, in proportion, a fifth of it graded twice."""
    quality = pd.Series(candidate["quality"].to_numpy(), index=messages["message_id"])
    strata = messages.groupby("language")["message_id"]
    rows = []
    for language, ids in strata:
        take = round(GRADED * len(ids) / len(messages))
        rows += [(i, language, round(take / len(ids), 5)) for i in rng.choice(ids.to_numpy(), take, replace=False)]
    rng.shuffle(rows)
    sheet = []
    for place, (message, language, probability) in enumerate(rows):
        both = place < GRADED_TWICE
        for grader in GRADERS if both else (GRADERS[place % 2],):
            lenient = 0.08 if grader == GRADERS[1] else 0.0
            seen = quality[message] + lenient + rng.normal(0, GRADER_SD)
            sheet.append((message, "v2", grader, int(_grade(seen)), language, probability))
    table = pd.DataFrame(
        sheet, columns=["message_id", "model_version", "grader", "grade", "stratum", "inclusion_probability"]
    )
    return table.sort_values(["message_id", "grader"], ignore_index=True)


def demo(rng: np.random.Generator) -> pd.DataFrame:
    """Return the curated set that the demo was built on: short first questions, nearly all English, no trouble."""
    rows = []
    for number in range(1, CURATED + 1):
        customer = _customer(rng, 9000 + number // 2, "de" if rng.random() < 0.12 else "en")
        topic = _one(rng, ["delivery", "delivery", "account", "product", "warranty"])
        product = _one(rng, ["Headset", "Smart watch", "Coffee machine"])
        asked = pd.Timestamp("2026-06-08") + pd.Timedelta(
            minutes=int(rng.integers(540, 1000)), days=int(rng.integers(5))
        )
        ordered = asked.normalize() - pd.Timedelta(days=int(rng.integers(3, 15)))
        order_no = f"{rng.integers(100000, 999999)}"
        slots = _slots(rng, customer, product, order_no, ordered, asked)
        question = _question(rng, customer.language, topic, slots, first=True, long=False)
        z = rng.normal(0.9, 0.7)
        rows.append(
            {
                "message_id": f"D{number:04d}",
                "customer_id": customer.customer_id,
                "asked_at": asked.strftime("%Y-%m-%d %H:%M:%S"),
                "turn": 1,
                "channel": "web form",
                "language": customer.language,
                "topic": topic,
                "product": product,
                "country": customer.country,
                "city": customer.city,
                "device": _pick(rng, DEVICES),
                "order_no": order_no,
                "order_value": f"{np.exp(rng.normal(4.0, 0.4)):.2f}",
                "ordered_on": ordered.strftime("%Y-%m-%d"),
                "question": question,
                "question_chars": len(question),
                "answer": _answer(rng, customer.language, topic, slots, 5),
                "demo_grade": max(3, int(_grade(np.array(z)))),
            }
        )
    return pd.DataFrame(rows)


def damage(rng: np.random.Generator, messages: pd.DataFrame) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Return the production table as delivered, and every planted problem with its 1-based rows."""
    table = messages.drop(columns=["z", "shift", "slots"]).copy()
    table["asked_at"] = table["asked_at"].dt.strftime("%Y-%m-%d %H:%M:%S")
    untouched = len(table) - REPEATED
    problems: list[dict[str, Any]] = []

    def plant(column: str, kind: str, count: int, eligible: pd.Series, change: Any) -> None:
        places = np.flatnonzero(eligible.to_numpy()[:untouched])
        chosen = np.sort(rng.choice(places, count, replace=False))
        table.loc[chosen, column] = [change(v) for v in table.loc[chosen, column]]
        rows = [int(r) + 1 for r in chosen]
        problems.append({"table": "production.csv", "column": column, "kind": kind, "rows": rows})

    every = pd.Series(data=True, index=table.index)
    day = pd.to_datetime(table["ordered_on"])
    accented = table["city"].map(lambda c: not c.isascii())
    plant("device", "missing", 54, every, lambda _: None)
    plant("order_value", "disguised_missing", 33, every, lambda _: "N/A")
    plant("ordered_on", "mixed_date_format", 41, day.dt.day > 12, lambda v: f"{v[8:]}/{v[5:7]}/{v[:4]}")
    plant("city", "mojibake", 12, accented, lambda v: v.encode().decode("latin-1"))
    plant("product", "typo", 18, every, TYPOS.get)
    plant("channel", "near_duplicate_category", 26, table["channel"] == "email", lambda _: "E-Mail")
    plant("country", "broken_dependency", 9, table["country"] != "Spain", lambda _: "Spain")
    table = pd.concat([table, table.iloc[untouched:]], ignore_index=True)
    rows = list(range(MESSAGES + 1, MESSAGES + REPEATED + 1))
    problems.append({"table": "production.csv", "column": None, "kind": "duplicate_row", "rows": rows})
    return table, problems


def truth(messages: pd.DataFrame, candidate: pd.DataFrame, problems: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what was planted. A row is an error where the answer deserves grade 1 or 2; grades here carry no noise."""
    grade = pd.Series(_grade(candidate["quality"].to_numpy()))
    german_refund = (messages["language"] == "de") & (messages["topic"] == "refund")
    long = messages["question_chars"] >= LONG
    planted = [
        ([("language", "==", "de"), ("topic", "==", "refund")], german_refund),
        ([("question_chars", ">=", LONG)], long),
    ]
    rest = ~(german_refund | long)
    curated_shift = ["language", "topic", "channel", "product", "turn", "question_chars"]
    return {
        "rows": "1-based data records of the named file; the header is not counted",
        "distinct_production_rows": len(messages),
        "mean_grade": round(float(grade.mean()), 4),
        "error_rate": round(float((grade <= 2).mean()), 4),
        "error_rate_elsewhere": round(float((grade[rest] <= 2).mean()), 4),
        "problems": problems,
        "drift_against_curated": curated_shift,
        "slices": [
            {
                "predicates": [{"column": c, "op": op, "value": v} for c, op, v in predicates],
                "rows": [int(r) + 1 for r in np.flatnonzero(where)],
                "error_rate": round(float((grade[where] <= 2).mean()), 4),
                "mean_grade": round(float(grade[where].mean()), 4),
            }
            for predicates, where in planted
        ],
    }


def build(out: Path, seed: int = SEED) -> dict[str, int]:
    """Write the tables and truth.json into `out` and return their row counts."""
    out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    messages = conversations(rng)
    candidate = answers(rng, messages, "v2", 0.0)
    incumbent = answers(rng, messages, "v1", INCUMBENT_SHIFT)
    production, problems = damage(rng, messages)
    tables = {
        "curated.csv": demo(rng),
        "production.csv": production,
        "predictions.csv": pd.concat([incumbent, candidate]).drop(columns="quality"),
        "labels.csv": grades(rng, messages, candidate),
    }
    for name, table in tables.items():
        table.to_csv(out / name, index=False, lineterminator="\n")
    planted = truth(messages, candidate, problems)
    text = re.sub(r"\[[\d,\s]+\]", lambda rows: " ".join(rows[0].split()), json.dumps(planted, indent=1))
    (out / "truth.json").write_text(text + "\n", encoding="utf-8")  # a list of rows stands on one line
    return {name: len(table) for name, table in tables.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the support-assistant sample.")
    parser.add_argument("out", type=Path, help="folder for the tables")
    print(json.dumps(build(parser.parse_args().out), indent=2))
