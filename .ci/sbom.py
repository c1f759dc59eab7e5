"""Print what a run is made of, as a CycloneDX 1.6 bill of materials: every locked package with hashes and licence.

    python .ci/sbom.py > build/sbom.cdx.json

It reads `requirements.lock` and the metadata of the installed packages, asks nobody, and gives the same bytes each
time.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
# SPDX names of licences that ask for no more than notices; MPL-2.0 asks for changes to its own files only.
PERMISSIVE = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD",
    "CC0-1.0",
    "HPND",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "PSF-2.0",
    "Python-2.0",
    "Unlicense",
    "ZPL-2.1",
    "Zlib",
    "MIT-CMU",
    "BSL-1.0",
}
CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
    "Zope Public License": "ZPL-2.1",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "zlib/libpng License": "Zlib",
}
WRITTEN = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "bsd": "BSD",
    "bsd license": "BSD",
    "bsd 3-clause license": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "3-clause bsd": "BSD-3-Clause",
    "modified bsd license": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "mit license": "MIT",
    "the mit license": "MIT",
    "isc license": "ISC",
    "apache software license": "Apache-2.0",
    "psf": "PSF-2.0",
    "mpl 2.0": "MPL-2.0",
}


@dataclass(frozen=True)
class Locked:
    """One package of the lock: name, version, sha256 sums, and whether this machine needs it."""

    name: str
    version: str
    sha256: tuple[str, ...]
    here: bool


def locked(lock: Path = ROOT / "requirements.lock") -> list[Locked]:
    """Return every package of a hash-pinned lock, in its order."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        pinned = re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)\s*(?:;\s*(.*?))?\s*(?=--hash|$)", line)
        if pinned:
            name, version, marker = pinned.groups()
            here = not marker or Marker(marker).evaluate()
            found.append(Locked(name, version, tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", line))), here))
    return found


def licence(about: Message) -> str:
    """Return a package's licence from its metadata as an SPDX expression; "" where it names none that is known.

    The expression counts before the classifiers, these before free text. Several classifiers are a choice only where
    the package says so, so each of them must hold.
    """
    if expression := (about.get("License-Expression") or "").strip():
        return expression
    classes = [c.rsplit(" :: ", 1)[-1] for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    classes = [c for c in classes if c != "OSI Approved"]
    if classes:
        return " AND ".join(
            sorted({CLASSIFIED.get(c, f"LicenseRef-{re.sub('[^A-Za-z0-9.-]+', '-', c)}") for c in classes})
        )
    written = (about.get("License") or "").strip()
    first = written.splitlines()[0].strip() if written else ""
    if permissive(first):
        return first
    return WRITTEN.get(first.casefold().rstrip("."), "")


def permissive(expression: str) -> bool:
    """Return whether a licence expression can be met by permissive licences alone."""
    words = re.findall(r"\(|\)|[^\s()]+", expression)
    if not words or words[-1].upper() in {"OR", "AND", "WITH"}:
        return False

    def choice() -> bool:
        found = every()
        while words and words[0].upper() == "OR":
            words.pop(0)
            found = every() or found
        return found

    def every() -> bool:
        found = one()
        while words and words[0].upper() == "AND":
            words.pop(0)
            found = one() and found
        return found

    def one() -> bool:
        if not words:
            return False
        word = words.pop(0)
        if word == "(":
            found = choice()
            return bool(words) and words.pop(0) == ")" and found
        if words and words[0].upper() == "WITH":
            words.pop(0)
            words and words.pop(0)
        return word in PERMISSIVE

    found = choice()
    return found and not words


def bill() -> dict[str, Any]:
    """Return the bill of materials."""
    components = []
    for package in locked():
        purl = f"pkg:pypi/{canonicalize_name(package.name)}@{package.version}"
        component: dict[str, Any] = {
            "type": "library",
            "bom-ref": purl,
            "name": package.name,
            "version": package.version,
            "purl": purl,
            "properties": [{"name": "gatebook:sha256-of-a-distribution", "value": digest} for digest in package.sha256],
        }
        try:
            expression = licence(metadata.metadata(package.name))
        except metadata.PackageNotFoundError:
            expression = ""  # of another operating system
        if expression and "LicenseRef" not in expression and expression != "BSD" and " BSD" not in f" {expression} ":
            component["licenses"] = [{"expression": expression}]
        elif expression:
            component["licenses"] = [{"license": {"name": expression}}]
        components.append(component)
    lock = (ROOT / "requirements.lock").read_bytes()
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, lock.decode())}",
        "metadata": {"component": {"type": "application", "name": "gatebook", "version": metadata.version("gatebook")}},
        "components": components,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(bill(), indent=1, sort_keys=True) + "\n")
