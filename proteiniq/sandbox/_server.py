"""The HTTP server: its socket, its certificate, and uvicorn on a thread of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import ssl
import threading
from pathlib import Path

import attrs
import uvicorn
from starlette.types import ASGIApp

from .._message_text import why
from ._errors import SandboxError
from ._events import Changes
from ._http import Protocol

log = logging.getLogger("proteiniq.sandbox")


@attrs.frozen
class TLS:
    """PEM files: a certificate, and its key unless that is in the same file."""

    certificate: str | Path
    private_key: str | Path | None


class Server:
    """uvicorn on its own thread and event loop."""

    def __init__(self, app: ASGIApp, changes: Changes, tls: TLS | None = None) -> None:
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
            ssl_certfile=tls.certificate if tls else None,
            ssl_keyfile=tls.private_key if tls else None,
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


def check_tls(tls: TLS) -> None:
    """Raise SandboxError, which names the files, unless they are a certificate and its key."""
    try:
        # A key with a password would ask for it on the terminal.
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            tls.certificate, tls.private_key, password=lambda: ""
        )
    except OSError as error:  # An SSLError is one.
        files = " and ".join(str(path) for path in (tls.certificate, tls.private_key) if path)
        raise SandboxError(
            f"cannot use {files} for TLS, which must be a certificate and its key in PEM: {why(error)}"
        ) from error


def listen(host: str, port: int, *, allow_remote: bool, encrypted: bool) -> socket.socket:
    """A bound socket, so that a free port is known before anything runs.

    Raises SandboxError for a host that other machines reach, unless that is allowed.
    """
    address = "127.0.0.1" if host == "localhost" else host
    try:
        is_loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback and not allow_remote:
        raise SandboxError(
            f"the sandbox serves on loopback only, unless it is told otherwise; got the host {host}. "
            "Add --allow-remote (allow_remote=True) to let other machines reach it"
        )
    if not is_loopback and not encrypted:
        log.warning(
            "other machines reach the sandbox at %s, and its keys are sent unencrypted: use a certificate",
            host,
        )
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, target = found[0]
        # asyncio disables Nagle's algorithm only if the protocol is given; otherwise responses are delayed by 40 ms.
        listener = socket.socket(family, kind, protocol)
    except (OSError, OverflowError, UnicodeError) as error:
        raise SandboxError(f"cannot listen on {host}:{port}: {why(error)}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(target)
    except (OSError, OverflowError) as error:
        listener.close()
        raise SandboxError(f"cannot listen on {host}:{port}: {why(error)}") from error
    return listener


def url_of(listener: socket.socket, tls: TLS | None) -> str:
    """The base URL of a socket, for a client on this machine."""
    address, port = listener.getsockname()[:2]
    # A socket for all addresses is reached on loopback.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    scheme = "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
