"""Why: the planted cause is named first, its remedy is worth what it removes, and wrong labels are no model errors."""

import numpy as np
import pandas as pd
import pytest

from gatebook.slices import apart, causes, find_slices, mask
from gatebook.slices.predicate import DISTANCE
from gatebook.slices.why import Differs, Reason


def inputs(rng, n=4_000, web=0.1, blank=0.1):
    return pd.DataFrame(
        {
            "channel": rng.choice(["email", "chat", "web"], n, p=[0.6 - web, 0.4, web]),
            "age": rng.integers(18, 80, n).astype(str),
            "score": pd.Series(rng.normal(size=n).round(2).astype(str)).mask(rng.random(n) < blank),
        }
    ).astype("str")


def failing(rng, inside, rate=0.35):
    return (rng.random(len(inside)) < np.where(inside, rate, 0.06)).astype(float)


def web_case(seed, curated_web):
    rng = np.random.default_rng(seed)
    frame = inputs(rng)
    web = (frame["channel"] == "web").to_numpy()
    loss = failing(rng, web)
    found, *_ = find_slices(frame, loss).slices
    return rng, frame, web, loss, found, inputs(rng, 900, curated_web)


def test_missing_data_is_named_with_what_filling_it_removes():
    rng = np.random.default_rng(1)
    frame = inputs(rng)
    blank = frame["score"].isna().to_numpy()
    loss = failing(rng, blank)
    (found,) = find_slices(frame, loss).slices
    (first, *_) = causes(found, frame, loss, curated=inputs(rng, 900, blank=0.1))
    assert first.kind == "missing data"
    assert (first.seen.values["column"], first.seen.values["share"]) == ("score", 1.0)
    assert first.rows == blank.sum()
    assert first.lower < blank.sum() * (0.35 - 0.06) < first.upper


@pytest.mark.parametrize(("share", "kind"), [(0.0, "out of scope"), (0.01, "scarce labels"), (0.04, "drift")])
def test_what_the_curated_rows_lack_is_told_apart(share, kind):
    _, frame, web, loss, found, curated = web_case(2, share)
    (first, *_) = causes(found, frame, loss, curated=curated)
    assert first.kind == kind
    assert first.lower < web.sum() * (0.35 - 0.06) < first.upper


def test_curated_rows_like_production_are_no_cause():
    _, frame, _, loss, found, curated = web_case(3, 0.1)
    (only,) = causes(found, frame, loss, curated=curated)
    assert only.kind == "unknown"
    assert "reason code" in only.action


def test_wrong_labels_are_no_model_errors():
    rng, frame, web, loss, found, _ = web_case(4, 0.1)
    suspects = (loss > 0) & (rng.random(len(loss)) < np.where(web, 0.8, 0.02))
    (first, *_) = causes(found, frame, loss, suspects=suspects)
    assert first.kind == "label noise"
    assert first.rows == (suspects & web).sum()
    assert first.lower <= first.removable <= first.upper
    assert "second grader" in first.action


def test_labels_that_nobody_looked_at_are_counted_by_those_that_were():
    rng, frame, web, loss, found, _ = web_case(4, 0.1)
    wrong = (loss > 0) & (rng.random(len(loss)) < np.where(web, 0.8, 0.02))
    suspects = np.where(rng.random(len(loss)) < 0.5, wrong, np.nan)
    (first, *_) = causes(found, frame, loss, suspects=suspects)
    assert first.kind == "label noise"
    assert first.seen.code is Reason.WRONG_LABELS_SAMPLED
    assert first.lower < (wrong & web).sum() < first.upper


def test_over_confidence_is_said_where_the_rest_is_calibrated():
    rng, frame, web, loss, found, _ = web_case(5, 0.1)
    boastful = np.clip(rng.normal(0.94, 0.01, len(loss)), 0, 1)
    (first, *_) = causes(found, frame, loss, confidence=boastful)
    assert first.kind == "over-confidence"
    assert first.seen.values["stated"] == pytest.approx(0.94, abs=0.005)
    honest = np.where(web, 0.65, 0.94)
    assert [c.kind for c in causes(found, frame, loss, confidence=honest)] == ["unknown"]


def test_causes_are_ranked_by_what_they_remove():
    rng, frame, web, loss, found, curated = web_case(6, 0.0)
    frame["score"] = frame["score"].mask(web & (rng.random(len(web)) < 0.5))
    loss = np.where(web & frame["score"].isna().to_numpy(), (rng.random(len(web)) < 0.6).astype(float), loss)
    ranked = causes(found, frame, loss, curated=curated)
    assert {"missing data", "out of scope"} <= {c.kind for c in ranked}
    assert [c.removable for c in ranked] == sorted((c.removable for c in ranked), reverse=True)


def test_what_sets_a_slice_apart_is_said_in_other_columns():
    rng = np.random.default_rng(7)
    frame = inputs(rng)
    web = (frame["channel"] == "web").to_numpy()
    frame["device"] = np.where(web & (rng.random(len(web)) < 0.9), "phone", rng.choice(["phone", "desk"], len(web)))
    loss = failing(rng, web)
    found = next(s for s in find_slices(frame, loss).slices if mask(frame, s.predicates).sum() == web.sum())
    (told,) = apart(found, frame)
    assert (told.code, told.values["column"], told.values["value"]) == (Differs.VALUE, "device", "phone")
    assert told.values["share"] > 0.9


def test_losses_without_limit_have_causes_too() -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"channel": rng.choice(["web", "fax"], 600, p=[0.8, 0.2]), "area": rng.normal(50, 9, 600).round(1).astype(str)}
    )
    blank = (frame["channel"] == "fax").to_numpy() & (rng.random(600) < 0.9)
    frame.loc[blank, "area"] = None
    loss = rng.exponential(3, 600) + np.where(blank, 25, 0)
    found = find_slices(frame, loss)
    first = causes(found.slices[0], frame, loss)[0]
    assert first.kind == "missing data"
    assert 0 < first.lower <= first.removable <= first.upper


def test_a_type_that_is_unlike_the_curated_texts_is_drift() -> None:
    rng = np.random.default_rng(3)
    far = rng.random(900)
    frame = pd.DataFrame({DISTANCE: far, "channel": rng.choice(["web", "fax"], 900)})
    loss = (rng.random(900) < np.where(far > 0.7, 0.5, 0.05)).astype(float)
    found = find_slices(frame, loss)
    first = causes(found.slices[0], frame, loss, curated=pd.DataFrame({"channel": ["web", "fax"] * 50}))[0]
    assert first.kind == "drift"
    assert first.seen.code is Reason.DISTANT
