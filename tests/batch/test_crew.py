"""The threads and tasks of a batch: interrupts lose nothing, and nothing is waited for that has not begun."""

from __future__ import annotations

import asyncio
import threading

import pytest

from proteiniq._wire.crew import AsyncCrew, Crew


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
        task = asyncio.create_task(AsyncCrew.blocking(step))
        await asyncio.to_thread(begun.wait)
        task.cancel()
        asyncio.get_running_loop().call_soon(released.set)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended.is_set()

    asyncio.run(main())
