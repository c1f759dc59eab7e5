"""Behind the error analysis: confidence, latency, simpler ways, mix-ups."""

from __future__ import annotations

from gatebook.document.classes import absent_answers
from gatebook.document.loss import loss_of
from gatebook.document.page import DotRow, Dots, Figure, Fragment, Table, section, share_cell
from gatebook.document.status import find
from gatebook.document.words import SHARES, figure
from gatebook.figures import Mark, Scale, axis, histogram, interval, reliability
from gatebook.project import METRICS
from gatebook.record import ConfidenceFact, Coverage, Interval, Record
from gatebook.words.figures import capital, clip, count, listed, money, percent, plain_number, plural


def confidence(record: Record) -> Fragment:
    """Return whether the stated confidence means anything, and what review by people would buy."""
    fact = record.evidence.confidence
    if fact is None or not fact.bins:
        return section(
            "confidence",
            "Does the model know when it is wrong?",
            "The predictions carry no confidence, or too few labels.",
        )
    points = [(b.confidence, b.accuracy, b.lower, b.upper) for b in fact.bins if b.rows]
    told = []
    if fact.auroc is not None:
        told.append(
            f"A right answer carries more confidence than a wrong one {percent(fact.auroc)} of the time; 50 % would be a coin."
        )
    if fact.calibration_error is not None:
        c = fact.calibration_error
        told.append(
            f"On average the stated confidence is off by {percent(c.estimate)} (likely {percent(c.lower)} to {percent(c.upper)})."
        )
    over = sum(1 for b in fact.bins if b.upper < b.confidence)
    if over:
        told.append(f"In {plural(over, 'group')} of {len(fact.bins)} it claims more than it delivers.")
    review = ""
    if fact.review_target is not None and fact.review_share is not None:
        review = f"To reach {percent(fact.review_target)} on what the machine answers alone, people would take {percent(fact.review_share)} of the cases"
        review += _queue(fact)
    describe = "; ".join(f"stated {percent(c)}, right {percent(r)}" for c, r, _, _ in points)
    return section(
        "confidence",
        "Does the model know when it is wrong?",
        " ".join(told),
        Figure(
            "Share right (up) against stated confidence (across); on the dashed line it is honest",
            reliability(points, describe=describe),
        ),
        review,
        Table(
            "If only answers above a confidence go out unseen",
            ("Confidence at least", "#Answered alone", "#Right", "#Likely"),
            tuple(
                (
                    f"{c.threshold:.2f}",
                    percent(c.coverage),
                    percent(c.accuracy),
                    f"{percent(c.lower)} to {percent(c.upper)}",
                )
                for c in _spread(fact.curve)
            ),
        )
        if fact.curve
        else None,
    )


def _queue(fact: ConfidenceFact) -> str:
    """Return what the review queue means a day: cases, cost, and whether the plan allows for it."""
    if fact.review_per_day is None:
        return "."
    said = f", about {count(fact.review_per_day)} a day"
    if fact.review_cost_per_day is not None:
        said += f", at {money(fact.review_cost_per_day, fact.review_currency)} a day"
    if fact.review_planned_per_day is not None:
        over = fact.review_per_day - fact.review_planned_per_day
        fits = f"{count(over)} more than" if over >= 1 else "more than" if over > 0 else "within"
        said += f"; that is {fits} the {count(fact.review_planned_per_day)} a day that people can take"
    return f"{said}."


def _spread(curve: tuple[Coverage, ...]) -> list[Coverage]:
    """Return the points of the curve nearest to 10, 20, ... 100 % answered alone."""
    chosen = (min(curve, key=lambda c: abs(c.coverage - share / 10)) for share in range(1, 11))
    return list(dict.fromkeys(chosen))


def latency(record: Record) -> Fragment:
    """Return how long requests take, against limit and target."""
    fact = record.evidence.latency
    row = find(record, "G2")
    if fact is None:
        return section("latency", "How long does an answer take?", "The predictions carry no latency.")
    marks = []
    if row is not None and row.target is not None:
        marks.append(Mark(row.target, f"target {row.target:,.0f} ms"))
    if row is not None and row.bar is not None:
        marks.append(Mark(row.bar, f"limit {row.bar:,.0f} ms"))
    told = [f"{plural(fact.requests, 'request')}"]
    told.append(f", {count(fact.failed)} of them failed and count as too slow" if fact.failed else ", none failed")
    told.append(f"; {count(fact.censored)} ran into the time-out" if fact.censored else "")
    through = fact.throughput_per_s
    slow = f" It is slower at these times: {listed(fact.slow_times)}." if fact.slow_times else ""
    kinds = f" Kinds of input that take longer: {listed(fact.slow_inputs)}." if fact.slow_inputs else ""
    extra = f" It served {pace(through)}." if through else ""
    quantiles = Table(
        "Time within which a share of the requests is answered",
        ("Share", "#Time", "#Likely"),
        tuple(
            (f"{plain_number(q)} of 100", f"{ms:,.0f} ms", f"{low:,.0f} to {high:,.0f} ms")
            for q, ms, low, high in fact.quantiles
        ),
    )
    return section(
        "latency",
        "How long does an answer take?",
        "".join(told) + "." + extra + slow + kinds,
        Figure(
            "Requests by time taken",
            histogram(
                fact.histogram,
                marks,
                unit="milliseconds",
                describe=f"Histogram of {plural(fact.requests, 'request')}. "
                + ". ".join(f"{plain_number(q)} of 100 within {ms:,.0f} ms" for q, ms, _, _ in fact.quantiles),
            ),
        )
        if fact.histogram
        else None,
        quantiles if fact.quantiles else None,
    )


def pace(rate: Interval) -> str:
    """Return "6.1 a second (likely 5.7 to 6.5)", in the unit that keeps the number readable."""
    unit, seconds = next(
        ((u, s) for u, s in (("second", 1), ("minute", 60), ("hour", 3600)) if rate.estimate * s >= 1), ("day", 86400)
    )
    middle, low, high = (f"{plain_number(v * seconds, 3)}" for v in (rate.estimate, rate.lower, rate.upper))
    return f"{middle} a {unit} (likely {low} to {high})"


def baselines(record: Record) -> Fragment:
    """Return the model beside its own curated result, the simplest model and the trivial answer."""
    fact = record.evidence.errors
    share = fact.metric in SHARES

    def told(value: float) -> str:
        return figure(value, "", 0 if share else 2, share=share)

    entries: list[tuple[str, Interval, str]] = []
    if fact.production is not None:
        entries.append(("The model in production", fact.production, "plain"))
    if fact.curated is not None:
        entries.append(("The same on the curated data", fact.curated, "none"))
    if fact.simple_model is not None and fact.simple_metric in ("", fact.metric):
        entries.append((capital(fact.simple_model_words) or "The simplest model", fact.simple_model, "none"))
    if fact.trivial is not None:
        entries.append(
            (
                fact.trivial_words or "No model at all",
                Interval(estimate=fact.trivial, lower=fact.trivial, upper=fact.trivial),
                "none",
            )
        )
    if not entries:
        return section(
            "baselines",
            "Is it better than something simple?",
            "There is nothing to compare yet: labels or predictions are missing.",
        )
    scale = Scale.over([v for _, i, _ in entries for v in (i.estimate, i.lower, i.upper)], floor=0.0)
    prose = []
    if fact.curated is not None and fact.production is not None and fact.curated.lower > fact.production.upper:
        prose.append("On the curated data it looked better than it is in production.")
    if fact.trivial_difference is not None:
        d = fact.trivial_difference
        better = "It beats" if d.lower > 0 else "It does not beat" if d.upper < 0 else "It is not shown to beat"
        prose.append(
            f"{better} the trivial answer: the difference is {told(d.estimate)}, likely {told(d.lower)} to {told(d.upper)}."
        )
    prose += _simple(record)
    return section(
        "baselines",
        "Is it better than something simple?",
        " ".join(prose),
        Dots(
            f"{(fact.metric or 'Result').replace('_', ' ').capitalize()} of the model and of simpler ways",
            tuple(
                DotRow(
                    name,
                    interval(
                        scale, i.estimate, i.lower, i.upper, describe=f"{name}: {told(i.estimate)}", status=status
                    ),
                    told(i.estimate),
                    f"{told(i.lower)} to {told(i.upper)}" if i.upper > i.lower else "",
                )
                for name, i, status in entries
            ),
            axis(scale, [(t, told(t)) for t in scale.ticks(4)]),
        ),
    )


def _simple(record: Record) -> list[str]:
    """Return how the model does beside the simplest one, and where its score only knows the group."""
    fact, said = record.evidence.errors, []
    if (d := fact.simple_difference) is not None and fact.simple_model is not None:
        share = fact.simple_metric in SHARES
        lower, middle, upper = (figure(v, "", 1 if share else 2, share=share) for v in (d.lower, d.estimate, d.upper))
        better = (
            "is better than" if d.lower > 0 else "is worse than" if d.upper < 0 else "is not shown to be better than"
        )
        known = METRICS.get(fact.simple_metric)
        what = "mean error" if known is None or known.name == "mae" else known.plain
        said.append(
            f"It {better} the simplest model ({fact.simple_model_words}): in the {what} it gains {middle}, likely {lower} to {upper}."
        )
        if fact.metric and fact.simple_metric not in ("", fact.metric):
            lacking = (
                "it states no probability"
                if fact.metric in ("brier", "log_loss")
                else "too few independent rows are left"
            )
            said.append(f"In the project's own metric nothing can be said of the simplest model: {lacking}.")
    elif fact.rows and record.project.task in ("generation", "ranking"):
        said.append("No simplest model was tried: nobody has graded the answers of one.")
    said += [
        f"Its score ranks {percent(r.overall)} of all pairs rightly, within one {r.column} {percent(r.within.estimate)} "
        f"(likely {percent(r.within.lower)} to {percent(r.within.upper)}); the group alone gives {percent(r.between)}."
        for r in fact.rankings
    ]
    return said


def versions(record: Record) -> Fragment:
    """Return the candidate beside the version before it, regressions first."""
    found, loss = record.evidence.errors.versions, loss_of(record)
    heading = "What does the new version lose?"
    if found is None:
        return section("versions", heading, "There is no second version to compare with on the same labelled cases.")
    whole, name = found.whole, record.project.candidate or "The candidate"
    verdict = (
        "better" if whole.gain.lower > 0 else "worse" if whole.gain.upper < 0 else "not shown to be better or worse"
    )
    worse = [c for c in found.changes if c.gain.upper < 0]
    told = (
        f"Over {plural(whole.rows, 'case')} that both answered, {name} is {verdict} than {found.other}: {loss.rate(whole.candidate)} "
        f"against {loss.number(whole.other)}. It does better in {count(found.only_candidate)} and worse in {count(found.only_other)}. "
    )
    told += (
        f"It got worse in {plural(len(worse), 'kind')} of input."
        if worse
        else "No kind of input is shown to have got worse."
    )
    gains = [v for c in found.changes for v in (c.gain.lower, c.gain.upper)]
    scale = Scale.over([*gains, whole.gain.lower, whole.gain.upper, 0.0])
    return section(
        "versions",
        heading,
        told,
        Dots(
            f"Less {loss.word} than {found.other} (right of the dashed line is better)",
            tuple(
                DotRow(
                    clip(c.words, 12),
                    interval(
                        scale,
                        c.gain.estimate,
                        c.gain.lower,
                        c.gain.upper,
                        describe=f"{c.words}: gains {loss.number(c.gain.estimate)}",
                        status="fail" if c.gain.upper < 0 else "plain",
                        reference=0.0,
                    ),
                    f"{loss.number(c.other)} to {loss.number(c.candidate)}",
                    plural(c.rows, "case"),
                )
                for c in (whole, *found.changes)
            ),
            axis(scale, [(0.0, "the same"), (scale.high, f"+{loss.number(scale.high)}")]),
            "Likely ranges of the kinds of input hold for all of them at once.",
        ),
    )


def confusions(record: Record) -> Fragment:
    """Return which answers are mistaken for which."""
    fact = record.evidence.errors
    if not fact.confusions:
        return section(
            "confusions",
            "What is mistaken for what?",
            "No pair of answers is mixed up often enough to be shown.",
            absent_answers(record),
        )
    most = sum(n for _, _, n in fact.confusions)
    total = max(fact.errors, most) or 1
    return section(
        "confusions",
        "What is mistaken for what?",
        f"The most frequent mix-up, “{clip(fact.confusions[0][0], 6)}” answered as “{clip(fact.confusions[0][1], 6)}”, makes up "
        f"{percent(fact.confusions[0][2] / total)} of the errors.",
        Table(
            "Mix-ups",
            ("True answer", "Model's answer", "#Rows", "#Of all errors"),
            tuple((clip(a, 8), clip(b, 8), count(n), share_cell(n / total)) for a, b, n in fact.confusions[:15]),
        ),
        absent_answers(record),
    )
