"""More traps of trap_folders.py: what is missing, units, marks of numbers, outcomes that pass for inputs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from trap_kinds import Scene, Wanted, trap
from trap_worlds import World, right

# --- what is missing ---

_LATENCY = ("predictions.latency_ms", "latency", "time")


def _holes(world: World, key: str, share: float, random: np.random.Generator, fill: Any = "") -> np.ndarray:
    values = world.get("predictions", key).astype(object)
    holes: np.ndarray = random.random(len(values)) < share
    world.set("predictions", key, values.mask(pd.Series(holes, index=values.index), fill))
    return holes


@trap("missing: latency", "one in eight times blank", "ask", about=_LATENCY, apart=0.5)
def _blank_latency(scene: Scene) -> None:
    _holes(scene.world, "latency_ms", 0.125, scene.random)


@trap("missing: latency", "three in a hundred times blank", "ask", about=_LATENCY, apart=0.5)
def _few_blank(scene: Scene) -> None:
    _holes(scene.world, "latency_ms", 0.03, scene.random)


@trap("missing: answers", "a quarter blank", "ask", about=("predictions.prediction", "answer", "blank"), apart=0.5)
def _blank_answers(scene: Scene) -> None:
    _holes(scene.world, "prediction", 0.25, scene.random)


@trap("missing: answers", "blank labels in the sheet", "ask", about=("labels.label", "label"))
def _blank_labels(scene: Scene) -> None:
    ids = scene.world.get("sample", "id")
    rest = ids[~ids.isin(scene.world.get("labels", "id"))].iloc[:100]
    more = pd.DataFrame({scene.world.column("labels", "id"): rest, scene.world.column("labels", "label"): ""})
    scene.world.frames["labels"] = pd.concat([scene.world.frames["labels"], more], ignore_index=True)


@trap("missing: errors", "failed requests count as wrong and slow")
def _failed(scene: Scene) -> None:
    failed = scene.random.random(len(scene.world.frames["predictions"])) < 0.15
    for one, answer in ((scene.world, ""), (scene.twin, "no answer")):
        holes = pd.Series(failed, index=one.frames["predictions"].index)
        one.set("predictions", "prediction", one.get("predictions", "prediction").mask(holes, answer))
        one.set(
            "predictions",
            "latency_ms",
            one.get("predictions", "latency_ms").astype(object).mask(holes, "" if one is scene.world else 90000.0),
        )
    scene.world.set(
        "predictions", "error", np.where(failed, scene.random.choice(["timeout", "HTTP 500"], len(failed)), "")
    )


@trap("missing: confidence", "unreadable confidence")
def _confidence(scene: Scene) -> None:
    _holes(scene.world, "confidence", 0.04, scene.random, "n/a")


# --- units of durations ---


def _duration(name: str, change: Callable[[pd.Series], Any], suffix: str, scene: Scene) -> None:
    scene.world.set(
        "predictions", "latency_ms", change(scene.world.get("predictions", "latency_ms").astype(float)), name
    )
    scene.world.suffix["predictions"] = suffix


def _h_mm_ss(ms: float) -> str:
    return f"{int(ms // 3_600_000)}:{int(ms // 60_000 % 60):02d}:{ms / 1000 % 60:06.3f}"


def _unit_text(ms: float) -> str:
    return f"{ms:.0f}ms" if ms < 500 else f"{ms / 1000:.3f}s"


_NAMED = (
    ("latency_us", lambda ms: (ms * 1e3).round().astype("int64"), "csv"),
    ("latency_ns", lambda ms: (ms * 1e6).round().astype("int64"), "csv"),
    ("latency_min", lambda ms: (ms / 6e4).round(7), "csv"),
    ("latency_seconds", lambda ms: (ms / 1e3).round(4), "csv"),
    ("duration_micros", lambda ms: (ms * 1e3).round().astype("int64"), "csv"),
    ("elapsedMillis", lambda ms: ms, "csv"),
    ("latency", lambda ms: pd.to_timedelta(ms, unit="ms"), "parquet"),
    ("duration", lambda ms: pd.to_timedelta(ms, unit="ms"), "feather"),
    ("latency", lambda ms: ms.map(_unit_text), "csv"),
    ("duration", lambda ms: ms.map(_h_mm_ss), "csv"),
    ("latency", lambda ms: pd.to_timedelta(ms, unit="ms").astype(str), "csv"),
)
for _i, (_name, _change, _suffix) in enumerate(_NAMED):
    trap("units: told", f"{_name} {_suffix} {_i}", mode="init")(partial(_duration, _name, _change, _suffix))
trap("units: in doubt", "seconds in latency_ms", "ask", about=_LATENCY, undecided="G2")(
    partial(_duration, "latency_ms", lambda ms: (ms / 1000).round(3), "csv")
)
trap("units: in doubt", "microseconds in latency_ms", "ask", about=_LATENCY, undecided="G2")(
    partial(_duration, "latency_ms", lambda ms: (ms * 1000).round(), "csv")
)
for _name, _factor in (("latency", 1.0), ("duration", 1000.0), ("took", 1.0)):
    _change = partial(lambda factor, ms: (ms / factor).round(4), _factor)
    trap(
        "units: in doubt",
        f"plain {_name}, {_factor:g} ms each",
        "ask",
        mode="init",
        about=(*_LATENCY, "unit"),
        undecided="G2",
    )(partial(_duration, _name, _change, "csv"))


@trap("units: stamps", "started and ended", mode="init")
def _stamps(scene: Scene) -> None:
    frame = scene.world.frames["predictions"]
    began = pd.to_datetime(scene.world.get("predictions", "time"))
    ended = began + pd.to_timedelta(frame.pop(scene.world.column("predictions", "latency_ms")).astype(float), unit="ms")
    frame["started_at"], frame["ended_at"] = (t.dt.strftime("%Y-%m-%dT%H:%M:%S.%f") for t in (began, ended))
    del (
        frame[scene.world.column("predictions", "time")],
        scene.world.keys["predictions", "latency_ms"],
        scene.world.keys["predictions", "time"],
    )


@trap("units: batches", "the mean of a batch on each row", "ask", about=(*_LATENCY, "batch"), undecided="G2")
def _batch(scene: Scene) -> None:
    times = scene.world.get("predictions", "latency_ms").astype(float)
    scene.world.set("predictions", "latency_ms", times.groupby(np.arange(len(times)) // 50).transform("mean").round(3))


# --- numbers ---


def _numbers(key: str, change: Callable[[float], str], scene: Scene) -> None:
    role = {"label": "labels", "prediction": "predictions"}[key]
    scene.world.set(role, key, scene.world.get(role, key).map(change))


def _german(v: float) -> str:
    return f"{v:,.2f}".translate(str.maketrans(",.", ".,"))


_NUMBER = ("labels.label", "predictions.prediction", "decimal", "thousand", "number")
for _key in ("label", "prediction"):
    trap("numbers: marks", f"decimal comma in {_key}", task="numbers")(
        partial(_numbers, _key, lambda v: f"{v:.2f}".replace(".", ","))
    )
    trap("numbers: marks", f"1.234,50 in {_key}", task="numbers")(partial(_numbers, _key, _german))
    trap("numbers: marks", f"1,234.50 in {_key}", task="numbers")(partial(_numbers, _key, lambda v: f"{v:,.2f}"))
    trap("numbers: in doubt", f"$ in {_key}", "ask", task="numbers", about=_NUMBER)(
        partial(_numbers, _key, lambda v: f"${v:,.2f}")
    )
    trap("numbers: in doubt", f"EUR in {_key}", "ask", task="numbers", about=_NUMBER)(
        partial(_numbers, _key, lambda v: f"{_german(v)} EUR")
    )
    trap("numbers: in doubt", f"per cent sign in {_key}", "ask", task="numbers", about=_NUMBER)(
        partial(_numbers, _key, lambda v: f"{v:.2f}%")
    )


@trap("numbers: in doubt", "18.162 for thousands", "ask", task="numbers", about=_NUMBER, undecided="G1")
def _thousands(scene: Scene) -> None:
    for one in (scene.world, scene.twin):
        for role, key in (("labels", "label"), ("predictions", "prediction")):
            one.set(role, key, (one.get(role, key).astype(float) * 100 + 1000).round().astype("int64"))
    scene.world.set("labels", "label", scene.world.get("labels", "label").map(lambda v: f"{v:,}".replace(",", ".")))


# --- outcomes that pass for inputs ---


def _told_after(role: str, column: str, make: Callable[[np.ndarray, np.random.Generator], Any], scene: Scene) -> None:
    """Add a column that is known only once the answer was checked."""
    frame, good = scene.world.frames["predictions"], right(scene.world)
    labelled = scene.world.get("predictions", "id").isin(scene.world.get("labels", "id")).to_numpy()
    good = np.where(labelled, good, scene.random.random(len(good)) < good[labelled].mean())
    known = pd.Series(make(good, scene.random), index=frame[scene.world.column("predictions", "id")].to_numpy())
    scene.world.frames[role][column] = scene.world.get(role, "id").map(known).to_numpy()


def _notes(good: np.ndarray, random: np.random.Generator) -> np.ndarray:
    kinds = random.choice(["unit_", "date_", "name_"], len(good))
    return np.where(good, "none", np.char.add(kinds, random.integers(1, 9, len(good)).astype(str)))


def _groups(good: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.where(good, "ok", np.char.add("case-", random.integers(0, 60, len(good)).astype(str)))


_AFTER: tuple[tuple[str, Callable[[np.ndarray, np.random.Generator], Any]], ...] = (
    ("n_tests_passed", lambda good, random: np.where(good, 5, random.integers(0, 4, len(good)))),
    ("is_correct", lambda good, _: good.astype(int)),
    ("error_note", _notes),
    ("edit_distance", lambda good, random: np.where(good, 0, random.integers(1, 9, len(good)))),
    ("review_group", _groups),
)
for _name, _make in _AFTER:
    for _role in ("labels", "predictions", "sample"):
        _wanted: Wanted = "ask" if _role == "sample" else "equal"  # there it may be an input that knows the answer
        trap("outcomes", f"{_name} in {_role}", _wanted, silent=_name, about=(_name,))(
            partial(_told_after, _role, _name, _make)
        )


@trap("planted", "a kind of input where everything fails", "ask", named="device", about=("device",))
def _planted(scene: Scene) -> None:
    good, ids = right(scene.world), scene.world.get("predictions", "id")
    bad = set(ids[~good]) & set(scene.world.get("labels", "id"))
    chosen = set(sorted(bad)[: max(30, len(bad) // 3)])
    unlabelled = ~scene.world.get("sample", "id").isin(scene.world.get("labels", "id")).to_numpy()
    hit = scene.world.get("sample", "id").isin(chosen).to_numpy() | (
        unlabelled & (scene.random.random(len(unlabelled)) < 0.08)
    )
    for one, mark in ((scene.world, hit), (scene.twin, scene.random.permutation(hit))):
        one.frames["sample"]["device"] = np.where(
            mark, "kiosk", scene.random.choice(["phone", "desktop", "tablet"], len(hit))
        )


@trap("classes", "codes 0 to 9")
def _digits(scene: Scene) -> None:
    words = ("refund", "order", "account", "other")
    shift = scene.random.integers(
        0, 2, len(scene.world.frames["sample"])
    )  # two codes for each of four classes, told by the row
    half = dict(zip(scene.world.get("sample", "id"), shift, strict=True))
    names = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    for role, key in (("labels", "label"), ("predictions", "prediction")):
        codes = [
            2 * words.index(v) + half[i]
            for i, v in zip(scene.world.get(role, "id"), scene.world.get(role, key), strict=True)
        ]
        scene.world.set(role, key, pd.Series(codes))
        scene.twin.set(role, key, pd.Series([names[c] for c in codes]))


@trap("classes", "a class that the model never gives")
def _unknown_class(scene: Scene) -> None:
    answers = dict(zip(scene.world.get("predictions", "id"), scene.world.get("predictions", "prediction"), strict=True))
    hit = pd.Series(scene.random.random(len(scene.world.frames["labels"])) < 0.18)
    given = scene.world.get("labels", "id").map(answers)
    another = given.map({"refund": "order", "order": "account", "account": "other", "other": "refund"})
    scene.twin.set("labels", "label", scene.twin.get("labels", "label").mask(hit, another))
    scene.world.set("labels", "label", scene.world.get("labels", "label").mask(hit, "out_of_scope"))


@trap("days", "served on a day, without a time", undecided="4.5")
def _days(scene: Scene) -> None:
    scene.world.targets["throughput_per_s"] = scene.twin.targets["throughput_per_s"] = 0.00001
    day = dt.date(2026, 9, 1)
    days = [
        (day + dt.timedelta(days=int(d))).isoformat()
        for d in np.sort(scene.random.integers(0, 50, len(scene.world.frames["predictions"])))
    ]
    scene.world.set("predictions", "time", days)
