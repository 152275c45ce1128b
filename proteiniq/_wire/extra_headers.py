"""Headers that the application adds to every request to the service; storage behind a signed URL never gets them.

Headers that the client sets itself are refused. A second `Authorization` or idempotency key would change who pays, or
how often; a `Range` would cut a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .._inputs.arguments import is_token
from .._message_text import short_repr
from ..errors import ConfigurationError
from .encoding import USER_AGENT

_RESERVED = {
    "authorization": "pass the key as api_key",
    "x-api-key": "pass the key as api_key",
    "proxy-authorization": "write user name and password into the URL of the proxy",
    "host": "pass base_url",
    "user-agent": "pass app",
    "idempotency-key": "pass idempotency_key when you submit",
    "x-idempotency-key": "pass idempotency_key when you submit",
}
_SET_BY_THE_CLIENT = frozenset(
    {
        *(
            "accept",
            "accept-encoding",
            "connection",
            "expect",
            "keep-alive",
            "last-event-id",
            "proxy-connection",
        ),
        *("content-encoding", "content-length", "content-range", "content-type", "range", "if-range"),
        *("if-match", "if-modified-since", "if-none-match", "if-unmodified-since"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)


_SHORTEST_HIDDEN = 8
"""A value of a few characters would match unrelated text."""


def _names(values: Mapping[str, str]) -> str:
    return f"[{', '.join(values)}]"


@attrs.frozen
class ExtraHeaders:
    """The extra headers. Their values may be secret: a `repr` shows the names only."""

    _values: Mapping[str, str] = attrs.field(factory=dict, repr=_names)

    def under(self, own: Mapping[str, str]) -> Mapping[str, str]:
        """Return a request's own headers together with these. A name that both have is the request's."""
        return overridden(self._values, own) if self._values else own

    def hide_in(self, content: bytes) -> bytes:
        """Return the body of an error without the values, which a gateway may repeat. Short ones are kept."""
        for name, value in self._values.items():
            if len(value) >= _SHORTEST_HIDDEN and name != "User-Agent":
                content = content.replace(value.encode(), "…".encode())
        return content


def overridden(headers: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the headers, overridden by the wanted ones in any case, so that none is sent twice."""
    names = {name.lower() for name in wanted}
    return {**{name: value for name, value in headers.items() if name.lower() not in names}, **wanted}


def read_extra_headers(headers: Any, app: Any) -> ExtraHeaders | ConfigurationError:
    """Return the headers from the arguments of the client, or an error that never contains a value.

    The error is returned, not raised, so that no traceback has a value among its locals.
    """
    wrong = None if headers is None else _problem(headers)
    if wrong is not None:
        return ConfigurationError(wrong)
    values = dict(headers or {})
    if app is not None:
        if not _is_product(app):
            return ConfigurationError(
                "app must be a pair (name, version) of ASCII letters, digits and !#$%&'*+-.^_`|~, "
                f'such as ("my-pipeline", "1.2"), got {short_repr(app)}'
            )
        values["User-Agent"] = f"{USER_AGENT} {app[0]}/{app[1]}"
    return ExtraHeaders(values)


def _is_product(app: Any) -> bool:
    """Whether it is a product name and version (RFC 9110, section 10.1.5)."""
    return isinstance(app, (tuple, list)) and len(app) == 2 and all(map(is_token, app))


def _problem(headers: Any) -> str | None:
    """What is wrong with the headers, without any value of theirs."""
    if not isinstance(headers, Mapping):
        return f"headers must be a mapping of names to strings, got {type(headers).__name__}"
    known: set[str] = set()
    for name, value in headers.items():
        if not is_token(name):
            return f"headers must have names of ASCII letters, digits and !#$%&'*+-.^_`|~, got {_shown(name)}"
        lower = name.lower()
        if lower in known:
            return f"headers must have each name once, got {lower!r} in two spellings"
        known.add(lower)
        if lower in _RESERVED or lower in _SET_BY_THE_CLIENT:
            return f"headers must not contain {name!r}: {_RESERVED.get(lower, 'the client sets it itself')}"
        if not isinstance(value, str):
            return f"headers[{name!r}] must be a string, got {type(value).__name__}"
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            return f"headers[{name!r}] must be {_VALUE}; its value, which is not shown, is something else"
    return None


_VALUE = "printable ASCII characters (no line end or other control character) without a space at either end"


def _shown(name: Any) -> str:
    """A name, without what may be a value written behind it."""
    if not isinstance(name, str):
        return type(name).__name__
    end = next(place for place, letter in enumerate([*name, ""]) if not is_token(letter))
    return f"{short_repr(name[:end])} followed by {name[end]!r}" if name[end:] else "an empty name"
