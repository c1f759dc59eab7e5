"""Plausible decision records for tests of documents: every recommendation, hostile text, very wide tables."""

from __future__ import annotations

import datetime as dt
from typing import Any

from gatebook.record import (
    Attestation,
    ColumnFact,
    ConfidenceBin,
    ConfidenceFact,
    Correction,
    Coverage,
    Decision,
    ErrorFact,
    Evidence,
    Fates,
    FindingRecord,
    Forecast,
    GateDate,
    Group,
    Human,
    IntervalFact,
    JoinFact,
    LabelFact,
    LatencyFact,
    Look,
    Money,
    OpenCondition,
    PredicateRecord,
    Previous,
    ProductionFact,
    ProjectInfo,
    Record,
    Row,
    RunInfo,
    ScanFact,
    ShiftFact,
    SliceRecord,
    SystemFact,
    TableAccount,
)

AS_OF = dt.date(2026, 11, 2)
HOSTILE = "<img src=x onerror=alert(1)>\"'&<script>alert(1)</script>$x^2$ {{7*7}}"


def g1(status: str = "pass", **changes: Any) -> Row:
    """Return the accuracy row, with figures that fit the status."""
    figures = {
        "pass": {"estimate": 0.861, "lower": 0.803, "upper": 0.905},
        "fail": {"estimate": 0.561, "lower": 0.503, "upper": 0.618},
        "not-enough-evidence": {
            "estimate": 0.742,
            "lower": 0.681,
            "upper": 0.795,
            "labels_needed": 140,
            "cost": 560.0,
            "days": 2.0,
            "chance": 0.86,
            "supply": "Label 140 more rows.",
        },
    }[status]
    base: dict[str, Any] = {
        "id": "G1",
        "weight": "decisive",
        "gate": "go-no-go",
        "title": "Meets 80 % of the accuracy target",
        "status": status,
        "target": 0.9,
        "bar": 0.72,
        "level": 0.95,
        "n": 212,
        "n_effective": 212.0,
        "looks": 2,
        "method": "exact binomial bounds, alpha spending",
        "reason": "The bounds of the measured share were compared with the bar.",
    }
    return Row(**(base | figures | changes))


def g2(status: str = "pass") -> Row:
    """Return the latency row."""
    figures: dict[str, Any] = {
        "pass": {"estimate": 310.0, "lower": 288.0, "upper": 342.0},
        "fail": {"estimate": 1240.0, "lower": 1130.0, "upper": 1420.0},
        "not-enough-evidence": {"supply": "Supply the latency of each request in predictions.csv."},
    }[status]
    return Row(
        id="G2",
        weight="decisive",
        gate="go-no-go",
        title="Latency under twice the target",
        status=status,
        target=400.0,
        bar=800.0,
        unit="ms",
        higher_is_better=False,
        level=0.95,
        n=1512,
        method="order statistics",
        reason="The share of requests over the limit is small enough.",
        **figures,
    )


def g3(status: str = "pass") -> Row:
    """Return the data quality row."""
    return Row(
        id="G3",
        weight="decisive",
        gate="go-no-go",
        title="No blocking data quality issue",
        status=status,
        n=1512,
        reason="No blocking problem is open." if status == "pass" else "A required column is missing too often.",
        supply="" if status == "pass" else "Fill the required column `wind` in at least 95 % of the rows.",
    )


def g4(status: str = "pass") -> Row:
    """Return the integration row."""
    return Row(
        id="G4",
        weight="decisive",
        gate="go-no-go",
        title="Integration path is feasible",
        status=status,
        reason="Every critical system answered a signed-in call.",
        supply="" if status == "pass" else "List the systems to connect in integrations.csv.",
    )


def conditions(*open_ids: str) -> tuple[Row, ...]:
    """Return the rows that are conditions; those named are not enough evidence."""
    titles = {
        "1.1": "Production sample of at least 1,000 rows",
        "1.3": "Real production data, not curated",
        "1.4": "Fields are filled",
        "1.5": "Formats are consistent",
        "1.7": "Ground truth for at least 200 rows",
        "1.8": "Labels are reliable",
        "2.3": "API documents for every system",
        "2.4": "Security needs are written down",
        "4.2": "Better than the simplest model",
        "4.6": "Failing inputs are known",
        "D1": "An owner with profit responsibility",
        "D3": "The value is stated in money",
    }
    return tuple(
        Row(
            id=key,
            weight="condition",
            gate="data-reality-check" if key.startswith("1.") else "go-no-go",
            title=title,
            status="not-enough-evidence" if key in open_ids else "pass",
            reason="Nobody has supplied it yet." if key in open_ids else "Shown by the tables.",
            supply="Add the file and name it in the project file." if key in open_ids else "",
        )
        for key, title in titles.items()
    )


def account(role: str, path: str, kept: int, **changes: Any) -> TableAccount:
    """Return a closed line account."""
    base: dict[str, Any] = {
        "role": role,
        "path": path,
        "sha256": "9f" * 32,
        "bytes": 181_233,
        "encoding": "utf-8",
        "dialect": "comma, double quotes",
        "lines": kept + 3,
        "fates": Fates(header=1, kept=kept, blank=1, quarantined=1),
        "closed": True,
    }
    return TableAccount(**(base | changes))


def columns(count: int = 12) -> tuple[ColumnFact, ...]:
    """Return column profiles, the later the more missing."""
    return tuple(
        ColumnFact(
            table="sample",
            column=f"column_{i:04d}",
            kind=("number", "text", "time", "category")[i % 4],
            rows=1512,
            missing=(i * 37) % 700,
            distinct=3 + (i * 11) % 900,
            personal=i == 3,
            top=(("JFK", 504), ("EWR", 498), ("LGA", 410)) if i % 4 == 3 else (),
            minimum="0" if i % 4 == 0 else None,
            median="14" if i % 4 == 0 else None,
            maximum="1,204" if i % 4 == 0 else None,
        )
        for i in range(count)
    )


def findings() -> tuple[FindingRecord, ...]:
    """Return six findings, worst first."""
    rows = [
        ("The weather is missing in 6 % of the rows", "missing", 91, ("wind", "temp"), "warning"),
        ("`tailnum` writes unknown in three ways", "disguised-missing", 44, ("tailnum",), "warning"),
        ("38 rows stand twice", "duplicates", 38, ("flight_id",), "warning"),
        ("`dep_delay` holds text in 12 rows", "format", 12, ("dep_delay",), "warning"),
        ("`carrier` has four new values", "new-values", 61, ("carrier",), "note"),
        ("`year` is constant", "constant", 1512, ("year",), "note"),
    ]
    return tuple(
        FindingRecord(
            finding_id=f"F{i}",
            table="sample",
            columns=names,
            kind=kind,
            rows=n,
            share=n / 1512,
            lower=n / 1512 * 0.8,
            upper=min(1.0, n / 1512 * 1.25),
            severity=severity,  # type: ignore[arg-type]
            title=title,
            meaning="The model guesses there.",
            action="Ask the weather provider for the missing hours.",
        )
        for i, (title, kind, n, names, severity) in enumerate(rows)
    )


def slices() -> tuple[SliceRecord, ...]:
    """Return two kinds of input that fail more than the rest."""
    return (
        SliceRecord(
            predicates=(PredicateRecord(column="hour", op=">=", value=18),),
            words="Flights after 6 in the evening",
            rows=64,
            errors=21,
            error_rate=0.328,
            lower=0.22,
            upper=0.45,
            share_of_errors=0.41,
            lift=2.3,
            p_adjusted=0.003,
            why="Delays pile up during the day, and the model does not see the earlier legs.",
            action="Add the delay of the previous leg as an input.",
        ),
        SliceRecord(
            predicates=(PredicateRecord(column="carrier", op="==", value="EV"),),
            words="Flights of carrier EV",
            rows=40,
            errors=12,
            error_rate=0.3,
            lower=0.17,
            upper=0.46,
            share_of_errors=0.24,
            lift=2.1,
            p_adjusted=0.03,
            action="Collect more rows of this carrier.",
        ),
    )


def evidence(wide: int = 12) -> Evidence:
    """Return the full set of aggregates."""
    return Evidence(
        columns=columns(wide),
        scans=(
            ScanFact(
                table="sample",
                rows=1512,
                checked=("missing values", "formats", "duplicates"),
                not_checked=("rules across tables",),
            ),
        ),
        joins=(JoinFact(left="labels", right="sample", matched=212, left_only=0, right_only=1300, duplicate_ids=2),),
        production=ProductionFact(
            columns=(
                ShiftFact(
                    column="temp",
                    kind="number",
                    psi=1.4,
                    effect=0.71,
                    lower=0.66,
                    upper=0.75,
                    spread=tuple((n / 2, (20 - n) / 210, n / 190) for n in range(1, 20)),
                    notable=True,
                    words="much warmer in production",
                ),
                ShiftFact(
                    column="wind",
                    kind="number",
                    psi=0.1,
                    effect=0.12,
                    lower=0.08,
                    upper=0.17,
                    missing_production=0.06,
                    notable=True,
                    words="missing in 6 % of production, never in the curated data",
                ),
                ShiftFact(column="origin", kind="category", psi=0.01, effect=0.03, lower=0.0, upper=0.06),
            ),
            classifier_auc=IntervalFact(estimate=0.57, lower=0.54, upper=0.595, n=3000),
            giveaways=("temp", "month"),
            verbatim_rows=0,
            curated_rows=2400,
        ),
        labels=LabelFact(
            labelled=212,
            unlabelled=1300,
            unresolved=3,
            classes=(("late", 61), ("on time", 151)),
            annotators=2,
            double_labelled=40,
            agreement=IntervalFact(estimate=0.82, lower=0.69, upper=0.93, n=40),
            agreement_method="Krippendorff's alpha",
            ceiling=0.96,
            draw="a random draw from the sample, seed 7",
            clusters=180,
            cluster_column="flight_no",
            design_effect=1.04,
        ),
        errors=ErrorFact(
            metric="f1",
            rows=212,
            errors=51.0,
            error_rate=0.241,
            searched="14 columns, alone and in pairs, and 120 words",
            not_searched=("`notes`: free text that is mostly empty",),
            detectable_lift=2.6,
            curated=IntervalFact(estimate=0.93, lower=0.91, upper=0.95, n=900),
            production=IntervalFact(estimate=0.74, lower=0.68, upper=0.80, n=212),
            trivial=0.45,
            trivial_words="always say late",
            trivial_difference=IntervalFact(estimate=0.29, lower=0.22, upper=0.36),
            simple_model=IntervalFact(estimate=0.70, lower=0.63, upper=0.77),
            simple_model_words="a logistic regression on the same columns",
            groups=(
                Group(column="origin", value="JFK", rows=80, errors=19, rate=0.2375, lower=0.15, upper=0.34),
                Group(column="origin", value="EWR", rows=72, errors=21, rate=0.29, lower=0.19, upper=0.41),
                Group(column="origin", value="LGA", rows=60, errors=11, rate=0.18, lower=0.10, upper=0.30),
                Group(column="carrier", value="EV", rows=40, errors=12, rate=0.3, lower=0.17, upper=0.46),
                Group(column="carrier", value="UA", rows=55, errors=10, rate=0.18, lower=0.09, upper=0.31),
            ),
            confusions=(("late", "on time", 31), ("on time", "late", 20)),
        ),
        confidence=ConfidenceFact(
            bins=tuple(
                ConfidenceBin(
                    low=0.5 + i / 10,
                    high=0.6 + i / 10,
                    rows=30 + 10 * i,
                    confidence=0.55 + i / 10,
                    accuracy=0.5 + 0.08 * i,
                    lower=0.38 + 0.08 * i,
                    upper=min(1.0, 0.62 + 0.08 * i),
                )
                for i in range(5)
            ),
            calibration_error=IntervalFact(estimate=0.09, lower=0.05, upper=0.13),
            auroc=0.79,
            curve=tuple(
                Coverage(
                    threshold=0.5 + i / 10,
                    coverage=1 - i / 6,
                    accuracy=0.76 + 0.04 * i,
                    lower=0.7 + 0.04 * i,
                    upper=0.82 + 0.03 * i,
                )
                for i in range(5)
            ),
            review_target=0.9,
            review_share=0.42,
            review_per_day=63.0,
        ),
        latency=LatencyFact(
            requests=1512,
            failed=6,
            percentile=95,
            quantiles=((50.0, 120.0, 116.0, 125.0), (95.0, 310.0, 288.0, 342.0), (99.0, 620.0, 540.0, 790.0)),
            histogram=((50, 20), (100, 380), (150, 610), (200, 290), (300, 130), (400, 52), (800, 24)),
            throughput_per_s=IntervalFact(estimate=6.1, lower=5.7, upper=6.5),
            cost_per_request=IntervalFact(estimate=0.0021, lower=0.0020, upper=0.0022),
        ),
        systems=(
            SystemFact(system="Weather API", direction="read", last_read_ok=dt.date(2026, 10, 30), ready=True),
            SystemFact(
                system="Flight board",
                direction="read and write",
                last_read_ok=dt.date(2026, 10, 30),
                last_write_ok=dt.date(2026, 10, 29),
                ready=True,
            ),
            SystemFact(system="Crew planner", direction="write", critical=False, missing=("specification", "owner")),
        ),
        sample_rows=1512,
        sample_duplicates=38,
        sample_first=dt.datetime(2026, 6, 1, 5, 0),
        sample_last=dt.datetime(2026, 7, 30, 22, 0),
    )


def record(recommendation: str = "NOT ENOUGH EVIDENCE", **changes: Any) -> Record:
    """Return a full record of that recommendation; `changes` replace its fields."""
    decisive = {
        "GO": (g1(), g2(), g3(), g4()),
        "CONDITIONAL GO": (g1(), g2(), g3(), g4()),
        "NO-GO": (g1("fail"), g2(), g3(), g4()),
        "NOT ENOUGH EVIDENCE": (g1("not-enough-evidence"), g2(), g3(), g4()),
    }[recommendation]
    unmet = () if recommendation == "GO" else ("2.3", "4.6")
    base: dict[str, Any] = {
        "catalogue_version": "1",
        "project": ProjectInfo(
            name="Late-arrival alerts",
            slug="late-arrival-alerts",
            task="classification",
            owner="Maria Lind",
            candidate="v2",
            incumbent="v1",
            start=dt.date(2026, 10, 12),
            deadline=dt.date(2026, 12, 28),
            currency="EUR",
            metric="accuracy",
            metric_words="share of right answers",
            project_sha256="ab" * 32,
        ),
        "run": RunInfo(
            id="20261102T071200Z",
            started=dt.datetime(2026, 11, 2, 7, 12, tzinfo=dt.UTC),
            finished=dt.datetime(2026, 11, 2, 7, 13, tzinfo=dt.UTC),
            version="0.1.0",
            seed=20261102,
            as_of=AS_OF,
        ),
        "decision": Decision(
            recommendation=recommendation,  # type: ignore[arg-type]
            clock="on-time",
            reason="By the rule of week 4.",
        ),
        "criteria": decisive + conditions(*unmet),
        "tables": (
            account("sample", "production.csv", 1512),
            account("curated", "curated.csv", 2400),
            account("labels", "labels.csv", 212),
            account("predictions", "predictions.csv", 1512),
        ),
        "findings": findings(),
        "slices": slices(),
        "open": tuple(
            OpenCondition(
                id=key,
                title=title,
                status="not-enough-evidence",
                owner=owner,
                due=due,
                live=True,
                supply="Name the file.",
            )
            for key, title, owner, due in (
                ("2.3", "API documents for every system", "platform lead", dt.date(2026, 11, 14)),
                ("4.6", "Failing inputs are known", "data lead", dt.date(2026, 11, 20)),
            )
        )
        if unmet
        else (),
        "changes": ("Fast enough: was not enough evidence, now passes.", "62 labels were added, 6 were corrected."),
        "looks": (
            Look(criterion="G1", at=dt.date(2026, 10, 26), n=150, planned=400, alpha=0.011),
            Look(criterion="G1", at=AS_OF, n=212, planned=400, alpha=0.009),
        ),
        "presets": ("Latency is judged at the 95th percentile.",),
        "evidence": evidence(),
        "money": Money(
            currency="EUR",
            monthly=IntervalFact(estimate=31_400, lower=18_200, upper=46_100),
            week_of_waiting=IntervalFact(estimate=7_200, lower=4_200, upper=10_600),
            false_go_month=-31_000,
            false_go_right=0.62,
            break_even=0.61,
            stated_by="Maria Lind",
            stated_on=dt.date(2026, 10, 12),
        ),
        "forecast": Forecast(
            p50=dt.date(2027, 1, 18),
            p80=dt.date(2027, 2, 2),
            p90=dt.date(2027, 2, 12),
            deadline=dt.date(2026, 12, 28),
            on_time=0.22,
            unmet=("every target system has a documented API",),
            gates=(
                GateDate(
                    week=1,
                    title="Production data acquired and analysed",
                    planned=dt.date(2026, 10, 12),
                    passed=dt.date(2026, 10, 14),
                    exact=True,
                ),
                GateDate(
                    week=2, title="Architecture documented", planned=dt.date(2026, 10, 19), passed=dt.date(2026, 10, 26)
                ),
                GateDate(week=4, title="The decision is signed", planned=dt.date(2026, 11, 2)),
            ),
        ),
        "previous": Previous(id="20261026T070000Z", as_of=dt.date(2026, 10, 26), recommendation="NOT ENOUGH EVIDENCE"),
    }
    return Record(**(base | changes))


def empty_record() -> Record:
    """Return the record of a project that has nothing but a sample."""
    rows = (
        g1("not-enough-evidence").model_copy(
            update={
                "estimate": None,
                "lower": None,
                "upper": None,
                "target": None,
                "bar": None,
                "n": 0,
                "n_effective": None,
                "labels_needed": None,
                "cost": None,
                "days": None,
                "chance": None,
                "looks": None,
                "supply": "Label 200 rows that `gatebook sample` draws.",
            }
        ),
        g2("not-enough-evidence").model_copy(update={"bar": None, "target": None, "n": None}),
        g3("not-enough-evidence"),
        g4("not-enough-evidence"),
    )
    return record(
        criteria=rows + conditions("1.3", "1.7", "2.3", "D1", "D3"),
        project=ProjectInfo(name="Nothing yet", slug="nothing-yet", task="classification"),
        tables=(account("sample", "production.csv", 1512),),
        findings=(),
        slices=(),
        open=(),
        changes=(),
        looks=(),
        presets=(),
        evidence=Evidence(sample_rows=1512),
        money=None,
        forecast=None,
        previous=None,
        preview="the history cannot be written",
        history_note="Earlier looks at the labels are unknown, so the stricter rule applies.",
    )


def troubled_record() -> Record:
    """Return a NO-GO with everything that page one must not hide."""
    return record(
        "NO-GO",
        criteria=(
            g1("fail", flags=("evidence withdrawn, was FAIL",), flag_codes=("withdrawn_fail",)),
            g2("fail"),
            g3("fail"),
            g4("not-enough-evidence"),
            *conditions("1.3", "1.7", "2.3", "2.4", "4.2", "4.6", "D1", "D3"),
        ),
        decision=Decision(
            recommendation="NO-GO",
            clock="reassess",
            reason="Right often enough fails.",
            human=Human(
                decision="GO", person="Maria Lind", role="owner", reason="We need to ship.", date=dt.date(2026, 11, 3)
            ),
        ),
        findings=(
            findings()[0].model_copy(
                update={"severity": "blocking", "title": "`wind` is required but missing in 11 % of the rows"}
            ),
            *findings()[1:],
        ),
        goalposts=(
            "The accuracy target was lowered from 0.95 to 0.90 on 1 November; 0.95 stays in force.",
            "The planned labels were raised from 200 to 400.",
        ),
        attestations=(
            Attestation(
                criterion="2.4",
                kind="waiver",
                person="Ana Ruiz",
                role="CTO",
                reason="The review is booked.",
                made=dt.date(2026, 10, 30),
                expires=dt.date(2026, 12, 1),
            ),
        ),
        preview="the history cannot be written",
        history_note="Earlier looks at the labels are unknown, so the stricter rule applies.",
        problems=("labels.csv: cannot be opened, the file is a folder.",),
        money=None,
    )


def corrected_record() -> Record:
    """Return a CONDITIONAL GO after mistakes: one signed, one not, one in a target."""
    who: dict[str, Any] = {"person": "Ana Ruiz", "role": "CTO", "made": dt.date(2026, 10, 30)}
    return record(
        "CONDITIONAL GO",
        criteria=(g1(), g2().model_copy(update={"codes": ("mapping-replaced",)}), g3(), g4(), *conditions()),
        goalposts=("The target accuracy was 0.95 on 1 October and now reads 0.9; Ana Ruiz, CTO, signed for it.",),
        corrections=(
            Correction(
                key="predictions.latency_ms", was=("predictions.latency_ms=ms",), now="predictions.latency_ms=took"
            ),
            Correction(
                key="labels.label",
                was=("labels.label=old_grade",),
                now="labels.score=grade",
                reason="The grade moved.",
                **who,
            ),
            Correction(key="targets.value", reason="The target was set for another product.", **who),
        ),
    )


def _hostile(data: Any, key: str = "") -> Any:
    fixed = {
        "codes",
        "flag_codes",
        "status",
        "kind",
        "weight",
        "gate",
        "recommendation",
        "clock",
        "severity",
        "op",
        "id",
        "metric",
    }
    if isinstance(data, dict):
        return {k: _hostile(v, k) for k, v in data.items()}
    if isinstance(data, list):
        return [_hostile(v, key) for v in data]
    if isinstance(data, str) and key not in fixed and not data[:4].isdigit() and key != "schema_version":
        return HOSTILE
    return data


def hostile_record(base: Record | None = None) -> Record:
    """Return a record in which every free text is markup that would run if it were not escaped."""
    return Record.model_validate(_hostile((base or troubled_record()).model_dump(mode="json")))


def wide_record(count: int = 1000) -> Record:
    """Return a record whose sample has very many columns."""
    return record(evidence=evidence(count))


def varied() -> dict[str, Record]:
    """Return one record of each sort, by a short name."""
    return {
        "go": record("GO"),
        "conditional": record("CONDITIONAL GO"),
        "no-go": record("NO-GO"),
        "open": record(),
        "empty": empty_record(),
        "troubled": troubled_record(),
        "corrected": corrected_record(),
    }
