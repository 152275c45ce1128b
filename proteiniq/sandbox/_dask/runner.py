"""The runner of a Dask cluster: what the supervisor asks of it, from its threads, goes to an event loop in another."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from .._errors import SandboxError
from .._runs import Order
from . import storage as _storage
from .capacity import Need
from .cluster import Cluster
from .run import DaskRun

log = logging.getLogger("proteiniq.sandbox")

START_S = 10.0
"""How long a start waits until the workers that are there are known, in seconds."""


class DaskRunner:
    """Runs each job as a task on a Dask cluster.

    `address` is that of the scheduler, with its protocol (`tcp://`, `tls://`). `name` is that of this sandbox, the
    same at each start. A job goes on for `lease_s` seconds without hearing from here, and a lost one runs again
    after that. `storage` is where files are handed over, as a URL of fsspec; None lets them come through the
    connection.
    """

    def __init__(
        self,
        address: str,
        name: str,
        tools: Mapping[str, Need],
        *,
        lease_s: float = 30.0,
        storage: str | None = None,
    ) -> None:
        self._address = address
        self._lease_s = lease_s
        self._storage = storage
        self._name = name
        # A copy of the data folder has the same name, and must not end what another one runs.
        server = f"{name}.{secrets.token_hex(4)}"
        self._arguments = (address, server, tools, lease_s, storage)
        self._cluster: Cluster | None = None
        self._loop = asyncio.new_event_loop()
        self._main: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._serve, name="proteiniq-dask", daemon=True)
        self._connected: Future[None] = Future()
        self.changed: Callable[[], None] = lambda: None
        """Called when the cluster can run other jobs than before."""

    @property
    def slots(self) -> int:
        return 0 if self._cluster is None else self._cluster.capacity.slots

    def unable(self, claimed: Collection[str]) -> frozenset[str]:
        return frozenset() if self._cluster is None else self._cluster.capacity.unable(claimed)

    def open(self) -> None:
        """Connect, and look at the workers that are there. Raises SandboxError if the scheduler can't be reached."""
        if self._storage is not None:
            try:
                _storage.prepare(self._storage, self._name)
            except Exception as error:  # of any file system
                self._loop.close()
                raise SandboxError(f"cannot use the storage {self._storage}: {error}") from error
        self._thread.start()
        try:
            self._connected.result()
            assert self._cluster is not None
            looked = asyncio.run_coroutine_threadsafe(self._cluster.looked.wait(), self._loop)
            try:
                looked.result(START_S)
            except TimeoutError:
                looked.cancel()
        except Exception as error:
            self._thread.join()
            raise SandboxError(
                f"cannot connect to the Dask scheduler {self._address}: {error}. Start it, or correct the address"
            ) from error
        except BaseException:  # such as Ctrl-C
            self.close()
            raise
        if self.slots == 0:
            log.warning("no Dask worker can be used yet: jobs wait until one can")

    def close(self) -> None:
        """Leave the cluster. Tasks that no worker has started are dropped."""
        with suppress(RuntimeError):  # The loop has ended by itself.
            self._loop.call_soon_threadsafe(self._leave)
        self._thread.join()

    def _leave(self) -> None:
        if self._cluster is None or self._main is None:
            self._loop.call_soon(self._leave)  # It has just begun.
        else:
            self._cluster.leave(self._main)

    def start(self, folder: Path, order: Order) -> DaskRun:
        cluster = self._cluster
        assert cluster is not None
        run = DaskRun(
            folder,
            order,
            self._lease_s,
            kill=lambda run: self._loop.call_soon_threadsafe(cluster.unwant, run),
            done=cluster.done,
        )
        self._loop.call_soon_threadsafe(cluster.add, run)
        return run

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner, suppress(asyncio.CancelledError):
            runner.run(self._run())

    async def _run(self) -> None:
        self._main = asyncio.current_task()
        try:
            cluster = self._cluster = Cluster(*self._arguments)
        except Exception as error:  # `open` waits for an outcome.
            self._connected.set_exception(error)
            return
        cluster.changed = lambda: self.changed()
        await cluster.serve(self._connected)
