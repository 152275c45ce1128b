"""Reset locks and connections in a forked process.

Of all threads, only the one that forks is in the new process. A lock that another thread holds at that moment would
stay locked there forever, and the state that it protects might be inconsistent. So a fork waits briefly until no lock
of this package is held, and the new process has new locks and connections. A module that another thread is loading has
such a lock, too, so a fork waits until it is loaded, if this package loads it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import weakref
from pathlib import Path
from types import FrameType
from typing import Protocol

_PATIENCE = 1.0
"""How long a fork waits for a lock, in seconds. None is held for long."""


_LOADING = 10.0
"""How long a fork waits for modules to be loaded, in seconds."""

_NAP = 0.005

_LOADER = "<frozen importlib._bootstrap>"
_PACKAGE = str(Path(__file__).parent) + os.sep

_nap = time.sleep


class Forked(Protocol):
    def after_fork(self) -> None:
        """Called in the new process, before anything else runs there."""


_all: dict[int, weakref.ref[Forked]] = {}
_forking = threading.local()


def register(made: Forked) -> None:
    """Have `made.after_fork()` called in every process that forks from this one, as long as `made` exists."""
    number = id(made)
    _all[number] = weakref.ref(made, lambda _: _all.pop(number, None))


def _made() -> list[Forked]:
    return [made for reference in list(_all.values()) if (made := reference()) is not None]


def _is_loading(frame: FrameType | None) -> bool:
    """Whether code of this package loads a module in this stack of calls."""
    in_loader = False
    while frame is not None:
        name = frame.f_code.co_filename
        if in_loader and name.startswith(_PACKAGE):
            return True
        in_loader = name == _LOADER or (in_loader and "importlib" in name)
        frame = frame.f_back
    return False


def _wait_for_modules() -> None:
    own = threading.get_ident()
    for _ in range(round(_LOADING / _NAP)):
        if not any(_is_loading(frame) for thread, frame in sys._current_frames().items() if thread != own):
            break
        _nap(_NAP)


def _before_fork() -> None:
    _wait_for_modules()
    locks = [made.held for made in _made() if isinstance(made, Lock)]
    _forking.held = [lock for lock in locks if lock.acquire(timeout=_PATIENCE)]


def _after_fork_in_parent() -> None:
    for lock in _forking.held:
        lock.release()
    _forking.held = []


def _after_fork() -> None:
    _forking.held = []
    for made in _made():
        made.after_fork()


if hasattr(os, "register_at_fork"):  # pragma: no branch - only Windows has no fork
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork
    )


class Lock:
    """A lock that a forked process makes anew: `with lock.held: ...`.

    It is not a context manager itself. Written in Python, one could be interrupted after it took the lock and before
    it is entered, and would then never give it back.
    """

    def __init__(self) -> None:
        self.held = threading.Lock()
        register(self)

    def after_fork(self) -> None:
        self.held = threading.Lock()
