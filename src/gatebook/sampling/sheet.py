"""What a labelling sheet holds: what a grader needs to see, nothing that tells the model's answer; and its file."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from enum import auto
from pathlib import Path

import pandas as pd

from gatebook.cases.columns import keys as keys_of
from gatebook.errors import RunError
from gatebook.findings_file import spreadsheet_safe
from gatebook.project import Project, TableSpec
from gatebook.project.tables import open_table
from gatebook.words import Code, Said, said

STEM = "labels-to-fill"
_MOST_SHEETS = 10_000
# Keys of the project file whose columns a grader may see; every other column that it names tells the answer.
_HARMLESS = {
    *("id", "time", "cluster", "segments", "text", "required"),
    *("version", "trial", "latency", "started", "ended"),
}
_SUSPECT = re.compile(r"(?i)(^|[^a-z])(pred|predict|predicted|prediction|score|prob|proba|confidence|logit|judge)")
_HARMLESS_ID = re.compile(r"[-+@\u2010-\u2015\u2212]?[\w.:/@# -]*")


class SheetNote(Code):
    """What a person should know of a sheet."""

    COLUMNS_LEFT_OUT = auto()
    NO_OUTPUTS = auto()
    OUTPUTS_LOST = auto()
    NO_ID = auto()
    REPEATED_ID = auto()
    SHEET_GONE = auto()
    FEWER_LEFT = auto()
    OTHER_SAMPLE = auto()


class SheetFault(Code):
    """Why a sheet cannot be written."""

    FORMULA = auto()
    UNREADABLE = auto()
    CANNOT_WRITE = auto()
    TOO_MANY = auto()


@dataclass(frozen=True)
class SheetContent:
    """The rows of a sheet, in the order of the draw, and what a person should know of them."""

    rows: pd.DataFrame
    notes: tuple[Said, ...]


def sheet_content(project: Project, frame: pd.DataFrame, chosen: pd.Series, chances: pd.Series) -> SheetContent:
    """Return the sheet: ids, what a grader needs to see, empty label and annotator, and the design's columns.

    Args:
        project: names the sample, the labels, and the columns that tell the model's answer.
        frame: the sample.
        chosen: stratum of each drawn row (index: the row).
        chances: inclusion probability of each drawn row.
    """
    spec = project.tables["sample"]
    labels = project.table("labels") or TableSpec(path="")
    sheet = frame.loc[chosen.index, list(spec.ids)].set_axis(list(label_ids(project, spec.ids)), axis=1)
    _refuse_formulas(sheet)
    shown, left_out = _shown(project, spec, tuple(frame.columns))
    added = {
        labels.label or labels.score or "label": "",
        labels.annotator or "annotator": "",
        "stratum": chosen.to_numpy(),
        "inclusion_probability": chances.map(lambda chance: repr(float(chance))).to_numpy(),
    }
    for column in shown:
        name = f"{column} (input)" if column in added or column in sheet else column
        sheet[name] = frame.loc[chosen.index, column].fillna("").map(spreadsheet_safe)
    notes = [said(SheetNote.COLUMNS_LEFT_OUT, columns=", ".join(left_out))] if left_out else []
    if project.task == "generation" or labels.score:
        notes += _add_outputs(project, frame, chosen, sheet)
    for name, values in added.items():
        sheet[name] = values if isinstance(values, str) else pd.Series(values, index=sheet.index).map(spreadsheet_safe)
    return SheetContent(sheet, tuple(notes))


def _shown(project: Project, spec: TableSpec, columns: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return the columns that a grader sees, and those that are left out because they tell or are nobody's business."""
    telling = {c for s in project.tables.values() for c, key in s.named_columns().items() if key not in _HARMLESS}
    meant = {*spec.text, *spec.segments, spec.time, spec.cluster}
    hidden = {*project.personal, *project.ignore} | telling
    rest = [column for column in columns if column not in spec.ids]
    shown = [c for c in rest if c not in hidden and (c in meant or not _SUSPECT.search(c))]
    return shown, [c for c in rest if c not in shown]


def _add_outputs(project: Project, frame: pd.DataFrame, chosen: pd.Series, sheet: pd.DataFrame) -> list[Said]:
    """Add the output to be graded, where graders judge the output itself; return what could not be added."""
    spec = project.tables["sample"]
    keys = list(spec.ids)
    answers, labels = project.table("predictions"), project.table("labels")
    if answers is None and spec.prediction:
        answers, outputs = spec, frame
    elif answers is not None and answers.prediction and len(answers.ids) == len(keys):
        outputs = open_table("predictions", answers, project.root).frame()
    else:
        return [said(SheetNote.NO_OUTPUTS)]
    if answers.version and project.candidate:
        outputs = outputs[outputs[answers.version] == project.candidate]
    found = outputs.drop_duplicates(list(answers.ids)).set_index(list(answers.ids))[answers.prediction]
    wanted = frame.loc[chosen.index, keys]
    texts = found.reindex(pd.MultiIndex.from_frame(wanted) if len(keys) > 1 else pd.Index(wanted[keys[0]]))
    sheet["output"] = texts.fillna("").map(spreadsheet_safe).to_numpy()
    version = (labels.version if labels else None) or answers.version
    if project.candidate and version:
        sheet[version] = project.candidate
        _refuse_formulas(sheet[[version]])
    lost = int(texts.isna().sum())
    return [said(SheetNote.OUTPUTS_LOST, n=lost)] if lost else []


def _refuse_formulas(sheet: pd.DataFrame) -> None:
    """Ids and versions must stay as they are to find their rows again, so one that a spreadsheet would run is
    refused.
    """
    for column in sheet.columns:
        for value in sheet[column]:
            if spreadsheet_safe(value) != value and not _HARMLESS_ID.fullmatch(value):
                raise RunError(SheetFault.FORMULA, value=f"{value!r:.40}", column=column)


def label_ids(project: Project, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return how the labels call the id columns of the sample."""
    labels = project.table("labels")
    return labels.ids if labels is not None and len(labels.ids) == len(ids) else ids


def ids_in_sheets(project: Project, ids: tuple[str, ...]) -> set[str]:
    """Return the ids in earlier sheets of this folder.

    Raises:
        RunError: one of them cannot be read.
    """
    names = label_ids(project, ids)
    found: set[str] = set()
    for path in sorted(project.root.glob(f"{STEM}*.csv")):
        try:
            sheet = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise RunError(SheetFault.UNREADABLE, path=path, error=str(error)) from None
        if set(names) <= set(sheet.columns):
            found |= set(keys_of(sheet, names).dropna().astype("str"))
    return found


def as_csv(sheet: pd.DataFrame) -> str:
    """Return the text of a sheet's file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(spreadsheet_safe(str(name)) for name in sheet.columns)
    writer.writerows(sheet.itertuples(index=False, name=None))
    return out.getvalue()


def write_sheets(root: Path, first: str, second: str | None) -> tuple[Path, Path | None]:
    """Write the sheets under the first free name, both or none."""
    texts = [first] if second is None else [first, second]
    for number in range(1, _MOST_SHEETS):
        stem = STEM if number == 1 else f"{STEM}-{number}"
        paths = [root / f"{stem}.csv", root / f"{stem}-second-grader.csv"]
        if any(path.exists() for path in paths):
            continue
        done: list[Path] = []
        try:
            for path, text in zip(paths, texts, strict=False):
                with path.open("x", encoding="utf-8", newline="") as file:
                    done.append(path)
                    file.write(text)
        except OSError as error:
            remove(*done)
            if isinstance(error, FileExistsError):
                continue
            raise RunError(SheetFault.CANNOT_WRITE, path=paths[0], error=error.strerror) from None
        return paths[0], paths[1] if second is not None else None
    raise RunError(SheetFault.TOO_MANY, root=root, stem=STEM)


def remove(*paths: Path | None) -> None:
    """Take sheets away that were not finished, or are not on record."""
    for path in paths:
        if path is not None:
            path.unlink(missing_ok=True)
