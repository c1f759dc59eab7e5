"""How every command ends: a user's mistake is one message and an exit code, never a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand

from gatebook.errors import GatebookError

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


class Command(TyperCommand):
    """A command whose errors are told in words."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; exit with the error's code where it fails."""
        from gatebook.cli.screen import tell  # noqa: PLC0415  keeps --help light

        try:
            return super().invoke(ctx)
        except GatebookError as error:
            for line in str(error).splitlines():
                tell(f"gatebook: {line}")
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            tell(f"gatebook: {ctx.info_name} was stopped.")
            raise typer.Exit(INTERRUPTED) from None
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except Exception as error:  # noqa: BLE001  the last resort: one line, and the traceback in a file
            from gatebook.run.projects import keep_traceback  # noqa: PLC0415  as above

            tell(f"gatebook: {keep_traceback(_home(ctx.params), error)}")
            raise typer.Exit(1) from None


def _home(params: dict[str, Any]) -> Path:
    """Return the project's folder among a command's parameters, or one for temporary files."""
    for value in params.values():
        for one in value if isinstance(value, list | tuple) else (value,):
            # older versions of typer turn text into a path only later
            if isinstance(one, str | Path) and (Path(one) / "gatebook.toml").is_file():
                return Path(one)
    return Path(tempfile.gettempdir())
