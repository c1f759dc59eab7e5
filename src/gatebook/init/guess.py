"""From files in roles to the keys of a project file, each with the reason for it and whether it is sure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gatebook.init import columns, durations, grades, judging
from gatebook.init.afterwards import known_afterwards
from gatebook.init.answers import Answers, Candidate
from gatebook.init.keys import Guess, Value, listed, one
from gatebook.init.links import own_key
from gatebook.init.look import File
from gatebook.init.outputs import outputs, version_of_sample
from gatebook.init.roles import Roles
from gatebook.vocabulary import says
from gatebook.words.figures import plain_number


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
        n: f"{file.path}: {why}" for file in reversed(roles.files.values()) for n, why in columns.personal(file).items()
    }
    keys = {v for g in guesses if g.key.endswith(".id") for v in _names(g.value)}
    people = dict.fromkeys(n for file in roles.files.values() for n in columns.people(file))
    if private := {n: why for n, why in private.items() if n not in keys and n not in people}:
        everything.append(Guess("project.personal", tuple(private), "; ".join(private.values()), sure=False))
        unsure.append(
            f"{listed(private)} may hold personal data: values of these columns are withheld; check [project] personal."
        )
    if asked := tuple(people):
        why = "their values read like names of people and are withheld; take the # away for those that may be shown"
        everything.append(Guess("project.public", asked, why, sure=False))
        unsure.append(f"{listed(asked)} may hold names of people: their values are withheld; see [project] public.")
    everything += guesses
    everything.append(Guess("targets.metric", judged.metric, judged.metric_why, sure=False))
    if judged.positive is not None:
        everything.append(Guess("targets.positive", judged.positive, judged.positive_why, judged.positive_sure))
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
        yield from _truth(f"tables.{role}", inside_truth, found, unsure, ())
    if inside_output:
        output = found.output if found.output and found.output.file is base else None
        yield from outputs(f"tables.{role}", base, _key(roles, prefix, base), output, found, unsure)
    if labels is not None:
        section, join = f"tables.{prefix}labels", roles.links[f"{prefix}labels"]
        yield Guess(f"{section}.path", labels.path, _joined(roles, f"{prefix}labels"), not join.change)
        yield Guess(f"{section}.id", one(join.right), whose, not join.change)
        if found.truth is not None and found.truth.file is labels:
            yield from _truth(section, found.truth, found, unsure, join.right)
        else:
            unsure.append(
                f"{labels.path}: called one of labels, but no column is clearly the true answer or a grade; name it as "
                f"label or score in [{section}]."
            )
    if predictions is not None:
        section, join = f"tables.{prefix}predictions", roles.links[f"{prefix}predictions"]
        yield Guess(f"{section}.path", predictions.path, _joined(roles, f"{prefix}predictions"), not join.change)
        yield Guess(f"{section}.id", one(join.right), whose, not join.change)
        output = found.output if found.output and found.output.file is predictions else None
        yield from outputs(section, predictions, join.right, output, found, unsure)
        unsure += _stranded(base, predictions)


def _inputs(
    roles: Roles, role: str, base: File, found: Answers, inside_output: bool, unsure: list[str]
) -> Iterator[Guess]:
    section = f"tables.{role}"
    prefix = "curated_" if role == "curated" else ""
    joined = [roles.links[r].left for r in (f"{prefix}labels", f"{prefix}predictions") if r in roles.links]
    key = _key(roles, prefix, base)
    why = f"{base.rows:,} rows" if role == "sample" else "taken as the data that the proof of concept was built on"
    yield Guess(f"{section}.path", base.path, why)
    if key:
        yield Guess(f"{section}.id", one(key), _unique(base, key, inside_output), sure=bool(joined) or _clear(key))
        if not joined and not _clear(key):
            unsure.append(f"{base.path}: {listed(key)} tells the rows apart; check [{section}] id.")
    else:
        unsure.append(f"{base.path}: no column tells the rows apart; name the id in [{section}] if there is one.")
    if len(set(joined)) > 1:
        unsure.append(
            f"Labels join {base.path} by {listed(joined[0])}, predictions by {listed(joined[1])}; use one id."
        )
    taken = {
        *(key if len(key) == 1 else ()),
        *(c.name for c in (found.truth, found.output) if c is not None and c.file is base),
    }
    taken |= {c for c in (version_of_sample(base, key, found), columns.trial(base)) if c and inside_output}
    later = known_afterwards(base, found, roles.joins) if role == "sample" or inside_output else {}
    taken |= set(later)
    if (moment := columns.time(base, taken)) is not None:
        yield Guess(f"{section}.time", moment, "reads as dates", sure=says("time", moment) >= 0.6)
        taken.add(moment)
    if (group := columns.cluster(base, taken, key)) is not None:
        repeats = base.columns[group].repeats
        yield Guess(
            f"{section}.cluster", group, f"each value stands on {repeats:.1f} rows: those may fail together", sure=False
        )
        taken.add(group)
        if role == "sample":
            unsure.append(f"Rows of one {group!r} are counted as not independent; check [{section}] cluster.")
    if role == "sample":
        private = {*columns.personal(base), *columns.people(base)}
        if split := columns.segments(base, taken | private):
            yield Guess(f"{section}.segments", split, "a few values each", sure=False)
        taken |= set(split)
        if would_be := [
            n
            for n in later
            if n != version_of_sample(base, key, found)
            and n in {*columns.segments(base, (), 99), *columns.texts(base, ())}
        ]:
            unsure.append(
                f"{base.path}: {listed(would_be)} stand{'s' * (len(would_be) == 1)} for an answer or for what is known "
                "only after it, and so for no input: neither segments nor text."
            )
    if prose := columns.texts(base, taken):
        yield Guess(f"{section}.text", prose, "free text")


def _stranded(base: File, predictions: File) -> Iterator[str]:
    """Yield a sentence for each figure of the model that stands with the inputs, where nobody looks for it."""
    for what, of in (("how long a request took", _timed), ("how sure the model was", _confident)):
        if (found := of(base)) and not of(predictions):
            yield (
                f"{base.path}: {listed(found)} may tell {what}, but {predictions.path} holds the outputs and not this; "
                "move it there."
            )


def _timed(file: File) -> tuple[str, ...]:
    found = durations.latency(file)
    return () if found is None or found.size else found.columns


def _confident(file: File) -> tuple[str, ...]:
    found = columns.certainty(file, ())
    return () if found is None or says(*found) < columns.CLEAR else (found[1],)


def _key(roles: Roles, prefix: str, base: File) -> tuple[str, ...]:
    """Return the id of a table of inputs: that by which others join it, or else its own."""
    joined = [roles.links[r].left for r in (f"{prefix}labels", f"{prefix}predictions") if r in roles.links]
    return joined[0] if joined else own_key(base)


def _truth(section: str, truth: Candidate, found: Answers, unsure: list[str], key: tuple[str, ...]) -> Iterator[Guess]:
    """Yield the keys of the truth; `key` is the id of a table of labels, empty for a table of inputs."""
    file = truth.file
    if truth.kind == "score":
        yield from _grade(section, truth, found, unsure)
    else:
        clear = truth.named >= 0.6 or (truth.named >= columns.NAMED and found.overlap >= 0.8)
        shared = f"; {found.overlap:.0%} of its values occur in the predictions" if found.overlap else ""
        yield Guess(f"{section}.label", truth.name, f"the true answer{shared}", sure=clear)
        if not clear:
            unsure.append(f"{file.path}: {truth.name!r} was taken as the true answer; check label in [{section}].")
    who, graded = columns.annotator(file), _graded_version(file, key, truth)
    if who is not None and who != truth.name:
        apart = columns.tells_apart(file, key, *([graded] if graded else []), who)
        yield Guess(f"{section}.annotator", who, f"{file.columns[who].distinct} graders", sure=apart)
    elif "curated" not in section:
        unsure.append(
            f"Who made the labels is not known: set measured = true in [{section}] if a system measured them, "
            "or annotator = COLUMN if people did."
        )
    if graded is not None:
        apart = columns.tells_apart(file, key, graded, *([who] if who else []))
        yield Guess(f"{section}.version", graded, "names the version that was graded", sure=apart)
    for part in ("weight", "stratum", "inclusion_probability"):
        if (name := columns.best(file, part, lambda c: c.filled > 0.5, least=0.9)) is not None:
            yield Guess(f"{section}.{part}", name, "named so", sure=False)


def _grade(section: str, truth: Candidate, found: Answers, unsure: list[str]) -> Iterator[Guess]:
    """Yield score, scale and spellings of grades."""
    file, column = truth.file, truth.column
    low, high, known = grades.scale_of(column)
    by_machine = found.output is not None and found.output.file is file
    plain = column.numeric and not grades.against(truth.name)
    yield Guess(f"{section}.score", truth.name, "grades of the output", sure=plain and not by_machine)
    yield Guess(f"{section}.scale", (low, high), "the smallest usual scale that holds the values", sure=known)
    if (same := grades.same_of(column)) is not None:
        yield Guess(f"{section}.same", same, "grades in words", sure=False)
        good = listed(v for v, grade in same.items() if grade == "1")
        unsure.append(
            f"{file.path}: {truth.name!r} was taken as a grade of the output, and {good or 'no value'} as right; check "
            f"same, or name it as label in [{section}] where it is an answer that the model gives."
        )
    elif not known:
        unsure.append(
            f"The grades {truth.name!r} run from {plain_number(column.low)} to {plain_number(column.high)}; check scale."
        )
    if by_machine:
        unsure.append(
            f"{file.path}: {truth.name!r} stands beside the outputs; where a program gave it, name it as judge instead, "
            "which is never enough alone."
        )


def _graded_version(file: File, key: tuple[str, ...], truth: Candidate) -> str | None:
    """Return the column that tells which version a label or grade belongs to, None where labels hold for all."""
    if not key or (name := columns.version(file, (truth.name,))) is None or file.columns[name].distinct < 2:
        return None
    others = [c for c in (columns.annotator(file), columns.trial(file)) if c]
    if truth.kind == "score" or columns.tells_apart(file, key, name):
        return name
    return name if others and columns.tells_apart(file, key, name, *others) else None


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
        if guess.key in {"tables.predictions.version", "tables.sample.version"} and isinstance(guess.value, str):
            counts = roles.files[guess.key.split(".")[1]].values(guess.value).value_counts(sort=False)
            if len(counts) < 2:
                return
            names = sorted(map(str, counts.index), key=_natural) if _numbered(counts.index) else list(counts.index)
            most = max(int(c) for c in counts)
            complete = [str(n) for n in names if int(counts[n]) >= 0.98 * most]
            listed = ", ".join(f"{n} ({int(counts[n]):,} rows)" for n in names[:8])
            yield Guess("project.candidate", complete[-1], f"one of {listed}", sure=False)
            unsure.append(f"The predictions hold several versions: {listed}; {complete[-1]!r} was taken as candidate.")
            return


def _numbered(names: Iterable[object]) -> bool:
    """Return whether the versions differ in their numbers only, so that they have an order."""
    return len({re.sub(r"\d+", "#", str(n)) for n in names}) == 1


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(p), "") if p.isdigit() else (0, p) for p in re.split(r"(\d+)", name) if p]


def _joined(roles: Roles, role: str) -> str:
    link = roles.links[role]
    if link.change:
        return "by its name; none of its ids matches as it stands"
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


def _names(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value)) if isinstance(value, tuple) else ()
