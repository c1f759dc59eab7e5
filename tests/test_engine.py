"""Notebooks by papermill: a document, or one plain line on what went wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from gatebook.errors import RunError, UsageError
from gatebook.gates import Page, choose, notebooks_folder, pages
from gatebook.run.notebooks import Job, execute, make_documents, notebook_text, one_line, section
from records import record

PARAMETERS = 'project: str = "elsewhere"\ncandidate: str = ""\nas_of: str = ""'
SHOW = """
class Shown:
    def _repr_mimebundle_(self, **_options):
        about = {"gatebook": {"name": "go-no-go", "heading": "", "title": "T"}}
        return {"text/html": "<h1>shown</h1>", "text/plain": "shown"}, about
Shown()
"""


@pytest.fixture
def job(tmp_path):
    """A job whose folder has a space, a brace and a letter beyond ASCII in its name."""
    project = tmp_path / "my {x} projekt ä"
    project.mkdir()
    path = tmp_path / "decision.json"
    path.write_text(record("NO-GO").to_json(), encoding="utf-8")
    folder = tmp_path / "note {books}"
    folder.mkdir()
    return Job(project, path, None, folder)


def _notebook(job: Job, *cells: str, gate: Page | None = None) -> Page:
    gate = gate or pages()[-1]
    parameters = nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    node = nbformat.v4.new_notebook(cells=[parameters, *map(nbformat.v4.new_code_cell, cells)])
    for cell, name in zip(node.cells, ["parameters", "verdict-first", "evidence"], strict=False):
        cell["id"] = name
    nbformat.write(node, job.notebooks / gate.notebook)
    return gate


def _kernels() -> list[str]:
    """The command lines of kernels of this process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
            command = (stat.parent / "cmdline").read_text()
        except OSError:
            continue
        if parent == str(os.getpid()) and "ipykernel" in command:
            found.append(command)
    return found


def test_a_notebook_gets_record_and_parameters_and_nothing_of_the_user_s_settings(job):
    (job.project / "statistics.py").write_text("raise SystemExit('shadowed')")
    gate = _notebook(
        job,
        "import os, sys, statistics",
        "print(project, os.getcwd(), as_of, os.environ['GATEBOOK_RECORD'], os.environ['IPYTHONDIR'], sys.executable)",
    )
    told = []
    node = execute(gate, job, record("NO-GO"), told.append)
    printed = node.cells[-1].outputs[0].text
    assert printed.startswith(f". {job.project} ")
    assert "2026-11-02" in printed
    assert str(job.record) in printed
    assert ".ipython" not in printed
    assert told == ["go-no-go: starting", "go-no-go: verdict first", "go-no-go: evidence"]
    assert _kernels() == []


def test_a_published_notebook_holds_only_what_gatebook_showed(job):
    gate = _notebook(job, "print('row 7: secret@example.org')\nimport warnings; warnings.warn('path')", SHOW)
    _notebook(job, "'secret@example.org'", SHOW)
    texts = [notebook_text(execute(gate, job, record(), lambda _text: None)) for _ in range(2)]
    assert texts[0] == texts[1]
    assert "secret" not in texts[0].replace("'secret@example.org'", "")
    assert str(job.project) not in texts[0]
    published = nbformat.reads(texts[0], as_version=4)
    nbformat.validate(published)
    outputs = [o for c in published.cells for o in c.get("outputs", [])]
    assert [o.data["text/html"] for o in outputs] == ["<h1>shown</h1>"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("1 / 0", "cell 2 failed: ZeroDivisionError: division by zero"),
        pytest.param("raise ValueError('two\\nlines \\x1b[31m')", "ValueError: two lines", marks=pytest.mark.slow),
        pytest.param(
            "import resource as r; r.setrlimit(r.RLIMIT_AS, (2**32,) * 2); bytearray(2**40)",
            "memory ran out in cell 2; give it more.",
            marks=pytest.mark.slow,
        ),
        pytest.param("import os; os.kill(os.getpid(), 9)", "the kernel died", marks=pytest.mark.slow),
    ],
)
def test_a_failing_notebook_is_one_plain_line_and_leaves_no_kernel(job, source, told):
    gate = _notebook(job, source)
    with pytest.raises(RunError) as caught:
        execute(gate, job, record(), lambda _text: None)
    message = str(caught.value)
    assert message.startswith("04_go_no_go.ipynb: ")
    assert told in message
    assert "\n" not in message
    assert "\x1b" not in message
    assert _kernels() == []


@pytest.mark.slow
def test_a_notebook_that_hangs_is_ended_as_a_whole_not_cell_by_cell(job):
    gate = _notebook(job, "import time; time.sleep(0.8)", "time.sleep(60)")
    limited = Job(job.project, job.record, 2.5, job.notebooks)
    begun = time.monotonic()
    with pytest.raises(RunError, match=r"not finished after 2\.5 s.*--timeout"):
        execute(gate, limited, record(), lambda _text: None)
    assert time.monotonic() - begun < 20
    assert _kernels() == []


class Stopped(subprocess.Popen):
    """A process at a standstill from the start."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.send_signal(signal.SIGSTOP)


@pytest.mark.slow
def test_a_kernel_at_a_standstill_as_it_starts_is_ended_in_time(job, monkeypatch):
    gate = _notebook(job, "1")
    monkeypatch.setattr("jupyter_client.launcher.Popen", Stopped)
    begun = time.monotonic()
    with pytest.raises(RunError, match=r"not finished after 2 s.*--timeout"):
        execute(gate, Job(job.project, job.record, 2, job.notebooks), record(), lambda _text: None)
    assert time.monotonic() - begun < 20
    assert _kernels() == []


@pytest.mark.slow
def test_a_temporary_folder_with_a_long_name_is_no_obstacle(job, tmp_path, monkeypatch):
    long = tmp_path / ("x" * 120)
    long.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(long))
    node = execute(_notebook(job, "1 + 1"), job, record(), lambda _text: None)
    assert node.cells[-1].outputs[0].data["text/plain"] == "2"


@pytest.mark.slow
def test_several_notebooks_at_once_give_the_documents_of_one_at_a_time(job):
    for gate in pages():
        _notebook(job, SHOW, gate=gate)
    told = []
    one, both = (make_documents(pages(), job, jobs, told.append) for jobs in (1, 2))
    assert one == both
    assert [d.gate for d in both] == list(pages())
    assert all("<h1>shown</h1>" in d.html and json.loads(d.notebook) for d in both)
    assert told.count("go-no-go: verdict first") == 2


@pytest.mark.slow
def test_with_several_at_once_a_failure_names_its_notebook(job):
    for gate in pages():
        _notebook(job, "1 / 0" if gate == pages()[1] else SHOW, gate=gate)
    with pytest.raises(RunError, match=r"^04_error_analysis\.ipynb: cell 2 failed: ZeroDivisionError"):
        make_documents(pages(), job, 2, lambda _text: None)


def test_every_gate_has_its_notebook():
    assert all((notebooks_folder() / gate.notebook).is_file() for gate in pages())


def test_gates_are_chosen_by_name_in_the_order_of_the_path():
    assert choose([]) == pages()
    assert choose(["go-no-go", "data-reality-check"]) == (pages()[0], pages()[2])
    with pytest.raises(UsageError, match="did you mean 'go-no-go'"):
        choose(["gonogo"])


def test_a_cell_is_called_by_the_id_that_a_person_gave_it():
    named = nbformat.v4.new_code_cell("x", id="production-against-curated")
    assert section(named) == "production against curated"
    assert section(nbformat.v4.new_code_cell("x", id="1a2b3c4d")) == ""
    assert section(nbformat.v4.new_code_cell("x", id="deadbeef-0000-4000-8000-000000000000")) == ""


def test_one_line_is_short_printable_and_single():
    text = one_line("a\tb\nc\x1b[0m" + "x" * 1000)
    assert text.startswith("a b c [0m")
    assert len(text) == 400


def test_a_cell_that_nobody_waits_for_any_more_prints_no_traceback() -> None:
    stopped = """
import asyncio
from gatebook.run import notebooks as engine
engine._quiet() if {quiet} else None

async def cell():
    raise RuntimeError("Kernel died")

async def run():
    asyncio.ensure_future(cell())
    await asyncio.sleep(0)
    raise KeyboardInterrupt

try:
    asyncio.new_event_loop().run_until_complete(run())
except KeyboardInterrupt:
    pass
"""
    for quiet in (False, True):
        done = subprocess.run(
            [sys.executable, "-c", stopped.format(quiet=quiet)], capture_output=True, text=True, check=True
        )
        assert ("Traceback" in done.stderr) is not quiet, done.stderr
