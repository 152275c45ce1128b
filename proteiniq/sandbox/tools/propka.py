"""pKa values of ionizable groups in structures: PROPKA 3.

Olsson et al. 2011, J. Chem. Theory Comput. 7:525; Søndergaard et al. 2011, ibid. 7:2284. The service's web application
has a page of this name, which takes up to 10 structures and shows residue, position and pKa. Everything else here is
our choice.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import attrs

from . import _scan, _table
from .base import (
    CreditModel,
    Entry,
    Inputs,
    OutputFile,
    Problem,
    Progress,
    Settings,
    Slot,
    Tool,
    ToolContract,
)

MAX_STRUCTURES = 10
MAX_ATOMS = 20_000
"""Atoms of a file, all models together: PROPKA computes each model."""

_RESULTS: dict[str, str | Mapping[str, Any]] = {
    "structures": {"description": "Number of structures.", "type": "integer"},
    "rows": "One object per ionizable group, in the order in which PROPKA prints them; its keys follow.",
    "rows[].structure": "Label of the structure, or its number among the inputs, from 1.",
    "rows[].group": (
        "PROPKA's name of the group: the residue, `N+` and `C-` for the ends of a chain, residue and atom of a ligand, "
        "such as `MSE N`."
    ),
    "rows[].chain": "Chain.",
    "rows[].number": {"description": "Residue number.", "type": "integer"},
    "rows[].insertion_code": "Insertion code, empty if there is none.",
    "rows[].pka": {"description": "pKa; the mean, if the file has several conformations.", "type": "number"},
    "rows[].model_pka": {
        "description": "pKa of the group in water, where PROPKA starts from.",
        "type": "number",
    },
    "rows[].buried": {"description": "How buried the group is, from 0 to 1.", "type": "number"},
}


class Propka(Tool):
    """Computes pKa values with the package propka."""

    requires = ("propka",)
    contract: ClassVar[ToolContract] = ToolContract(
        id="propka",
        name="PROPKA",
        description=(
            "pKa values of the ionizable groups of protein structures with PROPKA 3. All models and alternate "
            "locations of a file count as conformations, and the values are their means, as the program prints them. "
            "PROPKA itself places hydrogens; it leaves out waters and takes ligands and ions into account. "
            "Every HETATM residue is a ligand to it, a selenomethionine too."
        ),
        category="analysis",
        subcategory="structure",
        tags=("protein", "structure", "pka"),
        version="1.0.0",
        slots=(
            Slot(
                "structures",
                "Structures",
                f"Up to {MAX_STRUCTURES} PDB files with at most {MAX_ATOMS:,} atoms each, all models together, in at "
                f"most {_scan.MAX_BYTES:,} bytes of text.",
                kind="structure",
                formats=("pdb",),
                max_entries=MAX_STRUCTURES,
                max_bytes=_scan.MAX_BYTES,
            ),
        ),
        settings=(),
        outputs=(OutputFile("pka.csv", "text/csv", "One row per ionizable group."),),
        results=_RESULTS,
        credit_model=CreditModel(credits_per_unit=1, unit="structure"),
        time_limit_s=900.0,
    )

    def check(self, inputs: Inputs, settings: Settings) -> list[Problem]:
        scans, problems = _scan.check_slot(inputs["structures"], "structures", MAX_ATOMS)
        for number, scan in enumerate(scans):
            if scan is not None and scan.atoms <= MAX_ATOMS < scan.all_atoms:
                message = (
                    f"At most {MAX_ATOMS} atoms are allowed in all models together, got {scan.all_atoms} in "
                    f"{len(scan.models)} models. Give some of the models."
                )
                problems.append(Problem(message, slot="structures", entry=number, line=1))
        return problems

    def units(self, inputs: Inputs, settings: Settings) -> int:
        return len(inputs["structures"])

    def run(self, inputs: Inputs, settings: Settings, out: Path, progress: Progress) -> Mapping[str, Any]:
        entries = inputs["structures"]
        rows: list[dict[str, Any]] = []
        for number, entry in enumerate(entries, start=1):
            label = entry.label or str(number)
            try:
                found = list(_groups(entry))
            except Exception as error:
                raise ValueError(f"PROPKA can't compute structure {number} ({label}): {error}") from error
            rows += [{"structure": label, **attrs.asdict(group)} for group in found]
            progress(100 * number / len(entries))
        columns = [key.removeprefix("rows[].") for key in _RESULTS if key.startswith("rows[].")]
        _table.write(out / "pka.csv", columns, rows)
        return {"structures": len(entries), "rows": rows}


@attrs.frozen
class _Group:
    group: str
    chain: str
    number: int
    insertion_code: str
    pka: float
    model_pka: float
    buried: float


def _name(group: Any) -> str:
    """`ASP` for a residue, `MSE N` for an atom of a ligand. The label has the number of a residue in its place."""
    name, place = str(group.label)[:3].strip(), str(group.label)[3:7].strip()
    return name if place == str(group.atom.res_num) else f"{name} {place}"


def _groups(entry: Entry) -> Iterator[_Group]:
    """The groups that PROPKA prints in its summary, in its order."""
    from propka import run

    molecule: Any = run.single(
        "structure.pdb", optargs=["--quiet"], stream=io.StringIO(entry.content), write_pka=False
    )
    parameters = molecule.version.parameters
    for kind in parameters.write_out_order:
        for group in molecule.conformations["AVR"].groups:
            is_discarded = group.coupled_titrating_group and parameters.remove_penalised_group
            if group.residue_type == kind and not is_discarded:
                atom = group.atom
                yield _Group(
                    group=_name(group),
                    chain=atom.chain_id.strip(),
                    number=int(atom.res_num),
                    insertion_code=atom.icode.strip(),
                    pka=float(group.pka_value),
                    model_pka=float(group.model_pka),
                    buried=float(group.buried),
                )
