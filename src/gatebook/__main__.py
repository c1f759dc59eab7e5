"""`python -m gatebook`."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Run the command line and end the process with its exit code."""
    _open_closed_streams()
    _have_a_home()
    from gatebook.cli import main as command_line

    sys.exit(command_line())


def _open_closed_streams() -> None:
    """Point standard streams that are closed, as some schedulers have them, to nowhere.

    Otherwise the next file that is opened, perhaps a lock, would be what kernels take for their standard output.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            os.set_inheritable(number, True)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115  open to the end


def _have_a_home() -> None:
    """Give a user without a home, as a number that a container is run by, the one that containers give: the root.

    Jupyter looks for its settings there and does not start without a place to look.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = "/"


if __name__ == "__main__":
    main()
