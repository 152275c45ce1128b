"""Faults of TLS, over real connections to a server on this machine."""

from __future__ import annotations

import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import anyio
import pytest

from proteiniq import TransportError

from ._async import clients as asynchronous
from ._sync import clients as blocking
from .certificates import Certificates
from .support import documented

DAMAGED = b"\x17\x03\x03\x00\x20" + b"?" * 32
"""A TLS record that no key decrypts."""


class TlsServer:
    """Answers one request of each connection: the first with a damaged record, the others with a status."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = self.requests = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):  # of the listener that was closed
            while True:
                raw, _ = self._listener.accept()
                self.connections += 1
                with closing(raw), suppress(OSError):
                    self._answer(raw)

    def _answer(self, raw: socket.socket) -> None:
        with self._context.wrap_socket(raw, server_side=True) as encrypted:
            if not encrypted.recv(65536):
                return
            self.requests += 1
            if self.requests == 1:
                with socket.socket(fileno=os.dup(encrypted.fileno())) as below:
                    below.sendall(DAMAGED)
                return
            body = json.dumps(documented("get_account")).encode()
            encrypted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@pytest.fixture
def server(certificates: Certificates) -> Iterator[TlsServer]:
    with closing(TlsServer(certificates.context)) as made:
        yield made


def blocking_account(url: str) -> str:
    with blocking.reach(url) as client:
        return client.account.get().workspace.id


def awaited_account(url: str) -> str:
    async def get() -> str:
        async with asynchronous.reach(url) as client:
            return (await client.account.get()).workspace.id

    return anyio.run(get)


each_client = pytest.mark.parametrize("account", [blocking_account, awaited_account], ids=["sync", "async"])


@each_client
def test_a_certificate_that_is_not_trusted_is_refused_at_once(
    account: Callable[[str], str], server: TlsServer
) -> None:
    with pytest.raises(TransportError, match=r"certificate of 127\.0\.0\.1:\d+ was refused") as caught:
        account(server.url)
    assert (caught.value.retryable, caught.value.sent, caught.value.attempts) == (False, False, 1)
    assert (server.connections, server.requests) == (1, 0)


@pytest.mark.case
@each_client
def test_a_damaged_record_is_a_broken_connection(
    account: Callable[[str], str],
    server: TlsServer,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.authority))
    assert account(server.url) == documented("get_account")["workspace"]["id"]
    assert server.requests == 2
