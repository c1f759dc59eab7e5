"""Numbers whose squares no float can hold are no numbers: no statistic becomes NaN by them, and no run fails."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gatebook.evidence.compare import input_matrix
from gatebook.evidence.disclosure import Disclosure
from gatebook.evidence.rules_held import _column
from gatebook.reading import to_numbers
from gatebook.slices.predicate import numbers

HUGE = ["-1e308", "1e308", "1" + "0" * 400, "1e999", "inf", "nan"]


def test_they_are_read_as_failures():
    cast = to_numbers(pd.Series([*HUGE, "1e150", "7"], dtype="str"))
    assert cast.values.notna().tolist() == [False] * 6 + [True, True]
    assert np.isnan(numbers(pd.Series(HUGE, dtype="str"))).all()


def test_the_inputs_of_a_simple_model_stay_finite():
    frame = pd.DataFrame({"n": pd.Series((HUGE * 20)[:100] + [str(i % 30) for i in range(100)], dtype="str")})
    matrix, used = input_matrix(frame, (), ())
    assert used == ("n",)
    assert np.isfinite(matrix.toarray()).all()


def test_they_make_no_rule_of_a_span():
    cells = pd.Series(["1" + "0" * 400, "2"] * 100, dtype="str")
    assert _column("n", cells, Disclosure(), None).high is None
