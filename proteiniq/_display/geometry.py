"""Turning and superposing sets of points, without numpy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import attrs

from .structure import Point

Matrix = tuple[Point, Point, Point]
_IDENTITY: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@attrs.frozen
class Motion:
    """A rotation about the point `centre`, which then comes to `target`."""

    rotation: Matrix = _IDENTITY
    centre: Point = (0.0, 0.0, 0.0)
    target: Point = (0.0, 0.0, 0.0)

    def __call__(self, point: Point) -> Point:
        x, y, z = (one - other for one, other in zip(point, self.centre, strict=True))
        (a, b, c), (d, e, f), (g, h, i) = self.rotation
        u, v, w = self.target
        return a * x + b * y + c * z + u, d * x + e * y + f * z + v, g * x + h * y + i * z + w


def centre(points: Sequence[Point]) -> Point:
    count = len(points)
    x, y, z = (math.fsum(axis) / count for axis in zip(*points, strict=True))
    return x, y, z


def facing(points: Sequence[Point]) -> Motion:
    """Return the motion after which the points lie around the origin, widest along x and shallowest along z."""
    middle = centre(points)
    moved = [tuple(one - other for one, other in zip(point, middle, strict=True)) for point in points]
    scatter = [[math.fsum(p[i] * p[j] for p in moved) for j in range(3)] for i in range(3)]
    _, (first, second, _) = eigen(scatter)
    x, y = (_sign(axis) for axis in (first, second))
    z = (x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0])
    return Motion((x, y, z), middle)


def _sign(axis: Sequence[float]) -> Point:
    """Return the axis in the one of its two directions in which its largest part is positive."""
    x, y, z = axis
    return (x, y, z) if max(axis, key=abs) >= 0 else (-x, -y, -z)


def superposed(moving: Sequence[Point], fixed: Sequence[Point]) -> tuple[Motion, float]:
    """Return the motion that brings points onto their partners with the least RMSD, and that RMSD in Å.

    The rotation is the unit quaternion that belongs to the largest eigenvalue of a symmetric 4 x 4 matrix (Horn,
    J. Opt. Soc. Am. A 4, 629, 1987), which never mirrors.
    """
    one, other = centre(moving), centre(fixed)
    pairs = [
        ([p - c for p, c in zip(a, one, strict=True)], [p - c for p, c in zip(b, other, strict=True)])
        for a, b in zip(moving, fixed, strict=True)
    ]
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = (
        [math.fsum(a[i] * b[j] for a, b in pairs) for j in range(3)] for i in range(3)
    )
    _, vectors = eigen(
        [
            [xx + yy + zz, yz - zy, zx - xz, xy - yx],
            [yz - zy, xx - yy - zz, xy + yx, zx + xz],
            [zx - xz, xy + yx, yy - xx - zz, yz + zy],
            [xy - yx, zx + xz, yz + zy, zz - xx - yy],
        ]
    )
    w, x, y, z = vectors[0]
    motion = Motion(
        (
            (w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)),
            (2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)),
            (2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z),
        ),
        one,
        other,
    )
    return motion, rmsd((motion(point) for point in moving), fixed)


def rmsd(points: Iterable[Point], others: Iterable[Point]) -> float:
    """Return the root mean square distance of points from their partners."""
    squares = [math.dist(one, other) ** 2 for one, other in zip(points, others, strict=True)]
    return math.sqrt(math.fsum(squares) / len(squares))


def eigen(matrix: Sequence[Sequence[float]]) -> tuple[list[float], list[list[float]]]:
    """Return the eigenvalues of a symmetric matrix, the largest first, and their unit vectors (Jacobi's method)."""
    size = len(matrix)
    a = [list(row) for row in matrix]
    vectors = [[float(i == j) for j in range(size)] for i in range(size)]
    small = 1e-30 * math.fsum(x * x for row in a for x in row)
    while 2 * math.fsum(a[i][j] ** 2 for i in range(size) for j in range(i)) > small:
        for p in range(size):
            for q in range(p + 1, size):
                if a[p][q]:
                    _annihilate(a, vectors, p, q)
    order = sorted(range(size), key=lambda i: -a[i][i])
    return [a[i][i] for i in order], [[row[i] for row in vectors] for i in order]


def _annihilate(a: list[list[float]], vectors: list[list[float]], p: int, q: int) -> None:
    """Turn in the plane of two axes so that the element of the matrix between them becomes zero."""
    angle = 0.5 * math.atan2(2 * a[p][q], a[q][q] - a[p][p])
    c, s = math.cos(angle), math.sin(angle)
    for row in (*a, *vectors):
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]
    a[p], a[q] = (
        [c * x - s * y for x, y in zip(a[p], a[q], strict=True)],
        [s * x + c * y for x, y in zip(a[p], a[q], strict=True)],
    )
    a[p][q] = a[q][p] = 0.0
