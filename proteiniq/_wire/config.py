"""The configuration of a client: key, base URL and options."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Sequence
from typing import TypedDict, Unpack
from urllib.parse import SplitResult, urlsplit

import attrs

from .. import _profiles
from .._inputs.arguments import is_host, is_loopback
from .._inputs.callbacks import is_coroutine_function
from .._message_text import short_repr
from .._policy.retry import RetryPolicy
from .._profiles import about_key
from ..errors import ConfigurationError
from ..hooks import Hook
from .extra_headers import ExtraHeaders
from .key import FORM, KEY_START, ApiKey

DEFAULT_BASE_URL = "https://proteiniq.io"
"""The service's address (documentation, page "Quickstart")."""

_LONGEST = 1e8  # three years in seconds: operating systems don't accept an infinite timeout

_HOST_ONLY = re.compile(r"[^\s:/?#@*\[\]]+|[0-9A-Fa-f:.]+")  # a name, or an address, also of version 6

KEY_VARIABLE = "PROTEINIQ_API_KEY"
URL_VARIABLE = "PROTEINIQ_BASE_URL"

NOT_PICKLED = (
    "a client can't be pickled, since it has connections and a key: make one in each process, for example in the "
    "function that a pool calls"
)
"""What the client and its parts say."""


class Options(TypedDict, total=False):
    """What `with_options` can change."""

    timeout: float
    max_retries: int
    deadline: float | None


@attrs.frozen(kw_only=True)
class Config:
    """The options of a client; `base_url` is an origin without a path.

    `timeout` applies to one request, `deadline` to a request with all its retries and the pauses between them, both in
    seconds.
    """

    key: ApiKey
    base_url: str
    timeout: float = 30.0
    deadline: float | None = None
    retry: RetryPolicy = attrs.field(factory=RetryPolicy)
    headers: ExtraHeaders = attrs.field(factory=ExtraHeaders)
    hooks: tuple[Hook, ...] = ()

    def with_options(self, **changes: Unpack[Options]) -> Config:
        """Return a copy with another `timeout`, `max_retries` or `deadline`.

        Raises ConfigurationError for an unknown option or an invalid value.
        """
        unknown = set(changes) - set(Options.__annotations__)
        if unknown:
            raise ConfigurationError(
                f"unknown option: {', '.join(sorted(unknown))}; choose from {', '.join(Options.__annotations__)}"
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
    headers: ExtraHeaders | ConfigurationError | None = None,
    *,
    timeout: float,
    max_retries: int,
    deadline: float | None = None,
    hooks: Sequence[Hook] = (),
) -> Config:
    """Return the configuration. Raises ConfigurationError, which says what to set."""
    if isinstance(key, ConfigurationError):
        raise key
    if isinstance(base_url, ConfigurationError):
        raise base_url
    if isinstance(headers, ConfigurationError):
        raise headers
    _check_options(timeout, max_retries, deadline)
    if not isinstance(hooks, Iterable) or not all(map(callable, hooks := tuple(hooks))):
        raise ConfigurationError(
            f"hooks must be a list of functions, or other callable objects, that take an AttemptDetails; "
            f"got {short_repr(hooks)}"
        )
    if any(is_coroutine_function(each) for hook in hooks for each in (hook, getattr(hook, "on_pause", None))):
        raise ConfigurationError("hooks must be plain functions, not coroutine functions: no hook is awaited")
    return Config(
        key=key,
        base_url=base_url,
        timeout=timeout,
        deadline=deadline,
        retry=RetryPolicy(max_retries=max_retries),
        headers=headers or ExtraHeaders(),
        hooks=tuple(hooks),
    )


def read_credentials(
    api_key: str | None, base_url: str | None, profile: str | None, allow_http: Sequence[str] = ()
) -> tuple[ApiKey | ConfigurationError, str | ConfigurationError]:
    """Return the key and the origin: those of the arguments, the environment, or a profile, in this order.

    A profile that is named by the argument comes before the environment, as other arguments do. The key of a profile is
    only used for the service that it was stored for. Errors are returned as in `read_key`.
    """
    is_given = api_key is not None or (profile is None and bool(os.environ.get(KEY_VARIABLE, "").strip()))
    found = None if is_given else _profiles.stored(profile)
    if found is None:
        return read_key(api_key), read_base_url(base_url, allow_http)
    if isinstance(found, ConfigurationError):
        return about_key(found), read_base_url(base_url, allow_http)
    key = found.key if isinstance(found.key, ApiKey) else about_key(found.key)
    where = URL_VARIABLE if base_url is None else "base_url"
    origin = read_base_url(found.base_url, allow_http)
    if isinstance(origin, ConfigurationError):
        return key, ConfigurationError(f"profile {found.profile}: {origin.message}")
    if base_url is not None or URL_VARIABLE in os.environ:
        wanted = read_base_url(base_url, allow_http)
        if isinstance(wanted, ConfigurationError):
            return key, wanted
        if wanted != origin:
            return key, ConfigurationError(
                f"{where} is {wanted}, but the key of profile {found.profile} is for {origin}, and is sent to no other "
                f"service: run `proteiniq login --profile NAME --base-url {wanted}` for a key of that one"
            )
    return key, origin


def read_key(argument: str | None) -> ApiKey | ConfigurationError:
    """Return the key from the argument or else the environment, or an error if it is missing or invalid.

    The error is returned, not raised, so that no traceback has the key among its locals.
    """
    key = _read_key(argument)
    return key if isinstance(key, ApiKey) else about_key(key)


def _read_key(argument: str | None) -> ApiKey | ConfigurationError:
    if argument is not None and not isinstance(argument, str):
        return ConfigurationError(
            f"api_key must be a string of the form {FORM}, got {type(argument).__name__}"
        )
    text = argument if argument is not None else os.environ.get(KEY_VARIABLE)
    where = "api_key" if argument is not None else KEY_VARIABLE
    if text is None or not text.strip():
        return ConfigurationError(
            f"no API key: pass api_key=…, set {KEY_VARIABLE} to a key of the form {FORM}, or store one with "
            "`proteiniq login`. To try without an account, run `python -m proteiniq.sandbox`, which prints a key for a "
            "local service"
        )
    return ApiKey.parse(text) or ConfigurationError(f"{where} must be an API key of the form {FORM}")


def read_base_url(argument: str | None, allow_http: Sequence[str] = ()) -> str | ConfigurationError:
    """Return the origin from the argument or else the environment. An error if it is blank, or `allow_http` is invalid.

    The error is returned as in `read_key`, because the argument may be the key by mistake.
    """
    where, text = "base_url", argument
    if text is None:
        where, text = URL_VARIABLE, os.environ.get(URL_VARIABLE, DEFAULT_BASE_URL)
    if not isinstance(text, str):
        return ConfigurationError(
            f"base_url must be a string such as {DEFAULT_BASE_URL}, got {type(text).__name__}"
        )
    if not text.strip():
        return ConfigurationError(
            f"{where} must be a URL such as {DEFAULT_BASE_URL}, got {text!r}: "
            f"{'unset it' if argument is None else 'pass None'} for the default"
        )
    if KEY_START in text:
        return ConfigurationError(
            "base URL must not contain an API key: pass https://host, and the key as api_key"
        )
    try:
        return check_base_url(text, check_allow_http(allow_http))
    except ConfigurationError as error:
        error.__context__ = None
        return error.with_traceback(None)


def check_allow_http(hosts: Sequence[str]) -> frozenset[str]:
    """Return the hosts in lower case. Raises ConfigurationError for anything but host names, and for the service's."""
    service = urlsplit(DEFAULT_BASE_URL).hostname or ""
    if isinstance(hosts, str) or not isinstance(hosts, Iterable):
        raise ConfigurationError(
            f'allow_http must be a list of hosts such as ("sandbox",), got {short_repr(hosts)}'
        )
    allowed = set()
    for host in hosts:
        if not isinstance(host, str) or not _HOST_ONLY.fullmatch(host) or not is_host(host):
            raise ConfigurationError(
                f"allow_http must have hosts without scheme, port or wildcard, such as sandbox, got {short_repr(host)}"
            )
        if f".{host.lower().rstrip('.')}".endswith(f".{service}"):
            raise ConfigurationError(
                f"allow_http must not have {host}: a key of the service is sent encrypted only"
            )
        allowed.add(host.lower())
    return frozenset(allowed)


def check_base_url(text: str, allow_http: Container[str] = ()) -> str:
    """Return the origin in `text`, as `scheme://host[:port]`.

    Raises ConfigurationError for anything but a host, and for plain http:// to a host that is neither loopback nor in
    `allow_http`, because it would send the key unencrypted.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"base URL {text!r} is not valid: {error}") from None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not is_host(host) or not text.strip().isprintable():
        raise ConfigurationError(
            f"base URL must have the form https://host, such as {DEFAULT_BASE_URL}, got {text!r}"
        )
    if parts.username or parts.password:
        raise ConfigurationError("base URL must not contain a user name or password")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigurationError(f"base URL must be the host only (/api/v1 is added), got {text!r}")
    if parts.scheme == "http" and not is_loopback(host) and host not in allow_http:
        raise ConfigurationError(
            f"base URL must start with https://, got {text!r}: plain http:// would send the key unencrypted and is "
            "allowed for localhost only, and for hosts of a private network that allow_http names"
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


def check_pace(
    rate_limit: int | None,
    rate_window: float,
    job_read_interval: float,
    pace_file: str | os.PathLike[str] | None,
) -> None:
    """Raise ConfigurationError unless the figures of the rate limit, and the path of its file, are valid."""
    if rate_limit is not None:
        _check_whole("rate_limit", rate_limit, 1, " or None")
    _check_seconds("rate_window", rate_window)
    if job_read_interval != 0:
        _check_seconds("job_read_interval", job_read_interval, " or 0")
    if pace_file is not None and not _is_path(pace_file):
        raise ConfigurationError(f"pace_file must be the path of a file, got {short_repr(pace_file)}")


def _check_seconds(name: str, value: object, more: str = "") -> None:
    if not _is_time(value):
        raise ConfigurationError(
            f"{name} must be a positive number of seconds{more}, got {short_repr(value)}"
        )


def _check_whole(name: str, value: object, least: int, more: str = "") -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigurationError(
            f"{name} must be a whole number of at least {least}{more}, got {short_repr(value)}"
        )


def _is_path(value: object) -> bool:
    path = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    return isinstance(path, str) and path.strip() != ""


def _is_time(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < _LONGEST
