from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quality_tables import text

from gatebook.checks.column import weighted_quantile
from gatebook.checks.forms import DateForm, date_families, masks, quantity, shapes
from gatebook.checks.source import SAMPLE, read

values = st.lists(
    st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)), min_size=1, max_size=40
)


@given(values)
def test_codes_give_back_every_cell(cells):
    column = read(pd.DataFrame({"a": pd.Series(cells, dtype="str")})).columns[0]
    back = [None if c < 0 else column.values[c] for c in column.codes]
    assert back == [c or None for c in cells]
    assert column.empty == sum(not c for c in cells)
    assert column.counts.sum() == len(cells) - column.empty


@given(values)
def test_every_value_has_a_mask_a_shape_and_a_format(cells):
    column = read(pd.DataFrame({"a": pd.Series(cells, dtype="str")})).columns[0]
    assert len(column.masks) == len(column.shapes) == len(column.families) == len(column.values)


@pytest.mark.parametrize(
    ("value", "shape"), [("A-12", "a-9"), ("12.5 fl. oz", "9 a"), ("(212) 555-01", "(9) 9-9"), ("Zoë O'Neil", "a")]
)
def test_shapes(value, shape):
    assert shapes(masks(value)) == [shape]


@pytest.mark.parametrize(
    ("value", "parts"), [("12.0 oz.", ("12.0", "oz.")), ("$5", ("5", "$")), ("7", ("7", "")), ("x7", None), ("", None)]
)
def test_quantities(value, parts):
    assert quantity(value) == parts


@pytest.mark.parametrize(
    ("value", "family"),
    [
        ("2025-01-31", DateForm.YMD),
        ("2025-01-31T10:00:00Z", DateForm.YMD_ZONE),
        ("7:10 a.m.", DateForm.CLOCK_12),
        ("31/01/25", DateForm.SLASHES),
        ("3 Jan 2025", DateForm.DAY_MONTH),
        ("1234-5678", DateForm.NONE),
    ],
)
def test_date_formats(value, family):
    assert date_families([value], masks(value)) == [family]


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(1, 5)), min_size=1, max_size=30, unique_by=lambda p: p[0]),
    st.floats(0.01, 1.0),
)
def test_weighted_quantiles_equal_those_of_the_repeated_values(pairs, share):
    numbers, counts = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    expected = np.quantile(np.repeat(numbers, counts), share, method="inverted_cdf")
    assert weighted_quantile(numbers, counts, share) == expected


def test_long_tables_keep_full_counts_and_sample_only_what_is_mostly_distinct():
    n = SAMPLE + 1000
    table = read(text({"key": np.arange(n), "kind": np.arange(n) % 3}), ids=("key",))
    key, kind = table.columns
    assert len(key.codes) == SAMPLE
    assert key.is_key
    assert kind.rows is None
    assert kind.counts.sum() == n
    assert (kind.every.part(0, n)[table.sample] == kind.codes).all()
    assert sorted(int(v) for v in key.values) == table.sample.tolist()
