"""No figure is ever printed with an exponent."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from gatebook.words.figures import money, plain_number

EXPONENT = re.compile(r"\de[+-]?\d")
SOURCE = Path(__file__).parents[1] / "src" / "gatebook"
# What programs read: TOML, answers to compare, and the code of checks.py.
FOR_PROGRAMS = {"cases/answers.py", "init/start.py", "explore/views.py", "verdict/lineage.py"}


@pytest.mark.parametrize(
    ("value", "digits", "told"),
    [
        (0, 6, "0"),
        (1, 6, "1"),
        (1234.567, 6, "1,234.57"),
        (1_234_567.0, 3, "1,234,567"),
        (99.6, 2, "100"),
        (9.996, 3, "10"),
        (0.05, 6, "0.05"),
        (0.000_123_4, 3, "0.000123"),
        (-0.5, 6, "-0.5"),
        (3.8e-55, 2, "under 0.000001"),
        (-3.8e-55, 2, "above -0.000001"),
        (1e300, 6, "over 1,000,000,000,000,000"),
        (12.0, 3, "12"),
        (1200, 2, "1,200"),
    ],
)
def test_figures_as_people_write_them(value: float, digits: int, told: str) -> None:
    assert plain_number(value, digits) == told


def test_no_size_brings_an_exponent_and_each_is_near_the_value() -> None:
    random = np.random.default_rng(0)
    for value in random.choice([-1, 1], 3000) * 10 ** random.uniform(-60, 60, 3000):
        for digits in (1, 2, 3, 6):
            text = plain_number(float(value), digits)
            assert not EXPONENT.search(text), text
            if text[0] in "-0123456789":
                assert float(text.replace(",", "")) == pytest.approx(value, rel=0.5 * 10 ** (1 - digits) + 1e-9)
        assert not EXPONENT.search(money(float(value), "EUR"))


def test_nothing_else_formats_a_figure_for_people() -> None:
    """A "g" changes to an exponent by itself; only one function may decide how a figure is written."""
    general = re.compile(r"(?<!\{):[,+ ]?(?:\.\d+)?[ge]\}")
    found = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in sorted(SOURCE.rglob("*.py"))
        if str(path.relative_to(SOURCE)) not in FOR_PROGRAMS
        for line in path.read_text(encoding="utf-8").splitlines()
        if general.search(line)
    ]
    assert found == []
