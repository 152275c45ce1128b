"""The wire: the only module that imports httpx, and the only place where the key becomes a header.

Both worlds stand here side by side because they differ in nothing but `await`; everything above them is written
once, async, and made sync by `scripts/unasync.py`. No httpx type and no httpx exception leaves this module.
"""

from __future__ import annotations

import os
import ssl
import threading
import weakref
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from .._inputs.arguments import is_loopback
from .._policy.retry import Failure
from ..errors import ConfigurationError, InvalidInput
from .key import ApiKey
from .total_timeout import Span, Until, bind, much

if TYPE_CHECKING:
    import anyio

USER_AGENT = "proteiniq-python"
MOST_CONNECTIONS = 32
"""Connections of one client; what is more waits for one of them."""
MOST_STREAMS = 24
"""Event streams of one client: they hold their connections for as long as jobs take, and other requests need some."""
_CLOSED = "this client is closed: make another one"


@attrs.frozen(kw_only=True)
class Outgoing:
    """A request as it will be sent.

    `timeout` is for each phase of it, s, `read_timeout` another one for each chunk of the answer, `total_timeout` for
    all of it, to the last byte of the answer. `queue_timeout` is how long it may wait for a connection that other
    requests have, None for ever. Only with a `key` a header has it; `repeatable` says whether the body can be sent
    again from the start, and `idempotent` whether its headers make a second one harmless.
    """

    method: str
    url: str
    headers: Mapping[str, str] = attrs.field(factory=dict)
    params: Mapping[str, Any] | None = None
    json: Any = attrs.field(default=None, repr=False)
    content: Iterable[bytes] | AsyncIterable[bytes] | None = attrs.field(default=None, repr=False)
    timeout: float
    read_timeout: float | None = None
    total_timeout: float | None = None
    queue_timeout: float | None = None
    key: ApiKey | None = None
    repeatable: bool = True
    idempotent: bool = False


@attrs.frozen
class AsyncIncoming:
    """An answer whose body is read as it comes. The names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


@attrs.frozen
class Incoming:
    """An answer whose body is read as it comes. The names of its headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class WireFailure(Exception):
    """No complete answer came. `sent` says whether a part of the request may have reached the service."""

    def __init__(self, kind: Failure, text: str, *, sent: bool) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.sent = sent
        self.took = 0.0


class Places:
    """So many places, for which nobody waits. Safe for threads."""

    def __init__(self, number: int) -> None:
        self._free = threading.Semaphore(number)

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Whether there is a free one; it is held meanwhile."""
        has_one = self._free.acquire(blocking=False)
        try:
            yield has_one
        finally:
            if has_one:
                self._free.release()


class AsyncWire:
    """Sends requests, awaited, on the event loop of the first of them."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._loop: Any = None
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._turns: anyio.Semaphore | None = None
        self.streams = Places(MOST_STREAMS)
        self.is_closed = False

    @asynccontextmanager
    async def open(self, outgoing: Outgoing) -> AsyncIterator[AsyncIncoming]:
        """Send and hand over the answer once its headers are there.

        Raises WireFailure, and ConfigurationError on another event loop than before.
        """
        self._check_loop()
        failure: BaseException
        client, turns = self._opened()
        # httpcore's own queue takes time with the square of those who wait in it.
        await _turn(turns, outgoing.queue_timeout)
        try:
            try:
                response = await client.send(_built(client, outgoing), stream=True)
            except BaseException as error:
                failure = _without_frames(error, outgoing.key)
            else:
                chunks = _async_chunks(response)
                try:
                    # Without the key it is a file that is asked for.
                    large = response.extensions.get("network_stream") if outgoing.key is None else None
                    with much(large):
                        yield AsyncIncoming(
                            response.status_code, _read_headers(response, outgoing.key), chunks
                        )
                finally:
                    await _end(response, chunks)
                return
            raise failure
        finally:
            turns.release()

    def _check_loop(self) -> None:
        # Connections belong to the loop that made them: on another one they fail later and less clearly.
        from anyio.lowlevel import current_token  # the sync client needs none of it

        loop = current_token()
        if self._loop is None:
            self._loop = loop
        elif self._loop != loop:
            raise ConfigurationError(
                "this async client was used on another event loop before: make one client for each loop "
                "(for each asyncio.run) and close it there, or use the sync client"
            )

    def _opened(self) -> tuple[httpx.AsyncClient, anyio.Semaphore]:
        if self.is_closed:
            raise ConfigurationError(_CLOSED)
        if self._client is None:
            from anyio import Semaphore

            with _as_configuration_error():
                self._client = httpx.AsyncClient(transport=self._transport, **_options())
            _bind(self._client)
            self._turns = Semaphore(MOST_CONNECTIONS)
        assert self._turns is not None
        return self._client, self._turns

    async def close(self) -> None:
        if self._client is not None:
            self._check_loop()
        self.is_closed = True
        if self._client is not None:
            await self._client.aclose()


async def _turn(turns: anyio.Semaphore, timeout: float | None) -> None:
    """Wait until fewer requests are on the way than there are connections. Raises WireFailure."""
    from anyio import WouldBlock, move_on_after

    try:
        turns.acquire_nowait()
    except WouldBlock:
        pass
    else:
        return
    with move_on_after(timeout):
        await turns.acquire()
        return
    raise WireFailure("timeout", "no connection became free", sent=False)


class Wire:
    """Sends requests, blocking."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport
        self._client: httpx.Client | None = None
        self._client_of_parent: httpx.Client | None = None
        self._lock = threading.Lock()
        self.streams = Places(MOST_STREAMS)
        self.is_closed = False
        _wires.add(self)

    @contextmanager
    def open(self, outgoing: Outgoing) -> Iterator[Incoming]:
        """Send and hand over the answer once its headers are there. Raises WireFailure."""
        failure: BaseException
        try:
            client = self._opened()
            response = client.send(_built(client, outgoing), stream=True)
        except BaseException as error:
            failure = _without_frames(error, outgoing.key)
        else:
            try:
                yield Incoming(response.status_code, _read_headers(response, outgoing.key), _chunks(response))
            finally:
                response.close()
            return
        raise failure

    def _opened(self) -> httpx.Client:
        with self._lock:
            if self.is_closed:
                raise ConfigurationError(_CLOSED)
            if self._client is None:
                with _as_configuration_error():
                    self._client = httpx.Client(transport=self._transport, **_options())
                _bind(self._client)
            return self._client

    def close(self) -> None:
        with self._lock:
            self.is_closed = True
        if self._client is not None:
            self._client.close()

    def _leave_to_parent(self) -> None:
        """After a fork: on a connection that both processes read, one would take the answers of the other."""
        # Kept, not closed: closing takes locks that a thread of the parent may have held, and has no right to them.
        self._client_of_parent, self._client = self._client, None
        self._lock = threading.Lock()
        self.streams = Places(MOST_STREAMS)


_wires: weakref.WeakSet[Wire] = weakref.WeakSet()


def _after_fork() -> None:
    for wire in _wires:
        wire._leave_to_parent()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_after_fork)


def _options() -> dict[str, Any]:
    """What both kinds of httpx clients are made with: at the first request, since reading certificates takes long."""
    return {
        "timeout": None,
        # With fewer to keep, httpcore closes each one after its request while there are more of all than those.
        "limits": httpx.Limits(
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=MOST_CONNECTIONS,
            keepalive_expiry=30.0,
        ),
        "headers": {"User-Agent": USER_AGENT},
        "cookies": _NoCookies(),
    }


@contextmanager
def _as_configuration_error() -> Iterator[None]:
    try:
        yield
    except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
        why = str(error)
    else:
        return
    raise ConfigurationError(
        f"the connections can't be set up: {why}. Look at the environment's proxies (HTTPS_PROXY, NO_PROXY, …) and "
        "certificates (SSL_CERT_FILE, SSL_CERT_DIR)"
    )


class _NoCookies(CookieJar):
    """Keeps none: the key is all that a request shows of who sends it, to whatever host."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        pass

    def add_cookie_header(self, request: Any) -> None:
        pass


def _read_headers(response: httpx.Response, sent: ApiKey | None) -> Mapping[str, str]:
    # A look-up in httpx's own headers decodes all of them, each time.
    found: dict[str, str] = {}
    for name, value in response.headers.raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if sent is not None:
            text = sent.hide(text)
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


async def _async_chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.aiter_bytes():
            yield chunk
    except BaseException as error:
        failure = _without_frames(error)
    else:
        return
    raise failure


async def _end(response: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
    from anyio import CancelScope

    with CancelScope(shield=True):
        await response.aclose()
        # A body that was left in the middle is a row of suspended generators, httpx's and httpcore's. Asked again
        # they find the connection closed and end; left to the garbage collector they would each warn under trio.
        with suppress(Exception):
            async for _ in chunks:
                pass


def _chunks(response: httpx.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes()
    except BaseException as error:
        failure = _without_frames(error)
    else:
        return
    raise failure


def _built(client: httpx.AsyncClient | httpx.Client, outgoing: Outgoing) -> httpx.Request:
    try:
        return client.build_request(
            outgoing.method,
            outgoing.url,
            headers=_headers(outgoing),
            params=outgoing.params,
            json=outgoing.json,
            content=outgoing.content,
            timeout=_timeout(outgoing),
        )
    except (TypeError, ValueError, RecursionError) as error:
        why = str(error) or type(error).__name__
    raise InvalidInput(
        f"nothing was sent: the request can't be written as JSON, text or address: {why}. "
        "Give plain numbers (no NaN), text, lists and mappings"
    )


def _timeout(outgoing: Outgoing) -> httpx.Timeout:
    read = outgoing.read_timeout or outgoing.timeout
    if outgoing.total_timeout is None:
        return httpx.Timeout(outgoing.timeout, read=read, pool=outgoing.queue_timeout)
    span = Span(outgoing.total_timeout, outgoing.queue_timeout)
    return httpx.Timeout(Until(outgoing.timeout, span), read=Until(read, span), pool=outgoing.queue_timeout)


def _bind(client: httpx.AsyncClient | httpx.Client) -> None:
    """Have the client heed `total_timeout`, through the proxies of the environment too."""
    for transport in (client._transport, *client._mounts.values()):
        bind(getattr(transport, "_pool", None), asynchronous=isinstance(client, httpx.AsyncClient))
    if client._mounts:
        mounts: Any = {_Loopback(): None, **client._mounts}
        client._mounts = mounts


class _Loopback:
    """This machine, which is reached without the environment's proxies: they would get the key in the clear."""

    def matches(self, url: httpx.URL) -> bool:
        return is_loopback(url.host)


def _headers(outgoing: Outgoing) -> dict[str, str]:
    if outgoing.key is None:
        return dict(outgoing.headers)
    return {**outgoing.headers, "Authorization": outgoing.key.authorization()}


def _without_frames(error: BaseException, key: ApiKey | None = None) -> BaseException:
    """The error to raise instead, with nothing of httpx below it.

    Its frames have the `Authorization` header among their locals, and a traceback that shows locals would
    show it. That holds for an interrupt or a cancelled task as much as for a broken connection.
    """
    if isinstance(error, httpx.HTTPError):
        failure = _translate(error)
        if key is not None:
            failure.text = key.hide(failure.text)
            failure.args = (failure.text,)
        return failure
    if isinstance(error, httpx.InvalidURL):
        return WireFailure("protocol", f"the address can't be used: {error}", sent=False)
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _translate(error: httpx.HTTPError) -> WireFailure:
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return WireFailure("timeout", text, sent=False)
        case httpx.TimeoutException():
            return WireFailure("timeout", text, sent=True)
        case httpx.ConnectError():
            return WireFailure("tls" if _is_certificate(error) else "connect", text, sent=False)
        case httpx.ProxyError() | httpx.UnsupportedProtocol():
            return WireFailure("connect", text, sent=False)
        case httpx.WriteError():
            return WireFailure("write", text, sent=True)
        case httpx.ReadError() | httpx.CloseError():
            return WireFailure("read", text, sent=True)
        case _:
            return WireFailure("protocol", text, sent=True)


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
