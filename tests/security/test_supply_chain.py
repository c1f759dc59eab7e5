"""What a run rests on: permissive licences, pinned and hashed packages, and no network."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
FLOORS = {
    "nbconvert": "7.17.1",
    "jinja2": "3.1.6",
    "jupyter-server": "2.21",
    "pyarrow": "23.0.1",
}  # older ones have known holes


def _script():
    spec = importlib.util.spec_from_file_location("sbom", ROOT / ".ci/sbom.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["sbom"] = module
    spec.loader.exec_module(module)
    return module


sbom = _script()


def about(*, expression: str = "", classifiers: tuple[str, ...] = (), text: str = "") -> Message:
    """Return the metadata of a distribution that says this of its licence."""
    found = Message()
    if expression:
        found["License-Expression"] = expression
    for classifier in classifiers:
        found["Classifier"] = f"License :: OSI Approved :: {classifier}"
    if text:
        found["License"] = text
    return found


def test_every_package_that_a_run_needs_has_a_permissive_licence():
    needed = [package for package in sbom.locked() if package.here]
    assert len(needed) > 80
    found = {package.name: sbom.licence(metadata.metadata(package.name)) for package in needed}
    assert {name: text for name, text in found.items() if not sbom.permissive(text)} == {}


@pytest.mark.parametrize(
    "said",
    [
        about(),
        about(expression="GPL-3.0-only"),
        about(expression="MIT AND LGPL-2.1-or-later"),
        about(expression="(MIT OR Apache-2.0) AND AGPL-3.0-only"),
        about(expression="LicenseRef-Proprietary"),
        about(expression="MIT OR"),
        about(expression="MIT)"),
        about(classifiers=("GNU General Public License v3 (GPLv3)",)),
        about(classifiers=("MIT License", "GNU Lesser General Public License v3 (LGPLv3)")),
        about(text="Free for non-commercial use"),
        about(text="GPL\nMIT"),
        about(expression="GPL-2.0-only", classifiers=("MIT License",), text="MIT"),
    ],
    ids=lambda said: " / ".join(said.values()) or "nothing",
)
def test_another_licence_or_none_is_refused(said):
    assert not sbom.permissive(sbom.licence(said))


@pytest.mark.parametrize(
    "said",
    [
        about(expression="MIT"),
        about(expression="GPL-2.0-only OR BSD-3-Clause"),
        about(expression="BSD-3-Clause AND (MIT OR GPL-3.0-only) AND Zlib"),
        about(expression="Apache-2.0 WITH LLVM-exception"),
        about(classifiers=("BSD License",)),
        about(text="MIT License\n\nCopyright"),
    ],
    ids=lambda said: " / ".join(said.values()),
)
def test_a_permissive_licence_or_the_choice_of_one_is_enough(said):
    assert sbom.permissive(sbom.licence(said))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_one_version_and_hashes_and_no_address(lock):
    found = sbom.locked(ROOT / lock)
    assert all(package.sha256 for package in found)
    names = [package.name for package in found if package.here]
    assert len(set(names)) == len(names) > 80
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert len(found) == len(re.findall(r"^\S+==", text, re.MULTILINE))


def test_minimum_versions_exclude_known_holes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needs = {need.name: need for need in map(Requirement, project["dependencies"])}
    pinned = {package.name: Version(package.version) for package in sbom.locked() if package.here}
    for name, floor in FLOORS.items():
        assert pinned[name] >= Version(floor)
        [least] = [Version(s.version) for s in needs[name].specifier if s.operator == ">="]
        assert least >= Version(floor), name


def test_the_bill_of_materials_lists_every_locked_package_with_hashes_and_licence():
    bill = sbom.bill()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert [(c["name"], c["version"]) for c in bill["components"]] == [(p.name, p.version) for p in sbom.locked()]
    assert len({c["bom-ref"] for c in bill["components"]}) == len(bill["components"])
    here = {package.name for package in sbom.locked() if package.here}
    assert all(c["properties"] for c in bill["components"])
    assert all("licenses" in c for c in bill["components"] if c["name"] in here)
    assert bill == sbom.bill()


@pytest.mark.slow
def test_a_run_without_any_network_completes(tmp_path):
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no network namespaces here")
    sample = tmp_path / "flight-delays"
    shutil.copytree(ROOT / "data/samples/flight-delays", sample, ignore=shutil.ignore_patterns(".gatebook"))
    done = subprocess.run(
        [
            unshare,
            "-rn",
            sys.executable,
            "-m",
            "gatebook",
            "run",
            str(sample),
            "--out",
            str(tmp_path / "out"),
            "--as-of",
            "2026-11-02",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "out").glob("*/latest/*.html"))) == 3
