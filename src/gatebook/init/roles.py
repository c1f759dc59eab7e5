"""Which file of a folder plays which role: the arrangement that explains most of the files wins."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from gatebook.init import columns, durations
from gatebook.init.answers import Answers, find_answers
from gatebook.init.links import Link, link, loose_link
from gatebook.init.look import File
from gatebook.vocabulary import file_says, listed_words, says, words

_MAX_SAMPLES = 8  # tables tried as the production sample; the rest of a large folder is only linked


@dataclass(frozen=True)
class Roles:
    """The files by role, how they join, and what was found in them.

    Attributes:
        files: role -> table; labels and predictions are absent where the sample itself holds them.
        links: role -> join onto the sample (or, for curated_*, onto the curated table).
        joins: path -> join of every linked table onto the sample.
        answers, curated_answers: the truth and output columns of both families.
        left_out: one sentence a file that plays no role.
        unsure: sentences for the user.
    """

    files: dict[str, File]
    links: dict[str, Link]
    joins: dict[str, Link]
    answers: Answers
    curated_answers: Answers
    left_out: tuple[str, ...] = field(default=())
    unsure: tuple[str, ...] = field(default=())


def choose_roles(files: list[File]) -> Roles:
    """Return the roles of the tables (at least one, each with rows)."""
    named = {f.path: f for f in files}
    integrations = next((f for f in files if _is_integrations(f)), None)
    rest = [f for f in files if f is not integrations] or files
    tried = sorted(rest, key=_prior, reverse=True)[:_MAX_SAMPLES]
    families = {f.path: _family(f, rest, named) for f in tried}
    ranked = sorted(tried, key=lambda f: families[f.path][1].score + _prior(f), reverse=True)
    sample = ranked[0]
    joins, answers = families[sample.path]
    chosen: dict[str, File] = {"sample": sample}
    links: dict[str, Link] = {}
    _place(chosen, links, joins, answers, sample, "", named)
    curated = _curated(sample, [f for f in rest if f not in chosen.values()])
    curated_answers = Answers(None, None, 0.0, 0.0)
    if curated is not None:
        chosen["curated"] = curated
        taken = {f.path for role, f in chosen.items() if role not in {"labels", "curated"}}
        open_to = [f for f in rest if f.path not in taken or f.path == chosen.get("predictions", sample).path]
        joins_c, curated_answers = _family(curated, [f for f in open_to if f is not sample], named, answers)
        _place(chosen, links, joins_c, curated_answers, curated, "curated_", named)
    if integrations is not None and integrations is not sample:
        chosen["integrations"] = integrations
    doubts = _doubts(ranked, families, chosen)
    doubts += [links[r].change for r in ("labels", "predictions") if r in links and links[r].change]
    return Roles(chosen, links, joins, answers, curated_answers, _left_out(files, chosen, joins), tuple(doubts))


def _is_integrations(file: File) -> bool:
    have = {"_".join(words(n)) for n in file.columns}
    return "system" in have and len(have & listed_words("systems")) >= 3


def _prior(file: File) -> float:
    """Return how much a table looks like the production sample, before any join."""
    value = 0.3 * min(5, len(columns.inputs(file))) + 2.5 * (file_says("sample", file.path) >= 0.8)
    value -= 1.5 * file_says("curated", file.path)
    value -= 1.5 * file_says("labels", file.path) + 0.5 * file_says("predictions", file.path)
    value -= 0.5 * file.path.endswith(".json")
    return value + 0.2 * math.log10(file.rows)


def _family(
    inputs: File, files: list[File], named: dict[str, File], like: Answers | None = None
) -> tuple[dict[str, Link], Answers]:
    joins = {f.path: j for f in files if f is not inputs and (j := link(inputs, f)) is not None}
    if like is None:
        joins |= _loose(inputs, files, joins)
    return joins, find_answers(inputs, joins, named, like)


def _loose(inputs: File, files: list[File], joins: dict[str, Link]) -> dict[str, Link]:
    """Return joins of tables that are called labels or predictions, where none of that name has ids that match."""
    found: dict[str, Link] = {}
    for role in ("labels", "predictions"):
        rest = [f for f in files if f is not inputs]
        own = [f for f in rest if _called(role, f)] or [f for f in rest if _holds(role, f)]
        if any(f.path in joins for f in own) or _called(role, inputs):
            continue
        loose = {f.path: j for f in own if (j := loose_link(inputs, f)) is not None}
        found |= {f.path: loose[f.path] for f in own if f.path in loose and (loose[f.path].share or _called(role, f))}
    return found


def _holds(role: str, file: File) -> bool:
    """Return whether a table holds hardly more than what is called a truth or an output, whatever its own name."""
    parts = ("label", "score") if role == "labels" else ("prediction",)
    clear = any(says(part, n) >= 0.8 for n in file.columns for part in parts)
    return clear and len(columns.inputs(file)) <= 1 and file_says("curated", file.path) < 0.6


def _called(role: str, file: File) -> bool:
    """Return whether a file's name gives it this role and no other."""
    other = "labels" if role == "predictions" else "predictions"
    said = file_says(role, file.path)
    return said >= 0.6 and said > file_says(other, file.path) and file_says("curated", file.path) < 0.6


def _place(
    chosen: dict[str, File],
    links: dict[str, Link],
    joins: dict[str, Link],
    answers: Answers,
    inputs: File,
    prefix: str,
    named: dict[str, File],
) -> None:
    """Fill in the roles that stand in files of their own; a log of latencies serves where no output was found."""
    holders = (("labels", answers.truth), ("predictions", answers.output))
    found = {role: c.file for role, c in holders if c is not None}
    if "predictions" not in found and not _scores(inputs):
        logs = [named[p] for p in joins if _scores(named[p]) and named[p] not in chosen.values()]
        found.update((("predictions", logs[0]),) if logs else ())
    for role in ("labels", "predictions") if not prefix else ():
        free = [p for p in joins if named[p] not in [*found.values(), *chosen.values()] and _called(role, named[p])]
        if role not in found and free:
            found[role] = named[max(free, key=lambda p: (joins[p].share, p))]
    for role, file in found.items():
        if file is not inputs:
            chosen[prefix + role] = file
            links[prefix + role] = joins[file.path]


def _scores(file: File) -> bool:
    """Return whether a table without an output still tells of the model: how long it took, or how sure it was."""
    return durations.latency(file) is not None or columns.certainty(file, ()) is not None


def _curated(sample: File, files: list[File]) -> File | None:
    """Return the table that the proof of concept was built on: named so, or with the same columns as the sample."""
    wanted = {words(n) for n in columns.inputs(sample)}
    found = []
    for file in files:
        have = {words(n) for n in columns.inputs(file)}
        shared = len(wanted & have) / max(1, len(wanted))
        named = file_says("curated", file.path)
        scored = sum(
            j.covered * j.share
            for f in files
            if f is not file and (j := link(file, f)) is not None and file_says("curated", f.path)
        )
        if have and ((named >= 0.6 and shared > 0) or (shared >= 0.8 and len(wanted & have) >= 3)):
            labels = file_says("labels", file.path) + file_says("predictions", file.path)
            found.append((2 * named + shared + scored - labels, -file.rows, file.path, file))
    return max(found, key=lambda t: t[:3])[3] if found else None


def _doubts(
    ranked: list[File], families: dict[str, tuple[dict[str, Link], Answers]], chosen: dict[str, File]
) -> list[str]:
    """Return sentences on choices between files that another reading could turn."""
    doubts: list[str] = []
    sample = ranked[0]
    rivals = [f for f in ranked[1:] if f not in chosen.values() and columns.inputs(f)]
    mine = families[sample.path][1].score + _prior(sample)
    doubts += [
        f"{sample.path} was taken as the production sample; {rival.path} could be it as well."
        for rival in rivals[:1]
        if mine - families[rival.path][1].score - _prior(rival) < 0.5
    ]
    if "curated" in chosen and file_says("curated", chosen["curated"].path) < 0.6:
        doubts.append(
            f"{chosen['curated'].path} has the columns of {sample.path}, so it was taken as the data that the proof of "
            "concept was built on; if it is not, delete [tables.curated]."
        )
    if (labels := chosen.get("labels")) is not None:
        for path in families[sample.path][0]:
            others = file_says("labels", path) >= 0.6 and path not in {f.path for f in chosen.values()}
            if others and not file_says("curated", path):
                why = "names its graders, so agreement can be measured" if columns.annotator(labels) else "fits better"
                doubts.append(f"{labels.path} was taken as the truth ({why}); {path} holds labels for the same rows.")
    if (outputs := chosen.get("predictions")) is not None:
        used = {f.path for f in chosen.values()}
        doubts += [
            f"{outputs.path} was taken as the predictions; {path} holds outputs for the same rows: where these are "
            "another version, put all versions into one table with a version column."
            for path in families[sample.path][0]
            if path not in used and file_says("predictions", path) >= 0.6 and not file_says("curated", path)
        ]
    return doubts


def _left_out(files: list[File], chosen: dict[str, File], joins: dict[str, Link]) -> tuple[str, ...]:
    used = {f.path for f in chosen.values()}
    lines = []
    for file in files:
        if file.path in used:
            continue
        if file_says("curated", file.path) >= 0.6 and "curated" in chosen:
            why = f"another table of curated data; {chosen['curated'].path} was taken."
        elif (join := joins.get(file.path)) is not None and not file_says("curated", file.path):
            why = f"joins the sample by {', '.join(join.left)}, but {_place_taken(file, chosen)}."
        elif (back := link(file, chosen["sample"])) is not None:
            why = (
                f"describes {', '.join(back.right)} of the sample, many rows each; to use its columns as segments, join "
                f"them into {chosen['sample'].path}."
            )
        else:
            nested = [n for n, c in file.columns.items() if c.nested]
            why = "shares no key with the sample and fits no role."
            if nested:
                why = (
                    f"shares no key with the sample; {', '.join(map(repr, nested[:3]))} hold{'s' * (len(nested) == 1)} "
                    "lists of objects, where answers may be nested: write them one row each, with the id of their case."
                )
        lines.append(f"{file.path}: {why}")
    return tuple(lines)


def _place_taken(file: File, chosen: dict[str, File]) -> str:
    role = next((r for r in ("labels", "predictions") if _called(r, file) and r in chosen), None)
    if role is None:
        return "none of its columns fits a role that is open"
    return f"{chosen[role].path} was taken as the {role}"
