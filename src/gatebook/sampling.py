"""A labelling sheet: rows of the production sample, drawn by chance, without a hint of what the model said."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gatebook.errors import GatebookError, ProjectFileError, RunError, UsageError
from gatebook.findings_file import spreadsheet_safe
from gatebook.ledger import Ledger
from gatebook.project import Project, TableSpec
from gatebook.project.load import FILE
from gatebook.tables import open_table

STEM = "labels-to-fill"
BLANK = "(blank)"
_TELLING = (
    "label",
    "score",
    "prediction",
    "confidence",
    "probability",
    "judge",
    "error",
    "annotator",
    "reason",
    "weight",
    "stratum",
    "inclusion_probability",
    "latency_ms",
    "latency_s",
    "cost",
)
_SUSPECT = re.compile(
    r"(?i)(^|[^a-z])(pred|predict|predicted|prediction|score|prob|proba|confidence|logit|judge)"
)
_HARMLESS_ID = re.compile(r"[-+@]?[\w.:/@# -]*")


@dataclass(frozen=True)
class Stratum:
    """One stratum: `population` rows, `before` of them in earlier sheets, `drawn` in this one."""

    name: str
    population: int
    before: int
    drawn: int

    @property
    def inclusion_probability(self) -> float:
        """The chance of a row to be in this sheet or an earlier one."""
        return (self.before + self.drawn) / self.population


@dataclass(frozen=True)
class Sheet:
    """What was drawn and written.

    Attributes:
        path: the sheet.
        second: the second grader's sheet, or None.
        strata: the design; a single stratum where nothing was stratified.
        seed: gives the same rows again, from the same table and the same earlier sheets.
        notes: what a person should know: columns left out, rows that could not be drawn.
    """

    path: Path
    second: Path | None
    strata: tuple[Stratum, ...]
    seed: int
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of the sheet."""
        return sum(stratum.drawn for stratum in self.strata)


def draw_sheet(
    project: Project,
    ledger: Ledger,
    *,
    n: int,
    double: int = 0,
    by: str | None = None,
    seed: int | None = None,
) -> Sheet:
    """Draw rows, write the sheet into the project's folder and the design into the history, and return both.

    Rows of earlier sheets are not drawn again. Sheets are never overwritten. Without `by`, simple random sampling
    without replacement; with it, stratified: each stratum in proportion to its rows, small ones at least ten rows
    (or half of an equal share), so that rare kinds are seen; `inclusion_probability` undoes that (Horvitz-Thompson;
    Lohr, Sampling: Design and Analysis, chapters 3 and 6).

    Args:
        project: names the sample, its id, and the columns that would give the model's answer away.
        ledger: the history that takes the design.
        n: rows to draw.
        double: how many of them a second grader gets as well, in a sheet of their own.
        by: the column to stratify by.
        seed: None takes the next one that the history has not seen.

    Raises:
        UsageError: `n`, `double` or `by` makes no sense for this sample.
        ProjectFileError: the sample has no id.
        GatebookError: the table, the folder or the history cannot be used.
    """
    spec = project.tables["sample"]
    if n < 1 or not 0 <= double <= n:
        raise UsageError(f"-n {n} --double {double}: draw at least one row, and double at most that many.")
    if not spec.ids:
        raise ProjectFileError(
            f"{project.root / FILE}: [tables.sample] id is missing: without it no label finds its row again; "
            'name the id column, e.g. id = "ticket_id".'
        )
    table = open_table("sample", spec, project.root)
    if by is not None and by not in table.columns:
        raise UsageError(f"--by {by}: the sample has no such column; it has {', '.join(table.columns)}.")
    frame = table.frame()
    units, notes = _units(frame, spec.ids)
    seed = _next_seed(ledger) if seed is None else seed
    rng = np.random.default_rng(seed)
    keys = list(units[list(spec.ids)].itertuples(index=False, name=None))
    before = _earlier(project, spec.ids)
    known = pd.Series([tuple(key) in before for key in keys], index=units.index)
    strata, chosen = _draw(units, known, n, by, rng)
    notes += _gone(project, ledger)
    drawn = sum(stratum.drawn for stratum in strata)
    if drawn < n:
        notes.append(f"only {drawn} rows were left to draw.")
    content, more = _columns(project, frame, chosen, strata)
    notes += more
    first = _csv(content)
    second = (
        _csv(content.iloc[rng.permutation(len(content))[: min(double, len(content))]]) if double else None
    )
    path, second_path = _write(project.root, first, second)
    design = {
        "n": drawn,
        "seed": seed,
        "by": by,
        "strata": [
            {"name": s.name, "population": s.population, "before": s.before, "drawn": s.drawn} for s in strata
        ],
        "sheet": path.name,
        "sha256": hashlib.sha256(first.encode()).hexdigest(),
        "table_sha256": [account.sha256 for account in table.accounts],
        "double": min(double, drawn),
    }
    try:
        ledger.append("sample", design)
    except GatebookError:
        for written in (path, second_path):
            if written is not None:
                written.unlink(missing_ok=True)
        raise
    return Sheet(path, second_path, strata, seed, tuple(notes))


def allocate(sizes: dict[str, int], n: int) -> dict[str, int]:
    """Return how many rows each stratum gives: in proportion, small strata topped up, never more than it has.

    The counts add up to n, or to all rows where there are fewer.
    """
    total = sum(sizes.values())
    n = min(n, total)
    floor = min(10, n // (2 * len(sizes))) if sizes else 0
    shares = {name: min(size, max(floor, math.floor(n * size / total))) for name, size in sizes.items()}
    order = sorted(sizes, key=lambda name: (-sizes[name], name))
    while (missing := n - sum(shares.values())) != 0:
        for name in order:
            step = (missing > 0) - (missing < 0)
            low = min(floor, sizes[name])
            if missing and low <= shares[name] + step <= sizes[name]:
                shares[name] += step
                missing -= step
    return shares


def _units(frame: pd.DataFrame, ids: tuple[str, ...]) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows that can be drawn (one for each id), and what was left aside."""
    keys = frame[list(ids)]
    blank = keys.isna().any(axis=1)
    again = keys.duplicated() & ~blank
    notes = []
    if blank.any():
        notes.append(f"{int(blank.sum())} rows without an id could not be drawn.")
    if again.any():
        notes.append(f"{int(again.sum())} rows repeat an id; each id counts once.")
    units = frame[~blank & ~again]
    if units.empty:
        raise UsageError("the sample has no row with an id; nothing can be drawn.")
    return units, notes


def _gone(project: Project, ledger: Ledger) -> list[str]:
    """Return what to know of earlier sheets that the history names and the folder no longer holds."""
    named = [str(e.data.get("sheet")) for e in ledger.entries if e.kind == "sample"]
    return [
        f"the earlier sheet {name} is no longer here, so its rows may be drawn again."
        for name in named
        if not (project.root / name).exists()
    ]


def _earlier(project: Project, ids: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Return the ids in earlier sheets of this folder."""
    names = list(_label_ids(project, ids))
    found: set[tuple[str, ...]] = set()
    for path in sorted(project.root.glob(f"{STEM}*.csv")):
        try:
            sheet = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise RunError(
                f"{path}: an earlier sheet cannot be read ({error}); mend it or move it away."
            ) from None
        if set(names) <= set(sheet.columns):
            found |= {tuple(row) for row in sheet[names].itertuples(index=False, name=None)}
    return found


def _draw(
    units: pd.DataFrame, known: pd.Series, n: int, by: str | None, rng: np.random.Generator
) -> tuple[tuple[Stratum, ...], pd.Series]:
    """Return the design and the stratum of each drawn row (index: the row; in shuffled order)."""
    names = pd.Series("all", index=units.index) if by is None else units[by].fillna(BLANK)
    sizes = {str(k): int(v) for k, v in names[~known].value_counts().sort_index().items()}
    if len(sizes) > max(1, n // 2):
        raise UsageError(
            f"--by {by}: {len(sizes)} different values for {n} rows; stratify by a column with fewer values, or draw more."
        )
    counts = allocate(sizes, n)
    strata, parts = [], []
    for name, count in counts.items():
        rows = names.index[(names == name) & ~known].to_numpy()
        parts.append(pd.Series(name, index=rng.choice(rows, size=count, replace=False)))
        whole = names == name
        strata.append(Stratum(name, int(whole.sum()), int((whole & known).sum()), count))
    if not parts:
        raise UsageError("every row of the sample is in an earlier sheet; nothing is left to draw.")
    chosen = pd.concat(parts)
    return tuple(strata), chosen.iloc[rng.permutation(len(chosen))]


def _columns(
    project: Project, frame: pd.DataFrame, chosen: pd.Series, strata: tuple[Stratum, ...]
) -> tuple[pd.DataFrame, list[str]]:
    """Return the sheet: ids, what a grader needs to see, empty label and annotator, and the design's columns."""
    spec = project.tables["sample"]
    labels = project.table("labels")
    sheet = frame.loc[chosen.index, list(spec.ids)].set_axis(list(_label_ids(project, spec.ids)), axis=1)
    _refuse_formulas(sheet)
    shown, left_out = _shown(project, spec, tuple(frame.columns))
    added = {
        (labels.label or labels.score if labels else None) or "label": "",
        (labels.annotator if labels else None) or "annotator": "",
        "stratum": chosen.to_numpy(),
        "inclusion_probability": chosen.map(
            {s.name: repr(s.inclusion_probability) for s in strata}
        ).to_numpy(),
    }
    for column in shown:
        name = f"{column} (input)" if column in added or column in sheet else column
        sheet[name] = frame.loc[chosen.index, column].fillna("").map(spreadsheet_safe)
    notes = [f"columns left out of the sheet: {', '.join(left_out)}."] if left_out else []
    if project.task == "generation" or (labels is not None and labels.score):
        notes += _add_outputs(project, frame, chosen, sheet)
    for name, values in added.items():
        sheet[name] = (
            values if isinstance(values, str) else pd.Series(values, index=sheet.index).map(spreadsheet_safe)
        )
    return sheet, notes


def _shown(project: Project, spec: TableSpec, columns: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the columns that a grader sees, and those that are left out because they tell or are nobody's business."""
    telling = {getattr(s, key) for s in project.tables.values() for key in _TELLING} - {None}
    meant = {*spec.text, *spec.segments, spec.time, spec.cluster}
    shown: list[str] = []
    left_out: list[str] = []
    for column in columns:
        if column in spec.ids:
            continue
        private = column in {*project.personal, *project.ignore}
        suspect = column not in meant and _SUSPECT.search(column) is not None
        (left_out if private or column in telling or suspect else shown).append(column)
    return shown, left_out


def _add_outputs(project: Project, frame: pd.DataFrame, chosen: pd.Series, sheet: pd.DataFrame) -> list[str]:
    """Add the output to be graded, where graders judge the output itself; return what could not be added."""
    spec, keys = project.tables["sample"], list(project.tables["sample"].ids)
    answers = project.table("predictions")
    if answers is None and spec.prediction:
        answers, outputs = spec, frame
    elif answers is not None and answers.prediction and len(answers.ids) == len(keys):
        outputs = open_table("predictions", answers, project.root).frame()
    else:
        return ["the outputs to grade are not in the sheet: no table names them as prediction."]
    if answers.version and project.candidate:
        outputs = outputs[outputs[answers.version] == project.candidate]
    assert answers.prediction is not None
    found = outputs.drop_duplicates(list(answers.ids)).set_index(list(answers.ids))[answers.prediction]
    wanted = frame.loc[chosen.index, keys]
    index = pd.MultiIndex.from_frame(wanted) if len(keys) > 1 else pd.Index(wanted[keys[0]])
    texts = found.reindex(index)
    sheet["output"] = texts.fillna("").map(spreadsheet_safe).to_numpy()
    if project.candidate:
        version = (labels.version if (labels := project.table("labels")) else None) or answers.version
        if version:
            sheet[version] = project.candidate
    lost = int(texts.isna().sum())
    return [f"{lost} rows have no output to grade."] if lost else []


def _refuse_formulas(sheet: pd.DataFrame) -> None:
    """Ids must stay as they are to find their rows again, so one that a spreadsheet would run is refused."""
    for column in sheet.columns:
        for value in sheet[column]:
            if spreadsheet_safe(value) != value and not _HARMLESS_ID.fullmatch(value):
                raise RunError(
                    f"the id {value!r:.40} in {column} would run as a formula in a spreadsheet; "
                    "give the sample an id of plain letters and digits."
                )


def _label_ids(project: Project, ids: tuple[str, ...]) -> tuple[str, ...]:
    labels = project.table("labels")
    return labels.ids if labels is not None and len(labels.ids) == len(ids) else ids


def _next_seed(ledger: Ledger) -> int:
    return 1 + sum(entry.kind == "sample" for entry in ledger.entries)


def _csv(sheet: pd.DataFrame) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(spreadsheet_safe(str(name)) for name in sheet.columns)
    writer.writerows(sheet.itertuples(index=False, name=None))
    return out.getvalue()


def _write(root: Path, first: str, second: str | None) -> tuple[Path, Path | None]:
    """Write the sheets under the first free name, both or none."""
    for number in range(1, 10_000):
        stem = STEM if number == 1 else f"{STEM}-{number}"
        path, other = root / f"{stem}.csv", root / f"{stem}-second-grader.csv"
        if path.exists() or other.exists():
            continue
        done: list[Path] = []
        try:
            for target, text in ((path, first), (other, second)):
                if text is not None:
                    with target.open("x", encoding="utf-8", newline="") as file:
                        done.append(target)
                        file.write(text)
        except FileExistsError:
            _remove(done)
            continue
        except OSError as error:
            _remove(done)
            raise RunError(f"{path}: cannot be written ({error.strerror}).") from None
        return path, other if second is not None else None
    raise RunError(f"{root}: too many sheets named {STEM}-<n>.csv; move the filled ones away.")


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
