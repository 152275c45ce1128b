"""Random schedules of faults in virtual time: a wait ends with the right job or at its deadline, with few requests."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from proteiniq._policy.polling import LONGEST_INTERVAL, PATIENCE, READ_INTERVAL, SILENCE
from proteiniq.errors import ContractError, WaitTimeout

from ...faults import job_life as lives
from ...faults.job_life import Act, AsyncVirtualClock, Life
from ..clients import client_through
from .virtual_service import AsyncVirtualService

SCHEDULES = settings(max_examples=lives.EXAMPLES)


def assert_no_burden(service: AsyncVirtualService) -> None:
    """No status read sooner than 5 s after the last, and no more streams than there are statuses between them."""
    assert all(later - earlier >= READ_INTERVAL - 1e-6 for earlier, later in pairwise(service.reads))
    assert len(service.listens) <= len(service.reads) + 1
    assert service.streaming == 0


@pytest.mark.anyio
@SCHEDULES
@given(
    life=lives.lives,
    statuses=st.lists(lives.statuses, max_size=8),
    streams=st.lists(lives.streams, max_size=8),
    broken=st.booleans(),
    timeout=st.floats(0, 900) | st.sampled_from([0.0, 0.5, 1.0, 4.9, 5.0, 6.0]),
)
async def test_every_wait_ends_by_its_deadline_or_with_the_right_job(
    life: Life, statuses: list[Act], streams: list[Act], broken: bool, timeout: float
) -> None:
    clock = AsyncVirtualClock()
    service = AsyncVirtualService(clock, life, statuses=statuses, streams=streams, broken=broken)
    async with client_through(service, clock) as client:
        try:
            ended = await client.jobs.wait("job_1", timeout=timeout)
        except WaitTimeout as late:
            left = late.job
            assert (left.id, left.is_terminal) == ("job_1", False)
        except ContractError:
            assert sum(isinstance(act, lives.Paged) for act in statuses) >= 3
        else:
            assert ended.status == life.end
            assert clock.now - service.started >= life.ends
    assert clock.now - service.started <= timeout + 1.0
    assert_no_burden(service)
    assert len(service.reads) <= timeout / READ_INTERVAL + 1


@pytest.mark.once
@pytest.mark.anyio
@SCHEDULES
@given(
    life=lives.lives,
    statuses=st.lists(lives.statuses, max_size=6),
    streams=st.lists(lives.streams, max_size=6),
)
async def test_a_wait_without_a_deadline_ends_soon_after_job_and_faults(
    life: Life, statuses: list[Act], streams: list[Act]
) -> None:
    clock = AsyncVirtualClock()
    service = AsyncVirtualService(clock, life, statuses=statuses, streams=streams)
    async with client_through(service, clock) as client:
        try:
            ended = await client.jobs.wait("job_1")
        except ContractError:
            assert sum(isinstance(act, lives.Paged) for act in statuses) >= 3
            return
    assert ended.status == life.end
    late = clock.now - max(service.started + life.ends, service.last_fault)
    # At worst it waits out a back-off that the last fault has begun, and then reads once.
    assert late <= 2 * LONGEST_INTERVAL + 2 * READ_INTERVAL
    assert_no_burden(service)


@pytest.mark.once
@pytest.mark.anyio
@SCHEDULES
@given(life=lives.lives)
async def test_a_wait_without_faults_ends_with_the_job_by_its_events(life: Life) -> None:
    clock = AsyncVirtualClock()
    service = AsyncVirtualService(clock, life)
    async with client_through(service, clock) as client:
        assert (await client.jobs.wait("job_1")).status == life.end
    assert clock.now - service.started == pytest.approx(life.ends, abs=1.0)
    # A stream that brings heartbeats alone for two minutes is doubted once.
    assert len(service.reads) <= life.ends / PATIENCE
    assert len(service.listens) == len(service.reads) + 1


@pytest.mark.once
@pytest.mark.anyio
@SCHEDULES
@given(
    life=lives.lives,
    statuses=st.lists(lives.statuses.filter(lambda act: not isinstance(act, lives.Paged)), max_size=6),
    streams=st.lists(lives.streams, max_size=6),
    jumps=st.lists(st.floats(-1e5, 1e5) | st.sampled_from([-1.0, 1.0, -3600.0, 3600.0]), max_size=8),
)
async def test_a_clock_that_jumps_neither_ends_a_wait_nor_hangs_it(
    life: Life, statuses: list[Act], streams: list[Act], jumps: list[float]
) -> None:
    clock = AsyncVirtualClock(tuple(jumps))
    over = Life(-1e9, -1e9, life.end)  # time that jumps has no say in its life
    service = AsyncVirtualService(clock, over, statuses=statuses, streams=streams)
    async with client_through(service, clock) as client:
        assert (await client.jobs.wait("job_1")).status == life.end
    assert len(service.listens) <= len(service.reads) + 1


@pytest.mark.once
def test_the_figures_that_the_schedules_are_about() -> None:
    assert (READ_INTERVAL, LONGEST_INTERVAL, SILENCE, PATIENCE) == (5.0, 30.0, 30.0, 120.0)
