"""Rows at the boundary of what they tell apart, where quick tests saw no small fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gatebook.record import Row
from small_projects import rows_of, write


def rows(folder: Path, sample: pd.DataFrame, labels: int) -> dict[str, Row]:
    """Return the rows of a project whose model errs on every fifth label, whatever the input."""
    ids = sample["id"].drop_duplicates()[:labels]
    truth = np.where(np.arange(len(ids)) % 2, "a", "b")
    wrong = np.arange(len(ids)) % 5 == 0
    given = np.where(wrong, np.where(truth == "a", "b", "a"), truth)
    tables = {
        "sample": sample,
        "labels": pd.DataFrame({"id": ids, "label": truth}),
        "predictions": pd.DataFrame({"id": ids, "p": given}),
    }
    keys = {"sample": 'id = "id"', "labels": 'id = "id"\nlabel = "label"', "predictions": 'id = "id"\nprediction = "p"'}
    return rows_of(write(folder, keys, tables, '[targets]\nmetric = "accuracy"\nvalue = 0.9\n'))


@pytest.mark.parametrize("copies", [0, 1])
def test_a_single_copy_is_told_and_none_is_not(tmp_path: Path, copies: int) -> None:
    sample = pd.DataFrame({"id": [f"t{n}" for n in range(40)], "size": range(40)})
    row = rows(tmp_path, pd.concat([sample, sample[:copies]]), 10)["1.1"]
    assert (row.status, row.code, row.estimate) == ("fail", "too_few", 40)
    assert row.n == 40 + copies
    assert ("copies" in row.flag_codes) == (copies > 0)


def test_too_few_labels_to_see_a_kind_of_input_are_no_kind_found(tmp_path: Path) -> None:
    sample = pd.DataFrame({"id": [f"t{n}" for n in range(60)], "size": range(60)})
    row = rows(tmp_path, sample, 30)["4.6"]
    assert (row.status, row.code) == ("not-enough-evidence", "few_labels")
