"""Superpose a structure on another, by the Cα atoms of residues that are aligned in sequence."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from .geometry import Motion, superposed
from .structure import Model, Residue, Structure

_LEAST = 3
"""Fewer points don't determine a rotation."""

_MOST_CELLS = 30_000_000
_MATCH, _MISMATCH, _GAP = 2, -1, -2


class NotAlignable(ValueError):
    """The structures have too little in common to be superposed. The message says what."""


@attrs.frozen
class Superposition:
    """A structure moved onto another, with the RMSD in Å of so many pairs of Cα atoms."""

    structure: Structure
    rmsd: float
    count: int


def superpose(moving: Structure, fixed: Structure) -> Superposition:
    """Move a structure so that the first models fit with the least RMSD.

    Chains with the same name are partners; if no names are shared, chains in their order. Within them, residues are
    aligned globally (Needleman and Wunsch, J. Mol. Biol. 48, 443, 1970) with 2 for equal letters, -1 for others and -2
    for a gap of one residue. All aligned pairs count. Raises NotAlignable.
    """
    pairs = _pairs(moving.models[0], fixed.models[0])
    if len(pairs) < _LEAST:
        raise NotAlignable(
            f"{moving.name} and {fixed.name} can't be superposed: {len(pairs)} residues with a Cα atom correspond, "
            f"and it takes {_LEAST}"
        )
    points = [[trace.position for each in side if (trace := each.trace)] for side in zip(*pairs, strict=True)]
    motion, distance = superposed(*points)
    models = tuple(moved(model, motion) for model in moving.models)
    return Superposition(attrs.evolve(moving, models=models), distance, len(pairs))


def moved(model: Model, motion: Motion) -> Model:
    """Return the model with all positions moved."""
    return attrs.evolve(
        model,
        residues=tuple(
            attrs.evolve(
                residue,
                atoms=tuple(attrs.evolve(atom, position=motion(atom.position)) for atom in residue.atoms),
            )
            for residue in model.residues
        ),
    )


def _pairs(moving: Model, fixed: Model) -> list[tuple[Residue, Residue]]:
    one, other = (_with_traces(model) for model in (moving, fixed))
    shared = [chain for chain in one if chain in other]
    partners = [(one[chain], other[chain]) for chain in shared] or list(
        zip(one.values(), other.values(), strict=False)
    )
    return [
        (left[i], right[j])
        for left, right in partners
        for i, j in aligned("".join(each.letter for each in left), "".join(each.letter for each in right))
    ]


def _with_traces(model: Model) -> dict[str, list[Residue]]:
    chains = {
        chain: [each for each in residues if each.kind == "protein" and each.trace]
        for chain, residues in model.chains.items()
    }
    return {chain: residues for chain, residues in chains.items() if residues}


def aligned(one: str, other: str) -> list[tuple[int, int]]:
    """Return the pairs of places that a global alignment puts together. Raises NotAlignable for too long sequences."""
    if one == other:
        return [(at, at) for at in range(len(one))]
    if len(one) * len(other) > _MOST_CELLS:
        raise NotAlignable(
            f"sequences of {len(one):,} and {len(other):,} residues that differ are too long to be aligned here"
        )
    steps = _steps(one, other)
    pairs = []
    i, j = len(one), len(other)
    while i and j:
        step = steps[i][j]
        if step == 0:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif step == 1:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def _steps(one: str, other: str) -> Sequence[bytearray]:
    """Return how the best alignment of each two beginnings ends: 0 a pair, 1 a gap in the second, 2 in the first."""
    steps = [bytearray(len(other) + 1)]
    before = [_GAP * j for j in range(len(other) + 1)]
    for i, letter in enumerate(one, 1):
        row, here = bytearray(len(other) + 1), [_GAP * i]
        left = here[0]
        for j, another in enumerate(other, 1):
            pair = before[j - 1] + (_MATCH if letter == another else _MISMATCH)
            up = before[j] + _GAP
            left += _GAP
            if pair >= up and pair >= left:
                left = pair
            elif up >= left:
                left, row[j] = up, 1
            else:
                row[j] = 2
            here.append(left)
        steps.append(row)
        before = here
    return steps
