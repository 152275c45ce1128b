"""Which way a request takes: directly or through a proxy, with which certificates."""

from __future__ import annotations

import base64
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import certifi
import pytest

from proteiniq import ConfigurationError
from proteiniq._sync.wire import Wire
from proteiniq._wire.connections import Pools, certificates
from proteiniq._wire.encoding import address
from proteiniq._wire.exchange import Outgoing
from proteiniq._wire.failures import WireFailure
from proteiniq._wire.route import ENVIRONMENT, Route

ELSEWHERE = "http://service.test/x"


def proxy(url: str = ELSEWHERE, route: Route = ENVIRONMENT) -> str | None:
    scheme, _, rest = url.partition("://")
    return Pools(route=route).proxy(scheme, rest.partition("/")[0], None)


def test_without_a_proxy_connections_are_direct() -> None:
    assert proxy() is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("http_proxy", "http://proxy.test:3128"),
        ("HTTP_PROXY", "http://proxy.test:3128"),
        ("all_proxy", "http://proxy.test:3128"),
        ("https_proxy", None),
    ],
)
def test_the_proxy_of_a_scheme(name: str, found: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "proxy.test:3128")
    assert proxy() == found


def test_a_service_over_plain_http_is_reached_without_a_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.test:3128")
    assert proxy("http://sandbox/", ENVIRONMENT.to("http://sandbox:8080")) is None
    assert proxy("http://storage/", ENVIRONMENT.to("http://sandbox:8080")) is not None
    assert proxy("https://service.test/", ENVIRONMENT.to("https://service.test")) is not None
    assert (
        proxy("http://sandbox/", Route("http://chosen.test:1").to("http://sandbox")) == "http://chosen.test:1"
    )


@pytest.mark.parametrize(
    ("exceptions", "host", "is_direct"),
    [
        ("service.test", "service.test", True),
        ("test", "service.test", True),
        (".test", "service.test", True),
        ("other.test, service.test", "service.test", True),
        ("*", "service.test", True),
        ("vice.test", "service.test", False),
        ("other.test", "service.test", False),
        ("", "localhost", True),
        ("", "127.1.2.3", True),
    ],
)
def test_hosts_without_a_proxy(
    exceptions: str, host: str, is_direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.test:3128")
    monkeypatch.setenv("no_proxy", exceptions)
    assert (proxy(f"https://{host}/") is None) is is_direct


def test_without_exceptions_in_the_environment_those_of_the_system_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("all_proxy", "http://proxy.test:3128")
    monkeypatch.setattr("urllib.request.proxy_bypass", lambda host: host == "service.test")
    assert proxy("https://service.test/") is None
    assert proxy("https://other.test/") == "http://proxy.test:3128"


def test_the_proxies_of_the_environment_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    pools = Pools()
    assert pools.proxy("http", "one.test", None) == "http://proxy.test:3128"
    monkeypatch.delenv("http_proxy")
    assert pools.proxy("http", "two.test", None) == "http://proxy.test:3128"


def test_any_number_of_hosts_share_the_connections_and_are_not_all_remembered() -> None:
    pools = Pools()
    made = {id(pools.to(address(f"http://host{number}.test/"))) for number in range(600)}
    assert len(made) == len(pools.close()) == 1
    assert len(pools._by_origin) < 300


class Proxy:
    """Answers the first request that comes, and keeps it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.received = b""
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with closing(connection):
            while b"\r\n\r\n" not in self.received:
                self.received += connection.recv(65536)
            status = b"403 No" if self.received.startswith(b"CONNECT") else b"204 No Content"
            connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    def close(self) -> None:
        self._thread.join(10)
        self._listener.close()


@pytest.fixture
def a_proxy() -> Iterator[Proxy]:
    with closing(Proxy()) as made:
        yield made


def sent(url: str) -> int:
    wire = Wire()
    with closing(wire), wire.open(Outgoing(method="GET", url=url, timeout=10.0)) as incoming:
        return incoming.status


def test_a_plain_request_is_sent_to_the_proxy_with_its_password(
    a_proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://user:w%40rd@{a_proxy.address}")
    assert sent(ELSEWHERE) == 204
    assert a_proxy.received.startswith(b"GET http://service.test/x HTTP/1.1\r\n")
    assert base64.b64encode(b"user:w@rd") in a_proxy.received


def test_an_encrypted_request_opens_a_tunnel_through_the_proxy(
    a_proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", f"http://{a_proxy.address}")
    with pytest.raises(WireFailure) as caught:
        sent("https://service.test/x")
    assert (caught.value.kind, caught.value.sent, caught.value.by_proxy) == ("proxy", False, True)
    assert a_proxy.received.startswith(b"CONNECT service.test:443 HTTP/1.1\r\n")


@pytest.mark.case
def test_a_host_name_that_cannot_be_resolved_is_a_failed_connection() -> None:
    with pytest.raises(WireFailure) as caught:
        sent(f"http://{'a' * 64}.test/x")
    assert (caught.value.kind, caught.value.sent) == ("connect", False)


def test_a_socks_proxy_without_the_library_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://proxy.test:1080")
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(ConfigurationError, match="socksio"):
        sent(ELSEWHERE)


@pytest.mark.parametrize("url", ["ftp://proxy.test", "http://", "http://[::1"])
def test_an_invalid_proxy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", url)
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY"):
        sent(ELSEWHERE)


def test_certificates_that_are_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        sent("https://service.test/x")


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", None])
def test_servers_are_verified(name: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(each, raising=False)
    if name is not None:
        monkeypatch.setenv(name, certifi.where())
    context = certificates()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.get_ca_certs()


def test_a_folder_of_certificates(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert certificates().get_ca_certs() == []
