"""Every evidence record gives a pandas frame, in one way."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from gatebook.errors import UsageError
from gatebook.record.frames import frame
from records import record


def below(item: object) -> list[BaseModel]:
    """Return every record inside a record."""
    found = []
    for value in [getattr(item, n) for n in type(item).model_fields] if isinstance(item, BaseModel) else item:
        if isinstance(value, BaseModel):
            found += [value, *below(value)]
        elif isinstance(value, tuple):
            found += below(value) if value and isinstance(value[0], (BaseModel, tuple)) else []
    return found


def test_every_record_gives_a_frame_of_one_row() -> None:
    records = below(record())
    assert len({type(r) for r in records}) > 15
    for one in records:
        assert len(frame(one)) == 1


def test_a_list_of_records_gives_a_row_each_and_inner_records_open() -> None:
    known = record()
    findings = frame(known.findings)
    assert list(findings["finding_id"]) == [f.finding_id for f in known.findings]
    slices = frame(known.slices)
    assert len(slices) == len(known.slices)
    assert slices["predicates"].str.len().min() > 0
    assert "fates.kept" in frame(known.tables)


def test_nothing_gives_an_empty_frame() -> None:
    assert frame(()).empty
    assert frame(None).empty


def test_what_is_no_record_is_refused_in_words() -> None:
    with pytest.raises(UsageError, match=r"record\.findings"):
        frame("findings")
