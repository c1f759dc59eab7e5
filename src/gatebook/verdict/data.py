"""Rows 1.x and G3: enough data, production data, clean data, fair labels."""

from __future__ import annotations

import datetime as dt

from gatebook.criteria import Entry
from gatebook.evidence.classes import LARGE
from gatebook.evidence.disclosure import WITHHELD
from gatebook.evidence.severity import findings_of
from gatebook.record import Row
from gatebook.stats.interval import clopper_pearson
from gatebook.verdict.case import Case, Flag, lacking, limit_of, row
from gatebook.verdict.recommend import DECISION_DAY
from gatebook.words import Said, said
from gatebook.words.figures import plain_number

FORMAT_KINDS = frozenset(
    {
        "minority_format",
        "mixed_units",
        "date_formats",
        "date_order",
        "mixed_types",
        "decimal_marks",
        "category_spelling",
        "whitespace",
        "leading_zeros",
        "escape_marks",
        "stray_marks",
        "time_zones",
        "damaged_encoding",
        "spreadsheet_mangling",
    }
)
BIASED_DRAW = 0.55
MIN_DOUBLE = 40
MIN_DOUBLE_SHARE = 0.10
_NO_SAMPLE = "There is no production sample."


def judge_size(entry: Entry, case: Case) -> Row:
    """1.1: at least 1,000 different rows."""
    cover = case.facts.coverage
    if cover.rows == 0:
        return lacking(entry, _NO_SAMPLE)
    limit = int(limit_of(entry, 1000))
    copies = cover.rows - cover.distinct
    flags: tuple[Said, ...] = (said(Flag.COPIES, n=copies),) if copies else ()
    if cover.groups is not None:
        flags = (*flags, said(Flag.GROUPS, n=cover.groups))
    fields = {"bar": float(limit), "estimate": float(cover.distinct), "n": cover.rows, "flags": flags}
    if cover.distinct >= limit:
        return row(entry, "pass", f"{cover.distinct:,} different rows.", **fields)
    return row(
        entry,
        "fail",
        f"{cover.distinct:,} different rows; {limit:,} are needed.",
        supply=f"export {limit - cover.distinct:,} more production rows",
        **fields,
    )


def judge_cover(entry: Entry, case: Case) -> Row:
    """1.2: a full business cycle and the population's segments are in the sample."""
    cover, population = case.facts.coverage, case.facts.population
    if cover.rows == 0:
        return lacking(entry, _NO_SAMPLE)
    if population is not None:
        if population.absent:
            return row(
                entry,
                "fail",
                f"Production has rows with {_shown(case, population.absent[0])}; the sample has none.",
                supply="sample again, so that every part of production is in it",
                n=cover.rows,
            )
        if population.gap >= 0.05:
            return row(
                entry,
                "fail",
                f"{_shown(case, population.worst)} is {population.gap * 100:.0f} points off its share in production.",
                supply="sample again, or give weights",
                n=cover.rows,
            )
    days = int(limit_of(entry, 28))
    if cover.first is None or cover.last is None:
        return lacking(
            entry,
            "The sample has no time column, so nobody can see what period it covers.",
            supply="name the time column in [tables.sample], or attest how the sample was drawn",
        )
    span = cover.days
    fields = {"bar": float(days), "estimate": float(span), "n": cover.rows, "unit": "days"}
    if span < days:
        return lacking(
            entry,
            f"The sample covers {span} of the {days} days of a business cycle.",
            supply=f"export rows from at least {days} days",
            flags=(Flag.UNATTESTABLE,),
            **fields,
        )
    if cover.weekdays < 7:
        return lacking(entry, f"Only {cover.weekdays} of 7 weekdays are in the sample.", **fields)
    if population is None and "population" in case.facts.tables:
        return lacking(
            entry,
            "The figures for all of production cannot be used.",
            flags=(Flag.UNATTESTABLE,),
            supply="repair the population table: it needs column, value and rows",
            **fields,
        )
    if population is None:
        return lacking(entry, f"The sample covers {span} days; nothing says how it was drawn from them.", **fields)
    return row(entry, "pass", f"{span} days, and every part of production has its share.", **fields)


def _shown(case: Case, part: str) -> str:
    """Return "column = value" of the population table, without the value where the column is personal."""
    column = part.split(" = ", 1)[0]
    return f"{column} = {WITHHELD}" if column in case.facts.personal else part


def judge_production(entry: Entry, case: Case) -> Row:
    """1.3: a classifier cannot tell curated from production rows, and the curated answers lack no common true one."""
    shift = case.facts.shift
    if shift is None:
        return lacking(entry, "There is no curated data to compare with.")
    auc = shift.classifier
    limit = limit_of(entry, 0.60)
    lacks = _lacks_answers(entry, case)
    if lacks is not None and (lacks.status == "fail" or auc is None or auc.lower <= limit):
        return lacks
    if auc is None:
        return lacking(entry, "The two tables have too few rows or columns in common to compare.")
    fields = {
        "bar": limit,
        "estimate": auc.auc,
        "lower": auc.lower,
        "upper": auc.upper,
        "n": auc.n,
        "higher_is_better": False,
        "method": "cross-fitted classifier, curated against production",
    }
    tells = [tell.column for tell in auc.tells[:2]]
    which = f", most of all by {' and '.join(tells)}" if tells else ""
    if auc.upper < limit:
        return row(entry, "pass", "Curated and production rows look alike.", **fields)
    if auc.lower > limit:
        return row(
            entry,
            "fail",
            f"Curated rows can be told from production rows{which}.",
            supply="check the model on rows that look like production",
            **fields,
        )
    return lacking(entry, f"Curated and production rows may differ{which}.", **fields)


def _lacks_answers(entry: Entry, case: Case) -> Row | None:
    """Return 1.3 where the curated answers hold none of a class that is more than 1 % of production's truth, else None."""
    classes = case.facts.classes
    if classes is None or not classes.not_curated:
        return None
    first = min(classes.not_curated, key=lambda one: (one.doubt != "", -one.share.estimate))
    fields = {
        "bar": LARGE,
        "estimate": first.share.estimate,
        "lower": first.share.lower,
        "upper": first.share.upper,
        "n": classes.rows,
        "higher_is_better": False,
        "method": "share of the true answers that no curated row holds",
    }
    others = len(classes.not_curated) - 1
    more = f", nor {others} other {'answer' if others == 1 else 'answers'}" if others else ""
    words = (
        f"{first.share.estimate:.0%} of production's true answers are “{first.answer}”; no curated row holds it{more}"
    )
    if first.doubt == "few":
        return lacking(
            entry,
            f"{words}, but the {classes.curated:,} curated answers are too few to say so.",
            supply="give more curated rows with their answers",
            **fields,
        )
    if first.doubt == "spelling":
        return lacking(
            entry,
            f"{words}, unless it is spelt otherwise there.",
            supply="map the spellings with same = { ... } in [tables.labels]",
            **fields,
        )
    labels = case.facts.labels
    if labels.draw_auc is not None and labels.draw_auc.lower > BIASED_DRAW and not labels.weighted:
        return lacking(
            entry,
            f"{words}, but the labelled rows differ from the rest of production.",
            supply="label rows drawn at random",
            **fields,
        )
    return row(entry, "fail", f"{words}.", supply="add rows with these answers to the curated data", **fields)


def judge_required(entry: Entry, case: Case) -> Row:
    """1.4: the share of blanks in each required field is at most 0.5 %."""
    cover = case.facts.coverage
    if cover.rows == 0:
        return lacking(entry, _NO_SAMPLE)
    if not cover.blank_required:
        return lacking(
            entry, "No field is named as required.", supply="name the required fields in [tables.sample] required"
        )
    limit = limit_of(entry, 0.005)
    worst = max(cover.blank_required, key=lambda name: cover.blank_required[name])
    blank = cover.blank_required[worst]
    lower, upper = clopper_pearson(blank, cover.rows, 0.05)
    fields = {
        "bar": limit,
        "estimate": blank / cover.rows,
        "lower": lower,
        "upper": upper,
        "level": 0.95,
        "n": cover.rows,
        "higher_is_better": False,
        "method": "exact binomial (Clopper-Pearson)",
    }
    if upper <= limit:
        count = len(cover.blank_required)
        words = "The required field is filled." if count == 1 else f"{count} required fields are filled."
        return row(entry, "pass", words, **fields)
    if lower > limit:
        return row(entry, "fail", f"{worst} is blank in {blank:,} of {cover.rows:,} rows.", **fields)
    seen = f"{worst} is blank in {blank:,} of {cover.rows:,} rows" if blank else "No required field is blank"
    return lacking(
        entry,
        f"{seen}, but {cover.rows:,} rows are too few to show that blanks are rare.",
        supply=f"export at least {_rows_to_show(limit, blank) - cover.rows:,} more production rows",
        **fields,
    )


def judge_formats(entry: Entry, case: Case) -> Row:
    """1.5: at most 1 % of each column is written unlike the rest."""
    scan = case.facts.scans.get("sample")
    if scan is None:
        return lacking(entry, _NO_SAMPLE)
    limit = limit_of(entry, 0.01)
    found = [f for f in scan.findings if f.kind in FORMAT_KINDS and f.severity == "warning"]
    n = max(1, scan.sampled or scan.rows)
    if not found:
        lower, upper = clopper_pearson(0, n, 0.05)
        fields = {"bar": limit, "estimate": 0.0, "lower": lower, "upper": upper, "n": n, "higher_is_better": False}
        if upper <= limit:
            return row(entry, "pass", "Every column is written in one format.", **fields)
        missing = _rows_to_show(limit, 0) - n
        return lacking(
            entry,
            f"{n:,} rows are too few to show that odd formats are rare.",
            supply=f"export at least {missing:,} more production rows",
            **fields,
        )
    worst = max(found, key=lambda f: f.lower)
    fields = {
        "bar": limit,
        "estimate": worst.share,
        "lower": worst.lower,
        "upper": worst.upper,
        "n": n,
        "higher_is_better": False,
    }
    if worst.lower > limit:
        more = f" ({len(found)} such findings)" if len(found) > 1 else ""
        return row(entry, "fail", f"{', '.join(worst.columns)} is written in several ways{more}.", **fields)
    if max(f.upper for f in found) <= limit:
        return row(entry, "pass", "Odd formats are rare in every column.", **fields)
    return lacking(entry, f"{', '.join(worst.columns)} may be written in several ways.", **fields)


def _rows_to_show(limit: float, found: int) -> int:
    """Return the fewest rows at which so few finds lie below the limit beyond doubt."""
    low, high = found + 1, 2
    while clopper_pearson(found, max(high, found), 0.05)[1] > limit and high < 10**9:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if clopper_pearson(found, middle, 0.05)[1] <= limit else (middle + 1, high)
    return low


def judge_edges(entry: Entry, case: Case) -> Row:
    """1.6: every kind of unusual input has a decision in the register."""
    edges = case.facts.edge_cases
    if edges is None:
        return lacking(entry, _NO_SAMPLE)
    decided = {e.case.strip().casefold() for e in case.project.edge_cases}
    waiting = [e for e in edges if e.name.casefold() not in decided]
    if not waiting:
        words = "Every kind of unusual input has a decision." if edges else "No unusual input was found."
        return row(entry, "pass", words, n=len(edges))
    first = waiting[0]
    return lacking(
        entry,
        f"{len(waiting)} of {len(edges)} kinds of unusual input have no decision, such as {first.name}.",
        n=len(edges),
        supply=f"decide what happens with “{first.name}” and the others under [[edge_cases]]",
    )


def judge_labels(entry: Entry, case: Case) -> Row:
    """1.7: at least 200 sampled rows have a true answer, and every label belongs to the sample."""
    labels = case.facts.labels
    need = int(limit_of(entry, 200))
    fields = {"bar": float(need), "estimate": float(labels.labelled), "n": labels.labelled}
    flags = []
    if labels.outside_sample:
        flags.append(said(Flag.OUTSIDE_SAMPLE, n=labels.outside_sample))
    if labels.unresolved:
        flags.append(said(Flag.UNRESOLVED, n=labels.unresolved))
    if labels.labelled < need:
        more = need - labels.labelled
        words = (
            f"{labels.labelled:,} of {need} rows have a true answer."
            if labels.labelled
            else "No production row has a true answer."
        )
        return lacking(
            entry,
            words,
            labels_needed=more,
            chance=1.0,
            supply=f"label {more:,} more rows",
            flags=tuple(flags),
            **fields,
        )
    return row(entry, "pass", f"{labels.labelled:,} rows have a true answer.", flags=tuple(flags), **fields)


def judge_agreement(entry: Entry, case: Case) -> Row:
    """1.8: graders agree (kappa or alpha), unless a system measured the truth."""
    labels = case.facts.labels
    if labels.labelled == 0:
        return lacking(
            entry,
            "No production row has a true answer.",
            supply=f"label rows first, {MIN_DOUBLE} of them by two people",
        )
    if labels.measured:
        return row(entry, "not-applicable", "The true answers are measured by a system.")
    need = max(MIN_DOUBLE, round(MIN_DOUBLE_SHARE * labels.labelled))
    if labels.double_labelled < need or labels.agreement is None:
        more = max(1, need - labels.double_labelled)
        return lacking(
            entry,
            f"{labels.double_labelled or 'No'} {'row was' if labels.double_labelled < 2 else 'rows were'} labelled by two people; {need} are needed.",
            labels_needed=more,
            supply=f"have a second person label {more} more rows",
        )
    limit = limit_of(entry, 0.6)
    found = labels.agreement
    fields = {
        "bar": limit,
        "estimate": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "n": labels.double_labelled,
        "method": labels.agreement_method,
    }
    if found.lower >= limit:
        return row(entry, "pass", f"Graders agree well ({found.estimate:.2f}).", **fields)
    if found.upper < limit:
        return row(
            entry,
            "fail",
            f"Graders agree too little ({found.estimate:.2f}).",
            supply="sharpen the labelling guide and label again",
            **fields,
        )
    return lacking(
        entry,
        f"Agreement lies between {found.lower:.2f} and {found.upper:.2f} (1 is perfect); {plain_number(limit)} is needed.",
        supply="have a second person label more of the same rows",
        **fields,
    )


def judge_draw(entry: Entry, case: Case) -> Row:
    """1.9: labelled rows cannot be told from the rest, or carry weights."""
    labels = case.facts.labels
    if labels.labelled == 0:
        return lacking(entry, "No production row has a true answer.")
    if labels.weighted:
        return row(entry, "pass", "Labels carry their chance of being drawn.", n=labels.labelled)
    if labels.unlabelled == 0:
        return row(entry, "pass", "Every sampled row is labelled.", n=labels.labelled)
    auc, limit = labels.draw_auc, limit_of(entry, 0.60)
    if auc is None:
        return lacking(entry, "Labelled and unlabelled rows have too little in common to compare.")
    fields = {
        "bar": limit,
        "estimate": auc.estimate,
        "lower": auc.lower,
        "upper": auc.upper,
        "n": labels.labelled,
        "higher_is_better": False,
        "method": "cross-fitted classifier, labelled against unlabelled",
    }
    if auc.upper < limit:
        return row(entry, "pass", "The labelled rows look like a random draw.", **fields)
    if auc.lower > limit:
        return row(entry, "fail", "The labelled rows differ from the rest.", **fields)
    if case.past.drawn_by_us and auc.lower <= BIASED_DRAW:
        return row(entry, "pass", "`gatebook sample` drew the labels, and they look like the rest.", **fields)
    return lacking(entry, "The labelled rows may differ from the rest.", **fields)


def judge_blocking(entry: Entry, case: Case, judged: dict[str, Row]) -> Row:
    """G3: nothing blocks, and rows 1.1, 1.4, 1.5 and 1.7 were judged."""
    limit = limit_of(entry, 0.05)
    blocking = findings_of(case.facts, case.project, limit, "blocking")
    if blocking:
        first = blocking[0]
        more = f" and {len(blocking) - 1} more" if len(blocking) > 1 else ""
        return row(entry, "fail", f"{first.title.rstrip('.')}{more}.", n=len(blocking), supply=first.action)
    if holding := findings_of(case.facts, case.project, limit, "holding"):
        more = f" and {len(holding) - 1} more" if len(holding) > 1 else ""
        return lacking(entry, f"{holding[0].title.rstrip('.')}{more}.", n=0, supply=holding[0].action)
    rests = ("1.1", "1.4", "1.5", "1.7")
    unjudged = [judged[i] for i in rests if i in judged and judged[i].status == "not-enough-evidence"]
    if unjudged or any(i not in judged for i in rests):
        why = unjudged[0].reason if unjudged else "The data was not checked."
        supply = unjudged[0].supply if unjudged else entry.supply
        return lacking(entry, why, supply=supply, n=0)
    warnings = sum(f.severity == "warning" for scan in case.facts.scans.values() for f in scan.findings)
    return row(entry, "pass", f"No blocking problem, {warnings} warning{'' if warnings == 1 else 's'}.", n=0)


def judge_milestone(entry: Entry, case: Case, judged: dict[str, Row]) -> Row:
    """1.11 and 2.6: the rows of the week are not failed and the main ones pass."""
    week, main = ("1.", ("1.1", "1.7")) if entry.id == "1.11" else ("2.", ("2.1", "2.3", "2.4", "2.5"))
    rows = {i: r for i, r in judged.items() if i.startswith(week) and r.kind == "criterion" and r.weight != "context"}
    late = case.project.start is not None and case.as_of - case.project.start > dt.timedelta(days=DECISION_DAY)
    flags = (Flag.LATE,) if late else ()
    if any(r.status == "fail" for r in rows.values()):
        bad = next(r for r in rows.values() if r.status == "fail")
        return row(entry, "fail", f"Not met: {bad.title}.", flags=flags, supply=bad.supply)
    if all(i in rows and rows[i].status == "pass" for i in main):
        return row(entry, "pass", "Reached.")
    waiting = next((rows[i] for i in main if i in rows and rows[i].status != "pass"), None)
    if waiting is None:
        return lacking(entry, "Not reached yet.", flags=flags)
    words = f"Not shown yet: {waiting.title}."
    return lacking(entry, words, flags=flags, supply=waiting.supply)
