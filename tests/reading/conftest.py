import pytest

from gatebook.project import ReadOptions, TableSpec
from gatebook.project.tables import open_table


@pytest.fixture
def load(tmp_path):
    """Write content to a file of the project and open it as a table."""
    opened = []

    def _load(content, name="t.csv", *, rejects=None, encoding="utf-8", spec=None, **read):
        data = content if isinstance(content, bytes) else content.encode(encoding)
        (tmp_path / name).write_bytes(data)
        options = {**(spec or {}), "path": (spec or {}).get("path", name)}
        table = open_table("sample", TableSpec(read=ReadOptions(**read), **options), tmp_path, rejects=rejects)
        opened.append(table)
        return table

    yield _load
    for table in opened:
        table.close()


@pytest.fixture
def cells():
    """The table's cells as lists, missing ones as empty text."""
    return lambda table: [list(row) for row in table.frame().fillna("").itertuples(index=False, name=None)]
