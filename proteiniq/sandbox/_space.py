"""How much a job may write, and how much of the disk jobs and uploads leave free."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs

from ._errors import OUT_OF_SPACE

RESERVE_BYTES = 64 << 20
"""Free space that jobs and uploads leave on the disk; on a small disk it is a twentieth of it."""

Problem = tuple[str, str]
"""Code and message of the error of a job."""

OUT_OF_SPACE_CODE = "out_of_space"


@attrs.frozen
class Space:
    """The bounds of what a job writes: `max_output_bytes` for its files and its log together, and the reserve."""

    max_output_bytes: int

    def problem(self, folder: Path) -> Problem | None:
        """Why the job in this folder can't go on, or None."""
        if sum(_sizes(folder)) > self.max_output_bytes:
            message = f"The job wrote more than the {self.max_output_bytes} bytes that a job may write."
            return ("output_too_large", message)
        return (OUT_OF_SPACE_CODE, OUT_OF_SPACE) if _free(folder) < 0 else None


def check_room(folder: Path, size: int) -> None:
    """Raise OSError, as a full disk does, unless so many bytes can be written without touching the reserve."""
    if _free(folder) < size:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def _free(folder: Path) -> int:
    """The free space that may be used; negative when some of the reserve is."""
    usage = shutil.disk_usage(folder)
    if usage.total == 0:  # as a file system says that doesn't know
        return sys.maxsize
    return usage.free - min(RESERVE_BYTES, usage.total // 20)


def _sizes(folder: Path | str) -> Iterator[int]:
    """The sizes of all files below a folder, which may change meanwhile."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from _sizes(entry.path)
                else:
                    yield entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return  # The tool has just removed something; the next look counts the rest.
