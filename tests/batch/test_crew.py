"""The threads and tasks of a batch: interrupts lose nothing, and nothing is waited for that has not begun."""

from __future__ import annotations

import asyncio
import threading

import pytest

from proteiniq._wire.blocking import AsyncBlocking, Blocking
from proteiniq._wire.crew import Crew


def test_a_thread_that_cannot_be_started_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    crew: Crew[str] = Crew()
    with pytest.raises(RuntimeError):
        crew.start("a", int)
    assert not crew.busy


def test_an_interrupt_while_a_thread_starts_leaves_it_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        begin(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start)
    crew: Crew[str] = Crew()
    with pytest.raises(KeyboardInterrupt):
        crew.start("a", int)
    assert crew.busy
    outcome = crew.next(None)
    assert outcome is not None
    assert outcome.value == 0


def test_a_task_that_asyncio_cancels_waits_for_the_disk_first() -> None:
    begun, released, ended = threading.Event(), threading.Event(), threading.Event()

    def step() -> None:
        begun.set()
        released.wait(10)
        ended.set()

    async def main() -> None:
        task = asyncio.create_task(AsyncBlocking.run(step))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        asyncio.get_running_loop().call_soon(released.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    asyncio.run(main())


def test_a_task_that_asyncio_cancels_with_all_others_leaves_the_disk() -> None:
    begun, released = threading.Event(), threading.Event()

    def step() -> None:
        begun.set()
        released.wait(10)

    async def main() -> None:
        this = asyncio.current_task()
        waiting = asyncio.create_task(AsyncBlocking.run(step))
        await asyncio.to_thread(begun.wait)
        others = asyncio.all_tasks() - {this}
        for task in others:
            task.cancel()
        await asyncio.wait(others)
        assert waiting.cancelled()
        released.set()

    asyncio.run(main())


def test_threads_end_with_a_value_or_an_error_that_stays_until_it_was_acted_on() -> None:
    crew: Crew[str] = Crew()
    assert crew.next(0.0) is None
    for tag, task in (("value", lambda: 7), ("error", lambda: 1 / 0)):
        crew.start(tag, task)
        for _ in range(2):
            outcome = crew.next(None)
            assert outcome is not None
            assert (outcome.tag, crew.busy) == (tag, True)
            assert (outcome.value == 7) is (outcome.error is None)
        crew.taken()
        assert not crew.busy


def test_a_thread_is_waited_for() -> None:
    released = threading.Event()
    crew: Crew[str] = Crew()
    crew.start("a", lambda: released.wait(10))
    threading.Timer(0.02, released.set).start()
    outcome = crew.next(None)
    assert outcome is not None
    assert outcome.value is True


def test_a_thread_that_is_not_waited_for_is_left_at_the_end() -> None:
    released = threading.Event()
    crew: Crew[str] = Crew()
    crew.start("a", lambda: released.wait(10), waits=False)
    assert not crew.busy
    crew.close()
    released.set()


def test_steps_of_the_sync_client_are_made_at_once() -> None:
    made: list[int] = []
    Blocking.run(lambda: made.append(1))
    Crew[str]().shielded(lambda: made.append(2))
    assert made == [1, 2]
