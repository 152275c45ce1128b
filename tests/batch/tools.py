"""Tools that the items of these tests are for."""

from __future__ import annotations

from proteiniq.testing import tool

FOLD = tool(
    id="fold",
    slots=[{"id": "protein", "kind": "protein", "formats": ["fasta", "pdb"], "required": True}],
    settings=[
        {"id": "seed", "type": "integer"},
        {"id": "ph", "type": "number", "minimum": 0, "maximum": 14},
        {"id": "relax", "type": "boolean"},
        {"id": "mode", "type": "string", "options": ["fast", "exact"]},
    ],
)

DOCK = tool(
    id="dock",
    slots=[
        {"id": "receptor", "kind": "protein", "formats": ["pdb"], "required": True},
        {"id": "ligand", "kind": "molecule", "formats": ["sdf", "smiles"], "required": True},
    ],
    settings=[],
)
