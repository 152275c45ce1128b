"""A sandbox for tests: its own intervals and limits, and clients that fit them."""

from __future__ import annotations

import ssl
from typing import Any

from proteiniq import AsyncProteinIQ, ProteinIQ
from proteiniq.sandbox import Sandbox as _Base

from ._clock import AsyncShortClock, ShortClock

_MANY = 1_000_000


class Sandbox(_Base):
    """A `proteiniq.sandbox.Sandbox` with limits that no test reaches by accident, and without pauses between reads.

        with Sandbox(recordings="tests/recordings") as sandbox, sandbox.client() as client:
            client.run("esmfold", {"protein": ">a\\nMKV"})

    The options are the same; a test about a limit sets it. Its clients have no pace of their own.
    """

    def __init__(self, data: Any = None, **options: Any) -> None:
        self._certificate = options.get("certificate")
        super().__init__(
            data,
            **{
                "rate_limit": _MANY,
                "max_concurrent_jobs": _MANY,
                "daily_limit": _MANY,
                "credits": _MANY,
                "job_read_interval": 0.0,
                "heartbeat": 1.0,
                **options,
            },
        )

    def client(self, *, api_key: str | None = None, **options: Any) -> ProteinIQ:
        """A client of this sandbox, with a `ShortClock`; `options` are those of `ProteinIQ`."""
        return ProteinIQ(
            api_key or self.api_key, self.url, **{**self._fitting(), "clock": ShortClock(), **options}
        )

    def async_client(self, *, api_key: str | None = None, **options: Any) -> AsyncProteinIQ:
        """An async client of this sandbox; `options` are those of `AsyncProteinIQ`."""
        fitting = {**self._fitting(), "clock": AsyncShortClock(), **options}
        return AsyncProteinIQ(api_key or self.api_key, self.url, **fitting)

    def _fitting(self) -> dict[str, Any]:
        """Options of its clients."""
        fitting: dict[str, Any] = {"rate_limit": _MANY, "job_read_interval": 0.0}
        if self._certificate is not None:
            # They trust its certificate, whoever has signed it.
            fitting["verify"] = ssl.create_default_context(cafile=self._certificate)
            fitting["verify"].verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return fitting
