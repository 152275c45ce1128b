"""Run a job in a process: start it, report its progress and end, and kill it with everything it started."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ._folder import open_private
from ._processes import JOB_FOLDER, kill_marked
from ._runs import Ended, Order, Progress
from ._watch import WatchedRun


class LocalRunner:
    """Runs each job in its own process group on this machine."""

    def __init__(self, slots: int) -> None:
        self.slots = slots

    def unable(self, claimed: Collection[str]) -> tuple[str, ...]:
        return ()

    def start(self, folder: Path, order: Order) -> WatchedRun:
        return WatchedRun(LocalRun(folder), folder, order.limits)


class LocalRun:
    _CHECK_S = 0.5
    """Interval between checks of the process itself, in seconds, in case a child keeps the channel open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with open_private(folder / "log") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "proteiniq.sandbox._worker", str(folder)],
                stdin=subprocess.PIPE,  # End of file means to the worker that the sandbox is gone.
                stdout=subprocess.PIPE,  # The worker's channel, one JSON object per line.
                stderr=log,
                start_new_session=True,
                cwd=folder,
                env=_environment(folder),
            )
        assert self._process.stdout is not None
        self._channel = self._process.stdout.fileno()
        self._poller = select.poll()
        self._poller.register(self._channel, select.POLLIN)
        self._buffer = b""
        self._lines: deque[bytes] = deque()
        self._outcome: Mapping[str, Any] | None = None
        self._closed = False
        self._lock = threading.Lock()

    @property
    def pid(self) -> int:
        """The worker's process id, which is that of its session and its process group too."""
        return self._process.pid

    def poll(self, timeout: float) -> Progress | Ended | None:
        deadline = time.monotonic() + timeout
        while True:
            while self._lines:
                message = json.loads(self._lines.popleft())
                if "progress" in message:
                    return Progress(message["progress"])
                self._outcome = message
            left = deadline - time.monotonic()
            if self._outcome is not None or self._closed:
                # There will be no more messages: wait for the process to end.
                try:
                    self._process.wait(max(left, 0.001))
                except subprocess.TimeoutExpired:
                    return None
                return self._ended()
            if self._poller.poll(max(min(left, self._CHECK_S), 0) * 1000):
                self._read()
            elif self._process.poll() is not None:
                if self._poller.poll(0):
                    self._read()  # It may have sent its outcome and ended since the channel was last looked at.
                else:
                    self._closed = True
            elif left <= 0:
                return None

    def kill(self) -> None:
        # Under the lock the process hasn't been reaped, so its id can't belong to another process.
        with self._lock, suppress(ProcessLookupError, PermissionError):
            if self._process.returncode is None:
                os.killpg(self._process.pid, signal.SIGKILL)

    def extend(self, until: float) -> None:
        """Let the job go on until then (`_lease.clock`), and end when it hears of no later time."""
        assert self._process.stdin is not None
        # Broken if it has ended. It is full if the process doesn't read, and then it will end.
        with suppress(BrokenPipeError, BlockingIOError):
            os.set_blocking(self._process.stdin.fileno(), False)
            os.write(self._process.stdin.fileno(), f"{until}\n".encode())

    def end(self) -> None:
        self.kill()
        self._process.wait()
        self._ended()

    def _read(self) -> None:
        data = os.read(self._channel, 1 << 16)
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        self._lines.extend(lines)
        self._closed = not data

    def _ended(self) -> Ended:
        with self._lock, suppress(ProcessLookupError, PermissionError):
            # Children that the process left behind are still in its group, unless they have left it.
            os.killpg(self._process.pid, signal.SIGKILL)
        kill_marked(self._folder)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        return Ended(self._outcome, self._process.returncode)


def _environment(folder: Path) -> dict[str, str]:
    """The worker's environment: the same import path as the sandbox, its folder, and no API key."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PROTEINIQ_")}
    environment["PYTHONPATH"] = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    environment[JOB_FOLDER] = str(folder)
    return environment
