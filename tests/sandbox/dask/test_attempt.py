"""Which execution of an attempt may go on, and how long a lost one may."""

from __future__ import annotations

from hypothesis import given, strategies as st

from proteiniq.sandbox import _lease
from proteiniq.sandbox._dask.attempt import Attempt, Execution

FIRST, SECOND = Execution("tcp://a:1", "p", "1"), Execution("tcp://b:1", "q", "2")


def test_only_the_first_execution_that_asks_may_go_on() -> None:
    attempt = Attempt(30.0)
    assert [attempt.asks(each, 1.0) for each in (FIRST, SECOND, FIRST)] == [True, False, True]


def test_an_execution_of_an_attempt_that_nobody_wants_may_not_go_on() -> None:
    attempt = Attempt(30.0, wanted=False)
    assert not attempt.asks(FIRST, 1.0)
    assert attempt.holder is None


@given(
    lease=st.floats(1, 3600),
    offset=st.floats(-1e6, 1e6),
    rate=st.floats(0.96, 1.04),
    delays=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=10),
)
def test_nothing_runs_when_the_sandbox_takes_it_for_ended(
    lease: float, offset: float, rate: float, delays: list[tuple[float, float]]
) -> None:
    """The worker's clock is another one and a little fast or slow; each message takes its time."""
    attempt, now, until = Attempt(lease), 0.0, -float("inf")
    for there, back in delays:
        said = offset + now * rate
        now += there
        if attempt.asks(FIRST, now):
            attempt.renews(now)
            until = max(until, said + lease)
        now += back
    ends = (until - offset) / rate
    assert ends <= attempt.over <= now + _lease.over(0, lease)
