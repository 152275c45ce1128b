from __future__ import annotations

import threading
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from proteiniq._policy.retry import Attempt, Failure, GiveUp, RetryBudget, RetryPolicy, Wait

POLICY = RetryPolicy()
TRANSIENT = [408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]
FAILURES: list[Failure] = ["connect", "timeout", "read", "write", "protocol"]
JITTER = st.floats(min_value=0, max_value=1, exclude_max=True)
WAITS = st.floats(min_value=0, max_value=1e6)

attempts = st.builds(
    Attempt,
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    number=st.integers(min_value=1, max_value=10),
    idempotent=st.booleans(),
    sent=st.booleans(),
    repeatable=st.booleans(),
    status=st.none() | st.integers(min_value=100, max_value=599),
    code=st.none() | st.sampled_from(["rate_limited", "internal_error", "conflict", "new_code"]),
    failure=st.none() | st.sampled_from(get_args(Failure)),
    retry_after=st.none() | WAITS,
    reset_after=st.none() | WAITS,
)


def get(
    *,
    number: int = 1,
    status: int | None = None,
    code: str | None = None,
    failure: Failure | None = None,
    retry_after: float | None = None,
    reset_after: float | None = None,
) -> Attempt:
    return Attempt(
        method="GET",
        number=number,
        idempotent=True,
        status=status,
        code=code,
        failure=failure,
        retry_after=retry_after,
        reset_after=reset_after,
    )


def post(
    *,
    key: bool = False,
    sent: bool = True,
    repeatable: bool = True,
    status: int | None = None,
    failure: Failure | None = None,
) -> Attempt:
    return Attempt(
        method="POST",
        number=1,
        idempotent=key,
        sent=sent,
        repeatable=repeatable,
        status=status,
        failure=failure,
    )


def decide(attempt: Attempt, remaining: float | None = None) -> Wait | GiveUp:
    return POLICY.decide(attempt, jitter=0.5, remaining=remaining)


@pytest.mark.parametrize("status", TRANSIENT)
def test_a_get_is_retried_after_a_transient_response(status: int) -> None:
    assert decide(get(status=status)) == Wait(0.25, str(status))


@pytest.mark.parametrize("failure", FAILURES)
def test_a_get_is_retried_after_a_failure(failure: Failure) -> None:
    assert decide(get(failure=failure)) == Wait(0.25, f"{failure} failure")


def test_a_refused_certificate_is_final() -> None:
    assert decide(get(failure="tls")) == GiveUp("final")


@pytest.mark.parametrize("status", [301, 400, 401, 402, 409, 422, 501, 505])
def test_a_final_response_is_never_retried(status: int) -> None:
    assert decide(get(status=status)) == GiveUp("final")


@pytest.mark.parametrize(
    "code", ["validation_error", "conflict", "job_not_completed", "insufficient_credits"]
)
def test_a_final_code_wins_over_a_transient_status(code: str) -> None:
    assert decide(get(status=503, code=code, retry_after=5)) == GiveUp("final")


@pytest.mark.parametrize("code", ["rate_limited", "internal_error"])
def test_a_transient_code_wins_over_a_final_status(code: str) -> None:
    assert decide(get(status=400, code=code)) == Wait(0.25, f"400 {code}")


def test_an_unknown_code_is_judged_by_its_status() -> None:
    assert isinstance(decide(get(status=503, code="brand_new")), Wait)


def test_a_truncated_response_is_a_failure() -> None:
    assert decide(get(status=200, failure="read")) == Wait(0.25, "read failure")


def test_a_truncated_final_response_is_still_final() -> None:
    assert decide(get(status=402, failure="read")) == GiveUp("final")


@pytest.mark.parametrize("status", [408, 500, 503])
def test_a_post_without_a_key_is_not_retried_after_a_transient_response(status: int) -> None:
    assert decide(post(status=status)) == GiveUp("unsafe")


@pytest.mark.parametrize("failure", ["timeout", "read"])
def test_a_post_without_a_key_is_not_retried_once_a_byte_was_sent(failure: Failure) -> None:
    assert decide(post(failure=failure)) == GiveUp("unsafe")


def test_a_post_without_a_key_is_retried_when_no_byte_was_sent() -> None:
    assert isinstance(decide(post(failure="connect", sent=False)), Wait)


def test_a_post_without_a_key_is_retried_when_the_rate_limit_refused_it() -> None:
    assert isinstance(decide(post(status=429)), Wait)


@pytest.mark.parametrize("failure", ["timeout", "read"])
def test_a_post_with_a_key_is_retried_after_a_lost_response(failure: Failure) -> None:
    assert isinstance(decide(post(key=True, failure=failure)), Wait)


@pytest.mark.parametrize("status", [429, 503])
def test_a_body_that_cannot_be_sent_again_is_not(status: int) -> None:
    assert decide(post(key=True, repeatable=False, status=status)) == GiveUp("unsafe")


def test_a_body_that_cannot_be_sent_again_may_be_sent_once() -> None:
    attempt = post(key=True, repeatable=False, sent=False, failure="connect")
    assert isinstance(decide(attempt), Wait)


def test_the_attempt_after_the_last_retry_is_the_last() -> None:
    assert isinstance(decide(get(number=4, status=503)), Wait)
    assert decide(get(number=5, status=503)) == GiveUp("attempts")


def test_max_retries_of_zero_disables_retries() -> None:
    policy = RetryPolicy(max_retries=0)
    assert policy.decide(get(status=503), jitter=0.5) == GiveUp("attempts")


def test_the_pause_doubles_up_to_its_cap() -> None:
    pauses = [POLICY.backoff(number) for number in (1, 2, 3, 6, 7, 8, 10_000)]
    assert pauses == [0.5, 1.0, 2.0, 16.0, 30.0, 30.0, 30.0]


@given(st.integers(min_value=1, max_value=4), JITTER)
def test_the_pause_is_drawn_from_zero_to_its_bound(number: int, jitter: float) -> None:
    decision = POLICY.decide(get(number=number, status=503), jitter=jitter)
    assert isinstance(decision, Wait)
    assert decision.seconds == jitter * POLICY.backoff(number)


@given(attempts, JITTER, st.none() | WAITS)
def test_retry_after_is_never_shortened(attempt: Attempt, jitter: float, remaining: float | None) -> None:
    decision = POLICY.decide(attempt, jitter=jitter, remaining=remaining)
    if isinstance(decision, Wait) and attempt.retry_after is not None:
        assert decision.seconds >= attempt.retry_after


@given(attempts, JITTER, WAITS)
def test_no_wait_reaches_the_deadline(attempt: Attempt, jitter: float, remaining: float) -> None:
    decision = POLICY.decide(attempt, jitter=jitter, remaining=remaining)
    if isinstance(decision, Wait):
        assert decision.seconds < remaining


@given(attempts, JITTER)
def test_a_request_that_may_have_been_paid_for_is_never_sent_twice(attempt: Attempt, jitter: float) -> None:
    if attempt.sent and not attempt.idempotent and not attempt.rate_limited:
        assert isinstance(POLICY.decide(attempt, jitter=jitter), GiveUp)


@pytest.mark.parametrize("remaining", [19.0, 20.0])
def test_a_retry_after_that_reaches_the_deadline_gives_up_with_the_pause(remaining: float) -> None:
    decision = POLICY.decide(get(status=503, retry_after=20), jitter=0.0, remaining=remaining)
    assert decision == GiveUp("deadline", 20.0)


def test_a_pause_beyond_the_deadline_gives_up_with_its_length() -> None:
    assert decide(get(number=4, status=503), remaining=1.0) == GiveUp("deadline", 2.0)


def test_the_maximum_pause_does_not_limit_retry_after() -> None:
    decision = POLICY.decide(get(status=503, retry_after=90), jitter=0.0)
    assert decision == Wait(90.0, "503")


def test_a_very_long_retry_after_gives_up_when_there_is_no_deadline() -> None:
    decision = POLICY.decide(get(status=429, retry_after=301), jitter=0.0)
    assert decision == GiveUp("retry_after", 301.0)


def test_a_very_long_retry_after_is_waited_out_when_the_deadline_allows_it() -> None:
    decision = POLICY.decide(get(status=429, retry_after=301), jitter=0.0, remaining=302.0)
    assert decision == Wait(301.0, "429")


def test_retry_after_is_jittered() -> None:
    attempt = get(status=429, retry_after=10)
    assert decide(attempt) == Wait(10.25, "429")


def test_repeated_zero_retry_after_values_back_off() -> None:
    assert decide(get(number=4, status=503, retry_after=0)) == Wait(2.0, "503")


def test_the_rate_limit_reset_replaces_a_missing_retry_after() -> None:
    decision = POLICY.decide(get(status=429, reset_after=7), jitter=0.0)
    assert decision == Wait(7.0, "429")


def test_the_rate_limit_reset_is_ignored_after_a_server_error() -> None:
    assert decide(get(status=503, reset_after=7)) == Wait(0.25, "503")


def test_an_exhausted_budget_gives_up_with_the_refill_time() -> None:
    budget = RetryBudget(capacity=2, refill=0.5)
    assert budget.charge(Wait(1, "503"), now=0.0) == Wait(1, "503")
    assert budget.charge(Wait(1, "503"), now=0.0) == Wait(1, "503")
    assert budget.charge(Wait(1, "503"), now=0.0) == GiveUp("budget", 2.0)


def test_giving_up_uses_no_budget() -> None:
    budget = RetryBudget(capacity=1)
    assert budget.charge(GiveUp("final"), now=0.0) == GiveUp("final")
    assert isinstance(budget.charge(Wait(1, "503"), now=0.0), Wait)


def test_time_refills_the_budget() -> None:
    budget = RetryBudget(capacity=1, refill=0.5)
    budget.charge(Wait(1, "503"), now=0.0)
    assert isinstance(budget.charge(Wait(1, "503"), now=1.9), GiveUp)
    assert isinstance(budget.charge(Wait(1, "503"), now=2.0), Wait)


def test_successes_refill_the_budget() -> None:
    budget = RetryBudget(capacity=1, refund=0.5, refill=0)
    budget.charge(Wait(1, "503"), now=0.0)
    budget.succeeded(now=0.0)
    assert budget.charge(Wait(1, "503"), now=0.0) == GiveUp("budget", None)
    budget.succeeded(now=0.0)
    assert isinstance(budget.charge(Wait(1, "503"), now=0.0), Wait)


def test_the_budget_never_grows_beyond_its_capacity() -> None:
    budget = RetryBudget(capacity=1)
    for now in range(100):
        budget.succeeded(now=float(now))
    budget.charge(Wait(1, "503"), now=99.0)
    assert isinstance(budget.charge(Wait(1, "503"), now=99.0), GiveUp)


def test_a_clock_that_goes_back_does_not_refill_the_budget() -> None:
    budget = RetryBudget(capacity=1)
    budget.charge(Wait(1, "503"), now=1000.0)
    assert budget.charge(Wait(1, "503"), now=0.0) == GiveUp("budget", 1.0)
    assert isinstance(budget.charge(Wait(1, "503"), now=1.0), Wait)


@given(st.lists(st.floats(min_value=0, max_value=10), min_size=1, max_size=200))
def test_retries_of_a_service_that_only_fails_are_bounded_by_time(gaps: list[float]) -> None:
    budget = RetryBudget(capacity=5, refill=1.0)
    now, made = 0.0, 0
    for gap in gaps:
        now += gap
        made += isinstance(budget.charge(Wait(0, "503"), now), Wait)
    assert made <= 5 + now + 1e-6


def test_threads_share_the_budget_exactly() -> None:
    budget = RetryBudget(capacity=100, refill=0)
    made: list[bool] = []

    def retry() -> None:
        for _ in range(50):
            made.append(isinstance(budget.charge(Wait(0, "503"), now=0.0), Wait))

    threads = [threading.Thread(target=retry) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 100


def test_a_wait_of_exactly_the_longest_that_is_allowed_is_kept() -> None:
    policy = RetryPolicy(max_retry_after=60.0)
    assert policy.decide(get(status=429, retry_after=60.0), jitter=0.0) == Wait(60.0, "429")


def test_an_exhausted_budget_has_its_refill_time() -> None:
    budget = RetryBudget(capacity=1.0, refill=1.0)
    assert budget.charge(Wait(0.5, "503"), now=100.0) == Wait(0.5, "503")
    assert budget.charge(Wait(0.5, "503"), now=100.25) == GiveUp("budget", 0.75)
