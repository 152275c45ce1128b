"""The sandbox's public interface: start, URL, keys, reset, stop.

The service doesn't document the largest upload, nor figures for `credits`, `url_lifetime` and `heartbeat`: their
defaults are our choice. Those of `max_concurrent_jobs` and `daily_limit` are from its examples.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import math
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import attrs
import uvicorn

from proteiniq import contract as _packaged

from . import _auth, tools as _tools
from ._app import App
from ._blobs import Blobs
from ._contract import Contract
from ._errors import SandboxError
from ._events import Changes
from ._folder import Folder
from ._http import Protocol
from ._limits import JobReads, Quota, Windows
from ._runner import LocalRunner
from ._service import Service
from ._signing import Signer
from ._store import Store
from ._supervisor import Supervisor

log = logging.getLogger("proteiniq.sandbox")

WORKSPACE = "team_sandbox"
"""The workspace of the sandbox's own key."""

MAX_UPLOAD_BYTES = 1 << 30
"""The largest upload."""

_CENTURY_S = 100 * 365 * 86_400
"""The longest allowed time: a longer one gives an expiry that is not a valid date."""


@attrs.frozen
class _Parts:
    """The parts of a running sandbox. Closing `stack` stops it."""

    stack: contextlib.ExitStack
    url: str
    api_key: str
    folder: Folder
    service: Service


class Sandbox:
    """A local service that implements ProteinIQ's HTTP contract, on loopback.

        with Sandbox() as sandbox:
            client = ProteinIQ(sandbox.api_key, sandbox.url)

    `data` is the folder that keeps everything for the next start; None is a temporary one. `port` 0 picks a free port.
    `workers` is the number of jobs that run at the same time, `credits` the initial balance of a workspace.

    `rate_limit` is the number of requests per `rate_window` seconds and key, `job_read_interval` the time between
    status or result reads of one job, in seconds. Their defaults are the service's
    (https://proteiniq.io/docs/api, page "overview"). `url_lifetime` is the lifetime of a signed URL, in seconds.
    `max_concurrent_jobs` limits the active jobs of a workspace, `daily_limit` those that it submits in one UTC day.
    `heartbeat` is the interval at which a silent event stream sends a comment, in seconds.

    `tools` lists the tools as `module:class`, `document` is the contract to serve, and `clock` returns the time in
    seconds since the epoch.

    Raises ValueError for an invalid argument, and from `start` SandboxError if the port or folder cannot be used.
    """

    def __init__(
        self,
        data: str | Path | None = None,
        *,
        port: int = 0,
        workers: int = 2,
        credits: int = 10_000,
        rate_limit: int = 120,
        rate_window: float = 60.0,
        job_read_interval: float = 5.0,
        url_lifetime: float = 900.0,
        max_concurrent_jobs: int = 3,
        daily_limit: int = 100,
        heartbeat: float = 15.0,
        tools: Iterable[str] = _tools.BUILT_IN,
        document: Mapping[str, Any] | None = None,
        host: str = "127.0.0.1",
        clock: Callable[[], float] = time.time,
    ) -> None:
        _within("workers", workers, 1, 1000)
        _within("credits", credits, 0, 2**53 - 1)
        for name, count in (
            ("rate_limit", rate_limit),
            ("max_concurrent_jobs", max_concurrent_jobs),
            ("daily_limit", daily_limit),
        ):
            _within(name, count, 1)
        for name, seconds in (
            ("rate_window", rate_window),
            ("url_lifetime", url_lifetime),
            ("heartbeat", heartbeat),
        ):
            _within(name, seconds, 0.001, _CENTURY_S)
        _within("job_read_interval", job_read_interval, 0, _CENTURY_S)
        self._data = None if data is None else Path(data)
        self._port = port
        self._host = host
        self._workers = workers
        self._credits = credits
        self._windows = Windows(rate_limit, rate_window)
        self._reads = JobReads(job_read_interval)
        self._quota = Quota(max_concurrent_jobs, daily_limit)
        self._url_lifetime = url_lifetime
        self._heartbeat = heartbeat
        self._tools = _tools.available(tools)
        self._contract = Contract(_packaged.document() if document is None else document)
        self._published = _packaged.upstream() if document is None else document
        self._clock = clock
        self._parts: _Parts | None = None

    def start(self) -> Self:
        """Start serving. When this returns, the sandbox accepts requests.

        Raises SandboxError if the port or folder cannot be used.
        """
        if self._parts is not None:
            raise RuntimeError("the sandbox is already running")
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(contextlib.closing(_listen(self._host, self._port)))
            folder = Folder(self._data)
            stack.callback(folder.release)
            store = Store(folder.database)
            stack.callback(store.close)
            api_key = folder.api_key()
            store.add_workspace(WORKSPACE, self._credits, paid=True)
            store.add_key(_auth.key_id(api_key) or "", _auth.digest(api_key), WORKSPACE, _auth.SCOPES)
            blobs = Blobs(folder.blobs)
            blobs.sweep(store.referenced())
            folder.jobs.mkdir(exist_ok=True)
            changes = Changes()
            supervisor = Supervisor(
                store,
                blobs,
                LocalRunner(),
                {tool_id: tool for tool_id, (_, tool) in self._tools.items()},
                folder.jobs,
                workers=self._workers,
                changed=changes.publish,
                clock=self._clock,
            )
            service = Service(
                document=self._published,
                store=store,
                blobs=blobs,
                tools=self._tools,
                supervisor=supervisor,
                changes=changes,
                signer=Signer(folder.url_secret(), self._url_lifetime),
                windows=self._windows,
                reads=self._reads,
                quota=self._quota,
                heartbeat=self._heartbeat,
                clock=self._clock,
            )
            url = _url(listener)
            server = _Server(App(self._contract, service, url, MAX_UPLOAD_BYTES), changes)
            supervisor.start()
            stack.callback(supervisor.stop)
            server.start(listener)
            stack.callback(server.stop)
            self._parts = _Parts(stack.pop_all(), url, api_key, folder, service)
        log.info("serving %s from %s", url, folder.path)
        return self

    def stop(self) -> None:
        """End all streams, kill running jobs, and release the port and the folder.

        Jobs that have not ended run again at the next start with the same folder. Stopping twice is allowed.
        """
        if self._parts is not None:
            parts, self._parts = self._parts, None
            parts.stack.close()
            self._windows.clear()
            self._reads.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base URL for a client: `http://127.0.0.1:PORT`."""
        return self._running.url

    @property
    def api_key(self) -> str:
        """The key of the sandbox's own workspace, with every scope."""
        return self._running.api_key

    @property
    def data(self) -> Path:
        """The data folder."""
        return self._running.folder.path

    def create_key(
        self,
        scopes: Iterable[str] = _auth.SCOPES,
        workspace: str = WORKSPACE,
        *,
        paid: bool = True,
    ) -> str:
        """Create a key with these scopes. The workspace is created if it doesn't exist.

        `paid` says whether a workspace created here has a paid plan.
        """
        wanted = tuple(scopes)
        if unknown := set(wanted) - set(_auth.SCOPES):
            raise ValueError(f"unknown scope: {', '.join(sorted(unknown))}")
        key = _auth.new_key()
        store = self._running.service.store
        store.add_workspace(workspace, self._credits, paid=paid)
        store.add_key(_auth.key_id(key) or "", _auth.digest(key), workspace, wanted)
        return key

    def remove_workspace(self, workspace: str) -> None:
        """Remove a workspace but not its keys, which then get `team_not_found`."""
        self._running.service.store.remove_workspace(workspace)

    def reset(self) -> None:
        """Delete jobs and files, and reset credits and rate limits. Keys and workspaces stay."""
        service = self._running.service
        with service.blobs.lock:
            service.store.reset()
            service.blobs.sweep(())
        service.supervisor.kill_all()
        service.changes.publish_all()
        self._windows.clear()
        self._reads.clear()

    @property
    def _running(self) -> _Parts:
        if self._parts is None:
            raise RuntimeError("the sandbox is not running: use it as a context manager, or start() it")
        return self._parts


class _Server:
    """uvicorn on its own thread and event loop."""

    def __init__(self, app: App, changes: Changes) -> None:
        config = uvicorn.Config(
            app,
            http=Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
        )
        self._server = _Uvicorn(config, changes)
        self._changes = changes
        self._thread: threading.Thread | None = None

    def start(self, listener: socket.socket) -> None:
        self._thread = threading.Thread(
            target=self._run, args=(listener,), name="proteiniq-server", daemon=True
        )
        self._thread.start()
        self._server.ready.wait()
        if not self._server.started:
            raise SandboxError("the server did not start; see the log")

    def stop(self) -> None:
        self._changes.close()
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()

    def _run(self, listener: socket.socket) -> None:
        try:
            self._server.run([listener])
        finally:
            self._server.ready.set()


class _Uvicorn(uvicorn.Server):
    """Reports when it is ready, and on which loop it runs."""

    def __init__(self, config: uvicorn.Config, changes: Changes) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._changes = changes

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._changes.open(asyncio.get_running_loop())
        await super().startup(sockets)
        self.ready.set()


def _within(name: str, value: float, least: float, most: float = math.inf) -> None:
    """Raise ValueError unless the value is in the range. NaN never is."""
    if not least <= value <= most:
        up_to = "" if most == math.inf else f" and at most {most:,}"
        raise ValueError(f"{name} must be at least {least:,}{up_to}, got {value}")


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, so that a free port is known before anything runs."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        if not ipaddress.ip_address(address).is_loopback:
            raise ValueError
    except ValueError:
        raise SandboxError(
            f"the sandbox serves on loopback only: host must be a loopback address, got {host}"
        ) from None
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # asyncio disables Nagle's algorithm only if the protocol is given; otherwise responses are delayed by 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise SandboxError(f"cannot listen on {host}:{port}: {reason}") from error
    return listener


def _url(listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
