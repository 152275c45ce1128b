"""A Dask cluster, as its event loop sees it: the connection to the scheduler, the usable workers, and their jobs.

The connection is made again for as long as it takes; jobs that a worker has go on meanwhile, as long as the worker can
be reached.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from distributed import Client, Security, rpc

from .. import _lease
from . import post, probe, storage as _storage
from .capacity import Capacity, Need, Offer
from .link import CALL_S, Link
from .run import DaskRun

log = logging.getLogger("proteiniq.sandbox")

LOOK_S = 0.5
"""Interval between looks at the cluster, in seconds."""

CONNECT_S = 10.0
"""How long a connection to the scheduler may take, in seconds."""

AGAIN_S = 2.0
"""Pause before a connection, a worker or a task is tried again, in seconds."""

PROBE_S = 60.0
"""How long a worker may take to import the tools, in seconds."""


class Cluster:
    """The state on the event loop; other threads only read `capacity`."""

    def __init__(
        self, address: str, server: str, tools: Mapping[str, Need], lease_s: float, storage: str | None
    ) -> None:
        self.server = server
        self.lease_s = lease_s
        self.storage = storage
        self.client: Any = None
        self.runs: dict[str, DaskRun] = {}
        self.capacity = Capacity(tools)
        self.changed: Callable[[], None] = lambda: None
        self.looked = asyncio.Event()
        """Set once the workers that were there at the start are known."""
        self._address = address
        self._tools = tools
        self._probed = {need.reference: need.weights for need in tools.values()}
        self._here = probe.facts(self._probed)
        self._links: dict[str, Link] = {}
        self._followers: dict[str, asyncio.Task[None]] = {}
        self._probing: dict[str, asyncio.Task[None]] = {}
        self._refused: dict[str, float] = {}
        """Worker → when it is looked at again."""
        self._told: dict[str, set[str]] = {}
        """Worker → what has been said about it."""
        self._missing = frozenset[str]()
        """The tools that no worker could run when that was last said."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_leaving = False

    def knows(self, link: Link) -> bool:
        return self._links.get(link.address) is link and not self._is_leaving

    def leave(self, serving: asyncio.Task[None]) -> None:
        """End `serve`, whose task this is."""
        # A cancellation alone may be lost where an answer arrives at the same time.
        self._is_leaving = True
        serving.cancel()

    def runs_at(self, worker: str) -> list[DaskRun]:
        return [
            run for run in self.runs.values() if run.attempt.holder and run.attempt.holder.worker == worker
        ]

    def background(self, call: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def add(self, run: DaskRun) -> None:
        self.runs[run.name] = run
        self._submit(run)

    def unwant(self, run: DaskRun) -> None:
        run.unwant()
        self._release(run)

    def done(self, run: DaskRun) -> None:
        """A run has ended: its worker need not keep it."""
        self.runs.pop(run.name, None)
        run.future = None  # Dask forgets the task.
        self._release(run)

    async def serve(self, connected: Future[None]) -> None:
        """Keep the connection until `leave`. `connected` gets the outcome of the first attempt."""
        try:
            while not self._is_leaving:
                try:
                    await _find_scheduler(self._address)
                    async with Client(
                        self._address,
                        asynchronous=True,
                        set_as_default=False,
                        timeout=CONNECT_S,
                        name="proteiniq-sandbox",
                    ) as self.client:
                        if not connected.done():
                            connected.set_result(None)
                            log.info("connected to the Dask scheduler %s", self._address)
                        else:
                            log.warning("connected to the Dask scheduler %s again", self._address)
                        try:
                            await self._look_on()
                        except asyncio.CancelledError:
                            self._cancel()
                            raise
                except Exception as error:
                    if not connected.done():
                        connected.set_exception(error)
                        return
                    is_usual = isinstance(error, (OSError, TimeoutError, ValueError, ImportError))
                    said = "no connection to the Dask scheduler %s, which is tried again; jobs wait meanwhile: %s"
                    log.warning(said, self._address, error, exc_info=not is_usual)
                self.client = None
                try:
                    self._count({})
                    self._expire()
                except Exception:
                    log.exception("the loss of the connection could not be followed")
                await asyncio.sleep(AGAIN_S)
        finally:
            self._cancel()

    def _cancel(self) -> None:
        for task in (*self._tasks, *self._followers.values(), *self._probing.values()):
            task.cancel()

    async def _look_on(self) -> None:
        """Follow the cluster until the connection is given up."""
        while self.client.status != "closed" and not self._is_leaving:
            if self.client.status == "running":
                # The client connects again by itself for a while; what it asks meanwhile fails.
                with suppress(OSError, TimeoutError):
                    identity = await asyncio.wait_for(self.client.scheduler.identity(n_workers=-1), CALL_S)
                    self._meet(identity["workers"])
                    for run in list(self.runs.values()):
                        self._submit(run)
            else:
                self._count({})
            self._expire()
            await asyncio.sleep(LOOK_S)

    def _meet(self, workers: Mapping[str, Mapping[str, Any]]) -> None:
        """Get to know new workers, and forget those that have gone."""
        now = _lease.clock()
        for address, worker in workers.items():
            if (
                address not in self._links
                and address not in self._probing
                and self._refused.get(address, 0) <= now
            ):
                self._probing[address] = asyncio.create_task(self._probe(address, worker))
        for address in [each for each in self._links if each not in workers and not self.runs_at(each)]:
            self._followers.pop(address).cancel()
            del self._links[address]
        self._refused = {address: until for address, until in self._refused.items() if address in workers}
        self._told = {address: told for address, told in self._told.items() if address in workers}
        self._count(workers)
        if not self._probing:
            self.looked.set()

    def _count(self, workers: Mapping[str, Any]) -> None:
        # One that is paused for want of memory, about to go, or doesn't answer gets no tasks.
        there = {
            address: Offer(link.slots, link.resources, link.found.tools)
            for address, link in self._links.items()
            if address in workers and workers[address]["status"] == "running" and link.answers
        }
        known, self.capacity = self.capacity, Capacity(self._tools, there)
        if self.capacity != known:
            if self.capacity.slots != known.slots:
                log.info("the Dask cluster has %d slots", self.capacity.slots)
            self.changed()
        if self.capacity.slots and not self._probing:
            missing = self.capacity.missing()
            for tool_id in sorted(missing - self._missing):
                log.warning("no Dask worker can run %s: its jobs wait", tool_id)
            for tool_id in sorted(self._missing - missing):
                log.warning("a Dask worker can run %s again", tool_id)
            self._missing = missing

    async def _probe(self, address: str, worker: Mapping[str, Any]) -> None:
        """Find out whether a worker can be used, and say what is different there."""
        try:
            asked = self.client.run(probe.inspect, self._probed, workers=[address])
            found = probe.compared(self._here, (await asyncio.wait_for(asked, PROBE_S))[address])
        except (OSError, TimeoutError) as error:
            self._refused[address] = _lease.clock() + 15 * AGAIN_S
            self._tell(address, f"can't be used now: {type(error).__name__}: {error}")
        except Exception as error:  # Mostly it couldn't import this package, and each try fills its log.
            self._refused[address] = _lease.clock() + 300 * AGAIN_S
            self._tell(address, f"can't be used: {error}. Is the same proteiniq installed there?")
        else:
            for difference in found.differences:
                self._tell(address, f"differs: {difference}")
            link = self._links[address] = Link(self, address, worker["nthreads"], worker["resources"], found)
            self._followers[address] = asyncio.create_task(self._follow(link))
        finally:
            del self._probing[address]

    async def _follow(self, link: Link) -> None:
        try:
            await link.follow()
        except Exception:
            log.exception("the conversation with %s broke off", link.address)
        # Another process has the address of the worker, or has just begun to.
        if self._links.get(link.address) is link:
            del self._links[link.address], self._followers[link.address]

    def _tell(self, worker: str, message: str) -> None:
        told = self._told.setdefault(worker, set())
        if message not in told:
            told.add(message)
            log.warning("the Dask worker %s %s", worker, message)

    def _submit(self, run: DaskRun) -> None:
        """Give a run to Dask unless it has it, or a worker has. Nothing of it runs before a worker is allowed to."""
        now = _lease.clock()
        if run.done or run.attempt.holder is not None or now < run.not_before:
            return
        if self.client is None or self.client.status != "running":
            return
        able = self.capacity.able(run.order.limits.tool)
        waits = run.future is not None and run.future.status == "pending"
        if not able or (waits and able == run.workers):
            return
        again = run.future is not None and not waits
        if again and run.future.status == "error":
            log.warning("Dask could not run the task of job %s: it gets it again", run.order.job)
        run.workers = able
        try:
            run.future = self.client.submit(
                post.work,
                self.server,
                run.name,
                self.lease_s,
                key=f"{run.name}-{len(able)}-{now}",
                workers=sorted(able),
                resources={name: n for name, n in run.order.resources.items() if n} or None,
                retries=0,
                pure=False,
            )
        except Exception:  # The others have to go on.
            log.exception("job %s could not be given to Dask", run.order.job)
            run.lose("It could not be given to Dask.")
            return
        if again:  # It has failed, or was forgotten with a connection.
            run.not_before = now + AGAIN_S

    def _expire(self) -> None:
        for run in list(self.runs.values()):
            if run.is_over():
                run.lose("Its worker was lost.")
                self.background(self._remove_stored(run))

    async def _remove_stored(self, run: DaskRun) -> None:
        """Remove what a worker that was lost may have stored. Others remove that themselves."""
        if self.storage is not None and (holder := run.attempt.holder):
            name = _storage.name_of(self.server, run.name, holder.id)
            try:
                path = await asyncio.to_thread(_storage.path_of, self.storage, name)
                await asyncio.to_thread(_storage.remove, self.storage, path)
            except Exception as error:  # of any file system
                log.warning("the stored files of job %s could not be removed: %r", run.order.job, error)

    def _release(self, run: DaskRun) -> None:
        if run.attempt.holder is not None and (link := self._links.get(run.attempt.holder.worker)):
            link.release(run)


async def _find_scheduler(address: str) -> None:
    """Raise OSError or TimeoutError unless a Dask scheduler answers there.

    `Client` would wait without end for whatever else takes the connection.
    """
    there = rpc(address, connection_args=Security().get_connection_args("client"))
    try:
        found = (await asyncio.wait_for(there.identity(), CONNECT_S))["type"]
    except TimeoutError:
        raise TimeoutError(f"no Dask scheduler answered within {CONNECT_S:g} s") from None
    except TypeError as error:
        raise OSError(
            f"{error}. Certificates are set in Dask's configuration, distributed.comm.tls"
        ) from error
    finally:
        await there.close_rpc()
    if found != "Scheduler":
        raise OSError(f"a Dask {str(found).lower()} answered, which has another address than its scheduler")
