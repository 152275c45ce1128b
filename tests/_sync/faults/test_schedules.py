# Generated from tests/_async/faults/test_schedules.py by scripts/unasync.py. Edit that file instead.

"""Random schedules of faults in virtual time: a wait ends with the right job or at its deadline, with few requests."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from proteiniq._policy.polling import LONGEST_INTERVAL, PATIENCE, READ_INTERVAL, SILENCE
from proteiniq.errors import ContractError, WaitTimeout

from ...faults import job_life as lives
from ...faults.job_life import Act, Life, VirtualClock
from ..clients import client_through
from .virtual_service import VirtualService

SCHEDULES = settings(max_examples=lives.EXAMPLES)


def assert_no_burden(service: VirtualService) -> None:
    """No status read sooner than 5 s after the last, and no more streams than there are statuses between them."""
    assert all(later - earlier >= READ_INTERVAL - 1e-6 for earlier, later in pairwise(service.reads))
    assert len(service.listens) <= len(service.reads) + 1
    assert service.streaming == 0


@SCHEDULES
@given(
    life=lives.lives,
    statuses=st.lists(lives.statuses, max_size=8),
    streams=st.lists(lives.streams, max_size=8),
    broken=st.booleans(),
    timeout=st.floats(0, 900) | st.sampled_from([0.0, 0.5, 1.0, 4.9, 5.0, 6.0]),
)
def test_every_wait_ends_by_its_deadline_or_with_the_right_job(
    life: Life, statuses: list[Act], streams: list[Act], broken: bool, timeout: float
) -> None:
    clock = VirtualClock()
    service = VirtualService(clock, life, statuses=statuses, streams=streams, broken=broken)
    with client_through(service, clock) as client:
        try:
            ended = client.jobs.wait("job_1", timeout=timeout)
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
