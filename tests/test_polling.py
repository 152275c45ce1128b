from __future__ import annotations

import math

import pytest

from proteiniq._policy.polling import (
    LAST_LOOK,
    LONGEST_INTERVAL,
    PATIENCE,
    READ_INTERVAL,
    SILENCE,
    STREAM_ATTEMPTS,
    STREAM_RETRY,
    Expire,
    OpenStream,
    ReadStatus,
    Watch,
    expire,
    next_step,
    poll_interval,
    reconnect_delay,
)

# ---- pauses


@pytest.mark.parametrize(
    ("status", "growth"),
    [
        ("PROCESSING", 1.25),
        ("SIMMERING", 1.25),
        (None, 1.25),
        ("PENDING", 1.5),
        ("QUEUED", 1.5),
        ("RETRY", 1.5),
    ],
)
def test_the_pause_between_reads_grows_faster_before_a_job_has_started(
    status: str | None, growth: float
) -> None:
    pauses = [poll_interval(status, reads) for reads in (0, 1, 2, 3)]
    assert pauses == [READ_INTERVAL, READ_INTERVAL, READ_INTERVAL * growth, READ_INTERVAL * growth**2]
    assert poll_interval(status, 10**6) == LONGEST_INTERVAL


def test_the_pause_before_a_stream_doubles_with_each_failure() -> None:
    assert [reconnect_delay(failures, 0.5) for failures in (0, 1, 2, 4)] == [0.5, 1.0, 2.0, 8.0]
    assert reconnect_delay(100, 0.5) == 15.0


@pytest.mark.parametrize(("asked", "delay"), [(None, 1.0), (0.0, 1.0), (12.0, 12.0), (3600.0, 30.0)])
def test_the_retry_field_of_a_stream_is_honoured_up_to_a_limit(asked: float | None, delay: float) -> None:
    assert reconnect_delay(1, 0.5, asked) == delay


# ---- what a wait knows


def test_an_event_with_another_status_resets_the_pace() -> None:
    watch = Watch(status="QUEUED", reads=3)
    assert watch.event_seen("QUEUED") is watch
    assert watch.event_seen("PROCESSING") == Watch(status="PROCESSING")


def test_reads_that_find_the_same_status_are_counted() -> None:
    once = Watch(read_failures=2, owes_read=True).status_read(10.0, "QUEUED")
    assert once == Watch(status="QUEUED", reads=1, read_at=10.0)
    twice = once.status_read(15.0, "QUEUED")
    assert (twice.reads, twice.read_at) == (2, 15.0)
    assert twice.status_read(20.0, "PROCESSING").reads == 1


def test_a_closed_stream_is_followed_by_a_read() -> None:
    left = Watch(stream_failures=1).stream_left(10.0, received=False, asked=7.0, retry_after=4.0)
    assert left == Watch(
        owes_read=True, read_not_before=14.0, stream_failures=2, stream_left_at=10.0, stream_asked=7.0
    )
    assert left.stream_left(20.0, received=True) == Watch(
        owes_read=True, read_not_before=20.0, stream_failures=0, stream_left_at=20.0
    )


def test_a_missing_stream_is_not_opened_again() -> None:
    gone = Watch().stream_unsupported(10.0)
    assert gone == Watch(streams=False, owes_read=True, stream_left_at=10.0)
    assert gone.status_read(10.0, "QUEUED").next_stream(0.5) is None


def test_a_failed_read_is_repeated() -> None:
    failed = Watch(read_failures=1).read_failed(10.0, retry_after=3.0)
    assert failed == Watch(read_at=10.0, read_failures=2, read_not_before=13.0, owes_read=True)
    assert Watch().read_failed(10.0).read_not_before == 10.0


def test_the_first_read_only_waits_for_a_retry_after() -> None:
    assert Watch(read_not_before=7.0).earliest_read == 7.0
    assert Watch(read_not_before=7.0).next_read == 7.0


def test_reads_are_five_seconds_apart_or_a_retry_after() -> None:
    assert Watch(read_at=10.0).earliest_read == 15.0
    assert Watch(read_at=10.0, read_not_before=40.0).earliest_read == 40.0
    assert Watch(read_at=10.0, read_not_before=40.0).next_read == 40.0


def test_the_next_read_is_soon_when_one_is_owed_and_backs_off_after_failures() -> None:
    assert Watch(read_at=10.0, status="QUEUED", reads=3).next_read == 10.0 + 11.25
    assert Watch(read_at=10.0, status="QUEUED", reads=3, owes_read=True).next_read == 15.0
    pauses = [
        Watch(read_at=0.0, read_failures=failures, owes_read=True).next_read for failures in (1, 2, 3, 99)
    ]
    assert pauses == [5.0, 7.5, 11.25, 60.0]


def test_the_first_stream_is_opened_at_once() -> None:
    assert Watch().next_stream(0.5) == -math.inf


def test_no_stream_is_opened_while_a_read_is_owed() -> None:
    assert Watch(owes_read=True).next_stream(0.5) is None
    assert Watch(streams=False).next_stream(0.5) is None


def test_a_stream_is_opened_again_after_a_pause_and_rested_when_it_keeps_failing() -> None:
    assert Watch(stream_left_at=10.0, stream_failures=1).next_stream(0.5) == 11.0
    assert Watch(stream_left_at=10.0, stream_asked=9.0).next_stream(0.5) == 19.0
    few, many = STREAM_ATTEMPTS - 1, STREAM_ATTEMPTS
    assert Watch(stream_left_at=10.0, stream_failures=few).next_stream(0.5) == 12.0
    assert Watch(stream_left_at=10.0, stream_failures=many).next_stream(0.5) == 10.0 + STREAM_RETRY


# ---- what comes next


def test_a_wait_starts_with_a_stream() -> None:
    assert next_step(Watch(), 100.0, jitter=0.5) == OpenStream(0.0, None, SILENCE, PATIENCE)
    assert next_step(Watch(deadline=160.0), 100.0, jitter=0.5) == OpenStream(0.0, 160.0 - LAST_LOOK)


def test_a_wait_without_streams_starts_with_a_read() -> None:
    assert next_step(Watch(streams=False), 100.0, jitter=0.5) == ReadStatus(0.0)
    assert next_step(Watch(streams=False, deadline=160.0), 100.0, jitter=0.5) == ReadStatus(0.0)


@pytest.mark.parametrize("now", [160.0, 161.0])
def test_no_request_is_started_at_or_after_the_deadline(now: float) -> None:
    assert next_step(Watch(deadline=160.0), now, jitter=0.5) == Expire()


def test_a_stream_is_opened_after_its_pause() -> None:
    watch = Watch(read_at=100.0, status="QUEUED", reads=1, stream_left_at=100.0, stream_failures=1)
    assert next_step(watch, 100.0, jitter=0.5) == OpenStream(1.0)
    assert next_step(watch, 100.5, jitter=0.5) == OpenStream(0.5)
    assert next_step(watch, 102.0, jitter=0.5) == OpenStream(0.0)


def test_while_streams_keep_failing_the_status_is_polled() -> None:
    watch = Watch(
        read_at=100.0, status="QUEUED", reads=1, stream_left_at=100.0, stream_failures=STREAM_ATTEMPTS
    )
    assert next_step(watch, 100.0, jitter=0.5) == ReadStatus(5.0)
    assert next_step(watch, 100.0 + STREAM_RETRY, jitter=0.5) == OpenStream(0.0)
    soon = Watch(
        read_at=216.0, status="QUEUED", reads=1, stream_left_at=101.0, stream_failures=STREAM_ATTEMPTS
    )
    assert next_step(soon, 216.0, jitter=0.5) == OpenStream(5.0)


def test_no_stream_is_opened_for_the_last_second() -> None:
    watch = Watch(deadline=160.0, read_at=150.0, status="QUEUED")
    assert next_step(watch, 158.9, jitter=0.5) == OpenStream(0.0, 159.0)
    assert next_step(watch, 159.0, jitter=0.5) == ReadStatus(0.0)
    waits = Watch(deadline=160.0, read_at=150.0, status="QUEUED", stream_left_at=158.0, stream_failures=1)
    assert next_step(waits, 158.0, jitter=0.5) == ReadStatus(1.0)


def test_the_last_read_is_made_just_before_the_deadline() -> None:
    watch = Watch(deadline=160.0, streams=False, read_at=150.0, status="QUEUED", reads=1)
    assert next_step(watch, 150.0, jitter=0.5) == ReadStatus(9.0)


def test_a_read_after_which_another_fits_is_made_when_it_is_due() -> None:
    watch = Watch(deadline=160.0, streams=False, read_at=149.0, status="QUEUED", reads=1)
    assert next_step(watch, 149.0, jitter=0.5) == ReadStatus(5.0)


def test_a_read_that_is_owed_is_made_when_it_is_due_even_if_it_is_the_last() -> None:
    watch = Watch(deadline=160.0, streams=False, read_at=150.0, owes_read=True)
    assert next_step(watch, 150.0, jitter=0.5) == ReadStatus(5.0)
    late = Watch(deadline=160.0, streams=False, read_at=150.0, read_failures=5, owes_read=True)
    assert next_step(late, 150.0, jitter=0.5) == ReadStatus(9.0)


def test_a_stream_ends_when_the_last_read_may_be_made() -> None:
    watch = Watch(deadline=160.0, read_at=154.5, status="QUEUED", reads=1)
    assert next_step(watch, 155.0, jitter=0.5) == OpenStream(0.0, 159.5)
    held = Watch(deadline=160.0, read_at=155.5, status="QUEUED", reads=1)
    assert next_step(held, 156.0, jitter=0.5) == OpenStream(0.0, 160.0)


def test_a_wait_without_another_read_sleeps_until_its_deadline() -> None:
    watch = Watch(deadline=160.0, streams=False, read_at=157.0, status="QUEUED")
    assert next_step(watch, 157.0, jitter=0.5) == Expire(3.0)
    exactly = Watch(deadline=160.0, streams=False, read_at=155.0, status="QUEUED")
    assert next_step(exactly, 156.0, jitter=0.5) == Expire(4.0)


def test_the_interval_between_reads_is_not_a_wait_that_the_service_asked_for() -> None:
    watch = Watch(deadline=160.0, streams=False, read_at=155.0, status="QUEUED")
    assert next_step(watch, 155.0, jitter=0.5) == Expire(5.0)


def test_a_retry_after_beyond_the_deadline_ends_at_once() -> None:
    watch = Watch(deadline=160.0, streams=False, read_not_before=400.0)
    assert next_step(watch, 100.0, jitter=0.5) == Expire(asked=300.0)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(154.0, Expire(asked=146.0)), (155.0, Expire(5.0)), (160.0, Expire(0.0)), (161.0, Expire(0.0))],
)
def test_the_end_of_a_wait(now: float, expected: Expire) -> None:
    assert expire(160.0, now, 300.0) == expected
