"""The conversation with one worker: it is asked for news all the time, and that keeps the leases of its executions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from .. import _lease
from . import post
from .attempt import Execution
from .probe import Found
from .run import DaskRun, reading

if TYPE_CHECKING:
    from .cluster import Cluster

log = logging.getLogger("proteiniq.sandbox")

CALL_S = 10.0
"""How long an answer of a worker may take beyond what it is asked to wait, in seconds."""

BYTES_A_S = 250_000
"""How slowly the inputs of a job may go to a worker, in bytes a second."""

PAUSE_S = 0.5
"""Pause after a call that failed, in seconds."""


class Link:
    """A worker that has been found to answer. `follow` is its task."""

    def __init__(
        self, cluster: Cluster, address: str, slots: int, resources: Mapping[str, float], found: Found
    ) -> None:
        self.address = address
        self.slots = slots
        self.resources = resources
        self.found = found
        self.answers = True
        """False when its last answer is missing: Dask may take long to notice a worker that is stuck."""
        self._cluster = cluster
        self._direct: bool | None = None
        """Whether it is called itself; None until that is known."""
        self._busy: set[str] = set()
        self._version = -1
        self._said = 0.0
        self._heard = 0.0

    async def follow(self) -> None:
        """Ask for news until it is forgotten, or until the worker's process is another one."""
        while self._cluster.knows(
            self
        ):  # A cancellation may be lost where an answer arrives at the same time.
            held = [run for run in self._cluster.runs_at(self.address) if self._is_renewed(run)]
            for run in held:
                run.attempt.renews(self._heard)
            wait = self._cluster.lease_s / 6
            try:
                news = await self.call(
                    "news",
                    extra=wait,
                    server=self._cluster.server,
                    process=self.found.process,
                    version=self._version,
                    said=self._said,
                    held=[run.attempt.holder.id for run in held if run.attempt.holder],
                    logs={run.attempt.holder.id: run.log_bytes for run in held if run.attempt.holder},
                    wait=wait,
                )
            except (OSError, TimeoutError) as error:
                log.info("worker %s does not answer: %r", self.address, error)
                self.answers, self._direct = False, None
                await asyncio.sleep(PAUSE_S)
                continue
            if not isinstance(news, dict) or news.get("process") != self.found.process:
                return  # Another process has its address.
            self._heard = _lease.clock()
            self.answers = True
            self._said, self._version = news["clock"], news["version"]
            self._take(news["executions"])

    async def call(self, what: str, *, extra: float = 0.0, **arguments: Any) -> Any:
        """Call the worker itself or, where it is out of reach from here, through the scheduler.

        Raises OSError or TimeoutError.
        """
        client = self._cluster.client
        if client is None:
            raise OSError("not connected to the scheduler")
        message = {"what": what, "arguments": arguments}
        if self._direct is None:
            self._direct = await self._is_reachable(client)
        try:
            if self._direct:
                called = getattr(client.rpc(self.address), post.HANDLER)(**message)
            else:
                called = client.scheduler.proxy(worker=self.address, msg={"op": post.HANDLER, **message})
            return await asyncio.wait_for(called, CALL_S + extra)
        except (OSError, TimeoutError):
            raise
        except Exception as error:  # of the worker or the scheduler, who may just have lost it
            raise OSError(f"{type(error).__name__}: {error}") from error

    async def _is_reachable(self, client: Any) -> bool:
        try:
            await asyncio.wait_for(client.rpc(self.address).identity(), CALL_S / 2)
        except Exception as error:
            log.info("worker %s is reached through the scheduler: %r", self.address, error)
            return False
        return True

    def release(self, run: DaskRun) -> None:
        """End the execution of a run that nobody wants, or that has been brought here."""
        if run.attempt.holder is not None:
            self._spawn(run.attempt.holder.id, self._end(run, run.attempt.holder))

    def _is_renewed(self, run: DaskRun) -> bool:
        holder = run.attempt.holder
        return run.attempt.wanted and holder is not None and holder.process == self.found.process

    def _take(self, executions: Mapping[str, Mapping[str, Any]]) -> None:
        for name, report in executions.items():
            execution = Execution(self.address, self.found.process, name)
            run = self._cluster.runs.get(report["attempt"])
            if run is not None and run.attempt.asks(execution, self._heard):
                if report["state"] == "asking":
                    self._spawn(name, self._allow(run, execution))
                read = reading(self.call, run, execution, PAUSE_S)
                try:
                    run.report(report, read, self._cluster.storage)
                except Exception:  # The others have to go on.
                    log.exception("what %s says of job %s can't be used", self.address, run.order.job)
            elif report["state"] != "gone":
                self._spawn(name, self._end(run, execution))
        for run in self._cluster.runs_at(self.address):
            holder = run.attempt.holder
            if holder is not None and holder.process == self.found.process and holder.id not in executions:
                run.lose("Its worker has ended it.")

    def _spawn(self, execution: str, call: Any) -> None:
        """Call about an execution, unless such a call is on its way."""
        if execution in self._busy:
            call.close()
            return
        self._busy.add(execution)
        task = self._cluster.background(call)
        task.add_done_callback(lambda _: self._busy.discard(execution))

    async def _allow(self, run: DaskRun, execution: Execution) -> None:
        try:
            await self.call(
                "allow",
                extra=len(run.payload) / BYTES_A_S,
                execution=execution.id,
                said=self._said,
                payload=run.payload,
                order=attrs.asdict(run.order),
                storage=self._cluster.storage,
            )
        except (OSError, TimeoutError) as error:
            log.info("job %s could not be given to %s: %r", run.order.job, self.address, error)

    async def _end(self, run: DaskRun | None, execution: Execution) -> None:
        """End an execution that nobody wants, or that has been brought here."""
        try:
            gone = await self.call("end", extra=CALL_S, process=execution.process, execution=execution.id)
        except (OSError, TimeoutError) as error:
            log.info("an execution on %s could not be ended: %r", self.address, error)
            return
        if gone is True and run is not None and run.holds(execution):
            run.lose("It was ended.")
