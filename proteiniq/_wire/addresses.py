"""The addresses of a host: looked up, and tried one after the other, within the time that a connection may take.

The system gives a look-up a time limit of its own, often a minute, and each address of a host another one. So look-ups
run in a thread that nobody waits for longer than allowed, and an address that takes long has the next one tried beside
it ("Happy Eyeballs", RFC 8305).
"""

from __future__ import annotations

import errno
import ipaddress
import os
import selectors
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, zip_longest
from queue import Empty, SimpleQueue
from typing import Any

from .libraries import AsyncNetworkStream, ConnectError, ConnectTimeout

SocketAddress = tuple[int, tuple[Any, ...]]
"""A family, and what a socket connects to: host, port and more."""

STAGGER = 0.25
"""How long an address has to accept before the next one is tried beside it, in seconds (RFC 8305, 5)."""

_Selector: type[selectors.BaseSelector] = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""One that needs no file descriptor of its own, and takes sockets of any number where there is such a one."""

_UNDER_WAY = (0, errno.EINPROGRESS, errno.EALREADY, errno.EWOULDBLOCK, errno.EINTR)
"""What the system says of a connection that it has begun, or already made."""


class Budget:
    """A time limit for several steps, in seconds; None means no limit."""

    def __init__(self, timeout: float | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._end = None if timeout is None else monotonic() + timeout

    def left(self) -> float | None:
        return None if self._end is None else max(0.0, self._end - self._monotonic())


def look_up(host: str, port: int, budget: Budget) -> Sequence[SocketAddress]:
    """Return the addresses of a host, in the order in which to try them. Raises ConnectError, ConnectTimeout."""
    if (known := _literal(host, port)) is not None:
        return [known]
    found: SimpleQueue[Sequence[SocketAddress] | Exception] = SimpleQueue()

    def run() -> None:
        try:
            found.put(_resolved(host, port))
        except Exception as error:
            found.put(error)

    threading.Thread(target=run, name="proteiniq-look-up", daemon=True).start()
    try:
        result = found.get(timeout=budget.left())
    except Empty:
        raise ConnectTimeout(f"the name {host} was not resolved in time") from None
    if isinstance(result, Exception):
        raise ConnectError(str(result)) from result
    return result


async def look_up_async(host: str, port: int) -> Sequence[SocketAddress]:
    """Return the addresses of a host, in the order in which to try them. Can be cancelled. Raises ConnectError."""
    if (known := _literal(host, port)) is not None:
        return [known]
    from anyio.to_thread import run_sync

    try:
        return await run_sync(_resolved, host, port, abandon_on_cancel=True)
    except (OSError, ValueError) as error:
        raise ConnectError(str(error)) from error


def _literal(host: str, port: int) -> SocketAddress | None:
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return None
    return socket.AF_INET6 if version == 6 else socket.AF_INET, (host, port)


def _resolved(host: str, port: int) -> Sequence[SocketAddress]:
    """Look a name up. The families take turns, starting with the one that the system prefers (RFC 8305, 4)."""
    by_family: dict[int, list[SocketAddress]] = {}
    for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        by_family.setdefault(family, []).append((family, address))
    if not by_family:
        raise socket.gaierror(f"{host} has no address")
    return [each for each in chain(*zip_longest(*by_family.values())) if each is not None]


def connect(addresses: Sequence[SocketAddress], budget: Budget) -> socket.socket:
    """Return a socket that is connected to the first address that accepts. Raises ConnectError, ConnectTimeout."""
    waiting, begun = list(addresses), set[socket.socket]()
    refused: OSError | None = None
    with _Selector() as selector:
        try:
            while waiting or begun:
                if waiting:
                    try:
                        made = _begin(*waiting.pop(0))
                    except OSError as error:  # no such family, no route to it, or too many sockets
                        refused = error
                        continue
                    begun.add(made)
                    selector.register(made, selectors.EVENT_WRITE)
                left = budget.left()
                if left == 0.0:
                    raise ConnectTimeout("no address accepted a connection in time")
                pause = STAGGER if waiting else None
                for key, _ in selector.select(
                    min((each for each in (left, pause) if each is not None), default=None)
                ):
                    made = key.fileobj  # type: ignore[assignment]  # a socket is all that is registered
                    selector.unregister(made)
                    begun.remove(made)
                    number = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if not number:
                        return made
                    made.close()
                    refused = OSError(number, os.strerror(number))
        finally:
            for other in begun:
                other.close()
    raise ConnectError(str(refused)) from refused


def _begin(family: int, address: tuple[Any, ...]) -> socket.socket:
    """Return a socket that is connecting. Raises OSError if the system refuses at once, as without a route.

    Nothing else would show that: such a socket is ready to write, and has no error.
    """
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        number = made.connect_ex(address)
        if number not in _UNDER_WAY:
            raise OSError(number, os.strerror(number))
    except BaseException:
        made.close()
        raise
    return made


async def connect_async(
    addresses: Sequence[SocketAddress], begin: Callable[[str], Awaitable[AsyncNetworkStream]]
) -> AsyncNetworkStream:
    """Return what `begin` makes of the first address that accepts. Raises its error for the last one that doesn't."""
    from anyio import CancelScope, Event, create_task_group, move_on_after

    made: list[AsyncNetworkStream] = []
    refused: list[Exception] = []

    async def attempt(host: str, ended: Event) -> None:
        try:
            made.append(await begin(host))
        except Exception as error:
            refused.append(error)
        else:
            group.cancel_scope.cancel()
        ended.set()

    chosen: AsyncNetworkStream | None = None
    try:
        async with create_task_group() as group:
            for _, address in addresses:
                ended = Event()
                group.start_soon(attempt, address[0], ended)
                with move_on_after(STAGGER):
                    await ended.wait()
        chosen = made[0] if made else None
    finally:
        # Another address may have accepted at the same time; and none is wanted if this is cancelled.
        with CancelScope(shield=True):
            for each in made:
                if each is not chosen:
                    await each.aclose()
    if chosen is None:
        raise refused[-1]
    return chosen
