"""What a client is made with: key, base URL and options, worked out once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack
from urllib.parse import SplitResult, urlsplit

import attrs

from .._inputs.arguments import is_host, is_loopback
from .._policy.retry import RetryPolicy
from .._short_repr import short_repr
from ..errors import ConfigurationError
from ..hooks import Hook
from .key import FORM, KEY_START, ApiKey

DEFAULT_BASE_URL = "https://proteiniq.io"
"""The service (documentation, page "Quickstart")."""

_FOR_EVER = 1e8  # three years, s: operating systems take no endless one

KEY_VARIABLE = "PROTEINIQ_API_KEY"
URL_VARIABLE = "PROTEINIQ_BASE_URL"


class Options(TypedDict, total=False):
    """What `with_options` can change."""

    timeout: float
    max_retries: int
    deadline: float | None


@attrs.frozen(kw_only=True)
class Config:
    """The options of a client; `base_url` is an origin without a path.

    `timeout` is for one request, `deadline` for one with all its retries and the pauses between them, s.
    """

    key: ApiKey
    base_url: str
    timeout: float = 30.0
    deadline: float | None = None
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    hooks: tuple[Hook, ...] = ()

    def with_options(self, **changes: Unpack[Options]) -> Config:
        """These options with some of them changed: `timeout`, `max_retries`, `deadline`.

        Raises ConfigurationError for an option that there is not, or a value that can't be.
        """
        unknown = set(changes) - set(Options.__annotations__)
        if unknown:
            raise ConfigurationError(
                f"no such option: {', '.join(sorted(unknown))}; there are {', '.join(Options.__annotations__)}"
            )
        timeout = changes.get("timeout", self.timeout)
        deadline = changes.get("deadline", self.deadline)
        max_retries = changes.get("max_retries", self.retry.max_retries)
        _check_options(timeout, max_retries, deadline)
        retry = attrs.evolve(self.retry, max_retries=max_retries)
        return attrs.evolve(self, timeout=timeout, deadline=deadline, retry=retry)


def resolve(
    key: ApiKey | ConfigurationError,
    base_url: str | ConfigurationError,
    *,
    timeout: float,
    max_retries: int,
    deadline: float | None = None,
    hooks: Sequence[Hook] = (),
) -> Config:
    """The configuration from what was read. Raises ConfigurationError saying what to set."""
    if isinstance(key, ConfigurationError):
        raise key
    if isinstance(base_url, ConfigurationError):
        raise base_url
    _check_options(timeout, max_retries, deadline)
    if not isinstance(hooks, Iterable) or not all(map(callable, hooks := tuple(hooks))):
        raise ConfigurationError(
            "hooks: pass a list of functions, each of which takes the details of an attempt"
        )
    return Config(
        key=key,
        base_url=base_url,
        timeout=timeout,
        deadline=deadline,
        retry=RetryPolicy(max_retries=max_retries),
        hooks=tuple(hooks),
    )


def read_key(argument: str | None) -> ApiKey | ConfigurationError:
    """The key from the argument, then from the environment, or what is wrong with it.

    The error is returned, not raised, so that no traceback has the key's text among its locals.
    """
    if argument is not None and not isinstance(argument, str):
        return ConfigurationError(f"api_key is {type(argument).__name__}: it must be text of the form {FORM}")
    text = argument if argument is not None else os.environ.get(KEY_VARIABLE)
    where = "api_key" if argument is not None else KEY_VARIABLE
    if text is None or not text.strip():
        return ConfigurationError(
            f"no API key: pass api_key=… or set {KEY_VARIABLE} (form {FORM}). "
            "To try without an account: `python -m proteiniq.sandbox` prints one for a local service"
        )
    return ApiKey.parse(text) or ConfigurationError(f"{where} is no API key: it must have the form {FORM}")


def read_base_url(argument: str | None) -> str | ConfigurationError:
    """The origin from the argument, then from the environment, or what is wrong with it; returned as in `read_key`.

    What is wrong may be that it is the key.
    """
    text = argument or os.environ.get(URL_VARIABLE) or DEFAULT_BASE_URL
    if not isinstance(text, str):
        return ConfigurationError(f"base_url is {type(text).__name__}: write it as {DEFAULT_BASE_URL}")
    if KEY_START in text:
        return ConfigurationError(
            "base URL: an API key stands in it; write it as https://host, and the key in api_key"
        )
    try:
        return check_base_url(text)
    except ConfigurationError as error:
        error.__context__ = None
        return error.with_traceback(None)


def check_base_url(text: str) -> str:
    """The origin that `text` names, as `scheme://host[:port]`.

    Raises ConfigurationError for anything but a host, and for plain http:// to a host that is not loopback:
    the key would travel in the clear.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"base URL {text!r} can't be read: {error}") from None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not is_host(host) or not text.strip().isprintable():
        raise ConfigurationError(f"base URL {text!r}: write it as https://host, e.g. {DEFAULT_BASE_URL}")
    if parts.username or parts.password:
        raise ConfigurationError("base URL: it must not hold a user name or password")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigurationError(f"base URL {text!r}: give the host only; /api/v1 is added to it")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"base URL {text!r}: the key would travel in the clear; plain http:// is for this machine only, "
            "use https://"
        )
    return _origin(parts, port)


def _origin(parts: SplitResult, port: int | None) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def _check_options(timeout: float, max_retries: int, deadline: float | None) -> None:
    _check_seconds("timeout", timeout)
    if deadline is not None:
        _check_seconds("deadline", deadline, " or None")
    _check_whole("max_retries", max_retries, 0)


def check_pace(rate_limit: int, rate_window: float, job_read_interval: float) -> None:
    """Raise ConfigurationError unless the figures of the rate limit can be kept to."""
    _check_whole("rate_limit", rate_limit, 1)
    _check_seconds("rate_window", rate_window)
    if job_read_interval != 0:
        _check_seconds("job_read_interval", job_read_interval, " or 0")


def _check_seconds(name: str, value: object, more: str = "") -> None:
    if not _is_time(value):
        raise ConfigurationError(
            f"{name} must be a positive number of seconds{more}, got {short_repr(value)}"
        )


def _check_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigurationError(
            f"{name} must be a whole number of at least {least}, got {short_repr(value)}"
        )


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < _FOR_EVER
