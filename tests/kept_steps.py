"""Steps of an assessment that answer once for the same arguments, so that many like projects cost little to assess."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib
import pytest

from gatebook.evidence import failing, gather, labels
from gatebook.project import TableSpec, tables
from gatebook.reading import Table

PURE = (  # they read their arguments and nothing else; judges are never kept
    (gather, "check"),
    (gather, "shift"),
    (gather, "profile"),
    (gather, "confidence_report"),
    (failing, "find_slices"),
    (failing, "compare_with_simplest"),
    (labels, "draw_of"),
)
Answers = dict[str, Any]


@contextmanager
def kept_steps(answers: Answers) -> Iterator[None]:
    """Let each pure step look its answer up in `answers` by the content of its arguments; tables by that of their
    files.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "__reduce__", lambda table: (str, (table.content,)), raising=False)
        patch.setattr(tables, "open_table", _opened_once(tables.open_table, answers))
        for module, name in PURE:
            patch.setattr(module, name, _answered_once(name, getattr(module, name), answers))
        yield


def _answered_once(name: str, real: Callable[..., Any], answers: Answers) -> Callable[..., Any]:
    def step(*args: Any, **options: Any) -> Any:
        key = joblib.hash((name, args, options))
        if key not in answers:
            answers[key] = real(*args, **options)
        return answers[key]

    return step


def _opened_once(real: Callable[..., Table], answers: Answers) -> Callable[..., Table]:
    def open_table(role: str, spec: TableSpec, root: Path, *, rejects: Path) -> Table:
        files = [(path.name, path.read_bytes()) for path in sorted(root.glob(spec.path))]
        key = joblib.hash((role, spec.model_dump_json(), files))
        if key not in answers:
            answers[key] = real(role, spec, root, rejects=rejects)
            answers[key].content = key
        return answers[key]

    return open_table
