"""Axes: where their ticks are, and how numbers are written beside them.

Ticks are at multiples of 1, 2 or 5 times a power of ten: Heckbert 1990, "Nice numbers for graph labels", in: Graphics
Gems, pp. 61-63.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import attrs

from .markup import escape


@attrs.frozen
class Axis:
    """What an axis shows, and from where to where: by default what the data needs, widened to ticks."""

    label: str
    unit: str | None = None
    low: float | None = None
    high: float | None = None

    @property
    def title(self) -> str:
        """The label with its unit."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


def nice_step(width: float, count: int) -> float:
    """Return a step of 1, 2 or 5 times a power of ten that fits about `count` times in a width."""
    rough = width / count
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(nice for nice, most in ((1, 1.5), (2, 3), (5, 7), (10, 11)) if rough / power < most)


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return ticks around a range: the first is not above it, the last not below.

    >>> ticks(0.3, 9.2), ticks(5, 5)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [4.5, 5.0, 5.5])
    """
    if not high - low > 1e-12 * max(abs(low), abs(high)):
        margin = abs(low) / 10 or 1.0
        low, high, count = low - margin, high + margin, 2
    step = nice_step(high - low, count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [_round(number * step, step) for number in range(first, last + 1)]


def _round(value: float, step: float) -> float:
    return round(value, max(0, 1 - math.floor(math.log10(step)))) + 0.0


def labels(values: Sequence[float]) -> list[str]:
    """Return the labels of ticks, all with the same number of decimals.

    >>> labels([0.0, 0.5, 1.0]), labels([-20000.0, 0.0]), labels([0.0, 2e-9])
    (['0.0', '0.5', '1.0'], ['−20,000', '0'], ['0', '2e−9'])
    """
    largest = max(map(abs, values))
    if largest and not 1e-4 <= largest < 1e7:
        return [
            minus(f"{value:.3g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e"))
            for value in values
        ]
    decimals = next(
        (number for number in range(6) if all(abs(round(v, number) - v) <= 1e-9 * largest for v in values)), 6
    )
    return [minus(f"{value:,.{decimals}f}") for value in values]


def minus(text: str) -> str:
    """Return a number's text with the sign of a minus."""
    return text.replace("-", "−")


@attrs.frozen
class Scale:
    """The way from values to positions in a picture, in pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@attrs.frozen
class Frame:
    """The area of a plot in its picture, with both axes. `x_ticks` and `y_ticks` are values."""

    x: Scale
    y: Scale
    x_ticks: Sequence[float]
    y_ticks: Sequence[float]
    has_grid: bool = True

    def svg(self, x_title: str, y_title: str, height: float) -> str:
        """Return the ticks with their labels and the titles, and horizontal lines if there is a grid."""
        left, right, top, bottom = self.x.start, self.x.end, self.y.end, self.y.start
        made = ['<g class="axes">']
        for value, label in zip(self.y_ticks, labels(self.y_ticks), strict=True):
            at = pixel(self.y.at(value))
            if self.has_grid:
                made.append(f'<path class="grid" d="M{pixel(left)} {at}H{pixel(right)}"/>')
            else:
                made.append(f'<path class="tick" d="M{pixel(left)} {at}h-5"/>')
            made.append(f'<text x="{pixel(left - 8)}" y="{at}" dy=".32em" text-anchor="end">{label}</text>')
        for value, label in zip(self.x_ticks, labels(self.x_ticks), strict=True):
            at = pixel(self.x.at(value))
            made.append(f'<path class="tick" d="M{at} {pixel(bottom)}v5"/>')
            made.append(f'<text x="{at}" y="{pixel(bottom + 18)}" text-anchor="middle">{label}</text>')
        made.append(f'<path class="axis" d="M{pixel(left)} {pixel(bottom)}H{pixel(right)}"/>')
        middle, center = pixel((left + right) / 2), pixel((top + bottom) / 2)
        made.append(
            f'<text class="title" x="{middle}" y="{pixel(height - 6)}" text-anchor="middle">{escape(x_title)}</text>'
        )
        made.append(
            f'<text class="title" transform="translate(14 {center}) rotate(-90)" text-anchor="middle">'
            f"{escape(y_title)}</text></g>"
        )
        return "".join(made)


def pixel(value: float) -> str:
    """Return a position in a picture to a tenth of a pixel.

    >>> pixel(12.0), pixel(0.25)
    ('12', '0.2')
    """
    return f"{value:.1f}".removesuffix(".0")
