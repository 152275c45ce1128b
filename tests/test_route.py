"""The proxy and the certificates that an application chooses for its client."""

from __future__ import annotations

import base64
import functools
import logging
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import certifi
import httpx
import pytest

from proteiniq import AsyncProteinIQ, ConfigurationError, ProteinIQ, TransportError
from proteiniq._wire.connections import Pools
from proteiniq._wire.route import Proxy, Route, read_route

from .certificates import Certificates
from .faults.server import Server, refuse, reply
from .support import KEY, documented

PASSWORD = "hunter2hunter2"


def blocking(*arguments: Any, **options: Any) -> str:
    with ProteinIQ(*arguments, max_retries=0, **options) as client:
        return client.with_options(timeout=10.0).account.get().workspace.id


def awaited(*arguments: Any, **options: Any) -> str:
    async def account() -> str:
        async with AsyncProteinIQ(*arguments, max_retries=0, **options) as client:
            return (await client.with_options(timeout=10.0).account.get()).workspace.id

    return anyio.run(account)


both = pytest.mark.parametrize("account", [blocking, awaited])
Account = Callable[..., str]

# ---- proxies


@pytest.fixture
def proxy() -> Iterator[Server]:
    """A proxy that responds in the place of every service, and opens no tunnel."""
    with Server() as started:
        started.on("GET", "http://127.0.0.1:9/api/v1/account", reply(documented("get_account")))
        started.on("CONNECT", "service.test:443", refuse(403))
        yield started


@pytest.mark.case
@both
def test_a_request_goes_through_the_proxy_of_the_client(account: Account, proxy: Server) -> None:
    through = proxy.url.replace("://", "://user:w%C3%A4rd@")
    assert account(KEY, "http://127.0.0.1:9", proxy=through) == "team_123"
    sent = proxy.asked[0].headers["proxy-authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")) == "user:wärd".encode()


@both
def test_the_password_of_a_proxy_is_not_logged(
    account: Account, proxy: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    account(KEY, "http://127.0.0.1:9", proxy=proxy.url.replace("://", f"://user:{PASSWORD}@"))
    assert "httpcore" in {record.name.partition(".")[0] for record in caplog.records}
    for shown in (PASSWORD, base64.b64encode(f"user:{PASSWORD}".encode()).decode()):
        assert shown not in caplog.text
        assert not any(shown in repr(vars(record)) for record in caplog.records)


def test_a_forked_process_takes_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "http://environment.test:3128")
    child = Pools(route=Route("http://proxy.test:1")).leave_to_parent()
    assert child.proxy("https", "service.test", None) == "http://proxy.test:1"


@both
def test_an_encrypted_request_goes_through_a_tunnel_that_gets_nothing_else(
    account: Account, proxy: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(TransportError) as caught:
        account(KEY, "https://service.test", proxy=proxy.url, headers={"X-Team": PASSWORD})
    assert not caught.value.sent
    (tunnel,) = proxy.asked
    assert tunnel.route == "CONNECT service.test:443"
    assert "x-team" not in tunnel.headers
    assert "authorization" not in tunnel.headers


@pytest.mark.parametrize(
    ("chosen", "host", "taken"),
    [
        (None, "service.test", "http://environment.test:3128"),
        (None, "excepted.test", None),
        ("http://proxy.test:1", "service.test", "http://proxy.test:1"),
        ("http://proxy.test:1", "excepted.test", "http://proxy.test:1"),
        ("http://proxy.test:1", "127.0.0.1", None),
        ("http://[::1]:1", "127.0.0.1", "http://[::1]:1"),
        (False, "service.test", None),
    ],
)
def test_which_proxy_is_taken(
    chosen: Any, host: str, taken: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("all_proxy", "http://environment.test:3128")
    monkeypatch.setenv("no_proxy", "excepted.test")
    assert Pools(route=Route(chosen)).proxy("https", host, None) == taken


@pytest.mark.parametrize(
    ("proxy", "why"),
    [
        ("", "False for no proxy, or None for the environment's, got ''"),
        (" ", "got ' '"),
        (True, "got True"),
        ({"https": "http://proxy.test"}, "got dict"),
        ("proxy.test:3128", "must start with http://, https://, socks5:// or socks5h://"),
        (f"ftp://user:{PASSWORD}@proxy.test", "must start with http://"),
        (f"http://user:{PASSWORD}@", "must have a host"),
        (f"http://user:{PASSWORD}@proxy.test:0", "no port 0"),
        (f"http://user:{PASSWORD} @proxy.test", "no spaces"),
        (f"http://user:{PASSWORD}@proxy\n.test", "must have a host"),
        (f"http://user:{PASSWORD}@proxy.test:99999", "must have the form scheme://host:port"),
        (f"http://user:{PASSWORD}#@proxy.test:1", "must have the form scheme://host:port"),
        (f"http://user:1#{PASSWORD}@proxy.test:1", "must end with the port"),
        (f"http://proxy.test:1/{PASSWORD}", "must end with the port"),
        (f"http://proxy.test:1?{PASSWORD}", "must end with the port"),
    ],
)
def test_what_is_not_a_proxy(proxy: Any, why: str) -> None:
    found = read_route(proxy, None)
    assert isinstance(found, ConfigurationError)
    assert str(found).startswith("proxy must be a URL such as http://proxy.example:3128")
    assert why in str(found)
    assert PASSWORD not in str(found)


def test_a_socks_proxy_needs_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proteiniq._wire.route.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="socks5h:// needs `pip install socksio`"):
        ProteinIQ(KEY, proxy="socks5h://proxy.test")
    monkeypatch.setattr("proteiniq._wire.route.find_spec", lambda name: object())
    assert repr(ProteinIQ(KEY, proxy="socks5h://proxy.test")) == (
        "<ProteinIQ pq_live_tests_… at https://proteiniq.io>"
    )


def test_a_login_is_hidden_from_the_log_of_the_library_that_sends_it() -> None:
    auth = Proxy.parse(f"socks5://{PASSWORD}:{PASSWORD}@proxy.test").auth
    assert auth == (PASSWORD.encode(), PASSWORD.encode())
    assert PASSWORD not in f"auth={auth!r}"


@pytest.mark.parametrize("url", ["http://bücher.test:1", " HTTP://proxy.test/\n"])
def test_what_is_a_proxy(url: str) -> None:
    route = read_route(url, None)
    assert isinstance(route, Route)
    assert route.proxy == url.strip()


# ---- certificates


@pytest.fixture
def server(certificates: Certificates) -> Iterator[Server]:
    with Server(certificates.context) as started:
        started.on("GET", "/api/v1/account", reply(documented("get_account")))
        yield started


@pytest.mark.case
@pytest.mark.parametrize(
    ("account", "form"),
    [
        (blocking, "string"),
        (blocking, "path"),
        (blocking, "folder"),
        (blocking, "context"),
        (awaited, "string"),
    ],
)
def test_a_server_is_verified_with_the_certificates_of_the_client(
    account: Account, form: str, server: Server, certificates: Certificates, tmp_path: Path
) -> None:
    verify: Any = {
        "string": str(certificates.authority),
        "path": certificates.authority,
        "folder": certificates.hashed(tmp_path),
        "context": ssl.create_default_context(cafile=certificates.authority),
    }[form]
    assert account(KEY, server.url, verify=verify) == "team_123"


@pytest.mark.parametrize(
    ("account", "verify"), [(blocking, None), (blocking, certifi.where()), (awaited, True)]
)
def test_a_server_of_another_authority_is_refused(account: Account, verify: Any, server: Server) -> None:
    with pytest.raises(TransportError, match=r"certificate of 127\.0\.0\.1") as caught:
        account(KEY, server.url, verify=verify)
    assert not caught.value.sent
    assert server.asked == []


@pytest.fixture(params=[False, True], ids=["", "traced"])
def traced(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a tracer wraps the transports of httpx, so that requests go through one of those."""
    kinds = ((httpx.HTTPTransport, "handle_request"), (httpx.AsyncHTTPTransport, "handle_async_request"))
    for kind, method in kinds if request.param else ():
        monkeypatch.setattr(kind, method, wrapping(getattr(kind, method)))
    return bool(request.param)


def wrapping(original: Callable[..., Any]) -> Callable[..., Any]:
    return functools.wraps(original)(lambda *arguments: original(*arguments))


@both
def test_an_encrypted_proxy_is_verified_with_the_same_certificates(
    account: Account, server: Server, certificates: Certificates, traced: bool
) -> None:
    server.on("GET", "http://127.0.0.1:9/api/v1/account", reply(documented("get_account")))
    assert account(KEY, "http://127.0.0.1:9", proxy=server.url, verify=certificates.authority) == "team_123"
    assert account(KEY, server.url, proxy=False, verify=certificates.authority) == "team_123"


def test_a_traced_client_names_missing_certificates_of_the_environment(
    traced: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        blocking(KEY, "https://service.test")


def unverifying() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@pytest.mark.parametrize("verify", [False, unverifying()], ids=["False", "a context"])
def test_verification_cannot_be_switched_off(verify: Any) -> None:
    with pytest.raises(ConfigurationError, match="verify must not switch verification off, got"):
        ProteinIQ(KEY, verify=verify)


@pytest.mark.parametrize(
    ("verify", "got"),
    [(0, "0"), (b"ca.pem", "b'ca.pem'"), (certifi, "<module"), (["ca.pem"], r"\['ca.pem'\]")],
)
def test_what_is_not_a_place_of_certificates(verify: Any, got: str) -> None:
    with pytest.raises(ConfigurationError, match=f"path of a CA bundle or an ssl.SSLContext, got {got}"):
        ProteinIQ(KEY, verify=verify)


def test_a_context_for_servers_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="must be a context for clients"):
        ProteinIQ(KEY, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))


@pytest.mark.case
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "does not exist"),
        (b"", "is empty"),
        (b"not a certificate", "has no certificates in PEM format"),
    ],
)
def test_a_bundle_without_certificates_is_named(content: bytes | None, why: str, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"got '.*ca\.pem', which {why}"):
        ProteinIQ(KEY, verify=bundle)


def test_a_folder_without_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(Path(certifi.where()).read_bytes())
    with pytest.raises(
        ConfigurationError, match="which has no certificates under the names that `openssl rehash`"
    ):
        ProteinIQ(KEY, verify=tmp_path)


@pytest.mark.parametrize("verify", ["", " ", "a\0b"])
def test_an_invalid_path(verify: str) -> None:
    with pytest.raises(ConfigurationError, match="which does not exist"):
        ProteinIQ(KEY, verify=verify)


def test_a_bundle_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(cafile: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ssl, "create_default_context", refused)
    with pytest.raises(ConfigurationError, match=r"cacert\.pem', which can't be read: Permission denied"):
        ProteinIQ(KEY, verify=certifi.where())
