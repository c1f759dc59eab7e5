"""The sample projects: what their generators promise, and that what is planted is really there (and nothing else
is).
"""

import datetime as dt
import importlib.util
import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta
from sklearn.metrics import roc_auc_score

from gatebook.project import load_project

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
AS_OF = dt.date(2026, 10, 30)


def _module(sample):
    spec = importlib.util.spec_from_file_location(f"build_{sample.replace('-', '_')}", SAMPLES / sample / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _table(sample, name, **options):
    return pd.read_csv(SAMPLES / sample / name, **options)


def _lower(successes, trials):
    return beta.ppf(0.05, successes, trials - successes + 1)


def _upper(successes, trials):
    return beta.ppf(0.95, successes + 1, trials - successes)


# --- both -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", ["flight-delays", "support-assistant"])
def test_project_file_names_only_columns_that_are_there(sample):
    project = load_project(SAMPLES / sample)
    for role, spec in project.tables.items():
        columns = set(pd.read_csv(project.root / spec.path, nrows=1).columns)
        assert set(spec.named_columns()) <= columns, role


@pytest.mark.parametrize("sample", ["flight-delays", "support-assistant"])
def test_fixed_date_lies_within_week_four_and_before_every_due_date(sample):
    project = load_project(SAMPLES / sample)
    assert 0 < (AS_OF - project.start).days <= 28
    assert all(item.owner and item.due > AS_OF for item in project.open)
    assert AS_OF.isoformat() in (SAMPLES / sample / "README.md").read_text("utf-8")


def test_samples_are_small_together():
    assert sum(p.stat().st_size for p in SAMPLES.rglob("*") if p.is_file() and p.suffix != ".pyc") < 3_000_000


# --- flight-delays --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def flights():
    return _module("flight-delays")


@pytest.fixture(scope="module")
def parts(flights):
    curated, production = flights.split(flights.flights())
    return curated, production, flights.train(curated)


@pytest.fixture(scope="module")
def scored(parts):
    """Every production flight with the committed answer and the truth, which the sample itself keeps to 300 flights."""
    answers = _table("flight-delays", "predictions.csv")
    return parts[1].merge(answers, on="flight_id", validate="1:1")


def _counts(table):
    late, said = table["late"] == "yes", table["predicted"] == "yes"
    return int((late & said).sum()), int((late | said).sum())


def _f1(table):
    both, either = _counts(table)
    return 2 * both / (either + both)


def test_flight_tables_are_reproduced(flights, parts, tmp_path):
    curated, production, _ = parts
    tables = {"production.csv": production[flights.COLUMNS], "labels.csv": flights.labels(production)}
    for name, table in tables.items():
        table.to_csv(tmp_path / name, index=False, lineterminator="\n")
        assert (tmp_path / name).read_bytes() == (SAMPLES / "flight-delays" / name).read_bytes(), name
    curated.to_csv(tmp_path / "curated.csv", index=False)
    kept = _table("flight-delays", "curated.csv", dtype=str).drop(columns=["predicted", "confidence"])
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "curated.csv", dtype=str), kept)


def test_flight_answers_come_from_the_model_that_the_build_trains(flights, parts, scored):
    _, production, model = parts
    again = flights.answers(model, production)
    assert (again["predicted"] == scored["predicted"]).mean() > 0.995
    assert np.abs(again["confidence"] - scored["confidence"]).max() < 0.05


def test_replay_answers_one_request_at_a_time_and_measures_each(flights, parts):
    _, production, model = parts
    few = production.head(20)
    replay = flights.replay(model, few, per_second=1000)
    assert (replay["predicted"] == flights.answers(model, few)["predicted"]).all()
    assert (replay["latency_ms"] > 0).all()
    assert pd.to_datetime(replay["served_at"]).is_monotonic_increasing


def test_committed_latency_was_measured_at_the_stated_pace(flights):
    served = _table("flight-delays", "predictions.csv")
    assert served["latency_ms"].nunique() > 500
    seconds = (pd.to_datetime(served["served_at"]) - flights.REPLAY_START).dt.total_seconds()
    due = np.arange(len(served)) / flights.REQUESTS_PER_S
    assert np.allclose(1000 * (seconds - due), served["latency_ms"], atol=1.01)  # cut to whole milliseconds


def test_curated_flights_are_complete_winter_rows():
    curated = _table("flight-delays", "curated.csv")
    assert curated.notna().all(axis=None)
    assert curated["flight_date"].between("2013-01-01", "2013-02-28").all()


def test_production_flights_come_as_they_are():
    production = _table("flight-delays", "production.csv")
    missing = production.isna().mean()
    assert production["flight_date"].between("2013-06-03", "2013-07-28").all()
    assert len(production) == production["flight_id"].nunique() == 2000
    for column in ("dep_delay", "tailnum", "plane_year", "temp", "pressure"):
        assert missing[column] > 0, column
    assert pd.to_datetime(production["flight_date"]).nunique() == 56


def test_production_flights_do_not_hold_the_answer(parts):
    columns = set(_table("flight-delays", "production.csv").columns)
    assert not columns & {"late", "arr_delay", "arr_time", "air_time"}
    arrived = parts[1].dropna(subset=["late", "dep_delay"])
    assert roc_auc_score(arrived["late"] == "yes", arrived["dep_delay"].astype(float)) < 0.95


def test_labels_are_true_and_blank_where_a_flight_never_arrived(parts):
    labels = _table("flight-delays", "labels.csv")
    truth = parts[1].set_index("flight_id")["late"]
    assert len(labels) == labels["flight_id"].nunique() == 300
    drawn = truth[labels["flight_id"]].reset_index(drop=True)
    assert (labels["late"].fillna("-") == drawn.fillna("-")).all()
    source = _module("flight-delays").published("flights.csv.zip")
    day = pd.to_datetime(source[["year", "month", "day"]]).dt.strftime("%Y%m%d")
    source_id = (
        day + "-" + source["carrier"] + source["flight"].astype(str) + "-" + source["origin"] + "-" + source["dest"]
    )
    blank = set(labels.loc[labels["late"].isna(), "flight_id"])
    assert blank
    assert source.loc[source_id.isin(blank), "arr_delay"].isna().all()


def test_flight_story_is_true(scored):
    """In-sample figures flatter; the labels tell the truth about production; some hours fail more."""
    labelled = scored.drop(columns="late").merge(_table("flight-delays", "labels.csv").dropna(), on="flight_id")
    arrived = scored.dropna(subset="late")
    in_sample, measured, true = _f1(_table("flight-delays", "curated.csv")), _f1(labelled), _f1(arrived)
    assert in_sample - true > 0.05
    both, either = _counts(labelled)
    low, high = _lower(both, either), _upper(both, either)
    low, high = 2 * low / (1 + low), 2 * high / (1 + high)
    assert low < true < high
    wrong = arrived["late"] != arrived["predicted"]
    evening = arrived["sched_hour"].between(15, 20)
    assert wrong[evening].mean() > 1.5 * wrong[~evening].mean()
    readme = (SAMPLES / "flight-delays" / "README.md").read_text("utf-8")
    figures = (in_sample, true, measured, low, high, wrong[evening].mean(), wrong[~evening].mean())
    for figure in figures:
        assert f"{figure:.3f}" in readme, (figure, readme)


def test_flight_verdict_stands_on_the_systems_alone(scored):
    project = load_project(SAMPLES / "flight-delays")
    labelled = scored.drop(columns="late").merge(_table("flight-delays", "labels.csv").dropna(), on="flight_id")
    both, either = _counts(labelled)
    share = _lower(both / 1.2, either / 1.2)  # flights of one day are alike: a design effect of 1.2
    assert 2 * share / (1 + share) > 0.8 * project.targets.value + 0.05
    always_late = (labelled["late"] == "yes").mean()
    assert 2 * always_late / (1 + always_late) < 0.8 * project.targets.value
    slow = int((scored["latency_ms"] >= 2 * project.targets.latency_ms).sum())
    assert _upper(slow, len(scored)) < 0.05
    assert scored[list(project.tables["sample"].required)].notna().all(axis=None)
    assert project.table("integrations") is None


# --- support-assistant ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def support():
    return _module("support-assistant")


@pytest.fixture(scope="module")
def production():
    return _table("support-assistant", "production.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def truth():
    return json.loads((SAMPLES / "support-assistant" / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def grades():
    return _table("support-assistant", "labels.csv")


def _rows(mask):
    return [int(r) + 1 for r in np.flatnonzero(mask)]


def _planted(truth, kind):
    (problem,) = [p for p in truth["problems"] if p["kind"] == kind]
    return problem["rows"]


def test_support_tables_are_reproduced_to_the_byte(support, tmp_path):
    support.build(tmp_path)
    for file in sorted(tmp_path.iterdir()):
        assert file.read_bytes() == (SAMPLES / "support-assistant" / file.name).read_bytes(), file.name


def test_another_seed_gives_other_data_of_the_same_shape(support, tmp_path, truth):
    support.build(tmp_path, seed=5)
    other = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert [p["kind"] for p in other["problems"]] == [p["kind"] for p in truth["problems"]]
    assert _planted(other, "missing") != _planted(truth, "missing")
    table = pd.read_csv(tmp_path / "production.csv", dtype=str, keep_default_na=False)
    assert _rows(table["device"] == "") == _planted(other, "missing")


def test_missing_and_disguised_values_stand_where_the_truth_says(production, truth):
    blanks = production == ""
    assert _rows(blanks["device"]) == _planted(truth, "missing")
    assert not blanks.drop(columns="device").any(axis=None)
    assert _rows(production["order_value"] == "N/A") == _planted(truth, "disguised_missing")
    numbers = pd.to_numeric(production["order_value"].where(production["order_value"] != "N/A"))
    assert numbers.dropna().gt(0).all()


def test_mixed_dates_stand_where_the_truth_says(production, truth):
    iso = production["ordered_on"].str.fullmatch(r"2026-\d\d-\d\d")
    assert _rows(~iso) == _planted(truth, "mixed_date_format")
    day = pd.to_datetime(production.loc[~iso, "ordered_on"], format="%d/%m/%Y").dt.day
    assert (day > 12).all()


def test_mojibake_stands_where_the_truth_says(support, production, truth):
    cities = {city for of in support.CITIES.values() for city in of}
    broken = ~production["city"].isin(cities)
    assert _rows(broken) == _planted(truth, "mojibake")
    assert production.loc[broken, "city"].map(lambda c: c.encode("latin-1").decode()).isin(cities).all()


def test_typos_and_near_duplicate_categories_stand_where_the_truth_says(support, production, truth):
    assert _rows(production["product"].isin(list(support.TYPOS.values()))) == _planted(truth, "typo")
    assert set(production["product"]) == set(support.TYPOS) | set(support.TYPOS.values())
    assert _rows(~production["channel"].isin(list(support.CHANNELS))) == _planted(truth, "near_duplicate_category")


def test_broken_dependency_stands_where_the_truth_says(support, production, truth):
    country = {city: of for cities in support.CITIES.values() for city, of in cities.items()}
    mended = production["city"].map(lambda c: c if c in country else c.encode("latin-1").decode())
    assert _rows(mended.map(country) != production["country"]) == _planted(truth, "broken_dependency")


def test_duplicate_rows_stand_where_the_truth_says(production, truth):
    assert _rows(production.duplicated()) == _planted(truth, "duplicate_row")
    assert production["message_id"].nunique() == truth["distinct_production_rows"] >= 1200
    assert not production.drop_duplicates()["message_id"].duplicated().any()


def test_personal_data_stand_in_one_column_that_is_listed(production):
    address = re.compile(r"[\w.]+@[\w.]+")
    holding = [c for c in production.columns if production[c].str.contains(address).any()]
    for name in ("curated.csv", "predictions.csv", "labels.csv"):
        table = _table("support-assistant", name, dtype=str, keep_default_na=False)
        assert not any(table[c].str.contains(address).any() for c in table.columns), name
    assert holding == list(load_project(SAMPLES / "support-assistant").personal)


def test_planted_slices_hold_their_predicates_and_their_errors(production, truth):
    numbers = production.assign(question_chars=production["question_chars"].astype(int)).head(1320)
    for planted in truth["slices"]:
        mask = pd.Series(data=True, index=numbers.index)
        for predicate in planted["predicates"]:
            column = numbers[predicate["column"]]
            mask &= column == predicate["value"] if predicate["op"] == "==" else column >= predicate["value"]
        assert _rows(mask) == planted["rows"]
        assert len(planted["rows"]) > 0.05 * len(numbers)
        assert planted["error_rate"] > 2.5 * truth["error_rate_elsewhere"]


def test_graded_answers_show_the_planted_slices_too(production, truth, grades):
    mean = grades.groupby("message_id")["grade"].mean()
    ids = production["message_id"]
    planted = {ids[row - 1] for s in truth["slices"] for row in s["rows"]}
    weak = mean.index.isin(planted)
    assert (mean[weak] <= 2).mean() > 2.5 * (mean[~weak] <= 2).mean()


def test_sample_covers_five_weeks_and_every_hour(production):
    asked = pd.to_datetime(production["asked_at"])
    assert asked.dt.hour.nunique() == 24
    assert asked.dt.day_of_week.nunique() == 7
    assert asked.dt.normalize().nunique() == 35
    served = pd.to_datetime(_table("support-assistant", "predictions.csv")["served_at"])
    assert served.max() - served.min() > dt.timedelta(days=28)


def test_labels_are_a_draw_within_each_language(production, grades):
    language = production.drop_duplicates("message_id").set_index("message_id")["language"]
    drawn = grades.drop_duplicates("message_id").set_index("message_id")
    assert (language[drawn.index] == drawn["stratum"]).all()
    share = drawn["stratum"].value_counts() / language.value_counts()
    assert np.allclose(drawn["inclusion_probability"], drawn["stratum"].map(share), atol=1e-5)
    assert set(grades["model_version"]) == {"v2"}


def test_graders_agree_well_enough_on_enough_answers(grades):
    both = grades.pivot_table(index="message_id", columns="grader", values="grade").dropna().to_numpy()
    assert len(both) >= max(40, 0.1 * grades["message_id"].nunique())

    def kappa(pairs):
        first, second = (np.bincount(pairs[:, i].astype(int), minlength=6) / len(pairs) for i in (0, 1))
        chance = first @ second
        return ((pairs[:, 0] == pairs[:, 1]).mean() - chance) / (1 - chance)

    rng = np.random.default_rng(0)
    draws = [kappa(both[rng.integers(0, len(both), len(both))]) for _ in range(500)]
    assert np.quantile(draws, 0.05) > 0.6


def _mean_bounds(production, grades):
    """Return the mean grade, its 5 % bounds on [1, 5] with customers as clusters, and the design effect."""
    mean = grades.groupby("message_id")["grade"].mean()
    customer = production.drop_duplicates("message_id").set_index("message_id")["customer_id"][mean.index]
    y = (mean - 1) / 4
    m, n = y.mean(), len(y)
    sums = (y - m).groupby(customer.to_numpy()).sum()
    groups = len(sums)
    error = np.sqrt(groups / (groups - 1) * (sums**2).sum()) / n
    effective = m * (1 - m) / error**2
    low, high = (1 + 4 * bound(m * effective, effective) for bound in (_lower, _upper))
    return 1 + 4 * m, low, high, error**2 / (y.var() / n)


def test_support_verdict_rests_on_enough_graded_answers(production, grades):
    target = load_project(SAMPLES / "support-assistant").targets.value
    bar = 1 + 0.8 * (target - 1)
    mean, low, high, design_effect = _mean_bounds(production, grades)
    assert low > bar + 0.15
    assert design_effect > 1.1
    assert grades["message_id"].nunique() >= 240
    readme = (SAMPLES / "support-assistant" / "README.md").read_text("utf-8")
    for figure in (mean, low, high, design_effect):
        assert f"{figure:.2f}" in readme, figure


def test_support_candidate_is_fast_enough():
    targets = load_project(SAMPLES / "support-assistant").targets
    answers = _table("support-assistant", "predictions.csv").query("model_version == 'v2'")
    slow = int((answers["latency_ms"] >= 2 * targets.latency_ms).sum())
    assert _upper(slow, len(answers)) < 0.03
    assert (answers.loc[answers["error_code"].notna(), "answer"].isna()).all()


def test_every_message_was_answered_by_both_versions(production):
    answers = _table("support-assistant", "predictions.csv")
    assert not answers.duplicated(["message_id", "model_version"]).any()
    for _, of in answers.groupby("model_version"):
        assert set(of["message_id"]) == set(production["message_id"])


def test_curated_set_is_the_easy_one(production, truth):
    curated = _table("support-assistant", "curated.csv")
    assert curated.notna().all(axis=None)
    assert curated["demo_grade"].mean() > truth["mean_grade"] + 0.5
    assert curated["question_chars"].max() < 420
    assert (curated["language"] == "en").mean() > 0.8 > (production["language"] == "en").mean()
    assert not set(curated["message_id"]) & set(production["message_id"])


def test_critical_systems_were_called_in_the_last_fortnight():
    systems = _table("support-assistant", "integrations.csv")
    critical = systems[systems["critical"] == "yes"]
    for column in ("last_read_ok", "last_write_ok"):
        age = (pd.Timestamp(AS_OF) - pd.to_datetime(critical[column])).dt.days
        assert age.between(0, 14).all(), column
    assert systems["p95_ms"].sum() < load_project(SAMPLES / "support-assistant").targets.latency_ms
    assert list(systems.loc[systems["spec"].isna(), "system"]) == ["order system"]


def test_specifications_document_every_operation():
    systems = _table("support-assistant", "integrations.csv")
    for name, limit in systems.dropna(subset="spec")[["spec", "rate_limit_per_s"]].itertuples(index=False):
        spec = json.loads((SAMPLES / "support-assistant" / name).read_text("utf-8"))
        schemes = set(spec["components"]["securitySchemes"])
        assert f"At most {limit} requests a second" in spec["info"]["description"]
        for methods in spec["paths"].values():
            for operation in methods.values():
                assert {key for need in operation["security"] for key in need} <= schemes
                assert {"401", "429"} <= set(operation["responses"])
                good = next(r for code, r in operation["responses"].items() if code.startswith("2"))
                assert {"schema", "example"} <= set(good["content"]["application/json"])
