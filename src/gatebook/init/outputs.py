"""The keys of a table that holds the answers of a model: the output, how sure, how fast, by which version."""

from __future__ import annotations

from collections.abc import Iterator

from gatebook.init import columns, durations, judging
from gatebook.init.answers import Answers, Candidate
from gatebook.init.keys import Guess, one
from gatebook.init.look import File
from gatebook.vocabulary import says

_TELLING = ("label", "prediction", "content", "answer", "text", "class", "output", "value")


def outputs(
    section: str, file: File, key: tuple[str, ...], output: Candidate | None, found: Answers, unsure: list[str]
) -> Iterator[Guess]:
    """Yield the keys of the table that holds the outputs, which may be the sample itself.

    Args:
        section: such as `tables.predictions`.
        file: the table.
        key: its id columns.
        output: the column of outputs, where one was found in this table.
        found: the truth and the output of the family.
        unsure: takes what a person should check.
    """
    in_inputs = section.endswith((".sample", ".curated"))
    taken = {c.name for c in (found.truth, output) if c is not None and c.file is file}
    yield from _answer(section, file, output, found, unsure)
    for certain in _certainty(section, file, output, found, unsure):
        yield certain
        taken.add(str(certain.value))
    yield from _duration(section, file, taken, unsure)
    yield from _failure(section, file, unsure)
    if (grade := columns.judge(file)) is not None and grade not in taken:
        yield Guess(f"{section}.judge", grade, "an automatic grade", sure=False)
    if (money := columns.cost(file)) is not None:
        yield Guess(f"{section}.cost", money, "named so", sure=False)
    if not in_inputs:
        yield from _moment(section, file, taken, unsure)
    model = version_of_sample(file, key, found) if in_inputs else columns.version(file, taken)
    if model is not None:
        values = file.values(model).nunique()
        apart = columns.tells_apart(file, key, model)
        yield Guess(f"{section}.version", model, f"{values} version{'s' if values > 1 else ''}", sure=apart)
    if (again := columns.trial(file)) is not None:
        apart = columns.tells_apart(file, key, *([model] if model else []), again)
        yield Guess(f"{section}.trial", again, "counts the repetitions of one request", sure=apart)


def version_of_sample(file: File, key: tuple[str, ...], found: Answers) -> str | None:
    """Return the column that names the version in a table of inputs that holds the outputs too.

    A word that inputs carry as well (the system that a ticket is about) needs more: rows are graded runs, or the column
    tells repetitions of one input apart.
    """
    mine = {c.name for c in (found.truth, found.output) if c is not None and c.file is file}
    name = columns.version(file, mine)
    if name is None or says("version", name) >= columns.CLEAR:
        return name
    graded = found.truth is not None and found.truth.kind == "score"
    return name if graded or columns.tells_apart(file, key, name) else None


def _answer(section: str, file: File, output: Candidate | None, found: Answers, unsure: list[str]) -> Iterator[Guess]:
    if output is None:
        if section == "tables.predictions" and found.output is None and columns.certainty(file, ()) is None:
            unsure.append(
                f"{file.path}: no column is clearly the output of the model; name it as prediction in [{section}]."
            )
        return
    graded = found.truth is not None and found.truth.kind == "score"
    if output.column.fields:
        unsure.append(_of_objects(section, output, graded=graded))
    if output.column.fields and not graded:
        return
    clear = output.named >= columns.CLEAR
    yield Guess(f"{section}.prediction", output.name, "the output", sure=clear and not output.column.fields)
    if not clear:
        unsure.append(f"{file.path}: {output.name!r} was taken as the output; check prediction in [{section}].")
    if output.column.filled < 0.5:
        unsure.append(f"{file.path}: only {output.column.filled:.0%} of the rows have a {output.name!r}.")


def _of_objects(section: str, output: Candidate, *, graded: bool) -> str:
    """Return what to do about outputs that are objects: which part is the answer is for a person to say."""
    fields = output.column.fields
    last = [f.rsplit(".", 1)[-1] for f in fields]
    likely = next((fields[last.index(w)] for w in _TELLING if w in last), fields[0])
    told = (
        f"{output.file.path}: {output.name!r} holds objects with {', '.join(fields[:8])}"
        f"{', ...' if len(fields) > 8 else ''}"
    )
    if graded:
        return f"{told}; as they are graded, they are shown whole."
    return (
        f"{told}. An object is no answer that could be right or wrong, so it is not used: write the part that is, such as "
        f"{likely}, into a column of its own and name that as prediction in [{section}]."
    )


def _certainty(
    section: str, file: File, output: Candidate | None, found: Answers, unsure: list[str]
) -> Iterator[Guess]:
    """Yield confidence or probability, and the threshold; a probability alone serves as the output of two classes."""
    taken = {c.name for c in (found.truth, output) if c is not None and c.file is file}
    certain = columns.certainty(file, taken)
    if certain is None:
        unsure += columns.unfit_certainty(file, taken)
        return
    named, column = certain
    if output is not None and not output.column.fields:
        meaning = judging.certainty_meaning(file, output.name, named, column)
        yield Guess(f"{section}.{meaning.key}", column, meaning.why, meaning.sure)
        if meaning.threshold is not None:
            yield Guess(f"{section}.threshold", meaning.threshold, "separates the predicted classes")
        if not meaning.sure:
            unsure.append(
                f"{file.path}: {column!r} was taken as {meaning.key}; confidence says how sure the answer is, "
                "probability is that of the positive class."
            )
    elif found.truth is not None and found.truth.kind == "label" and len(found.truth.column.values) == 2:
        yield Guess(f"{section}.probability", column, "no class is predicted, so this must tell it", sure=False)
        unsure.append(f"{file.path}: {column!r} was taken as the probability of the positive class, cut at 0.5.")


def _duration(section: str, file: File, taken: set[str], unsure: list[str]) -> Iterator[Guess]:
    found = durations.latency(file, taken)
    unsure += durations.misfits(file)
    if found is None:
        return
    if found.key == "started":
        for key, column in zip(("started", "ended"), found.columns, strict=True):
            yield Guess(f"{section}.{key}", column, found.why, found.sure)
    else:
        yield Guess(f"{section}.{found.key}", one(found.columns), found.why, found.sure)
    if found.size:
        why = "you must set this: ns, us, ms, s, min or h"
        yield Guess(f"{section}.latency_unit", found.size, why, sure=False, offered=True)
    if found.doubt:
        unsure.append(found.doubt)


def _failure(section: str, file: File, unsure: list[str]) -> Iterator[Guess]:
    failed, obstacle = columns.error(file)
    if failed is not None:
        some = file.columns[failed].filled > 0
        yield Guess(f"{section}.error", failed, "filled where a request failed", sure=some)
    elif obstacle is not None:
        unsure.append(
            f"{file.path}: {obstacle!r} may tell failed requests, but error must be blank where a request "
            "succeeded, so it is not used."
        )


def _moment(section: str, file: File, taken: set[str], unsure: list[str]) -> Iterator[Guess]:
    """Yield when a request was served; a day is no moment, so that throughput cannot be told from it."""
    by_day = {n for n, c in file.columns.items() if c.days}
    if (moment := columns.time(file, taken | by_day)) is not None:
        yield Guess(f"{section}.time", moment, "reads as dates", sure=says("time", moment) >= columns.CLEAR)
    elif section == "tables.predictions" and (day := columns.time(file, taken)) is not None:
        unsure.append(
            f"{file.path}: {day!r} holds days without a time of day, so it is not used as time: how many requests come in "
            "a second cannot be told from days."
        )
