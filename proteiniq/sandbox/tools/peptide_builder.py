"""A peptide from its sequence and backbone angles: Tien et al. 2013, PeerJ 1:e80 (PeptideBuilder)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from . import _fasta
from .base import (
    CreditModel,
    Inputs,
    OutputFile,
    Problem,
    Progress,
    Setting,
    Settings,
    Slot,
    Tool,
    ToolContract,
)

MAX_LENGTH = 200

_RULES = _fasta.Rules(
    _fasta.STANDARD, "the 20 standard amino acids", max_records=1, max_length=MAX_LENGTH, stop=False
)

_RESULTS: dict[str, str | Mapping[str, Any]] = {
    "length": {"description": "Number of residues.", "type": "integer"},
    "rows": "One object per residue with the angles it was built with; its keys follow.",
    "rows[].number": {"description": "Residue number, from 1.", "type": "integer"},
    "rows[].letter": "One-letter code.",
    "rows[].phi": {"description": "φ; null for the first residue.", "type": "number", "unit": "°"},
    "rows[].psi": {"description": "ψ; null for the last residue.", "type": "number", "unit": "°"},
    "rows[].omega": {
        "description": "ω of the bond to the residue before; null for the first residue.",
        "type": "number",
        "unit": "°",
    },
}


def _angle(id_: str, name: str, description: str, default: float) -> Setting:
    return Setting(id_, name, description, "number", default, minimum=-180, maximum=180, unit="°")


class PeptideBuilder(Tool):
    """Builds a peptide with ideal bond lengths and angles."""

    requires = ("PeptideBuilder", "Bio")
    contract: ClassVar[ToolContract] = ToolContract(
        id="peptide-builder",
        name="Peptide builder",
        description=(
            "Builds the atoms of a peptide from its sequence and the backbone angles that you give, with ideal bond "
            "lengths and angles and one usual rotamer per side chain. This is not a prediction of a structure: the "
            "angles are yours, atoms may overlap, and nothing is refined. No hydrogens."
        ),
        category="building",
        subcategory="structure",
        tags=("peptide", "structure"),
        version="1.0.0",
        slots=(
            Slot(
                "peptide",
                "Peptide",
                f"One sequence of at most {MAX_LENGTH} of the 20 standard amino acids.",
                kind="protein",
                formats=("fasta",),
                max_records=1,
                max_bytes=10_000,
            ),
        ),
        settings=(
            _angle("phi", "φ", "φ of every residue.", -120),
            _angle("psi", "ψ", "ψ of every residue.", 140),
            _angle("omega", "ω", "ω of every peptide bond.", 180),
            Setting(
                "angles",
                "Angles",
                "φ and ψ in degrees of each residue, such as `-60,-45; -120,140`, instead of one pair for all. The "
                "first φ and the last ψ have no effect.",
                "string",
                "",
            ),
        ),
        outputs=(OutputFile("peptide.pdb", "chemical/x-pdb", "The peptide, as chain A."),),
        results=_RESULTS,
        credit_model=CreditModel(),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        records, problems = _fasta.check_entry(inputs, "peptide", _RULES)
        if not problems and settings["angles"]:
            try:
                angles(settings["angles"], len(records[0].sequence))
            except ValueError as error:
                problems.append(Problem(str(error), setting="angles"))
        return problems

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        (record,) = _fasta.records_of(inputs, "peptide", _RULES)
        sequence = record.sequence
        pairs: Sequence[tuple[float, float]] = [(float(settings["phi"]), float(settings["psi"]))] * len(
            sequence
        )
        if settings["angles"]:
            pairs = angles(settings["angles"], len(sequence))
        omega = float(settings["omega"])
        _build(sequence, pairs, omega, out / "peptide.pdb")
        progress(100)
        last = len(sequence) - 1
        rows = [
            {
                "number": place + 1,
                "letter": letter,
                "phi": pairs[place][0] if place else None,
                "psi": pairs[place][1] if place < last else None,
                "omega": omega if place else None,
            }
            for place, letter in enumerate(sequence)
        ]
        return {"length": len(sequence), "rows": rows}


def angles(text: str, length: int) -> list[tuple[float, float]]:
    """φ and ψ of each residue from `φ,ψ; φ,ψ; …`. Raises ValueError, which says which residue is wrong."""
    parts = text.strip().strip(";").split(";")
    if len(parts) != length:
        raise ValueError(
            f"There must be a pair φ,ψ for each of the {length} residues, separated by semicolons, got {len(parts)}."
        )
    result = []
    for number, part in enumerate(parts, start=1):
        try:
            phi, psi = map(float, part.split(","))
        except ValueError:
            phi = psi = math.nan
        if not (abs(phi) <= 180 and abs(psi) <= 180):
            raise ValueError(
                f"The angles of residue {number} must be two numbers from -180 to 180 such as -60,-45, "
                f"got {part.strip()[:40]!r}."
            )
        result.append((phi, psi))
    return result


def _build(sequence: str, pairs: Sequence[tuple[float, float]], omega: float, path: Path) -> None:
    import Bio.PDB
    import PeptideBuilder as Builder

    biopython: Any = Bio.PDB
    # The builder takes φ of a residue with ψ and ω of the bond that leads to it.
    phi = [pair[0] for pair in pairs[1:]]
    psi_before = [pair[1] for pair in pairs[:-1]]
    made = Builder.make_structure(sequence, phi, psi_before, [omega] * len(phi))
    Builder.add_terminal_OXT(made)
    writer = biopython.PDBIO()
    writer.set_structure(made)
    writer.save(str(path))
