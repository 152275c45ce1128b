"""Pools of connections: direct ones, and those through the proxies of the environment.

Proxies are what `urllib.request` finds in the environment and in the system's settings, with `NO_PROXY` heeded. This
machine is reached without any: the key would travel in the clear to the proxy. Certificates are those that
`SSL_CERT_FILE` or `SSL_CERT_DIR` name, else those of certifi; they are loaded with the first request that needs them,
since that takes long.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import unquote, urlsplit

import httpcore

from .._inputs.arguments import is_loopback
from .network import AsyncBackend, Backend
from .transport import MOST_CONNECTIONS

P = TypeVar("P")


class Pools(Generic[P]):
    """The pools of one client, each made when it is needed first. `backend` makes their network streams.

    Raises what the set-up of a proxy or of certificates raises: OSError, ValueError, RuntimeError without socksio.
    """

    def __init__(
        self,
        direct: Callable[..., P],
        http_proxy: Callable[..., P],
        socks_proxy: Callable[..., P],
        backend: object,
    ) -> None:
        self._direct = direct
        self._http_proxy = http_proxy
        self._socks_proxy = socks_proxy
        self._backend = backend
        self._by_origin: dict[tuple[str, str, int | None], P] = {}
        self._by_proxy: dict[tuple[str | None, bool], P] = {}

    def to(self, scheme: str, host: str, port: int | None) -> P:
        """The pool of the connections to an origin."""
        origin = (scheme, host, port)
        pool = self._by_origin.get(origin)
        if pool is None:
            if len(self._by_origin) > 256:  # signed URLs may be on many hosts
                self._by_origin.clear()
            pool = self._by_origin[origin] = self._pool(self.proxy(scheme, host, port), scheme == "https")
        return pool

    def proxy(self, scheme: str, host: str, port: int | None) -> str | None:
        """The URL of the proxy to an origin."""
        if is_loopback(host):
            return None
        from urllib.request import proxy_bypass

        proxy = self._proxies.get(scheme) or self._proxies.get("all")
        if not proxy or proxy_bypass(host if port is None else f"{host}:{port}"):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"

    @cached_property
    def _proxies(self) -> dict[str, str]:
        from urllib.request import getproxies

        return getproxies()

    def _pool(self, proxy: str | None, tls: bool) -> P:
        known = self._by_proxy.get((proxy, tls))
        if known is None:
            known = self._by_proxy[proxy, tls] = self._made(proxy, tls)
        return known

    def _made(self, proxy: str | None, tls: bool) -> P:
        options: dict[str, Any] = {
            "ssl_context": self._certificates if tls else None,
            # With fewer to keep, httpcore closes each one after its request while there are more of all than those.
            "max_connections": MOST_CONNECTIONS,
            "max_keepalive_connections": MOST_CONNECTIONS,
            "keepalive_expiry": 30.0,
            "network_backend": self._backend,
        }
        if proxy is None:
            return self._direct(**options)
        parts = urlsplit(proxy)
        if parts.scheme not in ("http", "https", "socks5", "socks5h") or not parts.hostname:
            raise ValueError("a proxy must be an http://, https://, socks5:// or socks5h:// URL")
        options["proxy_url"] = httpcore.URL(
            scheme=parts.scheme, host=parts.hostname, port=parts.port, target="/"
        )
        if parts.username or parts.password:
            options["proxy_auth"] = (unquote(parts.username or ""), unquote(parts.password or ""))
        if parts.scheme.startswith("socks"):
            return self._socks_proxy(**options)
        if parts.scheme == "https":
            options["proxy_ssl_context"] = self._certificates
        return self._http_proxy(**options)

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        return certificates()

    @property
    def made(self) -> list[P]:
        """The pools that there are."""
        return list(self._by_proxy.values())


def certificates() -> ssl.SSLContext:
    """What servers are verified with."""
    if file := os.environ.get("SSL_CERT_FILE"):
        return ssl.create_default_context(cafile=file)
    if folder := os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context(capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def pools() -> Pools[httpcore.ConnectionPool]:
    return Pools(
        httpcore.ConnectionPool, httpcore.HTTPProxy, httpcore.SOCKSProxy, Backend(httpcore.SyncBackend())
    )


def async_pools() -> Pools[httpcore.AsyncConnectionPool]:
    return Pools(
        httpcore.AsyncConnectionPool,
        httpcore.AsyncHTTPProxy,
        httpcore.AsyncSOCKSProxy,
        AsyncBackend(httpcore.AnyIOBackend()),
    )
