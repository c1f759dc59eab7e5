"""`python -m gatebook`."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from gatebook.cli import app  # noqa: PLC0415  typer and rich are paid only by the command line

    app()


if __name__ == "__main__":
    main()
