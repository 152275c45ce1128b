"""What a forked process makes anew.

Of all threads, only the one that forks is in the new process. A lock that another thread held there stays locked for
ever, so a forked process starts with new locks, and with connections of its own.
"""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol


class Forked(Protocol):
    def after_fork(self) -> None:
        """Called in the new process, before anything else runs there."""


_all: weakref.WeakSet[Forked] = weakref.WeakSet()


def register(made: Forked) -> None:
    """Have `made.after_fork()` called in every process that forks from this one, as long as `made` exists."""
    _all.add(made)


def _after_fork() -> None:
    for made in list(_all):
        made.after_fork()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_after_fork)


class Lock:
    """A `threading.Lock` that is free in a forked process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        register(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self._lock.release()

    def after_fork(self) -> None:
        self._lock = threading.Lock()
