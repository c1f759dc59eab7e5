"""What a labelling sheet holds: what a grader needs to see, nothing that tells the model's answer; and its file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from gatebook.errors import RunError
from gatebook.findings_file import spreadsheet_safe
from gatebook.project import Project, TableSpec
from gatebook.project.tables import open_table

STEM = "labels-to-fill"
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
_SUSPECT = re.compile(r"(?i)(^|[^a-z])(pred|predict|predicted|prediction|score|prob|proba|confidence|logit|judge)")
_HARMLESS_ID = re.compile(r"[-+@\u2010-\u2015\u2212]?[\w.:/@# -]*")


def sheet_content(
    project: Project, frame: pd.DataFrame, chosen: pd.Series, chances: pd.Series
) -> tuple[pd.DataFrame, list[str]]:
    """Return the sheet: ids, what a grader needs to see, empty label and annotator, and the design's columns."""
    spec = project.tables["sample"]
    labels = project.table("labels")
    sheet = frame.loc[chosen.index, list(spec.ids)].set_axis(list(label_ids(project, spec.ids)), axis=1)
    _refuse_formulas(sheet)
    shown, left_out = _shown(project, spec, tuple(frame.columns))
    added = {
        (labels.label or labels.score if labels else None) or "label": "",
        (labels.annotator if labels else None) or "annotator": "",
        "stratum": chosen.to_numpy(),
        "inclusion_probability": chances.map(lambda chance: repr(float(chance))).to_numpy(),
    }
    for column in shown:
        name = f"{column} (input)" if column in added or column in sheet else column
        sheet[name] = frame.loc[chosen.index, column].fillna("").map(spreadsheet_safe)
    notes = [f"columns left out of the sheet: {', '.join(left_out)}."] if left_out else []
    if project.task == "generation" or (labels is not None and labels.score):
        notes += _add_outputs(project, frame, chosen, sheet)
    for name, values in added.items():
        sheet[name] = values if isinstance(values, str) else pd.Series(values, index=sheet.index).map(spreadsheet_safe)
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
            _refuse_formulas(sheet[[version]])
    lost = int(texts.isna().sum())
    return [f"{lost} rows have no output to grade."] if lost else []


def _refuse_formulas(sheet: pd.DataFrame) -> None:
    """Ids and versions must stay as they are to find their rows again, so one that a spreadsheet would run is refused."""
    for column in sheet.columns:
        for value in sheet[column]:
            if spreadsheet_safe(value) != value and not _HARMLESS_ID.fullmatch(value):
                raise RunError(
                    f"{value!r:.40} in {column} would run as a formula in a spreadsheet; "
                    "ids and versions need plain letters and digits."
                )


def label_ids(project: Project, ids: tuple[str, ...]) -> tuple[str, ...]:
    labels = project.table("labels")
    return labels.ids if labels is not None and len(labels.ids) == len(ids) else ids


def as_csv(sheet: pd.DataFrame) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(spreadsheet_safe(str(name)) for name in sheet.columns)
    writer.writerows(sheet.itertuples(index=False, name=None))
    return out.getvalue()


def write_sheets(root: Path, first: str, second: str | None) -> tuple[Path, Path | None]:
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
