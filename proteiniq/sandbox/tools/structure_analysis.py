"""What a protein structure has, residue by residue: surface, secondary structure, torsion angles, contacts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from . import _scan, _table
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

_ATOMS = ("CB", "CA", "heavy")

_RESULTS: dict[str, str | Mapping[str, Any]] = {
    "model": {"description": "The model that was analysed, counted from 1.", "type": "integer"},
    "models": {"description": "Models in the file.", "type": "integer"},
    "chains": "Chains with amino-acid residues, by the names that the authors gave them.",
    "residues": {"description": "Residues analysed.", "type": "integer"},
    "sasa": {
        "description": (
            "Solvent-accessible surface area of the protein, its chains together: Shrake & Rupley 1973, 1000 points "
            "per atom, ProtOr radii (Tsai et al. 1999)."
        ),
        "type": "number",
        "unit": "Å²",
    },
    "radius_of_gyration": {
        "description": "Radius of gyration of the protein, by mass, hydrogens left out.",
        "type": "number",
        "unit": "Å",
    },
    "contacts": {
        "description": "Pairs of residues in contact; `contacts.csv` lists them.",
        "type": "integer",
    },
    "breaks": (
        "Places where two residues of a chain follow each other in the file and C and N are more than 2.5 Å apart."
    ),
    "breaks[].chain": "The chain.",
    "breaks[].before": "Number and insertion code of the residue before the break.",
    "breaks[].after": "Number and insertion code of the residue after it.",
    "breaks[].distance": {"description": "Distance from C to N.", "type": "number", "unit": "Å"},
    "rows": "One object per amino-acid residue, in the order of the file; its keys follow.",
    "rows[].chain": "Chain, by the name that the authors gave it.",
    "rows[].number": {"description": "Residue number of the authors.", "type": "integer"},
    "rows[].insertion_code": "Insertion code, empty if there is none.",
    "rows[].name": "Name of the residue, such as `GLY`.",
    "rows[].letter": "One-letter code, that of the parent for a modified residue, X if it is not known.",
    "rows[].sasa": {"description": "Solvent-accessible surface area.", "type": "number", "unit": "Å²"},
    "rows[].relative_sasa": {
        "description": (
            "`sasa` as a fraction of the largest area in Gly-X-Gly (Tien et al. 2013, theoretical); null for other "
            "than the 20 standard residues."
        ),
        "type": "number",
    },
    "rows[].secondary_structure": (
        "Kabsch & Sander 1983 with the rules of DSSP 4: H α-helix, B bridge, E strand, G 3₁₀-helix, I π-helix, "
        "P polyproline II, T turn, S bend, - other. Null without a complete backbone."
    ),
    "rows[].phi": {
        "description": "φ; null at the start of a chain and after a break.",
        "type": "number",
        "unit": "°",
    },
    "rows[].psi": {
        "description": "ψ; null at the end of a chain and before a break.",
        "type": "number",
        "unit": "°",
    },
    "rows[].omega": {
        "description": "ω of the peptide bond to the residue before.",
        "type": "number",
        "unit": "°",
    },
    "rows[].region": (
        "Region of the Ramachandran plot as an ABEGO class (limits of Rosetta's ABEGOManager, level 1): A "
        "right-handed helix, B sheet, G left-handed helix, E the rest with φ ≥ 0, O cis. Not a measure of quality. "
        "Null without φ and ψ."
    ),
    "rows[].contacts": {"description": "Residues in contact with this one.", "type": "integer"},
}


class StructureAnalysis(Tool):
    """Describes the amino-acid residues of one model."""

    requires = ("biotite",)
    contract: ClassVar[ToolContract] = ToolContract(
        id="structure-analysis",
        name="Structure analysis",
        description=(
            "Solvent-accessible surface, secondary structure, backbone torsion angles, contacts, radius of gyration "
            "and chain breaks of a protein structure. Of the file, one model and one alternate location are used. "
            "Modified amino acids count as residues, also where they are HETATM. Hydrogens, waters, ions, ligands, "
            "nucleic acids, and residues without N, CA and C are left out: they cover no surface and have no contacts."
        ),
        category="analysis",
        subcategory="structure",
        tags=("protein", "structure", "properties"),
        version="1.0.0",
        slots=(
            Slot(
                "structure",
                "Structure",
                f"A PDB or mmCIF file with a protein of at most {_scan.MAX_ATOMS:,} atoms per model, in at most "
                f"{_scan.MAX_BYTES:,} bytes of text.",
                kind="structure",
                formats=("pdb", "cif"),
                max_bytes=_scan.MAX_BYTES,
            ),
        ),
        settings=(
            Setting(
                "model",
                "Model",
                "Which model of the file is analysed, counted from 1; NMR entries have several.",
                "integer",
                1,
                minimum=1,
                maximum=10_000,
            ),
            Setting(
                "altloc",
                "Alternate location",
                "Which location of a residue is taken: that with the highest `occupancy`, or the `first`.",
                "string",
                "occupancy",
                options=("occupancy", "first"),
            ),
            Setting(
                "probe_radius",
                "Probe radius",
                "Radius of the solvent probe.",
                "number",
                1.4,
                minimum=0.1,
                maximum=5,
                unit="Å",
            ),
            Setting(
                "contact_atoms",
                "Contact atoms",
                "Atoms between which contacts are measured: CB (CA where there is none), CA, or any `heavy` atoms.",
                "string",
                "CB",
                options=_ATOMS,
            ),
            Setting(
                "contact_cutoff",
                "Contact cutoff",
                "Two residues are in contact up to this distance.",
                "number",
                8.0,
                minimum=1,
                maximum=12,
                unit="Å",
            ),
            Setting(
                "contact_separation",
                "Contact separation",
                "How many residues apart two residues of one chain must be to count. Different chains always count.",
                "integer",
                3,
                minimum=1,
                maximum=1000,
            ),
        ),
        outputs=(
            OutputFile("residues.csv", "text/csv", "One row per residue."),
            OutputFile("contacts.csv", "text/csv", "One row per contact, with its distance in Å."),
            OutputFile("structure-analysis.json", "application/json", "The result document."),
        ),
        results=_RESULTS,
        credit_model=CreditModel(base_credits=2),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        scans, problems = _scan.check_slot(inputs["structure"], "structure")
        return problems or _scan.check_model(scans[0], settings["model"])

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        from . import _atoms, _contacts, _dihedrals, _dssp, _surface

        (entry,) = inputs["structure"]
        protein = _atoms.protein(_atoms.read(entry, settings["model"], settings["altloc"]))
        residues = protein.residues
        progress(10)
        areas = _surface.areas(protein, float(settings["probe_radius"]))
        progress(40)
        codes = _dssp.secondary_structure(residues)
        progress(60)
        touching = _contacts.contacts(
            protein,
            settings["contact_atoms"],
            float(settings["contact_cutoff"]),
            settings["contact_separation"],
        )
        progress(80)
        numbers = [0] * len(residues)
        for contact in touching:
            for place in contact.pop("indices"):
                numbers[place] += 1
        rows = []
        for place, residue in enumerate(residues):
            phi, psi, omega = _dihedrals.backbone(residues, place)
            rows.append(
                {
                    "chain": residue.chain,
                    "number": residue.number,
                    "insertion_code": residue.insertion_code,
                    "name": residue.name,
                    "letter": residue.letter,
                    "sasa": areas[place],
                    "relative_sasa": _surface.relative(residue.letter, areas[place]),
                    "secondary_structure": codes[place],
                    "phi": phi,
                    "psi": psi,
                    "omega": omega,
                    "region": _dihedrals.region(phi, psi, omega),
                    "contacts": numbers[place],
                }
            )
        results = {
            "model": settings["model"],
            "models": _atoms.models(entry),
            "chains": list(dict.fromkeys(residue.chain for residue in residues)),
            "residues": len(residues),
            "sasa": sum(areas),
            "radius_of_gyration": _atoms.radius_of_gyration(protein),
            "contacts": len(touching),
            "breaks": _dihedrals.breaks(residues),
            "rows": rows,
        }
        _table.write(out / "residues.csv", list(rows[0]), rows)
        _table.write(out / "contacts.csv", _contacts.COLUMNS, touching)
        with (out / "structure-analysis.json").open("w", encoding="utf-8") as file:
            json.dump(results, file, ensure_ascii=False, allow_nan=False, indent=1)
        progress(100)
        return results
