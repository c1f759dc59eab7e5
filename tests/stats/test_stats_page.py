"""The page of the statistics is true."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "stats.md"


def test_the_example_of_the_page_runs(capsys):
    code, printed = re.findall(r"```(?:python|text)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(code, {})
    assert capsys.readouterr().out == printed
