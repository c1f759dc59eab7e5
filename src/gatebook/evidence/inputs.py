"""The labelled inputs as they are searched: the sample's columns, and what text and answer say beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gatebook.slices.features import nearest_curated, unknown_words
from gatebook.slices.predicate import DISTANCE, UNKNOWN
from gatebook.words import Code, say

ANSWER = "predicted answer"
FEWEST_ANSWERS = 3  # of two answers, which one fails is what the mix-ups tell
CURATED_TEXTS = 10_000  # compared with at most so many, drawn at random
TEXTS = 20_000  # rows up to which distances are worth their time


class Unfinished(Code):
    """What was left out for its cost."""

    DISTANCE = "distance"
    CURATED = "curated"


@dataclass(frozen=True)
class Inputs:
    """What a search for failing inputs looks at.

    Attributes:
        frame: one row a labelled case: the sample's columns and the derived ones.
        derived: names of the derived columns.
        note: what was left out for its cost, empty where nothing was.
    """

    frame: pd.DataFrame
    derived: tuple[str, ...]
    note: str = ""


def searched_inputs(
    sample: pd.DataFrame,
    positions: np.ndarray,
    *,
    text: Sequence[str] = (),
    curated: pd.DataFrame | None = None,
    answers: np.ndarray | None = None,
    seed: int = 0,
) -> Inputs:
    """Return the labelled rows with their derived columns.

    Args:
        sample: the whole sample.
        positions: (rows,), 0-based sample position of each labelled case.
        text: columns of free text; those that the curated table has too are compared with it: distance to the nearest
            curated text, and how many of the words no curated text holds.
        curated: the rows that the model was built on.
        answers: (rows,), predicted labels; a column where there are at least three.
        seed: of the curated texts drawn where there are too many.
    """
    frame = sample.iloc[positions].reset_index(drop=True)
    derived: dict[str, np.ndarray | pd.Categorical] = {}
    shared = [c for c in text if curated is not None and c in curated.columns]
    note = ""
    if len(frame) > TEXTS and shared:
        note = say(Unfinished.DISTANCE, rows=len(frame), most=TEXTS)
        shared = []
    for column in shared:
        assert curated is not None
        theirs = curated[column].dropna()
        if len(theirs) > CURATED_TEXTS:
            theirs = theirs.sample(CURATED_TEXTS, random_state=seed)
            note = say(Unfinished.CURATED, most=CURATED_TEXTS)
        mine = [v if isinstance(v, str) else None for v in frame[column].astype("object")]
        known = [str(v) for v in theirs]
        tail = "" if len(shared) == 1 else f" ({column})"
        derived[DISTANCE + tail] = nearest_curated(mine, known)
        derived[UNKNOWN + tail] = unknown_words(mine, known)
    if answers is not None and pd.Series(answers).nunique() >= FEWEST_ANSWERS:
        derived[ANSWER] = pd.Categorical(answers)  # codes of classes are names, never ranges
    new = {name: values for name, values in derived.items() if name not in frame.columns}
    return Inputs(frame.assign(**new), tuple(new), note)
