"""The lock of a batch folder."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from typing import Any

import attrs
import pytest

from proteiniq import BatchError, BatchLocked
from proteiniq.batch import _lock
from proteiniq.batch._lock import Lock, Owner


def owner(**changes: Any) -> Owner:
    return attrs.evolve(Owner.this(1_700_000_000.0), token="another", **changes)


def left(path: Path, by: Owner) -> bytes:
    """Leave a lock of another process."""
    content = json.dumps(attrs.asdict(by)).encode()
    path.write_bytes(content)
    return content


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


@pytest.fixture
def dead() -> Owner:
    """A process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return owner(pid=process.pid, started=1)


@pytest.fixture
def running() -> Any:
    """Another process that runs."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.communicate(b"\n")


def started(pid: int) -> int | None:
    return _lock._start_time(pid)


def test_a_second_process_is_told_who_has_the_lock(path: Path, running: subprocess.Popen[bytes]) -> None:
    by = owner(pid=running.pid, started=started(running.pid))
    left(path, by)
    with pytest.raises(
        BatchLocked, match=rf"in use by process {by.pid} on \S+ since 2023-11-14 22:13:20 UTC"
    ) as caught:
        Lock.take(path, 0.0)
    assert (caught.value.host, caught.value.pid, caught.value.since) == (by.host, by.pid, by.at)
    assert caught.value.retryable


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs start times of processes")
def test_a_process_that_certainly_runs_is_not_taken_over_from(
    path: Path, running: subprocess.Popen[bytes]
) -> None:
    content = left(path, owner(pid=running.pid, started=started(running.pid)))
    with pytest.raises(BatchLocked, match="or end it"):
        Lock.take(path, 0.0, take_over=True)
    assert path.read_bytes() == content


def test_two_batches_in_one_process(path: Path) -> None:
    first = Lock.take(path, 0.0)
    with pytest.raises(BatchLocked, match="by this process since"):
        Lock.take(path, 0.0)
    second = Lock.take(path, 0.0, take_over=True)
    second.check()
    with pytest.raises(BatchError, match="was taken over by this process"):
        first.check()
    first.release()
    assert path.exists()
    second.release()
    assert names(path.parent) == []


def test_a_released_lock_is_free(path: Path) -> None:
    lock = Lock.take(path, 0.0)
    lock.check()
    lock.check()
    lock.release()
    Lock.take(path, 0.0).release()
    with pytest.raises(BatchError, match="was taken over by an unknown process"):
        lock.check()


def test_the_lock_of_a_dead_process_is_taken_over(
    path: Path, dead: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    left(path, dead)
    with caplog.at_level(logging.WARNING, "proteiniq"):
        lock = Lock.take(path, 0.0)
    lock.check()
    assert f"from process {dead.pid} on" in caplog.text
    assert names(path.parent) == ["lock"]


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs start times of processes")
def test_a_process_with_the_same_number_is_another_one(path: Path, running: subprocess.Popen[bytes]) -> None:
    left(path, owner(pid=running.pid, started=1))
    Lock.take(path, 0.0).check()


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs the states of processes")
def test_a_killed_process_that_nobody_waited_for_is_dead(path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    by = owner(pid=process.pid, started=started(process.pid))
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert by.is_alive() is False
    process.communicate()


HOST = ("laptop", "boot-1", "machine-1", "pid:[1]")


@pytest.mark.parametrize(
    ("changes", "is_alive"),
    [
        ({}, True),
        ({"pid": 2**22 + 1}, False),
        ({"pid": 2**70}, False),
        ({"started": 1}, False),
        ({"started": None}, None),
        ({"pid": None}, None),
        ({"pid": "7"}, None),
        ({"host": "renamed"}, True),  # it is still the same boot
        ({"pids": "pid:[2]"}, None),  # in another container
        ({"boot": "boot-0"}, False),  # the machine restarted
        ({"boot": "boot-0", "host": "other"}, None),
        ({"boot": "boot-0", "machine": "machine-2"}, None),
        ({"boot": None}, None),
    ],
)
def test_whether_a_process_is_alive(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], is_alive: bool | None
) -> None:
    monkeypatch.setattr(_lock, "_place", lambda: HOST)
    monkeypatch.setattr(_lock, "_start_time", lambda pid: 4711)
    assert attrs.evolve(owner(), **changes).is_alive() is is_alive


@pytest.mark.parametrize(
    ("changes", "is_alive"), [({}, None), ({"pid": 2**22 + 1}, False), ({"host": "other"}, None)]
)
def test_whether_a_process_is_alive_where_there_is_no_proc(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], is_alive: bool | None
) -> None:
    monkeypatch.setattr(_lock, "_place", lambda: ("laptop", None, None, None))
    monkeypatch.setattr(_lock, "_stat", lambda pid: [])
    assert attrs.evolve(owner(), **changes).is_alive() is is_alive


def test_what_the_system_does_not_tell_is_not_known(tmp_path: Path) -> None:
    assert _lock._text(str(tmp_path / "machine-id")) is None
    assert _lock._start_time(2**22 + 1) is None


def test_a_process_of_another_user_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    def kill(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", kill)
    assert owner(started=None).is_alive() is None


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'{"pid": []}', b'{"host": "h", "pid": 1, "at": "x"}', b'{"pid": 1, "at": 1e300}'],
)
def test_a_lock_that_names_no_owner_is_only_taken_over_on_request(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(BatchLocked, match="take_over=True"):
        Lock.take(path, 0.0)
    Lock.take(path, 0.0, take_over=True).check()


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], object]]]:
    """What happens in the moment in which an empty lock is waited for."""
    happening: list[Callable[[], object]] = []
    monkeypatch.setattr(time, "sleep", lambda seconds: happening.pop(0)())
    yield happening
    assert happening == []


@pytest.mark.case
def test_a_process_that_died_before_it_wrote_the_lock_is_no_obstacle(
    path: Path, moments: list[Callable[[], object]]
) -> None:
    path.touch()
    moments.append(lambda: None)
    Lock.take(path, 0.0).check()


@pytest.mark.parametrize("take_over", [False, True])
def test_a_lock_that_is_just_being_written_belongs_to_another_process(
    path: Path, moments: list[Callable[[], object]], take_over: bool
) -> None:
    path.touch()
    moments.append(lambda: left(path, owner(host="node7", boot="another")))
    with pytest.raises(BatchLocked, match="on node7"):
        Lock.take(path, 0.0, take_over=take_over)


def test_a_lock_that_was_replaced_before_it_was_written_is_not_held(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(fileno: int) -> None:
        monkeypatch.undo()
        path.unlink()
        left(path, owner(host="node7", boot="another"))

    monkeypatch.setattr(os, "fsync", slow)
    with pytest.raises(BatchLocked, match="on node7"):
        Lock.take(path, 0.0)


def test_a_process_on_another_host_is_taken_over_from_on_request(path: Path) -> None:
    left(path, owner(host="node7", boot="another"))
    with pytest.raises(BatchLocked, match=r"on node7 .*take_over=True"):
        Lock.take(path, 0.0)
    Lock.take(path, 0.0, take_over=True).check()


@pytest.mark.case
def test_of_many_that_find_a_dead_process_one_gets_the_lock(path: Path, dead: Owner) -> None:
    def take(_: int) -> Lock | None:
        barrier.wait()
        try:
            return Lock.take(path, 0.0)
        except BatchLocked:
            return None

    for _ in range(20):
        left(path, dead)
        barrier = Barrier(8)
        with ThreadPoolExecutor(8) as pool:
            taken = [lock for lock in pool.map(take, range(8)) if lock is not None]
        assert [lock.is_held() for lock in taken] == [True]
        assert names(path.parent) == ["lock"]


def test_a_lock_that_was_replaced_meanwhile_is_left_alone(
    path: Path, dead: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced() -> None:
        left(path, owner())

    left(path, dead)
    after_reading(monkeypatch, replaced)
    with pytest.raises(BatchLocked, match="by this process"):
        Lock.take(path, 0.0)
    assert names(path.parent) == ["lock"]


def test_on_request_only_the_process_that_was_found_is_taken_over_from(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left(path, owner(host="node7", boot="another"))
    after_reading(monkeypatch, lambda: left(path, owner(host="node8", boot="another")))
    with pytest.raises(BatchLocked, match="on node8"):
        Lock.take(path, 0.0, take_over=True)


def test_a_lock_that_is_released_meanwhile_is_taken(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left(path, owner(host="node7", boot="another"))
    content = _lock._content

    def released(asked: Path) -> bytes | None:
        monkeypatch.setattr(_lock, "_content", content)
        path.unlink()
        return content(asked)

    monkeypatch.setattr(_lock, "_content", released)
    Lock.take(path, 0.0).check()


def after_reading(monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]) -> None:
    """Do something between the first look at a lock and what follows."""
    is_alive = Owner.is_alive

    def looked(self: Owner) -> bool | None:
        found = is_alive(self)
        monkeypatch.setattr(Owner, "is_alive", is_alive)
        change()
        return found

    monkeypatch.setattr(Owner, "is_alive", looked)


def claim_of(content: bytes, path: Path) -> Path:
    return path.with_name(f"lock.{sha256(content).hexdigest()[:16]}")


def test_while_another_process_takes_over_the_lock_is_refused(path: Path, dead: Owner) -> None:
    claim = claim_of(left(path, dead), path)
    left(claim, owner())
    with pytest.raises(BatchLocked, match=rf"is being taken over by this process.*delete {claim}"):
        Lock.take(path, 0.0)


def test_a_process_that_died_while_it_took_over_is_no_obstacle(path: Path, dead: Owner) -> None:
    left(claim_of(left(path, dead), path), attrs.evolve(dead, token="third"))
    Lock.take(path, 0.0).check()
    assert names(path.parent) == ["lock"]


def test_a_lock_that_cant_be_written_is_removed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fileno: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BatchError, match=r"lock can't be written: No space left on device.*make room"):
        Lock.take(path, 0.0)
    assert not path.exists()


def test_the_lock_belongs_to_the_process_that_took_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = Lock.take(path, 0.0)
    monkeypatch.setattr(os, "getpid", lambda: 1)
    with pytest.raises(BatchError, match="belongs to the process that opened it"):
        lock.check()
    lock.release()
    assert path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_forked_process_neither_has_nor_releases_the_lock(path: Path) -> None:
    lock = Lock.take(path, 0.0)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            signal.alarm(20)
            lock.release()
            try:
                lock.check()
            except BatchError as error:
                code = 0 if "belongs to the process that opened it" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    lock.check()
