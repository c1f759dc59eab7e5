"""The commands: what each takes stands in `commands.toml`, what each calls stands here.

Nothing but the command that is given is imported, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import datetime as dt
import difflib
import signal
import sys
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from gatebook import __version__
from gatebook.cli.screen import progress, say, tell
from gatebook.errors import GatebookError
from gatebook.words import Code
from gatebook.words import say as words_of

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class Told(Code):
    """What the command line says by itself."""

    ABOUT = "about"
    UNKNOWN = "unknown"
    NEAR = "near"
    NO_DAY = "no_day"
    NO_NUMBER = "no_number"
    STOPPED = "stopped"
    BREACH = "breach"


class Signed(Code):
    """What a person has put down, by the command."""

    ATTEST = "attest"
    WAIVE = "waive"
    CORRECT = "correct"
    SIGN = "sign"


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one command and return what it ends with: a user's mistake is a message, never a traceback.

    Args:
        words: what follows the program's name; None for what this process was called with.

    Raises:
        SystemExit: after `--help` and `--version` (0), and where the command is called wrongly (2).
    """
    given = list(sys.argv[1:] if words is None else words)
    program, commands = parsers()
    if not given:
        program.print_help()
        return 2
    if given[0] not in commands:
        program.parse_args(given)  # --help, --version or a mistake: it ends here
    command, given = given[0], given[1:]
    at = given.index("--") if command == "explore" and "--" in given else len(given)
    arguments = _parsed(commands[command], given[:at])
    arguments.command, arguments.beyond = command, given[at + 1 :]
    try:
        return COMMANDS[command](arguments)
    except GatebookError as error:
        for line in str(error).splitlines():
            tell(f"gatebook: {line}")
        return error.exit_code
    except KeyboardInterrupt:
        tell(words_of(Told.STOPPED, command=command))
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last resort: one line, and the traceback in a file
        from gatebook.run.projects import keep_traceback

        tell(f"gatebook: {keep_traceback(_home(arguments), error)}")
        return 1


def parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Return the program's parser, and that of each command by its name."""
    said = tomllib.loads((files(__package__) / "commands.toml").read_text(encoding="utf-8"))
    program = argparse.ArgumentParser("gatebook", description=words_of(Told.ABOUT), allow_abbrev=False)
    program.add_argument("--version", action="version", version=f"gatebook {__version__}")
    commands = program.add_subparsers(metavar="COMMAND", required=True)
    found = {}
    for name, command in said["command"].items():
        found[name] = commands.add_parser(name, help=command["does"], description=command["does"], allow_abbrev=False)
        for argument in command["takes"]:
            options = said["argument"][argument]
            kinds = {key: KINDS.get(options[key], options[key]) for key in {"type", "action"} & set(options)}
            found[name].add_argument(*([] if "dest" in options else [argument]), **options | kinds)
    return program, found


def _parsed(parser: argparse.ArgumentParser, given: list[str]) -> argparse.Namespace:
    arguments, unknown = parser.parse_known_intermixed_args(given)
    if unknown:
        known = [option for action in parser._actions for option in action.option_strings]  # noqa: SLF001  no other list
        near = difflib.get_close_matches(unknown[0].partition("=")[0], known, n=1)
        parser.error(words_of(Told.NEAR if near else Told.UNKNOWN, given=unknown[0], near=", ".join(near)))
    return arguments


def _home(arguments: argparse.Namespace) -> Path:
    """Return the project's folder among a command's arguments, or one for temporary files."""
    for value in vars(arguments).values():
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, Path) and (one / "gatebook.toml").is_file():
                return one
    return Path(tempfile.gettempdir())


def _day(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        raise argparse.ArgumentTypeError(words_of(Told.NO_DAY, given=text)) from None


def _number(kind: type[int | float], least: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(-1)
        if not value >= least:
            raise argparse.ArgumentTypeError(words_of(Told.NO_NUMBER, given=text, least=least))
        return value

    return read


KINDS: dict[str, Any] = {
    "path": Path,
    "day": _day,
    "whole": _number(int, 0),
    "positive": _number(int, 1),
    "seconds": _number(float, 1),
    "switch": argparse.BooleanOptionalAction,
}


def _init(given: argparse.Namespace) -> int:
    from gatebook.cli.reports import init_report
    from gatebook.init import init_project

    _warn_of_history(given.folder)
    init_report(init_project(given.folder, unscored=given.unscored))
    return 0


def _warn_of_history(folder: Path) -> None:
    """Tell that the history of a project is not the one that was written, where that can be seen."""
    from gatebook.history.ledger import Ledger
    from gatebook.project import load_project
    from gatebook.project.load import FILE

    if (folder / FILE).is_file():
        for breach in Ledger.of(load_project(folder)).breaches():
            tell(words_of(Told.BREACH, breach=breach.told))


def _sample(given: argparse.Namespace) -> int:
    from gatebook.cli.reports import sample_report
    from gatebook.history.ledger import Ledger
    from gatebook.history.lock import project_lock
    from gatebook.project import load_project
    from gatebook.sampling import draw_sheet

    project = load_project(given.folder)
    _warn_of_history(given.folder)
    with project_lock(project.root):
        how = {"n": given.n, "double": given.double, "by": given.by, "thin": given.next, "seed": given.seed}
        sample_report(draw_sheet(project, Ledger.of(project), **how))
    return 0


def _check(given: argparse.Namespace) -> int:
    from gatebook.cli.check import check_project

    return 0 if check_project(given.folder) else 1


def _run(given: argparse.Namespace) -> int:
    from gatebook.cli.reports import run_json, run_report
    from gatebook.run.parallel import end_in_order
    from gatebook.run.projects import exit_code, run_projects

    signal.signal(signal.SIGTERM, end_in_order)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup
        signal.signal(signal.SIGHUP, end_in_order)
    with progress() as show:
        outcomes = run_projects(
            given.folders,
            gates=given.gate,
            out=given.out,
            as_of=given.as_of,
            jobs=given.jobs,
            timeout=given.timeout,
            progress=show,
        )
    (run_json if given.json else run_report)(outcomes)
    return exit_code(outcomes, enforce=given.enforce)


def _explore(given: argparse.Namespace) -> int:
    from gatebook.workbench import copy_notebooks, open_jupyterlab

    for copied in copy_notebooks(given.folder):
        say(f"{copied.path}: {copied.state}", mark="open" if copied.drifted else "plain")
    return open_jupyterlab(given.folder, given.beyond) if given.open else 0


def _verify(given: argparse.Namespace) -> int:
    from gatebook.run.verify import verify_run

    found = verify_run(given.published, project=given.project)
    for one in found.checks:
        say(f"{'ok' if one.ok else 'WRONG'}  {one.words}", mark="good" if one.ok else "bad")
    return 0 if found.sound else 1


def _sign(given: argparse.Namespace) -> int:
    """Write what a person says: `attest`, `waive`, `correct` and `sign`."""
    from gatebook import people
    from gatebook.files import sha256_of
    from gatebook.history.ledger import Ledger
    from gatebook.project import load_project
    from gatebook.record import read_record

    sha = None
    if "record" in given and given.record is not None:
        read_record(given.record)
        sha = sha256_of(given.record)
    project = load_project(given.folder)
    ledger = Ledger.of(project)
    _warn_of_history(given.folder)
    made = given.date or dt.datetime.now(dt.UTC).date()
    rest = {name: getattr(given, name, None) for name in ("expires", "link", "author")}
    by = people.Signature(given.person, given.role, given.reason, made, **rest)
    item: Any
    if given.command == "sign":
        item = people.sign(ledger, given.what, by, sha)
    else:
        write = {"attest": people.attest, "waive": people.waive, "correct": people.correct}[given.command]
        item = write(project, ledger, given.what, by)
    say(words_of(Signed(given.command), **dict(item)), mark="open" if given.command == "waive" else "good")
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    **{f.__name__.removeprefix("_"): f for f in (_init, _sample, _check, _run, _explore, _verify)},
    **dict.fromkeys(("attest", "waive", "correct", "sign"), _sign),
}
