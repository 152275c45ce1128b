"""A static picture of a structure, as SVG: chains as tubes, small molecules as balls and sticks.

The course of a chain is a Catmull-Rom spline through the Cα (or P) atoms. What is further away is drawn first, and
paler. Only attributes are used, no styles, so that any policy of a page lets it through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import attrs

from .bonds import bonds_of
from .colours import ELEMENTS, OTHER, Colouring
from .markup import escape
from .secondary import helices_and_strands, stretches
from .structure import Atom, Model, Point, Residue

WIDTH, HEIGHT = 640, 440
_MARGIN = 28
_LARGEST_SCALE = 28.0
"""In pixels per Å, so that a small molecule doesn't fill the picture."""

_RADIUS = {"H": 1.25, "E": 1.0, "-": 0.5}
"""Half the width of the tube in Å."""

_TOGETHER = 3
"""How many residues of one colour are one path. More would be smaller, but hide and show the wrong parts."""

_HAZE = (148, 156, 166)
"""What distant parts fade to: halfway between a light and a dark background."""

_FADED = 0.5


@attrs.frozen
class Projection:
    """Where a point, already turned to face the viewer, is in the picture: (x·scale + left, top - y·scale)."""

    scale: float
    left: float
    top: float
    near: float
    far: float

    def __call__(self, point: Point) -> tuple[float, float]:
        return self.left + point[0] * self.scale, self.top - point[1] * self.scale

    def haze(self, depth: float) -> int:
        """How far away a depth is: 0 at the front, 4 at the back."""
        deep = self.near - self.far
        return round(4 * (self.near - depth) / deep) if deep > 0 else 0


def projection(points: Sequence[Point]) -> Projection:
    """Return the projection that shows all points."""
    lows, highs = ([end(axis) for axis in zip(*points, strict=True)] for end in (min, max))
    extent = [high - low for low, high in zip(lows, highs, strict=True)]
    scale = min(
        _LARGEST_SCALE,
        (WIDTH - 2 * _MARGIN) / max(extent[0], 0.1),
        (HEIGHT - 2 * _MARGIN) / max(extent[1], 0.1),
    )
    left = WIDTH / 2 - scale * (lows[0] + highs[0]) / 2
    top = HEIGHT / 2 + scale * (lows[1] + highs[1]) / 2
    return Projection(scale, left, top, highs[2], lows[2])


def points_of(models: Sequence[Model]) -> list[Point]:
    """Return the positions that a picture of the models has to show: traces and small molecules."""
    shown = []
    for model in models:
        for residue in model.residues:
            if residue.kind != "water":
                trace = residue.trace
                shown += [trace.position] if trace else [atom.position for atom in residue.atoms]
    return shown or [atom.position for model in models for atom in model.atoms]


def picture(models: Sequence[Model], colouring: Colouring, view: Projection, description: str) -> str:
    """Return the SVG. `colouring` is of the models' residues; positions are already turned to face the viewer."""
    shapes: list[tuple[float, str]] = []
    offset = 0
    for model in models:
        colours = [colouring.colour(offset + at) for at in range(len(model.residues))]
        shapes += _chains(model.residues, colours, view)
        shapes += _molecules(model, view)
        offset += len(model.residues)
    shapes.sort(key=lambda shape: shape[0])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(description)}"><g fill="none" stroke-linejoin="round">'
        f"{''.join(text for _, text in shapes)}</g></svg>"
    )


def _chains(
    residues: Sequence[Residue], colours: Sequence[str], view: Projection
) -> Iterator[tuple[float, str]]:
    letters = helices_and_strands(residues)
    before: tuple[Residue, Point] | None = None
    for stretch in stretches(residues):
        traces = [trace.position for at in stretch if (trace := residues[at].trace)]
        if not traces:
            continue
        here = residues[stretch[0]]
        if before and before[0].chain == here.chain and before[0].kind == here.kind:
            yield _gap(before[1], traces[0], view)
        before = here, traces[-1]
        yield from _tube(traces, [letters[at] for at in stretch], [colours[at] for at in stretch], view)
        if here.kind == "nucleic":
            for at in stretch:
                yield from _base(residues[at], colours[at], view)


def _gap(one: Point, other: Point, view: Projection) -> tuple[float, str]:
    """A dashed line where residues are missing."""
    (x, y), (u, v) = view(one), view(other)
    line = f'<path d="M{x:.1f},{y:.1f}L{u:.1f},{v:.1f}" stroke="{OTHER}" stroke-dasharray="2 4"/>'
    return (one[2] + other[2]) / 2, line


def _tube(
    points: Sequence[Point], letters: Sequence[str], colours: Sequence[str], view: Projection
) -> Iterator[tuple[float, str]]:
    """Yield the pieces of a spline, each of a few residues of one colour, with their depths."""
    points = _flattened(points, letters)
    if len(points) == 1:
        yield points[0][2], _ball(points[0], 0.8, colours[0], view)
        return
    halves = [_halves(points, at) for at in range(len(points) - 1)]
    keys = [(colour, letter) for colour, letter in zip(colours, letters, strict=True)]
    for (colour, letter), group in groupby(range(len(points)), key=keys.__getitem__):
        run = list(group)
        for start in range(0, len(run), _TOGETHER):
            some = run[start : start + _TOGETHER]
            curves = []
            for at in some:
                curves += [halves[at - 1][1]] if at else []
                curves += [halves[at][0]] if at < len(halves) else []
            depth = sum(points[at][2] for at in some) / len(some)
            path = _path(curves, view)
            shade = _shaded(colour, view.haze(depth))
            width = max(2.0, 2 * _RADIUS[letter] * view.scale)
            edge = max(0.7, 0.12 * view.scale)
            yield (
                depth,
                f'<path d="{path}" stroke="{_darker(shade)}" stroke-width="{width + 2 * edge:.1f}"/>'
                f'<path d="{path}" stroke="{shade}" stroke-width="{width:.1f}" stroke-linecap="round"/>',
            )


def _flattened(points: Sequence[Point], letters: Sequence[str]) -> list[Point]:
    """Smooth strands, whose Cα atoms lie to either side in turn."""
    made = list(points)
    for at in range(1, len(points) - 1):
        if letters[at] == "E":
            before, here, after = points[at - 1 : at + 2]
            made[at] = _mix(_mix(before, after, 0.5), here, 0.5)
    return made


Curve = tuple[Point, Point, Point, Point]


def _halves(points: Sequence[Point], at: int) -> tuple[Curve, Curve]:
    """Return the two halves of the cubic curve from one point to the next."""
    before, start, end = points[max(0, at - 1)], points[at], points[at + 1]
    after = points[min(len(points) - 1, at + 2)]
    one = _along(start, before, end)
    other = _along(end, after, start)
    a, b, c = _mix(start, one, 0.5), _mix(one, other, 0.5), _mix(other, end, 0.5)
    d, e = _mix(a, b, 0.5), _mix(b, c, 0.5)
    middle = _mix(d, e, 0.5)
    return (start, a, d, middle), (middle, e, c, end)


def _along(point: Point, before: Point, after: Point) -> Point:
    """Return the handle of a curve that leaves a point in the direction from the one before to the one after."""
    x, y, z = (p + (b - a) / 6 for p, a, b in zip(point, before, after, strict=True))
    return x, y, z


def _mix(one: Point, other: Point, share: float) -> Point:
    x, y, z = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return x, y, z


def _path(curves: Sequence[Curve], view: Projection) -> str:
    """Return the curves, which follow one another, as the data of a path, in relative coordinates."""
    x, y = (round(each, 1) for each in view(curves[0][0]))
    parts = [f"M{_decimal(x)},{_decimal(y)}c"]
    numbers = []
    for curve in curves:
        there = [tuple(round(each, 1) for each in view(point)) for point in curve[1:]]
        numbers += [_decimal(value) for u, v in there for value in (u - x, v - y)]
        x, y = there[-1]
    text = numbers[0]
    for number in numbers[1:]:
        text += number if number.startswith("-") else f" {number}"
    return parts[0] + text


def _decimal(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return {"-0": "0"}.get(text, text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text)


def _base(residue: Residue, colour: str, view: Projection) -> Iterator[tuple[float, str]]:
    """Yield a line from the course of a nucleic acid to the base's edge."""
    atoms = {atom.name: atom.position for atom in residue.atoms}
    start = residue.trace
    end = atoms.get("N1" if "N9" in atoms else "N3")
    if start and end:
        yield (
            (start.position[2] + end[2]) / 2,
            _stick(start.position, end, _shaded(colour, view.haze(end[2])), 0.5, view),
        )


def _molecules(model: Model, view: Projection) -> Iterator[tuple[float, str]]:
    """Yield the bonds, in halves, and the atoms of what is not a polymer or water. Hydrogens on carbon are left out."""
    atoms = list(model.atoms)
    shown = {
        at
        for at, residue in enumerate(residue for residue in model.residues for _ in residue.atoms)
        if residue.kind == "ligand"
    }
    bonds = [(one, other) for one, other, _ in bonds_of(model) if one in shown and other in shown]
    plain = {at for pair in bonds for at, to in (pair, pair[::-1]) if _is_plain(atoms[at], atoms[to])}
    bonded = {at for pair in bonds for at in pair}
    for one, other in bonds:
        if one in plain or other in plain:
            continue
        middle = _mix(atoms[one].position, atoms[other].position, 0.5)
        for at in (one, other):
            here = atoms[at].position
            colour = _shaded(ELEMENTS.get(atoms[at].element, OTHER), view.haze(here[2]))
            yield (here[2] + middle[2]) / 2, _stick(here, middle, colour, 0.34, view)
    for at in sorted(shown - plain):
        atom = atoms[at]
        colour = ELEMENTS.get(atom.element, OTHER)
        size = 0.22 if atom.element in ("C", "H") and at in bonded else 0.32 if at in bonded else 0.9
        yield (
            atom.position[2] + 0.01,
            _ball(atom.position, size, _shaded(colour, view.haze(atom.position[2])), view),
        )


def _is_plain(atom: Atom, neighbour: Atom) -> bool:
    return atom.element == "H" and neighbour.element == "C"


def _stick(one: Point, other: Point, colour: str, width: float, view: Projection) -> str:
    (x, y), (u, v) = view(one), view(other)
    path = f"M{x:.1f},{y:.1f}L{u:.1f},{v:.1f}"
    thick = max(1.5, width * view.scale)
    return (
        f'<path d="{path}" stroke="{_darker(colour)}" stroke-width="{thick + 1.4:.1f}"/>'
        f'<path d="{path}" stroke="{colour}" stroke-width="{thick:.1f}" stroke-linecap="round"/>'
    )


def _ball(point: Point, radius: float, colour: str, view: Projection) -> str:
    x, y = view(point)
    size = max(1.4, radius * view.scale)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}" fill="{colour}" stroke="{_darker(colour)}"/>'


def _shaded(colour: str, haze: int) -> str:
    """Return a colour as it is from a distance, from 0, near, to 4."""
    share = _FADED * haze / 4
    parts = zip(_parts(colour), _HAZE, strict=True)
    return _hex(round(part * (1 - share) + far * share) for part, far in parts)


def _darker(colour: str) -> str:
    return _hex(part * 11 // 20 for part in _parts(colour))


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _hex(parts: Iterator[int]) -> str:
    return "#" + bytes(parts).hex()
