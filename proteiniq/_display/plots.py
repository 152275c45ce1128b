"""Plots as SVG for a page: lines, histograms and sparklines. Their colours are in assets/plots.css."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs

from .axes import Axis, Frame, Scale, labels, pixel, ticks
from .markup import escape
from .shapes import Line

WIDTH, HEIGHT = 720, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 14, 12, 46
_LEVELS = 68
"""What the names of levels take on the right."""

MOST_LINES = 6
"""As many lines as can be told apart by colour and dash in one plot."""

Number = float | None


@attrs.frozen
class Level:
    """A horizontal line at a value that has a meaning."""

    value: float
    name: str


def line_plot(
    lines: Sequence[Line],
    x_axis: Axis,
    y_axis: Axis,
    *,
    title: str,
    description: str,
    levels: Sequence[Level] = (),
) -> str:
    """Return lines, with a legend if there are several. At most `MOST_LINES` are drawn.

    Raises ValueError if they have no point.
    """
    lines = lines[:MOST_LINES]
    known = [value for line in lines for value in line.y if value is not None]
    if not known:
        raise ValueError("there is nothing to draw")
    start, end = min(line.x[0] for line in lines), max(line.x[-1] for line in lines)
    y_ticks = _ticks([*known, *(level.value for level in levels)], y_axis)
    x_ticks = [tick for tick in ticks(start, end, 8) if start <= tick <= end]
    legend = len(lines) > 1
    height = HEIGHT + 24 * legend
    right = WIDTH - _RIGHT - (_LEVELS if levels else 0)
    margin = (end - start) / 100 or 0.5
    frame = Frame(
        Scale(start - margin, end + margin, _LEFT, right),
        Scale(y_ticks[0], y_ticks[-1], height - _BOTTOM, _TOP + 24 * legend),
        x_ticks,
        y_ticks,
    )
    made = [frame.svg(x_axis.title, y_axis.title, height)]
    for level in levels:
        at = pixel(frame.y.at(level.value))
        made.append(f'<path class="level" d="M{_LEFT} {at}H{right}"/>')
        made.append(f'<text class="level" x="{right + 6}" y="{at}" dy=".32em">{escape(level.name)}</text>')
    for number, line in enumerate(lines, start=1):
        points = ((frame.x.at(a), None if b is None else frame.y.at(b)) for a, b in _points(line))
        made.append(f'<path class="line s{number}" d="{path(points)}"/>')
    if legend:
        made.append(_legend([line.name for line in lines]))
    return picture("".join(made), WIDTH, height, title, description)


def _legend(names: Sequence[str]) -> str:
    width = (WIDTH - _LEFT - _RIGHT) / len(names)
    most = int(width / 7) - 5
    made = []
    for number, name in enumerate(names, start=1):
        left = _LEFT + (number - 1) * width
        short = name if len(name) <= most else f"{name[: max(1, most - 1)]}…"
        made.append(f'<path class="line s{number}" d="M{pixel(left)} 12h22"/>')
        made.append(f'<text x="{pixel(left + 28)}" y="12" dy=".32em">{escape(short)}</text>')
    return f'<g class="legend">{"".join(made)}</g>'


def _ticks(values: Sequence[float], axis: Axis) -> list[float]:
    low = min(values) if axis.low is None else axis.low
    high = max(values) if axis.high is None else axis.high
    return ticks(low, high)


def _points(line: Line, width: int = WIDTH) -> Sequence[tuple[float, Number]]:
    """Return the points of a line; of a long one the lowest and the highest of each column of pixels."""
    points = list(zip(line.x, line.y, strict=True))
    if len(points) <= 2 * width:
        return points
    made: list[tuple[float, Number]] = []
    for number in range(width):
        column = points[number * len(points) // width : (number + 1) * len(points) // width]
        there = [(b, a) for a, b in column if b is not None]
        ends = {min(there), max(there)} if there else set()
        made += sorted((a, b) for b, a in ends)
        if len(there) < len(column):
            made.append((column[-1][0], None))
    return made


def path(points: Iterable[tuple[float, float | None]]) -> str:
    """Return the commands of a path through points; it is interrupted where one has no y. A lone point is a dot."""
    made: list[str] = []
    pen = 0
    for x, y in points:
        if y is None:
            if pen == 1:
                made.append("h0")
            pen = 0
            continue
        made.append(f"{'L' if pen else 'M'}{pixel(x)} {pixel(y)}")
        pen += 1
    if pen == 1:
        made.append("h0")
    return "".join(made)


@attrs.frozen
class Bins:
    """Counts in bins of one width, from `low` on. `rule` says how their number was chosen."""

    low: float
    width: float
    counts: Sequence[int]
    rule: str


_MOST_BINS = 60


def bins(values: Sequence[float]) -> Bins:
    """Return a histogram of values that are not all the same.

    The width of a bin is 2 IQR n^(-1/3) (Freedman & Diaconis 1981, Z. Wahrscheinlichkeitstheorie 57:453), rounded down
    so that bins fill the range. If half of the values are the same, there are 1 + log2 n bins (Sturges 1926, J. Am.
    Stat. Assoc. 21:65). There are 60 at most. Bins of whole numbers have whole widths.
    """
    ordered = sorted(values)
    low, high, n = ordered[0], ordered[-1], len(ordered)
    spread = _quantile(ordered, 0.75) - _quantile(ordered, 0.25)
    if spread > 0:
        wanted, rule = (high - low) / (2 * spread * n ** (-1 / 3)), "Freedman–Diaconis"
    else:
        wanted, rule = math.log2(n) + 1, "Sturges"
    number = math.ceil(min(wanted, _MOST_BINS))
    width = (high - low) / number
    if all(float(value).is_integer() for value in values):
        width = math.ceil((high - low + 1) / number)
        number = math.ceil((high - low + 1) / width)
        low -= 0.5
    counts = [0] * number
    for value in ordered:
        counts[min(int((value - low) / width), number - 1)] += 1
    return Bins(low, width, counts, rule)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile by linear interpolation, which is type 7 of Hyndman & Fan 1996."""
    place = share * (len(ordered) - 1)
    before = int(place)
    after = min(before + 1, len(ordered) - 1)
    return ordered[before] + (place - before) * (ordered[after] - ordered[before])


def histogram(found: Bins, axis: Axis, *, title: str, description: str, what: str = "values") -> str:
    """Return the bars of a histogram; `what` is what is counted."""
    high = found.low + found.width * len(found.counts)
    x_ticks = [tick for tick in ticks(found.low, high, 8) if found.low <= tick <= high]
    y_ticks = [tick for tick in ticks(0, max(found.counts)) if tick.is_integer()]
    x = Scale(found.low, high, _LEFT, WIDTH - _RIGHT)
    y = Scale(0, max(y_ticks[-1], *found.counts), HEIGHT - _BOTTOM, _TOP)
    bars = []
    for number, each in enumerate(found.counts):
        left, right = x.at(found.low + number * found.width), x.at(found.low + (number + 1) * found.width)
        if each:
            bars.append(
                f"M{pixel(left + 0.5)} {pixel(y.start)}V{pixel(y.at(each))}H{pixel(right - 0.5)}V{pixel(y.start)}z"
            )
    frame = Frame(x, y, x_ticks, y_ticks)
    body = f'{frame.svg(axis.title, f"number of {what}", HEIGHT)}<path class="bar" d="{"".join(bars)}"/>'
    return picture(body, WIDTH, HEIGHT, title, description)


def sparkline(values: Sequence[Number]) -> str:
    """Return numbers, one of them at least, as a line as high as text, with their range as a description."""
    known = [value for value in values if value is not None]
    low, high = min(known), max(known)
    line = Line("", [float(number) for number in range(len(values))], values)
    x, y = (
        Scale(0, max(1, len(values) - 1), 2, 98),
        Scale(low, high if high > low else low + (abs(low) or 1), 20, 2),
    )
    shape = path((x.at(a), None if b is None else y.at(b)) for a, b in _points(line, 100))
    text = f"{len(values):,} values from {' to '.join(labels([low, high]))}"
    return (
        f'<svg class="spark" viewBox="0 0 100 22" role="img" aria-label="{escape(text)}">'
        f'<title>{escape(text)}</title><path class="line s1" d="{shape}"/></svg>'
    )


def picture(body: str, width: float, height: float, title: str, description: str) -> str:
    """Return an SVG picture with a name and a description."""
    return (
        f'<svg class="plot" viewBox="0 0 {pixel(width)} {pixel(height)}" role="img" aria-label="{escape(title)}. '
        f'{escape(description)}"><title>{escape(title)}</title><desc>{escape(description)}</desc>{body}</svg>'
    )
