"""TCP connections of the sync client.

httpcore's own try the addresses of a host one after the other, each with the whole timeout, after a look-up with none.
"""

from __future__ import annotations

import selectors
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from .addresses import Budget, Selector, connect, look_up
from .libraries import (
    ConnectError,
    ConnectTimeout,
    NetworkBackend,
    NetworkStream,
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)


@contextmanager
def _as(late: type[Exception], failed: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise failed(str(error)) from error


class SocketBackend(NetworkBackend):
    """Connects to the first address of a host that accepts; `timeout` is for the look-up and all of them."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        budget = Budget(timeout)
        sock = connect(look_up(host, port, budget), budget)
        for option in ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1), *(socket_options or ())):
            sock.setsockopt(*option)
        return SocketStream(sock)


class SocketStream(NetworkStream):
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _as(ReadTimeout, ReadError):
            self._sock.settimeout(timeout)
            return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = memoryview(buffer)
        with _as(WriteTimeout, WriteError):
            self._sock.settimeout(timeout)
            while left:
                left = left[self._sock.send(left) :]

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        try:
            with _as(ConnectTimeout, ConnectError):
                self._sock.settimeout(timeout)
                return SocketStream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname))
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks for: the TLS object, and whether an idle connection was closed or got data."""
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        if info == "is_readable":
            return is_readable(self._sock)
        return None


def is_readable(sock: Any) -> bool:
    if sock.fileno() < 0:
        return True
    with Selector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        return bool(selector.select(0))
