"""The pace that processes share through a file."""

from __future__ import annotations

import heapq
import json
import os
import sqlite3
import subprocess
import sys
import threading
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from proteiniq import AsyncProteinIQ, ConfigurationError, TransportError
from proteiniq._policy.pace import Pace
from proteiniq._policy.pacing import LONGEST_FLIGHT
from proteiniq._policy.pacing_state import LONGEST_HOLD, State
from proteiniq._policy.rate_headers import RateHeaders
from proteiniq._wire import pace_file
from proteiniq._wire.pace_file import FilePacer
from proteiniq._wire.pacers import AsyncSteps, LocalPacer, Ticket

_opened: list[FilePacer] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Python 3.13 warns of unclosed databases."""
    yield
    while _opened:
        _opened.pop().close()


def pacer(path: Path, *, limit: int = 2, key: str = "https://host pq_live_a") -> FilePacer:
    one = FilePacer(path / "pace", key, limit=limit, seconds=10.0, job_interval=5.0)
    _opened.append(one)
    return one


def leave(one: FilePacer, now: float, job: str | None = None) -> bool:
    """Whether a request could be sent and get a response at once."""
    ticket = one.reserve(job)
    left = ticket.claim(now) == 0.0
    ticket.release(now)
    return left


def refuse(one: FilePacer, now: float, rate: RateHeaders, job: str | None = None) -> None:
    """Send a request whose response is a 429."""
    ticket = one.reserve(job)
    ticket.claim(now)
    ticket.release(now, rate, is_refused=True)


def test_two_pacers_of_one_file_have_one_window(tmp_path: Path) -> None:
    one, other = pacer(tmp_path), pacer(tmp_path)
    assert leave(one, 0.0)
    assert leave(other, 1.0)
    assert not leave(one, 2.0)
    assert not leave(other, 10.01)
    assert leave(other, 10.3)


def test_pacers_of_other_keys_have_their_own(tmp_path: Path) -> None:
    one = pacer(tmp_path)
    other = pacer(tmp_path, key="https://host pq_live_b")
    assert leave(one, 0.0)
    assert leave(one, 0.0)
    assert leave(other, 0.0)


def test_the_delay_is_until_the_first_seat_is_free(tmp_path: Path) -> None:
    one, other = pacer(tmp_path), pacer(tmp_path)
    assert leave(one, 0.0)
    assert leave(one, 4.0)
    ticket = other.reserve()
    assert ticket.claim(5.0) == pytest.approx(10.05 - 5.0)


def test_requests_leave_in_order_across_processes(tmp_path: Path) -> None:
    one, other = pacer(tmp_path, limit=1), pacer(tmp_path, limit=1)
    assert leave(one, 0.0)
    first, second = one.reserve(), other.reserve()
    assert first.claim(1.0) > 0
    assert second.claim(1.0) > first.claim(1.0)
    assert second.claim(10.3) > 0
    assert first.claim(10.3) == 0.0


def test_reads_of_one_job_are_spaced_across_processes(tmp_path: Path) -> None:
    one, other = pacer(tmp_path, limit=100), pacer(tmp_path, limit=100)
    assert leave(one, 0.0, "job_1")
    assert not leave(other, 4.0, "job_1")
    assert leave(other, 4.0, "job_2")
    assert leave(other, 5.2, "job_1")


def test_a_seat_is_taken_until_a_window_after_the_response(tmp_path: Path) -> None:
    one, other = pacer(tmp_path, limit=1), pacer(tmp_path, limit=1)
    ticket = one.reserve()
    assert ticket.claim(0.0) == 0.0
    assert not leave(other, 20.0)
    ticket.release(20.0)
    assert not leave(other, 30.0)
    assert leave(other, 30.3)


def test_requests_beyond_ours_count_as_those_of_others(tmp_path: Path) -> None:
    one, other = pacer(tmp_path, limit=3), pacer(tmp_path, limit=3)
    ticket = one.reserve()
    assert ticket.claim(0.0) == 0.0
    ticket.release(0.0, RateHeaders(limit=3, remaining=0))
    assert not leave(other, 5.0)


def test_a_refusal_stops_all_processes(tmp_path: Path) -> None:
    one, other = pacer(tmp_path, limit=100), pacer(tmp_path, limit=100)
    refuse(one, 0.0, RateHeaders(retry_after=30.0))
    assert not leave(other, 29.0)
    assert leave(other, 30.1)


def test_all_processes_share_a_retry_after(tmp_path: Path) -> None:
    one, other = pacer(tmp_path), pacer(tmp_path)
    refuse(one, 0.0, RateHeaders(retry_after=30.0, remaining=5), "job_1")
    assert other.reserve("job_1").held(10.0) == 20.0
    assert other.reserve().held(10.0) == 0.0
    refuse(one, 10.0, RateHeaders(retry_after=600.0))
    assert other.reserve().held(10.0) == 600.0
    assert other.reserve().held(610.0) == 0.0


def test_a_refused_job_read_only_delays_reads_of_that_job(tmp_path: Path) -> None:
    one = pacer(tmp_path, limit=100)
    refuse(one, 0.0, RateHeaders(retry_after=30.0, remaining=50), "job_1")
    assert not leave(one, 20.0, "job_1")
    assert leave(one, 20.0, "job_2")


def test_an_unsent_request_is_not_counted(tmp_path: Path) -> None:
    one = pacer(tmp_path, limit=1)
    ticket = one.reserve("job_1")
    ticket.release(0.0)
    assert leave(one, 0.0, "job_1")


def test_a_process_that_died_while_waiting_is_forgotten(tmp_path: Path) -> None:
    one, other = pacer(tmp_path, limit=1), pacer(tmp_path, limit=1)
    assert leave(one, 0.0)
    assert one.reserve().claim(1.0) > 0  # and is never heard of again
    assert leave(other, 30.0)


def test_stamps_from_before_the_machine_started_are_dropped(tmp_path: Path) -> None:
    one = pacer(tmp_path, limit=1)
    assert leave(one, 1_000_000.0)
    assert leave(pacer(tmp_path, limit=1), 5.0)


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"the pace file .* can't be used: the folder .*missing does not exist"
    ):
        FilePacer(tmp_path / "missing" / "pace", "key")


def test_another_kind_of_file_is_named_and_not_changed(tmp_path: Path) -> None:
    (tmp_path / "pace").write_text("important notes\n" * 100)
    with pytest.raises(ConfigurationError, match="can't be used"):
        pacer(tmp_path)
    assert (tmp_path / "pace").read_text().startswith("important notes")


@pytest.mark.anyio
async def test_the_file_does_not_contain_the_secret(tmp_path: Path) -> None:
    async with AsyncProteinIQ(
        "pq_live_abc_SECRETSECRET", "http://127.0.0.1:9", pace_file=tmp_path / "pace", max_retries=0
    ) as client:
        with pytest.raises(TransportError, match="no complete response"):
            await client.account.get()
    held = sqlite3.connect(tmp_path / "pace")
    assert "pq_live_abc" in str(held.execute("SELECT scope FROM windows").fetchall())
    held.close()
    for path in tmp_path.iterdir():
        assert b"SECRET" not in path.read_bytes()


def test_a_pacer_survives_a_fork(tmp_path: Path) -> None:
    one = pacer(tmp_path)
    assert leave(one, 0.0)
    child = os.fork()
    if child == 0:
        os._exit(0 if leave(one, 1.0) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert not leave(one, 2.0)


@given(
    st.integers(1, 5),
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 4), st.floats(0, 2)), min_size=1, max_size=40),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_window_of_the_service_ever_sees_more_than_the_limit(
    tmp_path_factory: pytest.TempPathFactory, limit: int, requests: list[tuple[int, float, float]]
) -> None:
    folder = tmp_path_factory.mktemp("pace")
    pacers = [pacer(folder, limit=limit) for _ in range(4)]
    now, departures = 0.0, []
    flying: list[tuple[float, int, Ticket]] = []  # by the time of their response

    def until(time: float) -> float:
        while flying and flying[0][0] <= time:
            answered, _, ticket = heapq.heappop(flying)
            ticket.release(answered)
        return time

    for number, (which, pause, flight) in enumerate(requests):
        now = until(now + pause)
        ticket = pacers[which].reserve()
        while (delay := ticket.claim(now)) > 0:
            now = until(now + delay)
        departures.append(now)
        heapq.heappush(flying, (now + flight, number, ticket))
    for each in pacers:
        each.close()
    for start in departures:
        assert sum(start <= other < start + 10.0 for other in departures) <= limit


def test_four_processes_with_one_file_lose_no_request() -> None:
    options = ["--requests", "240", "--limit", "60", "--window", "0.5"]
    done = subprocess.run(
        [sys.executable, "benchmarks/pacing.py", *options],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    received, *_ = done.stdout.splitlines()  # how many are refused depends on the machine: `nox -s pacing`
    assert received.split() == ["received", "240", "of", "240"]


def locked(path: Path) -> sqlite3.Connection:
    """Another process that has the lock of the file, and was stopped."""
    other = sqlite3.connect(path / "pace", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a lock."""
    monkeypatch.setattr(pace_file, "_LOCK_WAIT", 0.0)
    monkeypatch.setattr(pace_file, "_SHORT_WAIT", 0.0)


@pytest.mark.case
@pytest.mark.usefixtures("impatient")
def test_while_the_file_is_locked_the_pace_is_kept_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one = pacer(tmp_path)
    other = locked(tmp_path)
    assert [leave(one, 1.0), leave(one, 2.0), leave(one, 3.0)] == [True, True, False]
    assert leave(one, 62.0)  # a minute later the file is tried again, in vain
    other.close()
    assert leave(one, 63.0)
    assert leave(one, 123.0)
    assert not leave(pacer(tmp_path, limit=1), 124.0)  # the file counts again
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "can't be used now: database is locked" in record.message


@pytest.mark.case
@pytest.mark.usefixtures("impatient")
def test_a_file_that_becomes_locked_does_not_fail_requests(tmp_path: Path) -> None:
    one = pacer(tmp_path)
    ticket = one.reserve()
    assert ticket.claim(1.0) == 0.0
    other = locked(tmp_path)
    ticket.release(2.0, RateHeaders(limit=1, remaining=0, retry_after=30.0), is_refused=True)
    assert ticket.held(2.0) == 30.0
    other.close()


@pytest.mark.usefixtures("impatient")
def test_a_client_can_be_created_while_the_file_is_locked(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "pace", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    one = pacer(tmp_path)
    assert leave(one, 1.0)
    other.close()


def damage(path: Path, **columns: Any) -> None:
    """Write something else into a file with one window."""
    with sqlite3.connect(path / "pace") as file:
        for column, value in columns.items():
            file.execute(f"UPDATE windows SET {column} = ?", (value,))
    file.close()


def state_with(path: Path, **fields: Any) -> str:
    """The state in a file with one window, with other fields."""
    with sqlite3.connect(path / "pace") as file:
        ((state,),) = file.execute("SELECT state FROM windows")
    file.close()
    return json.dumps({**json.loads(state), **fields})


@pytest.mark.case
@pytest.mark.parametrize(
    "state",
    ["no JSON", "{}x", "[" * 100_000, '{"of_tomorrow": 1}', "[]", "5", None, b"\xff", ""],
    ids=lambda state: repr(state)[:20],
)
def test_a_file_with_unusable_content_fails_no_request(tmp_path: Path, state: Any) -> None:
    one = pacer(tmp_path)
    assert leave(one, 0.0)
    if state is None:
        with sqlite3.connect(tmp_path / "pace") as file:
            file.execute("DROP TABLE windows")
            file.execute("CREATE TABLE windows (scope TEXT, version INTEGER)")
        file.close()
    else:
        damage(tmp_path, state=state)
    assert leave(one, 1.0)


IMPOSSIBLE: list[dict[str, Any]] = [
    {"time": float("nan")},
    {"time": "1"},
    {"time": 1e300},
    {"hold": 1e9},
    {"hold": None},
    {"yields": 1e9},
    {"next_probe": 1e9},
    {"heard": [1]},
    {"seconds": -1},
    {"seconds": 1e9},
    {"limit": 0},
    {"limit": 10**9},
    {"limit": True},
    {"seats": 1.5},
    {"seats": -1, "flying": {"0": 0.0}},
    {"queue": [0]},
    {"queue": ["0"], "asked": {"0": 0.0}},
    {"asked": {"0": 0.0}},
    {"asked": {"0": None}, "queue": [0]},
    {"flying": {"7": 0.0}},
    {"flying": {"0": 1e9}},
    {"careful": 1},
    {"overruled": None},
]


@pytest.mark.case
@pytest.mark.parametrize("fields", IMPOSSIBLE, ids=repr)
def test_an_impossible_state_in_a_file_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fields: dict[str, Any]
) -> None:
    one = pacer(tmp_path)
    assert leave(one, 0.0)
    damage(tmp_path, state=state_with(tmp_path, **fields))
    assert [leave(one, 1.0), leave(one, 2.0), leave(one, 3.0)] == [True, True, False]
    (record,) = caplog.records
    assert "can't be used now" in record.message


_STAMPS = st.one_of(
    st.binary(max_size=24), st.lists(st.floats(), max_size=3).map(lambda them: array("d", them))
)
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.lists(st.one_of(st.integers(0, 3), st.floats(), st.none()), max_size=3),
    st.dictionaries(
        st.sampled_from(["0", "1", "2", "x"]), st.one_of(st.floats(-9, 9), st.none()), max_size=3
    ),
)


@given(
    st.dictionaries(st.sampled_from([field.name for field in attrs.fields(State)]), _VALUES, max_size=6),
    st.dictionaries(
        st.sampled_from(["ours", "gone", "others"]),
        st.one_of(_STAMPS, st.integers(-(2**63), 2**63 - 1), st.text()),
    ),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_content_of_a_file_raises_or_stops_requests(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any], columns: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    one = pacer(folder)
    assert leave(one, 0.0)
    damage(folder, state=state_with(folder, **fields), **columns)
    ticket = one.reserve()
    longest = LONGEST_HOLD + LONGEST_FLIGHT
    assert 0.0 <= ticket.claim(1.0) <= longest
    rate = RateHeaders(limit=2, remaining=0, reset_after=5.0, retry_after=2.0)
    ticket.release(1.0, rate, is_refused=True)
    after = one.reserve()
    assert 2.0 <= after.claim(1.0) <= longest
    after.release(1.0)
    assert leave(one, 2 * longest)
    one.close()


@pytest.mark.case
def test_a_full_disk_fails_no_request(tmp_path: Path) -> None:
    one = pacer(tmp_path)
    assert leave(one, 0.0)
    connection = one._connection
    assert connection is not None
    connection.set_authorizer(
        lambda action, *rest: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_INSERT else 0
    )
    assert leave(one, 1.0)


def interrupted(pace: Pace) -> None:
    pace.key.claim(pace.key.reserve(0.0), 0.0)
    raise KeyboardInterrupt


def test_an_exception_between_two_steps_changes_nothing(tmp_path: Path) -> None:
    one = pacer(tmp_path, limit=1)
    with pytest.raises(KeyboardInterrupt):
        one.step(None, 0.0, interrupted)
    assert leave(one, 0.0)


@pytest.mark.case
@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_event_loop_never_waits_for_the_file(tmp_path: Path) -> None:
    one = pacer(tmp_path)
    threads: list[int] = []

    def step() -> None:
        threads.append(threading.get_ident())
        one.reserve().claim(0.0)

    await AsyncSteps.run(one, step)
    await AsyncSteps.run(LocalPacer(), step)
    assert [thread == threading.get_ident() for thread in threads] == [False, True]
