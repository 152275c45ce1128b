"""The sandbox's public interface: start, URL, keys, reset, stop.

The service doesn't document the largest upload or output, nor figures for `credits`, `url_lifetime` and `heartbeat`:
their defaults are our choice. Those of `max_concurrent_jobs` and `daily_limit` are from its examples.
"""

from __future__ import annotations

import contextlib
import logging
import math
import socket
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import attrs

from proteiniq import contract as _packaged

from . import _auth, _runners, tools as _tools
from ._app import App
from ._blobs import Blobs
from ._contract import Contract
from ._errors import SandboxError
from ._events import Changes
from ._faults import Faults, Faulty
from ._folder import Folder
from ._limits import JobReads, Quota, Windows
from ._recordings import Recordings
from ._runs import Runner
from ._server import TLS, Server, check_tls, listen, url_of
from ._service import Service
from ._signing import Signer
from ._store import Store
from ._supervisor import Supervisor
from .tools.base import Tool

log = logging.getLogger("proteiniq.sandbox")

WORKSPACE = "team_sandbox"
"""The workspace of the sandbox's own key."""

MAX_UPLOAD_BYTES = 1 << 30
"""The largest upload."""

MAX_CONCURRENT_JOBS = 3
"""How many jobs of a workspace may be active, as in the service's examples."""

MAX_OUTPUT_BYTES = 1 << 30
"""The most that a job may write, by default."""

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
    """A local service that implements ProteinIQ's HTTP contract, on loopback unless it is told otherwise.

        with Sandbox() as sandbox:
            client = ProteinIQ(sandbox.api_key, sandbox.url)

    `data` is the folder that keeps everything for the next start; None is a temporary one. `port` 0 picks a free port.
    `workers` is the number of jobs that run at the same time on this machine, `credits` the initial balance of a
    workspace.

    `rate_limit` is the number of requests per `rate_window` seconds and key, `job_read_interval` the time between
    status or result reads of one job, in seconds. Their defaults are the service's
    (https://proteiniq.io/docs/api, page "overview"). `url_lifetime` is the lifetime of a signed URL, in seconds.
    `max_concurrent_jobs` limits the active jobs of a workspace (3, or with `runner` twice what the cluster can run, if
    that is more), `daily_limit` those that it submits in one UTC day.
    `heartbeat` is the interval at which a silent event stream sends a comment, in seconds. `max_output_bytes` is the
    most that a job may write, with its log. `max_memory_bytes` is the most memory that it may use, with everything that
    it starts; None sets no limit, but a tool may have one of its own, and the smaller one counts. `max_tries` is how
    often it is started when the sandbox or its worker dies meanwhile; then it fails.

    `host` is an address of this machine. One that other machines reach must be allowed with `allow_remote`: whoever
    has a key can then run the tools, and without TLS the network can read the keys. `certificate` and `private_key`
    are PEM files for TLS; the key may be in the file of the certificate.

    `runner` runs the jobs on a Dask cluster instead: `dask://HOST:PORT` of its scheduler, or `tls://HOST:PORT` with the
    certificates of Dask's own configuration. Whoever reaches a scheduler can run any code on its workers. A job runs
    for `lease` seconds more when its worker doesn't hear from here, and a job of a lost worker runs again after that.
    `storage` is a shared folder, or any URL of fsspec, through which files come from the workers; without it they come
    through the connection.

    `recordings` is a folder that `proteiniq.testing.Recorder` has filled. Its tools are served beside the sandbox's
    own, and before one with the same id. A submission that equals a recorded one ends as that job did,
    `recorded_seconds` after it started; any other is refused with the first difference. `tools=()` serves nothing else.

    `esmfold` is the folder with the weights of ESMFold, as Transformers saves them. The tool `esmfold` is then served
    too, which needs the extra of that name. Each job loads the weights in its own process.

    `tools` lists the tools as `module:class`, `document` is the contract to serve, and `clock` returns the time in
    seconds since the epoch.

    Raises ValueError for an invalid argument, SandboxError for recordings that can't be read, and from `start` if the
    port, folder or certificate cannot be used.
    """

    def __init__(
        self,
        data: str | Path | None = None,
        *,
        port: int = 0,
        workers: int = 2,
        runner: str | None = None,
        storage: str | None = None,
        lease: float = 30.0,
        credits: int = 10_000,
        rate_limit: int = 120,
        rate_window: float = 60.0,
        job_read_interval: float = 5.0,
        url_lifetime: float = 900.0,
        max_concurrent_jobs: int | None = None,
        daily_limit: int = 100,
        heartbeat: float = 15.0,
        max_output_bytes: int = MAX_OUTPUT_BYTES,
        max_memory_bytes: int | None = None,
        max_tries: int = 3,
        tools: Iterable[str] = _tools.BUILT_IN,
        esmfold: str | Path | None = None,
        recordings: str | Path | None = None,
        recorded_seconds: float = 0.0,
        document: Mapping[str, Any] | None = None,
        host: str = "127.0.0.1",
        allow_remote: bool = False,
        certificate: str | Path | None = None,
        private_key: str | Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        _within("port", port, 0, 65_535)
        _within("workers", workers, 1, 1000)
        _within("credits", credits, 0, 2**53 - 1)
        for name, count in (
            ("rate_limit", rate_limit),
            ("max_concurrent_jobs", max_concurrent_jobs),
            ("daily_limit", daily_limit),
            ("max_output_bytes", max_output_bytes),
            ("max_memory_bytes", max_memory_bytes),
            ("max_tries", max_tries),
        ):
            if count is not None:
                _within(name, count, 1)
        for name, seconds in (
            ("rate_window", rate_window),
            ("url_lifetime", url_lifetime),
            ("heartbeat", heartbeat),
        ):
            _within(name, seconds, 0.001, _CENTURY_S)
        _within("job_read_interval", job_read_interval, 0, _CENTURY_S)
        _within("lease", lease, 1, _CENTURY_S)
        if runner is not None:
            _runners.scheduler_of(runner)
        if storage is not None and runner is None:
            raise ValueError("storage requires runner: without a cluster, files don't leave this machine")
        if storage == "":
            raise ValueError("storage must be a folder or a URL, got ''")
        _within("recorded_seconds", recorded_seconds, 0, _CENTURY_S)
        _flag("allow_remote", allow_remote)
        if private_key is not None and certificate is None:
            raise ValueError("private_key requires certificate")
        self._tls = None if certificate is None else TLS(certificate, private_key)
        if data is not None and not str(data):
            raise ValueError("data must be the path of a folder, got an empty string")
        self._data = None if data is None else Path(data).expanduser()
        self._port = port
        self._host = host
        self._allow_remote = allow_remote
        self._max_output_bytes = max_output_bytes
        self._max_memory_bytes = max_memory_bytes
        self._max_tries = max_tries
        self._workers = workers
        self._runner = runner
        self._storage = storage
        self._lease = lease
        self._credits = credits
        self._windows = Windows(rate_limit, rate_window)
        self._reads = JobReads(job_read_interval)
        self._max_concurrent_jobs = max_concurrent_jobs
        self._daily_limit = daily_limit
        self._url_lifetime = url_lifetime
        self._heartbeat = heartbeat
        self._tools = _available(tools, esmfold)
        self._recordings = None if recordings is None else Recordings(Path(recordings))
        self._recorded_seconds = recorded_seconds
        self._contract = Contract(_packaged.document() if document is None else document)
        self._published = _packaged.upstream() if document is None else document
        self._clock = clock
        self.faults = Faults()
        """Faults of the next requests, for tests; none until one is added."""
        self._parts: _Parts | None = None

    def start(self) -> Self:
        """Start serving. When this returns, the sandbox accepts requests.

        Raises SandboxError if the port, folder or certificate cannot be used.
        """
        if self._parts is not None:
            raise RuntimeError("the sandbox is already running")
        with contextlib.ExitStack() as stack:
            if self._tls is not None:
                check_tls(self._tls)
            listener = stack.enter_context(
                contextlib.closing(
                    listen(
                        self._host,
                        self._port,
                        allow_remote=self._allow_remote,
                        encrypted=self._tls is not None,
                    )
                )
            )
            folder = Folder(self._data)
            stack.callback(folder.release)
            try:
                self._serve(stack, listener, folder)
            except (OSError, sqlite3.Error) as error:
                raise SandboxError(f"cannot use the folder {folder.path}: {error}") from error
        return self

    def _serve(self, stack: contextlib.ExitStack, listener: socket.socket, folder: Folder) -> None:
        """Start all parts; `stack` stops those that have started, unless all have."""
        store = Store(folder.database)
        stack.callback(store.close)
        api_key = folder.api_key()
        store.add_workspace(WORKSPACE, self._credits, paid=True)
        store.add_key(_auth.key_id(api_key) or "", _auth.digest(api_key), WORKSPACE, _auth.SCOPES)
        blobs = Blobs(folder.blobs)
        blobs.sweep(store.referenced())
        changes = Changes()
        cluster = None
        if self._runner is not None:
            cluster = _runners.cluster(
                self._runner, folder.url_secret(), self._tools, self._lease, self._storage
            )
        runner = _runners.local(self._workers) if cluster is None else cluster
        # Also without a cluster: the last start may have had one.
        earlier = folder.lease(0.0 if cluster is None else self._lease)
        supervisor = Supervisor(
            store,
            blobs,
            runner,
            {tool_id: tool for tool_id, (_, tool) in self._tools.items()},
            folder.jobs,
            max_output_bytes=self._max_output_bytes,
            max_memory_bytes=self._max_memory_bytes,
            max_tries=self._max_tries,
            lease=earlier,
            changed=changes.publish,
            clock=self._clock,
            recordings=self._recordings,
            recorded_seconds=self._recorded_seconds,
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
            quota=Quota(self._active_jobs(cluster), self._daily_limit),
            heartbeat=self._heartbeat,
            clock=self._clock,
            recordings=self._recordings,
        )
        url = url_of(listener, self._tls)
        app = App(self._contract, service, url, MAX_UPLOAD_BYTES)
        server = Server(Faulty(app, self.faults), changes, self._tls)
        if cluster is not None:
            cluster.changed = supervisor.wake
            cluster.open()
            stack.callback(cluster.close)
        supervisor.start()
        stack.callback(supervisor.stop, folder.end_lease)
        server.start(listener)
        stack.callback(server.stop)
        self._parts = _Parts(stack.pop_all(), url, api_key, folder, service)
        log.info("serving %s from %s", url, folder.path)

    def _active_jobs(self, cluster: Runner | None) -> Callable[[], int]:
        """How many jobs of a workspace may be active. On a cluster as many again may wait as it runs."""
        most = self._max_concurrent_jobs
        if most is None and cluster is not None:
            return lambda: max(MAX_CONCURRENT_JOBS, 2 * cluster.slots)
        return lambda: MAX_CONCURRENT_JOBS if most is None else most

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
        """The base URL for a client on this machine: `http://127.0.0.1:PORT`, or `https://` with TLS."""
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
        _flag("paid", paid)
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
        """Delete jobs and files, reset credits and rate limits, and remove faults. Keys and workspaces stay."""
        self.faults.clear()
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


def _available(tools: Iterable[str], esmfold: str | Path | None) -> dict[str, tuple[str, Tool]]:
    """The tools that are served, by id. Raises ValueError if one can't be."""
    if esmfold is None:
        return _tools.available(tools)
    if not str(esmfold):
        raise ValueError("esmfold must be the path of a folder, got an empty string")
    folder = Path(esmfold).expanduser().absolute()
    references = tools if isinstance(tools, str) else [*tools, _tools.ESMFOLD]
    return _tools.available(references, {_tools.ESMFOLD: folder})


def _flag(name: str, value: object) -> None:
    """Raise ValueError unless the value is a boolean."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be True or False, got {value!r}")


def _within(name: str, value: float, least: float, most: float = math.inf) -> None:
    """Raise ValueError unless the value is in the range. NaN never is."""
    if not least <= value <= most:
        up_to = "" if most == math.inf else f" and at most {most:,}"
        raise ValueError(f"{name} must be at least {least:,}{up_to}, got {value}")
