"""How near a batch is to the best that the slots and the rate of the key allow."""

from __future__ import annotations

import pytest
from batch import Cell, measure


@pytest.mark.parametrize(
    ("kind", "slots", "shared"),
    [
        ("5 s", 3, False),
        ("5 s", 20, False),
        ("60 s", 20, True),
        ("60 s", 100, False),
        ("log-normal", 20, False),
    ],
)
def test_a_batch_is_near_the_bound(kind: str, slots: int, shared: bool) -> None:
    """The bounds are looser than those of benchmarks/batch.py, since a short batch has more of a beginning and end."""
    cell = Cell(jobs=200, kind=kind, slots=slots, shared=shared)
    found = measure(cell)
    assert found.ratio < 1.10
    assert found.requests < (2.25 if cell.limit == "requests" else 3.4)
    assert (found.no_slot, found.refused) == (0, 0)
