"""Many projects unattended, five of them broken in different ways: the rest is published, each cause is named."""

from __future__ import annotations

import pytest

from unattended import BROKEN, check, run_all

pytestmark = pytest.mark.slow


def test_eight_projects_of_which_five_are_broken(tmp_path):
    many = run_all(tmp_path, 8, jobs=2, timeout=40)
    check(many)
    assert len(many.published) == 8 - len(BROKEN)
    assert many.code == 1  # several causes
