"""How much memory the processes of a job use. This reads `/proc`, so it finds nothing on systems other than Linux."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def used(leader: int, enough: int) -> int:
    """The memory of a session's processes and their descendants, in bytes.

    It is the sum of what each has resident. Processes that were forked share pages, which that sum counts several
    times, so where it is above `enough`, each page is divided among those that share it (PSS), which takes longer.
    Memory that was only reserved, as numerical libraries do, doesn't count.
    """
    found = list(_members(leader))
    resident = sum(_resident(process) for process in found)
    return resident if resident <= enough else sum(_proportional(process) for process in found)


def _members(leader: int) -> Iterator[int]:
    """The processes of the session that `leader` began, and everything that they started."""
    parents: dict[int, int] = {}
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if entry.name.isdigit():
            try:
                # The name of the program, in parentheses, may have spaces and parentheses.
                _, parent, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except (OSError, ValueError):
                continue  # It has just ended.
            number = int(entry.name)
            parents[number] = leader if int(session) == leader else int(parent)
    for number in parents:
        at = number
        while at not in (leader, 0, 1):
            at = parents.get(at, 0)
        if at == leader:
            yield number


def _resident(process: int) -> int:
    try:
        return int((_PROC / f"{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _proportional(process: int) -> int:
    try:
        for line in (_PROC / f"{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return _resident(process)  # of a kernel before 4.14, or of another user
