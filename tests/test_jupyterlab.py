"""A real headless JupyterLab, as right after the installation: Run All shows the verdict first, and the explorers
answer to
the keyboard alone, with a name on every control."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on a copy of the notebooks and samples; yields its address."""
    tmp_path = tmp_path_factory.mktemp("lab")
    tracker = tmp_path / "settings" / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(
        '{"windowingMode": "none"}'
    )  # cells that are scrolled away stay in the page, so that they can be read
    for name in ("notebooks", "data/samples"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        )
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--ServerApp.port_retries=20",
        "--ip=127.0.0.1",
        f"--ServerApp.root_dir={tmp_path}",
        "--IdentityProvider.token=test",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
    }
    with (tmp_path / "lab.log").open("w+") as log:
        server = subprocess.Popen(command, stderr=log, stdout=log, cwd=tmp_path, env=environment)
        try:
            end = time.monotonic() + 90
            address = None
            while address is None and time.monotonic() < end and server.poll() is None:
                time.sleep(0.3)
                address = re.search(r"http://127\.0\.0\.1:\d+/", (tmp_path / "lab.log").read_text())
            assert address, (tmp_path / "lab.log").read_text()
            yield address.group(0)
        finally:
            server.terminate()
            server.wait(30)


@pytest.mark.parametrize("name", ["04_go_no_go", "01_data_reality_check", "04_error_analysis"])
def test_run_all_shows_the_verdict_first(chromium: Any, lab: str, name: str) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(f"{lab}lab/workspaces/{name}/tree/notebooks/{name}.ipynb?token=test")
    page.wait_for_selector("text=Python 3 (ipykernel) | Idle", state="attached")
    started = time.monotonic()
    page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")  # not waited for
    page.wait_for_selector(".jp-OutputArea .gb h1", state="attached")
    seconds = time.monotonic() - started
    page.wait_for_selector("text=From what was this made?", state="attached")
    assert page.locator(".jp-OutputArea .gb h1").count() == 1
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    print(f"{name}: first verdict after {seconds:.1f} s")
    explored(page, name)
    page.close()


def explored(page: Any, name: str) -> None:
    """Open the notebook's explorer by the keyboard, check every control's name, move one, and wait for the new
    picture.
    """
    opener = page.locator(".jp-OutputArea button", has_text="Explore").first
    opener.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".widget-html-content .gb", state="attached")
    panel = page.locator(".jp-OutputArea .widget-vbox").first
    page.wait_for_function(
        "() => [...document.querySelectorAll('.widget-vbox [role=slider]')].every(handle => "
        "handle.getAttribute('aria-label'))"
    )
    controls = "select, input, textarea, button, [role=slider]"
    for control in panel.locator(controls).all():
        if control.is_visible():
            named = control.evaluate(
                "e => e.getAttribute('aria-label') || [...(e.labels || [])].map(l => l.textContent).join() || "
                "e.textContent"
            )
            assert named.strip(), control.evaluate("e => e.outerHTML")
            assert control.evaluate("e => e.tabIndex") == 0
    pictures = "[...document.querySelectorAll('.widget-vbox .gb')].map(e => e.innerHTML).join()"
    before = page.evaluate(pictures)
    panel.locator(controls).first.focus()
    page.keyboard.press("ArrowDown")  # another target, another column
    if name == "04_error_analysis":  # a column alone is no condition yet
        panel.get_by_label("Condition 1: column").select_option("carrier")
        page.wait_for_selector("select >> option:text-is('B6')", state="attached")  # the values of this column
        panel.get_by_label("Condition 1: value").focus()
        page.keyboard.press("ArrowDown")
    page.wait_for_function(f"before => {pictures} !== before", arg=before)
