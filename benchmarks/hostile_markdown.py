"""Show every hostile text of a folder of public lists in `summary.md`, read by GitHub's own renderer.

    python benchmarks/hostile_markdown.py DATA_DIR

DATA_DIR holds JSON files, each a list of {"s": text}. Prints the texts that become a link, a mention, a reference, an
image or HTML, or that are shown otherwise than they are: all must be 0.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests")]
from hostile_documents import texts  # noqa: E402  after the path is set

from test_exports import check_markdown  # noqa: E402  as above


def main() -> None:
    """Print the totals."""
    wanted = texts(Path(sys.argv[1]))
    failed = []
    for text in wanted:
        try:
            check_markdown(text)
        except AssertionError:
            failed.append(text)
    print(f"{len(wanted)} texts, {len(failed)} alive or altered")
    for text in failed[:20]:
        print("  ", repr(text)[:300])


if __name__ == "__main__":
    main()
