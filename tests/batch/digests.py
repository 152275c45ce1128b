"""Items for batches of real computations, and what comes out, computed here once more."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

TOOL = "peptide-digest"


def records(place: int) -> list[str]:
    """The sequences of one item: up to three, so that items differ in their price. They end with the place."""
    chosen = random.Random(place)
    number = "".join("ACDEFGHILM"[int(digit)] for digit in str(place))
    return [
        "".join(chosen.choices("ACDEFGHIKLMNPQRSTVWY", k=chosen.randint(20, 60))) + number
        for _ in range(1 + place % 3)
    ]


def items(count: int) -> Iterator[tuple[str, str]]:
    for place in range(count):
        yield (
            f"item {place}",
            "".join(f">r{number}\n{each}\n" for number, each in enumerate(records(place))),
        )


def peptides(sequences: Sequence[str]) -> list[str]:
    """The peptides of trypsin: it cuts after K and R, unless P follows."""
    return [peptide for each in sequences for peptide in re.sub(r"(?<=[KR])(?!P|$)", " ", each).split()]


def credits(count: int) -> int:
    """What these items cost: one credit, and one a sequence."""
    return sum(1 + len(records(place)) for place in range(count))
