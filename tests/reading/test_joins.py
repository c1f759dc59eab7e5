import pytest

from gatebook.errors import TableError
from gatebook.reading import JoinAccount, join_account


def test_matches_leftovers_and_duplicates_are_counted(load):
    sample = load("id,x\n1,a\n2,b\n3,c\n4,d\n,e\n", "s.csv")
    labels = load("key,label\n1,yes\n2,yes\n2,yes\n3,yes\n3,no\n9,no\n,yes\n", "l.csv")
    assert join_account(sample, ["id"], labels, ["key"], ["label"]) == JoinAccount(
        "sample", "sample", matched=3, left_only=1, right_only=1, duplicate_ids=2, conflicting_duplicates=1, blank_ids=2
    )


def test_a_missing_value_beside_a_value_is_a_conflict(load):
    labels = load("id,label\n1,yes\n1,\n", "l.csv")
    assert join_account(labels, ["id"], labels, ["id"], ["label"]).conflicting_duplicates == 1


def test_ids_of_several_columns_match_as_a_whole(load):
    left = load("a,b\n1,x\n1,y\n2,x\n", "s.csv")
    right = load("a,b\n1,x\n2,y\n", "l.csv")
    account = join_account(left, ["a", "b"], right, ["a", "b"])
    assert (account.matched, account.left_only, account.right_only) == (1, 2, 1)


def test_wrong_columns_are_errors(load):
    table = load("id,x\n1,a\n")
    with pytest.raises(TableError, match="no column"):
        join_account(table, ["nope"], table, ["id"])
    with pytest.raises(ValueError, match="id columns"):
        join_account(table, ["id", "x"], table, ["id"])


def test_ids_are_text_so_007_is_not_7(load):
    left, right = load("id,x\n007,a\n", "s.csv"), load("id,x\n7,a\n", "l.csv")
    assert join_account(left, ["id"], right, ["id"]).matched == 0
