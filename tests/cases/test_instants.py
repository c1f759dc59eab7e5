"""One type of moment, however it was written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gatebook.cases.times import in_order, instants
from gatebook.project import ReadOptions

MOMENTS = pd.date_range("2026-09-01 08:00", periods=40, freq="7min")


def written(how: str) -> list[str]:
    stamps = [m.to_pydatetime() for m in MOMENTS]
    return {
        "naive": [str(m) for m in MOMENTS],
        "z": [m.strftime("%Y-%m-%dT%H:%M:%SZ") for m in MOMENTS],
        "zone": [str(m.tz_localize("UTC").tz_convert("Europe/Berlin")) for m in MOMENTS],
        "micro": [m.strftime("%Y-%m-%dT%H:%M:%S.000000+00:00") for m in MOMENTS],
        "seconds": [str(int(m.timestamp())) for m in MOMENTS.tz_localize("UTC")],
        "milliseconds": [f"{m.timestamp() * 1e3:.0f}" for m in MOMENTS.tz_localize("UTC")],
        "nanoseconds": [str(m.value) for m in MOMENTS],
        "german": [f"{s:%d.%m.%Y %H:%M}" for s in stamps],
        "mixed": [m.strftime("%Y-%m-%d %H:%M:%S" + ("Z" if i % 2 else "")) for i, m in enumerate(MOMENTS)],
    }[how]


@pytest.mark.parametrize(
    "how", ["naive", "z", "zone", "micro", "seconds", "milliseconds", "nanoseconds", "german", "mixed"]
)
def test_every_way_to_write_a_moment_is_the_same_moment(how: str) -> None:
    found = instants(pd.Series(written(how), dtype="str"))
    assert found.values.dtype == np.dtype("datetime64[us]")
    assert (found.values.to_numpy() == MOMENTS.to_numpy().astype("datetime64[us]")).all()
    assert (found.blank, found.unreadable, found.days) == (0, 0, False)


def test_blank_and_unreadable_cells_are_counted() -> None:
    found = instants(pd.Series(["2026-09-01 08:00:00", "", "soon"], dtype="str"))
    assert (found.blank, found.unreadable) == (1, 1)
    assert found.values.notna().tolist() == [True, False, False]


def test_a_named_zone_moves_times_without_one() -> None:
    found = instants(pd.Series(["2026-07-01 10:00:00"], dtype="str"), ReadOptions(time_zone="Europe/Berlin"))
    assert str(found.values.iloc[0]) == "2026-07-01 08:00:00"


def test_days_are_no_moments() -> None:
    assert instants(pd.Series(["2026-07-01", "2026-07-02"], dtype="str")).days
    assert not instants(pd.Series(["2026-07-01 00:00:00", "2026-07-02 00:00:00"], dtype="str")).days


def test_plain_numbers_are_no_moments() -> None:
    found = instants(pd.Series(["12", "430"], dtype="str"))
    assert found.values.isna().all()


def test_a_row_without_a_time_stays_behind_the_row_before_it() -> None:
    times = pd.Series(pd.to_datetime(["2026-01-03", None, "2026-01-01", "2026-01-02"]))
    assert in_order(times).tolist() == [2, 3, 0, 1]
    assert in_order(pd.Series([pd.NaT, pd.NaT])).tolist() == [0, 1]
