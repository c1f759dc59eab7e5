"""Columns that hold names of people, told by their values; the lists here are none of those that the detector reads."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gatebook.checks.personal import people_columns
from gatebook.checks.source import read as read_table
from gatebook.names.column import holds_people, holds_user_names, prior, user_names
from gatebook.names.shape import Reading, read

FULL = (
    "Harriet Pemberton",
    "Jürgen Oberhuber",
    "Schwarzenberger, Sieglinde",
    "T. Lefebvre",
    "Lefebvre T.",
    "J.R. Ashworth",
    "Dr. Ashworth",
    "Frau Dörte Steinmetz",
    "María José Peñalver López",
    "Jean-Baptiste Dumoulin",
    "Wojciech Szczepański",
    "KATARZYNA MAZUR",
    "emre yıldız",
    "Ольга Соколова",
    "Иванов Пётр Сергеевич",
    "خالد الغامدي",
    "राजेश शर्मा",
    "王秀兰",
    "佐藤 美咲",
    "鈴木健一",
    "김민준",
    "สมชาย ใจดี",
    "Nguyễn Văn Dũng",
    "rosalind.ashworth",
    "r.norris",
    "RosalindAshworth",
    "Rosalind Ashworth (Sales)",
    "1042 Rosalind Ashworth",
    "Rosalind Ashworth; Clive Norris",
    "Rosalind Ashworth and Clive Norris",
    "田中さん",
    "1042 - Rosalind Ashworth",
    "Rosalind Ashworth, Sales",
    "Sales/Rosalind Ashworth",
    '["Rosalind Ashworth"]',
    "cn=Rosalind Ashworth,ou=sales",
    "@rosalind.ashworth",
    "https://x.example/u/rosalind-ashworth",
    "rosalindAshworth",
    "Rosalind <me>: Rosalind Ashworth",
    "Team Rosalind",
)
OTHER = (
    "Account Manager",
    "New York",
    "San Francisco",
    "Golden Retriever",
    "Johnson & Johnson",
    "gpt-4o-mini",
    "Model S",
    "Vitamin C",
    "E. coli",
    "Quercus robur",
    "St. Mary's Hospital",
    "Boeing 737-800",
    "131 N Clinton ST",
    "北京",
    "金融",
    "月",
    "Support Bot",
    "Team A",
    "recall@0.5",
    "SP.DYN.TFRT.IN",
    "2026-10-30",
    "",
    "petal_width",
    "x" * 500,
    "Sales/EMEA",
    "Madison, WI",
    "Charlotte, NC",
    "https://x.example/shop/office-chair",
    "openai/gpt-4",
    "status=open",
    "Home & Garden",
    "NB-4711 - Desk Lamp",
    "orderStatus",
    "Team Blue",
    '["refund", "order"]',
    "Virginia/Richmond",
)


@pytest.mark.parametrize("value", FULL)
def test_a_full_name_is_read_in_any_order_case_and_script(value):
    assert read(value) is Reading.FULL


@pytest.mark.parametrize("value", OTHER)
def test_other_words_are_no_name(value):
    assert read(value) not in {Reading.FULL, Reading.SHAPE, Reading.GIVEN}


PEOPLE = {
    "x7": "Grzegorz Szczepański|Rosalind Ashworth|Thibault Lefebvre|Heike Brinkmann|Macarena Ibáñez",
    "value": "Zephyrine Vandergriff|Quillon Okonkwo|Ottoline Mbeki|Thessaly Szczepanski|Barnaby Thorvaldsen",
    "one": "Rosalind Ashworth",
    "key": "Heike|Torsten|Uwe|Silke|Volker|Detlef",
    "wert": "Sergei|Yulia|Nikita|Galina|Pavel",
    "advisor": "Ashworth|Whitfield|Lockwood|Brennan|Donovan",
    "nachname": "Xqzborn|Trauterich|Wibbeling|Ostendarp",
    "agent": "Rosalind Ashworth|Clive Norris|Billing queue|Unassigned|Back office",
    "handler": "Xochitl Brandtmann|Ottokar Weissenfels",
    "user_name": "r.ashworth|c.norris|t.lefebvre",
    "unit": "Sales/Rosalind Ashworth|HR/Clive Norris|IT/Heike Brinkmann",
    "经办": "王秀兰|李俊杰|张欣怡",
    "c3": "राजेश|प्रिया|अमित|सुनीता|दीपक",
}
THINGS = {
    "name": "Contoso Ltd|Northwind Traders|Fabrikam|Adventure Works",
    "customer": "Siemens AG|Bayer|Allianz SE|Deutsche Telekom|Henkel",
    "agent": "Billing Bot|Router|Summarizer|Planner|Critic",
    "owner": "Platform|Data Science|Payments|Growth",
    "user_type": "Small Business|Enterprise",
    "us_city": "New York|Los Angeles|Chicago|Houston|Phoenix|Dallas|Austin|Jackson|Madison|San Diego",
    "customer_city": "Weimar|Jena|Erfurt|Gera",
    "month": "January|April|May|June|August",
    "model_name": "ada|babbage|curie|davinci|bert",
    "product": "Desk Lamp|Office Chair|USB Hub",
    "fashion": "Calvin Klein|Ralph Lauren|Gucci|Prada|Zara|Uniqlo|Hermes|Burberry",
    "gender": "男|女|其他",
    "曜日": "月|火|水|木|金|土|日",
    "island": "Torgersen|Biscoe|Dream",
    "species": "Adelie|Chinstrap|Gentoo",
    "line": "A|B|C|D",
    "child": "TRUE|FALSE",
    "rep": "yes|no",
    "nothing": "unassigned|tbd",
}


@pytest.mark.parametrize("column", PEOPLE)
def test_the_values_tell_whatever_the_column_is_called(column):
    assert holds_people(column, PEOPLE[column].split("|"))


@pytest.mark.parametrize("column", THINGS)
def test_towns_firms_products_models_and_bots_stay_shown(column):
    assert not holds_people(column, THINGS[column].split("|"))


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("vorname", "name"),
        ("FirstName", "name"),
        ("user_name", "name"),
        ("姓名", "name"),
        ("patient_name", "bearer"),
        ("Kundenname", "bearer"),
        ("Verkaeufer", "bearer"),
        ("assigned_by", "bearer"),
        ("employee_id", "bearer"),
        ("nom", "weak"),
        ("product_name", "weak"),
        ("customer_city", ""),
        ("user_type", ""),
        ("x", ""),
        ("", ""),
        ("...", ""),
    ],
)
def test_the_name_of_a_column_is_a_prior(column, said):
    assert prior(column) == said


def test_user_names_are_told_by_the_full_names_beside_them():
    made = user_names(["Rosalind Ashworth", "Clive Norris", "Norris, Clive", "Heike Brinkmann"])
    assert holds_user_names(["rashworth", "cnorris2", "brinkmannh"], made)
    assert not holds_user_names(["r1", "r2", "r3", "r4"], user_names(["r.ashworth", "r.norris"]))
    assert not holds_user_names(["parcel", "refund", "order"], made)
    staff = pd.DataFrame(
        {
            "a": ["Rosalind Ashworth", "Clive Norris", "Heike Brinkmann"] * 5,
            "b": ["rashworth", "cnorris", "hbrinkmann"] * 5,
        }
    )
    assert people_columns(read_table(staff)) == {"a", "b"}
    assert people_columns(read_table(staff[["b"]])) == {"b"}  # an initial and a family name


@pytest.mark.parametrize(
    "values", ["CORP\\aschmidt|CORP\\kmeier|CORP\\hbrinkmann|CORP\\dkrause", "schmidta|krauseb|lehmannu"]
)
def test_user_names_are_told_alone(values):
    assert people_columns(read_table(pd.DataFrame({"c": values.split("|") * 9}))) == {"c"}


@pytest.mark.parametrize(
    "values",
    [
        "charge|transfer|balance|pending",
        "orders|refunds|others|accounts",
        "berlin|kassel|bremen",
        "android|windows|macos",
    ],
)
def test_single_words_are_no_user_names(values):
    assert people_columns(read_table(pd.DataFrame({"c": values.split("|") * 9}))) == set()


def test_a_few_names_among_very_many_values_are_no_column_of_people_and_many_are():
    random = np.random.default_rng(4)
    things = [f"Part {i}" for i in range(60_000)]
    given, family = (
        ["Heike", "Uwe", "Silke", "Volker", "Rosalind", "Clive"],
        ["Ashworth", "Brinkmann", "Lefebvre", "Norris", "Mazur"],
    )
    people = [
        f"{random.choice(given)} {chr(65 + i % 26)}. {random.choice(family)}-{random.choice(family)}"
        for i in range(3000)
    ]
    frame = pd.DataFrame({"parts": [*things[:59_990], *people[:10]], "who": [people[i % 3000] for i in range(60_000)]})
    assert people_columns(read_table(frame)) == {"who"}
