"""How a row of the record is shown: its status, its figures and their drawing, and one short note."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from markupsafe import Markup

from gatebook.criteria import rows as catalogue
from gatebook.criteria.registry import LABELS, REQUESTS, role_of
from gatebook.figures import Mark, Scale, bullet
from gatebook.project import OWN_SHARES
from gatebook.record import Record, Row
from gatebook.words import Code, say
from gatebook.words.figures import NBSP, clip

SHARES = frozenset({"accuracy", "precision", "recall", "success_rate"})
QUALITY, SPEED, CLEAN, CONNECTED = DECISIVE = (LABELS, REQUESTS, "clean", "connected")  # roles of the four tests
_BOUNDED = ("f1", "macro_f1", "auc")  # between 0 and 1, but no shares
GRAVE = frozenset({"withdrawn", "withdrawn_named", "withdrawn_fail", "replaced_fail", "vacuous", "label_sets"})


class Drawn(Code):
    """What a drawing of a row says to people who do not see it, and the labels of its marks."""

    MEASURED = "measured"
    LIKELY = "likely"
    UNMEASURED = "unmeasured"
    NEEDED = "needed"
    LIMIT = "limit"
    TARGET = "target"
    NO_TARGET = "no_target"


class Remark(Code):
    """One short note beside a test of page one."""

    STANDS = "stands"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    UNNEEDED = "unneeded"
    LABEL = "label"
    NO_LABELS = "no_labels"
    UNMEASURED = "unmeasured"
    CLOSE = "close"
    FEW = "few"
    NOTHING_TO_FIX = "nothing_to_fix"
    NOTHING_BLOCKS = "nothing_blocks"
    BLOCKS = "blocks"
    QUESTIONS = "questions"
    LACKING = "lacking"
    LIST_FIRST = "list_first"
    NOT_READY = "not_ready"
    TRIED = "tried"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Sight:
    """A status to the eye: its colour class, which also names its sign, and its words."""

    kind: str
    words: str


LOOKS: dict[str | None, Sight] = {
    "pass": Sight("pass", "Pass"),
    "fail": Sight("fail", "Fail"),
    "not-enough-evidence": Sight("open", "Not enough evidence"),
    "not-applicable": Sight("none", "Does not apply"),
    None: Sight("none", "Not judged"),
    "GO": Sight("pass", "Go"),
    "CONDITIONAL GO": Sight("pass", "Go, with conditions"),
    "NO-GO": Sight("fail", "No-go"),
    "NOT ENOUGH EVIDENCE": Sight("open", "Not enough evidence"),
    "blocking": Sight("fail", "Blocks"),
    "holding": Sight("open", "Open question"),
    "warning": Sight("open", "Warning"),
    "note": Sight("none", "Note"),
}


def plays(row: Row) -> str:
    """Return what a row is for; records from before roles were written name the row alone."""
    return row.role or role_of(row.id)


def find(record: Record, wanted: str) -> Row | None:
    """Return the row of that role, or None where the record has none."""
    return next((row for row in record.criteria if plays(row) == wanted), None)


def kind_of(row: Row | None) -> str:
    """Return the colour class of a row; a row that is not there is open, never passed."""
    return "open" if row is None else LOOKS[row.status].kind


def question(wanted: str) -> str:
    """Return what the row of that role asks, as page one puts it."""
    return next(entry.question for entry in catalogue().values() if entry.role == wanted)


def title_of(record: Record, row_id: str) -> str:
    """Return a row's title, or its question where it is one of the four tests ("G1 f1" is a part of G1), with its
    slice.
    """
    place = row_id.partition(" where ")[2]
    row_id = row_id.split(" ", maxsplit=1)[0]
    row, known = next((row for row in record.criteria if row.id == row_id), None), role_of(row_id)
    title = question(known) if known in DECISIVE else row.title if row else row_id
    return f"{title} (where {place})" if place else title


def slow_access(record: Record) -> str:
    """Return what the calendar says of access to the data, where it took too long; else nothing."""
    row = find(record, "access")
    return row.reason if row is not None and "organisational" in row.flag_codes else ""


def asked(record: Record) -> str:
    """Return who is asked: the owner, or the role where nobody is named."""
    return clip(record.project.owner or "", 6) or "The business owner"


def decide_by(record: Record) -> dt.date:
    """Return the day by which the next step is due: day 28 while it lies ahead, else five working days from now."""
    today = record.run.as_of
    if record.project.start is not None and record.decision.recommendation == "NOT ENOUGH EVIDENCE":
        week_four = record.project.start + dt.timedelta(days=28)
        if week_four > today:
            return week_four
    ahead = (today + dt.timedelta(days=n) for n in range(1, 8))
    return [date for date in ahead if date.weekday() < 5][-1]


def metric_of(record: Record, row: Row | None) -> str | None:
    """Return the metric that a row is about: its own, or the headline's where it names none."""
    return (row.metric if row is not None else None) or record.project.metric


def is_share(record: Record, row: Row) -> bool:
    """Return whether the row's figure reads as a percentage."""
    kind = _kind_of_figure(row)
    return kind == "share" or (kind == "metric" and metric_of(record, row) in SHARES)


def _kind_of_figure(row: Row) -> str:
    entry = catalogue().get(row.id)
    return entry.figure if entry else "share" if row.metric in OWN_SHARES else ""


def vacuous(row: Row | None) -> bool:
    """Return whether the simplest answer reaches the bar of week 4 and the model is not shown to beat it."""
    return row is not None and row.status != "pass" and row.code == "vacuous"


def grave(row: Row | None) -> tuple[str, ...]:
    """Return the flags that change how a status is read, at most two; of an older record all, where evidence is
    gone.
    """
    if row is None:
        return ()
    withdrawn = "evidence-withdrawn" in row.codes or "was-fail" in row.codes
    codes = row.flag_codes or ("withdrawn" if withdrawn else "",) * len(row.flags)
    replaced = (say(Remark.REPLACED),) if "mapping-replaced" in row.codes else ()
    flags = (flag for flag, code in zip(row.flags, codes, strict=True) if code in GRAVE)
    return tuple(clip(flag, 10) for flag in (*replaced, *flags))[:2]


def places(row: Row, *, share: bool) -> int:
    """Return the decimals that a row's interval carries, and that keep its estimate apart from its bar."""
    if row.lower is None and all(v is None or float(v).is_integer() for v in (row.estimate, row.bar, row.target)):
        return 0
    spread = None
    if row.lower is not None and row.upper is not None:
        spread = (row.upper - row.lower) / 2
    elif row.estimate is not None and row.bar is not None:
        spread = abs(row.estimate - row.bar)
    scale = 100 if share else 1
    if not spread or not math.isfinite(spread):
        return 0 if share else 2
    decimals = min(max(0, math.ceil(-math.log10(spread * scale / 3))), 1 if share else 4)
    while decimals < 4 and _same(row.estimate, row.bar, decimals, scale):
        decimals += 1
    return decimals


def _same(a: float | None, b: float | None, decimals: int, scale: float) -> bool:
    return a is not None and b is not None and a != b and round(a * scale, decimals) == round(b * scale, decimals)


def figure(value: float, unit: str, decimals: int, *, share: bool, toward: int = 0) -> str:
    """Return a value of a row with its unit.

    Args:
        value: the number.
        unit: "", "ms", "per second", ...
        decimals: as `places` says.
        share: True where the value is a share that reads as a percentage.
        toward: -1 rounds down, 1 rounds up (a bound is never told better than it is), 0 to the nearest.
    """
    scaled = (value * 100 if share else value) * 10**decimals
    near = round(scaled)
    if toward and abs(scaled - near) > 1e-6:
        near = math.floor(scaled) if toward < 0 else math.ceil(scaled)
    text = f"{near / 10**decimals:,.{decimals}f}"
    tail = "%" if share else unit[:12]
    return f"{text}{NBSP}{tail}" if tail else text


def told(record: Record, row: Row, value: float | None, toward: int = 0) -> str:
    """Return a figure of a row with the decimals and the unit that fit it; a bound without end is "open"."""
    if value is None:
        return ""
    if not math.isfinite(value):
        return "open" if toward else "–"
    share = is_share(record, row)
    return figure(value, row.unit, places(row, share=share), share=share, toward=toward)


def measured(record: Record, row: Row | None) -> Markup:
    """Return the bullet graph of a row with figures, or one line that says that no target is set."""
    if row is None or row.bar is None:
        return nothing(say(Drawn.NO_TARGET))
    bounded = _kind_of_figure(row) == "metric" and metric_of(record, row) in _BOUNDED
    return drawn(row, share=is_share(record, row), bounded=bounded)


def nothing(words: str) -> Markup:
    """Return what stands where there is nothing to draw."""
    return Markup('<p class="nothing">{}</p>').format(words)


def drawn(row: Row, *, share: bool, bounded: bool = False) -> Markup:
    """Return the bullet graph of a row that has a bar; `bounded` where the figure lies in 0 to 1 but is no share."""
    assert row.bar is not None
    decimals = places(row, share=share)

    def mark(code: Drawn, value: float | None) -> tuple[Mark | None, str]:
        """Return the mark of a value, and the same as a sentence."""
        if value is None or not math.isfinite(value):
            return None, ""
        text = figure(value, row.unit, decimals, share=share)
        return Mark(value, say(code, "mark", value=text)), say(code, "sentence", value=text)

    estimate, found = mark(Drawn.MEASURED, row.estimate)
    if estimate is not None and row.lower is not None and row.upper is not None:
        low, high = (figure(v, row.unit, decimals, share=share) for v in (row.lower, row.upper))
        found = say(Drawn.LIKELY, value=estimate.label, low=low, high=high)
    bar, needed = mark(Drawn.NEEDED if row.higher_is_better else Drawn.LIMIT, row.bar)
    target, wanted = mark(Drawn.TARGET, row.target)
    limits = [row.estimate, row.lower, row.upper, row.bar, row.target]
    return bullet(
        scale=Scale.over(limits, floor=0.0, ceiling=1.0 if share or bounded else math.inf),
        status=kind_of(row),
        describe=" ".join(filter(None, (found or say(Drawn.UNMEASURED), needed, wanted))),
        measured=estimate,
        likely=(row.lower, row.upper) if estimate and row.lower is not None and row.upper is not None else None,
        needed=bar,
        target=target,
    )


def bound_note(record: Record, row: Row | None) -> str:
    """Return "likely at least 80 %", "label 140 more" or what is missing."""
    return "" if row is None else noted(row, share=is_share(record, row))


def noted(row: Row, *, share: bool) -> str:
    """Return the same of a row, whoever made it."""
    if row.status == "pass" and row.decided is not None:
        return say(Remark.STANDS, day=row.decided.at)
    if row.status in ("pass", "fail"):
        low = (row.status == "pass") == row.higher_is_better
        bound = row.lower if low else row.upper
        if bound is None or not math.isfinite(bound):
            return ""
        text = figure(bound, row.unit, places(row, share=share), share=share, toward=-1 if low else 1)
        return say(Remark.AT_LEAST if low else Remark.AT_MOST, bound=text)
    if vacuous(row):
        return say(Remark.UNNEEDED)
    if row.labels_needed:
        return say(Remark.LABEL, n=row.labels_needed)
    if row.estimate is None:
        return say(Remark.NO_LABELS if plays(row) == QUALITY else Remark.UNMEASURED)
    return say(Remark.CLOSE if row.lower is not None and row.upper is not None else Remark.FEW)
