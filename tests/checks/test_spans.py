from __future__ import annotations

import numpy as np
import pandas as pd


def _stays(rng, n=400):
    begin = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300 * 1440, n), unit="min")
    nights = rng.integers(1, 40, n)
    return begin, nights, begin + pd.to_timedelta(nights * 1440 + rng.integers(-200, 200, n), unit="min")


def _day(moments):
    return moments.strftime("%Y-%m-%d").tolist()


def test_an_age_that_does_not_fit_the_two_dates(look, rows_of, rng):
    born = pd.Timestamp("1940-01-01") + pd.to_timedelta(rng.integers(0, 60 * 365, 400), unit="D")
    seen = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, 400), unit="D")
    age = ((seen - born).days / 365.2425).astype(int).to_numpy().copy()
    age[[3, 30, 300]] += [10, 20, 15]
    columns = {"born": _day(born), "seen": _day(seen), "age": [str(a) for a in age]}
    found = [f for f in look(columns).findings if f.kind == "broken_rule"]
    assert len(found) == 1
    assert found[0].columns == ("born", "age", "seen")
    assert found[0].values["formula"].values["unit"] == "years"
    assert rows_of(found[0], "age") == [3, 30, 300]


def test_an_age_that_is_one_off_may_be_counted_otherwise(look, rng):
    born = pd.Timestamp("1940-01-01") + pd.to_timedelta(rng.integers(0, 60 * 365, 400), unit="D")
    seen = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, 400), unit="D")
    age = ((seen - born).days / 365.2425).astype(int).to_numpy().copy()
    age[[3, 30, 300]] += 1
    columns = {"born": _day(born), "seen": _day(seen), "age": [str(a) for a in age]}
    assert "broken_rule" not in look.kinds(columns)


def test_minutes_between_two_moments(look, rows_of, rng):
    begin = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300 * 1440, 400), unit="min")
    minutes = rng.integers(20, 600, 400)
    end = begin + pd.to_timedelta(minutes, unit="min")
    wrong = minutes.copy()
    wrong[[4, 44]] += [60, 300]
    form = "%Y-%m-%d %H:%M"
    columns = {
        "from": begin.strftime(form).tolist(),
        "until": end.strftime(form).tolist(),
        "long": [str(m) for m in wrong],
    }
    found = look.only(columns, "broken_rule")
    assert found.values["formula"].values["unit"] == "minutes"
    assert rows_of(found, "long") == [4, 44]


def test_a_number_that_has_nothing_to_do_with_the_dates_keeps_no_rule(look, rng):
    begin, _, end = _stays(rng)
    columns = {"from": _day(begin), "until": _day(end), "x": [str(v) for v in rng.integers(0, 90, 400)]}
    assert "broken_rule" not in look.kinds(columns)


def test_nights_that_hold_throughout_are_no_finding(look, rng):
    begin, nights, end = _stays(rng)
    assert "broken_rule" not in look.kinds({"from": _day(begin), "until": _day(end), "nights": list(map(str, nights))})
    assert np.all(nights > 0)
