"""Find and kill processes of jobs that have left their process group, or were left by a sandbox that died.

A worker and everything that it starts have the folder of their job in their environment, where only a process that
replaces its environment can remove it. This reads `/proc`, so it finds nothing on systems other than Linux.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

JOB_FOLDER = "SANDBOX_JOB_FOLDER"
"""The environment variable with the folder of a job."""


def kill_marked(folder: Path) -> None:
    """Kill every process of the job in `folder`, or of any job in a folder below it."""
    killed: set[int] = set()
    # A process may start another while this looks at the list, so it looks until there is no new one.
    while found := set(_kill(folder, killed)):
        killed |= found


def _kill(folder: Path, killed: set[int]) -> Iterator[int]:
    if sys.platform != "linux":
        return
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or (number := int(entry.name)) in (os.getpid(), *killed):
            continue
        with suppress(OSError):  # It has ended, or belongs to another user.
            # Opened before it is looked at: the signal can't reach another process that was given its number.
            descriptor = os.pidfd_open(number)
            try:
                if _is_marked(entry, folder):
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                    yield number
            finally:
                os.close(descriptor)


def _is_marked(process: Path, folder: Path) -> bool:
    start = f"{JOB_FOLDER}=".encode()
    for variable in (process / "environ").read_bytes().split(b"\0"):
        if variable.startswith(start):
            return Path(os.fsdecode(variable.removeprefix(start))).is_relative_to(folder)
    return False
