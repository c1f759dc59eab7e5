"""What a run rests on: permissive licences, and no network."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PERMISSIVE = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|HPND|Zlib|0BSD|Unlicense|MPL|Mozilla Public License|CC0|Zope)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|GNU|SSPL|BUSL|proprietary|non-?commercial)\b", re.IGNORECASE)


def locked() -> list[str]:
    """Return the names in the lock of what a run needs."""
    return re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def licence(name: str) -> str | None:
    """Return what an installed package says of its licence in one line; None where it is not installed here."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    said = [
        about.get("License-Expression") or "",
        *(c for c in about.get_all("Classifier") or [] if c.startswith("License ::")),
    ]
    if not "".join(said):
        said.append((about.get("License") or "").strip()[:300])
    return " / ".join(filter(None, said))


def test_every_locked_package_that_is_installed_has_a_permissive_licence():
    found = {name: licence(name) for name in locked()}
    known = {name: text for name, text in found.items() if text is not None}
    assert len(known) > 0.8 * len(found)
    assert {n: t for n, t in known.items() if not PERMISSIVE.search(t)} == {}
    # A choice of licences is ours to make ("MIT OR GPL"); a copyleft one alone is not.
    assert {n: t for n, t in known.items() if COPYLEFT.search(t) and not PERMISSIVE.search(t)} == {}


@pytest.mark.slow
def test_a_run_without_any_network_completes(tmp_path):
    unshare = shutil.which("unshare")
    if (
        unshare is None
        or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no network namespaces here")
    sample = tmp_path / "flight-delays"
    shutil.copytree(ROOT / "data/samples/flight-delays", sample, ignore=shutil.ignore_patterns(".gatebook"))
    done = subprocess.run(
        [unshare, "-rn", sys.executable, "-m", "gatebook", "run", str(sample), "--out", str(tmp_path / "out"), "--as-of", "2026-11-02"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").glob("*/latest/*.html"))) == 3
