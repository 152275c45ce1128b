"""What a caller decides of a batch, checked at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from .._inputs.arguments import (
    check_credits,
    check_flags,
    check_name,
    check_seconds,
    check_whole,
    is_number,
)
from .._inputs.files import save_path
from .._message_text import short_repr
from .._shown import Shown
from ..errors import InvalidInput

KEEP = ("all", "data")


@attrs.frozen(repr=False)
class OnFailure(Shown):
    """What becomes of a batch when jobs fail.

    A job that ended without success is submitted again up to `retries` times, each time as a new job that costs
    credits. After that its item has failed, and with `then="stop"` the batch is paused; otherwise it goes on. It is
    paused in any case after `in_a_row` failures without a result between them, or once more than the share `share` of
    the items that ended have failed (of 20 items at least): then something is wrong with all of them.
    """

    retries: int = 0
    then: str = "skip"
    in_a_row: int = 20
    share: float = 0.5

    def __attrs_post_init__(self) -> None:
        check_whole("retries", self.retries, 0)
        if self.then not in ("skip", "stop"):
            raise InvalidInput(f"on_failure must be 'skip' or 'stop', got {short_repr(self.then)}")
        check_whole("in_a_row", self.in_a_row, 1)
        if not (is_number(self.share) and 0 < self.share <= 1):
            raise InvalidInput(f"share must be a number above 0 and at most 1, got {short_repr(self.share)}")

    @classmethod
    def of(cls, given: str | OnFailure) -> OnFailure:
        """Return the policy that a caller named or made."""
        if isinstance(given, OnFailure):
            return given
        if isinstance(given, str):
            return cls(then=given)
        raise InvalidInput(f"on_failure must be 'skip', 'stop' or an OnFailure, got {short_repr(given)}")

    def verdict(self, *, in_a_row: int, failed: int, ended: int) -> str | None:
        """Return why the batch is paused after a failure, None if it goes on."""
        if self.then == "stop":
            return "an item failed"
        if in_a_row >= self.in_a_row:
            return f"{in_a_row} items failed in a row"
        if ended >= 20 and failed > self.share * ended:
            return f"{failed} of {ended} items failed"
        return None


def _policy(given: str | OnFailure) -> OnFailure:
    return OnFailure.of(given)


def _limit(given: Any) -> float | None:
    """Return a limit as a number that JSON can have, which one of numpy is not. What isn't a number stays as it is."""
    return float(given) if is_number(given) and not isinstance(given, (int, float)) else given


def _folder(given: str | os.PathLike[str] | None) -> Path | None:
    return None if given is None else save_path(given, "reuse")


@attrs.frozen(kw_only=True)
class BatchOptions:
    """The options of `client.batch`, which explains them. Raises InvalidInput."""

    settings: Mapping[str, Any] | None
    columns: Mapping[str, str | None] | None
    inputs: Mapping[str, Any] | None
    name: str | None
    max_credits: float | None = attrs.field(converter=_limit)
    max_credits_each: float | None = attrs.field(converter=_limit)
    on_failure: OnFailure = attrs.field(converter=_policy)
    keep: str
    resend_within: float
    resend_in_doubt: bool
    retry_failed: bool
    reuse: Path | None = attrs.field(converter=_folder)
    take_over: bool
    check: bool

    def __attrs_post_init__(self) -> None:
        check_credits("max_credits", self.max_credits)
        check_credits("max_credits_each", self.max_credits_each)
        check_name(self.name)
        check_seconds("resend_within", self.resend_within)
        check_flags(
            resend_in_doubt=self.resend_in_doubt,
            retry_failed=self.retry_failed,
            take_over=self.take_over,
            check=self.check,
        )
        if self.keep not in KEEP:
            raise InvalidInput(f"keep must be 'all' or 'data', got {short_repr(self.keep)}")
