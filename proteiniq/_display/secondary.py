"""Helices and strands: those that a file names, or found from the Cα positions.

Without names in the file, they are assigned by the distances between Cα atoms two, three and four residues apart and by
the virtual bond and dihedral angles of Cα, as in P-SEA (Labesse et al., CABIOS 13, 291, 1997).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .structure import Atom, Point, Residue

_GAP = 4.5
"""Cα atoms of neighbours are 3.8 Å apart (2.9 Å before a cis proline); further apart, residues are missing between."""


def is_joined(one: Residue, other: Residue) -> bool:
    """Whether a residue follows another in the chain without a gap, by the distance of their trace atoms."""
    here, there = one.trace, other.trace
    if here is None or there is None or one.chain != other.chain or one.kind != other.kind:
        return False
    return math.dist(here.position, there.position) < (_GAP if one.kind == "protein" else 9.0)


def helices_and_strands(residues: Sequence[Residue]) -> str:
    """Return a letter for each residue: H, E, or - for neither."""
    if any(residue.helix_or_strand for residue in residues):
        return "".join(residue.helix_or_strand or "-" for residue in residues)
    traces = {at: trace.position for at, residue in enumerate(residues) if (trace := _calpha(residue))}
    found: list[str] = []
    for stretch in stretches(residues):
        points = [traces[at] for at in stretch if at in traces]
        others = [point for at, point in traces.items() if not stretch.start <= at < stretch.stop]
        found += _assigned(points, others) if points else "-" * len(stretch)
    return "".join(found)


def _calpha(residue: Residue) -> Atom | None:
    return residue.trace if residue.kind == "protein" else None


def stretches(residues: Sequence[Residue]) -> list[range]:
    """Return the stretches of residues that follow one another without a gap, in order."""
    starts = [at for at in range(len(residues)) if at == 0 or not is_joined(residues[at - 1], residues[at])]
    return [range(start, end) for start, end in zip(starts, [*starts[1:], len(residues)], strict=True)]


def _assigned(points: Sequence[Point], others: Sequence[Point]) -> str:
    """Assign the residues of one stretch by their Cα positions, beside those of all other residues."""
    count = len(points)

    def distance(at: int, apart: int, least: float, most: float) -> bool:
        return at >= 0 and at + apart < count and least <= math.dist(points[at], points[at + apart]) <= most

    def turned(at: int, angle: float, angle_by: float, dihedral: float, dihedral_by: float) -> bool:
        if not 0 <= at < count - 3:
            return False
        bend, twist = _angle(*points[at : at + 3]), _dihedral(*points[at : at + 4])
        return abs(bend - angle) <= angle_by and abs((twist - dihedral + 180) % 360 - 180) <= dihedral_by

    def alpha(at: int) -> bool:
        close = distance(at - 1, 3, 4.8, 5.8) and distance(at - 1, 4, 5.8, 7.0)
        return close or turned(at - 1, 89, 12, 50, 20)

    def beta(at: int) -> bool:
        far = (
            distance(at - 1, 2, 6.1, 7.3)
            and distance(at - 1, 3, 9.0, 10.8)
            and distance(at - 1, 4, 11.3, 13.5)
        )
        return far or turned(at - 1, 124, 14, -170, 45)

    def nearly_alpha(at: int) -> bool:
        return distance(at - 1, 3, 4.8, 5.8) or (
            0 < at < count - 1 and abs(_angle(*points[at - 1 : at + 2]) - 89) <= 12
        )

    def nearly_beta(at: int) -> bool:
        return distance(at - 1, 3, 9.0, 10.8)

    letters = ["-"] * count
    for letter, is_one, is_nearly, least in (("E", beta, nearly_beta, 3), ("H", alpha, nearly_alpha, 5)):
        for start, end in _runs(list(map(is_one, range(count))), least):
            if letter == "E" and end - start < 5 and not _has_partner(points, start, end, others):
                continue
            start -= start > 0 and is_nearly(start - 1)
            end += end < count and is_nearly(end)
            letters[start:end] = letter * (end - start)
    return "".join(letters)


def _runs(flags: Sequence[bool], least: int) -> list[tuple[int, int]]:
    """Return start and end of each run of true flags that is long enough."""
    found, start = [], None
    for at, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = at
        elif not flag and start is not None:
            if at - start >= least:
                found.append((start, at))
            start = None
    return found


def _has_partner(points: Sequence[Point], start: int, end: int, others: Sequence[Point]) -> bool:
    """Whether Cα atoms elsewhere are 4.2 to 5.2 Å from those of a short strand five times, as in a sheet."""
    elsewhere = [*points[: max(0, start - 1)], *points[end + 1 :], *others]
    return sum(4.2 <= math.dist(one, other) <= 5.2 for one in points[start:end] for other in elsewhere) >= 5


def _angle(one: Point, middle: Point, other: Point) -> float:
    a, b = _minus(one, middle), _minus(other, middle)
    return math.degrees(math.atan2(_length(_cross(a, b)), _dot(a, b)))


def _dihedral(one: Point, two: Point, three: Point, four: Point) -> float:
    a, b, c = _minus(two, one), _minus(three, two), _minus(four, three)
    ab, bc = _cross(a, b), _cross(b, c)
    return math.degrees(math.atan2(_dot(_cross(ab, bc), b) / (_length(b) or 1.0), _dot(ab, bc)))


def _minus(one: Point, other: Point) -> Point:
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def _cross(a: Point, b: Point) -> Point:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _length(a: Point) -> float:
    return math.sqrt(_dot(a, a))
