"""Name look-ups and hosts with several addresses: their time limit is that of the connection."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any

import anyio
import pytest

from proteiniq import AsyncProteinIQ, ProteinIQ, RequestTimeout, TransportError
from proteiniq._wire import addresses
from proteiniq._wire.addresses import Budget, SocketAddress, connect, connect_async, look_up, look_up_async
from proteiniq._wire.libraries import (
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)
from proteiniq._wire.network import AsyncAddresses

from .faults.server import Server, reply
from .support import KEY, documented

V4, V6 = socket.AF_INET, socket.AF_INET6


def known(monkeypatch: pytest.MonkeyPatch, *found: tuple[int, str], port: int = 1) -> None:
    """Look-ups find these addresses."""
    rows = [(family, socket.SOCK_STREAM, 6, "", (address, port)) for family, address in found]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Look-ups end only with the test."""
    over = threading.Event()

    def wait(*_: Any, **__: Any) -> None:
        assert over.wait(60)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    yield over
    over.set()


# ---- look-ups


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", V4), ("::1", V6), ("fe80::1%1", V6)])
def test_an_address_is_not_looked_up(host: str, family: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert look_up(host, 443, Budget(None)) == [(family, (host, 443))]
    assert anyio.run(look_up_async, host, 443) == [(family, (host, 443))]


def test_the_families_of_a_host_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, (V6, "::1"), (V6, "::2"), (V6, "::3"), (V4, "127.0.0.1"))
    found = [address[0] for _, address in look_up("service.test", 1, Budget(5.0))]
    assert found == ["::1", "127.0.0.1", "::2", "::3"]
    assert anyio.run(look_up_async, "service.test", 1) == look_up("service.test", 1, Budget(5.0))


@pytest.mark.parametrize("error", [socket.gaierror("not known"), UnicodeError("label too long")])
def test_a_look_up_that_fails(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(ConnectError, match=str(error)):
        look_up("service.test", 1, Budget(5.0))
    with pytest.raises(ConnectError, match=str(error)):
        anyio.run(look_up_async, "service.test", 1)


def test_a_host_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch)
    with pytest.raises(ConnectError, match=r"service\.test has no address"):
        look_up("service.test", 1, Budget(5.0))


@pytest.mark.case
@pytest.mark.usefixtures("stuck")
def test_a_look_up_is_within_the_time_of_the_request() -> None:
    with (
        ProteinIQ(KEY, "http://localhost:1", deadline=0.3) as client,
        pytest.raises(RequestTimeout, match="the name localhost was not resolved in time") as caught,
    ):
        client.account.get()
    assert not caught.value.sent


@pytest.mark.case
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_look_up_is_within_the_time_of_an_awaited_request(backend: str, stuck: threading.Event) -> None:
    async def ask() -> None:
        async with AsyncProteinIQ(KEY, "http://localhost:1", deadline=0.3) as client:
            await client.account.get()

    with pytest.raises(RequestTimeout, match="localhost was not resolved, or did not accept"):
        anyio.run(ask, backend=backend)
    assert not stuck.is_set()  # the loop did not wait for the thread


# ---- several addresses


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as made:
        yield made


@pytest.fixture
def silent() -> Iterator[SocketAddress]:
    """An address that neither accepts nor refuses: its queue is full."""
    with ExitStack() as held:
        full = held.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waiting = held.enter_context(socket.socket())
            waiting.setblocking(False)
            with suppress(BlockingIOError):
                waiting.connect(full.getsockname())
        yield V4, full.getsockname()


def refusing() -> SocketAddress:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return V4, bound.getsockname()


def address(listener: socket.socket) -> SocketAddress:
    return V4, listener.getsockname()


def test_an_address_that_refuses_is_followed_by_the_next(listener: socket.socket) -> None:
    with connect([refusing(), (-1, ("?", 1)), address(listener)], Budget(20.0)) as made:
        assert made.getpeername() == listener.getsockname()


@pytest.mark.case
def test_an_address_that_is_silent_has_the_next_one_beside_it(
    listener: socket.socket, silent: SocketAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "STAGGER", 0.01)
    with connect([silent, silent, address(listener)], Budget(None)) as made:
        assert made.getpeername() == listener.getsockname()


UNROUTED: SocketAddress = (V4, ("255.255.255.255", 1))
"""The system refuses to connect to it at once, as to an IPv6 address on a machine that has none."""

UNKNOWN_FAMILY: SocketAddress = (9999, ("127.0.0.1", 1))


@pytest.mark.case
@pytest.mark.parametrize("impossible", [UNROUTED, UNKNOWN_FAMILY])
def test_an_address_without_a_route_is_not_taken_for_a_connection(
    impossible: SocketAddress, listener: socket.socket
) -> None:
    with closing(connect([impossible, address(listener)], Budget(30.0))) as connected:
        assert connected.getpeername() == listener.getsockname()
    with pytest.raises(ConnectError):  # at once, not when the time is over
        connect([impossible], Budget(30.0))


def test_addresses_that_all_refuse() -> None:
    with pytest.raises(ConnectError, match="refused"):
        connect([refusing(), refusing()], Budget(20.0))


@pytest.mark.case
def test_all_addresses_have_the_time_of_one(silent: SocketAddress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "STAGGER", 0.0)
    with pytest.raises(ConnectTimeout, match="no address"):
        connect([silent, refusing()], Budget(0.02))


class Backend(AsyncNetworkBackend):
    """Hosts of these names do what they say."""

    def __init__(self) -> None:
        self.made: list[Stream] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> AsyncNetworkStream:
        if host == "silent":
            await anyio.sleep_forever()
        if host == "refusing":
            raise ConnectError("refused")
        if host == "late":  # to be cancelled, and there all the same
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
        self.made.append(Stream(host))
        return self.made[-1]


class Stream(AsyncNetworkStream):
    def __init__(self, host: str) -> None:
        self.host = host
        self.is_closed = False

    async def aclose(self) -> None:
        self.is_closed = True


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize(
    ("hosts", "chosen"),
    [
        (["accepting"], "accepting"),
        (["refusing", "accepting", "silent"], "accepting"),
        (["silent", "silent", "accepting"], "accepting"),
    ],
)
async def test_the_first_address_that_accepts_is_taken(
    hosts: list[str], chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "STAGGER", 0.01)
    backend = Backend()
    made: Any = await connect_async([(V4, (host, 1)) for host in hosts], backend.connect_tcp)
    assert (made.host, made.is_closed) == (chosen, False)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_second_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "STAGGER", 0.0)
    backend = Backend()
    made = await connect_async([(V4, (host, 1)) for host in ("late", "late")], backend.connect_tcp)
    assert [stream.is_closed for stream in backend.made if stream is not made] in ([], [True])
    assert not backend.made[0].is_closed


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_connection_that_comes_after_a_cancellation_is_closed() -> None:
    backend = Backend()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await connect_async([(V4, ("late", 1))], backend.connect_tcp)
    assert scope.cancelled_caught
    assert [stream.is_closed for stream in backend.made] == [True]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_awaited_addresses_that_all_refuse() -> None:
    with pytest.raises(ConnectError, match="refused"):
        await connect_async([(V4, ("refusing", 1))] * 2, Backend().connect_tcp)


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.case
async def test_all_awaited_addresses_have_the_time_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    known(monkeypatch, (V4, "silent"), (V4, "silent"))
    with pytest.raises(ConnectTimeout, match=r"service\.test was not resolved, or did not accept"):
        await AsyncAddresses(Backend()).connect_tcp("service.test", 1, 0.02)


@pytest.mark.parametrize("backend", ["sync", "asyncio", "trio"])
def test_a_host_whose_first_address_refuses(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(url: str) -> str:
        async with AsyncProteinIQ(KEY, url, max_retries=0) as client:
            return (await client.account.get()).workspace.id

    expected = documented("get_account")
    with Server() as server:
        server.on("GET", "/api/v1/account", reply(expected))
        port = int(server.url.rpartition(":")[2])
        known(monkeypatch, (V4, "127.0.0.2"), (V4, "127.0.0.1"), port=port)
        url = f"http://localhost:{port}"
        if backend == "sync":
            with ProteinIQ(KEY, url, max_retries=0) as client:
                found = client.account.get().workspace.id
        else:
            found = anyio.run(ask, url, backend=backend)
    assert found == expected["workspace"]["id"]


def test_a_host_that_cannot_be_reached_is_named() -> None:
    port = refusing()[1][1]
    with (
        ProteinIQ(KEY, f"http://127.0.0.1:{port}", max_retries=0) as client,
        pytest.raises(TransportError, match=f"check that 127.0.0.1:{port} is the right host"),
    ):
        client.account.get()
