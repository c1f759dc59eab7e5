"""Parts of the project file that several rows rest on: the truth, the output, the speed."""

from __future__ import annotations


def _keys(role: str, names: str) -> tuple[str, ...]:
    return tuple(f"{role}.{name}" for name in names.split())


TRUTH = (
    "labels",
    *_keys("labels", "id label score annotator weight stratum inclusion_probability version same scale"),
    *_keys("sample", "scale label score weight stratum inclusion_probability annotator"),
)
OUTPUT = (
    "predictions",
    *_keys("predictions", "id prediction probability error version trial same"),
    *_keys("sample", "prediction probability error same"),
)
SPEED = (
    "predictions",
    *_keys("predictions", "id latency_ms latency_s latency started ended timeout_ms error time"),
    *_keys("sample", "latency_ms latency_s latency started ended timeout_ms error"),
)
GUESSES = tuple(f"{role}.{key}" for role in ("predictions", "sample") for key in ("confidence", "judge"))
OUTCOMES = ("sample", "sample.cluster", *TRUTH, *OUTPUT)
