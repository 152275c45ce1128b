"""How much a job may write, and how much of the disk is left for others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import attrs

from ._errors import OUT_OF_SPACE

RESERVE_BYTES = 64 << 20
"""Free space that jobs leave on the disk; on a small disk it is a twentieth of it."""

Problem = tuple[str, str]
"""Code and message of the error of a job."""

_FULL: Problem = ("out_of_space", OUT_OF_SPACE)


@attrs.frozen
class Space:
    """The bounds of what a job writes: `max_output_bytes` for its files and its log together, and the reserve."""

    max_output_bytes: int

    def problem(self, folder: Path) -> Problem | None:
        """Why the job in this folder can't go on, or None."""
        if sum(_sizes(folder)) > self.max_output_bytes:
            message = f"The job wrote more than the {self.max_output_bytes} bytes that a job may write."
            return ("output_too_large", message)
        return _FULL if _free(folder) < 0 else None

    def problem_of_copy(self, folder: Path) -> Problem | None:
        """Why the files in this folder can't be copied, or None."""
        return _FULL if sum(_sizes(folder)) > _free(folder) else None


def _free(folder: Path) -> int:
    """The free space that jobs may use; negative when they have used some of the reserve."""
    usage = shutil.disk_usage(folder)
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
