"""Looks are outcomes: what was judged, by id, whatever the order; what was changed shares alpha; what left stays
counted.
"""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatebook.verdict.lineage import MOST_REQUESTS, NO_KEY, Line, Outcomes, Trace, follow, hashed_ids, read_line, seal
from gatebook.verdict.looks import ALPHA, LookedAt, NewLook, take_look, traced
from gatebook.verdict.past import Past

KEY, BAR, DAY = "G1 accuracy", 0.8, dt.date(2026, 10, 30)
Answers = dict[str, int]


def outcomes(answers: Answers, order: np.random.Generator | None = None, most: int = 20_000) -> Outcomes:
    """Return 0/1 outcomes by id, in some order."""
    items = [*answers.items()]
    if order is not None:
        order.shuffle(items)
    values = np.array([value for _, value in items], dtype=float)
    return Outcomes.of(NO_KEY, [name for name, _ in items], (values,), values[:, None], most)


class Story:
    """A history of looks, each written and read as the history does it."""

    def __init__(self) -> None:
        self.looks: list[Any] = []
        self.lines: dict[int, Line] = {}

    def look(self, now: Outcomes, *, status: str = "", version: str = "") -> NewLook:
        past = Past(begun_by="init", looks=tuple(self.looks), lines={(KEY, version, False): (*self.lines.values(),)})
        case: Any = SimpleNamespace(
            past=past,
            project=SimpleNamespace(incumbent=None),
            as_of=DAY,
            present=frozenset(),
            key=NO_KEY,
            granted={},
            facts=SimpleNamespace(outcomes=SimpleNamespace(candidate=version, versions=(version,))),
        )
        trace = traced(case, KEY, now)
        n = len(trace.known)
        look = take_look(case, KEY, LookedAt(BAR, trace, n, n, BAR, 600)).read(SimpleNamespace(status=status))
        if not look.known:
            entry = look.entry()
            line = read_line(self.lines, entry, entry["mapping"])
            self.lines.pop(line.number, None)
            self.lines[line.number] = line
            self.looks.append(look.past)
        return look

    @property
    def spent(self) -> float:
        found: dict[int, float] = {}
        for look in self.looks:
            found[look.line] = max(found.get(look.line, 0.0), look.spent)
        return sum(found.values())


answers = st.dictionaries(st.text(max_size=6), st.integers(0, 1), min_size=2, max_size=40)


few = settings(deadline=None, max_examples=30)


@few
@given(answers, st.integers(0, 2**32 - 1))
def test_the_same_outcomes_in_another_order_are_the_same_look(found: Answers, seed: int) -> None:
    story = Story()
    first = story.look(outcomes(found))
    again = story.look(outcomes(found, np.random.default_rng(seed)))
    assert again.known
    assert again.past.lineage == first.past.lineage
    assert (again.look.alpha, again.told) == (first.look.alpha, ())


@few
@given(answers, st.data())
def test_any_outcome_that_changes_is_told_and_shares_alpha(found: Answers, data: st.DataObject) -> None:
    story = Story()
    first = story.look(outcomes(found))
    changed = data.draw(st.sets(st.sampled_from(sorted(found)), min_size=1))
    other = {name: value ^ (name in changed) for name, value in found.items()}
    later = story.look(outcomes(other))
    assert not later.known
    assert later.trace.changed == len(changed)
    assert str(later.told[0]).startswith(f"{len(changed)} row")
    assert later.past.line != first.past.line
    assert later.look.alpha < first.look.alpha
    assert story.spent <= ALPHA + 1e-9
    assert story.look(outcomes(found)).past.line == first.past.line  # back to what it was
    assert story.spent <= ALPHA + 1e-9


@few
@given(answers, st.data())
def test_two_outcomes_that_change_places_are_told(found: Answers, data: st.DataObject) -> None:
    one, other = data.draw(st.lists(st.sampled_from(sorted(found)), min_size=2, max_size=2, unique=True))
    swapped = found | {one: found[other], other: found[one]}
    story = Story()
    story.look(outcomes(found))
    assert bool(story.look(outcomes(swapped)).trace.changed) == (found[one] != found[other])


steps = st.lists(st.tuples(st.sampled_from(["add", "drop", "change", "back", "same"]), st.integers(1, 30)), max_size=8)


@few
@given(steps, st.integers(0, 2**32 - 1))
def test_whatever_is_done_between_looks_alpha_is_spent_once(done: list[tuple[str, int]], seed: int) -> None:
    random = np.random.default_rng(seed)
    now: Answers = {f"t{i}": int(random.random() < BAR) for i in range(60)}
    story, states, seen = Story(), [dict(now)], len(now)
    story.look(outcomes(now))
    for what, many in done:
        some = random.permutation([*now])[: min(many, len(now) - 1)].tolist()
        if what == "add":
            now |= {f"t{seen + i}": int(random.random() < BAR) for i in range(many)}
            seen += many
        elif what == "drop":
            now = {name: value for name, value in now.items() if name not in some}
        elif what == "change":
            now |= {name: 1 - now[name] for name in some}
        elif what == "back":
            now = dict(states[many % len(states)])
        states.append(dict(now))
        before = story.spent
        look = story.look(outcomes(now, random))
        assert before - 1e-12 <= story.spent <= ALPHA + 1e-9
        assert set(outcomes(now).ids) <= set(look.trace.known.ids)
        if what == "same":
            assert look.known


def test_outcomes_that_left_stay_counted_with_what_they_were() -> None:
    story = Story()
    found = {f"t{i}": i % 2 for i in range(100)}
    story.look(outcomes(found))
    right = {name: value for name, value in found.items() if value}
    look = story.look(outcomes(right))
    assert look.known
    assert len(look.trace.gone) == 50
    assert look.trace.gone.figures.sum() == 0
    assert look.trace.known.figures.sum() == 50
    assert str(look.told[0]) == "50 rows judged before are gone and stay counted"
    more = story.look(outcomes(right | {"new": 1}))
    assert more.past.n == 101
    assert more.past.line == 0


def test_a_changed_outcome_hides_no_row_that_left() -> None:
    story = Story()
    found = {f"t{i}": i % 2 for i in range(100)}
    story.look(outcomes(found))
    kept = {name: value for name, value in found.items() if value} | {"t0": 1}
    look = story.look(outcomes(kept))
    assert look.past.line == 1
    assert look.past.n == 100
    assert look.trace.known.figures.sum() == 51


def test_labels_for_other_rows_extend_what_was_judged() -> None:
    story = Story()
    story.look(outcomes({f"a{i}": 1 for i in range(50)}))
    look = story.look(outcomes({f"b{i}": 1 for i in range(50)}))
    assert (look.past.line, look.past.n) == (0, 100)


def test_a_pass_stands_for_what_extends_it_and_for_nothing_else() -> None:
    story = Story()
    found = {f"t{i}": int(i % 20 > 0) for i in range(200)}
    story.look(outcomes(found), status="pass")
    more = found | {f"u{i}": i % 2 for i in range(60)}
    look = story.look(outcomes(more), status="pass")
    assert look.stands is not None
    assert look.stands.n == 200
    assert story.look(outcomes(more | {"t5": 0})).stands is None


def test_repeated_ids_are_told_apart_in_any_order() -> None:
    values = np.array([1.0, 0.0, 1.0, 0.5])
    names = ["a", "a", "b", "a"]
    one = Outcomes.of(NO_KEY, names, (values,), values[:, None])
    turned = [3, 1, 2, 0]
    other = Outcomes.of(NO_KEY, [names[i] for i in turned], (values[turned],), values[turned, None])
    assert len(one) == 4
    assert (one.ids == other.ids).all()
    assert (one.marks == other.marks).all()
    assert set(hashed_ids(NO_KEY, names)) == set(one.ids)


@given(answers)
def test_outcomes_are_read_as_they_were_written(found: Answers) -> None:
    one = outcomes(found)
    again = Outcomes.read(one.written(), one.share)
    for name in ("ids", "marks", "figures"):
        assert (getattr(one, name) == getattr(again, name)).all()


def test_half_a_pair_of_characters_is_an_id_like_any_other() -> None:
    assert len(set(outcomes({"\ud800": 1, "a": 0}).ids)) == 2


def test_another_key_knows_no_outcome_of_before() -> None:
    values = np.ones((1, 1))
    one, other = (Outcomes.of(key, ["a"], (values[:, 0],), values) for key in (NO_KEY, "f" * 16))
    assert one.ids[0] != other.ids[0]
    assert seal(NO_KEY) != seal("f" * 16)


def log(first: int, last: int, *, late: bool = False) -> Outcomes:
    """Return a part of a long request log: every tenth request is slow."""
    numbers = np.arange(first, last)
    took = np.where(numbers % 10 == 0, 900.0, 100.0) + (numbers % 7) + late
    return Outcomes.of(NO_KEY, [f"r{i}" for i in numbers], (took,), took[:, None], MOST_REQUESTS)


def read(line: Line | None, trace: Trace) -> Line:
    lines = {} if line is None else {line.number: line}
    return read_line(lines, trace.entry(), ())


def test_a_log_that_drops_old_rows_extends_and_counts_what_left() -> None:
    line, size = None, 0
    for night in range(12):
        now = log(night * 4_000, night * 4_000 + 40_000)
        trace = follow([] if line is None else [line], now, next_line=night > 0)
        assert (trace.line, trace.changed) == (0, 0)
        assert len(trace.gone) / trace.known.share == pytest.approx(4_000 * night, rel=0.15)
        size = len(trace.entry()["outcomes"])
        assert size < (80_000 if night == 0 else 12_000)
        line = read(line, trace)
    slow = trace.gone.figures[:, 0] > 500
    assert slow.mean() == pytest.approx(0.1, abs=0.02)


def test_a_log_that_was_measured_again_is_changed_evidence() -> None:
    first = follow([], log(0, 40_000), next_line=0)
    again = follow([read(None, first)], log(0, 40_000, late=True), next_line=1)
    assert again.line == 1
    assert again.changed == pytest.approx(40_000, rel=0.05)


def test_a_log_that_grows_or_shrinks_by_far_stays_the_same_line() -> None:
    line = read(None, follow([], log(0, 2_000), next_line=0))
    grown = follow([line], log(0, 50_000), next_line=1)
    assert (grown.line, len(grown.gone), grown.changed) == (0, 0, 0)
    shrunk = follow([read(line, grown)], log(49_000, 50_000), next_line=1)
    assert shrunk.line == 0
    assert len(shrunk.gone) / shrunk.known.share == pytest.approx(49_000, rel=0.1)
