"""Parse the rate-limit headers of a response (documentation, "Rate limits")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from .times import parse_http_date, reset_seconds, retry_after_seconds


@attrs.frozen(kw_only=True)
class RateHeaders:
    """The parsed headers; None for a missing or invalid one. Waits are in seconds."""

    limit: int | None
    remaining: int | None
    reset_after: float | None
    retry_after: float | None

    @classmethod
    def read(cls, headers: Mapping[str, str], now: datetime) -> RateHeaders:
        """Parse the headers of a response; `now` is used only if the response has no `Date`."""
        now = _date(headers) or now
        reset = headers.get("x-ratelimit-reset")
        retry = headers.get("retry-after")
        return cls(
            limit=_whole(headers.get("x-ratelimit-limit")),
            remaining=_whole(headers.get("x-ratelimit-remaining")),
            reset_after=reset_seconds(reset, now) if reset else None,
            retry_after=retry_after_seconds(retry, now) if retry else None,
        )

    @property
    def wait(self) -> float | None:
        """How long a rejected request has to wait, in seconds."""
        return self.retry_after if self.retry_after is not None else self.reset_after


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parse_http_date(headers["date"])
    except (KeyError, ValueError):
        return None


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 10 else None
