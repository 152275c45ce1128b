"""What the service says, as frozen objects of our own.

Every model keeps what it doesn't know: `extra` holds fields of the answer that have no attribute here, or a value of
another type than the contract says; `raw` is the answer as it came. A field that an answer leaves out is
None, or empty where it is a sequence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Model:
    """What all models have."""

    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)
    raw: Mapping[str, Any] = attrs.field(factory=dict, repr=False, eq=False)


# ---- account (documentation, page "Account")


@attrs.frozen(kw_only=True)
class Plan(Model):
    tier: str | None
    paid: bool | None


@attrs.frozen(kw_only=True)
class Credits(Model):
    """`available` is what jobs may still spend."""

    available: float | None


@attrs.frozen(kw_only=True)
class Workspace(Model):
    """The workspace that the key is bound to."""

    id: str
    plan: Plan | None
    credits: Credits | None


@attrs.frozen(kw_only=True)
class ConcurrentJobs(Model):
    max: int | None
    remaining: int | None


@attrs.frozen(kw_only=True)
class RateLimit(Model):
    """`limit` requests in `window_seconds`, for all clients of the key together."""

    limit: int | None
    window_seconds: float | None


@attrs.frozen(kw_only=True)
class AccountLimits(Model):
    active_jobs: int | None
    concurrent_jobs: ConcurrentJobs | None
    rate_limit: RateLimit | None


@attrs.frozen(kw_only=True)
class KeyInfo(Model):
    """The key in use: `prefix` is the part that may be shown."""

    id: str | None
    env: str | None
    prefix: str | None
    scopes: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Account(Model):
    workspace: Workspace
    limits: AccountLimits | None
    api_key: KeyInfo | None


# ---- tools (documentation, page "Tools")


@attrs.frozen(kw_only=True)
class ToolSummary(Model):
    """A tool as the list shows it; `client.tools.get(id)` gives its slots and settings."""

    id: str
    name: str | None
    description: str | None
    category: str | None
    tags: tuple[str, ...]
    is_free: bool | None


@attrs.frozen(kw_only=True)
class Slot(Model):
    """A place for input. `kind` is what the data is, `formats` how it may be written.

    The three limits are those of the slot's entries, of the records in one entry, and of one entry's bytes.
    """

    id: str
    name: str | None
    description: str | None
    kind: str | None
    formats: tuple[str, ...]
    required: bool
    max_entries: int | None
    max_records: int | None
    max_bytes: int | None


@attrs.frozen(kw_only=True)
class Setting(Model):
    """A parameter: `type` is `number`, `integer`, `string` or `boolean`; the range is inclusive."""

    id: str
    name: str | None
    description: str | None
    type: str | None
    default: Any = attrs.field(hash=False)
    minimum: float | None
    maximum: float | None
    options: tuple[Any, ...] = attrs.field(hash=False)
    unit: str | None


@attrs.frozen(kw_only=True)
class OutputFile(Model):
    """A file that a completed job has."""

    name: str | None
    content_type: str | None
    description: str | None


@attrs.frozen(kw_only=True)
class CreditModel(Model):
    """The price: `base_credits` and `credits_per_unit` for each `unit` of input."""

    is_free: bool | None
    type: str | None
    base_credits: float | None
    credits_per_unit: float | None
    unit: str | None


@attrs.frozen(kw_only=True)
class Tool(Model):
    """A tool with everything that a job of it needs.

    `results` says what stands under each key of the result document.
    """

    id: str
    name: str | None
    description: str | None
    category: str | None
    subcategory: str | None
    tags: tuple[str, ...]
    version: str | None
    beta: bool | None
    slots: tuple[Slot, ...]
    settings: tuple[Setting, ...]
    outputs: tuple[OutputFile, ...]
    results: Mapping[str, Any] = attrs.field(hash=False)
    credit_model: CreditModel | None

    def slot(self, slot_id: str) -> Slot:
        """The slot of this id. Raises KeyError when there is none."""
        return next((slot for slot in self.slots if slot.id == slot_id), None) or _none_such(slot_id)

    def validate(self, inputs: Any, settings: Mapping[str, Any] | None = None) -> None:
        """Check inputs and settings against this contract, without a request.

        Raises InvalidInput naming every slot, setting and line that is wrong. What only the service can tell,
        such as what an uploaded file holds, is not checked.
        """
        from ._inputs.entries import check

        check(self, inputs, settings)


def _none_such(slot_id: str) -> Slot:
    raise KeyError(slot_id)


# ---- jobs (documentation, page "Jobs")


class JobStatus(StrEnum):
    """State of a job: an open enumeration, read in any case.

    A value that isn't listed is a status too, and not terminal.
    """

    PENDING = "PENDING"
    QUEUED = "QUEUED"
    PROCESSING = "PROCESSING"
    RETRY = "RETRY"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TIMEOUT = "TIMEOUT"
    CANCELLED = "CANCELLED"
    BUDGET_EXCEEDED = "BUDGET_EXCEEDED"

    @classmethod
    def _missing_(cls, value: object) -> JobStatus | None:
        if not isinstance(value, str):
            return None
        if value.upper() in cls.__members__:
            return cls[
                value.upper()
            ]  # `completed` can mean nothing else, and a wait for another end would not end
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown

    @property
    def is_terminal(self) -> bool:
        """Whether a job in it has ended (documentation, page "Jobs")."""
        return self in _TERMINAL

    @property
    def is_known(self) -> bool:
        return self._name_ in type(self).__members__


_TERMINAL = frozenset(
    {
        JobStatus.COMPLETED,
        JobStatus.FAILED,
        JobStatus.TIMEOUT,
        JobStatus.CANCELLED,
        JobStatus.BUDGET_EXCEEDED,
    }
)


@attrs.frozen(kw_only=True)
class JobFailure(Model):
    """Why a job ended without success."""

    code: str | None
    message: str | None


@attrs.frozen(kw_only=True)
class JobState(Model):
    """A job at one moment. `progress` is a percentage; times are aware, in UTC; credits are what it cost."""

    id: str
    status: JobStatus
    tool: str | None
    name: str | None
    progress: float | None
    created_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    credits_used: float | None
    error: JobFailure | None

    @property
    def is_terminal(self) -> bool:
        """Whether it has ended, well or not."""
        return self.status.is_terminal

    @property
    def _is_whole(self) -> bool:
        """Whether it is a job resource, not just a status that an event or a short response told."""
        return self.tool is not None and self.created_at is not None

    def newer(self, other: JobState) -> JobState:
        """This state, with what it doesn't say taken from `other`: an event may say less than the job."""
        gaps = {
            field.name: getattr(other, field.name)
            for field in attrs.fields(JobState)
            if getattr(self, field.name) is None
            # How far a job had come says nothing of one that has ended.
            and not (field.name == "progress" and self.is_terminal and not other.is_terminal)
        }
        return attrs.evolve(self, **gaps)


@attrs.frozen(kw_only=True)
class BlockingError(Model):
    """Why a submit would be refused."""

    code: str | None
    message: str | None


@attrs.frozen(kw_only=True)
class QuoteLimits(Model):
    active_concurrent_jobs: int | None
    max_concurrent_jobs: int | None
    daily_limit_used: int | None
    daily_limit_max: int | None


@attrs.frozen(kw_only=True)
class Quote(Model):
    """What a job would cost, in credits, and why it would be refused, if it would.

    `blocking_errors_known` is false when the response had reasons that can't be read, or lacked what the contract
    promises; `blocking_errors` is empty then.
    """

    tool: str | None
    estimated_credits: float
    available_credits: float | None
    billable_credits: float | None
    blocking_errors: tuple[BlockingError, ...]
    blocking_errors_known: bool = attrs.field(default=True, repr=False)
    limits: QuoteLimits | None
    billing_mode: str | None


# ---- results (documentation, page "Results")


@attrs.frozen(kw_only=True)
class ResultFileInfo(Model):
    """A file of a result. `url` is signed and expires; it can be missing, and so can `key`."""

    name: str
    content_type: str | None
    url: str | None = attrs.field(repr=False)
    key: str | None


# ---- files (documentation, page "Files")


@attrs.frozen(kw_only=True)
class File(Model):
    """A file in the library. Its bytes can't be read back: no route returns them.

    `storage_owner` is `FILE_LIBRARY` (delete removes the object) or `JOB_ARTIFACT` (delete removes the record).
    """

    id: str
    filename: str | None
    format: str | None
    mime_type: str | None
    size_bytes: int | None
    origin: str | None
    storage_owner: str | None
    description: str | None
    tags: tuple[str, ...]
    collection_ids: tuple[str, ...]
    created_at: datetime | None
    updated_at: datetime | None


@attrs.frozen(kw_only=True)
class DeletedFile(Model):
    id: str
    deleted: bool
