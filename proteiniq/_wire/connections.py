"""Pools of connections: direct ones, and those through a proxy.

A `Route` says which proxy and which certificates, or leaves them to the environment. Its proxies are what
`urllib.request` finds there and in the system's settings, with `NO_PROXY` heeded. This machine is reached without any,
except through a proxy on it: the key would travel in the clear to the proxy. Certificates are those that
`SSL_CERT_FILE` or `SSL_CERT_DIR` name, else those of certifi; they are loaded with the first request that needs them,
since that takes long.
"""

from __future__ import annotations

import os
import ssl
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

from .._forks import Lock
from .._inputs.arguments import is_loopback
from ..errors import ConfigurationError
from .no_proxy import bypasses
from .route import ENVIRONMENT, Proxy, Route
from .turns import MOST_CONNECTIONS

if TYPE_CHECKING:
    from .encoding import Address


class _Pools(ABC):
    """The pools of one client, each made when it is needed first. `given` is a transport for all requests.

    Safe for threads. Raises ConfigurationError if the client is closed, or a proxy or the certificates can't be set up.
    """

    _transport: tuple[str, str]
    """The transport of httpx that mocks replace a method of, and the method."""

    def __init__(self, given: Any = None, route: Route = ENVIRONMENT) -> None:
        self._given = given
        self._route = route
        self._lock = Lock()
        self._by_origin: dict[tuple[str, str, int | None], Any] = {}
        self._by_proxy: dict[tuple[str | None, bool], Any] = {}
        self._transports: dict[str | None, Any] = {}
        self._proxies: dict[str, str] | None = None
        self._certificates = route.certificates
        self._of_parent: object = None
        self.is_closed = False

    def to(self, address: Address) -> Any:
        """Return the pool of the connections to an origin."""
        origin = (address.scheme, address.host, address.port)
        with self._lock.held:
            self.check_open()
            pool = self._by_origin.get(origin)
            if pool is None:
                if len(self._by_origin) > 256:  # signed URLs may be on many hosts
                    self._by_origin.clear()
                try:
                    pool = self._pool(self.proxy(*origin), address.scheme == "https")
                except (ImportError, OSError, RuntimeError, ValueError) as error:
                    raise _cant_connect(error) from None
                self._by_origin[origin] = pool
            return pool

    def transport(self, address: Address) -> Any:
        """Return the transport of httpx that a request has to go through, None if it goes through a pool."""
        from .libraries import httpx_transport, is_replaced

        if self._given is not None or not is_replaced(*self._transport):
            self.check_open()
            return self._given
        with self._lock.held:
            self.check_open()
            proxy = self.proxy(address.scheme, address.host, address.port)
            if proxy not in self._transports:
                try:
                    made = httpx_transport(self._transport[0], proxy, self._verified_with())
                except (ImportError, OSError, RuntimeError, ValueError) as error:
                    raise _cant_connect(error) from None
                self._transports[proxy] = made
            return self._transports[proxy]

    def close(self) -> list[Any]:
        """Return what has to be closed; no more is made."""
        with self._lock.held:
            self.is_closed = True
            given = [] if self._given is None else [self._given]
            return [*self._by_proxy.values(), *self._transports.values(), *given]

    def leave_to_parent(self) -> Self:
        """Return the pools of a forked process, which has no connection yet."""
        made = type(self)(self._given, self._route)
        # Kept, not closed: closing takes locks that a thread of the parent may have held, and has no right to them.
        made._of_parent, made.is_closed = self, self.is_closed
        return made

    def check_open(self) -> None:
        """Raise ConfigurationError if the client is closed."""
        if self.is_closed:
            raise ConfigurationError("this client is closed: make another one")

    def proxy(self, scheme: str, host: str, port: int | None) -> str | None:
        """Return the URL of the proxy to an origin."""
        if self._route.proxy is False or (is_loopback(host) and not self._route.proxy_is_local):
            return None
        if self._route.proxy is not None:
            return self._route.proxy
        if host == self._route.direct:
            return None
        from urllib.request import getproxies, proxy_bypass

        if self._proxies is None:
            self._proxies = getproxies()
        proxy = self._proxies.get(scheme) or self._proxies.get("all")
        if not proxy:
            return None
        no_proxy = self._proxies.get("no")
        if no_proxy is not None:
            if bypasses(no_proxy, host, port or (443 if scheme == "https" else 80)):
                return None
        elif proxy_bypass(host if port is None else f"{host}:{port}"):  # the system's settings
            return None
        return proxy if "://" in proxy else f"http://{proxy}"

    def _pool(self, proxy: str | None, tls: bool) -> Any:
        known = self._by_proxy.get((proxy, tls))
        if known is None:
            known = self._by_proxy[proxy, tls] = self._made(proxy, tls)
        return known

    def _made(self, proxy: str | None, tls: bool) -> Any:
        direct, http_proxy, socks_proxy = self._classes()
        parsed = None if proxy is None else Proxy.parse(proxy)
        options: dict[str, Any] = {
            "ssl_context": self._verified_with() if tls else None,
            # With fewer to keep, httpcore closes each one after its request while there are more of all than those.
            "max_connections": MOST_CONNECTIONS,
            "max_keepalive_connections": MOST_CONNECTIONS,
            "keepalive_expiry": 30.0,
            "network_backend": self._backend(tls_in_tls=parsed is not None and parsed.scheme == "https"),
        }
        if parsed is None:
            return direct(**options)
        from .libraries import URL

        options["proxy_url"] = URL(scheme=parsed.scheme, host=parsed.host, port=parsed.port, target="/")
        options["proxy_auth"] = parsed.auth
        if parsed.scheme.startswith("socks"):
            return socks_proxy(**options)
        if parsed.scheme == "https":
            options["proxy_ssl_context"] = self._verified_with()
        return http_proxy(**options)

    def _verified_with(self) -> ssl.SSLContext:
        if self._certificates is None:
            self._certificates = certificates()
        return self._certificates

    @abstractmethod
    def _classes(self) -> tuple[Any, Any, Any]:
        """Return the classes of pools: direct, through an HTTP proxy and through a SOCKS proxy."""

    @abstractmethod
    def _backend(self, *, tls_in_tls: bool) -> Any:
        """Return what makes the connections; `tls_in_tls` if some are to https:// through a proxy with TLS."""


class Pools(_Pools):
    """Pools of the sync client."""

    _transport = ("HTTPTransport", "handle_request")

    def _classes(self) -> tuple[Any, Any, Any]:
        from .libraries import ConnectionPool, HTTPProxy, SOCKSProxy

        return ConnectionPool, HTTPProxy, SOCKSProxy

    def _backend(self, *, tls_in_tls: bool) -> Any:
        from .libraries import SyncBackend
        from .network import Backend
        from .sockets import SocketBackend

        return Backend(SyncBackend() if tls_in_tls else SocketBackend())


class AsyncPools(_Pools):
    """Pools of the async client."""

    _transport = ("AsyncHTTPTransport", "handle_async_request")

    def _classes(self) -> tuple[Any, Any, Any]:
        from .libraries import AsyncConnectionPool, AsyncHTTPProxy, AsyncSOCKSProxy

        return AsyncConnectionPool, AsyncHTTPProxy, AsyncSOCKSProxy

    def _backend(self, *, tls_in_tls: bool) -> Any:
        from .asyncio_streams import AsyncioBackend, is_running
        from .libraries import AnyIOBackend
        from .network import AsyncAddresses, AsyncBackend

        return AsyncBackend(AsyncAddresses(AsyncioBackend() if is_running() else AnyIOBackend()))


def _cant_connect(error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"the connections can't be set up: {error}. Look at the environment's proxies (HTTPS_PROXY, NO_PROXY, …) and "
        "certificates (SSL_CERT_FILE, SSL_CERT_DIR)"
    )


def certificates() -> ssl.SSLContext:
    """What servers are verified with by default."""
    if file := os.environ.get("SSL_CERT_FILE"):
        return ssl.create_default_context(cafile=file)
    if folder := os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context(capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
