"""The account behind the key."""

from __future__ import annotations

from proteiniq_openapi.api.account import get_account

from .._responses import convert
from ..models import Account
from .pipeline import AsyncPipeline


class AsyncAccountAPI:
    """`client.account`."""

    def __init__(self, pipeline: AsyncPipeline) -> None:
        self._pipeline = pipeline

    async def get(self) -> Account:
        """Return the workspace with its plan, credits and limits, and the key in use (documentation, "Account").

        Raises APIError, TransportError.
        """
        return convert.account(await self._pipeline.call(get_account.prepared()))
