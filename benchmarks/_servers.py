"""Servers for the benchmarks, each in its own process: the sandbox, and one that replays a single response."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import attrs


@attrs.frozen
class Server:
    url: str
    key: str


@contextmanager
def sandbox(*options: str) -> Iterator[Server]:
    """A sandbox without rate limits, in its own process."""
    command = [sys.executable, "-m", "proteiniq.sandbox", "--json", "--rate-limit", "1000000000"]
    process = subprocess.Popen(
        [*command, "--job-read-interval", "0", *options], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        printed = json.loads(process.stdout.readline())
        yield Server(printed["url"], printed["api_key"])
    finally:
        process.terminate()
        process.wait()


@contextmanager
def replay(response: bytes) -> Iterator[str]:
    """The URL of a server that immediately sends these bytes as the response to every request.

    Only the client is measured with it.
    """
    process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(response)
        process.stdin.close()
        yield process.stdout.readline().decode().strip()
    finally:
        process.terminate()
        process.wait()


def recorded(url: str, path: str, key: str) -> bytes:
    """The bytes of a server's response to a GET."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {key}\r\n"
        connection.sendall(f"{request}Connection: close\r\n\r\n".encode())
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    head, separator, body = response.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join(lines) + separator + body


class _Replay(asyncio.Protocol):
    def __init__(self, response: bytes) -> None:
        self._response = response
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        seen = self._seen + data
        *whole, self._seen = seen.split(b"\r\n\r\n")
        self._transport.write(self._response * len(whole))


async def _serve(response: bytes) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: _Replay(response), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.stdin.buffer.read()))
