"""What happens in a batch, as the events of its journal.

Each class is one event, and its fields are those of the JSON object, besides `at` and `event`. `item` is the place of
an item in the plan, from 0. A field that has its default is left out. A newer version may add fields, which are
ignored here, and events, which are not: they may say that a job exists.

Events are never changed. They are not frozen because that makes reading all of them take longer by an eighth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import attrs

from .._message_text import number_text
from ._lines import encode as line_of, known


class UnknownEvent(ValueError):
    """An event that this version doesn't know. Its name is the message."""


@attrs.define
class SavedFile:
    """A file of a result. `path` is relative to the item's folder, `size` in bytes."""

    name: str
    path: str
    size: int
    sha256: str


@attrs.define
class Problem:
    """Why a job failed, in the service's words."""

    code: str | None
    message: str | None


def _files(given: Iterable[SavedFile | Mapping[str, Any]]) -> tuple[SavedFile, ...]:
    return tuple(each if isinstance(each, SavedFile) else known(SavedFile, each) for each in given)


def problem(given: Problem | Mapping[str, Any] | None) -> Problem | None:
    return given if given is None or isinstance(given, Problem) else known(Problem, given)


@attrs.define
class Event:
    """The base class of all events. `name` is what the journal calls it."""

    name: ClassVar[str]


@attrs.define
class Contract(Event):
    """The batch goes on with another version of the tool or of the contract."""

    tool_version: str | None
    contract: str


@attrs.define
class Estimate(Event):
    """A quote for the items with the same settings and about as many bytes. `credits` is for one item."""

    settings_sha256: str
    bytes: int
    credits: float | None


@attrs.define
class Forecast(Event):
    """What the batch is expected to cost in all: what is used and reserved, and the waiting items by their quotes.

    `unquoted` items are left out, because their price isn't known; `credits` is None if that of no waiting item is.
    """

    credits: float | None
    unquoted: int = 0

    def __str__(self) -> str:
        if self.credits is None:
            return "an unknown number of credits"
        left_out = f", without {self.unquoted:,} items that have no quote" if self.unquoted else ""
        return f"about {number_text(self.credits)} credits{left_out}"


@attrs.define
class Paused(Event):
    """The whole batch is paused, until a time (Unix seconds) or, with None, until it is started again."""

    reason: str
    until: float | None = None


@attrs.define
class ItemEvent(Event):
    item: int


@attrs.define
class Submit(ItemEvent):
    """The item is about to be submitted. `credits` is the estimate that is reserved for it until the response."""

    attempt: int
    credits: float | None = None


@attrs.define
class Submitted(ItemEvent):
    """The item's job exists. `credits` is what is reserved for it, `found` says that it was found in the job list."""

    attempt: int
    job: str
    created_at: float | None = None
    status: str | None = None
    credits: float | None = None
    found: bool = False


@attrs.define
class Unsent(ItemEvent):
    """Certainly no job was made. The item is pending again."""

    attempt: int
    code: str | None = None
    message: str | None = None


@attrs.define
class Doubt(ItemEvent):
    """Whether there is a job is unknown."""

    attempt: int
    message: str | None = None


@attrs.define
class Refused(ItemEvent):
    """The service refused the item, for good."""

    attempt: int
    code: str | None = None
    message: str | None = None


@attrs.define
class Ended(ItemEvent):
    """The item's job ended, with or without success; its result is still to be fetched."""

    attempt: int
    job: str
    status: str
    credits_used: float | None = None
    error: Problem | None = attrs.field(default=None, converter=problem)


@attrs.define
class Retry(ItemEvent):
    """The item is pending again; `attempt` is the new one, with a key of its own."""

    attempt: int
    reason: str | None = None


@attrs.define
class Saved(ItemEvent):
    """The item's result is stored. `data` says whether structured data are part of it."""

    files: tuple[SavedFile, ...] = attrs.field(default=(), converter=_files)
    data: bool = False


@attrs.define
class Failed(ItemEvent):
    """The item has no result, for good."""

    message: str | None = None
    code: str | None = None


@attrs.define
class Reused(ItemEvent):
    """The result was copied from `from_item`, the id of an equal item, of the batch in `folder`."""

    folder: str
    from_item: str
    files: tuple[SavedFile, ...] = attrs.field(default=(), converter=_files)
    data: bool = False


@attrs.define
class Resend(ItemEvent):
    """The user allowed to submit an item in doubt again."""


@attrs.define
class Skipped(ItemEvent):
    """The item is left out."""

    message: str | None = None


KINDS: tuple[type[Event], ...] = (
    Contract,
    Estimate,
    Forecast,
    Submit,
    Submitted,
    Unsent,
    Doubt,
    Refused,
    Ended,
    Retry,
    Saved,
    Failed,
    Reused,
    Paused,
    Resend,
    Skipped,
)

for _kind in KINDS:
    _kind.name = _kind.__name__.lower()

_BY_NAME = {kind.name: kind for kind in KINDS}


def cost(credits_used: float | None, reserved: float | None) -> float | None:
    """Return what a job that ended cost, in credits: what was reserved for it if the service doesn't say."""
    return credits_used if credits_used is not None and credits_used >= 0 else reserved


def encode(at: float, event: Event) -> bytes:
    """Return an event as a line of the journal. `at` is in Unix seconds."""
    fields = attrs.asdict(event, filter=_is_given)
    return line_of({"at": at, "event": event.name, **fields})


def _is_given(field: attrs.Attribute[Any], value: Any) -> bool:
    return bool(value != field.default)


def decode(fields: Any) -> tuple[float, Event]:
    """Return the time and the event of a line. Raises UnknownEvent, or ValueError if it is not an event at all."""
    try:
        at, name = fields.pop("at"), fields.pop("event")
        kind = _BY_NAME.get(name)
        if kind is None:
            raise UnknownEvent(name)
        return at, known(kind, fields)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"not an event: {error}") from None
