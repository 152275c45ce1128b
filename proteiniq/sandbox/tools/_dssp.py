"""Secondary structure from hydrogen bonds: Kabsch & Sander 1983, Biopolymers 22:2577 (DSSP).

The rules are those of DSSP 4: a π-helix wins over an α-helix, and three or more residues in the polyproline II region
(Mansiaux et al. 2011, PLoS ONE 6:e18401) that have no other structure are `P`. The wheels that offer DSSP need its
program, or PyTorch and one chain at a time, so the published rules are carried out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import attrs
import numpy as np
from numpy.typing import NDArray

from ._atoms import Residue
from ._dihedrals import backbone, bonded

_COUPLING = 27.888  # kcal Å/mol: 332 × 0.42 e × 0.20 e
_BOND = -0.5
_STRONGEST = -9.9
_CLOSEST = 0.5
_REACH = 9.0
"""Å between the Cα atoms of residues that may have a hydrogen bond."""
_BEND = 70.0
_PARALLEL, _ANTIPARALLEL = "parallel", "antiparallel"
_PII_PHI, _PII_PSI, _PII_WIDTH, _PII_LENGTH = -75.0, 145.0, 29.0, 3


@attrs.define
class _Ladder:
    """Bridges in a row: residues `i` with the residues `j`, both in ascending order."""

    kind: str
    i: list[int]
    j: list[int]


class _Chain:
    """The residues with a complete backbone, with their hydrogen bonds."""

    def __init__(self, residues: Sequence[Residue]) -> None:
        self.residues = residues
        linked = [bonded(a, b) for a, b in pairwise(residues)]
        # Two residues are in one segment if their numbers are equal.
        self.segment = np.concatenate(([0], np.cumsum(~np.array(linked, dtype=bool)))).astype(int)
        self.acceptors = _acceptors(residues, linked)

    def __len__(self) -> int:
        return len(self.residues)

    def unbroken(self, first: int, last: int) -> bool:
        return first >= 0 and last < len(self) and bool(self.segment[first] == self.segment[last])

    def bond(self, donor: int, acceptor: int) -> bool:
        return acceptor in self.acceptors[donor]


def secondary_structure(residues: Sequence[Residue]) -> list[str | None]:
    """A code for each residue: H, B, E, G, I, P, T, S or `-`. None for a residue without N, CA, C or O."""
    places = [place for place, residue in enumerate(residues) if "O" in residue.atoms]
    codes: list[str | None] = [None] * len(residues)
    if not places:
        return codes
    chain = _Chain([residues[place] for place in places])
    found = ["-"] * len(chain)
    _strands(chain, found)
    starts = _turns(chain)
    _helices(chain, found, starts)
    _turns_and_bends(chain, found, starts)
    _polyproline(chain, found)
    for place, code in zip(places, found, strict=True):
        codes[place] = code
    return codes


def _acceptors(residues: Sequence[Residue], linked: Sequence[bool]) -> list[set[int]]:
    """Donor → the acceptors of its hydrogen bonds. As in DSSP, a donor has two at most, those of the lowest energy."""
    n, ca, c, o = (np.array([residue.atoms[name] for residue in residues]) for name in ("N", "CA", "C", "O"))
    h = n.copy()
    has_hydrogen = np.array([residue.letter != "P" for residue in residues])
    for place, link in enumerate(linked, start=1):
        if link and has_hydrogen[place]:
            carbonyl = c[place - 1] - o[place - 1]
            h[place] += carbonyl / np.linalg.norm(carbonyl)
    result: list[set[int]] = []
    for donor in range(len(residues)):
        if not has_hydrogen[donor]:
            result.append(set())
            continue
        near = np.flatnonzero(np.sum((ca - ca[donor]) ** 2, axis=1) < _REACH**2)
        # A residue bonds neither itself nor the carbonyl of its own peptide bond.
        near = near[(near != donor) & (near != donor - 1)]
        energy = _energies(n[donor], h[donor], c[near], o[near])
        order = np.argsort(energy, kind="stable")[:2]
        result.append({int(near[k]) for k in order if energy[k] < _BOND})
    return result


def _energies(
    n: NDArray[np.float64], h: NDArray[np.float64], c: NDArray[np.float64], o: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Energies in kcal/mol of the hydrogen bonds of one donor with each acceptor."""

    def distance(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.linalg.norm(a - b, axis=-1)
        return found

    ho, hc, nc, no = distance(h, o), distance(h, c), distance(n, c), distance(n, o)
    too_close = np.min([ho, hc, nc, no], axis=0, initial=np.inf) < _CLOSEST
    with np.errstate(divide="ignore", invalid="ignore"):
        energy = -_COUPLING * (1 / ho - 1 / hc + 1 / nc - 1 / no)
    energy = np.where(too_close, _STRONGEST, np.round(energy, 3))
    return np.maximum(energy, _STRONGEST)


def _bridge(chain: _Chain, i: int, j: int) -> str | None:
    if not (chain.unbroken(i - 1, i + 1) and chain.unbroken(j - 1, j + 1)):
        return None
    bond = chain.bond
    if (bond(i + 1, j) and bond(j, i - 1)) or (bond(j + 1, i) and bond(i, j - 1)):
        return _PARALLEL
    if (bond(i + 1, j - 1) and bond(j + 1, i - 1)) or (bond(j, i) and bond(i, j)):
        return _ANTIPARALLEL
    return None


def _candidates(chain: _Chain) -> Iterable[tuple[int, int]]:
    """Pairs that a hydrogen bond brings together, so that not all pairs have to be looked at."""
    near = set()
    for donor, acceptors in enumerate(chain.acceptors):
        for acceptor in acceptors:
            for a in range(donor - 1, donor + 2):
                for b in range(acceptor - 1, acceptor + 2):
                    i, j = min(a, b), max(a, b)
                    if i >= 1 and j >= i + 3:
                        near.add((i, j))
    return sorted(near)


def _ladders(chain: _Chain) -> list[_Ladder]:
    ladders: list[_Ladder] = []
    for i, j in _candidates(chain):
        kind = _bridge(chain, i, j)
        if kind is None:
            continue
        for ladder in ladders:
            if ladder.kind != kind or ladder.i[-1] + 1 != i:
                continue
            if kind == _PARALLEL and ladder.j[-1] + 1 == j:
                ladder.j.append(j)
            elif kind == _ANTIPARALLEL and ladder.j[0] - 1 == j:
                ladder.j.insert(0, j)
            else:
                continue
            ladder.i.append(i)
            break
        else:
            ladders.append(_Ladder(kind, [i], [j]))
    return _with_bulges(chain, ladders)


def _with_bulges(chain: _Chain, ladders: list[_Ladder]) -> list[_Ladder]:
    """The ladders, joined where a bulge parts them: at most one residue more on one side and four on the other."""
    ladders = sorted(ladders, key=lambda ladder: (chain.residues[ladder.i[0]].chain, ladder.i[0]))
    place = 0
    while place < len(ladders):
        first = ladders[place]
        other = place + 1
        while other < len(ladders):
            second = ladders[other]
            if _is_bulge(chain, first, second):
                first.i += second.i
                first.j = first.j + second.j if first.kind == _PARALLEL else second.j + first.j
                del ladders[other]
            else:
                other += 1
        place += 1
    return ladders


def _is_bulge(chain: _Chain, first: _Ladder, second: _Ladder) -> bool:
    if first.kind != second.kind:
        return False
    step = second.i[0] - first.i[-1]
    ends = (min(first.j[0], second.j[0]), max(first.j[-1], second.j[-1]))
    if not (
        chain.unbroken(min(first.i[0], second.i[0]), max(first.i[-1], second.i[-1])) and chain.unbroken(*ends)
    ):
        return False
    if step >= 6 or (step <= 0 and first.i[0] <= second.i[-1]):
        return False
    other = second.j[0] - first.j[-1] if first.kind == _PARALLEL else first.j[0] - second.j[-1]
    return other >= 0 and ((other < 6 and step < 3) or other < 3)


def _strands(chain: _Chain, found: list[str]) -> None:
    for ladder in _ladders(chain):
        code = "E" if len(ladder.i) > 1 else "B"
        for side in (ladder.i, ladder.j):
            for place in range(side[0], side[-1] + 1):
                if found[place] != "E":
                    found[place] = code


def _turns(chain: _Chain) -> dict[int, set[int]]:
    """Length of a turn (3, 4, 5) → residues at which one begins."""
    return {
        length: {
            place
            for place in range(len(chain) - length)
            if chain.unbroken(place, place + length) and chain.bond(place + length, place)
        }
        for length in (3, 4, 5)
    }


def _helices(chain: _Chain, found: list[str], starts: dict[int, set[int]]) -> None:
    """Two turns of one length in a row make a helix. The order decides where they overlap."""
    for length, code, may_replace in ((4, "H", None), (3, "G", "-G"), (5, "I", "-IH")):
        for place in range(1, len(chain) - length):
            if place in starts[length] and place - 1 in starts[length]:
                part = range(place, place + length)
                if may_replace is None or all(found[k] in may_replace for k in part):
                    for k in part:
                        found[k] = code


def _turns_and_bends(chain: _Chain, found: list[str], starts: dict[int, set[int]]) -> None:
    inside = {
        place + step for length, places in starts.items() for place in places for step in range(1, length)
    }
    for place in range(1, len(chain) - 1):
        if found[place] == "-":
            found[place] = "T" if place in inside else "S" if _bends(chain, place) else "-"


def _bends(chain: _Chain, place: int) -> bool:
    """Whether the direction of the chain changes by more than 70° from two residues before to two after."""
    if not chain.unbroken(place - 2, place + 2):
        return False
    before, own, after = (chain.residues[place + step].atoms["CA"] for step in (-2, 0, 2))
    into, out = own - before, after - own
    cosine = np.dot(into, out) / (np.linalg.norm(into) * np.linalg.norm(out))
    return bool(np.degrees(np.arccos(np.clip(cosine, -1, 1))) > _BEND)


def _polyproline(chain: _Chain, found: list[str]) -> None:
    fits = []
    for place in range(len(chain)):
        phi, psi, _ = backbone(chain.residues, place)
        fits.append(
            phi is not None
            and psi is not None
            and abs(phi - _PII_PHI) <= _PII_WIDTH
            and abs(psi - _PII_PSI) <= _PII_WIDTH
        )
    for place in range(1, len(chain) - _PII_LENGTH):
        part = range(place, place + _PII_LENGTH)
        if all(fits[k] for k in part):
            for k in part:
                if found[k] == "-":
                    found[k] = "P"
