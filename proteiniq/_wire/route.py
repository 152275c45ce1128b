"""The way that a client's connections take: through which proxy, and what servers are verified with.

Both default to the environment (see `connections`). What an application sets instead is checked when the client is
created, certificates included: a wrong path shouldn't be found out by the first job.
"""

from __future__ import annotations

import os
import re
import ssl
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote_to_bytes, urlsplit

import attrs

from .._inputs.arguments import is_host, is_loopback
from .._message_text import short_repr
from ..errors import ConfigurationError

Verify = str | os.PathLike[str] | ssl.SSLContext | Literal[True] | None
"""A file or directory of CA certificates, a context, or None (or True) for the default."""

_SCHEMES = ("http", "https", "socks5", "socks5h")
_EXAMPLE = "http://proxy.example:3128"
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""The name under which OpenSSL looks for a certificate in a directory."""


@attrs.frozen
class Route:
    """`proxy` is a URL, False for none at all, and None for the environment's, as `certificates` is too."""

    proxy: str | Literal[False] | None = attrs.field(default=None, repr=False)
    certificates: ssl.SSLContext | None = None
    direct: str | None = None
    """A host that no proxy of the environment is used for."""

    def to(self, base_url: str) -> Route:
        """Return the route to a service. Over plain http, a proxy of the environment could read the key."""
        parts = urlsplit(base_url)
        return attrs.evolve(self, direct=parts.hostname) if parts.scheme == "http" else self

    @property
    def proxy_is_local(self) -> bool:
        """Whether the proxy is on this machine. Any other can't reach this machine's own services."""
        return isinstance(self.proxy, str) and is_loopback(Proxy.parse(self.proxy).host)


ENVIRONMENT = Route()
"""What the environment says."""


class _Hidden(bytes):
    """Bytes that are not shown: httpcore logs how it logs in to a SOCKS proxy."""

    def __repr__(self) -> str:
        return "b'…'"


@attrs.frozen
class Proxy:
    """The URL of a proxy, taken apart."""

    scheme: str
    host: str
    port: int | None
    auth: tuple[bytes, bytes] | None
    """User name and password."""

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """Take a URL apart. Raises ValueError, which never contains the URL: it may have a password at any place."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ValueError(
                "the URL of a proxy must have the form scheme://host:port, with a port up to 65535"
            ) from None
        if parts.scheme not in _SCHEMES:
            raise ValueError("the URL of a proxy must start with http://, https://, socks5:// or socks5h://")
        if not is_host(host) or port == 0 or not url.isprintable() or " " in url:
            raise ValueError("the URL of a proxy must have a host, no port 0 and no spaces")
        auth = None
        if parts.username or parts.password:
            auth = (
                _Hidden(unquote_to_bytes(parts.username or "")),
                _Hidden(unquote_to_bytes(parts.password or "")),
            )
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
        return cls(parts.scheme, ascii_host, port, auth)


def read_route(proxy: Any, verify: Any, transport: Any = None) -> Route | ConfigurationError:
    """Return the route from the arguments of the client, or an error without the proxy's password.

    A `transport` of the application makes its own connections.

    The error is returned, not raised, so that no traceback has the password among its locals.
    """
    if transport is not None and not (proxy is None and verify is None):
        return ConfigurationError(
            "proxy and verify must be None with a transport, which makes the connections"
        )
    wrong = _problem(proxy)
    if wrong is not None:
        return ConfigurationError(wrong)
    try:
        return Route(proxy and proxy.strip(), _certificates(verify))
    except ConfigurationError as error:
        return error.with_traceback(None)


def _problem(proxy: Any) -> str | None:
    """What is wrong with the proxy, without anything of its URL."""
    if proxy is None or proxy is False:
        return None
    must = f"proxy must be a URL such as {_EXAMPLE}, False for no proxy, or None for the environment's"
    if not isinstance(proxy, str):
        return f"{must}, got {'True' if proxy is True else type(proxy).__name__}"
    if not proxy.strip():
        return f"{must}, got {proxy!r}"
    try:
        parsed, parts = Proxy.parse(proxy.strip()), urlsplit(proxy.strip())
    except ValueError as error:
        return f"{must}; {error}"
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return (
            f"{must}; it must end with the port. In a password, / ? # and @ are written %2F, %3F, %23 and %40"
        )
    if parsed.scheme.startswith("socks") and find_spec("socksio") is None:
        return f"proxy must be an http:// or https:// URL: {parsed.scheme}:// needs `pip install socksio`"
    return None


def _certificates(verify: Any) -> ssl.SSLContext | None:
    """The context that verifies servers, None for the default. Raises ConfigurationError."""
    if verify is None or verify is True:
        return None
    if isinstance(verify, ssl.SSLContext):
        if verify.protocol == ssl.PROTOCOL_TLS_SERVER:
            raise ConfigurationError("verify must be a context for clients, got one of PROTOCOL_TLS_SERVER")
        if verify.verify_mode == ssl.CERT_NONE:
            raise _unverified("a context with CERT_NONE")
        return verify
    if verify is False:
        raise _unverified("False")
    if not isinstance(verify, (str, os.PathLike)) or not isinstance(path := os.fspath(verify), str):
        raise ConfigurationError(
            f"verify must be the path of a CA bundle or an ssl.SSLContext, got {short_repr(verify)}"
        )
    return _loaded(path)


def _unverified(got: str) -> ConfigurationError:
    return ConfigurationError(
        f"verify must not switch verification off, got {got}: anyone on the way could read the key and start paid "
        "jobs. Pass the CA certificate of the server or of the proxy as verify; a service on this machine can use http://"
    )


def _loaded(path: str) -> ssl.SSLContext:
    """A context with the CA certificates of a file or directory, and no others."""
    try:
        # A blank path must not reach OpenSSL, for which it means the certificates of the system.
        if not path.strip() or not Path(path).exists():
            why = "does not exist"
        elif Path(path).is_dir():
            if any(_HASHED.fullmatch(each.name) for each in Path(path).iterdir()):
                return ssl.create_default_context(capath=path)
            why = "has no certificates under the names that `openssl rehash` gives them"
        elif Path(path).stat().st_size == 0:
            why = "is empty"
        else:
            return ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        why = "has no certificates in PEM format"
    except OSError as error:
        why = f"can't be read: {error.strerror}"
    raise ConfigurationError(
        f"verify must be a file or directory of CA certificates, got {path!r}, which {why}"
    )
