import datetime as dt
import random

import pyarrow as pa
import pytest
from bare_folders import classified, guess, sentence, started, told, write
from pyarrow import feather, parquet

from gatebook.init.draft import Ask

BEGIN = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)


def predictions(project):
    return project.tables["predictions"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("latency_us", "microseconds"),
        ("duration_ns", "nanoseconds"),
        ("took_min", "minutes"),
        ("elapsed_h", "hours"),
        ("dauer_minuten", "minutes"),
    ],
)
def test_a_unit_in_the_name_is_kept_as_it_is(tmp_path, name, said):
    report, project = classified(tmp_path, [name], lambda _, rng: [rng.randint(1, 90)])
    assert (predictions(project).latency, predictions(project).latency_unit) == (name, None)
    assert guess(report, "tables.predictions.latency").why.values["unit"] == said


@pytest.mark.parametrize(("name", "key"), [("durationMs", "latency_ms"), ("antwortzeit_s", "latency_s")])
def test_milliseconds_and_seconds_have_their_own_keys(tmp_path, name, key):
    _, project = classified(tmp_path, [name], lambda _, rng: [rng.randint(1, 90)])
    assert getattr(predictions(project), key) == name
    assert predictions(project).latency is None


@pytest.mark.parametrize("cell", ["{}ms", "{}.5 s", "00:00:0{}.25", "0 days 00:00:00.{}00000", "PT{}.2S", "{}m 3s"])
def test_cells_that_say_their_unit_are_durations(tmp_path, cell):
    report, project = classified(tmp_path, ["latency"], lambda _, rng: [cell.format(rng.randint(1, 9))])
    assert predictions(project).latency == "latency"
    assert guess(report, "tables.predictions.latency").sure
    assert "latency_unit" not in (tmp_path / "gatebook.toml").read_text()


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
@pytest.mark.parametrize("unit", ["ns", "us", "ms", "s"])
def test_the_type_of_a_columnar_file_tells_the_unit_and_the_moment(tmp_path, suffix, unit):
    rng = random.Random(1)
    table = pa.table(
        {
            "id": [f"t{k}" for k in range(60)],
            "served": pa.array([BEGIN + dt.timedelta(minutes=k) for k in range(60)], pa.timestamp("us", tz="UTC")),
            "prediction": [rng.choice("ab") for _ in range(60)],
            "latency": pa.array([rng.randint(1, 9) for _ in range(60)], pa.duration(unit)),
        }
    )
    (parquet.write_table if suffix == "parquet" else feather.write_feather)(table, tmp_path / f"log.{suffix}")
    report, project = started(tmp_path)
    sample = project.tables["sample"]
    assert (sample.latency, sample.latency_ms, sample.time) == ("latency", None, "served")
    assert guess(report, "tables.sample.latency").why.values["type"] == f"duration[{unit}]"


@pytest.mark.parametrize(("size", "unit"), [(0.5, "s"), (700, "ms")])
def test_the_size_of_numbers_binds_no_unit(tmp_path, size, unit):
    report, project = classified(tmp_path, ["latency"], lambda _, rng: [round(size * rng.uniform(0.5, 2), 3)])
    spec = predictions(project)
    assert (spec.latency, spec.latency_unit, spec.latency_ms, spec.latency_s) == ("latency", None, None, None)
    assert not guess(report, "tables.predictions.latency").sure
    assert told(report, Ask.NO_UNIT, "latency")
    lines = (tmp_path / "gatebook.toml").read_text().splitlines()
    assert any(k.startswith(f'# latency_unit = "{unit}"') and "you must set this" in k for k in lines)
    assert guess(report, "tables.predictions.latency_unit") is None


@pytest.mark.parametrize(
    ("first", "last", "sure"),
    [
        ("agent_started_at", "agent_ended_at", True),
        ("request_time", "response_time", True),
        ("start_time", "end_time", False),
        ("received_at", "answered_at", False),
        ("begonnen_um", "beendet_um", False),
    ],
)
def test_two_moments_of_one_request_make_a_duration(tmp_path, first, last, sure):
    def stamps(k, rng):
        begun = BEGIN + dt.timedelta(minutes=5 * k)
        return begun.isoformat(), (begun + dt.timedelta(seconds=rng.uniform(1, 60))).isoformat()

    report, project = classified(tmp_path, [first, last], stamps)
    spec = predictions(project)
    assert (spec.started, spec.ended) == (first, last)
    assert guess(report, "tables.predictions.started").sure == sure
    assert told(report, Ask.STAMPS, first) != sure


@pytest.mark.parametrize("gap", [dt.timedelta(days=90), -dt.timedelta(seconds=5)])
def test_a_contract_or_an_end_before_its_start_is_no_request(tmp_path, gap):
    def stamps(k, _):
        begun = BEGIN + dt.timedelta(minutes=5 * k)
        return begun.isoformat(), (begun + gap).isoformat()

    _, project = classified(tmp_path, ["start_time", "end_time"], stamps)
    assert predictions(project).started is None


def test_a_duration_with_its_unit_goes_before_stamps(tmp_path):
    def cells(k, _):
        begun = BEGIN + dt.timedelta(minutes=5 * k)
        return begun.isoformat(), (begun + dt.timedelta(seconds=9)).isoformat(), 9000

    _, project = classified(tmp_path, ["started_at", "ended_at", "latency_ms"], cells)
    assert (predictions(project).latency_ms, predictions(project).started) == ("latency_ms", None)


def test_named_columns_that_do_not_fit_are_told(tmp_path):
    report, project = classified(
        tmp_path,
        ["latency", "confidence"],
        lambda _, rng: [rng.choice(["fast", "slow"]), f"{rng.uniform(50, 99):.1f}%"],
    )
    assert (predictions(project).latency, predictions(project).confidence) == (None, None)
    assert told(report, Ask.MISFIT_WORDS, "latency")
    assert told(report, Ask.NO_NUMBERS, "confidence", "%")


def test_the_length_of_a_loan_is_no_latency(tmp_path):
    rng = random.Random(4)
    rows = [(f"l{k}", rng.randint(6, 60), sentence(rng), rng.choice(["yes", "no"])) for k in range(80)]
    write(tmp_path / "applications.csv", ["id", "loan_duration_months", "purpose", "label"], rows)
    report, project = started(tmp_path)
    assert project.tables["sample"].latency is None
    assert not any("loan_duration_months" in str(one) for one in report.unsure)


@pytest.mark.parametrize("zone", ["", "Z", "+00", "+02:00", " UTC"])
def test_moments_with_any_zone_are_times(tmp_path, zone):
    report, project = classified(
        tmp_path, ["served_at"], lambda k, _: [f"2026-09-{1 + k % 28:02} 10:{k % 60:02}:07{zone}"]
    )
    assert predictions(project).time == "served_at"
    assert guess(report, "tables.predictions.time").sure


@pytest.mark.parametrize("step", [1, 1_000, 1_000_000, 1_000_000_000])
def test_seconds_since_1970_and_their_parts_are_times_by_name(tmp_path, step):
    _, project = classified(tmp_path, ["created_at"], lambda k, _: [(1_790_000_000 + 60 * k) * step])
    assert predictions(project).time == "created_at"


@pytest.mark.parametrize("midnight", ["", " 00:00:00", "T00:00:00Z"])
def test_days_are_no_moments_of_requests(tmp_path, midnight):
    report, project = classified(tmp_path, ["scored_on"], lambda k, _: [f"2026-09-{1 + k % 28:02}{midnight}"])
    assert predictions(project).time is None
    assert told(report, Ask.DAYS, "scored_on")


def test_the_whole_cost_goes_before_its_parts(tmp_path):
    _, project = classified(
        tmp_path, ["inputCost", "outputCost", "totalCost"], lambda _, rng: [0.1, 0.2, rng.uniform(0.2, 0.4)]
    )
    assert predictions(project).cost == "totalCost"


def test_figures_of_the_model_that_stand_with_the_inputs_are_told(tmp_path):
    rng = random.Random(7)
    rows = [(f"t{k}", sentence(rng), rng.randint(50, 900), round(rng.random(), 3)) for k in range(80)]
    write(tmp_path / "production.csv", ["id", "text", "latency_ms", "confidence"], rows)
    write(tmp_path / "labels.csv", ["id", "label"], [(r[0], rng.choice("abc")) for r in rows])
    write(tmp_path / "predictions.csv", ["id", "prediction"], [(r[0], rng.choice("abc")) for r in rows])
    report, _ = started(tmp_path)
    assert told(report, Ask.TIMED_ELSEWHERE, "latency_ms")
    assert told(report, Ask.SURE_ELSEWHERE, "confidence")
