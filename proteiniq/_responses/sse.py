"""Parse event streams (WHATWG HTML, "Server-sent events"), without I/O.

Bytes go in as they arrive, events come out. The service documents the content type and that each
event's data is job status data (documentation, "Jobs"). It documents no event names, ids or
heartbeats, so everything that the format allows is accepted. The size limit is a choice of this
client.
"""

from __future__ import annotations

import re

import attrs

MAX_EVENT_BYTES = 1024 * 1024
"""The largest event that a stream may contain, in bytes, far above the size of job status data."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# 999,999,999 ms are 11 days, and Python rejects integers of thousands of digits.
_RETRY = re.compile(r"\d{1,9}", re.ASCII)


class EventTooLarge(ValueError):
    """An event, or an unfinished line, is larger than the stream's `max_event_bytes`."""


@attrs.frozen
class Event:
    """One event of a stream.

    `event` is its name, `message` by default. `data` is its text, with lines joined by line feeds.
    `id` is the last id set by the stream, in this event or earlier, None without one. `retry` is the
    reconnection time sent with this event, in milliseconds.
    """

    event: str
    data: str
    id: str | None = None
    retry: int | None = None


class EventStream:
    r"""An incremental parser of one event stream.

    It accepts chunks of any size, split anywhere, even inside a line end or a character. Lines end in
    CR, LF or CRLF; a byte-order mark at the start is skipped; invalid UTF-8 becomes U+FFFD. Parsing
    takes linear time and holds at most `max_event_bytes`.

    >>> stream = EventStream()
    >>> stream.feed(b'data: {"status": "QUEUED"}\n')
    []
    >>> stream.feed(b"\n: heartbeat\n")
    [Event(event='message', data='{"status": "QUEUED"}', id=None, retry=None)]
    >>> stream.heartbeats, stream.close()
    (1, False)
    """

    heartbeats: int
    """The number of comments received; servers send them to keep the connection alive."""

    last_event_id: str | None
    """The last id set by the stream, for the `Last-Event-ID` header when reconnecting."""

    retry: int | None
    """The last reconnection time set by the stream, in milliseconds."""

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
        self._reset_event()

    def feed(self, chunk: bytes) -> list[Event]:
        """Parse the next bytes of the stream and return the events that they complete.

        Raises `EventTooLarge` if an event exceeds the limit; the stream can't be used after that.
        """
        if not chunk:
            return []
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_cr = chunk.endswith(b"\r")

        events = []
        # Line ends are ASCII, so lines can be split before decoding: no character spans two lines.
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
        """Discard an incomplete event, and return whether there was one.

        The format requires this, since its data may be incomplete.
        """
        incomplete = bool(self._line or self._event_bytes)
        self._line.clear()
        self._reset_event()
        return incomplete

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
        self._reset_event()
        return event

    def _reset_event(self) -> None:
        self._event = ""
        self._data = []
        self._event_bytes = 0
        self._retry = None
