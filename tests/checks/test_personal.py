from __future__ import annotations

import pytest

from gatebook.checks.personal import luhn


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("write to ann.lee@example.org today", "e-mail addresses"),
        ("call (212) 555-0134 after noon", "phone numbers"),
        ("my card 4111 1111 1111 1111 was charged", "payment card numbers"),
        ("DE89 3704 0044 0532 0130 00", "bank accounts"),
        ("from 192.168.10.7", "IP addresses"),
        ("number 123-45-6789", "social security numbers"),
    ],
)
def test_personal_data_is_told_by_its_values(look, value, kind):
    found = look.only({"message": ["hello there", "thank you"] * 10 + [value] * 2}, "personal")
    assert kind in found.title
    assert found.rows == 2
    assert found.cells == ()


def test_a_name_column_is_personal_by_its_name_and_a_declared_one_by_the_project(look):
    columns = {"last_name": ["Lee", "Kim"] * 10, "code": ["a", "b"] * 10}
    assert look.only(columns, "personal").columns == ("last_name",)
    assert {f.columns for f in look(columns, personal=("code",)).findings if f.kind == "personal"} == {
        ("last_name",),
        ("code",),
    }


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("handler", ["Ann Lee", "Bo Kim", "Éva O'Nagy-Kis"], True),
        ("signed_by", ["Lee, Ann", "Kim, Bo J.", "Ng, Al"], True),
        ("agent", ["gpt small", "gpt large", "rules"], False),
        ("customer", ["C-17", "C-18", "C-19"], False),
        ("product", ["Blue Widget", "Red Widget", "Credit Card"], False),
    ],
)
def test_a_column_called_after_people_is_personal_where_its_values_read_like_names(look, name, values, told):
    assert ("personal" in look.kinds({name: values * 20})) == told


def test_plain_ids_and_versions_are_not_personal(look, rng):
    columns = {"id": rng.integers(10**12, 10**13, 300), "version": [f"1.{i % 9}.{i % 7}" for i in range(300)]}
    assert "personal" not in look.kinds(columns)


def test_the_check_digit_of_cards():
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
