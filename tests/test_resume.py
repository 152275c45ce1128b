from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from proteiniq._policy.resume import (
    EXPIRED,
    OUT_OF_RANGE,
    Cut,
    Renew,
    Restart,
    late_result,
    renewed_file,
    resume,
)
from proteiniq._policy.retry import GiveUp, RetryPolicy, Wait
from proteiniq.models import JobStatus, ResultFileInfo

POLICY = RetryPolicy(max_retries=3, base_delay=1.0, max_delay=8.0, max_retry_after=60.0)


def follows(cut: Cut, *, failures: int = 1, renewed: bool = False) -> Wait | Restart | Renew | GiveUp:
    return resume(cut, failures=failures, renewed=renewed, policy=POLICY, jitter=1.0)


def test_an_interrupted_download_resumes_from_its_part() -> None:
    assert follows(Cut()) == Wait(1.0, "cut")


def test_each_attempt_without_progress_doubles_the_pause() -> None:
    pauses = [follows(Cut(status=503), failures=number) for number in (1, 2, 3)]
    assert [move.seconds for move in pauses if isinstance(move, Wait)] == [1.0, 2.0, 4.0]


def test_attempts_without_progress_are_limited_by_max_retries() -> None:
    assert follows(Cut(status=503), failures=4) == GiveUp("attempts")


@pytest.mark.parametrize("status", EXPIRED)
def test_an_expired_url_is_renewed_once_per_progress(status: int) -> None:
    expired = Cut(status=status, may_pass=False)
    assert follows(expired) == Renew()
    assert follows(expired, renewed=True) == GiveUp("final")


def test_a_permanent_failure_ends_the_download() -> None:
    assert follows(Cut(status=404, may_pass=False)) == GiveUp("final")


@pytest.mark.parametrize("cut", [Cut(spoiled=True), Cut(status=OUT_OF_RANGE, may_pass=False)])
def test_an_unfitting_part_restarts_the_download(cut: Cut) -> None:
    assert follows(cut) == Restart(1.0)


def test_retry_after_of_the_storage_is_honoured() -> None:
    assert follows(Cut(status=503, retry_after=30.0)) == Wait(30.0, "503")


def test_a_wait_that_is_too_long_ends_the_download() -> None:
    assert follows(Cut(status=503, retry_after=60.0)) == Wait(60.0, "503")
    assert follows(Cut(status=503, retry_after=61.0)) == GiveUp("retry_after", 61.0)


@given(
    status=st.none() | st.integers(400, 599),
    may_pass=st.booleans(),
    spoiled=st.booleans(),
    retry_after=st.none() | st.floats(0, 1e6),
    failures=st.integers(1, 10),
    renewed=st.booleans(),
    jitter=st.floats(0, 1, exclude_max=True),
)
def test_pauses_are_within_their_bounds(
    status: int | None,
    may_pass: bool,
    spoiled: bool,
    retry_after: float | None,
    failures: int,
    renewed: bool,
    jitter: float,
) -> None:
    cut = Cut(status=status, may_pass=may_pass, spoiled=spoiled, retry_after=retry_after)
    move = resume(cut, failures=failures, renewed=renewed, policy=POLICY, jitter=jitter)
    if isinstance(move, (Wait, Restart)):
        assert (retry_after or 0.0) <= move.seconds <= POLICY.max_retry_after
        assert failures <= POLICY.max_retries


def test_a_late_result_is_requested_again_after_retry_after() -> None:
    move = late_result(JobStatus.COMPLETED, reads=1, retry_after=40.0, now=0.0, give_up=300.0)
    assert move == Wait(40.0, "late result")


@pytest.mark.parametrize(("status", "pause"), [(JobStatus.COMPLETED, 6.25), (JobStatus.QUEUED, 7.5)])
def test_a_late_result_is_requested_at_the_pace_of_the_status(status: JobStatus, pause: float) -> None:
    move = late_result(status, reads=2, retry_after=None, now=0.0, give_up=300.0)
    assert move == Wait(pause, "late result")


def test_a_late_result_is_not_waited_for_beyond_the_end_of_the_wait() -> None:
    move = late_result(JobStatus.COMPLETED, reads=1, retry_after=40.0, now=270.0, give_up=300.0)
    assert move == GiveUp("deadline", 40.0)
    move = late_result(JobStatus.COMPLETED, reads=1, retry_after=40.0, now=260.0, give_up=300.0)
    assert move == GiveUp("deadline", 40.0)


@pytest.mark.case
@pytest.mark.parametrize(("now", "move"), [(280.0, Wait(19.0, "late result")), (295.0, GiveUp("deadline"))])
def test_a_late_result_is_read_just_before_the_end_of_the_wait(now: float, move: Wait | GiveUp) -> None:
    assert late_result(JobStatus.COMPLETED, reads=20, retry_after=None, now=now, give_up=300.0) == move


def twin(url: str | None) -> ResultFileInfo:
    return ResultFileInfo(name="model.pdb", content_type=None, url=url, key=None)


@pytest.mark.parametrize("signature", ["", "?sig=2", "?sig=2?3"])
def test_a_file_with_a_new_signature_is_the_same(signature: str) -> None:
    fresh = [twin("https://storage.test/b?sig=1"), twin(f"https://storage.test/a{signature}")]
    assert renewed_file(twin("https://storage.test/a?sig=1?1"), fresh, nth=0, count=2) is fresh[1]


@pytest.mark.parametrize("url", [None, "http://["])
def test_another_file_without_a_usable_url_does_no_harm(url: str | None) -> None:
    fresh = [twin(url), twin("https://storage.test/a?sig=2")]
    assert renewed_file(twin("https://storage.test/a?sig=1"), fresh, nth=0, count=1) is fresh[1]
