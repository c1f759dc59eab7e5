"""The kernel of a run: this Python, nobody's settings, no open port."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager


class OwnKernel(AsyncKernelManager):
    """A kernel manager that ignores installed kernel specs.

    A `python3` kernel spec in a user's home may name another environment, ports may be taken by a run beside this
    one, and IPython's startup files may change anything. So: the same interpreter, sockets in the run's own scratch
    folder, an empty IPython folder there, the project's folder not on `sys.path`.
    """

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one spec that is ever used."""
        argv = [
            sys.executable,
            "-Xfrozen_modules=off",
            "-m",
            "ipykernel_launcher",
            "-f",
            "{connection_file}",
            "--HistoryManager.enabled=False",
            "--InteractiveShellApp.ignore_cwd=True",
        ]
        return KernelSpec(argv=argv, display_name="gatebook", language="python")


def kernel_class(*, record: Path, folder: Path, scratch: Path, log: BinaryIO) -> type[OwnKernel]:
    """Return the kernel manager of one notebook.

    Args:
        record: the `decision.json` that the notebook reads.
        folder: working directory of the notebook.
        scratch: an empty folder for sockets and settings; its path must be short (a socket's is at most 104 bytes).
        log: takes what the kernel's process prints by itself.
    """

    class Kernel(OwnKernel):
        def __init__(self, **options: Any) -> None:
            super().__init__(transport="ipc", connection_file=str(scratch / "k.json"), **options)

        async def start_kernel(self, **options: Any) -> None:
            ours = {"GATEBOOK_RECORD": str(record), "IPYTHONDIR": str(scratch / "ipython"), "PYTHONSAFEPATH": "1"}
            options |= {"cwd": str(folder), "stdout": log, "stderr": log, "env": os.environ | ours}
            await self._async_start_kernel(**options)

    return Kernel
