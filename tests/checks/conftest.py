"""Helpers for the tests of the data reality check."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from quality_tables import text

from gatebook.checks import Finding, Findings, check


class Look:
    """One scan of a table given as columns of values."""

    def __call__(self, columns: dict[str, object], **roles: object) -> Findings:
        return check(text(columns), **roles)

    def only(self, columns: dict[str, object], kind: str, **roles: object) -> Finding:
        """The one finding of this kind."""
        found = [f for f in self(columns, **roles).findings if f.kind == kind]
        assert len(found) == 1, [f.title for f in self(columns, **roles).findings]
        return found[0]

    def kinds(self, columns: dict[str, object], **roles: object) -> set[str]:
        return {f.kind for f in self(columns, **roles).findings}


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def rows(finding: Finding, column: str) -> list[int]:
    return sorted(int(r) for where, name in finding.cells if name == column for r in where)


@pytest.fixture
def rows_of():
    return rows


@pytest.fixture
def frame():
    def build(columns: dict[str, object]) -> pd.DataFrame:
        return text(columns)

    return build
