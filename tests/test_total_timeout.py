"""The total timeout of a request, on a clock of the test's own, over a network of the test's own."""

from __future__ import annotations

from typing import Any

import httpcore
import pytest

from proteiniq._wire.network import PIECE, READ, AsyncBackend, Backend
from proteiniq._wire.total_timeout import Deadline, current

REQUEST = httpcore.Request("GET", "http://service.test/")
SECONDS = {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": None}


class Network(httpcore.NetworkBackend, httpcore.NetworkStream):
    """Every step takes `step` seconds of the clock; the response drips in, one byte with each read."""

    def __init__(
        self, step: float, response: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"
    ) -> None:
        self.now = 0.0
        self.step = step
        self.asked: list[tuple[str, float | None]] = []
        self.sizes: list[int] = []
        self._response = [bytes([byte]) for byte in response]

    def monotonic(self) -> float:
        return self.now

    def _take(self, what: str, timeout: float | None) -> None:
        self.asked.append((what, timeout))
        self.now += self.step

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **kw: Any
    ) -> Network:
        self._take("connect", timeout)
        return self

    def start_tls(
        self, ssl_context: Any, server_hostname: Any = None, timeout: float | None = None
    ) -> Network:
        self._take("tls", timeout)
        return self

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.sizes.append(max_bytes)
        self._take("read", timeout)
        return self._response.pop(0)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._take("write", timeout)

    def close(self) -> None:
        pass

    def get_extra_info(self, info: str) -> Any:
        return False if info == "is_readable" else None


class AsyncNetwork(httpcore.AsyncNetworkBackend, httpcore.AsyncNetworkStream):
    """The same, awaited."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def connect_tcp(self, *args: Any, **kw: Any) -> AsyncNetwork:
        self._network.connect_tcp(*args, **kw)
        return self

    async def start_tls(self, *args: Any, **kw: Any) -> AsyncNetwork:
        self._network.start_tls(*args, **kw)
        return self

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._network.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._network.write(buffer, timeout)

    async def aclose(self) -> None:
        pass

    def get_extra_info(self, info: str) -> Any:
        return self._network.get_extra_info(info)


def get(network: Network, url: str = "http://service.test/", **deadline: Any) -> bytes:
    """The body of a response, by a request within `deadline`."""
    token = current.set(Deadline(monotonic=network.monotonic, **deadline))
    try:
        with httpcore.ConnectionPool(network_backend=Backend(network)) as pool:
            return pool.request("GET", url, extensions={"timeout": SECONDS}).content
    finally:
        current.reset(token)


async def get_awaited(network: Network, **deadline: Any) -> bytes:
    token = current.set(Deadline(monotonic=network.monotonic, **deadline))
    try:
        async with httpcore.AsyncConnectionPool(network_backend=AsyncBackend(AsyncNetwork(network))) as pool:
            response = await pool.request("GET", "http://service.test/", extensions={"timeout": SECONDS})
            return response.content
    finally:
        current.reset(token)


def test_a_response_in_time() -> None:
    assert get(Network(0.0), total=30.0) == b"ab"


def test_slow_headers_end_at_the_total_timeout() -> None:
    network = Network(1.0)
    with pytest.raises(httpcore.ReadTimeout):
        get(network, total=30.0)
    assert network.now == 30.0


@pytest.mark.anyio
async def test_slow_headers_end_at_the_total_timeout_async() -> None:
    network = Network(1.0)
    with pytest.raises(httpcore.ReadTimeout):
        await get_awaited(network, total=30.0)
    assert network.now == 30.0


@pytest.mark.anyio
async def test_an_async_response_in_time() -> None:
    assert await get_awaited(Network(0.0), total=30.0) == b"ab"


def test_each_step_has_no_more_than_is_left() -> None:
    network = Network(4.0)
    with pytest.raises(httpcore.ReadTimeout):
        get(network, total=15.0)
    assert network.asked == [("connect", 10.0), ("write", 10.0), ("read", 7.0), ("read", 3.0)]


def test_a_connection_and_its_tls_are_in_the_total_timeout() -> None:
    network = Network(4.0)
    with pytest.raises(httpcore.WriteTimeout):
        get(network, "https://service.test/", total=8.0)
    assert network.asked == [("connect", 8.0), ("tls", 4.0)]


def test_a_connection_that_takes_too_long_is_a_connect_timeout() -> None:
    with pytest.raises(httpcore.ConnectTimeout):
        get(Network(9.0), "https://service.test/", total=8.0)


def test_the_total_starts_with_the_first_step_and_ends_by_the_latest_time() -> None:
    network = Network(0.0)
    deadline = Deadline(10.0, 12.0, monotonic=network.monotonic)
    network.now = 5.0
    assert deadline.left() == 7.0
    unlimited = Deadline(10.0, monotonic=network.monotonic)
    network.now = 50.0
    assert unlimited.left() == 10.0


def test_a_request_without_a_deadline_has_the_timeouts_of_its_steps() -> None:
    network = Network(100.0)
    with httpcore.ConnectionPool(network_backend=Backend(network)) as pool:
        assert pool.request("GET", "http://service.test/", extensions={"timeout": SECONDS}).content == b"ab"
    assert {timeout for _, timeout in network.asked} == {10.0}


def test_the_deadline_of_one_request_is_not_that_of_the_next_on_its_connection() -> None:
    network = Network(1.0, 2 * b"HTTP/1.1 204 No Content\r\n\r\n")
    with httpcore.ConnectionPool(network_backend=Backend(network)) as pool:
        for _ in range(2):
            token = current.set(Deadline(40.0, monotonic=network.monotonic))
            assert pool.request("GET", "http://service.test/").status == 204
            current.reset(token)
    assert [what for what, _ in network.asked].count("connect") == 1


def test_large_chunks_are_read_at_once() -> None:
    network = Network(0.0)
    get(network, total=30.0)
    assert set(network.sizes) == {READ}


@pytest.mark.case
def test_a_slow_upload_continues_while_it_makes_progress() -> None:
    network = Network(9.0)
    stream = Backend(network).connect_tcp("service.test", 80)
    stream.write(bytes(4 * PIECE), timeout=10.0)
    assert network.asked[1:] == [("write", 10.0)] * 4


@pytest.mark.case
def test_a_slow_upload_ends_at_the_total_timeout() -> None:
    network = Network(9.0)
    token = current.set(Deadline(25.0, monotonic=network.monotonic))
    stream = Backend(network).connect_tcp("service.test", 80)
    with pytest.raises(httpcore.WriteTimeout):
        stream.write(bytes(4 * PIECE), timeout=10.0)
    current.reset(token)
    assert network.asked[1:] == [("write", 10.0), ("write", 7.0)]
