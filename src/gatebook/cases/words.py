"""The questions in words: what is open, why it matters, and what mends it. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gatebook.cases.questions import Code, Question


@dataclass(frozen=True)
class Words:
    """A question in words.

    Attributes:
        title: what is open, as a statement without a full stop.
        meaning: why it matters.
        action: what mends it.
    """

    title: str
    meaning: str
    action: str


# How ids would match: what tells the two spellings apart, and what to do.
_HOW: Mapping[object, tuple[str, str]] = {
    "decimals": ("without their decimals", "write the ids without decimals, 10000 for 10000.0"),
    "case": ("in one case", "write the ids in one case"),
    "zeros": ("with their zeros at the start", "keep the zeros at the start of the ids"),
    "marks": ("with the same marks", "write the ids with the same marks between their parts"),
    "digits": ("by their number alone", "write the ids with the same words around the number"),
}
_OTHERWISE = "name as id in [tables.{role}] the column that holds the ids of the sample"

_CATALOGUE: Mapping[Code, tuple[str, str, str]] = {
    Code.NO_IDS_JOIN: (
        "{rows:,} of {of:,} ids of the {role} occur nowhere in the sample{match}",
        "What does not join says nothing about the sample, neither good nor bad.",
        "{how}",
    ),
    Code.IDS_OUTSIDE: (
        "{rows:,} labels belong to no sampled row",
        "They cannot be used, and the draw of the labels is not what it seems.",
        "Check the ids of labels and sample: {how}.",
    ),
    Code.IDS_BEYOND: (
        "{rows:,} of {of:,} ids of the {role} are not in the sample, which is there as a whole",
        "They are not used.",
        "Nothing, unless the sample should hold these rows too.",
    ),
    Code.UNSCORED: (
        "{rows:,} of {of:,} labelled rows were never scored",
        "A row without a prediction may be right or wrong.",
        "score the other {percent} %: {rows:,} labelled rows have no prediction",
    ),
    Code.BLANK_ANSWERS: (
        "{rows:,} of {of:,} labelled rows have a blank answer and no error",
        "A blank answer helps no pass, and nobody can call it wrong.",
        "fill in the {rows:,} blank answers, or name the column that tells failed requests as error",
    ),
    Code.BLANK_LABELS: (
        "{rows:,} of {of:,} drawn rows have no label",
        "The rows that are hard to label are seldom the easy ones for the model.",
        "label the other {rows:,} rows of the sheet",
    ),
    Code.UNREADABLE: (
        "{rows:,} of {of:,} labelled rows have an answer that cannot be read",
        "What cannot be read is neither right nor wrong.",
        "write each of the {rows:,} answers as the labels write theirs",
    ),
    Code.NEVER_MEET: (
        "the answers of the model and the labels have no value in common{pair}",
        "Either they are spelt in two ways, or the wrong column was named.",
        'name the columns that hold the same answers, or say which spellings mean the same: same = {{ "..." = "..." }} in [tables.labels]',
    ),
    Code.SPELLINGS: (
        "{rows:,} of {of:,} labelled rows may be right, but are spelt in another way{pair}",
        "One column tells apart what the other writes as one, so nobody can know which answers are the same.",
        'settle the spelling first: same = {{ "..." = "..." }} in [tables.labels], or correct the column',
    ),
    Code.ALWAYS_AGREE: (
        "the labels equal the model's answers in all {rows:,} rows: the graders may have been shown the answers",
        "Labels that were copied from the model say nothing about it.",
        "ask the graders whether they saw the model's answer; label anew without it, or set measured = true where a system measured the truth",
    ),
    Code.OBJECTS: (
        "the answers in the {role} are objects{inner}, not classes",
        "An object is never equal to a class, so that every answer would count as wrong.",
        "take the part that is the answer{part} out into a column of its own, and name that column",
    ),
    Code.NUMBER_MARKS: (
        "numbers{example} in the {role} may have a decimal mark or a mark of thousands",
        "Read in the other way they would be a thousand times as large, and of the size of the other column.",
        'say which: decimal = "," or decimal = "." in [tables.{role}], or write the numbers without a mark of thousands',
    ),
    Code.NUMBER_UNITS: (
        "the numbers of the model are about {times} times {size} than the true ones, row by row",
        "So even a factor is rather one between two units than an error of the model.",
        "write truth and output in the same unit",
    ),
    Code.SEVERAL_LABELS: (
        "one row has several labels, and nothing says whose output each of them judges",
        "Labels of several versions must not be counted together.",
        "name the column that tells the version (version) or the grader (annotator) in [tables.{role}]",
    ),
    Code.VERSIONS_UNTOLD: (
        "`{column}` holds {versions} versions of the model, and the project file does not say so",
        "Figures of several versions together are the figure of none.",
        'write version = "{column}" in [tables.{role}] and name the candidate in [project]; if it only describes the input, list it in segments',
    ),
    Code.UNVERSIONED: (
        "{rows:,} predictions name no version",
        "They count for no version, failed or not.",
        "Export the version with every prediction.",
    ),
    Code.REPEATED: (
        "{rows:,} predictions repeat an id and version",
        "Only the first of each was used.",
        "Export one prediction an id and version, or name the trial column.",
    ),
    Code.UNIT_UNKNOWN: (
        "nothing says in which unit `{column}` measures; {guess} is a guess from the size of its numbers",
        "A guess decides nothing.",
        'write latency_unit = "{guess}" (or ns, us, ms, s, min, h) in [tables.{role}]',
    ),
    Code.UNIT_CONFLICT: (
        "`{column}` says {name} by its name and {key} by the project file",
        "One of them is wrong by a factor that decides the test.",
        'write latency = "{column}" and latency_unit = "{name}" in [tables.{role}], with the unit that is right',
    ),
    Code.UNIT_DOUBT: (
        "half of the times in `{column}` are {side} {median} ms, far from the speed that is asked for, and near it if they were {other}",
        "A unit that is wrong by a thousand passes or fails any test.",
        'write latency = "{column}" and latency_unit = "{unit}" (or "{other}") in [tables.{role}]',
    ),
    Code.UNTIMED: (
        "{rows:,} of {of:,} requests have no response time and no error",
        "A request without a time may have been fast or slow.",
        "record the time of the other {rows:,} requests, or name the column that tells failed requests as error",
    ),
    Code.DURATIONS_UNREADABLE: (
        "most cells of `{column}` are no duration",
        "What cannot be read shows neither fast nor slow.",
        "write each time as a number, or with its unit as in 340ms",
    ),
    Code.BATCHES: (
        "`{column}` holds {distinct:,} different times for {rows:,} requests: means of batches, or running figures",
        "The mean of a batch says nothing of the slowest requests in it.",
        "record how long each single request took",
    ),
}


def words(question: Question, *, values: bool = False) -> Words:
    """Return a question in words.

    Args:
        question: what is open.
        values: name ids and answers too, as the screen may and a document may not: few rows share them, or none.
    """
    about = question.about
    told, how = _HOW.get(about.get("how"), ("", _OTHERWISE.format(role=question.role)))
    match = f"; {told} they would match" if told else ""
    pair = example = ""
    if values:
        match = f" ({about['theirs']} would match {about['mine']})" if told else ""
        pair = f", such as {about['output']!r} and {about['truth']!r}" if "output" in about and "truth" in about else ""
        example = f" such as {about['example']}" if "example" in about else ""
    filled = (
        {"column": ", ".join(question.columns)}
        | dict(about)
        | {
            "match": match,
            "how": how,
            "pair": pair,
            "example": example,
            "role": question.role,
            "rows": question.rows,
            "inner": f" with {about['fields']}" if "fields" in about else "",
            "part": f", such as {about['path']}," if "path" in about else "",
            "of": question.of,
            "percent": max(1, round(100 * question.rows / max(question.of, 1))),
        }
    )
    return Words(*(text.format(**filled) for text in _CATALOGUE[question.code]))


def sentence(text: str) -> str:
    """Return a statement as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
