"""How long a submit waits for a job slot."""

from __future__ import annotations

import pytest

from proteiniq._policy.slots import slot_pause


def test_pauses_differ_between_programs_and_end_in_time() -> None:
    assert slot_pause(1, jitter=0.0) == 2.0
    assert slot_pause(1, jitter=0.5) == 1.75
    assert slot_pause(100, jitter=0.0, remaining=11.0) == 10.0
    assert slot_pause(1, jitter=0.0, remaining=1.0) is None
    assert slot_pause(1, jitter=0.0, asked=20.0, remaining=15.0) is None


def test_the_last_try_is_made_however_little_time_remains_before_it() -> None:
    assert slot_pause(1, jitter=0.0, remaining=1.5) == 0.5


@pytest.mark.parametrize(("asked", "pause"), [(20.0, 20.0), (20.5, None)])
def test_a_requested_pause_is_kept_if_there_is_time_for_it(asked: float, pause: float | None) -> None:
    assert slot_pause(1, jitter=0.0, asked=asked, remaining=21.0) == pause
    assert slot_pause(1, jitter=0.0, asked=asked, longest=20.0) == pause
