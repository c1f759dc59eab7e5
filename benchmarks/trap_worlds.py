"""Small clean projects of known truth, as frames that a trap can change before they are written."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from begun import PROMISES

from gatebook.init.start import toml
from projects import START, Kind, make_project

Task = Literal["classes", "binary", "numbers", "grades"]
VARIANTS = 10
_QUALITY = ("good", "bad", "good", "slow", "good", "bad", "good", "bar", "good", "bad")
_ACCURACY = {"good": 0.92, "slow": 0.92, "bad": 0.58, "bar": 0.76}
_MISTAKE = {"good": 0.06, "slow": 0.06, "bad": 0.35, "bar": 0.157}  # standard deviation of a relative error
_METRIC = {"classes": "accuracy", "binary": "accuracy", "numbers": "mape", "grades": "success_rate"}
_KIT_TASK = {"numbers": "regression", "grades": "generation"}
_IDS = ("ticket", "id", "case_id", "request_id")
_LABELS = ("intent", "label", "truth", "true_label")
_OUTPUTS = ("predicted", "prediction", "output", "predicted_label")
_LATENCIES = ("latency_ms", "duration_ms", "response_time_ms")
_SERVED = ("served_at", "timestamp", "served")
_CREATED = ("created", "created_at", "received_at")


@dataclass
class World:
    """A project in memory. `keys` holds (role, key) -> column or value, as the project file would say it.

    Attributes:
        task: what kind of truth there is.
        frames: role -> table; a trap may take a role away.
        keys: of the tables' sections.
        metric: of [targets].
        targets: the rest of [targets].
        project: keys of [project], such as candidate.
        suffix: role -> how its file is written ("csv", "parquet", "jsonl"); csv where it is not said.
        systems: files beside the tables (name -> text).
    """

    task: Task
    frames: dict[str, pd.DataFrame]
    keys: dict[tuple[str, str], Any]
    metric: str
    targets: dict[str, Any] = field(default_factory=dict)
    project: dict[str, Any] = field(default_factory=dict)
    suffix: dict[str, str] = field(default_factory=dict)
    systems: dict[str, str] = field(default_factory=dict)

    def copy(self) -> World:
        """Return a world that shares nothing with this one."""
        return copy.deepcopy(self)

    def column(self, role: str, key: str) -> str:
        """Return the name of a column."""
        return str(self.keys[role, key])

    def get(self, role: str, key: str) -> pd.Series:
        """Return a column."""
        return self.frames[role][self.column(role, key)]

    def set(self, role: str, key: str, values: Any, name: str | None = None) -> None:
        """Replace a column's values, and its name where one is given."""
        old = self.column(role, key)
        self.frames[role][old] = np.asarray(values, dtype=object) if isinstance(values, list) else values
        if name is not None:
            self.frames[role] = self.frames[role].rename(columns={old: name})
            self.keys[role, key] = name

    def path(self, role: str) -> str:
        """Return the file name of a role."""
        return {"sample": "production"}.get(role, role) + "." + self.suffix.get(role, "csv")

    def write(self, folder: Path) -> None:
        """Write the tables, without a project file."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.systems.items():
            (folder / name).write_text(text)
        for role, frame in self.frames.items():
            place = folder / self.path(role)
            if place.suffix == ".parquet":
                frame.to_parquet(place, index=False)
            elif place.suffix == ".feather":
                frame.to_feather(place)
            elif place.suffix == ".jsonl":
                frame.to_json(place, orient="records", lines=True, force_ascii=False)
            else:
                frame.to_csv(place, index=False)

    def settings(self) -> dict[tuple[str, str], Any]:
        """Return what a person sets after init."""
        return {
            ("project", "owner"): "R. Owner",
            **{("project", key): value for key, value in self.project.items()},
            ("targets", "metric"): self.metric,
            **{("targets", key): value for key, value in self.targets.items()},
        }

    def project_file(self) -> str:
        """Return the project file as a careful person writes it."""
        task = _KIT_TASK.get(self.task, "classification")
        text = f'[project]\nname = "Trap"\ntask = "{task}"\nstart = {START}\n'
        text += _lines({"owner": "R. Owner", **self.project})
        for role in dict.fromkeys(role for role, _ in self.keys):
            mine = {key: value for (where, key), value in self.keys.items() if where == role}
            text += f"[tables.{role}]\n" + _lines({"path": self.path(role), **mine})
            if {"label", "score"} & mine.keys():
                text += "measured = true\n"
        text += '[tables.integrations]\npath = "integrations.csv"\n'
        return text + "[targets]\n" + _lines({"metric": self.metric, **self.targets}) + PROMISES


def _lines(keys: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {toml(value)}\n" for key, value in keys.items())


_NAMES = {
    ("sample", "time"): _CREATED,
    ("predictions", "time"): _SERVED,
    ("predictions", "latency_ms"): _LATENCIES,
    ("predictions", "prediction"): _OUTPUTS,
    ("labels", "label"): _LABELS,
}


def world(task: Task, variant: int, seed: int) -> World:
    """Return a clean project: of 10 variants 3 are bad, 1 is slow, 1 lies at the bar; names differ too."""
    quality = _QUALITY[variant % VARIANTS]
    kind = Kind(
        accuracy=_ACCURACY[quality], rows=700 + 20 * variant, labels=400, seed=1000 * seed + variant, history=False
    )
    with tempfile.TemporaryDirectory() as place:
        folder = make_project(Path(place), kind)
        sample, labels, predictions = (
            pd.read_csv(folder / f"{name}.csv", keep_default_na=False)
            for name in ("production", "labels", "predictions")
        )
        systems = {name: (folder / name).read_text() for name in ("spec.json", "integrations.csv")}
    random = np.random.default_rng([seed, variant, 77])
    frames = {"sample": sample, "labels": labels, "predictions": predictions}
    targets = {"value": 0.10 if task == "numbers" else 0.95, "latency_ms": 500}
    made = World(task, frames, _plain_keys(), _METRIC[task], targets, systems=systems)
    if quality == "slow":
        predictions["ms"] = np.round(random.lognormal(6.9, 0.4, len(predictions)), 1)
    if task != "classes":
        _answers(made, random, quality)
    for (role, key), names in _NAMES.items():
        if (role, key) in made.keys and task != "grades":
            made.set(role, key, made.get(role, key), names[variant % len(names)])
    for role in made.frames:
        made.set(role, "id", made.get(role, "id"), _IDS[variant % len(_IDS)])
    return made


def _plain_keys() -> dict[tuple[str, str], Any]:
    predictions = {"id": "ticket", "prediction": "predicted", "confidence": "score", "latency_ms": "ms"}
    return {
        ("sample", "id"): "ticket",
        ("sample", "time"): "created",
        ("sample", "segments"): ("channel",),
        ("labels", "id"): "ticket",
        ("labels", "label"): "intent",
        **{("predictions", k): v for k, v in (predictions | {"time": "served", "error": "error"}).items()},
    }


def right(made: World) -> np.ndarray:
    """Return which predictions are right, for the predictions whose id is labelled; False elsewhere."""
    truth = made.get("predictions", "id").map(
        dict(zip(made.get("labels", "id"), made.get("labels", "label"), strict=True))
    )
    return (truth == made.get("predictions", "prediction")).to_numpy()


def _answers(made: World, random: np.random.Generator, quality: str) -> None:
    """Replace four classes by another kind of answer of the same quality."""
    sample, predictions = made.frames["sample"], made.frames["predictions"]
    drawn = sample["ticket"].isin(made.frames["labels"]["ticket"]).to_numpy()
    good = random.random(len(sample)) < _ACCURACY[quality]
    if made.task == "binary":
        truth: np.ndarray = (random.random(len(sample)) < 0.4).astype(int)
        answer: np.ndarray = np.where(good, truth, 1 - truth)
    elif made.task == "numbers":
        truth = np.round(random.lognormal(5, 0.6, len(sample)), 2)
        answer = np.round(truth * np.maximum(0.05, 1 + random.normal(0, _MISTAKE[quality], len(sample))), 2)
    else:
        truth = good.astype(int)
        answer = np.array(
            [f"please try option {i % 97} and then write to desk {i % 13} again" for i in range(len(sample))]
        )
    predictions["predicted"] = answer
    made.frames["labels"]["intent"] = truth[drawn]
    if made.task == "numbers":
        del predictions["score"]
        del made.keys["predictions", "confidence"]
    if made.task == "grades":
        made.frames["labels"] = made.frames["labels"].rename(columns={"intent": "success"})
        made.keys["labels", "score"] = "success"
        del made.keys["labels", "label"], predictions["score"], made.keys["predictions", "confidence"]
        made.set("predictions", "prediction", answer, "answer")
        made.set("predictions", "latency_ms", made.get("predictions", "latency_ms"), "latency_ms")
