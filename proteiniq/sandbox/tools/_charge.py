"""Net charge of a protein against pH, and its isoelectric point, on published pK scales.

Every ionizable group is treated as independent (Henderson-Hasselbalch): a basic group with pK *k* carries
1 / (1 + 10^(pH − k)) charges, an acidic one −1 / (1 + 10^(k − pH)). All cysteines count as free thiols.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import attrs


@attrs.frozen
class Scale:
    """pK values of the ionizable groups of a protein.

    `n_terminus` and `c_terminus` are the values of the ends. `n_residues` and `c_residues` replace them for
    the listed first or last residues.
    """

    source: str
    n_terminus: float
    c_terminus: float
    acids: Mapping[str, float]
    bases: Mapping[str, float]
    n_residues: Mapping[str, float] = attrs.field(factory=dict)
    c_residues: Mapping[str, float] = attrs.field(factory=dict)


def _scale(source: str, n: float, c: float, decy: str, hkr: str) -> Scale:
    """A scale from its termini and the values of D, E, C, Y and of H, K, R."""
    return Scale(
        source,
        n,
        c,
        dict(zip("DECY", map(float, decy.split()), strict=True)),
        dict(zip("HKR", map(float, hkr.split()), strict=True)),
    )


SCALES: Mapping[str, Scale] = {
    "Bjellqvist": attrs.evolve(
        _scale(
            "Bjellqvist et al. 1993, Electrophoresis 14:1023, and 1994, 15:529, as in ExPASy ProtParam",
            7.5,
            3.55,
            "4.05 4.45 9.0 10.0",
            "5.98 10.0 12.0",
        ),
        n_residues={"A": 7.59, "M": 7.0, "S": 6.93, "P": 8.36, "T": 6.82, "V": 7.44, "E": 7.7},
        c_residues={"D": 4.55, "E": 4.75},
    ),
    "EMBOSS": _scale(
        "EMBOSS 6.6.0, Epk.dat (earlier releases and many copies have 8.6 for the N-terminus)",
        7.5,
        3.6,
        "3.9 4.1 8.5 10.1",
        "6.5 10.8 12.5",
    ),
    "DTASelect": _scale(
        "Tabb 2001, DTASelect pI algorithm, Scripps", 8.0, 3.1, "4.4 4.4 8.5 10.0", "6.5 10.0 12.0"
    ),
    "Solomon": _scale(
        "Solomons, Organic Chemistry, 5th ed. 1992", 9.6, 2.4, "3.9 4.3 8.3 10.1", "6.0 10.5 12.5"
    ),
    "Sillero": _scale(
        "Sillero & Ribeiro 1989, Anal. Biochem. 179:319",
        8.0,
        3.2,
        "4.0 4.5 9.0 10.0",
        "6.4 10.4 12.0",
    ),
    "Rodwell": _scale(
        "Rodwell 1982, Anal. Biochem. 119:440", 8.0, 3.1, "3.68 4.25 8.33 10.07", "6.0 11.5 11.5"
    ),
    "Lehninger": _scale(
        "Lehninger, Nelson & Cox, Principles of Biochemistry",
        9.69,
        2.34,
        "3.86 4.25 8.33 10.0",
        "6.0 10.5 12.4",
    ),
    "Thurlkill": _scale(
        "Thurlkill et al. 2006, Protein Sci. 15:1214",
        8.0,
        3.67,
        "3.67 4.25 8.55 9.84",
        "6.54 10.4 12.0",
    ),
    "IPC_protein": _scale(
        "Kozlowski 2016, Biol. Direct 11:55",
        9.094,
        2.869,
        "3.872 4.412 7.555 10.85",
        "5.637 9.052 11.84",
    ),
    "IPC_peptide": _scale(
        "Kozlowski 2016, Biol. Direct 11:55",
        9.564,
        2.383,
        "3.887 4.317 8.297 10.071",
        "6.018 10.517 12.503",
    ),
}
"""pK scales by name. All values but Bjellqvist's and EMBOSS's are as tabulated by Kozlowski 2016."""

NAMES = tuple(SCALES)
DEFAULT = "Bjellqvist"

_LOWEST, _HIGHEST = -20.0, 40.0


@attrs.frozen
class Charge:
    """The charge of one protein on one scale, as the number of groups of each pK."""

    positive: tuple[tuple[float, int], ...]
    negative: tuple[tuple[float, int], ...]

    @classmethod
    def of(cls, sequence: str, scale: Scale) -> Charge:
        """The groups of `sequence`, in one-letter code, with both ends free."""
        n = scale.n_residues.get(sequence[0], scale.n_terminus)
        c = scale.c_residues.get(sequence[-1], scale.c_terminus)
        positive = [(n, 1), *((pk, sequence.count(r)) for r, pk in scale.bases.items())]
        negative = [(c, 1), *((pk, sequence.count(r)) for r, pk in scale.acids.items())]
        return cls(tuple(positive), tuple(negative))

    def at(self, ph: float) -> float:
        """Net charge at `ph`, in elementary charges."""
        plus = sum(count / (1.0 + math.pow(10.0, ph - pk)) for pk, count in self.positive)
        minus = sum(count / (1.0 + math.pow(10.0, pk - ph)) for pk, count in self.negative)
        return plus - minus

    def isoelectric_point(self) -> float:
        """The pH of zero net charge.

        The charge falls strictly with pH, so there is exactly one root. It can be outside 0 to 14 for a protein
        of only acids or only bases.
        """
        low, high = _LOWEST, _HIGHEST
        while high - low > 1e-9:
            middle = (low + high) / 2
            if self.at(middle) > 0:
                low = middle
            else:
                high = middle
        return (low + high) / 2
