"""TCP connections of the sync client.

httpcore's own try the addresses of a host one after the other, each with the whole timeout, after a look-up with none.
"""

from __future__ import annotations

import select
import socket
import ssl
from typing import Any

from .addresses import Budget, connect, look_up
from .libraries import (
    ConnectTimeout,
    NetworkBackend,
    NetworkStream,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)

STALL = 1.0
"""How long a write waits before it looks whether there is a response already, in seconds.

A server may refuse an upload, with 413, without reading it to its end or closing the connection. After a WriteError,
httpcore reads the response.
"""

RESPONDED = "the server responded before it had read the request"


class SocketBackend(NetworkBackend):
    """Connects to the first address of a host that accepts; `timeout` is for the look-up and all of them."""

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> NetworkStream:
        budget = Budget(timeout)
        sock = connect(look_up(host, port, budget), budget)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return SocketStream(sock)


class SocketStream(NetworkStream):
    """A stream over a socket; errors of the system are passed on."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._ahead = b""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._ahead:
            data, self._ahead = self._ahead[:max_bytes], self._ahead[max_bytes:]
            return data
        self._sock.settimeout(timeout)
        try:
            return self._sock.recv(max_bytes)
        except TimeoutError:
            raise ReadTimeout from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left, waited = memoryview(buffer), 0.0
        while left:
            step = STALL if timeout is None else min(STALL, timeout - waited)
            self._sock.settimeout(step)
            try:
                left, waited = left[self._sock.send(left) :], 0.0
            except TimeoutError:
                waited += step
                if self._has_response():
                    raise WriteError(RESPONDED) from None
                if timeout is not None and waited >= timeout:
                    raise WriteTimeout from None

    def _has_response(self) -> bool:
        """Whether there is something to read, which is kept for `read`. With TLS, only reading shows that."""
        self._sock.settimeout(0.0)
        try:
            self._ahead = self._sock.recv(1 << 16)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        return True

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        try:
            self._sock.settimeout(timeout)
            return SocketStream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname))
        except BaseException as error:
            self.close()
            if isinstance(error, TimeoutError):
                raise ConnectTimeout("the TLS handshake did not end in time") from None
            raise

    def get_extra_info(self, info: str) -> Any:
        """Return the TLS object, whether an idle connection was closed or got data, or the socket."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return is_readable(self._sock) if info == "is_readable" else self._sock


def is_readable(sock: Any) -> bool:
    """Whether a socket was closed, or has something to read. This is asked often: of each idle connection."""
    number = sock.fileno()
    if number < 0:
        return True
    if not hasattr(select, "poll"):  # on Windows
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
