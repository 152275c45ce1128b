# Generated from proteiniq/_async/account.py by scripts/unasync.py. Edit that file instead.

"""The account behind the key."""

from __future__ import annotations

from proteiniq_openapi.api.account import get_account

from .._responses import convert
from ..models import Account
from .pipeline import Pipeline


class AccountAPI:
    """`client.account`."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def get(self) -> Account:
        """Return the workspace with its plan, credits and limits, and the key in use (documentation, "Account").

        Raises APIError, TransportError.
        """
        return convert.account(self._pipeline.call(get_account.prepared()))
