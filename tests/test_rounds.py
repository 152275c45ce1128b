"""The plan of a wait for many jobs, in virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from proteiniq._policy.look import PAGE, Failed, Listed, ListPage, Outcome, ReadJob
from proteiniq._policy.poll_many import (
    BURST,
    EARLIEST_ROUND,
    LONGEST_PAUSE,
    MOST_UNHEARD,
    PER_REQUEST,
    Follow,
    Listen,
    Move,
    Pause,
    Rounds,
)
from proteiniq._policy.polling import Expire
from proteiniq.models import JobState, JobStatus

NOON = datetime(2026, 6, 12, 12, tzinfo=UTC)


def state(
    job_id: str,
    status: str = "PROCESSING",
    created: datetime | None = None,
    completed: datetime | None = None,
) -> JobState:
    return JobState(
        id=job_id,
        status=JobStatus(status),
        tool=None,
        name=None,
        progress=None,
        created_at=created,
        started_at=None,
        completed_at=completed,
        credits_used=None,
        error=None,
    )


@attrs.define
class Service:
    """Jobs, newest first, and when they end, s. Each was made a minute before the last, if `made` says nothing else."""

    jobs: list[str]
    ends: dict[str, float]
    now: float = 0.0
    pages: list[float] = attrs.Factory(list)
    reads: list[tuple[float, str]] = attrs.Factory(list)
    rounds: list[float] = attrs.Factory(list)
    ended: dict[str, float] = attrs.Factory(dict)
    listens: list[float] = attrs.Factory(list)
    streams: bool = False
    made: dict[str, datetime] = attrs.Factory(dict)

    def state(self, job_id: str) -> JobState:
        status = "COMPLETED" if self.now >= self.ends.get(job_id, 0.0) else "PROCESSING"
        if job_id not in self.jobs:
            return state(job_id, status)
        created = self.made.get(job_id, NOON - timedelta(minutes=self.jobs.index(job_id)))
        completed = NOON + timedelta(seconds=self.ends.get(job_id, 0.0)) if status == "COMPLETED" else None
        return state(job_id, status, created, completed)

    def tell(self, rounds: Rounds, told: JobState) -> None:
        if told.id in rounds.left and told.is_terminal:
            rounds.changed()
            self.ended[told.id] = self.now
        rounds.seen(told, self.now)

    def perform(self, rounds: Rounds, *, longest: float = 1e6) -> Iterator[Move]:
        """Follow the plan until it stops."""
        page = 0
        outcome: Outcome = None
        while self.now < longest and (move := rounds.next_move(self.now, outcome)):
            yield move
            outcome = None
            match move:
                case Pause(seconds):
                    assert seconds > 0
                    self.now += seconds
                case ListPage(is_first):
                    page = 0 if is_first else page + 1
                    if is_first:
                        self.rounds.append(self.now)
                    self.pages.append(self.now)
                    shown = [self.state(job) for job in self.jobs[page * PAGE : (page + 1) * PAGE]]
                    for told in shown:
                        self.tell(rounds, told)
                    outcome = Listed(shown, has_more=len(self.jobs) > (page + 1) * PAGE)
                case ReadJob(job_id):
                    self.reads.append((self.now, job_id))
                    self.tell(rounds, self.state(job_id))
                case Listen(job_id, seconds):
                    assert seconds > 0
                    self.listens.append(self.now)
                    if self.streams:
                        self.now = max(self.now, min(self.now + seconds, self.ends.get(job_id, 0.0)))
                        self.tell(rounds, self.state(job_id))
                case Follow() | Expire():
                    return


def service(count: int) -> Service:
    return Service([f"job_{number}" for number in range(count)], {})


def test_one_page_covers_a_hundred_jobs() -> None:
    world = service(100)
    world.ends = dict.fromkeys(world.jobs, 60.0)
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0)))
    assert set(world.ended) == set(world.jobs)
    assert world.reads == []
    assert len(world.pages) < 10


def test_rounds_are_5_s_apart_at_first_and_30_s_in_the_end() -> None:
    world = service(3)
    world.ends = dict.fromkeys(world.jobs, 1e9)
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0), longest=1000))
    pauses = [later - earlier for earlier, later in pairwise(world.rounds)]
    assert pauses[0] == 5.0
    assert pauses[-1] == 30.0
    assert all(earlier <= later for earlier, later in pairwise(pauses))


def test_a_job_that_changes_makes_the_next_round_come_soon() -> None:
    world = service(3)
    world.ends = {"job_0": 500.0, "job_1": 1e9, "job_2": 1e9}
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0), longest=1000))
    after = next(number for number, at in enumerate(world.rounds) if at >= 500)
    assert [later - earlier for earlier, later in pairwise(world.rounds[after : after + 4])] == [
        5.0,
        5.0,
        6.25,
    ]


def test_paging_stops_when_every_job_was_seen() -> None:
    world = service(1000)
    world.ends = dict.fromkeys(world.jobs, 1e9)
    moves = world.perform(Rounds(dict.fromkeys(world.jobs[40:160]), 0.0))
    assert [next(moves), next(moves)] == [ListPage(is_first=True), ListPage(is_first=False)]
    assert isinstance(next(moves), Listen)


def test_paging_stops_behind_a_page_that_is_older_than_all_that_are_missing() -> None:
    world = service(1000)
    world.ends = dict.fromkeys([*world.jobs, "lost_1", "lost_2", "lost_3"], 1e9)
    born = NOON - timedelta(minutes=50)
    rounds = Rounds(dict.fromkeys(["lost_1", "lost_2", "lost_3"], born), 0.0)
    moves = world.perform(rounds)
    assert [next(moves) for _ in range(4)] == [
        ListPage(is_first=True),
        ReadJob("lost_1"),
        ReadJob("lost_2"),
        ReadJob("lost_3"),
    ]


@pytest.mark.parametrize(
    ("oldest", "follows"),
    [
        (None, True),
        (NOON - timedelta(seconds=1), False),
        (NOON, True),
        (NOON + timedelta(seconds=1), True),
    ],
)
def test_the_next_page_is_requested_if_it_may_have_a_job_as_old_as_the_missing_ones(
    oldest: datetime | None, follows: bool
) -> None:
    rounds = Rounds({"a": NOON, "b": NOON}, 0.0)
    rounds.next_move(0.0)
    page = Listed([state("other", created=oldest)], has_more=True)
    assert rounds.next_move(0.0, page) == (ListPage(is_first=False) if follows else ReadJob("a"))


def test_a_time_of_creation_that_a_status_has_tells_how_far_to_page() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    for job in ("a", "b"):
        rounds.seen(state(job, created=NOON + timedelta(seconds=1)), 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed([state("other", created=NOON)], has_more=True)) == ReadJob("a")


def test_a_round_of_many_pages_is_followed_by_a_longer_pause() -> None:
    world = service(400)
    world.ends = dict.fromkeys(world.jobs, 1e9)
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0), longest=20))
    assert world.rounds[:2] == [0.0, 4 * PER_REQUEST]


def test_there_are_never_more_pages_than_statuses_would_be() -> None:
    world = service(10_000)
    world.ends = dict.fromkeys(world.jobs, 1e9)
    old = world.jobs[9_000:9_003]
    moves = world.perform(Rounds(dict.fromkeys(old), 0.0))
    first = [next(moves) for _ in range(6)]
    assert first == [
        ListPage(is_first=True),
        ListPage(is_first=False),
        ListPage(is_first=False),
        *map(ReadJob, old),
    ]
    assert [type(next(moves)) for _ in range(2)] == [Listen, Pause]
    # From then on it is known that they stand far down, and no page is asked for.
    assert [next(moves) for _ in range(3)] == list(map(ReadJob, old))


def test_the_last_job_is_followed() -> None:
    world = service(2)
    world.ends = {"job_0": 0.0, "job_1": 1e9}
    moves = list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0)))
    assert moves == [ListPage(is_first=True), Follow("job_1")]
    assert Rounds({"job_1": None}, 0.0).next_move(0.0) == Follow("job_1")


def test_the_last_round_is_made_a_second_before_the_deadline() -> None:
    world = service(2)
    world.ends = dict.fromkeys(world.jobs, 1e9)
    moves = list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0, deadline=100.0)))
    assert world.rounds[-1] == 99.0
    assert moves[-1] == Expire(1.0)
    assert all(later - earlier >= 5.0 for earlier, later in pairwise(world.rounds))


def test_a_round_after_which_the_last_one_fits_is_not_postponed() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0, deadline=11.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed([state("a"), state("b")])) == Listen("a", 5.0)


def test_a_wait_that_is_too_short_for_two_rounds_listens_first() -> None:
    assert Rounds({"a": None, "b": None}, 0.0, deadline=3.0).next_move(0.0) == Listen("a", 2.0)


def test_a_wait_without_another_round_sleeps_until_its_deadline() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0, deadline=6.0)
    rounds.next_move(0.0)
    assert rounds.next_move(1.0, Listed([state("a"), state("b")])) == Expire(5.0)


def test_no_request_is_made_at_the_deadline() -> None:
    assert Rounds({"a": None, "b": None}, 0.0, deadline=10.0).next_move(10.0) == Expire()


def test_a_failing_list_is_retried_and_then_replaced_by_statuses() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    now = 0.0
    assert rounds.next_move(now) == ListPage(is_first=True)
    for _ in range(2):
        assert isinstance(rounds.next_move(now, Failed()), Listen)
        pause = rounds.next_move(now)
        assert isinstance(pause, Pause)
        assert pause.seconds >= 5.0
        now += pause.seconds
        assert rounds.next_move(now) == ListPage(is_first=True)
    assert rounds.next_move(now, Failed()) == ReadJob("a")
    rounds.next_move(now)
    later = rounds.next_move(now)
    assert isinstance(later, Listen)
    rounds.next_move(now)
    assert rounds.next_move(now + later.seconds) == ListPage(is_first=True)  # it may work again


def test_only_failures_of_the_list_in_a_row_count() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    now = 0.0
    for outcome in (Failed(), Failed(), Listed([state("a"), state("b")]), Failed()):
        assert rounds.next_move(now) == ListPage(is_first=True)
        assert isinstance(rounds.next_move(now, outcome), Listen)
        now += 60.0


def test_the_pauses_grow_faster_while_rounds_fail() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    now, pauses = 0.0, []
    for _ in range(3):
        move = rounds.next_move(now)
        while not isinstance(move, Pause):
            move = rounds.next_move(now, Failed(1.0))
        pauses.append(move.seconds)
        now += move.seconds
    assert pauses == [6.25, 9.765625, 15.2587890625]


@pytest.mark.parametrize("outcome", [Failed(2.0), Listed([state("a"), state("b")])])
def test_a_pause_says_whether_the_round_before_failed(outcome: Outcome) -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.next_move(0.0)
    move = rounds.next_move(0.0, outcome)
    if isinstance(move, Listen):
        move = rounds.next_move(0.0)
    assert isinstance(move, Pause)
    assert move.failed is isinstance(outcome, Failed)


def test_a_retry_after_is_honoured() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Failed(77.0)) == Pause(77.0)


def test_a_status_with_a_retry_after_ends_the_round() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed()) == ReadJob("a")
    assert rounds.next_move(0.0, Failed(77.0)) == Pause(77.0)


def test_a_wait_that_outlasts_the_deadline_ends_at_once() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0, deadline=50.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Failed(77.0)) == Expire(asked=77.0)


def test_a_round_ends_at_the_deadline() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0, deadline=50.0)
    rounds.next_move(0.0)
    assert rounds.next_move(50.0, Listed(has_more=True)) == Expire()


def test_without_a_list_statuses_are_read() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed(is_usable=False)) == ReadJob("a")
    assert rounds.next_move(0.0) == ReadJob("b")
    assert rounds.next_move(0.0) == Listen("a", 6.0)  # two seconds for each of three requests
    assert rounds.next_move(0.0) == Pause(6.0)
    assert rounds.next_move(6.0) == ReadJob("a")


def test_no_request_is_made_when_all_have_ended() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.next_move(0.0)
    for job in ("a", "b"):
        rounds.seen(state(job, "COMPLETED"), 0.0)
    assert rounds.next_move(0.0, Listed([state("a"), state("b")])) is None


# ---- listening between rounds


@pytest.mark.case
def test_few_jobs_that_end_one_after_another_are_noticed_at_once() -> None:
    world = service(12)
    world.streams = True
    world.ends = {job: 0.2 * (12 - number) for number, job in enumerate(world.jobs)}
    list(world.perform(Rounds(dict.fromkeys(reversed(world.jobs)), 0.0)))
    assert world.now <= max(world.ends.values())
    assert all(at - world.ends[job] <= EARLIEST_ROUND for job, at in world.ended.items())


def test_many_jobs_that_end_one_after_another_spare_the_rate_limit() -> None:
    world = service(100)
    world.streams = True
    world.ends = {job: 0.5 * number for number, job in enumerate(world.jobs)}
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0)))
    requests = sorted(world.pages + world.listens)
    for start in requests:
        assert sum(start <= at < start + 60 for at in requests) <= BURST + 60 / PER_REQUEST + 1


@pytest.mark.parametrize(("apart", "early", "listens"), [(1.0, 19, 19), (2.0, 28, 31)])
def test_a_burst_of_requests_is_used_up_before_rounds_come_late(
    apart: float, early: int, listens: int
) -> None:
    world = service(100)
    world.streams = True
    world.ends = {job: apart * (number + 1) for number, job in enumerate(world.jobs)}
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0)))
    gaps = [later - earlier for earlier, later in pairwise(world.rounds)]
    assert gaps[: early + 1] == [*[apart] * early, 5.0]
    assert sum(at < world.rounds[early + 1] for at in world.listens) == listens


def test_a_job_that_ends_is_noticed_at_once_however_long_the_wait() -> None:
    world = service(40)
    world.streams = True
    world.ends = {job: 10.0 * (number + 1) for number, job in enumerate(world.jobs)}
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0)))
    assert all(at - world.ends[job] <= EARLIEST_ROUND for job, at in world.ended.items())


def test_after_an_end_that_was_heard_the_pauses_start_anew() -> None:
    rounds = Rounds(dict.fromkeys("abc"), 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed([state(each) for each in "abc"])) == Listen("a", 5.0)
    rounds.seen(state("a", "COMPLETED"), 0.0)
    assert rounds.next_move(2.0) == ListPage(is_first=True)
    assert rounds.next_move(2.0, Listed([state(each) for each in "bc"])) == Listen("b", 5.0)


def test_a_job_that_runs_is_listened_to_rather_than_one_that_waits() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.next_move(0.0)
    both = [state("a", "QUEUED"), state("b")]
    for each in both:
        rounds.seen(each, 0.0)
    assert rounds.next_move(0.0, Listed(both)) == Listen("b", 5.0)


def test_a_round_comes_early_only_if_it_reads_no_status_again() -> None:
    rounds = Rounds(dict.fromkeys("abc"), 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed([state("a"), state("b")])) == ReadJob("c")
    assert rounds.next_move(0.0) == Listen("a", 5.0)
    rounds.seen(state("a", "COMPLETED"), 0.0)
    assert rounds.next_move(2.0) == Listen("b", 3.0)


@pytest.mark.parametrize(("now", "move"), [(0.875, Pause(0.125)), (0.75, Listen("b", 0.25))])
def test_a_stream_is_not_opened_for_a_moment(now: float, move: Move) -> None:
    rounds = Rounds(dict.fromkeys("abc"), 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed([state(each) for each in "abc"])) == Listen("a", 5.0)
    rounds.seen(state("a", "COMPLETED"), 0.0)
    assert rounds.next_move(now) == move


def test_streams_that_only_break_are_given_up() -> None:
    world = service(2)
    world.ends = dict.fromkeys(world.jobs, 1e9)
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0), longest=1000))
    assert len(world.listens) == MOST_UNHEARD


def test_streams_that_last_until_the_next_round_are_opened_in_each_pause() -> None:
    world = service(2)
    world.streams = True
    world.ends = dict.fromkeys(world.jobs, 1e9)
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0), longest=1000))
    assert len(world.listens) >= len(world.rounds) - 1


def test_a_stream_that_lasts_makes_up_for_those_that_broke() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    now = 0.0
    for broken in [True, True, False, True, True, False]:
        assert rounds.next_move(now) == ListPage(is_first=True)
        listen = rounds.next_move(now, Listed([state("a"), state("b")]))
        assert isinstance(listen, Listen)
        if broken:
            assert isinstance(rounds.next_move(now), Pause)
        now += listen.seconds


def test_a_stream_that_fails_without_a_retry_field_delays_no_round() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed([state("a"), state("b")])) == Listen("a", 5.0)
    assert rounds.next_move(4.5, Failed()) == Pause(0.5)


def test_the_retry_field_of_a_stream_is_honoured_between_rounds() -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.next_move(0.0)
    assert rounds.next_move(0.0, Listed([state("a"), state("b")])) == Listen("a", 5.0)
    assert rounds.next_move(1.0, Failed(60.0)) == Pause(60.0)


@settings(deadline=None)
@given(
    streams=st.booleans(),
    count=st.integers(1, 400),
    awaited=st.sets(st.integers(0, 399), min_size=1),
    lost=st.integers(0, 30),
    ends=st.lists(st.floats(0, 600), min_size=1, max_size=30),
    deadline=st.none() | st.floats(0, 900),
    known=st.booleans(),
)
def test_every_job_is_found_or_left_and_the_rate_limit_is_spared(
    streams: bool,
    count: int,
    awaited: set[int],
    lost: int,
    ends: list[float],
    deadline: float | None,
    known: bool,
) -> None:
    world = service(count)
    world.streams = streams
    wanted = [f"job_{number}" for number in sorted(awaited) if number < count]
    wanted += [f"lost_{number}" for number in range(lost)]
    world.ends = {job: ends[number % len(ends)] for number, job in enumerate(wanted)}
    created = {job: world.state(job).created_at if known else None for job in wanted}
    rounds = Rounds(created, 0.0, wall=NOON if known else None, deadline=deadline)
    moves = list(world.perform(rounds))
    last = max(world.ends.values(), default=0.0)
    if rounds.left:
        assert isinstance(moves[-1], Follow | Expire)
    else:
        assert set(world.ended) == set(wanted)
        assert world.now <= last + LONGEST_PAUSE
    for job, at in world.ended.items():
        assert world.ends[job] <= at
    if deadline is not None:
        assert world.now <= deadline
    shortest = EARLIEST_ROUND if streams else 5.0
    assert all(later - earlier >= shortest - 1e-9 for earlier, later in pairwise(world.rounds))
    for job in wanted:
        times = [at for at, read in world.reads if read == job]
        assert all(later - earlier >= 5.0 - 1e-9 for earlier, later in pairwise(times))
    # After the first round, 30 requests in a minute, or two for each job in a minute where that is more.
    requests = len(world.pages) + len(world.reads) + len(world.listens)
    assert requests <= (world.now / 60 + 2) * max(30, 2 * len(wanted)) + 1


# ---- what the durations of other jobs tell


def learning(jobs: int, *, age: float, ends: float) -> Service:
    """Jobs of an age at 0, and one more that has ended before, after 600 s."""
    world = service(jobs + 1)
    world.made = dict.fromkeys(world.jobs, NOON - timedelta(seconds=age))
    world.ends = dict.fromkeys(world.jobs, ends)
    world.made[world.jobs[-1]] = NOON - timedelta(seconds=700)
    world.ends[world.jobs[-1]] = -100.0
    return world


@pytest.mark.parametrize(("wall", "found"), [(NOON, 30.0), (None, 33.83)])
def test_jobs_are_found_when_they_have_the_age_at_which_others_ended(
    wall: datetime | None, found: float
) -> None:
    world = learning(3, age=570.0, ends=30.0)
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0, wall=wall)))
    assert [world.ended[job] for job in world.jobs[:3]] == pytest.approx([found] * 3, abs=0.1)


@pytest.mark.parametrize(("jobs", "pause"), [(99, 5.0), (350, 8.0)])
def test_rounds_that_are_worth_it_spare_the_rate_limit_too(jobs: int, pause: float) -> None:
    world = learning(jobs, age=0.0, ends=1e9)
    world.made[world.jobs[-1]] = NOON - timedelta(seconds=101)
    list(world.perform(Rounds(dict.fromkeys(world.jobs), 0.0, wall=NOON), longest=50.0))
    assert [later - earlier for earlier, later in pairwise(world.rounds)][:5] == [pause] * 5


def test_a_failed_round_is_not_repeated_earlier_for_what_it_may_find() -> None:
    rounds = Rounds(dict.fromkeys("abc"), 0.0, wall=NOON)
    rounds.next_move(0.0)
    rounds.seen(state("a", "COMPLETED", NOON - timedelta(seconds=1), NOON), 0.0)
    assert rounds.next_move(0.0, Failed()) == Listen("b", 6.25)


def test_a_job_that_is_dropped_is_not_waited_for() -> None:
    rounds = Rounds(dict.fromkeys("abc"), 0.0)
    rounds.drop("b")
    rounds.drop("nobody")
    assert rounds.left == ("a", "c")


@pytest.mark.parametrize("status", ["PENDING", "SIMMERING"])
def test_a_state_that_is_not_terminal_keeps_the_job(status: str) -> None:
    rounds = Rounds({"a": None, "b": None}, 0.0)
    rounds.seen(state("a", status), 0.0)
    rounds.seen(state("nobody", "COMPLETED"), 0.0)
    assert rounds.left == ("a", "b")


@pytest.mark.parametrize(("created", "age"), [(-60, 110.0), (50, 0.0), (51, 0.0)])
def test_the_age_of_a_job_is_by_the_wall_clock_at_the_start(created: int, age: float) -> None:
    rounds = Rounds({"job_1": None}, now=1000.0, wall=NOON)
    assert rounds._following.jobs["job_1"].since == 1000.0
    assert rounds._age(NOON + timedelta(seconds=created), 1050.0) == age
