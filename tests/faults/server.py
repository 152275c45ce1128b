"""A server with scripted faults, byte for byte: raw sockets, and a thread for each connection.

    with Server() as server:
        server.on("GET", path, reply({...}), stream(event({...}), CUT))

Each request to a route gets the next of its answers, the last one again and again. An answer is a sequence of bytes to
send and of things to do in between, or a function of the request that gives one. It shares no code with the sandbox,
and knows no HTTP but what is written here.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Self

import attrs

from ..support import SPEED


@attrs.frozen
class Pause:
    """Send nothing for so many seconds of the tests' clocks."""

    seconds: float


class _Deed:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


HANG = _Deed("HANG")
"""Send nothing until the client goes or the server stops."""

CUT = _Deed("CUT")
"""Close the connection, as a process does that ends."""

RESET = _Deed("RESET")
"""Reset the connection, as a machine does that has forgotten it."""


@attrs.frozen
class Asked:
    """A request, as it came."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"


Piece = bytes | Pause | _Deed
Answer = Sequence[Piece] | Callable[[Asked], Sequence[Piece]]


# ---- answers


def reply(body: Any, status: int = 200, **headers: str) -> list[Piece]:
    """A complete JSON response. Names of headers are written with underscores."""
    return whole(json.dumps(body).encode(), status, **{"content_type": "application/json", **headers})


def refuse(status: int, code: str = "internal_error", **headers: str) -> list[Piece]:
    """The error envelope."""
    return reply({"error": {"code": code, "message": "No."}}, status, **headers)


def page(status: int = 200) -> list[Piece]:
    """What a front gives in the service's place: a page for people."""
    return whole(b"<!doctype html><title>Be right back</title>", status, content_type="text/html")


def whole(content: bytes, status: int = 200, **headers: str) -> list[Piece]:
    """A response with its length."""
    return [_head(status, content_length=str(len(content)), **headers), content]


def stream(*pieces: Piece, **headers: str) -> list[Piece]:
    """An event stream that ends when the connection does, after `pieces`."""
    shown = {"content_type": "text/event-stream", "connection": "close", **headers}
    return [_head(200, **shown), *pieces, CUT]


def chunked(*pieces: Piece, end: bool = True) -> list[Piece]:
    """An event stream in chunked encoding, each piece a chunk; without its `end` it is cut there."""
    framed = [b"%x\r\n%b\r\n" % (len(p), p) if isinstance(p, bytes) else p for p in pieces]
    last: list[Piece] = [b"0\r\n\r\n"] if end else []
    return [_head(200, content_type="text/event-stream", transfer_encoding="chunked"), *framed, *last, CUT]


def event(data: Any, *, name: str | None = None, id: str | None = None, newline: str = "\n") -> bytes:
    """An event; `data` is JSON unless it is text."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    lines = [f"event: {name}"] if name else []
    lines += [f"id: {id}"] if id else []
    return (newline.join([*lines, f"data: {text}", "", ""])).encode()


def _head(status: int, **headers: str) -> bytes:
    named = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    return f"HTTP/1.1 {status} Because\r\n{''.join(named)}\r\n".encode()


# ---- the server


class Server:
    """On a free port of the loopback; it keeps the port when it is stopped and started again. `tls` encrypts it."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.asked: list[Asked] = []
        self.connected = 0
        """How many connections there have been."""
        self._answers: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        self._port = 0
        self._listener: socket.socket | None = None
        self._running = threading.Event()
        self._connections: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self._port}"

    def on(self, method: str, path: str, *answers: Answer) -> None:
        """What requests to a route get, in order; the last one again and again."""
        with self._lock:
            self._answers[f"{method} {path}"] = list(answers)

    def count(self, method: str, path: str) -> int:
        """How many requests a route has had."""
        with self._lock:
            return sum(asked.route == f"{method} {path}" for asked in self.asked)

    def start(self) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        listener.listen()
        self._port = listener.getsockname()[1]
        self._listener = listener
        self._running.set()
        self._spawn(self._accept, listener)

    def stop(self) -> None:
        """Cut every connection; a new one is refused from now on."""
        self._running.clear()
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
        self._threads.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def _spawn(self, target: Callable[[socket.socket], None], connection: socket.socket) -> None:
        thread = threading.Thread(target=target, args=(connection,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self._lock:
                self._connections.add(connection)
                self.connected += 1
            self._spawn(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                plain, connection = connection, self._tls.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._connections ^= {plain, connection}
            while (asked := _read(connection)) is not None:
                if not self._perform(connection, self._next(asked)):
                    return
        except OSError:
            pass  # the client went first
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    def _next(self, asked: Asked) -> Sequence[Piece]:
        with self._lock:
            self.asked.append(asked)
            answers = self._answers.get(asked.route, [refuse(404, "not_found")])
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer(asked) if callable(answer) else answer

    def _perform(self, connection: socket.socket, pieces: Sequence[Piece]) -> bool:
        """Whether the connection can be used again."""
        for piece in pieces:
            if piece is CUT:
                return False
            if piece is RESET:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            if piece is HANG:
                self._hang(connection)
                return False
            if isinstance(piece, Pause):
                time.sleep(piece.seconds / SPEED)
            elif isinstance(piece, bytes):
                connection.sendall(piece)
        return True

    def _hang(self, connection: socket.socket) -> None:
        while self._running.is_set():
            if select.select([connection], [], [], 0.05)[0]:
                return  # a client that reads says nothing until it goes


def _read(connection: socket.socket) -> Asked | None:
    """The next request, or None."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return None
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, target, _ = first.split(" ")
    path, _, query = target.partition("?")
    return Asked(method, path, query, headers, body, time.monotonic() * SPEED)
