"""A Dask cluster of real processes, which tests end and start again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from proteiniq.sandbox import Sandbox

from ..clients import generous
from ..fake_tools import ALL, MESSY

PATIENCE = 60.0
"""How long a step may take on a slow machine, in seconds."""


class Cluster:
    def __init__(self, folder: Path, scheme: str = "dask", **environment: str) -> None:
        self.folder = folder
        self._environment = environment
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"{scheme}://127.0.0.1:{self._port}"
        self.scheduler = self.start_scheduler()
        self.workers: list[subprocess.Popen[bytes]] = []
        self._number = 0

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        given = (f"--host={self._address.rpartition(':')[0]}", f"--port={self._port}", "--no-dashboard")
        self.scheduler = self._start("dask_scheduler", "scheduler", *given)
        until(lambda: self._listens() or self.scheduler.poll() is not None)
        assert self.scheduler.poll() is None
        return self.scheduler

    def start_worker(self, *options: str, threads: int = 1, **environment: str) -> subprocess.Popen[bytes]:
        self._number += 1
        name = f"worker-{self._number}"
        given = (
            f"--nthreads={threads}",
            "--no-nanny",
            "--no-dashboard",
            f"--name={name}",
            f"--local-directory={self.folder}",
            "--death-timeout=60",
        )
        worker = self._start("dask_worker", name, self._address, *given, *options, **environment)
        self.workers.append(worker)
        return worker

    @property
    def _address(self) -> str:
        return self.url.replace("dask://", "tcp://")

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            end(process)

    def _start(self, module: str, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        settings = {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s",
            **self._environment,
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
                env={**os.environ, **settings, **environment},
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[3],
            )

    def _listens(self) -> bool:
        with socket.socket() as there:
            return there.connect_ex(("127.0.0.1", self._port)) == 0


def sandbox_on(cluster: Cluster, **options: Any) -> Sandbox:
    return generous(runner=cluster.url, **{"lease": 10.0, "tools": (*ALL, *MESSY), **options})


def end(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    if process.poll() is None:
        process.send_signal(number)
        process.wait(PATIENCE)


def until(condition: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait for a condition."""
    ends, waiting = time.monotonic() + patience, threading.Event()
    while not condition():
        assert time.monotonic() < ends
        waiting.wait(0.02)
