"""The event stream format, without a connection (WHATWG HTML, "Server-sent events").

Bytes go in as they arrive, events come out. The service's documentation ("Jobs", events) states the
content type and that each event's data is job status data; it states no event names, ids or
heartbeats, so everything that the format allows is accepted here.
"""

from __future__ import annotations

import re

import attrs

MAX_EVENT_BYTES = 1024 * 1024
"""The longest event that a stream may hold, in bytes: our choice, far above job status data."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# A pause of 999,999,999 ms is 11 days, and Python refuses to read thousands of digits.
_RETRY = re.compile(r"\d{1,9}", re.ASCII)


class EventTooLarge(ValueError):
    """An event, or a line that never ends, outgrew the stream's `max_event_bytes`."""


@attrs.frozen
class Event:
    """One event of a stream.

    `event` is its name, `message` when it has none. `data` is its text, lines joined by a line
    feed. `id` is the last id that the stream has set, here or earlier, None when it has set none.
    `retry` is the pause before a reconnect, in milliseconds, that came with this event.
    """

    event: str
    data: str
    id: str | None = None
    retry: int | None = None


class EventStream:
    r"""An incremental parser of one event stream.

    It takes chunks of any size, cut anywhere: inside a line end, inside a character. Lines end in
    CR, LF or CRLF; a byte-order mark at the start is skipped; invalid UTF-8 becomes U+FFFD. Time is
    linear in the bytes fed, and no more than `max_event_bytes` of them are held.

    >>> stream = EventStream()
    >>> stream.feed(b'data: {"status": "QUEUED"}\n')
    []
    >>> stream.feed(b"\n: heartbeat\n")
    [Event(event='message', data='{"status": "QUEUED"}', id=None, retry=None)]
    >>> stream.heartbeats, stream.close()
    (1, False)
    """

    heartbeats: int
    """How many comments have come; servers send them to show that the stream is alive."""

    last_event_id: str | None
    """The last id that the stream has set, for the `Last-Event-ID` header of a reconnect."""

    retry: int | None
    """The last pause before a reconnect that the stream asked for, in milliseconds."""

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.heartbeats = 0
        self.last_event_id = None
        self.retry = None
        self._max_event_bytes = max_event_bytes
        self._at_start = True
        self._after_cr = False
        self._line = bytearray()
        self._data: list[str] = []
        self._retry: int | None = None
        self._forget_event()

    def feed(self, chunk: bytes) -> list[Event]:
        """Take the next bytes of the stream and return the events that they complete.

        Raises `EventTooLarge` when an event outgrows the limit; the stream is of no use then.
        """
        if not chunk:
            return []
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r")

        events = []
        # Line ends are ASCII, so lines can be cut before decoding: no character spans two of them.
        for piece in chunk.splitlines(keepends=True):
            line = piece.rstrip(b"\r\n")
            if self._event_bytes + len(self._line) + len(line) > self._max_event_bytes:
                raise EventTooLarge(f"an event is larger than {self._max_event_bytes} bytes")
            self._line += line
            if len(line) < len(piece):
                event = self._end_line()
                if event is not None:
                    events.append(event)
        return events

    def close(self) -> bool:
        """Drop an event whose end never came, and say whether there was one.

        The format asks to drop it: what looks like its data may be a part of it only.
        """
        left = bool(self._line or self._event_bytes)
        self._line.clear()
        self._forget_event()
        return left

    def _end_line(self) -> Event | None:
        line = bytes(self._line)
        self._line.clear()
        if self._at_start:
            self._at_start = False
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            return self._end_event()
        if line.startswith(b":"):
            self.heartbeats += 1
            return None
        self._event_bytes += len(line) + 1
        name, _, value = line.decode("utf-8", "replace").partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._event = value
            case "id" if "\0" not in value:
                self.last_event_id = value or None
            case "retry" if _RETRY.fullmatch(value):
                self.retry = self._retry = int(value)
            case _:
                pass

    def _end_event(self) -> Event | None:
        event = None
        if self._data:
            event = Event(
                event=self._event or "message",
                data="\n".join(self._data),
                id=self.last_event_id,
                retry=self._retry,
            )
        self._forget_event()
        return event

    def _forget_event(self) -> None:
        self._event = ""
        self._data = []
        self._event_bytes = 0
        self._retry = None
