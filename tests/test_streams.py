"""The client's own TCP streams, blocking and on asyncio, over the loopback."""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from typing import Any

import anyio
import pytest

from proteiniq._wire import asyncio_streams, sockets
from proteiniq._wire.asyncio_streams import BUFFER, AsyncioBackend, is_running
from proteiniq._wire.libraries import (
    ConnectError,
    ConnectTimeout,
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)
from proteiniq._wire.network import AsyncBackend, Backend
from proteiniq._wire.sockets import SocketBackend

from .certificates import Certificates

pytestmark = pytest.mark.anyio

MUCH = bytes(1 << 23)


class Awaited:
    """A blocking stream with awaited methods, which run in a thread."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stream, "close" if name == "aclose" else name)
        if name == "get_extra_info":
            return found
        return lambda *arguments, **options: anyio.to_thread.run_sync(partial(found, *arguments, **options))


async def blocking(port: int) -> Any:
    made = Backend(SocketBackend()).connect_tcp("127.0.0.1", port, 20.0)
    return Awaited(made)


async def on_asyncio(port: int) -> Any:
    return await AsyncBackend(AsyncioBackend()).connect_tcp("127.0.0.1", port)


@pytest.fixture(params=[blocking, on_asyncio])
def begin(request: pytest.FixtureRequest) -> Callable[[int], Awaitable[Any]]:
    made: Callable[[int], Awaitable[Any]] = request.param
    return made


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as made:
        yield made


class Pair:
    """A stream and the socket at its other end."""

    def __init__(self, stream: Any, peer: socket.socket) -> None:
        self.stream = stream
        self.peer = peer

    async def __aenter__(self) -> Pair:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stream.aclose()
        self.peer.close()


async def write_much(stream: Any, timeout: float) -> None:
    """Write more than the systems of both ends take without a reader."""
    for _ in range(8):
        await stream.write(MUCH, timeout=timeout)


async def pair(begin: Callable[[int], Awaitable[Any]], listener: socket.socket) -> Pair:
    stream = await begin(listener.getsockname()[1])
    return Pair(stream, listener.accept()[0])


async def test_no_more_bytes_are_read_than_requested(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        found = both.stream._stream  # without the least size of a read
        stream = found if begin is on_asyncio else Awaited(found._stream)
        both.peer.sendall(b"abc")
        assert await stream.read(2, timeout=20.0) == b"ab"
        assert await stream.read(2, timeout=None) == b"c"
        both.peer.close()
        assert await stream.read(2, timeout=20.0) == b""


async def test_much_is_read_in_pieces(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        sender = threading.Thread(target=both.peer.sendall, args=(bytes(4 * BUFFER),))
        sender.start()
        size = 0
        while size < 4 * BUFFER:
            await anyio.sleep(0.001)  # so that the buffer gets full
            size += len(await both.stream.read(BUFFER, timeout=20.0))
        sender.join()
        assert size == 4 * BUFFER


async def test_silence_ends_a_read_and_not_the_connection(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        with pytest.raises(ReadTimeout):
            await both.stream.read(1, timeout=0.01)
        both.peer.sendall(b"a")
        assert await both.stream.read(1, timeout=20.0) == b"a"


async def test_what_comes_in_the_moment_of_the_timeout_is_read(listener: socket.socket) -> None:
    async with await pair(on_asyncio, listener) as both:
        loop = asyncio.get_running_loop()
        reading = asyncio.create_task(both.stream.read(1, timeout=0.0))
        await asyncio.sleep(0)
        receiving = both.stream._stream
        receiving.get_buffer(1)[:1] = b"a"
        loop.call_soon(receiving.buffer_updated, 1)
        assert await reading == b"a"


async def test_a_read_without_a_timeout_waits(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both, anyio.create_task_group() as group:
        group.start_soon(both.stream.read, 1)
        await anyio.sleep(0.001)
        both.peer.sendall(b"a")


async def test_a_reset_is_an_error_of_reading(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        both.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        both.peer.close()
        with pytest.raises(ReadError):
            await both.stream.read(1, timeout=20.0)


@pytest.mark.usefixtures("impatient")
async def test_a_write_that_nobody_reads_ends_with_its_timeout(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        with pytest.raises(WriteTimeout):
            await write_much(both.stream, 0.025)


async def test_a_write_waits_for_a_slow_reader(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        received = 0

        def read() -> None:
            nonlocal received
            while received < BUFFER:
                received += len(both.peer.recv(1 << 20))

        reader = threading.Thread(target=read)
        reader.start()
        await both.stream.write(bytes(BUFFER), timeout=20.0)
        await anyio.to_thread.run_sync(reader.join)
        assert received == BUFFER


async def test_a_connection_that_was_closed_is_an_error_of_writing(
    begin: Any, listener: socket.socket
) -> None:
    async with await pair(begin, listener) as both:
        both.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        both.peer.close()
        with pytest.raises(WriteError):
            await write_much(both.stream, 20.0)


async def test_a_connection_that_breaks_ends_a_write(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        both.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        threading.Timer(0.01, both.peer.close).start()
        with pytest.raises(WriteError):
            await write_much(both.stream, 20.0)


@pytest.mark.case
async def test_a_response_and_the_end_before_all_is_written(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:

        def respond_early() -> None:
            both.peer.recv(1)
            both.peer.sendall(b"too large")
            both.peer.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                while both.peer.recv(1 << 20):
                    pass

        peer = threading.Thread(target=respond_early)
        peer.start()
        with suppress(WriteError):
            await write_much(both.stream, 20.0)
        assert await both.stream.read(100, timeout=20.0) == b"too large"
        await both.stream.aclose()
        await anyio.to_thread.run_sync(peer.join)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write soon looks for a response."""
    monkeypatch.setattr(sockets, "STALL", 0.01)
    monkeypatch.setattr(asyncio_streams, "STALL", 0.01)


@pytest.mark.case
@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("is_encrypted", [False, True], ids=["plain", "TLS"])
async def test_a_response_of_a_peer_that_neither_reads_nor_closes(
    begin: Any, listener: socket.socket, certificates: Certificates, is_encrypted: bool
) -> None:
    peers: list[socket.socket] = []

    def respond(peer: socket.socket) -> None:
        if is_encrypted:
            peer = certificates.context.wrap_socket(peer, server_side=True)
        peers.append(peer)
        peer.sendall(b"too large")

    async with await pair(begin, listener) as both:
        peer = threading.Thread(target=respond, args=(both.peer,))
        peer.start()
        stream = both.stream
        if is_encrypted:
            context = ssl.create_default_context(cafile=certificates.authority)
            made = await stream.start_tls(context, "127.0.0.1", timeout=20.0)
            stream = made if begin is on_asyncio else Awaited(made)
        with pytest.raises(WriteError, match="responded before it had read the request"):
            await write_much(stream, 20.0)
        assert await stream.read(100, timeout=20.0) == b"too large"
        await anyio.to_thread.run_sync(peer.join)
        await stream.aclose()
        peers[0].close()


@pytest.mark.parametrize("system", ["poll", "select"])
async def test_an_idle_connection_tells_whether_it_can_be_used(
    system: str, begin: Any, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    if system == "select":
        monkeypatch.delattr(select, "poll", raising=False)
    async with await pair(begin, listener) as both:
        assert not both.stream.get_extra_info("is_readable")
        assert both.stream.get_extra_info("ssl_object") is None
        both.peer.close()
        assert await both.stream.read(1, timeout=20.0) == b""
        assert both.stream.get_extra_info("is_readable")
        await both.stream.aclose()
        assert both.stream.get_extra_info("is_readable")


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="the system has no such option")
async def test_the_system_keeps_little_that_it_has_not_sent(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        sock = both.stream.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == 1 << 17


async def test_a_tls_handshake_without_an_answer_ends_in_time(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        with pytest.raises(ConnectTimeout):
            await both.stream.start_tls(ssl.create_default_context(), "service.test", timeout=0.05)


async def test_a_tls_handshake_with_something_else(begin: Any, listener: socket.socket) -> None:
    async with await pair(begin, listener) as both:
        both.peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        with pytest.raises(ConnectError):
            await both.stream.start_tls(ssl.create_default_context(), "service.test", timeout=20.0)


async def test_many_writes_and_reads_over_tls(
    begin: Any, listener: socket.socket, certificates: Certificates
) -> None:
    pieces, size = 16, 1 << 16
    received = bytearray()

    def serve(raw: socket.socket) -> None:
        with certificates.context.wrap_socket(raw, server_side=True) as peer:
            while len(received) < pieces * size:
                received.extend(peer.recv(size))
            peer.sendall(received)

    async with await pair(begin, listener) as both:
        server = threading.Thread(target=serve, args=(both.peer,))
        server.start()
        context = ssl.create_default_context(cafile=certificates.authority)
        encrypted = await both.stream.start_tls(context, "127.0.0.1", timeout=20.0)
        encrypted = encrypted if begin is on_asyncio else Awaited(encrypted)
        assert encrypted.get_extra_info("ssl_object").version().startswith("TLS")
        for number in range(pieces):
            await encrypted.write(bytes([number]) * size, timeout=20.0)
        found = bytearray()
        while len(found) < pieces * size:
            found += await encrypted.read(size, timeout=20.0)
        await anyio.to_thread.run_sync(server.join)
        await encrypted.aclose()
    assert found == received == b"".join(bytes([number]) * size for number in range(pieces))


async def test_a_tls_handshake_that_is_cancelled_closes_the_connection(listener: socket.socket) -> None:
    async with await pair(on_asyncio, listener) as both:
        with anyio.move_on_after(0.01):
            await both.stream.start_tls(ssl.create_default_context(), "service.test")
        both.peer.settimeout(20.0)
        while await anyio.to_thread.run_sync(both.peer.recv, 65536):
            pass


async def test_an_address_that_refuses(begin: Any, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(ConnectError):
        await begin(port)


async def test_asyncio_is_told_from_other_loops() -> None:
    assert is_running()


def test_without_a_loop_there_is_no_task() -> None:
    assert not is_running()
