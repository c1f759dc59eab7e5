from __future__ import annotations

import pytest


def _days(n: int) -> list[str]:
    return [f"2025-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(n)]


def test_a_date_in_another_format_and_a_note_in_a_time_column(look, rows_of):
    days = _days(100)
    days[5], days[6], days[60] = "05.06.2025", "7 Jun 2025", "12/31/2025"
    assert rows_of(look.only({"day": days}, "date_formats"), "day") == [5, 6, 60]
    times = [f"{1 + i % 12}:{i % 60:02d} p.m." for i in range(100)]
    times[1], times[2], times[3] = "12/02/2011 7:10 p.m.", "7:10 p.m. (Estimated)", "ask the desk"
    assert rows_of(look.only({"leaves": times}, "date_formats"), "leaves") == [1, 2, 3]


def test_zoned_and_naive_moments_are_told_as_time_zones(look):
    moments = [f"{d}T10:00:00" + ("Z" if i % 4 == 0 else "") for i, d in enumerate(_days(80))]
    assert look.only({"at": moments}, "time_zones").rows == 20


def test_both_orders_of_day_and_month_in_one_column(look):
    days = [f"{1 + i % 12}/{13 + i % 15}/2025" if i % 2 else f"{13 + i % 15}/{1 + i % 12}/2025" for i in range(80)]
    found = look.only({"day": [*days, "1/2/2025"]}, "date_order")
    assert found.severity == "warning"
    assert found.values == {"day_first": 40, "month_first": 40, "either": 1}


def test_a_few_swapped_dates_are_the_only_wrong_cells(look, rows_of):
    days = [f"{13 + i % 15}/{1 + i % 12}/2025" for i in range(100)]
    days[3], days[30], days[31] = "3/25/2025", "4/25/2025", "5/25/2025"
    assert rows_of(look.only({"day": days}, "date_order"), "day") == [3, 30, 31]


def test_dates_that_could_be_either_are_a_note(look):
    found = look.only({"day": [f"{1 + i % 12}/{1 + i % 11}/2025" for i in range(60)]}, "date_order")
    assert (found.severity, found.cell_error) == ("note", False)


@pytest.mark.parametrize("wrong", ["2025-02-30", "2025-13-01", "31/04/2025"])
def test_dates_of_no_calendar(look, rows_of, wrong):
    days = _days(100)
    days[4] = wrong
    assert 4 in rows_of(look.only({"day": days}, "impossible_value"), "day")


def test_one_format_throughout_is_silent(look):
    assert not [f for f in look({"day": _days(300)}).findings if f.severity == "warning"]
