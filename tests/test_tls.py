"""Faults of TLS, over real connections to a server on this machine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import anyio
import pytest

from proteiniq import TransportError

from ._async import clients as asynchronous
from ._sync import clients as blocking
from .support import documented

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")

DAMAGED = b"\x17\x03\x03\x00\x20" + b"?" * 32
"""A TLS record that no key decrypts."""


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test"
    subprocess.run(
        [
            *command.split(),
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            path,
            "-out",
            path.with_suffix(".crt"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


class TlsServer:
    """Answers one request of each connection: the first with a damaged record, the others with a status."""

    def __init__(self, certificate: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
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
def server(certificate: Path) -> Iterator[TlsServer]:
    with closing(TlsServer(certificate)) as made:
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
    account: Callable[[str], str], server: TlsServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert account(server.url) == documented("get_account")["workspace"]["id"]
    assert server.requests == 2
