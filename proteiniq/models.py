"""The service's resources as frozen models.

Every model keeps unknown data: `extra` has the fields of the response that have no attribute here, or whose type
differs from the contract; `raw` is the original response. A field missing from the response is None, or an empty
sequence.

The models are in the order of the documentation's pages that describe them: "Account", "Tools", "Jobs", "Results" and
"Files".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import attrs

from ._shown import Shown


@attrs.frozen(kw_only=True, repr=False)
class Model(Shown):
    """The base class of all models."""

    _refers_to: ClassVar[tuple[str, str] | None] = None
    """The kind of resource that it stands for as an argument, and the attribute with its id."""

    extra: Mapping[str, Any] = attrs.field(factory=dict, repr=False, hash=False)
    raw: Mapping[str, Any] = attrs.field(factory=dict, repr=False, eq=False)

    def to_dict(self) -> dict[str, Any]:
        """Return all attributes but `raw` as plain data that `json.dumps` takes: times are ISO 8601 strings."""
        names = (field.name for field in attrs.fields(type(self)) if not field.name.startswith("_"))
        return {name: _plain(getattr(self, name)) for name in names if name != "raw"}


def _plain(value: Any) -> Any:
    match value:
        case Model():
            return value.to_dict()
        case datetime():
            return value.isoformat()
        case str():
            return str(value)
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return value


@attrs.frozen(kw_only=True, repr=False)
class Plan(Model):
    tier: str | None
    paid: bool | None


@attrs.frozen(kw_only=True, repr=False)
class Credits(Model):
    """`available` is what jobs can still spend."""

    available: float | None


@attrs.frozen(kw_only=True, repr=False)
class Workspace(Model):
    """The workspace that the key is bound to."""

    id: str
    plan: Plan | None
    credits: Credits | None


@attrs.frozen(kw_only=True, repr=False)
class ConcurrentJobs(Model):
    max: int | None
    remaining: int | None


@attrs.frozen(kw_only=True, repr=False)
class RateLimit(Model):
    """`limit` requests in `window_seconds`, for all clients of the key together."""

    limit: int | None
    window_seconds: float | None


@attrs.frozen(kw_only=True, repr=False)
class AccountLimits(Model):
    active_jobs: int | None
    concurrent_jobs: ConcurrentJobs | None
    rate_limit: RateLimit | None


@attrs.frozen(kw_only=True, repr=False)
class KeyInfo(Model):
    """The key in use. `prefix` is the part that may be shown."""

    id: str | None
    env: str | None
    prefix: str | None
    scopes: tuple[str, ...]


@attrs.frozen(kw_only=True, repr=False)
class Account(Model):
    workspace: Workspace
    limits: AccountLimits | None
    api_key: KeyInfo | None


@attrs.frozen(kw_only=True, repr=False)
class ToolSummary(Model):
    """A tool in the list. `client.tools.get(id)` returns its slots and settings."""

    _refers_to = ("tool", "id")

    id: str
    name: str | None
    description: str | None
    category: str | None
    tags: tuple[str, ...]
    is_free: bool | None


@attrs.frozen(kw_only=True, repr=False)
class Slot(Model):
    """An input of a tool. `kind` is the type of data, `formats` are the accepted file formats.

    `required` is true if the service states that a job needs it. `max_entries` limits the entries of the slot,
    `max_records` and `max_bytes` limit each entry.
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


@attrs.frozen(kw_only=True, repr=False)
class Setting(Model):
    """A parameter of a tool. `type` is `number`, `integer`, `string` or `boolean`. The range is inclusive."""

    id: str
    name: str | None
    description: str | None
    type: str | None
    default: Any = attrs.field(hash=False)
    minimum: float | None
    maximum: float | None
    options: tuple[Any, ...] = attrs.field(hash=False)
    unit: str | None


@attrs.frozen(kw_only=True, repr=False)
class OutputFile(Model):
    """A file in the result of a completed job."""

    name: str | None
    content_type: str | None
    description: str | None


@attrs.frozen(kw_only=True, repr=False)
class CreditModel(Model):
    """The price of a job: `base_credits`, and `credits_per_unit` for each `unit` of input."""

    is_free: bool | None
    type: str | None
    base_credits: float | None
    credits_per_unit: float | None
    unit: str | None


@attrs.frozen(kw_only=True, repr=False)
class Tool(Model):
    """A tool with its slots, settings, outputs and price.

    `results` describes each key of the result document.
    """

    _refers_to = ("tool", "id")

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

    def __str__(self) -> str:
        """The tool as a page of text: what it takes, returns and costs."""
        from ._display.tools import tool_page

        return tool_page(self)

    def slot(self, slot_id: str) -> Slot:
        """The slot with this id. Raises KeyError if the tool doesn't have it."""
        return next((slot for slot in self.slots if slot.id == slot_id), None) or _none_such(slot_id)

    def validate(self, inputs: Any, settings: Mapping[str, Any] | None = None, *, check: bool = True) -> None:
        """Check inputs and settings against this tool's contract, without a request.

        Raises InvalidInput, which names every slot, setting and line that is wrong, and warns with InputWarning of what
        may not be meant. What only the service knows, such as the content of an uploaded file, and which letters the
        tool takes, is not checked. With `check=False`, only what could not be sent at all is wrong.
        """
        from ._inputs import reader

        reader.validate(self, inputs, settings, check=check)


def _none_such(slot_id: str) -> Slot:
    raise KeyError(slot_id)


class JobStatus(StrEnum):
    """The status of a job. Values are recognised in upper and lower case.

    The enumeration is open: an unknown value is a valid status that is not terminal.
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
            ]  # `completed` can only mean this, and as an unknown status it would never end a wait
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown

    @property
    def is_terminal(self) -> bool:
        """Whether a job with this status has ended (documentation, page "Jobs")."""
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


@attrs.frozen(kw_only=True, repr=False)
class JobFailure(Model):
    """Why a job ended without success."""

    code: str | None
    message: str | None


@attrs.frozen(kw_only=True, repr=False)
class JobState(Model):
    """The state of a job at one time.

    `progress` is a percentage, times are aware and in UTC, and `credits_used` is what the job cost.
    """

    _refers_to = ("job", "id")

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
        """Whether the job has ended, with or without success.

        A status that this version doesn't know counts as running, unless the job has a time of completion.
        """
        return self.status.is_terminal or (not self.status.is_known and self.completed_at is not None)

    @property
    def _is_whole(self) -> bool:
        """Whether this is a whole job resource, not just the status from an event or a short response."""
        return self.tool is not None and self.created_at is not None

    def newer(self, other: JobState) -> JobState:
        """This state, with missing fields taken from `other`, since an event may have fewer fields than the job."""
        gaps = {
            field.name: getattr(other, field.name)
            for field in attrs.fields(JobState)
            if getattr(self, field.name) is None
            # The progress of a running job says nothing about one that has ended.
            and not (field.name == "progress" and self.is_terminal and not other.is_terminal)
        }
        return attrs.evolve(self, **gaps)


@attrs.frozen(kw_only=True, repr=False)
class BlockingError(Model):
    """Why a submit would be refused."""

    code: str | None
    message: str | None


@attrs.frozen(kw_only=True, repr=False)
class QuoteLimits(Model):
    active_concurrent_jobs: int | None
    max_concurrent_jobs: int | None
    daily_limit_used: int | None
    daily_limit_max: int | None


@attrs.frozen(kw_only=True, repr=False)
class Quote(Model):
    """What a job would cost, in credits, and why it would be refused, if so.

    `blocking_errors_known` is false if the response has reasons that can't be parsed, or lacks the field that the
    contract promises; `blocking_errors` is empty then.
    """

    tool: str | None
    estimated_credits: float
    available_credits: float | None
    billable_credits: float | None
    blocking_errors: tuple[BlockingError, ...]
    blocking_errors_known: bool = attrs.field(default=True, repr=False)
    limits: QuoteLimits | None
    billing_mode: str | None


@attrs.frozen(kw_only=True, repr=False)
class ResultFileInfo(Model):
    """A file of a result. `url` is signed and expires; it may be missing, as may `key`."""

    name: str
    content_type: str | None
    url: str | None = attrs.field(repr=False)
    key: str | None


@attrs.frozen(kw_only=True, repr=False)
class File(Model):
    """A file in the library. Its content can't be downloaded: no route returns it.

    `storage_owner` is `FILE_LIBRARY` (delete removes the content) or `JOB_ARTIFACT` (delete removes only the record).
    """

    _refers_to = ("file", "id")

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


@attrs.frozen(kw_only=True, repr=False)
class DeletedFile(Model):
    _refers_to = ("file", "id")

    id: str
    deleted: bool
