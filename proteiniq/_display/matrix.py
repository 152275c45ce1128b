"""A matrix of numbers as a picture, such as the predicted aligned error (PAE) of a structure.

The matrix itself is a PNG with a palette of 256 colours (RFC 2083), since an SVG would need an element for each number.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import attrs

from .axes import Axis, Frame, Scale, labels, pixel, ticks
from .markup import escape
from .plots import picture

LARGEST = 512
"""The most pixels of a side. A larger matrix is shown by the means of square blocks."""

_NULL = 255
"""The palette's colour for a missing number."""

_STOPS = (
    (0.0, (8, 64, 56)),
    (0.25, (32, 125, 99)),
    (0.5, (94, 178, 139)),
    (0.75, (173, 219, 190)),
    (1.0, (245, 250, 244)),
)
"""The palette, from low to high: darker is lower, as in the plots of the AlphaFold database, also in grey."""

Rows = Sequence[Sequence[float | None]]


@attrs.frozen
class Matrix:
    """Numbers to show. `block` is how many rows and columns of the original one number is the mean of."""

    rows: Rows
    block: int = 1

    @classmethod
    def of(cls, rows: Rows) -> Matrix:
        """Return a matrix that is small enough to show. A mean is of the numbers that are there."""
        block = -(-max(len(rows), len(rows[0])) // LARGEST)
        if block == 1:
            return cls(rows)
        return cls(
            [_means(rows[start : start + block], block) for start in range(0, len(rows), block)], block
        )


def _means(rows: Rows, block: int) -> list[float | None]:
    sums, counts = [], []
    for column in zip(*rows, strict=True):
        there = [value for value in column if value is not None]
        sums.append(sum(there))
        counts.append(len(there))
    made: list[float | None] = []
    for start in range(0, len(sums), block):
        count = sum(counts[start : start + block])
        made.append(sum(sums[start : start + block]) / count if count else None)
    return made


def colour(share: float) -> tuple[int, int, int]:
    """Return the colour of a place between the lowest, 0, and the highest, 1.

    >>> colour(0.0), colour(1.0)
    ((8, 64, 56), (245, 250, 244))
    """
    upper = next(number for number in range(1, len(_STOPS)) if share <= _STOPS[number][0])
    (start, low), (end, high) = _STOPS[upper - 1 : upper + 1]
    part = (share - start) / (end - start)
    red, green, blue = (round(a + part * (b - a)) for a, b in zip(low, high, strict=True))
    return red, green, blue


def png(rows: Sequence[bytes], palette: Sequence[tuple[int, int, int]]) -> bytes:
    """Return a PNG with one byte a pixel, its place in the palette."""
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    colours = b"".join(bytes(each) for each in palette)
    chunks = ((b"IHDR", header), (b"PLTE", colours), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


_SIDE, _LEFT, _TOP, _BOTTOM = 380, 66, 12, 46
_LEGEND = 104


def heat_map(
    matrix: Matrix, low: float, high: float, x: Axis, y: Axis, value: Axis, *, title: str, description: str
) -> str:
    """Return the matrix with axes that count from 1, and a legend of its colours from `low` to `high`."""
    span = high - low or 1.0
    places = [
        bytes(
            _NULL if each is None else round(min(max((each - low) / span, 0), 1) * (_NULL - 1))
            for each in row
        )
        for row in matrix.rows
    ]
    palette = [colour(number / (_NULL - 1)) for number in range(_NULL)]
    encoded = _data(png(places, [*palette, (128, 128, 128)]))
    legend = _data(png([bytes([number]) for number in range(_NULL - 1, -1, -1)], palette))
    rows, columns = len(places) * matrix.block, len(places[0]) * matrix.block
    height = _TOP + _SIDE + _BOTTOM
    frame = Frame(
        Scale(0.5, columns + 0.5, _LEFT, _LEFT + _SIDE),
        Scale(rows + 0.5, 0.5, _TOP + _SIDE, _TOP),
        _places(columns),
        _places(rows),
        has_grid=False,
    )
    bar = _LEFT + _SIDE + 24
    marks = [tick for tick in ticks(low, low + span) if low <= tick <= low + span]
    scale = Scale(low, low + span, _TOP + _SIDE, _TOP)
    made = [
        f'<image href="{encoded}" x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" preserveAspectRatio="none" '
        'class="pixels"/>',
        frame.svg(x.title, y.title, height),
        f'<image href="{legend}" x="{bar}" y="{_TOP}" width="14" height="{_SIDE}" preserveAspectRatio="none"/>'
        '<g class="axes">',
        f'<path class="frame" d="M{_LEFT} {_TOP}h{_SIDE}v{_SIDE}h-{_SIDE}zM{bar} {_TOP}h14v{_SIDE}h-14z"/>',
    ]
    for mark, label in zip(marks, labels(marks), strict=True):
        at = pixel(scale.at(mark))
        made.append(
            f'<path class="tick" d="M{bar + 14} {at}h5"/><text x="{bar + 23}" y="{at}" dy=".32em">{label}</text>'
        )
    middle = pixel(_TOP + _SIDE / 2)
    width = _LEFT + _SIDE + _LEGEND
    made.append(
        f'<text class="title" transform="translate({width - 12} {middle}) rotate(-90)" text-anchor="middle">'
        f"{escape(value.title)}</text></g>"
    )
    return picture("".join(made), width, height, title, description)


def _places(number: int) -> list[float]:
    return [1.0, *(tick for tick in ticks(1, number) if 1 < tick <= number and tick.is_integer())]


def _data(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"
