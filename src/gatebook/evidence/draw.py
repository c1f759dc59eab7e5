"""Were the labelled rows drawn as they should be: inputs and outputs of rows with a label against those without.

Labels of easy cases make a model look better than it is, labels of hard ones worse. What gives such a draw away is that
confidence, answers, a judge's grades, moments or inputs of the labelled rows differ from the rest.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gatebook.cases.bind import Cases
from gatebook.cases.columns import keys, stripped
from gatebook.checks.column import Column
from gatebook.checks.dates import moments
from gatebook.checks.source import read
from gatebook.reading import Table
from gatebook.stats.balance import Claim, Imbalance, Trait, folded, imbalance, ranks
from gatebook.words import Code, say

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_SIDE = 20_000  # rows of a side that are compared, drawn at random
MOST_CHARACTERS = 400  # of a cell that are compared
VALUES = 20  # of a column that are compared one by one
MOST_VERSIONS = 5  # beside the candidate
WORDS = 60  # of a column of texts
MOST_HOLD = 0.8  # share of the rows from which on a word tells nothing
LEAST = 5  # labelled rows with a property, and without it, that are expected where it is compared
KNOWN = 0.5  # share of the rows without a label whose output is known, from which outputs are compared
OF_OUTPUTS = 0.5  # part of the chance of a false alarm that outputs have to themselves
_WORD = re.compile(r"\w{2,}")


class Output(Code):
    """An output of the model that labelled rows and others have."""

    CONFIDENCE = "confidence"
    PROBABILITY = "probability"
    JUDGE = "judge"
    PREDICTION = "prediction"
    FAILED = "failed"
    AGREES = "agrees"


def draw_of(
    found: Cases, known: pd.DataFrame, sample: pd.DataFrame, predictions: Table | None = None
) -> Imbalance | None:
    """Return by what labelled rows differ most surely from the rest, None where nothing can be compared.

    Args:
        found: the cases.
        known: those of them that are labelled; each counts by its weight, where the weights are not all alike.
        sample: the whole sample.
        predictions: of all versions, where there are several.
    """
    rows = found.frame.drop_duplicates("key")
    labelled = rows["key"].isin(known["key"]).to_numpy()
    if labelled.all() or not labelled.any():
        return None
    rows, stands_for = _some(rows, labelled)
    labelled = rows["key"].isin(known["key"]).to_numpy()
    claim = Claim(labelled, _weights(rows, labelled), _clusters(found, sample, rows), stands_for)
    outputs = [*_outputs(rows, labelled, claim.worth), *_agreeing(found, rows, predictions)]
    cells = sample[[c for c in found.inputs if c in sample.columns]].iloc[rows["row"].to_numpy(int)]
    inputs = [*_inputs(cells, claim.worth)]
    of_outputs = OF_OUTPUTS if inputs else 1.0
    return imbalance((*_parted(outputs, of_outputs), *_parted(inputs, 1.0 - of_outputs if outputs else 1.0)), claim)


Scores = tuple[str, list[Floats]]  # a name, and what is known of each row by it, each of shape (rows,)


def _some(rows: pd.DataFrame, labelled: Bools) -> tuple[pd.DataFrame, Floats]:
    """Return the rows that are compared, and how many each stands for."""
    rng = np.random.default_rng(20260104)
    kept, worth = np.zeros(len(rows), dtype=bool), np.ones(len(rows))
    for side in (np.flatnonzero(labelled), np.flatnonzero(~labelled)):
        taken = rng.choice(side, MOST_SIDE, replace=False) if len(side) > MOST_SIDE else side
        kept[taken], worth[taken] = True, len(side) / len(taken)
    return rows[kept].reset_index(drop=True), worth[kept]


def _weights(rows: pd.DataFrame, labelled: Bools) -> Floats | None:
    """Return what each labelled row counts, 0 for the rest; None where all count alike, or a weight cannot be."""
    given = rows["weight"].to_numpy(float)
    chance = rows["inclusion"].to_numpy(float)
    for weights in (given, np.divide(1.0, chance, out=np.full(len(rows), np.nan), where=chance > 0)):
        mine = weights[labelled]
        if len(mine) and (np.isfinite(mine) & (mine > 0)).all() and np.ptp(mine) > 0:
            return np.where(labelled, weights, 0.0)
    return None


def _clusters(found: Cases, sample: pd.DataFrame, rows: pd.DataFrame) -> NDArray[np.int64] | None:
    """Return the group of each row where a column of the sample names it; a row without one is its own."""
    column = found.specs["sample"].cluster
    if column is None or column not in sample.columns:
        return None
    codes = pd.factorize(sample[column].iloc[rows["row"].to_numpy(int)])[0].astype(np.int64)
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    return codes


def _parted(columns: Sequence[Scores], part: float) -> Iterator[Trait]:
    """Yield every trait with its part: columns share alike, and so do the traits of a column."""
    for name, scores in columns:
        for one in scores:
            yield Trait(name, one, part / len(columns) / len(scores))


def _outputs(rows: pd.DataFrame, labelled: Bools, worth: float) -> Iterator[Scores]:
    """Yield what the model said, on the rows where it said anything."""
    answered = rows["answered"].to_numpy(bool)
    if answered[~labelled].mean() < KNOWN:
        return
    for code in (Output.CONFIDENCE, Output.PROBABILITY, Output.JUDGE):
        values = np.where(answered, rows[code].to_numpy(float), np.nan)
        if np.isfinite(values[~labelled]).mean() >= KNOWN:
            yield say(code), _of_numbers(values)
    answers = pd.DataFrame({say(Output.PREDICTION): rows["prediction"].where(answered)})
    for name, scores in _inputs(answers, worth):
        yield name, [np.where(answered, one, np.nan) for one in scores]
    yield say(Output.FAILED), [np.where(answered, rows["failed"].to_numpy(float), np.nan)]


def _agreeing(found: Cases, rows: pd.DataFrame, predictions: Table | None) -> Iterator[Scores]:
    """Yield whether each other version says the same as the candidate, on the rows that both answered."""
    spec = found.specs.get("predictions")
    if predictions is None or spec is None or spec.version is None or spec.prediction is None:
        return
    cells = predictions.frame([*spec.ids, spec.version, spec.prediction])
    said = pd.DataFrame({"key": keys(cells, spec.ids), "version": stripped(cells[spec.version])})
    said["answer"] = stripped(cells[spec.prediction])
    said = said.dropna().drop_duplicates(["key", "version"]).set_index("key")
    others = [version for version in found.versions if version != found.candidate][:MOST_VERSIONS]
    answers = {v: rows["key"].map(said.loc[said["version"] == v, "answer"]) for v in (*others, found.candidate)}
    mine = answers[found.candidate]
    for version in others:
        known = (answers[version].notna() & mine.notna()).to_numpy(bool)
        if known.mean() >= KNOWN:
            yield say(Output.AGREES, version=version), [np.where(known, answers[version] == mine, np.nan).astype(float)]


def _inputs(cells: pd.DataFrame, worth: float) -> Iterator[Scores]:
    """Yield what is known of each row by each column; so many labelled rows of equal weight are there."""
    for name in cells.columns:
        column = read(cells[[name]].astype("str").apply(lambda c: c.str.slice(0, MOST_CHARACTERS))).columns[0]
        if scores := _of_column(column, worth):
            yield str(name), scores


def _of_column(column: Column, worth: float) -> list[Floats]:
    filled = column.on_rows(column.real).astype(bool)
    scores = _of_properties([filled], worth)
    if column.is_number:
        return _of_numbers(column.number_rows()) + scores
    if column.is_date:
        return _of_numbers(column.on_rows(np.where(column.real, moments(column), np.nan), np.nan)) + scores
    if column.is_prose:
        long = column.on_rows(np.where(column.real, column.lengths.astype(float), np.nan), np.nan)
        return _of_numbers(long) + scores + _of_properties(_of_words(column), worth)
    if column.is_key:
        return scores
    common = np.argsort(-column.counts, kind="stable")[:VALUES]
    return scores + _of_properties([column.codes == code for code in common if column.real[code]], worth)


def _of_numbers(values: Floats) -> list[Floats]:
    values = np.where(np.isfinite(values), values, np.nan)
    place = ranks(values)
    return [place, folded(place)]


def _of_properties(properties: Sequence[Bools], worth: float) -> list[Floats]:
    """Return the properties that enough labelled rows should have, and enough not."""
    return [one.astype(float) for one in properties if LEAST <= worth * one.mean() <= worth - LEAST]


def _of_words(column: Column) -> list[Bools]:
    """Return which rows hold each of the commonest words of a text that not nearly all hold."""
    texts = [
        {*_WORD.findall(str(v).casefold())} if real else set()
        for v, real in zip(column.values, column.real, strict=True)
    ]
    rows: Counter[str] = Counter()
    for words, count in zip(texts, column.counts.tolist(), strict=True):
        rows.update(dict.fromkeys(words, count))
    common = [word for word, count in rows.most_common() if count <= MOST_HOLD * column.looked][:WORDS]
    return [column.on_rows(np.array([word in words for words in texts])).astype(bool) for word in common]
