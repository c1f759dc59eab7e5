"""The command line: it parses, calls and prints. What is decided is decided elsewhere."""

from gatebook.cli.commands import main, parsers

__all__ = ["main", "parsers"]
