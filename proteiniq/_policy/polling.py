"""What a wait for a job does next: listen to its events, or ask for its status.

Events are the fast hint, the status is the truth. The service documents the event stream with
polling to fall back on, a pace of polling that depends on the job's state and starts at 5 s
(documentation, "Jobs"), and no more than one status read in 5 s for each job ("Rate limits"). How
the pace goes on, how long a silence is too long and when to stop trying the stream are our choice.

Nothing here waits or reads a clock: `now` is a monotonic time in seconds, as is `deadline`.
"""

from __future__ import annotations

from typing import Self

import attrs

READ_INTERVAL = 5.0
"""The shortest time between two status reads of one job, in seconds (documentation, "Rate limits")."""

LONGEST_INTERVAL = 30.0
"""The longest pause between two status reads that succeed, in seconds. Our choice."""

LAST_LOOK = 1.0
"""How long before the deadline the last status read is made, in seconds, so that its answer can
still arrive. Our choice."""

SILENCE = 30.0
"""How long a stream may bring no byte at all before it is left, in seconds. Our choice: the service
states no heartbeat."""

PATIENCE = 120.0
"""How long a stream may bring heartbeats and no event before it is left, in seconds. Our choice."""

STREAM_ATTEMPTS = 3
"""How many streams in a row may fail without bringing anything before the wait polls. Our choice."""

STREAM_RETRY = 120.0
"""How long after that the stream is tried again, in seconds. Our choice."""

_LONGEST_BACKOFF = 60.0
_LONGEST_RECONNECT = 30.0

# A job that waits for a machine may wait long; one that runs ends when it ends. Our choice, and so
# are the names but for `PROCESSING`. A state that we don't know is taken for a kind of running.
_GROWTH = {"PENDING": 1.5, "QUEUED": 1.5, "RETRY": 1.5}
_GROWTH_RUNNING = 1.25


@attrs.frozen
class OpenStream:
    """Open the event stream after a pause, and listen.

    All times are in seconds. Leave the stream after `silence` without a byte, after `patience`
    without an event, and at the moment `until`, whatever it brings.
    """

    after: float
    until: float | None = None
    silence: float = SILENCE
    patience: float = PATIENCE


@attrs.frozen
class ReadStatus:
    """Ask for the job's status after a pause, in seconds."""

    after: float


@attrs.frozen
class Expire:
    """Stop: the deadline has come, or nothing more can be learned before it does.

    A rest of less than 5 s is slept through, so that short waits in a loop are no busy loop. A longer one is there
    when the service asks for a wait beyond the deadline: `asked`, in seconds.
    """

    after: float = 0.0
    asked: float | None = None


Step = OpenStream | ReadStatus | Expire


def poll_interval(status: str | None, reads: int) -> float:
    """Return the pause between two status reads, in seconds.

    `reads` is how many reads in a row have found this status. The pause starts at 5 s, grows faster
    for a job that has not started than for one that runs, and ends at 30 s.

    >>> [round(poll_interval("PROCESSING", reads), 2) for reads in (1, 2, 3, 100)]
    [5.0, 6.25, 7.81, 30.0]
    """
    growth = _GROWTH.get(status or "", _GROWTH_RUNNING)
    return _grown(READ_INTERVAL, growth, reads - 1, LONGEST_INTERVAL)


def reconnect_delay(failures: int, jitter: float, asked: float | None = None) -> float:
    """Return the pause before a stream is opened again, in seconds from when it was left.

    It is drawn from zero to a bound that starts at 1 s, doubles with each failure in a row and ends
    at 30 s; `jitter` is a random number in [0, 1). The pause that the stream `asked` for (`retry:`)
    is kept up to that end.
    """
    drawn = jitter * _grown(1.0, 2.0, failures, _LONGEST_RECONNECT)
    return max(drawn, min(asked or 0.0, _LONGEST_RECONNECT))


@attrs.frozen(kw_only=True)
class Watch:
    """What one wait for a job has seen so far; each method returns what it knows afterwards.

    A new one needs at most `deadline` (None waits for ever), the `status` that is known, when it
    was last read (`read_at`), and `streams=False` for a wait that only polls.
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
        """An event told the job's status."""
        return self if status == self.status else attrs.evolve(self, status=status, reads=0)

    def stream_left(
        self,
        now: float,
        *,
        received: bool,
        asked: float | None = None,
        retry_after: float | None = None,
    ) -> Self:
        """A stream has ended, broke, fell silent, was refused or was left.

        `received` says whether it brought an event or a heartbeat. `asked` is its `retry:` in
        seconds, `retry_after` the header of a refusal, after which the status waits too.
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
        """The stream's route is not there (404, 405, 406, 501), or gave something else."""
        return attrs.evolve(self, streams=False, owes_read=True, stream_left_at=now)

    def status_read(self, now: float, status: str) -> Self:
        """A status read was answered, with a state that is not terminal."""
        return attrs.evolve(
            self,
            status=status,
            reads=self.reads + 1 if status == self.status else 1,
            read_at=now,
            read_failures=0,
            owes_read=False,
        )

    def read_failed(self, now: float, retry_after: float | None = None) -> Self:
        """A status read failed, after its retries, in a way that another may not."""
        return attrs.evolve(
            self,
            read_at=now,
            read_failures=self.read_failures + 1,
            read_not_before=now + (retry_after or 0.0),
            owes_read=True,
        )

    @property
    def earliest_read(self) -> float:
        """When the status may be read again, at the earliest."""
        if self.read_at is None:
            return self.read_not_before
        return max(self.read_not_before, self.read_at + READ_INTERVAL)

    @property
    def next_read(self) -> float:
        """When the status is read again, if nothing else happens before."""
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
        """When the stream is opened again, None when not before another status read."""
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

    Between two streams there is a status read that succeeded, between two status reads are 5 s, and
    nothing is started at the deadline or after it. The last read is made `LAST_LOOK` before it.

    >>> next_step(Watch(deadline=600.0), 0.0, jitter=0.5)
    OpenStream(after=0.0, until=599.0, silence=30.0, patience=120.0)
    """
    if watch.deadline is None:
        last_look, end = float("inf"), None
    elif now >= watch.deadline:
        return Expire()
    else:
        last_look = watch.deadline - LAST_LOOK
        end = min(watch.deadline, max(last_look, watch.earliest_read))

    stream_at = watch.next_stream(jitter)
    read_at = max(now, watch.next_read)
    if stream_at is not None and stream_at < last_look and now < last_look:
        stream_at = max(now, stream_at)
        if watch.stream_failures < STREAM_ATTEMPTS or stream_at <= read_at:
            return OpenStream(stream_at - now, end)

    if watch.deadline is None or end is None:
        return ReadStatus(read_at - now)
    if max(now, watch.earliest_read) >= watch.deadline:
        return expire(watch.deadline, now, watch.earliest_read)
    # A read so late that none could follow it is made at the last look instead.
    if (not watch.owes_read and read_at + READ_INTERVAL > end) or read_at > end:
        read_at = max(now, end)
    return ReadStatus(read_at - now)


def expire(deadline: float, now: float, earliest: float) -> Expire:
    """Return the end of a wait that can learn nothing more before its deadline, but `earliest` at the earliest."""
    rest = max(0.0, deadline - now)
    return Expire(rest) if rest < READ_INTERVAL else Expire(asked=earliest - now)


def _grown(start: float, factor: float, times: int, longest: float) -> float:
    # The exponent is bounded because a float is, and a job may be polled for days.
    return min(longest, start * factor ** min(max(times, 0), 64))
