"""What a process has that forked while other threads of its parent were at work."""

from __future__ import annotations

import functools
import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import anyio
import pytest

from proteiniq import ConfigurationError, _forks
from proteiniq._async.wire import AsyncWire
from proteiniq._cached import cached_property
from proteiniq._forks import Lock
from proteiniq._sync import lazy
from proteiniq._sync.wire import Wire
from proteiniq._wire.pace_file import FilePacer
from proteiniq._wire.pacers import shared
from proteiniq._wire.turns import MOST_CONNECTIONS, MOST_STREAMS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")


def forked(work: Callable[[], bool]) -> int:
    """The exit code of a forked process: 0 if `work` was true there, and -SIGALRM if it did not end."""

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads in a process that forks
        child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(20)
            code = 0 if work() else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def held_elsewhere(lock: Lock) -> Iterator[None]:
    """Another thread holds the lock meanwhile."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with lock.held:
            taken.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    taken.wait()
    try:
        yield
    finally:
        done.set()
        thread.join()


def is_free(lock: Lock) -> bool:
    with lock.held:
        return True


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_forks, "_PATIENCE", 0.01)


@pytest.mark.case
@pytest.mark.usefixtures("impatient")
def test_a_lock_that_another_thread_holds_is_free_after_a_fork() -> None:
    lock = Lock()
    with held_elsewhere(lock):
        assert forked(lambda: is_free(lock)) == 0
    assert is_free(lock)


def test_a_lock_is_free_in_both_processes_after_a_fork() -> None:
    lock = Lock()
    assert forked(lambda: is_free(lock)) == 0
    assert is_free(lock)


def test_a_fork_waits_for_the_holder_of_a_lock() -> None:
    lock, written = Lock(), []
    forking = threading.Event()

    def write() -> None:
        with lock.held:
            written.append("half")
            started.set()
            forking.wait()
            written.append("whole")

    started = threading.Event()
    thread = threading.Thread(target=write)
    thread.start()
    started.wait()
    os.register_at_fork(before=forking.set)  # called before ours, which waits
    assert forked(lambda: written == ["half", "whole"]) == 0
    thread.join()


def test_deleted_objects_are_not_reset_by_a_fork() -> None:
    class Counted:
        times = 0

        def after_fork(self) -> None:
            Counted.times += 1

    kept, gone = Counted(), Counted()
    _forks.register(kept)
    _forks.register(gone)
    del gone
    gc.collect()
    _forks._after_fork()
    assert Counted.times == 1
    assert isinstance(kept, Counted)


@pytest.mark.case
@pytest.mark.usefixtures("impatient")
def test_a_pace_is_not_held_by_threads_of_the_parent() -> None:
    one = shared("https://forks.test", "pq_live_forks", limit=5)
    reading = one.reserve("job_1")
    assert reading.claim(0.0) == 0.0  # and is on its way, in a thread of the parent

    def read_again() -> bool:
        ticket = shared("https://forks.test", "pq_live_forks", limit=5).reserve("job_1")
        return 0.0 < ticket.claim(1.0) < 10.0  # after the interval of a job, not after minutes

    assert forked(read_again) == 0


@pytest.mark.usefixtures("impatient")
def test_a_wire_starts_without_the_requests_of_its_parent() -> None:
    wire = Wire()

    def has_both() -> bool:
        with wire.streams.one() as has_permit, wire._turns.one(0.0):
            return has_permit

    with ExitStack() as under_way:
        for _ in range(MOST_STREAMS):
            under_way.enter_context(wire.streams.one())
        for _ in range(MOST_CONNECTIONS):
            under_way.enter_context(wire._turns.one(0.0))
        assert forked(has_both) == 0
        assert not under_way.enter_context(wire.streams.one())
    wire.close()
    assert forked(lambda: wire._pools.is_closed) == 0


def test_an_async_client_can_be_used_on_the_loop_of_a_forked_process() -> None:
    wire = AsyncWire()

    async def take_a_turn() -> bool:
        async with wire._turns.one(0.0):
            return True

    assert anyio.run(take_a_turn)
    with pytest.raises(ConfigurationError, match="another event loop"):
        anyio.run(take_a_turn)
    wire.after_fork()
    assert anyio.run(take_a_turn)


@pytest.mark.case
@pytest.mark.usefixtures("impatient")
def test_a_pace_file_is_reopened(tmp_path: Path) -> None:
    pacer = FilePacer(tmp_path / "pace", "https://host pq_live_a", limit=5)

    def leaves() -> bool:
        ticket = pacer.reserve()
        left = ticket.claim(1.0) == 0.0
        pacer.close()
        return left

    with held_elsewhere(pacer._lock):
        assert forked(leaves) == 0
    opened = pacer._connection
    pacer._process = 0  # as it is in a forked process
    pacer.close()
    assert pacer._connection is None
    assert leaves()
    assert opened is not None
    opened.execute("SELECT 1")  # is not closed
    opened.close()


@pytest.mark.case
def test_an_attribute_that_another_thread_computes_is_computed_anew() -> None:
    begun, done = threading.Event(), threading.Event()

    class Holder:
        @cached_property
        def value(self) -> int:
            if threading.current_thread() is other:
                begun.set()
                done.wait()
            return 1

    other = threading.Thread(target=lambda: Holder().value)
    other.start()
    begun.wait()
    code = forked(lambda: Holder().value == 1)
    done.set()
    other.join()
    assert code == 0
    assert isinstance(Holder.value, functools.cached_property)


@pytest.mark.case
def test_a_fork_waits_for_a_module_that_another_thread_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()
    monkeypatch.setattr(_forks, "module_is_loading", begun, raising=False)
    monkeypatch.setattr(_forks, "module_may_go_on", goes_on, raising=False)
    monkeypatch.setattr(_forks, "_nap", lambda _: goes_on.set())
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(lazy._HOMES, "Slow", "proteiniq_slow_module")
    (tmp_path / "proteiniq_slow_module.py").write_text(
        "from proteiniq import _forks\n_forks.module_is_loading.set()\n_forks.module_may_go_on.wait()\nSlow = 1\n"
    )
    other = threading.Thread(target=lambda: lazy.__getattr__("Slow"))
    other.start()
    begun.wait()
    assert forked(lambda: lazy.__getattr__("Slow") == 1) == 0
    other.join()


@pytest.mark.case
def test_a_fork_does_not_wait_forever_for_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    monkeypatch.setattr(_forks, "_nap", naps.append)
    monkeypatch.setattr(_forks, "_is_loading", lambda frame: True)
    with held_elsewhere(Lock()):
        _forks._wait_for_modules()
    assert sum(naps) == pytest.approx(_forks._LOADING)
