"""The rows of the tools for structures, put to the residues of the structure that they are about."""

import pytest

from proteiniq._display.columns import values_of
from proteiniq._display.structure import read

from ...structures import entry
from ..clients import Api
from .structures import run, structure


@pytest.mark.parametrize("name", ["1ubq.pdb", "1lcd.pdb", "2beg.pdb", "1a8o.cif", "3jqh.cif", "4cup.cif"])
def test_each_residue_has_its_row_of_the_analysis(structure_tools: Api, name: str) -> None:
    data = run(structure_tools, "structure-analysis", structure("structure", name)).results
    shown = read(name, entry(name))
    rows = {(row["chain"], f"{row['number']}{row['insertion_code']}"): row["sasa"] for row in data["rows"]}
    residues = [each for chain in shown.models[0].chains.values() for each in chain]
    assert values_of(data, "sasa", shown) == [rows.get((each.chain, each.number)) for each in residues]


@pytest.mark.parametrize("name", ["1ubq.pdb", "1a8o.pdb", "1lcd.pdb", "2beg.pdb", "1vii.pdb"])
def test_each_titratable_residue_has_the_pka_of_its_side_chain(structure_tools: Api, name: str) -> None:
    data = run(structure_tools, "propka", structure("structures", name)).results
    shown = read(name, entry(name))
    rows = {(row["chain"], str(row["number"]), row["group"]): row["pka"] for row in data["rows"]}
    residues = [each for chain in shown.models[0].chains.values() for each in chain]
    expected = [rows.get((each.chain, each.number, each.name)) for each in residues]
    assert values_of(data, "pka", shown) == expected
    assert any(expected)
