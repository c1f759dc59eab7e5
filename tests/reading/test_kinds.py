import pytest

from gatebook.reading import propose_kinds


@pytest.mark.parametrize(
    ("name", "cell", "kind"),
    [
        ("amount", lambda i: f"{i * 7 % 50}.{i % 10}5", "number"),
        ("betrag", lambda i: f"{i * 7 % 50},{i % 10}5", "number"),
        ("age", lambda i: str(i % 40), "integer"),
        ("zip", lambda i: f"0{1000 + i}", "id"),
        ("big", lambda i: f"9007199254740{i:04d}", "id"),
        ("ticket_id", str, "id"),
        ("uuid", lambda i: f"ab{i}-f{i}", "id"),
        ("when", lambda i: f"2024-01-{1 + i % 28:02d}T10:00:00Z", "time"),
        ("day", lambda i: f"{1 + i % 28}.1.2024", "time"),
        ("ok", lambda i: ("Yes", "no")[i % 2], "boolean"),
        ("label", lambda i: "abc"[i % 3], "category"),
        ("said", lambda i: f"this is what person {i} said today", "text"),
        ("nothing", lambda _: "", "empty"),
    ],
)
def test_a_column_is_proposed_for_what_it_holds(load, name, cell, kind):
    table = load(f"k,{name}\n" + "".join(f'x{i % 5},"{cell(i)}"\n' for i in range(120)))
    assert propose_kinds(table)[name] == kind


def test_some_cells_may_not_read(load):
    assert propose_kinds(load("k,n\n" + "".join(f"x,{i}.5\n" for i in range(97)) + "x,bad\nx,worse\n"))["n"] == "number"
    assert propose_kinds(load("k,n\n" + "".join(f"x,{i}.5\n" for i in range(97)) + "x,bad\n" * 20))["n"] == "text"
