"""The request window, reads of one job, and their headers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from proteiniq.sandbox._limits import JobReads, Windows, retry_after

from .clients import START, Api, Clock, body, code, generous


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(clock: Clock) -> Iterator[Api]:
    """Three requests in 60 s, and one read of a job in 5 s, on a clock of its own."""
    with generous(rate_limit=3, job_read_interval=5.0, clock=clock) as sandbox, Api(sandbox) as api:
        yield api


def test_a_window_is_used_up_and_opens_again(limited: Api, clock: Clock) -> None:
    left = []
    for _ in range(3):
        response = limited.get("account")
        left.append(response.headers["X-RateLimit-Remaining"])
        clock.now += 10
    assert left == ["2", "1", "0"]
    response = limited.get("tools")
    assert code(response) == (429, "rate_limited")
    assert response.headers["X-RateLimit-Limit"] == "3"
    assert response.headers["X-RateLimit-Remaining"] == "0"
    assert response.headers["Retry-After"] == "30"
    reset = datetime.datetime.fromisoformat(response.headers["X-RateLimit-Reset"])
    assert reset.timestamp() == START + 60
    assert response.headers["X-RateLimit-Reset"].endswith(".000Z")
    clock.now = START + 60
    assert limited.get("account").status_code == 200
    assert code(limited.get("account")) == (429, "rate_limited")


def test_each_key_has_a_window_of_its_own(limited: Api) -> None:
    for _ in range(3):
        limited.get("account")
    with Api(limited.sandbox, limited.sandbox.create_key()) as other:
        assert other.get("account").status_code == 200


def test_a_reset_opens_every_window(limited: Api) -> None:
    for _ in range(4):
        limited.get("account")
    limited.sandbox.reset()
    assert limited.get("account").status_code == 200


def test_an_event_stream_counts_as_one_request_and_no_job_read(limited: Api) -> None:
    submitted = limited.submit()
    assert limited.ended(submitted["id"])["status"] == "COMPLETED"
    assert limited.get(f"jobs/{submitted['id']}/status").status_code == 200


def test_status_and_result_of_one_job_share_one_read(clock: Clock) -> None:
    with generous(job_read_interval=5.0, clock=clock) as sandbox, Api(sandbox) as api:
        first, second = api.run()["id"], api.run()["id"]
        assert api.get(f"jobs/{first}/status").status_code == 200
        clock.now += 1.5
        response = api.get(f"results/{first}")
        assert code(response) == (429, "rate_limited")
        assert response.headers["Retry-After"] == "4"
        assert api.get(f"results/{second}").status_code == 200
        with Api(sandbox, sandbox.create_key()) as other:
            assert other.get(f"jobs/{first}/status").status_code == 200
        clock.now += 3.5
        assert api.get(f"results/{first}").status_code == 200


def test_an_account_has_the_window(limited: Api) -> None:
    limits = body(limited.get("account"))["limits"]
    assert limits["public_api_rate_limit"] == {"limit": 3, "window_seconds": 60}


def test_a_window_below_a_second_still_fits_the_contract() -> None:
    with generous(rate_limit=1, rate_window=0.5) as sandbox, Api(sandbox) as api:
        limits = body(api.get("account"))["limits"]
        assert limits["public_api_rate_limit"]["window_seconds"] == 1
        assert 0 < float(api.get("account").headers["Retry-After"]) <= 0.5


@given(st.lists(st.floats(0, 30), min_size=1, max_size=60), st.integers(1, 5))
def test_no_window_ever_holds_more_than_the_limit(steps: list[float], limit: int) -> None:
    windows = Windows(limit, 10.0)
    now, passed = START, []
    for step in steps:
        now += step
        verdict = windows.ask("key", now)
        assert 0 <= verdict.remaining <= limit
        if verdict.allowed:
            passed.append(now)
        else:
            assert windows.ask("key", now + verdict.retry_after + 1e-3).allowed
            passed.append(now + verdict.retry_after + 1e-3)
            now = passed[-1]
    assert all(sum(t - 10 < other <= t for other in passed) <= limit for t in passed)


def test_a_clock_that_is_set_back_does_not_block_requests() -> None:
    windows, reads = Windows(1, 60.0), JobReads(5.0)
    assert windows.ask("key", START).allowed
    assert windows.ask("key", START - 3600).allowed
    assert reads.ask("key", "job", START) == 0
    assert reads.ask("key", "job", START - 3600) == 0


@pytest.mark.parametrize(
    ("wait", "period", "header"),
    [(5, 5, "5"), (4.2, 5, "5"), (0.01, 5, "1"), (0, 60, "1"), (0.25, 0.5, "0.25"), (0, 0.5, "0.001")],
)
def test_retry_after_is_whole_seconds_unless_the_period_is_below_one(
    wait: float, period: float, header: str
) -> None:
    assert retry_after(wait, period) == header
