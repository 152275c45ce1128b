"""Something between client and service that loses answers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

Policy = Callable[[str, int], float]
"""From a request line, and how often it was seen before, to the part of the answer that is handed on: 1.0 is all."""


class LossyProxy:
    """Hands every request on to `target`, whole, and of the answers only what `policy` lets through."""

    def __init__(self, target: str, policy: Policy) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "", parts.port or 0)
        self._policy = policy
        self._seen: dict[str, int] = {}
        self._lock = threading.Lock()
        self.lines: list[str] = []

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self) -> None:
        handlers = []
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                break
            handlers.append(threading.Thread(target=self._handle, args=(connection,), daemon=True))
            handlers[-1].start()
        for handler in handlers:
            handler.join(10)

    def _handle(self, connection: socket.socket) -> None:
        with contextlib.closing(connection), contextlib.suppress(OSError):
            request = _read_request(connection)
            if not request:
                return
            line = request.split(b"\r\n", 1)[0].decode().rpartition(" ")[0]
            with self._lock:
                before = self._seen.get(line, 0)
                self._seen[line] = before + 1
                self.lines.append(line)
            with socket.create_connection(self._target) as service:
                service.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
                received = b"".join(iter(lambda: service.recv(65536), b""))
            connection.sendall(received[: int(len(received) * self._policy(line, before))])


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        data += chunk
    head = data.split(b"\r\n\r\n", 1)[0].lower()
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
    while len(data) < len(head) + 4 + length:
        data += connection.recv(65536)
    return data
