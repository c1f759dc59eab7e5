"""From files in roles to the keys of a project file, each with the reason for it and whether it is sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gatebook.init import columns, judging
from gatebook.init.answers import Answers, Candidate
from gatebook.init.links import own_key
from gatebook.init.look import File
from gatebook.init.roles import Roles
from gatebook.vocabulary import says

Value = str | float | tuple[str, ...] | tuple[float, float] | dict[str, str]


@dataclass(frozen=True)
class Guess:
    """One key of the project file: `key` is dotted, e.g. `tables.sample.id`; `why` is shown beside it."""

    key: str
    value: Value
    why: str
    sure: bool = True


@dataclass(frozen=True)
class Draft:
    """Everything that goes into the project file, in its order, and what the user should look at."""

    guesses: tuple[Guess, ...]
    unsure: tuple[str, ...] = field(default=())


def draft(roles: Roles) -> Draft:
    """Return the keys for all tables, the task and the target, guessed from values first and names second."""
    guesses: list[Guess] = []
    unsure: list[str] = list(roles.unsure)
    for prefix, found in (("", roles.answers), ("curated_", roles.curated_answers)):
        base = roles.files.get("curated" if prefix else "sample")
        if base is not None:
            guesses += _family(roles, prefix, base, found, unsure)
    if (systems := roles.files.get("integrations")) is not None:
        guesses.append(Guess("tables.integrations.path", systems.path, "one row a system"))
    judged = judging.judge(roles.answers, _certainty_of(guesses, roles))
    everything = [Guess("project.task", judged.task, judged.why, judged.sure)]
    everything += _candidate(roles, guesses, unsure)
    private = {
        n: f"{file.path}: {why}"
        for file in reversed(roles.files.values())
        for n, why in columns.personal(file).items()
    }
    keys = {v for g in guesses if g.key.endswith(".id") for v in _names(g.value)}
    if private := {n: why for n, why in private.items() if n not in keys}:
        everything.append(Guess("project.personal", tuple(private), "; ".join(private.values()), sure=False))
        unsure.append(
            f"{_list(private)} may hold personal data: values of these columns are withheld; check [project] personal."
        )
    everything += guesses
    everything.append(Guess("targets.metric", judged.metric, judged.metric_why, sure=False))
    if judged.positive is not None:
        everything.append(
            Guess("targets.positive", judged.positive, judged.positive_why, judged.positive_sure)
        )
    unsure += judged.unsure
    return Draft(tuple(everything), tuple(dict.fromkeys(unsure)))


def _family(roles: Roles, prefix: str, base: File, found: Answers, unsure: list[str]) -> Iterator[Guess]:
    """Yield the keys of a table of inputs and of the labels and predictions that belong to it."""
    role = "curated" if prefix else "sample"
    labels, predictions = roles.files.get(f"{prefix}labels"), roles.files.get(f"{prefix}predictions")
    inside_truth = found.truth if found.truth and found.truth.file is base else None
    inside_output = predictions is None
    whose = f"the same ids as in {base.path}"
    yield from _inputs(roles, role, base, found, inside_output, unsure)
    if inside_truth is not None:
        yield from _truth(f"tables.{role}", inside_truth, found, unsure)
    if inside_output:
        output = found.output if found.output and found.output.file is base else None
        yield from _predictions(f"tables.{role}", base, output, found, unsure)
    if labels is not None and found.truth is not None:
        section = f"tables.{prefix}labels"
        yield Guess(f"{section}.path", labels.path, _joined(roles, f"{prefix}labels"))
        yield Guess(f"{section}.id", _one(roles.links[f"{prefix}labels"].right), whose)
        yield from _truth(section, found.truth, found, unsure)
    if predictions is not None:
        section = f"tables.{prefix}predictions"
        yield Guess(f"{section}.path", predictions.path, _joined(roles, f"{prefix}predictions"))
        yield Guess(f"{section}.id", _one(roles.links[f"{prefix}predictions"].right), whose)
        yield from _predictions(section, predictions, found.output, found, unsure)


def _inputs(
    roles: Roles, role: str, base: File, found: Answers, inside_output: bool, unsure: list[str]
) -> Iterator[Guess]:
    section = f"tables.{role}"
    prefix = "curated_" if role == "curated" else ""
    joined = [roles.links[r].left for r in (f"{prefix}labels", f"{prefix}predictions") if r in roles.links]
    key = joined[0] if joined else own_key(base)
    why = (
        f"{base.rows:,} rows"
        if role == "sample"
        else "taken as the data that the proof of concept was built on"
    )
    yield Guess(f"{section}.path", base.path, why)
    if key:
        yield Guess(
            f"{section}.id", _one(key), _unique(base, key, inside_output), sure=bool(joined) or _clear(key)
        )
        if not joined and not _clear(key):
            unsure.append(f"{base.path}: {_list(key)} tells the rows apart; check [{section}] id.")
    else:
        unsure.append(
            f"{base.path}: no column tells the rows apart; name the id in [{section}] if there is one."
        )
    if len(set(joined)) > 1:
        unsure.append(
            f"Labels join {base.path} by {_list(joined[0])}, predictions by {_list(joined[1])}; use one id."
        )
    taken = {
        *(key if len(key) == 1 else ()),
        *(c.name for c in (found.truth, found.output) if c is not None and c.file is base),
    }
    taken |= {c for c in (columns.version(base), columns.trial(base)) if c and inside_output}
    if (moment := columns.time(base, taken)) is not None:
        yield Guess(f"{section}.time", moment, "reads as dates", sure=says("time", moment) >= 0.6)
        taken.add(moment)
    if (group := columns.cluster(base, taken)) is not None:
        repeats = base.columns[group].repeats
        yield Guess(
            f"{section}.cluster", group, f"each value stands on {repeats:.1f} rows: those may fail together"
        )
        taken.add(group)
        if role == "sample":
            unsure.append(f"Rows of one {group!r} are counted as not independent; check [{section}] cluster.")
    if role == "sample":
        private = set(columns.personal(base))
        if split := columns.segments(base, taken | private):
            yield Guess(f"{section}.segments", split, "a few values each", sure=False)
        taken |= set(split)
    if prose := columns.texts(base, taken):
        yield Guess(f"{section}.text", prose, "free text")


def _truth(section: str, truth: Candidate, found: Answers, unsure: list[str]) -> Iterator[Guess]:
    file, column = truth.file, truth.column
    if truth.kind == "score":
        low, high, known = judging.scale_of(column)
        yield Guess(f"{section}.score", truth.name, "grades of the output")
        yield Guess(
            f"{section}.scale", (low, high), "the smallest usual scale that holds the values", sure=known
        )
        if (same := judging.same_of(column)) is not None:
            yield Guess(f"{section}.same", same, "grades in words", sure=False)
        elif not known:
            unsure.append(
                f"The grades {truth.name!r} run from {column.low:g} to {column.high:g}; check scale."
            )
    else:
        clear = truth.named >= 0.6 or (truth.named >= columns.NAMED and found.overlap >= 0.8)
        shared = f"; {found.overlap:.0%} of its values occur in the predictions" if found.overlap else ""
        yield Guess(f"{section}.label", truth.name, f"the true answer{shared}", sure=clear)
        if not clear:
            unsure.append(
                f"{file.path}: {truth.name!r} was taken as the true answer; check label in [{section}]."
            )
    who = columns.annotator(file)
    if who is not None and who != truth.name:
        yield Guess(f"{section}.annotator", who, f"{file.columns[who].distinct} graders")
    elif "curated" not in section:
        unsure.append(
            f"Who made the labels is not known: set measured = true in [{section}] if a system measured them, "
            "or annotator = COLUMN if people did."
        )
    if truth.kind == "score" and found.output is not None and found.output.file is not file:
        mine, theirs = columns.version(file), columns.version(found.output.file)
        if mine and theirs and file.columns[mine].values & found.output.file.columns[theirs].values:
            yield Guess(f"{section}.version", mine, "names the version that was graded")
    for part in ("weight", "stratum", "inclusion_probability"):
        if (name := columns.best(file, part, lambda c: c.filled > 0.5, least=0.9)) is not None:
            yield Guess(f"{section}.{part}", name, "named so")


def _predictions(
    section: str, file: File, output: Candidate | None, found: Answers, unsure: list[str]
) -> Iterator[Guess]:
    taken = {c.name for c in (found.truth, output) if c is not None and c.file is file}
    if output is not None:
        clear = output.named >= 0.6
        yield Guess(f"{section}.prediction", output.name, "the output", sure=clear)
        if not clear:
            unsure.append(
                f"{file.path}: {output.name!r} was taken as the output; check prediction in [{section}]."
            )
        if output.column.filled < 0.5:
            unsure.append(f"{file.path}: only {output.column.filled:.0%} of the rows have a {output.name!r}.")
    for certain in _certainty(section, file, output, found, unsure):
        yield certain
        taken.add(str(certain.value))
    if (late := columns.latency(file)) is not None:
        key, name, clear = late
        yield Guess(
            f"{section}.{key}", name, "the unit stands in its name" if clear else "by magnitude", clear
        )
        if not clear:
            unsure.append(
                f"{file.path}: the unit of {name!r} was taken as {key.removeprefix('latency_')}; check it."
            )
    failed, obstacle = columns.error(file)
    if failed is not None:
        yield Guess(f"{section}.error", failed, "filled where a request failed")
    elif obstacle is not None:
        unsure.append(
            f"{file.path}: {obstacle!r} may tell failed requests, but error must be blank where a request "
            "succeeded, so it is not used."
        )
    if (grade := columns.judge(file)) is not None and grade not in taken:
        yield Guess(f"{section}.judge", grade, "an automatic grade", sure=False)
    if (money := columns.cost(file)) is not None:
        yield Guess(f"{section}.cost", money, "named so", sure=False)
    if not section.endswith((".sample", ".curated")) and (moment := columns.time(file, taken)) is not None:
        yield Guess(f"{section}.time", moment, "reads as dates", sure=says("time", moment) >= 0.6)
    if (model := columns.version(file, taken)) is not None:
        values = file.values(model).nunique()
        yield Guess(f"{section}.version", model, f"{values} version{'s' if values > 1 else ''}")
    if (again := columns.trial(file)) is not None:
        yield Guess(f"{section}.trial", again, "counts the repetitions of one request")


def _certainty(
    section: str, file: File, output: Candidate | None, found: Answers, unsure: list[str]
) -> Iterator[Guess]:
    """Yield confidence or probability, and the threshold; a probability alone serves as the output of two classes."""
    taken = {c.name for c in (found.truth, output) if c is not None and c.file is file}
    certain = columns.certainty(file, taken)
    if certain is None:
        if percent := columns.best(file, "confidence", lambda c: c.numeric and 1 < c.high <= 100, taken):
            unsure.append(f"{file.path}: {percent!r} lies outside 0 to 1, so it is not used as confidence.")
        return
    named, column = certain
    if output is not None:
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
        yield Guess(
            f"{section}.probability", column, "no class is predicted, so this must tell it", sure=False
        )
        unsure.append(
            f"{file.path}: {column!r} was taken as the probability of the positive class, cut at 0.5."
        )


def _certainty_of(guesses: list[Guess], roles: Roles) -> tuple[File, str] | None:
    for guess in guesses:
        section, key = guess.key.rsplit(".", 1)
        role = section.removeprefix("tables.")
        if key == "probability" and role in {"sample", "predictions"} and isinstance(guess.value, str):
            return roles.files[role], guess.value
    return None


def _candidate(roles: Roles, guesses: list[Guess], unsure: list[str]) -> Iterator[Guess]:
    """Yield the version under decision where there are several: the one with the most rows, the last of equals."""
    for guess in guesses:
        if guess.key in {"tables.predictions.version", "tables.sample.version"} and isinstance(
            guess.value, str
        ):
            counts = roles.files[guess.key.split(".")[1]].values(guess.value).value_counts(sort=False)
            if len(counts) < 2:
                return
            names = (
                sorted(map(str, counts.index), key=_natural)
                if _numbered(counts.index)
                else list(counts.index)
            )
            most = max(int(c) for c in counts)
            complete = [str(n) for n in names if int(counts[n]) >= 0.98 * most]
            listed = ", ".join(f"{n} ({int(counts[n]):,} rows)" for n in names[:8])
            yield Guess("project.candidate", complete[-1], f"one of {listed}", sure=False)
            unsure.append(
                f"The predictions hold several versions: {listed}; {complete[-1]!r} was taken as candidate."
            )
            return


def _numbered(names: Iterable[object]) -> bool:
    """Return whether the versions differ in their numbers only, so that they have an order."""
    return len({re.sub(r"\d+", "#", str(n)) for n in names}) == 1


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(p), "") if p.isdigit() else (0, p) for p in re.split(r"(\d+)", name) if p]


def _joined(roles: Roles, role: str) -> str:
    link = roles.links[role]
    base = roles.files["curated" if role.startswith("curated_") else "sample"].path
    return f"holds {link.share:.0%} of the ids in {base}" + (
        f"; {1 - link.covered:.0%} of its own are not there" if link.covered < 0.995 else ""
    )


def _unique(file: File, key: tuple[str, ...], inside_output: bool) -> str:
    share = file.unique(*key)
    if share > 0.9999:
        return "unique"
    if inside_output and share < 0.95:
        return "repeats, once for each version or trial"
    return f"{share:.1%} of the rows are told apart"


def _clear(key: tuple[str, ...]) -> bool:
    return len(key) == 1 and says("id", key[0]) >= 0.8


def _one(names: tuple[str, ...]) -> Value:
    return names[0] if len(names) == 1 else names


def _names(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value)) if isinstance(value, tuple) else ()


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))
