"""Drawings: marks stand where the numbers say, inside the drawing, and carry words for those who do not see."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from gatebook.figures import Mark, Scale, axis, bullet, chain, interval, share_bar, tally

NASTY = "<b>\"'&"
numbers = st.floats(-1e9, 1e9, allow_nan=False)


def drawing(markup):
    return ET.fromstring(f"<div>{markup}</div>")


def places(markup):
    return [float(v) for v in re.findall(r'(?:x|cx|x1|x2)="(-?[\d.]+)%"', str(markup))]


@given(st.lists(numbers, min_size=1, max_size=6))
def test_every_value_lies_on_the_axis_made_for_it(values):
    scale = Scale.over(values)
    assert scale.high > scale.low
    for value in values:
        assert 0 <= scale.at(value) <= 100
    assert [scale.at(v) for v in sorted(values)] == sorted(scale.at(v) for v in values)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_share_never_has_an_axis_beyond_all_or_nothing(a, b, c):
    scale = Scale.over([a, b, c], floor=0.0, ceiling=1.0)
    assert scale.high > scale.low
    if max(a, b, c) - min(a, b, c) > 0.01:
        assert scale.low >= 0
        assert scale.high <= 1


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_on_the_axis(low, width):
    scale = Scale(low, low + width)
    ticks = scale.ticks(5)
    assert 1 <= len(ticks) <= 6
    assert all(scale.low - width * 1e-6 <= t <= scale.high + width * 1e-6 for t in ticks)


@given(st.lists(numbers, min_size=5, max_size=5))
def test_bullet_graphs_stay_inside_their_drawing(values):
    measured, low, needed, target, high = values
    markup = bullet(
        scale=Scale.over(values),
        status="open",
        describe="words",
        measured=Mark(measured, "1,234 ms"),
        likely=(min(low, high), max(low, high)),
        needed=Mark(needed, "needed 1,234 ms"),
        target=Mark(target, "target 1,234 ms"),
    )
    assert all(-1 <= place <= 101 for place in places(markup))
    svg = drawing(markup)[0]
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "words"


def test_labels_that_come_close_are_drawn_apart():
    markup = bullet(
        scale=Scale(0, 1),
        status="pass",
        describe="",
        needed=Mark(0.50, "needed 50 %"),
        target=Mark(0.52, "target 52 %"),
    )
    anchors = {t.text: t.get("text-anchor") for t in drawing(markup).iter("text")}
    assert anchors == {"needed 50 %": "end", "target 52 %": "start"}


def test_every_drawing_escapes_what_it_is_given():
    scale = Scale(0, 1)
    for markup in (
        bullet(scale=scale, status="pass", describe=NASTY, measured=Mark(0.5, NASTY)),
        tally([(2, NASTY, "open")], status="open", describe=NASTY),
        chain([True, False], NASTY, status="open", describe=NASTY),
        interval(scale, 0.5, 0.4, 0.6, describe=NASTY),
        axis(scale, [(0.5, NASTY)]),
    ):
        root = drawing(markup)
        assert not list(root.iter("b"))
        told = [t.text for t in root.iter()] + [t.get("aria-label") for t in root.iter()]
        assert NASTY in told


def test_a_tally_draws_as_many_squares_as_it_counts():
    svg = drawing(tally([(0, "0 blocking", "fail"), (4, "4 warnings", "open")], status="pass", describe=""))
    kinds = [r.get("class") for r in svg.iter("rect")]
    assert kinds == ["empty", "open", "open", "open", "open"]


def test_a_chain_draws_a_ring_for_a_system_that_is_not_ready():
    svg = drawing(chain([True, True, False], "2 of 3", status="open", describe=""))
    assert [c.get("class") for c in svg.iter("circle")] == ["mark", "mark", "ring"]


@given(st.floats(-1, 2, allow_nan=False))
def test_share_bars_stay_between_nothing_and_all(share):
    width = float(drawing(share_bar(share))[0][1].get("width").rstrip("%"))
    assert 0 <= width <= 100
