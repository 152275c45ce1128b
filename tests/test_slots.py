"""How long a submit waits for a job slot."""

from __future__ import annotations

from proteiniq._policy.slots import slot_pause


def test_pauses_differ_between_programs_and_end_in_time() -> None:
    assert slot_pause(1, jitter=0.0) == 2.0
    assert slot_pause(1, jitter=0.5) == 1.75
    assert slot_pause(100, jitter=0.0, remaining=11.0) == 10.0
    assert slot_pause(1, jitter=0.0, remaining=1.0) is None
    assert slot_pause(1, jitter=0.0, asked=20.0, remaining=15.0) is None
