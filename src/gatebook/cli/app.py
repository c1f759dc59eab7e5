"""The commands."""

from __future__ import annotations

import datetime as dt
import signal
from pathlib import Path
from typing import Annotated

import typer

from gatebook.cli.command import Command
from gatebook.cli.people import register

app = typer.Typer(
    name="gatebook",
    help="Decide whether an AI proof of concept is ready: pass, fail, or not enough evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The project's folder.")]
Day = Annotated[
    dt.datetime | None,
    typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="Judge as of this day (default: today)."),
]


def _version(wanted: bool) -> None:
    if wanted:
        from gatebook import __version__  # noqa: PLC0415  each command imports what it needs

        typer.echo(f"gatebook {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    _wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


@app.command(cls=Command)
def init(folder: Folder) -> None:
    """Look at the tables in DIR and write a commented gatebook.toml, with what it is unsure of."""
    from gatebook.cli.words import init_report  # noqa: PLC0415  each command imports what it needs
    from gatebook.init import init_project  # noqa: PLC0415  as above

    init_report(init_project(folder))


@app.command(cls=Command)
def sample(
    folder: Folder,
    n: Annotated[int, typer.Option("-n", metavar="N", help="Rows to label.")] = 200,
    double: Annotated[
        int, typer.Option("--double", metavar="N", help="Of these, rows that a second grader labels too.")
    ] = 0,
    by: Annotated[str | None, typer.Option("--by", metavar="COLUMN", help="Stratify by this column.")] = None,
    thin: Annotated[
        bool,
        typer.Option("--next", help="Draw most where the candidate is least sure; verdicts weigh all sheets together."),
    ] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="Draw with this seed (default: the next one).")
    ] = None,
) -> None:
    """Draw a labelling sheet from the production sample: shuffled, without predictions or scores."""
    from gatebook.cli.words import sample_report  # noqa: PLC0415  each command imports what it needs
    from gatebook.history.ledger import Ledger  # noqa: PLC0415  as above
    from gatebook.history.lock import project_lock  # noqa: PLC0415  as above
    from gatebook.project import load_project  # noqa: PLC0415  as above
    from gatebook.sampling import draw_sheet  # noqa: PLC0415  as above

    project = load_project(folder)
    with project_lock(project.root):
        sample_report(draw_sheet(project, Ledger.of(project), n=n, double=double, by=by, thin=thin, seed=seed))


@app.command(cls=Command)
def check(folder: Folder) -> None:
    """Read the project file and every table; print each problem and the line account. Runs no notebook."""
    from gatebook.cli.check import check_project  # noqa: PLC0415  each command imports what it needs

    raise typer.Exit(0 if check_project(folder) else 1)


@app.command(cls=Command)
def run(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="One or more project folders.")],
    gate: Annotated[
        list[str] | None, typer.Option("--gate", metavar="NAME", help="Make only this document (repeatable).")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Publish into this folder.")] = Path("reports"),
    as_of: Day = None,
    jobs: Annotated[int, typer.Option("--jobs", metavar="N", min=1, help="Projects or notebooks at once.")] = 1,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="S", min=1, help="Seconds for the assessment and for each notebook."),
    ] = None,
    enforce: Annotated[
        bool,
        typer.Option("--enforce", help="Exit by verdict: 0 GO, 10 NO-GO, 11 NOT ENOUGH EVIDENCE, 12 CONDITIONAL GO."),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Run the gates' notebooks and publish documents and record."""
    from gatebook.cli.screen import progress  # noqa: PLC0415  each command imports what it needs
    from gatebook.cli.words import run_json, run_report  # noqa: PLC0415  as above
    from gatebook.run import exit_code, run_projects  # noqa: PLC0415  as above
    from gatebook.run.parallel import end_in_order  # noqa: PLC0415  as above

    signal.signal(signal.SIGTERM, end_in_order)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup
        signal.signal(signal.SIGHUP, end_in_order)
    with progress() as show:
        outcomes = run_projects(
            folders,
            gates=gate or (),
            out=out,
            as_of=as_of.date() if as_of else None,
            jobs=jobs,
            timeout=timeout,
            progress=show,
        )
    (run_json if json else run_report)(outcomes)
    raise typer.Exit(exit_code(outcomes, enforce=enforce))


@app.command(cls=Command)
def explore(
    folder: Folder,
    open_lab: Annotated[
        bool, typer.Option("--open/--no-open", help="Open JupyterLab after copying the notebooks.")
    ] = True,
) -> None:
    """Copy the notebooks to DIR/notebooks and open JupyterLab on them, with this project as their parameter."""
    from gatebook.cli.screen import say  # noqa: PLC0415  each command imports what it needs
    from gatebook.workbench import copy_notebooks, open_jupyterlab  # noqa: PLC0415  as above

    for copied in copy_notebooks(folder):
        say(f"{copied.path}: {copied.state}", mark="open" if copied.drifted else "plain")
    if open_lab:
        raise typer.Exit(open_jupyterlab(folder))


@app.command(cls=Command)
def verify(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A published run, or `latest`.")],
    project: Annotated[
        Path | None, typer.Option("--project", metavar="DIR", help="The project's folder, if it was moved.")
    ] = None,
) -> None:
    """Check that a published run is whole, rests on these inputs, and stands in the project's history."""
    from gatebook.cli.screen import say  # noqa: PLC0415  each command imports what it needs
    from gatebook.run.verify import verify_run  # noqa: PLC0415  as above

    found = verify_run(run_folder, project=project)
    for one in found.checks:
        say(f"{'ok' if one.ok else 'WRONG'}  {one.words}", mark="good" if one.ok else "bad")
    raise typer.Exit(0 if found.sound else 1)


register(app)
