"""Least-squares superposition of two protein chains after an alignment of their sequences (Kabsch 1976).

Acta Cryst. A32:922. The residues that are paired come from the tool `pairwise-alignment`, so the chains may differ.
"""

from __future__ import annotations

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

_ATOMS = {"CA": ("CA",), "backbone": ("N", "CA", "C")}
_ALIGNMENT = {"mode": "global", "matrix": "BLOSUM62", "gap_open": 10.0, "gap_extend": 0.5, "end_gaps": "free"}
_FEWEST = 3
"""Pairs of residues. Fewer leave the rotation open."""

_DECIMALS = 3
"""Of distances in Å: a structure file states positions to 0.001 Å."""

_RESULTS: dict[str, str | Mapping[str, Any]] = {
    "rmsd": {
        "description": "Root-mean-square distance of the superposed atoms, to three decimals.",
        "type": "number",
        "unit": "Å",
    },
    "aligned_residues": {"description": "Pairs of residues; none is rejected.", "type": "integer"},
    "aligned_atoms": {"description": "Pairs of atoms that were superposed.", "type": "integer"},
    "identity": {"description": "Fraction of the pairs with equal residues.", "type": "number"},
    "mobile_chain": "The chain that was superposed.",
    "fixed_chain": "The chain that it was superposed on.",
    "rotation": "Rotation matrix R, three rows: a moved position is R · x + t.",
    "translation": "Translation t in Å.",
    "rows": "One object per pair of residues; its keys follow.",
    "rows[].mobile_number": {"description": "Residue number.", "type": "integer"},
    "rows[].mobile_insertion_code": "Insertion code, empty if there is none.",
    "rows[].mobile_name": "Name of the residue.",
    "rows[].fixed_number": {"description": "Residue number.", "type": "integer"},
    "rows[].fixed_insertion_code": "Insertion code, empty if there is none.",
    "rows[].fixed_name": "Name of the residue.",
    "rows[].distance": {
        "description": "Distance of the Cα atoms, to three decimals.",
        "type": "number",
        "unit": "Å",
    },
}


def _settings() -> tuple[Setting, ...]:
    atoms = Setting(
        "atoms",
        "Atoms",
        "Which atoms of the paired residues are superposed: CA, or `backbone` (N, CA, C).",
        "string",
        "CA",
        options=tuple(_ATOMS),
    )
    made = [atoms]
    for side in ("mobile", "fixed"):
        text = f"Chain of the {side} structure; empty for the first with amino-acid residues."
        made.append(Setting(f"{side}_chain", f"{side.title()} chain", text, "string", ""))
        text = f"Model of the {side} structure, counted from 1."
        made.append(
            Setting(f"{side}_model", f"{side.title()} model", text, "integer", 1, minimum=1, maximum=10_000)
        )
    return tuple(made)


class Superpose(Tool):
    """Moves the structure `mobile` onto `fixed`."""

    requires = ("biotite", "Bio")
    contract: ClassVar[ToolContract] = ToolContract(
        id="superpose",
        name="Superpose",
        description=(
            "Moves one protein structure onto another so that the paired atoms of two chains are as close as possible. "
            "Residues are paired by a global alignment of the sequences of their amino-acid residues (BLOSUM62, gap "
            "10 and 0.5, end gaps free), and all pairs count. Where atoms have alternate locations, those with the "
            "highest occupancy are used. The moved model has all its atoms, waters and ligands too."
        ),
        category="alignment",
        subcategory="structure",
        tags=("protein", "structure", "alignment"),
        version="1.0.0",
        slots=tuple(
            Slot(
                id_,
                name,
                f"A PDB or mmCIF file with a protein of at most {_scan.MAX_ATOMS:,} atoms per model, in at most "
                f"{_scan.MAX_BYTES:,} bytes of text.",
                kind="structure",
                formats=("pdb", "cif"),
                max_bytes=_scan.MAX_BYTES,
            )
            for id_, name in (("mobile", "Structure to move"), ("fixed", "Structure to move it onto"))
        ),
        settings=_settings(),
        outputs=(
            OutputFile("superposed.pdb", "chemical/x-pdb", "The moved model of `mobile`."),
            OutputFile("distances.csv", "text/csv", "One row per pair of residues."),
        ),
        results=_RESULTS,
        credit_model=CreditModel(base_credits=2),
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        problems = []
        for side in ("mobile", "fixed"):
            scans, wrong = _scan.check_slot(inputs[side], side)
            problems += wrong
            if wrong or scans[0] is None:
                continue
            chain = settings[f"{side}_chain"]
            if settings[f"{side}_model"] > len(scans[0].models):
                has = f"{len(scans[0].models)} model{'s' if len(scans[0].models) > 1 else ''}"
                problems.append(Problem(f"The {side} structure has {has}.", setting=f"{side}_model"))
            if chain and chain not in scans[0].chains:
                has = ", ".join(scans[0].chains)
                message = f"The {side} structure has no protein chain {chain!r}, only {has}."
                problems.append(Problem(message, setting=f"{side}_chain"))
            if side == "mobile" and (long := [name for name in scans[0].chains if len(name) > 1]):
                message = (
                    f"Chain {long[0]!r} can't be written in PDB format, where names of chains have one letter. "
                    "Rename it, or make this structure the fixed one."
                )
                problems.append(Problem(message, slot=side, entry=0))
        return problems

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        import numpy as np

        from . import _atoms
        from .pairwise_alignment import align

        arrays = {}
        chains = {}
        for side in ("mobile", "fixed"):
            arrays[side] = _atoms.read(inputs[side][0], settings[f"{side}_model"], "occupancy")
            chains[side] = _atoms.chain(_atoms.protein(arrays[side]), settings[f"{side}_chain"])
        progress(30)
        mobile, fixed = chains["mobile"], chains["fixed"]
        alignment = align(
            "".join(residue.letter for residue in mobile),
            "".join(residue.letter for residue in fixed),
            _ALIGNMENT,
        )
        left, right = iter(mobile), iter(fixed)
        pairs = []
        for a, b in zip(alignment.query, alignment.target, strict=True):
            first = next(left) if a != "-" else None
            second = next(right) if b != "-" else None
            if first is not None and second is not None:
                pairs.append((first, second))
        if len(pairs) < _FEWEST:
            raise ValueError(
                f"only {len(pairs)} residues of the two chains align, and a superposition needs {_FEWEST}"
            )
        progress(60)
        names = _ATOMS[settings["atoms"]]
        moving = np.array([first.atoms[name] for first, _ in pairs for name in names])
        target = np.array([second.atoms[name] for _, second in pairs for name in names])
        rotation, translation = superposition(moving, target)
        rows = []
        for first, second in pairs:
            distance = np.linalg.norm(rotation @ first.atoms["CA"] + translation - second.atoms["CA"])
            row: dict[str, Any] = {}
            for side, residue in (("mobile", first), ("fixed", second)):
                row |= {
                    f"{side}_number": residue.number,
                    f"{side}_insertion_code": residue.insertion_code,
                    f"{side}_name": residue.name,
                }
            rows.append(row | {"distance": round(float(distance), _DECIMALS)})
        _table.write(out / "distances.csv", list(rows[0]), rows)
        _atoms.write_pdb(arrays["mobile"], rotation, translation, out / "superposed.pdb")
        progress(100)
        moved = moving @ rotation.T + translation
        return {
            "rmsd": round(float(np.sqrt(np.mean(np.sum((moved - target) ** 2, axis=1)))), _DECIMALS),
            "aligned_residues": len(pairs),
            "aligned_atoms": len(moving),
            "identity": sum(first.letter == second.letter for first, second in pairs) / len(pairs),
            "mobile_chain": mobile[0].chain,
            "fixed_chain": fixed[0].chain,
            "rotation": rotation.tolist(),
            "translation": translation.tolist(),
            "rows": rows,
        }


def superposition(moving: Any, target: Any) -> tuple[Any, Any]:
    """The proper rotation (3 × 3) and translation (3, in Å) that bring points onto others, both of shape (n, 3)."""
    import numpy as np

    middle, aim = moving.mean(axis=0), target.mean(axis=0)
    left, _, right = np.linalg.svd((moving - middle).T @ (target - aim))
    # The best orthogonal matrix may be a reflection.
    handed = np.sign(np.linalg.det(left @ right))
    rotation = (left @ np.diag([1.0, 1.0, handed]) @ right).T
    return rotation, aim - rotation @ middle
