"""Which file of a folder plays which role: the arrangement that explains most of the files wins."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gatebook.evidence.systems import COLUMNS as SYSTEM_COLUMNS
from gatebook.init import columns
from gatebook.init.answers import Answers, find_answers
from gatebook.init.columns import CLEAR
from gatebook.init.draft import Ask, LeftOut, quoted
from gatebook.init.links import Link, link, loose_link
from gatebook.init.look import File
from gatebook.vocabulary import file_says, says, words
from gatebook.words import Said, said

_MAX_SAMPLES = 8  # tables tried as the production sample; the rest of a large folder is only linked


@dataclass(frozen=True)
class Family:
    """A table of inputs, how other tables join it, and the truth and output found for its rows.

    Attributes:
        joins: path -> join of each linked table onto the inputs.
    """

    inputs: File
    joins: dict[str, Link]
    answers: Answers

    @property
    def score(self) -> float:
        """How well the table serves as the production sample."""
        return self.answers.score + _prior(self.inputs)


@dataclass
class Roles:
    """The files by role, how they join, and what was found in them.

    Attributes:
        families: the production sample's and, where there is one, the curated table's, each under its role.
        files: role -> table; labels and predictions are absent where the inputs themselves hold them.
        links: role -> join onto the sample (or, for curated_*, onto the curated table).
        left_out: why other files play no role.
        unsure: choices that another reading could turn.
    """

    families: dict[str, Family] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    left_out: list[Said] = field(default_factory=list)
    unsure: list[Said] = field(default_factory=list)

    @property
    def used(self) -> set[str]:
        """The paths of the files that play a role."""
        return {f.path for f in self.files.values()}

    def add(self, role: str, family: Family) -> None:
        """Fill in a role of inputs, and those of its labels and outputs that stand in files of their own."""
        self.families[role] = family
        self.files[role] = family.inputs
        prefix = "curated_" if role == "curated" else ""
        for name, file in self._holders(family, by_name=not prefix).items():
            if file is not family.inputs:
                self.files[prefix + name] = file
                self.links[prefix + name] = family.joins[file.path]

    def _holders(self, family: Family, *, by_name: bool) -> dict[str, File]:
        """Return which file holds the labels, which the outputs; a log of latencies serves where no output was
        found.
        """
        answers = (("labels", family.answers.truth), ("predictions", family.answers.output))
        found = {role: c.file for role, c in answers if c is not None}
        free = [join for join in family.joins.values() if join.file.path not in self.used]
        logs = [join.file for join in free if _scores(join.file)] if not _scores(family.inputs) else []
        if "predictions" not in found and logs:
            found["predictions"] = logs[0]
        for role in ("labels", "predictions") if by_name else ():
            called = [j for j in free if j.file not in found.values() and _called(role, j.file)]
            if role not in found and called:
                found[role] = max(called, key=lambda j: (j.share, j.file.path)).file
        return found


def choose_roles(files: list[File]) -> Roles:
    """Return the roles of the tables (at least one, each with rows)."""
    systems = next((f for f in files if _lists_systems(f)), None)
    rest = [f for f in files if f is not systems] or files
    tried = [_family(f, rest) for f in sorted(rest, key=_prior, reverse=True)[:_MAX_SAMPLES]]
    ranked = sorted(tried, key=lambda family: family.score, reverse=True)
    sample = ranked[0]
    roles = Roles()
    roles.add("sample", sample)
    curated = _curated(sample.inputs, [f for f in rest if f.path not in roles.used])
    if curated is not None:
        roles.add("curated", _family(curated, [f for f in rest if f is not sample.inputs], sample.answers))
    if systems is not None and systems is not sample.inputs:
        roles.files["integrations"] = systems
    roles.unsure += _doubts(roles, ranked)
    roles.left_out += [_left_out(file, roles) for file in files if file.path not in roles.used]
    return roles


def _lists_systems(file: File) -> bool:
    have = {"_".join(words(n)) for n in file.columns}
    return "system" in have and len(have.intersection(SYSTEM_COLUMNS)) >= 3


def _prior(file: File) -> float:
    """Return how much a table looks like the production sample, before any join."""
    value = 0.3 * min(5, len(columns.inputs(file))) + 2.5 * (file_says("sample", file.path) >= 0.8)
    value -= 1.5 * file_says("curated", file.path)
    value -= 1.5 * file_says("labels", file.path) + 0.5 * file_says("predictions", file.path)
    value -= 0.5 * file.path.endswith(".json")
    return value + 0.2 * math.log10(file.rows)


def _family(inputs: File, files: list[File], like: Answers | None = None) -> Family:
    joins = {f.path: join for f in files if f is not inputs and (join := link(inputs, f)) is not None}
    if like is None:
        joins |= _loose(inputs, [f for f in files if f is not inputs], joins)
    return Family(inputs, joins, find_answers(inputs, joins, like))


def _loose(inputs: File, files: list[File], joins: dict[str, Link]) -> dict[str, Link]:
    """Return joins of tables that are called labels or predictions, where none of that name has ids that match."""
    found: dict[str, Link] = {}
    for role in ("labels", "predictions"):
        own = [f for f in files if _called(role, f)] or [f for f in files if _holds(role, f)]
        if any(f.path in joins for f in own) or _called(role, inputs):
            continue
        loose = [join for f in own if (join := loose_link(inputs, f)) is not None]
        found |= {join.file.path: join for join in loose if join.share or _called(role, join.file)}
    return found


def _holds(role: str, file: File) -> bool:
    """Return whether a table holds hardly more than what is called a truth or an output, whatever its own name."""
    parts = ("label", "score") if role == "labels" else ("prediction",)
    clear = any(says(part, n) >= 0.8 for n in file.columns for part in parts)
    return clear and len(columns.inputs(file)) <= 1 and file_says("curated", file.path) < CLEAR


def _called(role: str, file: File) -> bool:
    """Return whether a file's name gives it this role and no other."""
    other = "labels" if role == "predictions" else "predictions"
    named = file_says(role, file.path)
    return named >= CLEAR and named > file_says(other, file.path) and file_says("curated", file.path) < CLEAR


def _scores(file: File) -> bool:
    """Return whether a table without an output still tells of the model: how long it took, or how sure it was."""
    return columns.latency(file) is not None or columns.certainty(file) is not None


def _curated(sample: File, files: list[File]) -> File | None:
    """Return the table that the proof of concept was built on: named so, or with the same columns as the sample."""
    wanted = {words(n) for n in columns.inputs(sample)}
    found = []
    for file in files:
        have = {words(n) for n in columns.inputs(file)}
        shared = len(wanted & have) / max(1, len(wanted))
        named = file_says("curated", file.path)
        if have and ((named >= CLEAR and shared > 0) or (shared >= 0.8 and len(wanted & have) >= 3)):
            others = [f for f in files if f is not file and file_says("curated", f.path)]
            scored = sum(join.covered * join.share for f in others if (join := link(file, f)) is not None)
            labels = file_says("labels", file.path) + file_says("predictions", file.path)
            found.append((2 * named + shared + scored - labels, -file.rows, file.path, file))
    return max(found, key=lambda one: one[:3])[3] if found else None


def _doubts(roles: Roles, ranked: list[Family]) -> list[Said]:
    """Return the choices between files that another reading could turn."""
    doubts: list[Said] = []
    sample = ranked[0]
    about = {"sample": sample.inputs.path}
    rivals = [r for r in ranked[1:] if r.inputs.path not in roles.used and columns.inputs(r.inputs)]
    if rivals and sample.score - rivals[0].score < 0.5:
        doubts.append(said(Ask.RIVAL, rival=rivals[0].inputs.path, **about))
    if "curated" in roles.files and file_says("curated", roles.files["curated"].path) < CLEAR:
        doubts.append(said(Ask.LOOKS_CURATED, path=roles.files["curated"].path, **about))
    for role in ("labels", "predictions"):
        if (chosen := roles.files.get(role)) is None:
            continue
        code = Ask.OTHER_OUTPUTS
        if role == "labels":
            by_name = columns.best(chosen, "annotator") is not None
            code = Ask.LABELS_WITH_GRADERS if by_name else Ask.LABELS_FIT_BETTER
        doubts += [
            said(code, path=chosen.path, other=path)
            for path in sample.joins
            if path not in roles.used and file_says(role, path) >= CLEAR and not file_says("curated", path)
        ]
    return doubts + [join.change for r in ("labels", "predictions") if (join := roles.links.get(r)) and join.change]


def _left_out(file: File, roles: Roles) -> Said:
    """Return why a file plays no role."""
    sample, curated = roles.families["sample"], roles.files.get("curated")
    if curated is not None and file_says("curated", file.path) >= CLEAR:
        return said(LeftOut.OTHER_CURATED, path=file.path, curated=curated.path)
    if (join := sample.joins.get(file.path)) is not None and not file_says("curated", file.path):
        by = ", ".join(join.left)
        role = next((r for r in ("labels", "predictions") if _called(r, file) and r in roles.files), None)
        if role is None:
            return said(LeftOut.NO_OPEN_ROLE, path=file.path, by=by)
        return said(LeftOut.ROLE_TAKEN, path=file.path, by=by, other=roles.files[role].path, role=role)
    if (back := link(file, sample.inputs)) is not None:
        return said(LeftOut.DESCRIBES, path=file.path, by=", ".join(back.right), sample=sample.inputs.path)
    if nested := [n for n, c in file.columns.items() if c.nested]:
        return said(LeftOut.NESTED, path=file.path, names=quoted(nested[:3]), n=len(nested))
    return said(LeftOut.NO_KEY, path=file.path)
