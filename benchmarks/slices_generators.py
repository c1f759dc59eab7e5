"""Tables for the searches' measurements: three generators that share nothing but the rule for what is planted."""

import numpy as np
import pandas as pd

LEAST, MOST = 0.015, 0.06  # share of the rows of a planted slice


def orders(rng, n):
    """Orders of a shop: shops in cities, prices that follow products, cells missing by shop, times by the hour."""
    city = rng.choice(60, n, p=_zipf(60, 1.1))
    shop = city * 4 + rng.choice(4, n, p=(0.5, 0.3, 0.15, 0.05))
    product = rng.choice(120, n, p=_zipf(120, 0.9))
    base = np.exp(rng.normal(3, 1, 120))
    quantity = 1 + rng.geometric(0.5, n)
    price = np.round(base[product] * np.exp(0.2 * rng.normal(size=n)) * quantity, 2)
    hour = np.clip(rng.normal(13 + 4 * (city % 3), 4), 0, 23).astype(int)
    day = rng.integers(0, 90, n)
    frame = pd.DataFrame(
        {
            "city": _named("city", city),
            "shop": _named("shop", shop),
            "product": _named("p", product),
            "family": _named("family", product % 9),
            "quantity": quantity.astype(float),
            "price": price,
            "weight_kg": np.where(rng.random(n) < 0.08 + 0.2 * (city % 5 == 0), np.nan, np.round(price**0.5, 1)),
            "discount": np.where(rng.random(n) < 0.7, 0.0, rng.integers(1, 8, n) * 5.0),
            "days_to_ship": rng.gamma(2, 2, n).round(),
            "carrier": _named("carrier", (city + rng.choice(3, n)) % 7),
            "express": rng.choice(["yes", "no"], n, p=(0.3, 0.7)),
            "age_of_account": np.where(rng.random(n) < 0.15, np.nan, rng.exponential(500, n).round()),
            "coupon": np.where(rng.random(n) < 0.6, None, _named("coupon", rng.choice(30, n))),
        }
    )
    frame["ordered"] = np.datetime64("2026-03-02T00:00") + ((day * 24 + hour) * 60 + rng.integers(0, 60, n)).astype(
        "timedelta64[m]"
    )
    return frame


def sensors(rng, n):
    """Readings that follow one another closely: eight numbers of three sources, two categories, nothing skewed."""
    source = rng.normal(size=(n, 3))
    frame = pd.DataFrame({f"reading_{k}": (source[:, k % 3] + 0.6 * rng.normal(size=n)).round(3) for k in range(6)})
    frame["level"] = rng.integers(0, 12, n).astype(float)
    frame["site"] = _named("site", np.digitize(source[:, 0] + rng.normal(size=n), (-1, 0, 1)))
    frame["unit"] = _named("unit", rng.integers(0, 20, n))
    return frame


def _zipf(k, skew):
    p = 1 / np.arange(1, k + 1) ** skew
    return p / p.sum()


def _named(word, codes):
    return np.char.add(f"{word}-", codes.astype(str)).astype(object)


def condition(rng, frame):
    """Returns a column and where a random condition on it holds: a range, a value, missing cells, hours or weekdays."""
    column = rng.choice(frame.columns)
    series = frame[column]
    if series.isna().mean() > 0.05 and rng.random() < 0.3:
        return column, series.isna().to_numpy(bool)
    if pd.api.types.is_datetime64_any_dtype(series):
        values, wide = (series.dt.hour, 4) if rng.random() < 0.6 else (series.dt.day_of_week, 1)
        low = rng.integers(0, int(values.max()) - wide + 1)
        return column, values.between(low, low + wide).to_numpy(bool)
    if pd.api.types.is_numeric_dtype(series):
        width = rng.uniform(0.1, 0.5)
        low = rng.uniform(0, 1 - width)
        a, b = np.nanquantile(series, (low, low + width))
        return column, ((series >= a) & (series < b)).to_numpy(bool)
    return column, (series == rng.choice(series.dropna().unique())).to_numpy(bool)


def narrow(rng, frame):
    """Returns a reading and where a range of 1.5 to 6 % of the rows of it holds."""
    column = f"reading_{rng.integers(6)}"
    width = rng.uniform(LEAST, MOST)
    low = rng.uniform(0, 1 - width)
    a, b = np.quantile(frame[column], (low, low + width))
    return column, ((frame[column] >= a) & (frame[column] < b)).to_numpy(bool)


def plant(rng, frame, lift, *, base=0.08, slices=4, draw=condition, deepest=3):
    """Returns the planted slices of one to `deepest` conditions, and errors `lift` times as frequent inside."""
    n = len(frame)
    planted = []
    while len(planted) < slices:
        depth = len(planted) % deepest + 1
        inside, used = np.ones(n, bool), set()
        while len(used) < depth:
            column, rows = draw(rng, frame)
            if column not in used:
                used.add(column)
                inside = inside & rows
        if LEAST <= inside.mean() <= MOST and all((inside & p).sum() < 0.2 * inside.sum() for p in planted):
            planted.append(inside)
    rate = np.full(n, base)
    for inside in planted:
        rate[inside] = np.maximum(rate[inside], base * lift)
    return planted, (rng.random(n) < rate).astype(float)


def clustered(rng, frame, rate):
    """Returns cluster codes of about eight rows, the frame with two columns that a cluster shares, and errors that it
    shares.
    """
    n = len(frame)
    clusters = rng.integers(0, max(1, n // 8), n)
    frame = frame.copy()
    for column in frame.columns[:2]:
        frame[column] = frame[column].to_numpy()[clusters]
    return clusters, frame, (rng.random(n) < rng.beta(0.4, 0.4 / rate - 0.4, n // 8)[clusters]).astype(float)
