"""Physical and chemical parameters of proteins, as in ExPASy ProtParam.

Gasteiger et al. 2005, in: The Proteomics Protocols Handbook, Humana Press, pp. 571-607.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from . import _charge, _fasta, _half_life, _mass, _table
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

_RULES = _fasta.Rules(
    _fasta.STANDARD_UO, "the 20 standard amino acids, U and O", max_records=1000, max_length=100_000
)

_BYTES = 1_000_000

_RESULTS = {
    "rows": "One object per record, in the order of the input; its keys follow.",
    "rows[].id": "Name of the record.",
    "rows[].description": "Text after the name in the header.",
    "rows[].length": "Number of residues.",
    "rows[].molecular_weight": "Average mass in Da, both ends free, cysteines reduced; ExPASy's residue masses.",
    "rows[].monoisotopic_mass": "Monoisotopic mass in Da.",
    "rows[].isoelectric_point": (
        "pH of zero net charge, on the scale of the setting `pk_scale`. No scale has selenocysteine (U), which counts "
        "as uncharged."
    ),
    "rows[].charge": "Net charge at the pH of the setting `ph`, in elementary charges.",
    "rows[].extinction_reduced": (
        "Molar extinction coefficient at 280 nm in water, M⁻¹ cm⁻¹, cysteines reduced: "
        "1490 Tyr + 5500 Trp (Pace et al. 1995)."
    ),
    "rows[].extinction_cystines": "The same with all cysteines paired: 125 more per cystine.",
    "rows[].absorbance_reduced": "Absorbance at 280 nm of 1 g/L over 1 cm, cysteines reduced.",
    "rows[].absorbance_cystines": "The same with all cysteines paired.",
    "rows[].aromaticity": "Fraction of Phe, Trp and Tyr (Lobry & Gautier 1994).",
    "rows[].instability_index": (
        "Instability index (Guruprasad et al. 1990); above 40 is unstable. Null with U or O, which have no weights."
    ),
    "rows[].stable": "True when the instability index is at most 40, null if it is null.",
    "rows[].aliphatic_index": "Aliphatic index (Ikai 1980).",
    "rows[].gravy": "Grand average of hydropathy (Kyte & Doolittle 1982); null with U or O.",
    "rows[].secondary_structure": (
        "Fractions of residues that favour `helix` (EMALK), `turn` (NPGSD), `sheet` (VIYFWLT); "
        "residue sets of Biopython since 1.82, not a prediction."
    ),
    "rows[].half_life": (
        "Half-life by the N-end rule in `mammalian` reticulocytes, `yeast`, `e_coli`, in words as in "
        "ProtParam; null if it isn't known."
    ),
    "rows[].formula": "Molecular formula of the uncharged chain.",
    "rows[].atoms": "Element (C, H, N, O, S, Se) → number of atoms.",
    "rows[].counts": "Residue → count.",
    "rows[].fractions": "Residue → fraction of the length, 0 to 1.",
    "pk_scale": "Name of the pK scale used.",
    "ph": "The pH at which `charge` was computed.",
}


class ProteinParameters(Tool):
    """Computes mass, charge, absorbance, composition and stability of each record."""

    requires = ("Bio",)
    contract: ClassVar[ToolContract] = ToolContract(
        id="protein-parameters",
        name="Protein parameters",
        description=(
            "Molecular weight, isoelectric point, extinction coefficients, aromaticity, "
            "secondary-structure fractions, atomic composition, half-life, instability index, "
            "aliphatic index and GRAVY of proteins, from their sequences."
        ),
        category="analysis",
        subcategory="sequence",
        tags=("protein", "sequence", "properties"),
        version="1.0.0",
        slots=(
            Slot(
                "protein",
                "Proteins",
                "Up to 1000 sequences of the 20 standard amino acids, U and O, each at most 100,000 long, in at most "
                f"{_BYTES:,} bytes of text.",
                kind="protein",
                formats=("fasta",),
                max_records=_RULES.max_records,
                max_bytes=_BYTES,
            ),
        ),
        settings=(
            Setting(
                "pk_scale",
                "pK scale",
                "pK values for the isoelectric point and the net charge.",
                "string",
                _charge.DEFAULT,
                options=_charge.NAMES,
            ),
            Setting(
                "ph",
                "pH",
                "The pH at which the net charge is computed.",
                "number",
                7.0,
                minimum=0,
                maximum=14,
            ),
        ),
        outputs=(
            OutputFile("parameters.csv", "text/csv", "One row per record."),
            OutputFile("parameters.json", "application/json", "The result document."),
        ),
        results=_RESULTS,
        credit_model=CreditModel(),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        return _fasta.check_entry(inputs, "protein", _RULES)[1]

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        records = _fasta.records_of(inputs, "protein", _RULES)
        scale = _charge.SCALES[settings["pk_scale"]]
        ph = float(settings["ph"])
        rows = []
        for number, record in enumerate(records, start=1):
            rows.append(
                {"id": record.id, "description": record.description} | parameters(record.sequence, scale, ph)
            )
            progress(100 * number / len(records))
        results = {"rows": rows, "pk_scale": settings["pk_scale"], "ph": ph}
        flat = [_table.flat(row) for row in rows]
        _table.write(out / "parameters.csv", list(flat[0]), flat)
        with (out / "parameters.json").open("w", encoding="utf-8") as file:
            json.dump(results, file, ensure_ascii=False, allow_nan=False, indent=1)
        return results


def parameters(sequence: str, scale: _charge.Scale, ph: float) -> dict[str, Any]:
    """The parameters of one protein, with keys and units as in the contract."""
    from Bio.SeqUtils import ProtParam

    biopython: Any = ProtParam
    analysis = biopython.ProteinAnalysis(sequence)
    weight = _mass.mass(sequence, monoisotopic=False)
    is_standard = set(sequence) <= set(_fasta.STANDARD)
    reduced, cystines = analysis.molar_extinction_coefficient()
    helix, turn, sheet = analysis.secondary_structure_fraction()
    instability = float(analysis.instability_index()) if is_standard else None
    counts = {residue: sequence.count(residue) for residue in _fasta.STANDARD_UO}
    fractions = {residue: count / len(sequence) for residue, count in counts.items()}
    charge = _charge.Charge.of(sequence, scale)
    atoms = _mass.composition(sequence)
    return {
        "length": len(sequence),
        "molecular_weight": weight,
        "monoisotopic_mass": _mass.mass(sequence, monoisotopic=True),
        "isoelectric_point": charge.isoelectric_point(),
        "charge": charge.at(ph),
        "extinction_reduced": reduced,
        "extinction_cystines": cystines,
        "absorbance_reduced": reduced / weight,
        "absorbance_cystines": cystines / weight,
        "aromaticity": float(analysis.aromaticity()),
        "instability_index": instability,
        "stable": None if instability is None else instability <= 40,
        "aliphatic_index": aliphatic_index(fractions),
        "gravy": float(analysis.gravy()) if is_standard else None,
        "secondary_structure": {"helix": helix, "turn": turn, "sheet": sheet},
        "half_life": dict(_half_life.half_life(sequence)),
        "formula": _mass.formula(atoms),
        "atoms": atoms,
        "counts": counts,
        "fractions": fractions,
    }


def aliphatic_index(fractions: Mapping[str, float]) -> float:
    """Relative volume of aliphatic side chains (Ikai 1980, J. Biochem. 88:1895), in mole percent of alanine.

    Valine weighs 2.9 and leucine and isoleucine 3.9 times as much as alanine.
    """
    return 100 * (fractions["A"] + 2.9 * fractions["V"] + 3.9 * (fractions["I"] + fractions["L"]))
