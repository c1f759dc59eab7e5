import pytest

from gatebook.tables import propose_types


@pytest.mark.parametrize(
    ("name", "cell", "kind", "form"),
    [
        ("amount", lambda i: f"{i * 7 % 50}.{i % 10}5", "number", "decimal point"),
        ("betrag", lambda i: f"{i * 7 % 50},{i % 10}5", "number", "decimal comma"),
        ("age", lambda i: str(i % 40), "integer", None),
        ("zip", lambda i: f"0{1000 + i}", "id", None),
        ("big", lambda i: f"9007199254740{i:04d}", "id", None),
        ("ticket_id", str, "id", None),
        ("uuid", lambda i: f"ab{i}-f{i}", "id", None),
        ("when", lambda i: f"2024-01-{1 + i % 28:02d}T10:00:00Z", "time", "iso"),
        ("day", lambda i: f"{1 + i % 28}.1.2024", "time", "day or month first"),
        ("ok", lambda i: ("Yes", "no")[i % 2], "boolean", None),
        ("label", lambda i: "abc"[i % 3], "category", None),
        ("said", lambda i: f"this is what person {i} said today", "text", None),
        ("nothing", lambda _: "", "empty", None),
    ],
)
def test_a_column_is_proposed_for_what_it_holds(load, name, cell, kind, form):
    table = load(f"k,{name}\n" + "".join(f'x{i % 5},"{cell(i)}"\n' for i in range(120)))
    proposed = propose_types(table)[name]
    assert (proposed.kind, proposed.format) == (kind, form)


def test_the_share_counts_what_does_not_read(load):
    table = load("k,n\n" + "".join(f"x,{i}.5\n" for i in range(97)) + "x,bad\nx,worse\n")
    proposed = propose_types(table)["n"]
    assert proposed.kind == "number"
    assert proposed.share == pytest.approx(97 / 99)
    assert (proposed.filled, proposed.distinct) == (99, 99)
