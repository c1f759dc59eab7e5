"""Columns of people's names, whatever they are called: no published byte holds one, unless the project says that it
may.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hostile import run_here
from test_personal_data import leaks, published_bytes

from gatebook.record import read_record
from projects import Kind, make_project

STAFF = ("Grzegorz Szczepański", "Rosalind Ashworth", "Thibault Lefebvre", "Heike Brinkmann", "Macarena Ibáñez")
GIVEN = ("Sieglinde", "Torbjörn", "Małgorzata", "Ayşegül", "Giancarlo")
FAMILY = ("Oberhuber", "Wiśniewski", "Castañeda", "Dumoulin", "Esposito")
LOGINS = ("g.szczepanski", "r.ashworth", "t.lefebvre", "h.brinkmann", "m.ibanez")
FIRST = ("Brinkmann, Heike", "Ashworth, Rosalind", "Lefebvre, Thibault", "Ibáñez, Macarena", "Szczepański, Grzegorz")
ABROAD = ("王秀兰", "李俊杰", "张欣怡", "陈建国", "刘诗涵")
ARABIC = ("خالد الغامدي", "نورة الحربي", "فيصل القحطاني", "رانيا حداد", "ياسر منصور")
HINDI = ("राजेश शर्मा", "प्रिया गुप्ता", "अमित वर्मा", "सुनीता पटेल", "दीपक मिश्रा")
COLUMNS = {
    "name": STAFF,
    "vorname": GIVEN,
    "nachname": FAMILY,
    "nom": STAFF,
    "patient_name": STAFF,
    "user_name": LOGINS,
    "author_name": FIRST,
    "agent_name": STAFF,
    "employee_id": STAFF,
    "advisor": FAMILY,
    "salesperson": STAFF,
    "x7": STAFF,
    "zust": FIRST,
    "经办": ABROAD,
    "c_12": ARABIC,
    "field": HINDI,
    "login": LOGINS,
}
SHOWN = {
    "town": ("Weimar", "Jena", "Erfurt", "Gera", "Suhl"),
    "product": ("Desk Lamp", "Office Chair", "USB Hub", "Notebook", "Mouse"),
    "job": ("Account Manager", "Data Analyst", "Software Engineer", "Head of Sales", "Clerk"),
    "firm": ("Contoso Ltd", "Northwind Traders", "Fabrikam", "Litware Inc", "Tailspin Toys"),
}


def staffed(folder: Path, public: tuple[str, ...] = (), personal_answers: bool = False) -> Path:
    """Write a project in whose tables people are named; each name is shared by many rows."""
    make_project(folder, Kind(rows=900, labels=240, seed=3, accuracy=0.7))
    random = np.random.default_rng(8)
    for file in ("production", "curated", "labels", "predictions"):
        table = pd.read_csv(folder / f"{file}.csv", dtype=str)
        columns = COLUMNS | SHOWN if file in {"production", "curated"} else {f"{file}_by": STAFF, "grader": STAFF}
        for column, values in columns.items():
            table[column] = [values[i] for i in random.integers(0, len(values), len(table))]
        if file == "production":
            table.loc[random.random(len(table)) < 0.1, ["agent_name", "nachname"]] = ""
            table.loc[random.random(len(table)) < 0.1, "town"] = "Weimar"
        for column in ("intent", "predicted") if personal_answers else ():
            if column in table.columns:
                table[column] = table[column].map(
                    dict(zip(("refund", "order", "account", "other"), STAFF, strict=False))
                )
        if file == "predictions":
            mine = pd.read_csv(folder / "production.csv", dtype=str)["agent_name"]
            table.loc[(mine == STAFF[0]).to_numpy(), "predicted"] = STAFF[3] if personal_answers else "other"
        table.to_csv(folder / f"{file}.csv", index=False)
    population = [("agent_name", s, 1000 + 900 * (i == 1)) for i, s in enumerate(STAFF)]
    pd.DataFrame(population, columns=["column", "value", "rows"]).to_csv(folder / "population.csv", index=False)
    toml = (folder / "gatebook.toml").read_text()
    toml = toml.replace('segments = ["channel"]', 'segments = ["channel", "agent_name", "advisor", "town", "job"]')
    toml = toml.replace("measured = true", 'annotator = "grader"\nreason = "labels_by"')
    toml = toml.replace("[tables.sample]", f"public = {json.dumps(public)}\n[tables.sample]", 1)
    more = f'[[targets.more]]\nmetric = "accuracy"\nvalue = 0.7\nwhere = {{ agent_name = "{STAFF[0]}" }}\n[plan]'
    (folder / "gatebook.toml").write_text(toml.replace("[plan]", more, 1))
    return folder


def names(*columns: tuple[str, ...]) -> list[str]:
    """Return the names of columns and the parts of them that no other word holds."""
    every = [v for values in columns for v in values]
    return sorted({*every, *(part.strip(",") for v in every for part in v.split() if len(part) > 4)})


@pytest.mark.parametrize("personal_answers", [False, True], ids=["people handle rows", "the answers are people"])
def test_no_published_byte_names_a_person_whatever_the_column_is_called(tmp_path, monkeypatch, capfd, personal_answers):
    root = staffed(tmp_path / "desk", personal_answers=personal_answers)
    outcome = run_here(monkeypatch, root, tmp_path / "out")
    assert outcome.error is None
    printed = capfd.readouterr()
    texts = published_bytes(tmp_path / "out") | {"stdout": printed.out, "stderr": printed.err}
    assert leaks(texts, names(*COLUMNS.values())) == []
    checks = (outcome.run / "checks.py").read_text()
    record = read_record(outcome.run / "decision.json")
    told = {value for fact in record.evidence.columns for value, _ in fact.top}
    assert [v for values in SHOWN.values() for v in values if v not in checks or v not in told] == []
    assert record.slices  # the rows of one person fail: told without the name


def test_a_column_that_the_project_calls_public_is_shown(tmp_path, monkeypatch):
    root = staffed(tmp_path / "desk", public=("agent_name",))
    outcome = run_here(monkeypatch, root, tmp_path / "out")
    texts = published_bytes(tmp_path / "out")
    for file in ("decision.json", "data-reality-check.html", "checks.py"):
        [text] = [t for n, t in texts.items() if n == f"desk/{outcome.run.name}/{file}"]
        assert all(s in text or json.dumps(s)[1:-1] in text for s in STAFF), file
    kept = [
        n
        for n in names(GIVEN, FAMILY, LOGINS, ABROAD, ARABIC, HINDI)
        if not any(n.casefold() in s.casefold() for s in STAFF)
    ]
    assert leaks(texts, kept) == []
    assert "agent_name" not in read_record(outcome.run / "decision.json").project.personal


def test_no_published_byte_names_a_person_whom_texts_mention(tmp_path, monkeypatch, capfd):
    root = make_project(tmp_path / "desk", Kind(rows=1500, labels=900, seed=4, accuracy=0.95))
    random = np.random.default_rng(1)
    asked = ("please send the invoice again", "my parcel has not arrived", "refund for the blue order")
    told = (
        "Sieglinde Oberhuber said yes",
        "spoke with Małgorzata twice",
        "in copy t.lefebvre please",
        "told Frau Wimmerstedt today",
    )
    sample = pd.read_csv(root / "production.csv", dtype=str)
    kind = random.integers(0, 9, len(sample))
    sample["message"] = [
        f"{asked[i % 3]}. {told[k] if k < 4 else 'in Marktplatz Lisbon shop' if k == 4 else 'thank you very much'}"
        for i, k in enumerate(kind)
    ]
    sample.to_csv(root / "production.csv", index=False)
    said = pd.read_csv(root / "predictions.csv", dtype=str)
    wrong = (kind < 5) & (random.random(len(said)) < 0.8)
    said.loc[wrong, "predicted"] = random.choice(["refund", "order", "account", "other"], int(wrong.sum()))
    said.to_csv(root / "predictions.csv", index=False)
    toml = (root / "gatebook.toml").read_text()
    (root / "gatebook.toml").write_text(toml.replace("required =", 'text = ["message"]\nrequired =', 1))
    outcome = run_here(monkeypatch, root, tmp_path / "out")
    printed = capfd.readouterr()
    texts = published_bytes(tmp_path / "out") | {"stdout": printed.out, "stderr": printed.err}
    hidden = ["Sieglinde", "Oberhuber", "Małgorzata", "Lefebvre", "Wimmerstedt"]
    assert leaks(texts, hidden) == []
    kinds = [s.words for s in read_record(outcome.run / "decision.json").slices]
    assert any("value withheld" in k for k in kinds), kinds
    assert "thank you very much" in (outcome.run / "decision.json").read_text()  # what names nobody is shown
