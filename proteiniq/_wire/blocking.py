"""Steps that wait for a disk or for another process: in a thread, so that an event loop doesn't wait with them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Blocking:
    """Makes blocking steps in the calling thread."""

    @staticmethod
    def run(step: Callable[[], T]) -> T:
        return step()


class AsyncBlocking:
    """Makes blocking steps in threads."""

    @staticmethod
    async def run(step: Callable[[], T]) -> T:
        """Make a step. A cancellation waits for its end, so that nothing is left half done; a second one does not."""
        from anyio import CancelScope, Event, get_cancelled_exc_class
        from anyio.to_thread import run_sync

        ended = Event()
        values: list[T] = []
        errors: list[BaseException] = []

        async def run() -> None:
            try:
                values.append(await run_sync(step))
            except BaseException as error:
                errors.append(error)
                if isinstance(error, get_cancelled_exc_class()):
                    raise
            finally:
                ended.set()

        # In a task of its own, since asyncio cancels this one whether it is shielded or not.
        cancel = spawn(run)
        try:
            with CancelScope(shield=True):
                await ended.wait()
        except BaseException:
            with CancelScope(shield=True):
                await ended.wait()
            raise
        finally:
            del cancel  # which kept the task alive
        for error in errors:
            raise error
        return values[0]


def spawn(work: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], object]:
    """Begin a task that outlives the block it is begun in, and return what cancels it.

    A task group would not do: a generator must not yield within one.
    """
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        import trio

        scope = trio.CancelScope()

        async def run() -> None:
            with scope:
                await work()

        trio.lowlevel.spawn_system_task(run)
        return scope.cancel
    return loop.create_task(work()).cancel
