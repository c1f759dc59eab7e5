"""Is the sample large and representative enough, and what happens with unusual inputs."""

from __future__ import annotations

from gatebook.document.page import DotRow, Dots, Fragment, Table, section, share_cell
from gatebook.document.status import find, slow_access
from gatebook.figures import Scale, axis, interval
from gatebook.record import FEW_ANSWERS, Record, SegmentFact
from gatebook.words.figures import clip, count, ended, full_day, percent, plural

_MOST_SEGMENTS = 30
_MOST_DRAWN = 15
_MOST_CASES = 25


def sample(record: Record) -> Fragment:
    """Return how many independent rows there are, what period they cover, and each segment beside all of production."""
    e = record.evidence
    heading = "Is the sample large and representative enough?"
    if not e.sample_rows:
        return section("sample", heading, "There is no production sample.")
    access = find(record, "1.10")
    told = [_rows(record), _period(record), _drawn(record)]
    if access is not None and access.reason:
        told.append(
            access.reason + (" More than three is a red flag for the organisation." if slow_access(record) else "")
        )
    return section(
        "sample", heading, " ".join(filter(None, told)), _against_production(e.segments), _segments(e.segments)
    )


def _rows(record: Record) -> str:
    e = record.evidence
    copies = (
        f"; {plural(e.sample_duplicates, 'row')} of them repeat an earlier one"
        if e.sample_duplicates
        else ", no two alike"
    )
    groups = ""
    if e.sample_groups is not None:
        effect = e.labels.design_effect
        worth = (
            f", so that each labelled row is worth {1 / max(effect, 1.0):.2f} of an independent one" if effect else ""
        )
        groups = f" They come from {plural(e.sample_groups, 'group')}{worth}."
    return f"{plural(e.sample_rows, 'row')}{copies}.{groups}"


def _period(record: Record) -> str:
    e = record.evidence
    if e.sample_first is None or e.sample_last is None:
        return ""
    return f"They run from {full_day(e.sample_first.date())} to {full_day(e.sample_last.date())}."


def _drawn(record: Record) -> str:
    row = find(record, "1.2")
    return "" if row is None else ended(row.reason)


def _against_production(segments: tuple[SegmentFact, ...]) -> Dots | None:
    known = [s for s in segments if s.population is not None]
    if not known:
        return None
    shown = sorted(known, key=lambda s: (s.rows > 0, -abs(s.share - (s.population or 0.0))))[:_MOST_DRAWN]
    scale = Scale.over([0.0, *(v for s in shown for v in (s.lower, s.upper, s.population))], floor=0.0, ceiling=1.0)
    left = len(known) - len(shown)
    return Dots(
        "Share in the sample (dot) and in all of production (dashes)",
        tuple(
            DotRow(
                f"{s.column}: {clip(s.value, 8)}",
                interval(
                    scale,
                    s.share,
                    s.lower,
                    s.upper,
                    reference=s.population,
                    describe=f"{s.value}: {percent(s.share)} of the sample, {percent(s.population or 0.0)} of production",
                    status="open" if not s.rows or abs(s.share - (s.population or 0.0)) >= 0.05 else "none",
                ),
                percent(s.share),
                f"{percent(s.population or 0.0)} in production" + ("; none in the sample" if not s.rows else ""),
            )
            for s in shown
        ),
        axis(scale, [(scale.low, percent(scale.low)), (scale.high, percent(scale.high))]),
        f"{plural(left, 'more value')} lie closer and are not drawn." if left > 0 else "",
    )


def _segments(segments: tuple[SegmentFact, ...]) -> Table | None:
    if not segments:
        return None
    shown = segments
    if len(segments) > _MOST_SEGMENTS:  # those that lack something first, in their order
        chosen = sorted(segments, key=lambda s: (s.rows > 0, s.labelled >= FEW_ANSWERS, -s.rows))[:_MOST_SEGMENTS]
        shown = tuple(s for s in segments if s in chosen)
    few = sum(s.labelled < FEW_ANSWERS for s in segments)
    left = len(segments) - len(shown)
    notes = (
        [
            f"{plural(few, 'segment')} {'has' if few == 1 else 'have'} fewer than {FEW_ANSWERS} true answers: too few to be judged alone."
        ]
        if few
        else []
    )
    notes += [f"{plural(left, 'more segment')} stand in decision.json."] if left else []
    return Table(
        "Segments",
        ("Segment", "#Rows", "#Share", "#True answers", "Enough?"),
        tuple(
            (
                f"{s.column}: {clip(s.value, 8)}",
                count(s.rows),
                share_cell(s.share),
                count(s.labelled),
                "nothing sampled" if not s.rows else "too few answers" if s.labelled < FEW_ANSWERS else "yes",
            )
            for s in shown
        ),
        note=" ".join(notes),
    )


def unusual(record: Record) -> Fragment:
    """Return the register of unusual inputs: what was found, and what somebody decided about it."""
    cases = record.evidence.edge_cases
    heading = "What happens with unusual inputs?"
    open_ = [c for c in cases if not c.decision]
    if not cases:
        return section("unusual", heading, "No unusual input was found.")
    found = sum(c.rows > 0 for c in cases)
    told = (
        f"{count(len(open_))} of {plural(found, 'kind')} of unusual input {'has' if len(open_) == 1 else 'have'} no decision yet. "
        "Somebody has to say for each: handle, reject or ignore. Write it in the section `[[edge_cases]]` of the project "
        "file, with the name below as `case`."
        if open_
        else "The one kind of unusual input has a decision."
        if found == 1
        else f"Each of {plural(found, 'kind')} of unusual input has a decision."
    )
    shown = sorted(cases, key=lambda c: (bool(c.decision), c.rows == 0, -c.rows))[:_MOST_CASES]
    left = len(cases) - len(shown)
    return section(
        "unusual",
        heading,
        told,
        Table(
            "Unusual inputs",
            ("Kind", "#Rows", "Decision"),
            tuple(
                (
                    c.case,
                    count(c.rows) if c.rows else "not seen",
                    (c.decision + (f" ({c.owner})" if c.owner else "")) or "open",
                )
                for c in shown
            ),
            note=f"{plural(left, 'more kind')} with fewer rows stand in decision.json." if left else "",
        ),
    )
