"""A third table for the searches' recall, written before the search was read: conversations of a help desk.

Signed and heavy-tailed numbers, flags, versions that follow time, an age as a date of birth, cells missing by the
system they came from, two hundred agents in teams, a night that crosses midnight, and a note in free text about the
team's topic.
"""

import numpy as np
import pandas as pd

TOPICS = (
    "refund late parcel courier tracking lost depot damaged box return",
    "password reset login locked code phone authenticator expired link account",
    "invoice tax charged twice card declined bank transfer statement",
    "battery screen frozen update crash restart bluetooth pairing heat",
    "cancel subscription renewal trial upgrade plan downgrade family seat",
    "map route gps wrong street address pickup driver waiting",
)
FILLER = "please hello the my is not can you it again today help with since after why still thanks no yes"


def chats(rng, n):
    """Returns (n, 18) columns, text as in a file."""
    team = rng.choice(6, n, p=(0.38, 0.24, 0.16, 0.11, 0.07, 0.04))
    agent = team * 33 + np.minimum(rng.geometric(0.08, n) - 1, 32)
    locale = rng.choice(25, n, p=_falling(25, 1.6))
    system = np.where(rng.random(n) < 0.15, 2, (rng.random(n) < 0.35 + 0.3 * (locale % 2)).astype(int))
    day = np.floor(119 * rng.beta(2, 1.3, n)).astype(int)
    day = day - np.isin(day % 7, (5, 6)) * rng.integers(0, 3, n) % 120
    early = rng.random(n) < 0.55
    minute = np.where(early, rng.normal(9.5 * 60, 100, n), rng.normal(20.5 * 60, 170, n)).astype(int) % 1440
    release = np.clip(day // 10 - rng.geometric(0.5, n) + 1, 0, 11)
    wait = np.where(rng.random(n) < 0.25, 0.0, 20 * (rng.pareto(1.3, n) + 0.05))
    turns = 1 + rng.poisson(2 + np.log1p(wait) / 1.5)
    mood = np.clip(0.3 - 0.1 * np.log1p(wait) + 0.35 * rng.standard_t(4, n), -1, 1)
    tenure = rng.weibull(0.7, n) * 400
    member = rng.random(n) < 1 / (1 + np.exp(-(tenure - 500) / 300))
    born = np.datetime64("1945-01-01") + np.floor(365.25 * 62 * rng.beta(3, 2, n)).astype("timedelta64[D]")
    frame = pd.DataFrame(
        {
            "conversation": [f"{k:08x}" for k in rng.permutation(16 * n)[:n]],
            "opened": np.datetime_as_string(
                np.datetime64("2025-11-03T00:00:00")
                + (day * 86400 + minute * 60 + rng.integers(0, 60, n)).astype("timedelta64[s]")
            ),
            "locale": np.array([f"{a}-{b}" for a in "deftn" for b in "ABCDE"])[locale],
            "system": np.array(["ios", "android", "web"])[system],
            "release": [f"4.{k}.{k * 7 % 4}" for k in release],
            "member": np.where(member, "true", "false"),
            "battery_pct": _text(100 * rng.beta(1.2, 0.8, n), 0, (system == 2) | (rng.random(n) < 0.03)),
            "latitude": _text(35 + locale % 7 * 3 + rng.normal(0, 0.7, n), 4, rng.random(n) < 0.11),
            "longitude": _text(locale % 5 * 9 - 10 + rng.normal(0, 1.1, n), 4, rng.random(n) < 0.11),
            "wait_s": _text(wait, 1),
            "turns": turns.astype(str),
            "balance": _text(80 * rng.standard_t(2, n) - 10 * turns, 2, rng.random(n) < 0.2 * (team == 0)),
            "tenure_days": _text(tenure, 0),
            "mood": _text(mood, 3),
            "agent": np.char.add("a", (1000 + agent).astype(str)),
            "team": np.array(["parcels", "access", "billing", "device", "plans", "rides"])[team],
            "born": np.where(rng.random(n) < 0.18 - 0.12 * member, None, np.datetime_as_string(born)),
            "referral": np.where(rng.random(n) < 0.87, None, np.char.add("ref-", rng.integers(0, 9, n).astype(str))),
        }
    ).astype("str")
    vocabulary, filler = [t.split() for t in TOPICS], FILLER.split()
    lengths = rng.integers(3, 15, n)
    frame["note"] = [
        " ".join(
            vocabulary[t][int(len(vocabulary[t]) * u**1.5)] if u < v else filler[int(u * len(filler))]
            for u, v in rng.random((k, 2))
        )
        for t, k in zip(team, lengths, strict=True)
    ]
    return frame.where(frame.notna() & (frame != "None"))


def chats_condition(rng, frame):
    """Returns a column and where a random condition holds: both ends of a range, a night, some weekdays, a word, a
    gap.
    """
    column = rng.choice(frame.columns.drop("conversation"))
    series = frame[column]
    gaps = series.isna().to_numpy(bool)
    if gaps.mean() > 0.04 and rng.random() < 0.35:
        return column, gaps
    if column == "opened":
        when = pd.to_datetime(series)
        kind = rng.integers(3)
        if kind == 0:  # hours of a night or a day, also across midnight
            low, wide = rng.integers(0, 24), rng.integers(2, 7)
            return column, (((when.dt.hour - low) % 24) < wide).to_numpy(bool)
        if kind == 1:
            return column, when.dt.day_of_week.isin((5, 6)).to_numpy(bool)
        day = (when - when.min()).dt.days
        low = rng.integers(0, 100)
        return column, day.between(low, low + rng.integers(7, 40)).to_numpy(bool)
    if column == "born":
        year = pd.to_datetime(series).dt.year
        low = rng.integers(1950, 1995)
        return column, year.between(low, low + rng.integers(5, 20)).to_numpy(bool)
    if column == "note":
        word = rng.choice(" ".join(TOPICS).split())
        return column, series.str.contains(rf"\b{word}\b").to_numpy(bool)
    if column in ("battery_pct", "latitude", "longitude", "wait_s", "turns", "balance", "tenure_days", "mood"):
        values = series.astype(float)
        low = rng.uniform(0, 0.9)
        a, b = np.nanquantile(values, (low, min(1.0, low + rng.uniform(0.08, 0.5))))
        return column, values.between(a, b).to_numpy(bool)
    share = series.value_counts(normalize=True)
    return column, (series == rng.choice(share.index[share > 0.01])).to_numpy(bool)


def _falling(k, skew):
    p = 1 / np.arange(1, k + 1) ** skew
    return p / p.sum()


def _text(values, digits, gaps=None):
    text = np.char.mod(f"%.{digits}f", values).astype(object)
    if gaps is not None:
        text[gaps] = None
    return text
