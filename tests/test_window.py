"""The window of a rate limit: who may leave when, by our own requests and by what the service says."""

from __future__ import annotations

import json
from collections.abc import Callable

import attrs
import pytest
from hypothesis import given, strategies as st

from proteiniq._policy.pacing import LONGEST_FLIGHT, Window
from proteiniq._policy.pacing_state import LONGEST_HOLD, State


def send(window: Window, now: float) -> float:
    """Send a request with an immediate response, as soon as it may leave. Returns the time."""
    seat = window.reserve(now)
    for _ in range(1000):
        if (delay := window.claim(seat, now)) <= 0:
            break
        now += delay
    else:
        raise AssertionError("the request was never allowed to leave")
    window.release(seat, now)
    return now


def test_the_first_requests_leave_at_once() -> None:
    window = Window(limit=3, seconds=60)
    assert [send(window, 10.0) for _ in range(3)] == [10.0, 10.0, 10.0]


def test_a_request_beyond_the_limit_waits_until_the_oldest_is_a_window_ago() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    send(window, 10.0)
    send(window, 30.0)
    assert send(window, 40.0) == 70.0
    assert send(window, 70.0) == 90.0


def test_headroom_makes_the_window_longer() -> None:
    window = Window(limit=1, seconds=60, headroom=0.1)
    send(window, 0.0)
    assert send(window, 0.0) == pytest.approx(66.0)


def test_the_seat_of_a_slow_request_is_free_a_window_after_its_response() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    slow, next_one = window.reserve(0.0), window.reserve(0.0)
    assert window.claim(slow, 0.0) == 0.0
    assert window.claim(next_one, 59.0) > 0
    window.release(slow, 61.0)
    assert window.claim(next_one, 61.0) == 60.0
    assert window.claim(next_one, 121.0) == 0.0


def test_places_are_given_in_order() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    first, second, third = window.reserve(10.0), window.reserve(10.0), window.reserve(10.0)
    assert [window.claim(seat, 10.0) for seat in (third, second, first)] == [170.0, 110.0, 50.0]


def test_a_late_sleeper_is_not_overtaken() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    first, second = window.reserve(59.0), window.reserve(59.0)
    assert window.claim(second, 65.0) == 60.0
    assert window.claim(first, 65.0) == 0.0


def test_an_abandoned_place_moves_the_others_ahead() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    first, second = window.reserve(0.0), window.reserve(0.0)
    assert window.claim(second, 0.0) == 120.0
    assert window.release(first, 0.0) is False
    assert window.claim(second, 0.0) == 60.0


def test_releasing_twice_has_no_effect() -> None:
    window = Window(limit=2, seconds=60)
    seat = window.reserve(0.0)
    window.claim(seat, 0.0)
    assert window.release(seat, 0.0) is True
    assert window.release(seat, 0.0) is False
    assert send(window, 0.0) == 0.0


def test_a_claim_that_was_granted_stays_granted() -> None:
    window = Window(limit=1, seconds=60)
    seat = window.reserve(0.0)
    assert window.claim(seat, 0.0) == 0.0
    assert window.claim(seat, 1.0) == 0.0


def test_a_request_that_never_reached_the_service_is_not_counted() -> None:
    window = Window(limit=1, seconds=60)
    seat = window.reserve(0.0)
    window.claim(seat, 0.0)
    assert window.cancel(seat, 0.0) is True
    assert window.cancel(window.reserve(0.0), 0.0) is False
    assert send(window, 0.0) == 0.0


@pytest.mark.parametrize(
    ("limit", "seconds", "headroom"), [(0, 60.0, 0.0), (1, 0.0, 0.0), (1, float("nan"), 0.0), (1, 60.0, -0.1)]
)
def test_a_window_without_room_or_length_is_refused(limit: int, seconds: float, headroom: float) -> None:
    with pytest.raises(ValueError, match=r"^a window must have a limit .* got "):
        Window(limit, seconds, headroom=headroom)


def test_a_window_may_be_shorter_than_a_second() -> None:
    window = Window(limit=1, seconds=0.5, headroom=0)
    assert [send(window, 0.0), send(window, 0.0)] == [0.0, 0.5]


def test_a_short_wait_is_not_extended() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    assert window.claim(window.reserve(59.875), 59.875) == 0.125


def test_each_waiting_request_waits_for_its_own_seat() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    send(window, 0.0)
    send(window, 30.0)
    first, second = window.reserve(40.0), window.reserve(40.0)
    assert [window.claim(first, 40.0), window.claim(second, 40.0)] == [20.0, 50.0]


def test_requests_beyond_ours_count_as_those_of_others() -> None:
    window = Window(limit=10, seconds=60)
    send(window, 0.0)
    window.observe(0.0, limit=10, remaining=6)
    assert [send(window, 0.0) for _ in range(6)] == [0.0] * 6
    assert send(window, 0.0) > 0.0


def test_requests_of_others_expire_as_they_came() -> None:
    window = Window(limit=4, seconds=60, headroom=0)
    window.observe(100.0, remaining=0)
    # Spread over the minute before: at 55, 70, 85 and 100.
    assert [send(window, 100.0) for _ in range(4)] == [115.0, 130.0, 145.0, 160.0]


def test_requests_of_others_that_are_counted_again_keep_their_times() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    window.observe(100.0, remaining=0)
    window.observe(101.0, remaining=0)
    assert window.state.others == [70.0, 100.0]


def test_fewer_requests_of_others_are_counted_when_the_service_counts_fewer() -> None:
    window = Window(limit=10, seconds=60)
    window.observe(0.0, remaining=4)
    seat = window.reserve(0.0)
    window.claim(seat, 0.0)
    window.observe(0.0, seat=seat, remaining=9)
    assert window.state.others == []


def test_our_own_requests_are_not_taken_for_those_of_others() -> None:
    window = Window(limit=10, seconds=60)
    for sent in range(1, 6):
        seat = window.reserve(0.0)
        window.claim(seat, 0.0)
        window.observe(0.0, remaining=10 - sent)
        window.release(seat, 0.0)
    assert [send(window, 0.0) for _ in range(5)] == [0.0] * 5


def test_a_late_response_does_not_drop_requests_of_others() -> None:
    window = Window(limit=10, seconds=60)
    seats = [window.reserve(0.0), window.reserve(0.0)]
    for seat in seats:
        window.claim(seat, 0.0)
    window.observe(0.0, remaining=4)
    window.observe(0.0, remaining=9)
    for seat in seats:
        window.release(seat, 0.0)
    assert [send(window, 0.0) for _ in range(4)] == [0.0] * 4
    assert send(window, 0.0) > 0.0


def test_another_limit_is_taken_over_from_the_headers() -> None:
    window = Window(limit=10, seconds=60)
    window.observe(0.0, limit=2)
    assert window.limit == 2
    send(window, 0.0)
    send(window, 0.0)
    assert send(window, 0.0) > 60.0


def test_a_limit_of_zero_does_not_replace_the_last_one() -> None:
    window = Window(limit=10, seconds=60)
    window.observe(0.0, limit=2)
    window.observe(0.0, limit=0)
    assert window.limit == 2


@pytest.mark.parametrize("limit", [0, -1, 10**12])
def test_an_absurd_limit_does_no_harm(limit: int) -> None:
    window = Window(limit=10, seconds=60)
    window.observe(0.0, limit=limit, remaining=-(10**12))
    assert 1 <= window.limit <= 100_000


def test_requests_that_expired_during_a_response_are_not_those_of_others() -> None:
    window = Window(limit=4, seconds=10, headroom=0)
    for _ in range(3):
        seat = window.reserve(0.0)
        assert window.claim(seat, 0.0) == 0.0
        window.release(seat, 0.0)
    late = window.reserve(9.5)
    assert window.claim(late, 9.5) == 0.0
    window.observe(10.5, seat=late, remaining=0, reset_after=5.0)
    assert window.state.others == []
    assert window.held(10.5) == 0.0


def test_all_requests_that_expired_during_a_response_count_as_ours() -> None:
    window = Window(limit=4, seconds=10, headroom=0)
    send(window, 0.0)
    send(window, 1.0)
    late = window.reserve(9.5)
    assert window.claim(late, 9.5) == 0.0
    assert not window.idle(10.5)
    window.observe(11.5, seat=late, remaining=1)
    assert window.state.others == []


@pytest.mark.parametrize(("remaining", "others"), [(4, 4), (5, 3), (6, 2), (9, 0)])
def test_requests_that_only_the_headroom_keeps_are_not_taken_from_those_of_others(
    remaining: int, others: int
) -> None:
    window = Window(limit=10, seconds=10, headroom=0.1)
    send(window, 2.0)
    send(window, 3.0)
    window.observe(10.0, remaining=4)
    seat = window.reserve(12.0)
    window.claim(seat, 12.0)
    window.observe(12.0, seat=seat, remaining=remaining)  # the service no longer counts the one of 2 s
    assert (len(window.state.ours), len(window.state.others)) == (2, others)


def test_requests_that_expired_before_a_request_was_sent_are_not_in_its_count() -> None:
    window = Window(limit=4, seconds=10, headroom=0)
    send(window, 0.0)
    seat = window.reserve(11.0)
    window.claim(seat, 11.0)
    window.observe(12.0, seat=seat, remaining=1)
    assert len(window.state.others) == 2


def test_a_response_after_a_very_long_time_is_read_as_of_now() -> None:
    window = Window(limit=4, seconds=10, headroom=0)
    slow = window.reserve(0.0)
    window.claim(slow, 0.0)
    send(window, LONGEST_FLIGHT - 5)
    window.observe(
        LONGEST_FLIGHT + 6, seat=slow, remaining=2
    )  # the slow one's seat was freed, and the other's
    assert len(window.state.others) == 1


def test_a_limit_exhausted_by_our_own_requests_does_not_wait_for_the_reset() -> None:
    window = Window(limit=1, seconds=10, headroom=0)
    seat = window.reserve(0.0)
    assert window.claim(seat, 0.0) == 0.0
    window.observe(0.0, seat=seat, remaining=0, reset_after=11.0)
    window.release(seat, 0.0)
    assert window.claim(window.reserve(0.0), 0.0) == 10.0


def test_an_exhausted_limit_waits_for_the_reset() -> None:
    window = Window(limit=4, seconds=60, headroom=0)
    window.observe(100.0, remaining=0, reset_after=40)
    assert send(window, 100.0) == 140.0


def test_one_request_of_others_is_enough_to_wait_for_the_reset() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    send(window, 50.0)
    window.observe(100.0, remaining=0, reset_after=40)
    assert send(window, 100.0) == 140.0


def test_the_last_request_of_a_limit_does_not_wait_for_the_reset() -> None:
    window = Window(limit=4, seconds=60, headroom=0)
    window.observe(100.0, remaining=1, reset_after=40)
    assert send(window, 100.0) == 100.0


def crowded(limit: int, ours: int) -> Window:
    """A window of 60 s that others used up in the minute before 9 s, but for `ours`, sent at 9 s and at 10 s."""
    window = Window(limit, seconds=60, headroom=0)
    window.observe(9.0, remaining=ours)
    for number in range(ours):
        send(window, 10.0 if number else 9.0)
    window.observe(10.0, remaining=0)
    return window


@pytest.mark.parametrize(("ours", "first"), [(0, 16.5), (2, 30.0), (3, 46.0), (4, 69.0), (6, 69.0)])
def test_the_more_of_a_full_window_is_ours_the_longer_we_wait_for_our_own_places(
    ours: int, first: float
) -> None:
    assert send(crowded(8, ours), 10.0) == first


def test_after_a_refusal_places_are_left_to_others_all_the_same() -> None:
    window = crowded(8, ours=4)
    window.refused(10.0, retry_after=2.0)
    assert window.held(10.0) == 2.0
    assert window.claim(window.reserve(10.0), 60.0) == 9.0


def test_places_are_no_longer_left_to_others_when_there_are_more_than_they_took() -> None:
    window = crowded(8, ours=4)
    window.observe(12.0)
    seat = window.reserve(20.0)
    assert window.claim(seat, 20.0) == 49.0
    window.observe(20.0, remaining=1)
    assert window.claim(seat, 20.0) == 0.0


@pytest.mark.parametrize(("remaining", "others", "both"), [(2, 6, False), (3, 5, True), (8, 0, True)])
def test_requests_are_sent_one_at_a_time_when_others_leave_a_quarter(
    remaining: int, others: int, both: bool
) -> None:
    window = Window(limit=8, seconds=60)
    window.observe(0.0, remaining=remaining)
    assert len(window.state.others) == others
    first, second = window.reserve(0.0), window.reserve(0.0)
    assert window.claim(first, 0.0) == 0.0
    assert (window.claim(second, 0.0) == 0.0) is both


def test_requests_are_not_sent_one_at_a_time_because_of_our_own() -> None:
    window = Window(limit=4, seconds=60, headroom=0)
    for _ in range(3):
        send(window, 0.0)
    window.observe(0.0, remaining=1)
    first, second = window.reserve(60.0), window.reserve(60.0)
    assert [window.claim(first, 60.0), window.claim(second, 60.0)] == [0.0, 0.0]


def test_a_reset_far_away_is_believed_for_one_window() -> None:
    window = Window(limit=4, seconds=60, headroom=0)
    window.observe(100.0, remaining=0, reset_after=86_400)
    assert send(window, 100.0) == 160.0


def test_a_refusal_stops_queued_requests_too() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    waiting = window.reserve(0.0)
    window.refused(0.0, retry_after=30)
    assert window.claim(waiting, 0.0) == 30.0
    assert window.claim(waiting, 29.0) == 1.0
    assert window.claim(waiting, 30.0) == 0.0


def test_after_a_refusal_one_request_probes_first() -> None:
    window = Window(limit=10, seconds=60)
    first, second = window.reserve(0.0), window.reserve(0.0)
    window.refused(0.0, retry_after=30)
    assert window.claim(first, 30.0) == 0.0
    assert window.claim(second, 30.0) > 0.0
    window.observe(30.5, remaining=9)
    window.release(first, 30.5)
    third = window.reserve(30.5)
    assert [window.claim(second, 30.5), window.claim(third, 30.5)] == [0.0, 0.0]


def test_a_response_to_an_earlier_request_does_not_replace_the_probe() -> None:
    window = Window(limit=10, seconds=60)
    window.refused(0.0, retry_after=30)
    window.observe(1.0, remaining=9)
    first, second = window.reserve(30.0), window.reserve(30.0)
    assert window.claim(first, 30.0) == 0.0
    assert window.claim(second, 30.0) > 0.0


def test_the_end_of_another_request_does_not_end_the_probe() -> None:
    window = Window(limit=10, seconds=60)
    first, second, third = (window.reserve(0.0) for _ in range(3))
    window.refused(0.0, retry_after=30)
    assert window.claim(first, 30.0) == 0.0
    window.release(second, 30.0)
    assert window.claim(third, 30.0) > 0.0


@pytest.mark.parametrize("limit", [1, 10])
def test_a_refusal_overrides_the_estimate_of_others(limit: int) -> None:
    window = Window(limit, seconds=60)
    window.observe(0.0, remaining=0)
    window.refused(0.0, retry_after=3)
    assert send(window, 0.0) == 3.0


def test_a_slow_first_request_does_not_block_the_others() -> None:
    window = Window(limit=10, seconds=60)
    upload = window.reserve(0.0)
    window.refused(0.0, retry_after=1)
    assert window.claim(upload, 1.0) == 0.0
    assert send(window, 1.0) == pytest.approx(6.0)


def test_an_absurd_refusal_does_not_block_the_key_forever() -> None:
    window = Window(limit=10, seconds=60)
    window.refused(0.0, retry_after=1e9)
    assert send(window, 0.0) == 3600.0


def test_waiting_does_not_spin_without_a_known_time() -> None:
    window = Window(limit=10, seconds=60)
    first, second = window.reserve(0.0), window.reserve(0.0)
    window.refused(0.0, retry_after=0)
    window.claim(first, 0.0)
    assert window.claim(second, 0.0) >= 0.1


def test_a_small_step_back_of_the_clock_allows_no_extra_requests() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 100.0)
    assert send(window, 99.0) >= 159.0
    assert send(window, 160.0) >= 219.0


def test_a_restarted_clock_does_not_block_requests() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 1_000_000.0)
    window.refused(1_000_000.0, retry_after=600)
    assert send(window, 5.0) == 5.0


def test_learned_figures_survive_a_restarted_clock() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.observe(1_000_000.0, limit=2, window=300.0)
    assert [send(window, 5.0) for _ in range(3)] == [5.0, 5.0, 305.0]


def test_a_seat_is_not_given_again_after_the_clock_restarted() -> None:
    window = Window(limit=1, seconds=60)
    assert window.reserve(1_000_000.0) != window.reserve(5.0)


def test_a_lost_request_frees_its_seat_after_a_while() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.claim(window.reserve(0.0), 0.0)
    other = window.reserve(599.0)
    assert window.claim(other, 599.0) > 0
    assert window.claim(other, LONGEST_FLIGHT) == 60.0
    assert window.claim(other, LONGEST_FLIGHT + 60.0) == 0.0


def test_requests_without_an_owner_count_as_complete() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    send(window, 0.0)
    lost, waiting = window.reserve(10.0), window.reserve(10.0)
    assert window.claim(lost, 10.0) == 0.0
    window.forget_seats()
    assert (window.state.flying, window.state.queue, window.state.asked) == ({}, [], {})
    assert window.claim(waiting, 10.0) == 50.0
    assert window.claim(window.reserve(10.0), 10.0) == 60.0


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda window: window.reserve(0.0), id="queued"),
        pytest.param(lambda window: window.claim(window.reserve(0.0), 0.0), id="in flight"),
        pytest.param(lambda window: send(window, 0.0), id="complete"),
        pytest.param(lambda window: window.observe(0.0, remaining=0), id="others"),
        pytest.param(lambda window: window.refused(0.0, 30.0), id="refused"),
    ],
)
def test_a_window_in_use_is_not_idle(use: Callable[[Window], object]) -> None:
    window = Window(limit=1, seconds=60)
    assert window.idle(0.0)
    use(window)
    assert not window.idle(1.0)


def test_a_window_is_idle_when_its_pause_is_over() -> None:
    window = Window(limit=1, seconds=60)
    window.refused(0.0, 30.0)
    assert (window.idle(29.0), window.idle(30.0)) == (False, True)


def test_a_window_is_idle_at_the_latest_after_a_lost_request_and_the_last_pause() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.claim(window.reserve(10.0), 10.0)
    assert window.idle_from() == 10.0 + LONGEST_FLIGHT + 60.0
    assert not window.idle(10.0 + LONGEST_FLIGHT)
    assert window.idle(window.idle_from())
    window.refused(1000.0, LONGEST_HOLD)
    assert window.idle_from() == 1000.0 + LONGEST_HOLD


def test_an_abandoned_place_is_not_waited_for() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    gone, other = window.reserve(30.0), window.reserve(30.0)
    assert window.claim(other, 49.0) == 71.0
    assert window.claim(other, 60.0) == 0.0
    window.release(gone, 60.0)


def test_a_late_waiter_gets_its_place_back() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    sleeper, other = window.reserve(0.0), window.reserve(0.0)
    assert window.claim(other, 30.0) == 30.0
    assert window.claim(sleeper, 31.0) == 29.0
    assert window.claim(other, 31.0) == 89.0


@pytest.mark.parametrize("limit", [1, 100_000])
def test_the_state_of_a_window_is_possible(limit: int) -> None:
    window = Window(limit, seconds=60, headroom=0)
    assert window.state.is_possible()
    send(window, 0.0)
    window.claim(window.reserve(60.0), 60.0)
    window.observe(60.0, limit=limit, remaining=0, window=LONGEST_HOLD)
    window.reserve(60.0)
    assert window.state.is_possible()
    window.refused(60.0, LONGEST_HOLD)
    assert window.state.is_possible()


def test_the_state_of_the_longest_window_is_possible_when_others_use_it_up() -> None:
    window = Window(limit=4, seconds=LONGEST_HOLD)
    send(window, 0.0)
    window.observe(0.0, remaining=2)
    send(window, 0.0)
    window.observe(0.0, remaining=0, reset_after=2 * LONGEST_HOLD)
    assert [window.state.hold, window.state.yields] == pytest.approx([3618.0, 3618.0])
    assert window.state.is_possible()


def test_the_state_of_a_window_with_a_probe_is_possible() -> None:
    window = Window(limit=10, seconds=60)
    window.refused(0.0, retry_after=0)
    window.claim(window.reserve(0.0), 0.0)
    assert window.state.is_possible()


def test_a_seat_that_was_never_assigned_is_impossible() -> None:
    window = Window(limit=1, seconds=60)
    window.claim(window.reserve(0.0), 0.0)
    assert not attrs.evolve(window.state, flying={window.state.seats: 0.0}).is_possible()


def test_a_stored_state_continues() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    flying, waiting = window.reserve(0.0), window.reserve(0.0)
    window.claim(flying, 0.0)
    window.observe(0.0, limit=3, remaining=1, reset_after=5.0)
    window.refused(0.0, 10.0)
    stored = json.dumps(attrs.asdict(window.state, recurse=False))
    again = Window(2, 60, State(**json.loads(stored)), headroom=0)
    assert again.state == window.state
    assert again.state.is_possible()
    assert again.release(flying, 1.0) is True
    assert again.claim(waiting, 9.0) == 1.0


@given(st.lists(st.floats(min_value=0, max_value=30), max_size=60))
def test_requests_leave_no_later_than_the_limit_demands(gaps: list[float]) -> None:
    window = Window(limit=5, seconds=20, headroom=0)
    now, left = 0.0, []
    for gap in gaps:
        now = send(window, now + gap)
        left.append(now)
        earliest = left[-6] + 20 if len(left) > 5 else 0.0
        asked = (left[-2] if len(left) > 1 else 0.0) + gap
        # To the millisecond, the shortest wait that is ever told.
        assert now == pytest.approx(max(earliest, asked), abs=0.002)


@pytest.mark.case
def test_headers_never_raise_the_limit_above_what_the_user_set() -> None:
    window = Window(limit=2, seconds=60, most=2, headroom=0)
    window.observe(0.0, limit=120, remaining=119)
    assert [send(window, 0.0) for _ in range(3)] == [0.0, 0.0, 60.0]
    window.observe(60.0, limit=1)
    assert window.limit == 1


def test_requests_of_others_leave_us_our_share_of_a_higher_limit() -> None:
    window = Window(limit=2, seconds=60, most=2, headroom=0)
    window.observe(10.0, limit=10, remaining=3)  # seven of others
    assert [send(window, 10.0), send(window, 10.0)] == [10.0, 10.0]
    crowded = Window(limit=2, seconds=60, most=2, headroom=0)
    crowded.observe(10.0, limit=10, remaining=0)
    assert send(crowded, 10.0) > 10.0


@pytest.mark.case
def test_a_longer_window_is_learned_from_the_headers() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.observe(0.0, window=300.0)
    assert [send(window, 0.0), send(window, 0.0)] == [0.0, 300.0]
    window.observe(300.0, window=20.0)
    assert send(window, 300.0) == 600.0


@pytest.mark.parametrize(("seconds", "believed"), [(3600.0, 3600.0), (3601.0, 60.0), (86_400.0, 60.0)])
def test_a_window_is_believed_up_to_an_hour(seconds: float, believed: float) -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.observe(0.0, window=seconds)
    assert [send(window, 0.0), send(window, 0.0)] == [0.0, believed]
