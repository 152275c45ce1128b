"""Batches by chance: nothing is lost, nothing is made twice, and the limits hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from .schedules import play

TOGETHER = 20


@pytest.mark.parametrize("first", range(0, 200, TOGETHER))
def test_a_batch_ends_whatever_happens(first: int, tmp_path: Path) -> None:
    """`play` checks it; the seed of a failure is in the name of its folder."""
    for seed in range(first, first + TOGETHER):
        folder = tmp_path / str(seed)
        folder.mkdir()
        play(seed, folder)
