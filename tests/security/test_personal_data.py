"""Personal data and secrets planted everywhere: no published byte holds one of them."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hostile import run_here

from gatebook.assessment.withheld import without_personal_names
from gatebook.errors import ProjectFileError
from gatebook.evidence.disclosure import withheld_names
from gatebook.project import load_project
from gatebook.project.tables import open_tables
from gatebook.record import read_record
from gatebook.run import projects as run
from gatebook.run.verify import verify_run
from projects import AS_OF, Kind, make_project
from records import record

FIRST = (
    "Zephyrine",
    "Quillon",
    "Ottoline",
    "Thessaly",
    "Barnaby",
    "Ignatius",
    "Xanthe",
    "Peregrine",
    "Leocadia",
    "Wolfram",
)
LAST = ("Vandergriff", "Okonkwo-Reyes", "Mbeki-Strand", "Szczepanski", "Thorvaldsen", "Papadakis", "Quispe", "Nakagawa")
# As people write them: telephones of ten countries, accounts and cards in groups, addresses with odd letters.
PHONES = (
    "+44 20 7946 0958",
    "+33 1 99 00 12 34",
    "+49 (0)30 23125-478",
    "(212) 555-0187",
    "+1-415-555-0132",
    "+61 2 5550 1234",
    "+81 3-5550-2345",
    "+91 98765 43210",
    "+34 612 34 56 78",
    "+39 06 555 01234",
    "+55 11 95555-0199",
)
ACCOUNTS = (
    "GB29 NWBK 6016 1331 9268 19",
    "DE89 3704 0044 0532 0130 00",
    "FR14 2004 1010 0505 0001 3M02 606",
    "NL91ABNA0417164300",
)
CARDS = ("4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6011000990139424")
MAILS = (
    "zoe.quill@ex-ample.museum",
    "'o.hara'@x.example",
    "first.last+tag@sub.dom.example",
    "m@münchen.example",
    "UPPER@CASE.EXAMPLE.ORG",
)
STAFF = ("Xochitl Brandtmann", "Ottokar Weissenfels", "Perpetua O'Achterberg")
SURNAME = "Hildebrandtsen"  # in the text of every row that goes wrong
SECRET = "S3cr3t-Zq9vT4wX"


def luhn(digits: str) -> str:
    """Return the digits with the check digit of a card number after them."""
    total = sum(sum(divmod(int(d) * (2 if i % 2 == 0 else 1), 10)) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def iban(account: int) -> str:
    """Return a German IBAN with right check digits."""
    body = f"37040044{account:010d}"
    return f"DE{98 - int(body + '131400') % 97:02d}{body}"


def people(count: int) -> pd.DataFrame:
    """Return a frame of invented people, each cell a canary."""
    rows = []
    for i in range(count):
        first, last = FIRST[i % 10], LAST[i // 10 % 8]
        rows.append(
            {
                "full_name": f"{first} {last} {chr(65 + i // 80)}.",
                "mail": f"{first}.{i}@{last.replace(' ', '')}.example".lower(),
                "phone": f"+49 171 {5550000 + i * 37}",
                "card": luhn(f"453201511283{i:03d}"),
                "iban": iban(7_000_000_000 + i * 991),
                "passport": f"C01X{i:03d}T{(i * 7919) % 10000:04d}",
            }
        )
    return pd.DataFrame(rows)


def personal_project(folder: Path) -> tuple[Path, list[str]]:
    """Write a project whose people write in its tables; return it and every text that must not get out.

    Five columns and a file are called by people who are in no cell.
    """
    make_project(folder, Kind(rows=600, labels=200, seed=3))
    known = people(67)
    who, named = known.iloc[:60], known.iloc[60:]
    random = np.random.default_rng(5)
    pick = np.concatenate([np.repeat(np.arange(20), 15), random.integers(20, 60, 300)])  # twenty of them write often
    for name in ("production", "curated"):
        table = pd.read_csv(folder / f"{name}.csv", dtype=str)
        mine = who.iloc[pick[: len(table)]].reset_index(drop=True)
        table["message"] = (
            "hello, I am " + mine["full_name"] + ", call " + mine["phone"] + " or write to " + mine["mail"]
        )
        table = pd.concat([table, mine], axis=1)
        at = np.arange(len(table))
        table["handler"] = [STAFF[i % 3] for i in at]
        table["callback"] = [PHONES[i % len(PHONES)] for i in at]
        table["payload"] = [
            json.dumps({"user": {"mail": MAILS[i % 5], "iban": ACCOUNTS[i % 4]}, "k": int(i % 3)}) for i in at
        ]
        table["paid with"] = [CARDS[i % 4] for i in at]
        table["sent_on"] = [f"born {MAILS[i % 5]}" if i % 17 == 0 else f"2026-10-{1 + i % 28:02d}" for i in at]
        table["comment"] = [
            f"{SURNAME} asks again<{MAILS[i % 5]}>;tel:{PHONES[i % 11]}" if i % 9 == 0 else "an order like any other"
            for i in at
        ]
        table.loc[random.random(len(table)) < 0.1, ["message", "phone"]] = ""
        for number, column in enumerate(("full_name", "mail", "phone", "card", "iban")):
            # filled by half, so that findings about each column name it
            table[named[column].iloc[number]] = np.where(random.random(len(table)) < 0.5, "", "x")
        text = table.to_csv(index=False)
        if name == "production":
            asked = table.loc[table["comment"].str.startswith(SURNAME), "ticket"]
            # lines that do not fit are kept out, and told without their content
            text += "".join(
                f"x,{m},{p},too,many,cells,in,this,line,of,a,file,{n},,,,,,,,,,,,and,more\n"
                for n, m, p in who[["full_name", "mail", "phone"]].iloc[:5].to_numpy()
            )
        (folder / f"{name}.csv").write_text(text)
    graded = pd.read_csv(folder / "labels.csv", dtype=str).assign(grader=random.choice(who["mail"].iloc[:3], 200))
    graded.to_csv(folder / "labels.csv", index=False)
    answers = pd.read_csv(folder / "predictions.csv", dtype=str)
    answers.loc[answers["ticket"].isin(asked), "predicted"] = "other"
    answers.loc[answers.index % 11 == 0, "error"] = "timeout while serving " + who["mail"].iloc[4]
    answers.to_csv(folder / "predictions.csv", index=False)
    toml = (folder / "gatebook.toml").read_text()
    toml = toml.replace(
        'segments = ["channel"]', 'segments = ["channel", "handler"]\ntext = ["message", "comment"]'
    ).replace('label = "intent"\nmeasured = true', 'label = "intent"\nannotator = "grader"')
    toml = toml.replace("[tables.sample]", 'personal = ["full_name", "passport"]\n[tables.sample]', 1)
    file = f"{named['mail'].iloc[5]}.csv"
    (folder / "curated.csv").rename(folder / file)
    toml = toml.replace('"curated.csv"', json.dumps(file))
    (folder / "gatebook.toml").write_text(toml)
    more = (*PHONES, *ACCOUNTS, *CARDS, *MAILS, *STAFF, SURNAME, *(name.split()[1] for name in STAFF))
    return folder, [*known.astype(str).to_numpy().ravel(), *more]


def published_bytes(folder: Path) -> dict[str, str]:
    """Return every published file as text, with what is packed inside unpacked."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        text = raw.decode("utf-8", "replace")
        for packed in re.findall(r"base64,([A-Za-z0-9+/=]{40,})", text):
            data = base64.b64decode(packed)
            text += gzip.decompress(data).decode() if data[:2] == b"\x1f\x8b" else data.decode("latin-1")
        if path.suffix == ".parquet":
            text += pq.read_table(io.BytesIO(raw)).to_pandas().to_csv()
        found[str(path.relative_to(folder))] = text
    return found


def leaks(texts: dict[str, str], canaries: list[str]) -> list[tuple[str, str]]:
    """Return where each canary is found: as it is, in lower case, without its spaces, or as JSON writes it."""
    found = []
    for name, text in texts.items():
        plain = text.lower()
        close = re.sub(r"[\s-]+", "", plain)
        found += [(name, c) for c in canaries if c.lower() in plain or re.sub(r"[\s-]+", "", c.lower()) in close]
    return found


def test_no_published_byte_and_no_printed_word_holds_a_person(tmp_path, monkeypatch, capfd):
    root, canaries = personal_project(tmp_path / "shop")
    assert len(set(canaries)) >= 300
    monkeypatch.setenv("WAREHOUSE_URL", f"postgresql://ann:{SECRET}@db.invalid/x")
    monkeypatch.setenv("API_TOKEN", SECRET)
    outcome = run_here(monkeypatch, root, tmp_path / "out")
    assert outcome.error is None
    texts = published_bytes(tmp_path / "out")
    assert {Path(n).suffix for n in texts} >= {".html", ".ipynb", ".json", ".csv", ".parquet", ".xml", ".md"}
    printed = capfd.readouterr()
    texts |= {"stdout": printed.out, "stderr": printed.err, "outcome": repr(outcome)}
    texts |= {"history": (root / ".gatebook/history.jsonl").read_text()}
    names = [f"{f} {n}" for f in FIRST for n in LAST] + list(LAST)
    assert leaks(texts, [*canaries, *names, SECRET]) == []
    assert leaks({"planted": texts["stdout"] + canaries[0]}, canaries)  # the scan itself finds what is there
    told = [c for f in read_record(outcome.run / "decision.json").findings for c in f.columns]
    assert sum(c.endswith(", name withheld") for c in told) >= 5  # a column is told by its place
    page = (outcome.run / "data-reality-check.html").read_text()
    assert "column 19, name withheld" in page
    assert "file 2, name withheld" in page
    assert verify_run(outcome.run).sound  # the file of a personal name is found by its hash


@pytest.mark.parametrize(
    ("names", "withheld"),
    [
        (["id", "recall@0.5", "2026-10-30", "+1 234", "Account Manager", "v1.2.3.4", "AB12CDEF3456GHIJ78"], []),
        (["id", "ann.lee@x.org", "Ann Lee"], [1, 2]),
        (["id", "Ann Lee", "+44 20 7946 0958", "amount"], [1, 2]),
        (["GB29 NWBK 6016 1331 9268 19", "4111 1111 1111 1111", "078-05-1120", "id_1"], [0, 1, 2]),
    ],
)
def test_a_name_that_is_personal_is_told_by_its_place(names, withheld):
    assert withheld_names(names) == {names[i]: f"column {i + 1}, name withheld" for i in withheld}


def test_a_problem_of_a_table_that_cannot_be_opened_names_no_person():
    found = record(problems=("labels: there is no column 'x' beside 'ann.lee@x.org'",))
    clean, cells = without_personal_names(found, pd.DataFrame({"column": []}), {})
    assert clean.problems == ("labels: there is no column 'x' beside 'name withheld'",)
    assert cells.empty


def test_a_folder_called_by_an_address_publishes_under_another_name(tmp_path):
    root = tmp_path / "ann.lee@x.example"
    root.mkdir()
    (root / "gatebook.toml").write_text('[project]\ntask = "classification"\n[tables.sample]\npath = "t.csv"\n')
    project = load_project(root)
    assert project.slug == project.name
    assert re.fullmatch(r"project-[0-9a-f]{8}", project.slug)


def test_the_scan_sees_into_the_packed_record(tmp_path):
    packed = base64.b64encode(gzip.compress(b"a" * 50 + b"Zephyrine")).decode()
    (tmp_path / "x.html").write_text(f'<a href="data:application/gzip;base64,{packed}">')
    assert leaks(published_bytes(tmp_path), ["zephyrine"])


BROKEN = {
    "ids that are mails, in no common": 'id = "mail"',
    "a column of dates that are people": 'time = "full_name"',
    "a column that is not there": 'id = "mial"',
}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", BROKEN.values(), ids=BROKEN)
def test_an_error_names_no_person(tmp_path, monkeypatch, capfd, wrong):
    root, canaries = personal_project(tmp_path / "shop")
    toml = (root / "gatebook.toml").read_text()
    key = wrong.split(" = ")[0]
    toml = re.sub(rf'(\[tables\.sample\][^\[]*?){key} = "\w+"', rf"\1{wrong}", toml, count=1)
    assert wrong in toml
    (root / "gatebook.toml").write_text(toml)
    outcome = run_here(monkeypatch, root, tmp_path / "out")
    told = "".join(capfd.readouterr()) + repr(outcome)
    history = (root / ".gatebook/history.jsonl").read_text()
    texts = published_bytes(tmp_path / "out") | {"told": told, "history": history}
    assert leaks(texts, canaries) == []


def test_an_unforeseen_error_leaves_its_words_out_of_the_screen_and_the_history(tmp_path, monkeypatch):
    root, canaries = personal_project(tmp_path / "shop")
    monkeypatch.setattr(
        run, "_assessed", lambda *_a, **_k: (_ for _ in ()).throw(ValueError(f"could not convert {canaries[1]!r}"))
    )
    [outcome] = run.run_projects([root], out=tmp_path / "out", as_of=AS_OF)
    history = (root / ".gatebook/history.jsonl").read_text()
    assert "ValueError" in outcome.error
    assert leaks({"error": outcome.error, "history": history}, canaries) == []
    log = root / ".gatebook/last-error.log"
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_rejected_lines_stay_in_a_folder_that_others_cannot_read(tmp_path, monkeypatch):
    root, _ = personal_project(tmp_path / "shop")
    run_here(monkeypatch, root, tmp_path / "out")
    kept = [p for p in (root / ".gatebook/rejects").rglob("*") if p.is_file()]
    assert kept
    assert all(p.stat().st_mode & 0o077 == 0 for p in kept)


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://ann:{SECRET}@db.invalid/x",
        f"snowflake://u:{SECRET}@acct/db",
        "AKIA0000000000000000",
        "ghp_" + "0" * 36,
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
@pytest.mark.parametrize(
    "where",
    [
        '[project]\ntask = "classification"\nowner = {}\n',
        '[project]\ntask = "classification"\n[tables.sample]\npath = {}\n',
    ],
)
def test_a_literal_secret_is_refused_and_not_repeated(tmp_path, where, text):
    (tmp_path / "gatebook.toml").write_text(where.format(json.dumps(text)))
    with pytest.raises(ProjectFileError, match="password or key") as caught:
        load_project(tmp_path)
    assert text not in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("url", [f"postgresql://ann:{SECRET}@db.invalid/x", f"sqlite:///{SECRET}.db", SECRET])
def test_an_address_from_the_environment_is_told_by_its_name_alone(tmp_path, monkeypatch, url):
    monkeypatch.setenv("WAREHOUSE_URL", url)
    (tmp_path / "gatebook.toml").write_text(
        '[project]\ntask = "classification"\n[tables.sample]\npath = "${WAREHOUSE_URL}"\ntable = "t"\n'
    )
    problem = str(open_tables(load_project(tmp_path)).problems["sample"])
    assert "${WAREHOUSE_URL}" in problem
    assert SECRET not in problem


@pytest.mark.slow
def test_the_command_and_its_kernels_print_and_publish_no_person_and_no_secret(tmp_path):
    root, canaries = personal_project(tmp_path / "shop")
    env = os.environ | {"API_TOKEN": SECRET, "WAREHOUSE_URL": f"postgresql://ann:{SECRET}@db.invalid/x"}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "gatebook",
            "run",
            str(root),
            "--out",
            str(tmp_path / "out"),
            "--as-of",
            AS_OF.isoformat(),
        ],
        capture_output=True,
        text=True,
        env=env,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    texts = published_bytes(tmp_path / "out") | {"stdout": done.stdout, "stderr": done.stderr}
    assert leaks(texts, [*canaries, SECRET, str(tmp_path)]) == [
        (n, str(tmp_path)) for n in ("stdout",) if str(tmp_path) in done.stdout
    ]
