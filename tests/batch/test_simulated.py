"""What a batch needs: time over the least possible, and requests. The figures are of 300 jobs, with their start."""

from __future__ import annotations

import math
import random
from itertools import product

import pytest

from .simulation import Simulation, least

JOBS = 300
DURATIONS = {
    "5 s": [5.0] * JOBS,
    "60 s": [60.0] * JOBS,
    "15 min": [900.0] * JOBS,
    "uneven": [math.exp(random.Random(number).gauss(math.log(60), 1.5)) for number in range(JOBS)],
}


def simulation(name: str, slots: int, *, others: bool) -> Simulation:
    """A third of the slots and of the requests are those of others, if there are some."""
    taken, foreign = (slots // 3, 40) if others else (0, 0)
    return Simulation(DURATIONS[name], slots, taken=taken, foreign=foreign)


@pytest.mark.parametrize(("name", "slots", "others"), [*product(DURATIONS, (3, 20, 100), (False, True))])
def test_a_batch_takes_hardly_longer_than_it_must(name: str, slots: int, others: bool) -> None:
    batch = simulation(name, slots, others=others)
    run = batch.run()
    by_requests = least(DURATIONS[name], slots - batch.taken, batch.rate) == 2 * JOBS / batch.rate
    assert run.ratio <= 1.05
    assert run.each(JOBS) <= (2.15 if by_requests else 3.2)
    assert run.refused == 0


# What is requested now. A difference is a decision: look at the times above before you change it.
REQUESTS = {
    ("5 s", 3, True): {"Submit": 300, "Hear": 300, "Fetch": 300, "ReadAccount": 12},
    ("5 s", 20, False): {"Submit": 300, "Hear": 4, "Fetch": 300, "ListPage": 15},
    ("5 s", 20, True): {"Submit": 300, "Hear": 4, "Fetch": 300, "ListPage": 23, "ReadAccount": 1},
    ("60 s", 20, True): {"Submit": 300, "Hear": 300, "ReadAccount": 15, "Fetch": 300},
    ("60 s", 100, False): {"Submit": 300, "Hear": 1, "ListPage": 3, "Fetch": 300},
    ("15 min", 100, True): {
        "Submit": 300,
        "ListPage": 89,
        "ReadAccount": 21,
        "Fetch": 300,
        "Hear": 16,
    },
}


@pytest.mark.parametrize(("cell", "requests"), [*REQUESTS.items()], ids=str)
def test_the_requests_of_a_batch(cell: tuple[str, int, bool], requests: dict[str, int]) -> None:
    name, slots, others = cell
    assert simulation(name, slots, others=others).run().requests == requests
