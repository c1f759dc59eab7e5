"""The command line; everything heavy is imported by the command that needs it."""

from gatebook.cli.app import app

__all__ = ["app"]
