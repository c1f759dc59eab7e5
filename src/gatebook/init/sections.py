"""From files in roles to the keys of a project file, each with the reason for it and whether it is sure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from gatebook.cases.answers import Stated, blanks, settle
from gatebook.init import answers, columns
from gatebook.init.answers import Answers, Candidate
from gatebook.init.columns import CLEAR, NAMED
from gatebook.init.draft import Ask, Basis, Draft, KeyGuess, TaskSeen, Value, one, quoted
from gatebook.init.links import own_key
from gatebook.init.look import File
from gatebook.init.roles import Roles
from gatebook.stats.sequential import LOOKS_AHEAD
from gatebook.vocabulary import listed_words, says, words
from gatebook.words import Code, Said, said

_TELLING = ("label", "prediction", "content", "answer", "text", "class", "output", "value")
_RANKING = {"ndcg", "mrr", "recall@k", "dcg"}
_RARE = 0.25
_ONE = re.compile(r"^1 0+$")  # 1.0, as words

# What is seen in the truth and the output: the task, the metric, whether the task is sure, and what to check.
_TASKS: dict[TaskSeen, tuple[str, str, bool, tuple[Ask, ...]]] = {
    TaskSeen.NOTHING: ("classification", "accuracy", False, (Ask.NO_LABELS, Ask.NO_ANSWERS)),
    TaskSeen.TEXT_OUTPUT: ("generation", "success_rate", True, (Ask.NO_LABELS,)),
    TaskSeen.NUMBER_OUTPUT: ("regression", "mae", False, (Ask.NO_LABELS,)),
    TaskSeen.CLASS_OUTPUT: ("classification", "accuracy", False, (Ask.NO_LABELS,)),
    TaskSeen.RANKING: ("ranking", "mean_score", True, ()),
    TaskSeen.PASSED: ("generation", "success_rate", True, ()),
    TaskSeen.GRADED: ("generation", "mean_score", True, ()),
    TaskSeen.TEXT_TRUTH: ("generation", "success_rate", False, (Ask.TEXT_TRUTH,)),
    TaskSeen.NUMBERS: ("regression", "mae", True, ()),
    TaskSeen.NUMBER_TRUTH: ("regression", "mae", False, (Ask.NUMBER_TRUTH,)),
    TaskSeen.CLASSES: ("classification", "accuracy", True, ()),
    TaskSeen.RARE_CLASS: ("classification", "f1", True, ()),
    TaskSeen.NUMBERED_CLASSES: ("classification", "accuracy", False, (Ask.NUMBERED_CLASSES,)),
}


@dataclass(frozen=True)
class TableDraft:
    """The section of one table while it is drafted.

    Attributes:
        role: of the table.
        key: its id columns.
        found: the truth and the output of the family that it belongs to.
    """

    draft: Draft
    role: str
    file: File
    key: tuple[str, ...]
    found: Answers

    @property
    def name(self) -> str:
        """As the project file writes it."""
        return f"tables.{self.role}"

    @property
    def of_inputs(self) -> bool:
        """Whether the table holds the inputs."""
        return self.role in {"sample", "curated"}

    @property
    def output(self) -> Candidate | None:
        """The column of outputs, where it stands in this table."""
        return self.found.output if self.found.output and self.found.output.file is self.file else None

    def put(
        self, key: str, value: Value | None, why: Basis, *, sure: bool = True, ask: Ask | None = None, **about: Any
    ) -> None:
        """Set a key, where there is a value for it; where that is not sure, a person is asked to check it."""
        if value is not None:
            reason = said(why, file=self.file.path, section=self.name, value=value, **about)
            self.draft.put(KeyGuess(f"{self.name}.{key}", value, reason, sure), ask)

    def ask(self, code: Ask, **about: Any) -> None:
        """Ask a person to check or supply something of this table."""
        self.draft.ask(code, file=self.file.path, section=self.name, **about)


def draft(roles: Roles) -> Draft:
    """Return the keys for all tables, the task and the target, guessed from values first and names second."""
    tables, head, goal = Draft(unsure=list(roles.unsure)), Draft(), Draft()
    for role in roles.families:
        _family(tables, roles, role)
    if (systems := roles.files.get("integrations")) is not None:
        tables.put(KeyGuess("tables.integrations.path", systems.path, said(Basis.SYSTEMS)))
    _goal(head, goal, roles.families["sample"].answers, _probability(tables, roles))
    _candidate(head, tables, roles)
    _personal(head, tables, roles)
    unsure = {str(told): told for told in (*tables.unsure, *head.unsure, *goal.unsure)}
    return Draft([*head.guesses, *tables.guesses, *goal.guesses], list(unsure.values()))


def _family(draft: Draft, roles: Roles, role: str) -> None:
    """Draft a table of inputs, and the labels and predictions that belong to it."""
    family = roles.families[role]
    base, found = family.inputs, family.answers
    prefix = "curated_" if role == "curated" else ""
    links = {part: roles.links[prefix + part] for part in ("labels", "predictions") if prefix + part in roles.links}
    keys = [link.left for link in links.values()]
    inputs = TableDraft(draft, role, base, keys[0] if keys else own_key(base), found)
    _id(inputs, keys, holds_outputs="predictions" not in links)
    _inputs(inputs, roles, holds_outputs="predictions" not in links)
    if found.truth is not None and found.truth.file is base:
        _truth(replace(inputs, key=()), found.truth)
    if "predictions" not in links:
        _outputs(inputs)
    for part, link in links.items():
        section = TableDraft(draft, prefix + part, link.file, link.right, found)
        matched = link.change is None
        why = Basis.JOINS if link.covered >= 0.995 else Basis.JOINS_PARTLY
        about: dict[str, Any] = {"share": link.share, "rest": 1 - link.covered, "base": base.path}
        section.put("path", link.file.path, why if matched else Basis.JOINS_BY_NAME, sure=matched, **about)
        section.put("id", one(link.right), Basis.SAME_IDS, sure=matched, base=base.path)
        if part == "predictions":
            _outputs(section)
            _stranded(inputs, link.file)
        elif found.truth is not None and found.truth.file is link.file:
            _truth(section, found.truth)
        else:
            section.ask(Ask.NO_TRUTH)


def _id(section: TableDraft, keys: list[tuple[str, ...]], *, holds_outputs: bool) -> None:
    """Draft path and id of a table of inputs; `keys` are its columns by which other tables join it."""
    file, key = section.file, section.key
    section.put("path", file.path, Basis.ROWS if section.role == "sample" else Basis.BUILT_ON, rows=file.rows)
    if key:
        share = file.unique(*key)
        repeats = Basis.REPEATS if holds_outputs and share < 0.95 else Basis.APART
        why = Basis.UNIQUE if share > 0.9999 else repeats
        clear = bool(keys) or (len(key) == 1 and says("id", key[0]) >= 0.8)
        section.put("id", one(key), why, sure=clear, ask=Ask.ID, share=share, names=quoted(key))
    else:
        section.ask(Ask.NO_ID)
    if len(set(keys)) > 1:
        section.ask(Ask.TWO_IDS, labels=quoted(keys[0]), predictions=quoted(keys[1]))


def _inputs(section: TableDraft, roles: Roles, *, holds_outputs: bool) -> None:
    """Draft the columns of inputs: moment, cluster, segments, text."""
    file, found, key = section.file, section.found, section.key
    is_sample = section.role == "sample"
    version = _version_of_sample(section)
    taken = {*(key if len(key) == 1 else ()), *found.columns_of(file)}
    taken |= {c for c in (version, columns.best(file, "trial")) if c and holds_outputs}
    later: list[str] = []
    if is_sample or holds_outputs:
        later = answers.known_afterwards(file, found, roles.families[section.role].joins)
    taken |= set(later)
    if (moment := columns.best(file, "time", taken)) is not None:
        section.put("time", moment, Basis.DATES, sure=says("time", moment) >= CLEAR)
        taken.add(moment)
    if (group := columns.cluster(file, taken, key)) is not None:
        repeats, ask = file.columns[group].repeats, Ask.CLUSTER if is_sample else None
        section.put("cluster", group, Basis.TOGETHER, sure=False, ask=ask, repeats=repeats)
        taken.add(group)
    if is_sample:
        private = {*columns.personal(file), *columns.people(file)}
        if split := columns.segments(file, taken | private):
            section.put("segments", split, Basis.FEW_VALUES, sure=False)
        taken |= set(split)
        seen = {*columns.segments(file, (), 99), *columns.texts(file, ())} - {version}
        if would_be := [n for n in later if n in seen]:
            section.ask(Ask.AFTERWARDS, names=quoted(would_be), n=len(would_be))
    if prose := columns.texts(file, taken):
        section.put("text", prose, Basis.FREE_TEXT)


def _stranded(inputs: TableDraft, predictions: File) -> None:
    """Ask about each figure of the model that stands with the inputs, where nobody looks for it."""

    def timed(file: File) -> tuple[str, ...]:
        found = columns.latency(file)
        return () if found is None or found.size else found.columns

    def confident(file: File) -> tuple[str, ...]:
        found = columns.certainty(file)
        return () if found is None or says(*found) < CLEAR else (found[1],)

    for code, of in ((Ask.TIMED_ELSEWHERE, timed), (Ask.SURE_ELSEWHERE, confident)):
        if (names := of(inputs.file)) and not of(predictions):
            inputs.ask(code, names=quoted(names), predictions=predictions.path)


# Truth and grades


def _truth(section: TableDraft, truth: Candidate) -> None:
    """Draft the keys of the truth; the section's key is empty for a table of inputs."""
    file, found = section.file, section.found
    if found.graded:
        _grade(section, truth)
    else:
        clear = truth.named >= CLEAR or (truth.named >= NAMED and found.overlap >= 0.8)
        why = Basis.TRUTH_SHARED if found.overlap else Basis.TRUTH
        section.put("label", truth.name, why, sure=clear, ask=Ask.LABEL, share=found.overlap)
    who, graded = columns.best(file, "annotator"), _graded_version(section, truth)
    if who is not None and who != truth.name:
        apart = columns.tells_apart(file, section.key, graded, who)
        section.put("annotator", who, Basis.GRADERS, sure=apart, n=file.columns[who].distinct)
    elif "curated" not in section.name:
        section.ask(Ask.WHO_LABELLED)
    section.put("version", graded, Basis.GRADED_VERSION, sure=columns.tells_apart(file, section.key, graded, who))
    for part in ("weight", "stratum", "inclusion_probability"):
        section.put(part, columns.best(file, part), Basis.NAMED, sure=False)


def _grade(section: TableDraft, truth: Candidate) -> None:
    """Draft score, scale and spellings of grades."""
    column = truth.column
    low, high, known = answers.scale_of(column)
    by_machine = section.output is not None
    plain = column.numeric and not answers.against(truth.name)
    section.put("score", truth.name, Basis.GRADES, sure=plain and not by_machine)
    section.put("scale", (low, high), Basis.SCALE, sure=known)
    if (same := answers.same_of(column)) is not None:
        good = quoted(v for v, grade in same.items() if grade == "1") or "no value"
        section.put("same", same, Basis.IN_WORDS, sure=False, ask=Ask.GRADES_IN_WORDS, name=truth.name, good=good)
    elif not known:
        section.ask(Ask.SCALE, name=truth.name, low=column.low, high=column.high)
    if by_machine:
        section.ask(Ask.BESIDE_OUTPUTS, name=truth.name)


def _graded_version(section: TableDraft, truth: Candidate) -> str | None:
    """Return the column that tells which version a label or grade belongs to, None where labels hold for all."""
    file, key = section.file, section.key
    if not key or (name := columns.version(file, (truth.name,))) is None or file.columns[name].distinct < 2:
        return None
    if truth.kind == "score" or columns.tells_apart(file, key, name):
        return name
    others = [c for c in (columns.best(file, "annotator"), columns.best(file, "trial")) if c]
    return name if others and columns.tells_apart(file, key, name, *others) else None


# Outputs


def _outputs(section: TableDraft) -> None:
    """Draft the keys of the table that holds the outputs, which may be the table of inputs itself."""
    file = section.file
    taken = section.found.columns_of(file)
    _answer(section)
    taken |= _certainty(section, taken)
    _duration(section, taken)
    _failure(section)
    grade = columns.best(file, "judge")
    section.put("judge", None if grade in taken else grade, Basis.AUTOMATIC, sure=False)
    section.put("cost", columns.best(file, "cost"), Basis.NAMED, sure=False)
    if not section.of_inputs:
        _moment(section, taken)
    version = _version_of_sample(section) if section.of_inputs else columns.version(file, taken)
    if version is not None:
        apart = columns.tells_apart(file, section.key, version)
        section.put("version", version, Basis.VERSIONS, sure=apart, n=len(file.distinct(version)))
    again = columns.best(file, "trial")
    section.put("trial", again, Basis.TRIAL, sure=columns.tells_apart(file, section.key, version, again))


def _version_of_sample(section: TableDraft) -> str | None:
    """Return the column that names the version in a table of inputs that holds the outputs too.

    A word that inputs carry as well (the system that a ticket is about) needs more: rows are graded runs, or the column
    tells repetitions of one input apart.
    """
    name = columns.version(section.file, section.found.columns_of(section.file))
    if name is None or says("version", name) >= CLEAR or section.found.graded:
        return name
    return name if columns.tells_apart(section.file, section.key, name) else None


def _answer(section: TableDraft) -> None:
    """Draft the output; of objects, which part is the answer is for a person to say, unless they are graded whole."""
    output, found = section.output, section.found
    if output is None:
        if section.role == "predictions" and found.output is None and columns.certainty(section.file) is None:
            section.ask(Ask.NO_OUTPUT)
        return
    fields = output.column.fields
    if fields:
        last = [f.rsplit(".", 1)[-1] for f in fields]
        likely = next((fields[last.index(w)] for w in _TELLING if w in last), fields[0])
        shown = ", ".join(fields[:8]) + (", ..." if len(fields) > 8 else "")
        code = Ask.OBJECTS_GRADED if found.graded else Ask.OBJECTS
        section.ask(code, name=output.name, fields=shown, likely=likely)
        if not found.graded:
            return
    clear = output.named >= CLEAR
    ask = None if clear else Ask.PREDICTION
    section.put("prediction", output.name, Basis.OUTPUT, sure=clear and not fields, ask=ask)
    if output.column.filled < 0.5:
        section.ask(Ask.FEW_OUTPUTS, share=output.column.filled, name=output.name)


def _certainty(section: TableDraft, taken: set[str]) -> set[str]:
    """Draft confidence or probability, and the threshold; return the column that tells it.

    A probability alone serves as the output of two classes.
    """
    file, output, truth = section.file, section.output, section.found.truth
    certain = columns.certainty(file, taken)
    if certain is None:
        _unfit_certainty(section, taken)
        return set()
    named, column = certain
    if output is not None and not output.column.fields:
        key, why, sure, about = _meaning(file, output.name, named, column)
        section.put(key, column, why, sure=sure, ask=Ask.CERTAINTY, meaning=key, **about)
        section.put("threshold", about.get("threshold"), Basis.THRESHOLD)
    elif truth is not None and truth.kind == "label" and len(truth.column.counts) == 2:
        section.put("probability", column, Basis.SURE_ALONE, sure=False, ask=Ask.PROBABILITY_ALONE)
    else:
        return set()
    return {column}


def _unfit_certainty(section: TableDraft, taken: set[str]) -> None:
    """Ask about each column that is called a confidence and holds no numbers from 0 to 1."""
    for name, column in section.file.columns.items():
        named = max(says("confidence", name), says("probability", name)) >= CLEAR and name not in taken
        if not named or column.kind == "empty" or says("score", name) >= CLEAR:
            continue
        if not column.numeric:
            section.ask(Ask.NO_NUMBERS, name=name, example=section.file.example(name).strip()[:30])
        elif column.high > 1 or column.low < 0:
            section.ask(Ask.OUTSIDE, name=name)


def _meaning(file: File, output: str, named: str, column: str) -> tuple[str, Basis, bool, dict[str, Any]]:
    """Return what numbers in [0, 1] beside a prediction mean: confidence or probability, why, whether sure, details.

    P(positive) falls where the other class is predicted, confidence does not. In two classes the confidence of the
    answer given is at least one half; a column that is mostly below one half for one predicted class and above it (or
    above a threshold, which is told) for the other is the probability of the latter.
    """
    groups = _by_class(file, output, column)
    means = groups["mean"]
    if len(means) > 2:
        return "confidence", Basis.SURE_BY_CLASSES, named == "confidence", {}
    if len(means) < 2:
        return named, Basis.SURE_BY_NAME, False, {}
    low, high = str(means.idxmin()), str(means.idxmax())
    top, bottom = float(groups["max"][low]), float(groups["min"][high])
    if float(means[low]) < 0.5 and top <= bottom:
        cut = {} if top <= 0.5 <= bottom else {"threshold": round((top + bottom) / 2, 6)}
        return "probability", Basis.SURE_BY_FALL, True, {"low": low, **cut}
    half = (file.head[column].astype(str) != "") & (pd.to_numeric(file.head[column], errors="coerce") >= 0.5)
    if float(half.mean()) > 0.99:
        return "confidence", Basis.SURE_BY_HALF, True, {}
    return named, Basis.SURE_BY_NAME, named == "confidence", {}


def _by_class(file: File, output: str, column: str) -> pd.DataFrame:
    """Return mean, min and max of a column for each predicted class."""
    frame = file.head[[output, column]].dropna(subset=[output])
    numbers = pd.to_numeric(frame[column].astype(str).str.replace(",", ".", regex=False), errors="coerce")
    return numbers.groupby(frame[output].astype(str)).agg(["mean", "min", "max"])


def _duration(section: TableDraft, taken: set[str]) -> None:
    file = section.file
    found = columns.latency(file, taken)
    if columns.latency(file) is None:
        _unfit_durations(section)
    if found is None:
        return
    for key, name in zip((found.key, "ended"), found.columns, strict=False):
        ask = (Ask.STAMPS if key == "ended" else Ask.NO_UNIT) if name == found.columns[-1] else None
        section.put(key, name, found.why, sure=found.sure, ask=ask, **found.about)
    if found.size:
        key = f"{section.name}.latency_unit"
        section.draft.put(KeyGuess(key, found.size, said(Basis.SET_UNIT), sure=False, offered=True))
    if found.below:
        section.ask(Ask.BELOW_ZERO, name=found.columns[0])


def _unfit_durations(section: TableDraft) -> None:
    """Ask about each column that is called a duration and holds none: none is left out without a word."""
    called = columns.ranked(section.file, "latency")
    for name in sorted(called, key=list(section.file.columns).index):
        column = section.file.columns[name]
        if not columns.takes_time(column):
            code = Ask.MISFIT_BELOW if column.numeric else Ask.MISFIT_WORDS
            section.ask(code, name=name, median=column.median, example=section.file.example(name)[:30])


def _failure(section: TableDraft) -> None:
    failed, obstacle = columns.error(section.file)
    if failed is not None:
        section.put("error", failed, Basis.FAILED, sure=section.file.columns[failed].filled > 0)
    elif obstacle is not None:
        section.ask(Ask.NEVER_BLANK, name=obstacle)


def _moment(section: TableDraft, taken: set[str]) -> None:
    """Draft when a request was served; a day is no moment, so that throughput cannot be told from it."""
    by_day = {n for n, c in section.file.columns.items() if c.days}
    if (moment := columns.best(section.file, "time", taken | by_day)) is not None:
        section.put("time", moment, Basis.DATES, sure=says("time", moment) >= CLEAR)
    elif section.role == "predictions" and (day := columns.best(section.file, "time", taken)) is not None:
        section.ask(Ask.DAYS, name=day)


# The project as a whole


def _goal(head: Draft, goal: Draft, found: Answers, probability: tuple[File, str] | None) -> None:
    """Draft task, metric and positive class; `probability` names the column of P(positive), where there is one."""
    seen = _seen(found)
    values: dict[str, object] = {"name": found.truth.name if found.truth is not None else ""}
    positive: KeyGuess | None = None
    if seen is TaskSeen.NUMBER_TRUTH and found.output is not None:
        values["example"] = found.output.file.example(found.output.name).strip()[:30]
    if seen is TaskSeen.CLASSES and found.truth is not None:
        shares = found.truth.file.head[found.truth.name].dropna().astype(str).value_counts(normalize=True)
        values["n"] = len(shares)
        if found.output is not None:
            goal.unsure += _spellings(found.truth, found.output)
        if len(shares) == 2:
            positive = _positive(shares, found.output, probability)
            rate = float(shares.get(str(positive.value), 0.0))
            values |= {"rate": rate, "positive": positive.value}
            seen = TaskSeen.RARE_CLASS if rate < _RARE else seen
        elif found.truth.column.numeric and len(shares) > 4:
            seen = TaskSeen.NUMBERED_CLASSES
    task, metric, sure, checks = _TASKS[seen]
    head.put(KeyGuess("project.task", task, said(seen, "task", **values), sure))
    goal.put(KeyGuess("targets.metric", metric, said(seen, "metric", **values), sure=False))
    for check in checks:
        goal.ask(check, **values)
    if positive is not None:
        goal.put(positive, Ask.POSITIVE)
    _label_plan(goal, found)


def _label_plan(goal: Draft, found: Answers) -> None:
    """Write the plan of the labels; where rows of labels may be more than labelled cases, it is only offered."""
    truth = found.truth
    if truth is not None and (n := round(truth.column.rows * truth.column.filled)):
        several = any(columns.best(truth.file, part) is not None for part in ("annotator", "version"))
        goal.put(KeyGuess("targets.planned_labels", LOOKS_AHEAD * n, said(Basis.PLAN, n=n), offered=several))


def _seen(found: Answers) -> TaskSeen:
    """Return what the truth tells of the task, or the output where there is no truth."""
    truth, output = found.truth, found.output
    if truth is None:
        if output is None:
            return TaskSeen.NOTHING
        if output.column.kind == "text":
            return TaskSeen.TEXT_OUTPUT
        return TaskSeen.NUMBER_OUTPUT if output.column.continuous else TaskSeen.CLASS_OUTPUT
    if truth.kind == "score":
        return _graded(truth)
    if truth.column.kind == "text":
        return TaskSeen.TEXT_TRUTH
    shown = [c.column for c in (truth, output) if c is not None]
    if all(c.numeric for c in shown) and any(c.continuous for c in shown):
        return TaskSeen.NUMBERS
    wordy = output is not None and not output.column.numeric
    return TaskSeen.NUMBER_TRUTH if truth.column.continuous and wordy else TaskSeen.CLASSES


def _graded(truth: Candidate) -> TaskSeen:
    if _RANKING & set(words(truth.name)):
        return TaskSeen.RANKING
    low, high, _ = answers.scale_of(truth.column)
    in_words = set((answers.same_of(truth.column) or {}).values())
    two = truth.column.distinct <= 2 or (bool(in_words) and in_words <= {"0", "1"})
    return TaskSeen.PASSED if (low, high) == (0.0, 1.0) and two else TaskSeen.GRADED


def _spellings(truth: Candidate, output: Candidate) -> Iterator[Said]:
    """Yield what a person should know of outputs that no label is: other spellings, and other answers."""
    if not truth.column.counts or output.column.fields:
        return
    given = output.file.head[output.name].dropna().astype(str).value_counts()
    counts = {str(v): int(n) for v, n in given.items()}
    fold = settle(truth.column.counts, counts, Stated(lists=True)).answers
    known = {fold[v]: v for v in reversed(truth.column.counts)}  # the commonest spelling stays
    unsaid = blanks(truth.column.counts, counts, {})
    other = [v for v in counts if v not in truth.column.counts and v not in unsaid]
    if respelt := [v for v in other if fold[v] in known]:
        yield said(Ask.RESPELT, given=respelt[0], known=known[fold[respelt[0]]])
    strange = [v for v in other if fold[v] not in known]
    if strange and all(len(v) < 40 and v.isprintable() for v in strange[:4]):
        first = json.dumps(strange[0], ensure_ascii=False)
        yield said(Ask.STRANGE, values=quoted(strange[:4]), first=first)
    elif strange:
        yield said(Ask.STRANGE_LONG)


def _positive(shares: pd.Series, output: Candidate | None, probability: tuple[File, str] | None) -> KeyGuess:
    """Return which of two classes is the positive one."""

    def guess(value: str, code: Code, share: float = 0.0, *, sure: bool) -> KeyGuess:
        return KeyGuess("targets.positive", value, said(code, share=share, positive=value), sure)

    if probability is not None and output is not None and output.file is probability[0]:
        means = _by_class(output.file, output.name, probability[1])["mean"]
        if len(means) == 2 and str(means.idxmax()) in shares.index:
            return guess(str(means.idxmax()), Basis.HIGHER, sure=True)
    named = [str(v) for v in shares.index if _ONE.sub("1", " ".join(words(str(v)))) in listed_words("positive")]
    if len(named) == 1:
        return guess(named[0], Basis.NAMED, sure=True)
    return guess(str(shares.index[-1]), Basis.RARER, float(shares.iloc[-1]), sure=False)


def _probability(tables: Draft, roles: Roles) -> tuple[File, str] | None:
    """Return the column that was drafted as P(positive) of the sample's rows."""
    for role in ("sample", "predictions"):
        for guess in tables.guesses:
            if guess.key == f"tables.{role}.probability":
                return roles.files[role], str(guess.value)
    return None


def _candidate(head: Draft, tables: Draft, roles: Roles) -> None:
    """Draft the version under decision where there are several: the one with the most rows, the last of equals."""
    keys = ("tables.predictions.version", "tables.sample.version")
    found = next((g for g in tables.guesses if g.key in keys), None)
    if found is None:
        return
    counts = roles.files[found.key.split(".")[1]].values(str(found.value)).value_counts(sort=False)
    if len(counts) < 2:
        return
    names = sorted(map(str, counts.index), key=_natural) if _numbered(counts.index) else list(counts.index)
    complete = [str(n) for n in names if int(counts[n]) >= 0.98 * int(counts.max())]
    told = ", ".join(f"{n} ({int(counts[n]):,} rows)" for n in names[:8])
    why = said(Basis.CANDIDATE, names=told, candidate=complete[-1])
    head.put(KeyGuess("project.candidate", complete[-1], why, sure=False), Ask.CANDIDATE)


def _numbered(names: Iterable[object]) -> bool:
    """Return whether the versions differ in their numbers only, so that they have an order."""
    return len({re.sub(r"\d+", "#", str(n)) for n in names}) == 1


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(p), "") if p.isdigit() else (0, p) for p in re.split(r"(\d+)", name) if p]


def _personal(head: Draft, tables: Draft, roles: Roles) -> None:
    """Draft which columns may hold personal data, and ask which of those with names of people may be shown."""
    files = roles.files.values()
    people = tuple(dict.fromkeys(n for file in files for n in columns.people(file)))
    keys = {g.value for g in tables.guesses if g.key.endswith(".id")}
    keys |= {name for value in keys if isinstance(value, tuple) for name in value}
    told = {n: f"{f.path}: {why}" for f in reversed(files) for n, why in columns.personal(f).items()}
    private = {n: why for n, why in told.items() if n not in keys and n not in people}
    if private:
        why = said(Basis.PERSONAL, reasons="; ".join(private.values()), names=quoted(private))
        head.put(KeyGuess("project.personal", tuple(private), why, sure=False), Ask.PERSONAL)
    if people:
        why = said(Basis.PEOPLE, names=quoted(people))
        head.put(KeyGuess("project.public", people, why, sure=False), Ask.PEOPLE)
