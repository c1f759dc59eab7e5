"""The traps of trap_folders.py: each changes a clean world as data in the field are, and says what is right.

`equal`: there is one right reading, so the decision must be the twin's. `ask`: not enough evidence with a sentence
that mends it is right, and so is the twin's decision. `refuse`: an error that says what to do is right.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd
from trap_worlds import Task, World

Wanted = Literal["equal", "ask", "refuse"]


@dataclass(frozen=True)
class Scene:
    """What a trap changes: `world`, and now and then its clean `twin`; `random` is seeded."""

    world: World
    twin: World
    random: np.random.Generator


Spring = Callable[[Scene], None]


@dataclass(frozen=True)
class Trap:
    """One way in which data go wrong.

    Attributes:
        kind: group in the report.
        name: distinct.
        wanted: what is right, see above.
        spring: changes a scene, nearly always its world alone.
        task: the world that it needs.
        mode: how the project file comes to be; both where None.
        about: words of which a mending sentence holds one (columns by their key: "predictions.id").
        silent: a column that no kind of failing input may rest on.
        named: a column that a kind of failing input must rest on.
        apart: how far figures may lie apart, relative; more where data are missing.
        undecided: the test that must not be decided, since its reading is a guess.
    """

    kind: str
    name: str
    wanted: Wanted
    spring: Spring
    task: Task = "classes"
    mode: Literal["init", "written"] | None = None
    about: tuple[str, ...] = ()
    silent: str | None = None
    named: str | None = None
    undecided: str | None = None
    apart: float = 0.02


TRAPS: list[Trap] = []


def trap(kind: str, name: str, wanted: Wanted = "equal", **more: Any) -> Callable[[Spring], Spring]:
    """Register a function as a trap."""

    def register(spring: Spring) -> Spring:
        TRAPS.append(Trap(kind, name, wanted, spring, **more))
        return spring

    return register


# --- times ---

_FORMS = ("Z", "+02:00", "mixed", "blank", "epoch_s", "epoch_ms", "zoned", "dates", "stamps")
_CLOCK = {"sample": "time", "predictions": "time", "labels": "time"}


def _labelled_at(world: World) -> None:
    count = len(world.frames["labels"])
    moments = pd.Timestamp("2026-10-20 09:00") + pd.to_timedelta(np.arange(count) * 97, unit="s")
    world.frames["labels"]["labelled_at"] = moments.strftime("%Y-%m-%d %H:%M:%S")


def _times(form: str, role: str, scene: Scene) -> None:
    if role == "labels":
        for one in (scene.world, scene.twin):
            _labelled_at(one)
            one.keys["labels", "time"] = "labelled_at"
    moments = pd.to_datetime(scene.world.get(role, "time"))
    text = moments.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str[:-3]
    if form in {"Z", "+02:00"}:
        values: Any = text + form
    elif form == "mixed":
        values = text + pd.Series(scene.random.choice(["Z", "+02:00", ""], len(text)))
    elif form == "blank":
        values = (text + "Z").where(pd.Series(scene.random.random(len(text)) >= 0.2), "")
    elif form.startswith("epoch"):
        seconds = (moments - pd.Timestamp(0)) / pd.Timedelta(seconds=1)
        values = (seconds * (1000 if form == "epoch_ms" else 1)).round().astype("int64")
    else:
        scene.world.suffix[role] = "parquet"
        values = {"zoned": moments.dt.tz_localize("UTC"), "stamps": moments, "dates": moments.dt.date.astype(object)}[
            form
        ]
    scene.world.set(role, "time", values)


for _form in _FORMS:
    for _role in _CLOCK:
        trap("times", f"{_form} in {_role}")(partial(_times, _form, _role))

# --- spellings of answers ---

_WORDS = ("refund", "order", "account", "other")


def _say(world: World, sides: str, change: Callable[[Any], Any]) -> None:
    if "l" in sides:
        world.set("labels", "label", world.get("labels", "label").map(change).astype(object))
    if "p" in sides:
        world.set("predictions", "prediction", world.get("predictions", "prediction").map(change).astype(object))


def _renamed(names: tuple[str, ...], scene: Scene) -> None:
    """Give the classes other names on both sides: names that a careless reader takes for one another."""
    _say(scene.world, "lp", dict(zip(_WORDS, names, strict=True)).get)


_ALIKE = (
    ("1.10", "1.1", "1.2", "1.20"),
    ("01", "1", "02", "2"),
    ("m", "M", "n", "N"),
    ("a-1", "a1", "a 1", "a.1"),
    ("0", "1", "2", "3"),
    ("1e3", "1000", "1E4", "10000"),
    ("None", "NA", "null", "none given"),
    ("C", "C++", "C#", "c"),
)
for _names in _ALIKE:
    trap("answers: distinct", "/".join(_names))(partial(_renamed, _names))


@trap("answers: one word", "labels 1.0, predictions 1", task="binary")
def _floats(scene: Scene) -> None:
    _say(scene.world, "l", lambda v: f"{v}.0")
    extra = scene.world.frames["labels"].iloc[:1].copy()  # one blank, for which pandas made floats of them
    spare = set(scene.world.get("sample", "id")) - set(scene.world.get("labels", "id"))
    extra[[scene.world.column("labels", "id"), scene.world.column("labels", "label")]] = [min(spare), ""]
    scene.world.frames["labels"] = pd.concat([scene.world.frames["labels"], extra], ignore_index=True)


@trap("answers: one word", "True in csv, bool in parquet", task="binary")
def _booleans(scene: Scene) -> None:
    _say(scene.world, "l", lambda v: str(bool(v)))
    scene.world.set("predictions", "prediction", scene.world.get("predictions", "prediction").astype(bool))
    scene.world.suffix["predictions"] = "parquet"


@trap("answers: one word", "true and True", task="binary")
def _true(scene: Scene) -> None:
    _say(scene.world, "l", lambda v: str(bool(v)).lower())
    _say(scene.world, "p", lambda v: str(bool(v)))


@trap("answers: one word", "classes as int and float")
def _int_float(scene: Scene) -> None:
    _say(scene.world, "l", lambda v: str(_WORDS.index(v)))
    _say(scene.world, "p", lambda v: f"{_WORDS.index(v)}.0")


@trap("answers: one word", "NFC and NFD")
def _accents(scene: Scene) -> None:
    accented = dict(zip(_WORDS, ("Rückgabe", "commandé", "cuenta ñ", "übrig"), strict=True))
    _say(scene.world, "l", lambda v: unicodedata.normalize("NFC", accented[v]))
    _say(scene.world, "p", lambda v: unicodedata.normalize("NFD", accented[v]))


_ANSWER = ("labels.label", "predictions.prediction", "same =", "spell")


@trap("answers: alike", "1 and True", "ask", task="binary", about=_ANSWER)
def _one_true(scene: Scene) -> None:
    _say(scene.world, "p", lambda v: str(bool(v)))


@trap("answers: alike", "Refund and refund", "ask", about=_ANSWER)
def _capital(scene: Scene) -> None:
    _say(scene.world, "l", str.capitalize)


@trap("answers: alike", "trailing blank", "ask", about=_ANSWER)
def _blank(scene: Scene) -> None:
    _say(scene.world, "p", lambda v: f"{v} ")


@trap("answers: alike", "end punctuation", "ask", about=_ANSWER)
def _full_stop(scene: Scene) -> None:
    _say(scene.world, "p", lambda v: f"{v.capitalize()}.")


@trap("answers: alike", "two of four classes capital", "ask", about=_ANSWER)
def _some_capital(scene: Scene) -> None:
    _say(scene.world, "p", lambda v: v.capitalize() if v in _WORDS[:2] else v)


@trap("answers: alike", "underscore and blank", "ask", about=_ANSWER)
def _underscore(scene: Scene) -> None:
    for one in (scene.world, scene.twin):
        _say(one, "lp", lambda v: f"to_{v}")
    _say(scene.world, "p", lambda v: v.replace("_", " "))


@trap("answers: alike", "lists in another order", "ask", about=_ANSWER)
def _lists(scene: Scene) -> None:
    _say(scene.world, "l", lambda v: json.dumps([v, "urgent"]))
    _say(scene.world, "p", lambda v: json.dumps(["urgent", v]))


@trap("answers: alike", "codes and words", "ask", about=_ANSWER)
def _codes(scene: Scene) -> None:
    _say(scene.world, "l", lambda v: str(_WORDS.index(v)))


@trap("answers: objects", "{label, score}", "ask", about=(*_ANSWER, "object", "path"))
def _objects(scene: Scene) -> None:
    column = scene.world.column("predictions", "prediction")
    scores = scene.world.get("predictions", "confidence")
    scene.world.frames["predictions"][column] = [
        {"label": v, "score": float(s)}
        for v, s in zip(scene.world.get("predictions", "prediction"), scores, strict=True)
    ]
    scene.world.suffix["predictions"] = "jsonl"


@trap("answers: objects", "a chat response", "ask", about=(*_ANSWER, "object", "path"))
def _response(scene: Scene) -> None:
    column = scene.world.column("predictions", "prediction")
    scene.world.frames["predictions"][column] = [
        {"id": f"r{i}", "choices": [{"message": {"content": v}}]}
        for i, v in enumerate(scene.world.get("predictions", "prediction"))
    ]
    scene.world.suffix["predictions"] = "jsonl"


# --- joins ---

_ID = ("labels.id", "predictions.id", "join", "match")


def _number_ids(*worlds: World) -> None:
    for one in worlds:
        for role in one.frames:
            one.set(role, "id", one.get(role, "id").map(lambda v: 10000 + int(v[1:])))


def _id_spelt(change: Callable[[int], str], role: str, scene: Scene) -> None:
    _number_ids(scene.world, scene.twin)
    scene.world.set(role, "id", scene.world.get(role, "id").map(change))


for _role in ("labels", "predictions"):
    for _name, _change in (
        ("10000.0", lambda v: f"{v}.0"),
        ("zeros before", lambda v: f"{v:09d}"),
        ("prefix", lambda v: f"id-{v}"),
    ):
        trap("joins: spelt", f"{_name} in {_role}", "ask", about=_ID)(partial(_id_spelt, _change, _role))


@trap("joins: spelt", "case of ids", "ask", about=_ID)
def _id_case(scene: Scene) -> None:
    scene.world.set("labels", "id", scene.world.get("labels", "id").str.upper())


@trap("joins: spelt", "padded ids", "ask", about=_ID)
def _id_padded(scene: Scene) -> None:
    scene.world.set("predictions", "id", scene.world.get("predictions", "id") + "  ")


@trap("joins: typed", "int in parquet, text in csv")
def _id_typed(scene: Scene) -> None:
    _number_ids(scene.world, scene.twin)
    scene.world.suffix["predictions"] = "parquet"


@trap("joins: none", "no id joins", "ask", about=_ID)
def _id_none(scene: Scene) -> None:
    scene.world.set("labels", "id", [f"x{9 * i + 7}" for i in range(len(scene.world.frames["labels"]))])


@trap("joins: none", "few ids join", "ask", about=_ID)
def _id_few(scene: Scene) -> None:
    ids = scene.world.get("labels", "id")
    scene.world.set("labels", "id", ids.where(pd.Series(np.arange(len(ids)) % 12 == 0), "old-" + ids))


@trap("joins: unscored", "40 % of the labelled unscored", "ask", about=(*_ID, "score", "predict"), apart=0.5)
def _unscored(scene: Scene) -> None:
    ids = scene.world.get("labels", "id").to_numpy()
    gone = set(scene.random.choice(ids, int(0.4 * len(ids)), replace=False))
    scene.world.frames["predictions"] = scene.world.frames["predictions"][
        ~scene.world.get("predictions", "id").isin(gone)
    ]


@trap("joins: repeated", "every tenth prediction twice")
def _twice(scene: Scene) -> None:
    frame = scene.world.frames["predictions"]
    scene.world.frames["predictions"] = pd.concat([frame, frame.iloc[::10]], ignore_index=True)


@trap("joins: repeated", "second predictions differ", "ask", about=(*_ID, "twice", "version", "trial"))
def _again(scene: Scene) -> None:
    again = scene.world.frames["predictions"].iloc[::3].copy()
    again[scene.world.column("predictions", "prediction")] = scene.random.permutation(
        again[scene.world.column("predictions", "prediction")]
    )
    scene.world.frames["predictions"] = pd.concat([scene.world.frames["predictions"], again], ignore_index=True)


# --- versions ---

_WHO = ("version", "model", "system", "provider", "agent", "engine", "variant", "filter")


def _other(frame: pd.DataFrame, column: str, right_or_wrong: str, random: np.random.Generator) -> pd.DataFrame:
    """Return the requests of another version: its answers are shuffled, so mostly wrong, or the same."""
    other = frame.copy()
    if right_or_wrong == "wrong":
        other[column] = random.permutation(other[column].to_numpy())
    return other


def _versions(who: str, named: bool, scene: Scene) -> None:
    mine, column = scene.world.frames["predictions"], scene.world.column("predictions", "prediction")
    second = _other(mine, column, "wrong", scene.random)
    both = pd.concat([mine.assign(**{who: "alpha-2"}), second.assign(**{who: "beta-1"})], ignore_index=True)
    scene.world.frames["predictions"] = both
    scene.world.keys["predictions", "version"] = who
    if named:
        scene.world.project["candidate"] = "alpha-2"


for _who in _WHO:
    trap("versions: named", f"{_who} in predictions")(partial(_versions, _who, True))
    trap("versions: not named", f"{_who} in predictions", "refuse", mode="written", about=("candidate",))(
        partial(_versions, _who, False)
    )


def _run_log(who: str, scene: Scene) -> None:
    """Make the sample a log of runs of four agents, graded by run; the twin holds the candidate's alone."""
    for one in (scene.world, scene.twin):
        parts, grades = [], []
        base = one.frames["sample"].drop(columns=one.column("sample", "time"))
        known = dict(zip(one.get("labels", "id"), one.get("labels", "score"), strict=True))
        share = float(np.mean(list(known.values())))
        draw = np.random.default_rng(5)
        for name, good in (("agent-a", 0.95), ("agent-b", 0.8), ("agent-c", share), ("agent-d", 0.3)):
            ids = [f"{name}-{i:04d}" for i in range(len(base))]
            log = base.assign(
                **{
                    one.column("sample", "id"): ids,
                    who: name,
                    "latency_ms": draw.lognormal(5.2, 0.4, len(base)).round(1),
                }
            )
            graded = pd.DataFrame({"run": ids, "success": (draw.random(len(base)) < good).astype(int)})
            if one is scene.world or name == "agent-c":
                parts.append(log)
                grades.append(graded)
        log = pd.concat(parts, ignore_index=True)
        one.frames = {"sample": log, "labels": pd.concat(grades, ignore_index=True)}
        one.frames["labels"].columns = [one.column("sample", "id"), "success"]
        one.keys = {k: v for k, v in one.keys.items() if k[0] != "predictions"}
        del one.keys["sample", "time"]
        one.keys["sample", "latency_ms"] = "latency_ms"
        one.keys["sample", "version"] = who
        one.keys["labels", "id"], one.keys["labels", "score"] = one.column("sample", "id"), "success"
    scene.world.project["candidate"] = scene.twin.project["candidate"] = "agent-c"


for _who in ("agent", "model", "system", "variant"):
    trap("versions: run log", f"{_who} in the sample", task="grades")(partial(_run_log, _who))


def _graded(place: str, who: str, scene: Scene) -> None:
    """Grades of two versions, in the labels or in the predictions."""
    mine, grades = scene.world.frames["predictions"], scene.world.frames["labels"]
    ident, score = scene.world.column("labels", "id"), scene.world.column("labels", "score")
    second = mine.assign(answer=mine["answer"].str.upper())
    other = grades.assign(**{score: (scene.random.random(len(grades)) < 0.25).astype(int)})
    scene.world.keys["predictions", "version"] = scene.world.keys["labels", "version"] = who
    scene.world.project["candidate"] = "large"
    parts = [(mine, grades, "large"), (second, other, "small")]
    if place == "labels":
        scene.world.frames["labels"] = pd.concat([g.assign(**{who: v}) for _, g, v in parts], ignore_index=True)
        scene.world.frames["predictions"] = pd.concat([p.assign(**{who: v}) for p, _, v in parts], ignore_index=True)
        return
    merged = [p.merge(g, on=ident, how="inner").assign(**{who: v}) for p, g, v in parts]
    scene.world.frames["predictions"] = pd.concat(merged, ignore_index=True)
    scene.twin.frames["predictions"] = mine[mine[ident].isin(grades[ident])]
    del scene.world.frames["labels"]
    scene.world.keys["labels", "path"] = scene.world.path("predictions")  # one file in two roles


for _who in ("model", "system", "agent"):
    trap("versions: grades", f"{_who} in labels", task="grades")(partial(_graded, "labels", _who))
    trap("versions: grades", f"{_who} and grade in predictions", task="grades")(partial(_graded, "predictions", _who))
