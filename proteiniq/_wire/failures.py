"""What went wrong on the wire, without anything of the libraries that it went wrong in."""

from __future__ import annotations

import re
import socket
import ssl
import traceback

from .._policy.retry import Failure
from ..errors import ProteinIQError
from .key import ApiKey
from .secrecy import without_any_query


class WireFailure(Exception):
    """There was no complete response. `sent` is whether part of the request may have reached the service.

    `by_proxy` is true if a proxy refused to connect to the host.
    """

    def __init__(self, kind: Failure, text: str, *, sent: bool, by_proxy: bool = False) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text
        self.sent = sent
        self.by_proxy = by_proxy
        self.took = 0.0


_FAILURES: dict[str, tuple[Failure, bool]] = {
    "ConnectTimeout": ("timeout", False),
    "PoolTimeout": ("timeout", False),
    "TimeoutException": ("timeout", True),
    "ConnectError": ("connect", False),
    "ProxyError": ("connect", False),
    "UnsupportedProtocol": ("connect", False),
    "WriteError": ("write", True),
    "ReadError": ("read", True),
    "CloseError": ("read", True),
    "NetworkError": ("protocol", True),
    "ProtocolError": ("protocol", True),
    "HTTPError": ("protocol", True),
}
"""What the exceptions of the HTTP libraries, which have the same names in both, are here, and whether a part of the
request may have been sent. The first of an exception's classes counts."""


_PROXY_VERDICT = re.compile(r"4\d\d\b|.*(username|password)", re.IGNORECASE)
"""What a proxy says of this client, such as 407; anything else, such as 502, may pass."""


def without_frames(error: BaseException, key: ApiKey | None = None) -> BaseException:
    """The error to raise instead, with nothing of the libraries below it.

    Their frames have the `Authorization` header among their locals, and a traceback that shows locals would
    show it. That holds for an interrupt or a cancelled task as much as for a broken connection.
    """
    failure = _translated(error)
    if failure is None:
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)
    if key is not None:
        failure.text = key.hide(failure.text)
        failure.args = (failure.text,)
    return failure


def _translated(error: BaseException) -> WireFailure | None:
    # The text may quote a malformed header, such as `Location`.
    said = without_any_query(str(error))
    text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    from .libraries import NAMES

    for kind in type(error).__mro__:
        if kind.__name__ in _FAILURES and kind.__module__ in NAMES:
            what, sent = _FAILURES[kind.__name__]
            by_proxy = kind.__name__ == "ProxyError"
            if by_proxy and _PROXY_VERDICT.match(str(error)):
                what = "proxy"
            elif what == "connect" and _is_certificate(error):
                what = "tls"
            return WireFailure(what, text, sent=sent, by_proxy=by_proxy)
    return None


_OS_FAILURES: tuple[tuple[type[OSError], Failure, bool], ...] = (
    (TimeoutError, "timeout", True),
    (ConnectionRefusedError, "connect", False),
    (socket.gaierror, "connect", False),
    (ssl.SSLCertVerificationError, "tls", False),
    (BrokenPipeError, "write", True),
    (OSError, "read", True),
)


def reported(error: Exception, key: ApiKey | None) -> Exception:
    """Return the error to raise for one of a transport of the application: WireFailure for an OSError.

    Any other is the same, with its traceback as a note, since `without_frames` takes the frames from it.
    """
    if isinstance(error, OSError):
        kind, sent = next((kind, sent) for of, kind, sent in _OS_FAILURES if isinstance(error, of))
        text = without_any_query(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
        return WireFailure(kind, text if key is None else key.hide(text), sent=sent)
    if not isinstance(error, ProteinIQError):
        frames = "".join(traceback.format_tb(error.__traceback__)[1:])
        error.add_note(f"raised by the client's transport:\n{frames}")
    return error


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
