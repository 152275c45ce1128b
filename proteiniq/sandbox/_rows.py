"""The store's records as plain values. Times are in milliseconds since the epoch."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

TERMINAL = ("COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "BUDGET_EXCEEDED")


@attrs.frozen
class Job:
    seq: int
    id: str
    workspace: str
    key: str
    tool: str
    name: str
    status: str
    progress: float | None
    tries: int
    reserved: int
    credits_used: int | None
    error_code: str | None
    error_message: str | None
    created_at: int
    started_at: int | None
    completed_at: int | None

    @property
    def ended(self) -> bool:
        return self.status in TERMINAL


@attrs.frozen
class NewJob:
    id: str
    workspace: str
    key: str
    tool: str
    name: str
    credits: int
    payload: str
    """The worker's input, as JSON."""


@attrs.frozen
class Artifact:
    name: str
    content_type: str
    sha256: str


@attrs.frozen
class File:
    id: str
    workspace: str
    key: str
    filename: str
    format: str
    mime_type: str
    size_bytes: int
    sha256: str
    origin: str
    storage_owner: str
    description: str | None
    tags: Sequence[str]
    collection_ids: Sequence[str]
    created_at: int
    seq: int = 0
    """Position in the library, assigned by the store."""


@attrs.frozen
class Ending:
    """How a run ended: a terminal status, with its error or output."""

    status: str
    error: tuple[str, str] | None = None
    results: str | None = None
    artifacts: Sequence[Artifact] = ()
    files: Sequence[File] = ()
