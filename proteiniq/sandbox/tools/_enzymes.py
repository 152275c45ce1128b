"""Where proteases and reagents cut a chain.

The rules are those of ExPASy PeptideCutter and PeptideMass (Gasteiger et al. 2005), after Keil 1992,
Specificity of Proteolysis. P1 is the residue before the cut and P1' the one after it. A position outside
the chain does not prevent a cut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs


@attrs.frozen
class Enzyme:
    """A rule: a zero-width pattern that matches at every cut."""

    name: str
    rule: str
    pattern: str

    def sites(self, sequence: str) -> list[int]:
        """The cuts inside `sequence`: i is the cut between residues i and i + 1, counted from 1."""
        cuts = (match.start() for match in re.finditer(self.pattern, sequence))
        return [cut for cut in cuts if 0 < cut < len(sequence)]


_PEPSIN = r"(?<![HKR]..)(?<!P.)(?:(?<!R)(?=[{0}])|(?<=[{0}]))(?!.P)"

ENZYMES: Mapping[str, Enzyme] = {
    "trypsin": Enzyme("Trypsin", "after K or R, not before P (PeptideMass)", r"(?<=[KR])(?!P)"),
    "trypsin-p": Enzyme("Trypsin/P", "after K or R, also before P (PeptideMass)", r"(?<=[KR])"),
    "trypsin-exceptions": Enzyme(
        "Trypsin with exceptions",
        "after K or R, not before P but in WK|P and MR|P; not in CK|D, DK|D, CK|H, CK|Y, CR|K, "
        "RR|H, RR|R (PeptideCutter)",
        r"(?:(?<=[KR])(?!P)|(?<=WK)(?=P)|(?<=MR)(?=P))"
        r"(?!(?<=[CD]K)D|(?<=CK)[HY]|(?<=CR)K|(?<=RR)[HR])",
    ),
    "lys-c": Enzyme("Lys-C", "after K (PeptideCutter)", r"(?<=K)"),
    "lys-n": Enzyme("Lys-N", "before K (PeptideCutter)", r"(?=K)"),
    "arg-c": Enzyme("Arg-C", "after R (PeptideCutter)", r"(?<=R)"),
    "glu-c": Enzyme("Glu-C, bicarbonate", "after E (PeptideCutter)", r"(?<=E)"),
    "glu-c-phosphate": Enzyme("Glu-C, phosphate", "after D or E (Houmard & Drapeau 1972)", r"(?<=[DE])"),
    "asp-n": Enzyme("Asp-N", "before D (PeptideCutter)", r"(?=D)"),
    "chymotrypsin": Enzyme(
        "Chymotrypsin, high specificity",
        "after F or Y, not before P; after W, not before M or P (PeptideCutter)",
        r"(?<=[FY])(?!P)|(?<=W)(?![MP])",
    ),
    "chymotrypsin-low": Enzyme(
        "Chymotrypsin, low specificity",
        "after F, L or Y, not before P; after W, not before M or P; after M, not before P or Y; "
        "after H, not before D, M, P or W (PeptideCutter)",
        r"(?<=[FLY])(?!P)|(?<=W)(?![MP])|(?<=M)(?![PY])|(?<=H)(?![DMPW])",
    ),
    "pepsin-ph1.3": Enzyme(
        "Pepsin, pH 1.3",
        "before or after F or L; P3 not H, K, R; P2 and P2' not P; before F or L: P1 not R (PeptideCutter)",
        _PEPSIN.format("FL"),
    ),
    "pepsin-ph2": Enzyme(
        "Pepsin, pH > 2",
        "as at pH 1.3, and also at W and Y (PeptideCutter)",
        _PEPSIN.format("FLWY"),
    ),
    "proteinase-k": Enzyme(
        "Proteinase K", "after A, E, F, I, L, T, V, W or Y (PeptideCutter)", r"(?<=[AEFILTVWY])"
    ),
    "thermolysin": Enzyme(
        "Thermolysin",
        "before A, F, I, L, M or V; P1 not D or E; P2' not P (PeptideCutter)",
        r"(?<![DE])(?=[AFILMV])(?!.P)",
    ),
    "cnbr": Enzyme("Cyanogen bromide", "after M (PeptideCutter)", r"(?<=M)"),
    "formic-acid": Enzyme("Formic acid", "after D (PeptideCutter)", r"(?<=D)"),
    "hydroxylamine": Enzyme("Hydroxylamine", "between N and G (PeptideCutter)", r"(?<=N)(?=G)"),
    "ntcb": Enzyme("NTCB", "before C (PeptideCutter)", r"(?=C)"),
}
"""Enzymes and reagents by the value of the setting `enzyme`."""
