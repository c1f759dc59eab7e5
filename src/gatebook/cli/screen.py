"""What the command line says: results on standard output, everything else on standard error."""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

from gatebook.errors import OutputError
from gatebook.words import Code
from gatebook.words.figures import NBSP

if TYPE_CHECKING:
    from rich.table import Table

_MARKS = {"good": "green", "bad": "red", "open": "yellow", "plain": ""}


class Screen(Code):
    """What went wrong with the screen."""

    UNPRINTED = "unprinted"


def plain(text: str) -> str:
    """Return text without control characters: a name from a file must not steer the terminal."""
    spaced = text.replace(NBSP, " ")  # a figure and its unit may part at the end of a terminal's line
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in spaced)


def say(text: str = "", *, mark: str = "plain") -> None:
    """Print a line to standard output; `mark` ("good", "bad", "open") colours it on a terminal."""
    _print(text, sys.stdout, _MARKS[mark])


def tell(text: str) -> None:
    """Print a line to standard error."""
    _print(text, sys.stderr, "")


def show(table: Table) -> None:
    """Print a table to standard output; in a pipe it is as wide as it needs to be."""
    from rich.console import Console

    terminal, shown = sys.stdout.isatty(), io.StringIO()
    width = Console().width if terminal else 200
    Console(file=shown, highlight=False, markup=False, force_terminal=terminal, width=width).print(table)
    _write("\n".join(line.rstrip() for line in shown.getvalue().splitlines()), sys.stdout)


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Yield a function that shows what is in work: one live line on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        last: list[str] = []

        def line(text: str) -> None:
            if last != [text]:
                last[:] = [text]
                tell(text)

        yield line
        return
    from rich.console import Console
    from rich.text import Text

    begun = time.monotonic()
    with Console(stderr=True).status(Text("starting")) as status:
        yield lambda text: status.update(Text(f"{plain(text)}  ({time.monotonic() - begun:.0f} s)"))


def _print(text: str, stream: TextIO, colour: str) -> None:
    if colour and stream.isatty():
        from rich.console import Console
        from rich.text import Text

        Console(file=stream, highlight=False).print(Text(plain(text), style=colour), soft_wrap=True)
        return
    _write(plain(text), stream)


def _write(text: str, stream: TextIO) -> None:
    """Write a line; what the terminal's encoding lacks is written as an escape, and a closed pipe is no error."""
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()
    except BrokenPipeError:
        pass
    except OSError as error:
        if stream is not sys.stderr:  # a log on a full disk ends no run
            raise OutputError(Screen.UNPRINTED, cause=error.strerror) from None
