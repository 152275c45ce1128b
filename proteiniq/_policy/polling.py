"""What a wait for a job does next: listen to its events, or read its status.

Events are fast but may be lost; the status is authoritative. The service documents the event stream
with polling as a fallback, polling intervals that depend on the job's state and start at 5 s
(documentation, "Jobs"), and at most one status read per job in 5 s ("Rate limits"). Values not
documented by the service are choices of this client: how the intervals grow, how long a stream may
be silent and when to stop opening it.

Nothing here waits or reads a clock: `now` and `deadline` are monotonic times in seconds.
"""

from __future__ import annotations

from typing import Self

import attrs

READ_INTERVAL = 5.0
"""The shortest time between two status reads of one job, in seconds (documentation, "Rate limits")."""

LONGEST_INTERVAL = 30.0
"""The longest pause between two successful status reads, in seconds."""

LAST_LOOK = 1.0
"""How long before the deadline the last status read is sent, in seconds, so that its response can
still arrive."""

SILENCE = 30.0
"""How long a stream may send nothing before it is closed, in seconds. The service documents no
heartbeat."""

PATIENCE = 120.0
"""How long a stream may send only heartbeats before it is closed, in seconds."""

STREAM_ATTEMPTS = 3
"""How many streams in a row may fail without sending anything before the wait polls."""

STREAM_RETRY = 120.0
"""How long after that the stream is opened again, in seconds."""

_LONGEST_BACKOFF = 60.0
_LONGEST_RECONNECT = 30.0

# The intervals grow faster for a queued job, which may wait long, than for a running one. The service
# documents only the name `PROCESSING`; an unknown state counts as running.
_GROWTH: dict[str | None, float] = {"PENDING": 1.5, "QUEUED": 1.5, "RETRY": 1.5}
_GROWTH_RUNNING = 1.25


@attrs.frozen
class OpenStream:
    """Open the event stream after a pause, and listen.

    All times are in seconds. Close the stream after `silence` without a byte, after `patience`
    without an event, and in any case at the time `until`.
    """

    after: float
    until: float | None = None
    silence: float = SILENCE
    patience: float = PATIENCE


@attrs.frozen
class ReadStatus:
    """Read the job's status after a pause, in seconds."""

    after: float


@attrs.frozen
class Expire:
    """Stop: the deadline has passed, or no read can happen before it.

    If 5 s or less remain, sleep for `after` seconds, so that a loop of short waits is not a busy loop. If more
    remain, the service asked for a wait beyond the deadline: `asked`, in seconds.
    """

    after: float = 0.0
    asked: float | None = None


Step = OpenStream | ReadStatus | Expire


def poll_interval(status: str | None, reads: int) -> float:
    """Return the pause between two status reads, in seconds.

    `reads` is the number of reads in a row with this status. The pause starts at 5 s, grows faster
    for a job that has not started than for a running one, and ends at 30 s.

    >>> [round(poll_interval("PROCESSING", reads), 2) for reads in (1, 2, 3, 100)]
    [5.0, 6.25, 7.81, 30.0]
    """
    growth = _GROWTH.get(status, _GROWTH_RUNNING)
    return _grown(READ_INTERVAL, growth, reads - 1, LONGEST_INTERVAL)


def reconnect_delay(failures: int, jitter: float, asked: float | None = None) -> float:
    """Return the pause between closing a stream and reopening it, in seconds.

    The pause is random, between zero and a bound that starts at 1 s, doubles with each failure in a
    row and ends at 30 s; `jitter` is a random number in [0, 1). A pause that the stream `asked` for
    (`retry:`) is respected up to 30 s.
    """
    drawn = jitter * _grown(1.0, 2.0, failures, _LONGEST_RECONNECT)
    return max(drawn, min(asked or 0.0, _LONGEST_RECONNECT))


@attrs.frozen(kw_only=True)
class Watch:
    """The state of one wait for a job. Each method returns the next state.

    All arguments are optional: `deadline` (None waits forever), the known `status`, when it was last
    read (`read_at`), and `streams=False` to only poll.
    """

    deadline: float | None = None
    status: str | None = None
    streams: bool = True
    read_at: float | None = None
    reads: int = 0
    read_failures: int = 0
    read_not_before: float = float("-inf")
    stream_failures: int = 0
    stream_left_at: float | None = None
    stream_asked: float | None = None
    owes_read: bool = False

    def event_seen(self, status: str) -> Self:
        """Record the job's status from an event."""
        return self if status == self.status else attrs.evolve(self, status=status, reads=0)

    def stream_left(
        self,
        now: float,
        *,
        received: bool,
        asked: float | None = None,
        retry_after: float | None = None,
    ) -> Self:
        """Record that a stream ended, broke, fell silent, was rejected or was closed.

        `received` is true if it sent an event or a heartbeat. `asked` is its `retry:` in seconds;
        `retry_after` is the header of a rejection, which also delays status reads.
        """
        return attrs.evolve(
            self,
            owes_read=True,
            read_not_before=now + (retry_after or 0.0),
            stream_failures=0 if received else self.stream_failures + 1,
            stream_left_at=now,
            stream_asked=asked,
        )

    def stream_unsupported(self, now: float) -> Self:
        """Record that there is no event stream: the route is missing (404, 405, 406, 501), or it
        returned something else."""
        return attrs.evolve(self, streams=False, owes_read=True, stream_left_at=now)

    def status_read(self, now: float, status: str) -> Self:
        """Record a successful status read of a job that has not ended."""
        return attrs.evolve(
            self,
            status=status,
            reads=self.reads + 1 if status == self.status else 1,
            read_at=now,
            read_failures=0,
            owes_read=False,
        )

    def read_failed(self, now: float, retry_after: float | None = None) -> Self:
        """Record a status read that failed after its retries, with a failure that may pass."""
        return attrs.evolve(
            self,
            read_at=now,
            read_failures=self.read_failures + 1,
            read_not_before=now + (retry_after or 0.0),
            owes_read=True,
        )

    @property
    def earliest_read(self) -> float:
        """The earliest time at which the status may be read again."""
        if self.read_at is None:
            return self.read_not_before
        return max(self.read_not_before, self.read_at + READ_INTERVAL)

    @property
    def next_read(self) -> float:
        """When the status is read again if nothing else happens first."""
        if self.read_at is None:
            return self.read_not_before
        if self.read_failures:
            pause = _grown(READ_INTERVAL, 1.5, self.read_failures - 1, _LONGEST_BACKOFF)
        elif self.owes_read:
            pause = READ_INTERVAL
        else:
            pause = poll_interval(self.status, self.reads)
        return max(self.read_not_before, self.read_at + pause)

    def next_stream(self, jitter: float) -> float | None:
        """When the stream is opened again, None if a status read must come first."""
        if not self.streams or self.owes_read:
            return None
        if self.stream_left_at is None:
            return float("-inf")
        if self.stream_failures >= STREAM_ATTEMPTS:
            return self.stream_left_at + STREAM_RETRY
        pause = reconnect_delay(self.stream_failures, jitter, self.stream_asked)
        return self.stream_left_at + pause


def next_step(watch: Watch, now: float, *, jitter: float) -> Step:
    """Return what to do next; `jitter` is a random number in [0, 1).

    Between two streams there is a successful status read, and between two status reads at least 5 s.
    Nothing starts at or after the deadline; the last read is sent `LAST_LOOK` before it.

    >>> next_step(Watch(deadline=600.0), 0.0, jitter=0.5)
    OpenStream(after=0.0, until=599.0, silence=30.0, patience=120.0)
    """
    deadline = float("inf") if watch.deadline is None else watch.deadline
    last_look = deadline - LAST_LOOK
    end = min(deadline, max(last_look, watch.earliest_read))

    stream_at = watch.next_stream(jitter)
    read_at = max(now, watch.next_read)
    if stream_at is not None and stream_at < last_look and now < last_look:
        stream_at = max(now, stream_at)
        if watch.stream_failures < STREAM_ATTEMPTS or stream_at <= read_at:
            return OpenStream(stream_at - now, None if watch.deadline is None else end)

    start = in_time(deadline, now, watch.earliest_read, read_at, is_owed=watch.owes_read)
    return start if isinstance(start, Expire) else ReadStatus(start - now)


def in_time(
    deadline: float, now: float, earliest: float, planned: float, *, is_owed: bool = False
) -> float | Expire:
    """Return when to look if it is `planned` for a time, or the end of a wait that has no time for a look.

    `earliest` is the earliest time of a look. One so late that no other could follow is postponed to the last look,
    unless it `is_owed`.
    """
    if max(now, earliest) >= deadline:
        return expire(deadline, now, earliest)
    last = max(earliest, deadline - LAST_LOOK)
    if planned > last or (not is_owed and planned + READ_INTERVAL > last):
        return max(now, last)
    return planned


def expire(deadline: float, now: float, earliest: float) -> Expire:
    """Return the end of a wait whose next read, at `earliest`, would be at its deadline or later."""
    # The interval between reads explains a pause of 5 s; a longer one is a wait that the service asked for.
    if deadline <= now + READ_INTERVAL:
        return Expire(max(0.0, deadline - now))
    return Expire(asked=earliest - now)


def _grown(start: float, factor: float, times: int, longest: float) -> float:
    # The exponent is bounded because a job may be polled for days, and a large power overflows a float.
    return min(longest, start * factor ** min(max(times, 0), 64))
