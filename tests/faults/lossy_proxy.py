"""A proxy between client and service that follows a script for each request. It forwards streams unbuffered."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import closing, suppress
from typing import Literal, Self
from urllib.parse import urlsplit

from .server import Piece, refuse

Fault = Literal["close", "lose the request", "lose the answer", "cut the answer", "429", "503"]

_REFUSALS: dict[str, list[Piece]] = {
    "429": refuse(429, "rate_limited", retry_after="3"),
    "503": refuse(503, "unavailable"),
}


class LossyProxy:
    """Hands requests on to the server at `url`; each takes the next fault of the plan, or none.

    `lines` are method and path of all requests that came.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 80)
        self.lines: list[str] = []
        self._plan: deque[Fault] = deque()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def plan(self, faults: Iterable[Fault]) -> None:
        """What the next requests meet, in the place of what was planned before."""
        with self._lock:
            self._plan = deque(faults)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._spawn(self._accept)
        return self

    def __exit__(self, *exc_info: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _spawn(self, target: object, *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._spawn(self._handle, self._listener.accept()[0])

    def _handle(self, client: socket.socket) -> None:
        with closing(client), suppress(OSError):
            request = _request(client)
            with self._lock:
                self.lines.append(request.partition(b"\r\n")[0].decode().rpartition(" ")[0])
                fault = self._plan.popleft() if self._plan and request else None
            if not request or fault in ("close", "lose the request"):
                return
            if fault in _REFUSALS:
                client.sendall(b"".join(piece for piece in _REFUSALS[fault] if isinstance(piece, bytes)))
                return
            with socket.create_connection(self._target) as service:
                service.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                if fault in ("lose the answer", "cut the answer"):
                    whole = b"".join(iter(lambda: service.recv(65536), b""))
                    client.sendall(b"" if fault == "lose the answer" else whole[:-9])
                else:
                    while part := service.recv(65536):
                        client.sendall(part)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return b""
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    while len(body) < length:
        more = connection.recv(65536)
        if not more:
            return b""
        received, body = received + more, body + more
    return received
