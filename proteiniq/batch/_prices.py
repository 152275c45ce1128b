"""Which items one quote is for: those with equal settings, and about the same size."""

from __future__ import annotations

from hashlib import sha256

from ._lines import canonical
from ._plan import PlanItem

PriceClass = tuple[str, int]
"""A hash of the settings, and the class of the size."""


def price_class(item: PlanItem) -> PriceClass:
    """Return the class of an item."""
    return sha256(canonical(dict(item.settings))).hexdigest()[:16], size_class(item.bytes)


def size_class(size: int) -> int:
    """Return the class of an item's size, in bytes: the next power of two.

    >>> [size_class(size) for size in (0, 1, 2, 3, 1000)]
    [1, 1, 2, 4, 1024]
    """
    return 1 << max(0, size - 1).bit_length()
