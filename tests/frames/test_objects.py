"""Files of results as objects of other libraries, and these as inputs, against what the libraries read themselves."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from proteiniq import ConfigurationError, InvalidInput
from proteiniq._inputs.entries import prepared
from proteiniq.testing import result, tool

from ..structures import atom

ATOM = (
    "ATOM  {serial:5d}  {name:<3s} {residue} {chain}{number:4d}    {x:8.3f}{y:8.3f}{z:8.3f}  1.00{b:6.2f}          "
    "{element:>2s}\n"
)


def pdb(models: int = 1) -> str:
    """Two chains of two residues, with another position in each model."""
    lines = []
    for model in range(models):
        lines.append(f"MODEL     {model + 1:4d}\n")
        serial = 0
        for chain in "AB":
            for number, residue in ((1, "MET"), (2, "LYS")):
                for name in ("N", "CA", "C", "O"):
                    serial += 1
                    x = serial * 1.5 + model
                    lines.append(
                        ATOM.format(
                            serial=serial,
                            name=name,
                            residue=residue,
                            chain=chain,
                            number=number,
                            x=x,
                            y=-x / 3,
                            z=number * 2.5,
                            element=name[0],
                            b=90.5 - serial,
                        )
                    )
        lines.append("ENDMDL\n")
    return "".join([*lines, "END   \n"])


def file(name: str, content: str) -> Any:
    return result(files={name: content}).files[name]


def sent(value: Any, *formats: str) -> str:
    """The text that is sent for a value to a slot with these formats."""
    slot = {"id": "it", "kind": "structure", "formats": list(formats), "max_entries": 1}
    (entry,) = prepared(tool(slots=[slot]), {"it": value}, None).entries
    return str(entry["content"])


def refused(value: Any, *formats: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        sent(value, *formats)
    return str(caught.value.issues[0].message)


def positions(structure: Any) -> list[list[float]]:
    return [[round(float(each), 3) for each in atom.coord] for atom in structure.get_atoms()]


# ---- what files become


@pytest.mark.parametrize("models", [1, 2])
def test_both_libraries_have_the_same_atoms_of_a_pdb_file(models: int) -> None:
    pytest.importorskip("biotite")
    made = file("model.pdb", pdb(models))
    structure, atoms = made.to_biopython(), made.to_biotite()
    assert (structure.id, len(structure)) == ("model", models)
    assert type(atoms).__name__ == ("AtomArray" if models == 1 else "AtomArrayStack")
    assert [[round(x, 3) for x in each] for each in atoms.coord.reshape(-1, 3).tolist()] == positions(
        structure
    )
    assert atoms.b_factor.tolist() == [atom.bfactor for atom in structure[0].get_atoms()]
    assert atoms.chain_id.tolist() == ["A"] * 8 + ["B"] * 8


@pytest.mark.filterwarnings(
    "ignore:(Attribute 'auth_|Missing 'pdbx_formal_charge'):UserWarning"
)  # of what Biopython writes
def test_a_file_of_mmcif() -> None:
    pytest.importorskip("biotite")
    import Bio.PDB

    library: Any = Bio.PDB
    writer, text = library.MMCIFIO(), io.StringIO()
    original = file("model.pdb", pdb()).to_biopython()
    writer.set_structure(original)
    writer.save(text)
    made = file("model.cif", text.getvalue())
    assert positions(made.to_biopython()) == positions(original)
    assert made.to_biotite().b_factor.tolist() == [90.5 - serial for serial in range(1, 17)]


def test_sequences_become_records_of_biopython() -> None:
    records = file("a.fasta", ">x one\nMK\nL\n>y\nVV\n").to_biopython()
    assert [(each.id, each.description, str(each.seq)) for each in records] == [
        ("x", "x one", "MKL"),
        ("y", "y", "VV"),
    ]
    (read,) = file("a.txt", "@r\nACGT\n+\nIIII\n").to_biopython()
    assert read.letter_annotations["phred_quality"] == [40] * 4


CLUSTAL = "CLUSTAL W (1.82) multiple sequence alignment\n\n\nx    MK-L\ny    MKVL\n     ** *\n"
STOCKHOLM = "# STOCKHOLM 1.0\nx    MK-L\ny    MKVL\n//\n"


NEEDLE = """########################################
# Program: needle
# Align_format: srspair
########################################

#=======================================
#
# Aligned_sequences: 2
# 1: x
# 2: y
# Matrix: EBLOSUM62
# Gap_penalty: 10.0
# Extend_penalty: 0.5
#
# Length: 10
# Identity:       8/10 (80.0%)
# Similarity:     8/10 (80.0%)
# Gaps:           2/10 (20.0%)
# Score: 29.5
#
#
#=======================================

x                  1 MQIFVKTLTG     10
                     ||||  ||||
y                  1 MQIF--TLTG      8


#---------------------------------------
#---------------------------------------
"""
"""What needle of EMBOSS 6.6 writes."""


def test_alignments_become_alignments_of_biopython() -> None:
    assert [str(each) for each in file("n.txt", NEEDLE).to_biopython()] == ["MQIFVKTLTG", "MQIF--TLTG"]
    for name, text in (("a.aln", CLUSTAL), ("a.sto", STOCKHOLM)):
        alignment = file(name, text).to_biopython()
        assert [str(each) for each in alignment] == ["MK-L", "MKVL"]


def ligand(smiles: str, conformers: int = 1) -> Any:
    from rdkit.Chem import AllChem

    chem: Any = AllChem
    molecule = chem.AddHs(chem.MolFromSmiles(smiles))
    chem.EmbedMultipleConfs(molecule, conformers, randomSeed=7)
    return molecule


def sdf(*molecules: Any) -> str:
    from rdkit import Chem

    return "".join(f"{Chem.MolToMolBlock(each)}$$$$\n" for each in molecules)


def smiles(molecule: Any) -> str:
    from rdkit import Chem

    return str(Chem.MolToSmiles(Chem.RemoveHs(molecule)))


def test_a_molecule_of_sdf() -> None:
    pytest.importorskip("rdkit")
    from rdkit import Chem

    text = sdf(ligand("CC(=O)Oc1ccccc1C(=O)O"))
    made = file("ligand.sdf", text)
    molecule = made.to_rdkit()
    assert smiles(molecule) == smiles(Chem.MolFromMolBlock(text)) == "CC(=O)Oc1ccccc1C(=O)O"
    assert molecule.GetNumAtoms() == 21
    atoms = made.to_biotite()
    assert (atoms.array_length(), atoms.element.tolist()[:4]) == (21, ["C", "C", "O", "O"])


def test_several_records_of_sdf_are_a_list() -> None:
    pytest.importorskip("rdkit")
    made = file("poses.sdf", sdf(ligand("CCO"), ligand("CCN")))
    assert [smiles(each) for each in made.to_rdkit()] == ["CCO", "CCN"]
    assert [each.array_length() for each in made.to_biotite()] == [9, 10]


MOL2 = """@<TRIPOS>MOLECULE
methanol
 6 5 0 0 0
SMALL
NO_CHARGES

@<TRIPOS>ATOM
      1 C1   0.00  0.00  0.00 C.3 1 LIG 0.0
      2 O1   1.40  0.00  0.00 O.3 1 LIG 0.0
      3 H1  -0.36  1.03  0.00 H   1 LIG 0.0
      4 H2  -0.36 -0.51  0.89 H   1 LIG 0.0
      5 H3  -0.36 -0.51 -0.89 H   1 LIG 0.0
      6 H4   1.72  0.91  0.00 H   1 LIG 0.0
@<TRIPOS>BOND
     1 1 2 1
     2 1 3 1
     3 1 4 1
     4 1 5 1
     5 2 6 1
"""


def test_molecules_of_mol2_and_pdb() -> None:
    pytest.importorskip("rdkit")
    assert smiles(file("m.mol2", MOL2).to_rdkit()) == "CO"
    assert [smiles(each) for each in file("m.mol2", MOL2 * 2).to_rdkit()] == ["CO", "CO"]
    assert file("model.pdb", pdb(2)).to_rdkit().GetNumConformers() == 2


def test_a_molecule_that_rdkit_can_not_read_is_named() -> None:
    pytest.importorskip("rdkit")
    five = sdf(ligand("CCO")).replace("  1  2  1", "  1  2  3", 1)
    with pytest.raises(ValueError, match=r"^to_rdkit\(\) can't read poses\.sdf as sdf: molecule 2; "):
        file("poses.sdf", sdf(ligand("CCO")) + five).to_rdkit()


def test_atoms_that_rdkit_takes_for_bonded_are_named() -> None:
    pytest.importorskip("rdkit")
    near = "\n".join(
        atom(at, name, number=f"{at:4} ", x=f"{x:8.3f}", tail=f"  1.00 10.00           {name[1]}  ")
        for at, (name, x) in enumerate(((" CA ", 1), (" CB ", 1.5), (" O  ", 2.4), (" CA ", 3.6)), 1)
    )
    with pytest.raises(
        ValueError, match=r"near\.pdb as pdb: atom O of ALA 3 in chain A .* overlap: use to_biopython"
    ):
        file("near.pdb", near).to_rdkit()
    with pytest.raises(ValueError, match=r"x\.pdb as pdb: molecule 1; "):
        file("x.pdb", atom(tail="  1.00 10.00          ZQ  ")).to_rdkit()


def test_other_content_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^to_biopython\(\) reads pdb, cif, .*, and t\.csv is csv$"):
        file("t.csv", "a,b\n1,2\n").to_biopython()
    with pytest.raises(ValueError, match=r"^to_biopython\(\) can't read a\.aln as alignment: "):
        file("a.aln", NEEDLE.replace("# Aligned_sequences: 2\n", "")).to_biopython()
    with pytest.raises(ValueError, match=r", and t\.fasta is none of these$"):
        file("t.fasta", "hello").to_biopython()


@pytest.mark.parametrize(
    ("package", "method", "extra"),
    [("Bio", "to_biopython", "bio"), ("biotite", "to_biotite", "bio"), ("rdkit", "to_rdkit", "rdkit")],
)
def test_a_package_that_is_missing_is_named(
    package: str, method: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        ConfigurationError,
        match=rf"^{method}\(\) needs {package} \(.*\): pip install \"proteiniq\[{extra}\]\"$",
    ):
        getattr(file("model.pdb", pdb()), method)()


# ---- what is sent for objects


@pytest.mark.parametrize("format", ["pdb", "mmcif"])
def test_a_structure_of_biopython_is_sent_in_a_format_of_the_slot(format: str) -> None:
    structure = file("model.pdb", pdb()).to_biopython()
    text = sent(structure, "fasta", format)
    assert text.startswith("ATOM" if format == "pdb" else "data_")
    assert positions(file(f"model.{format}", text).to_biopython()) == positions(structure)


def test_a_part_of_a_structure_stays_a_part_of_it() -> None:
    structure = file("model.pdb", pdb(2)).to_biopython()
    chain = structure[1]["B"]
    assert positions(file("model.pdb", sent(chain, "pdb")).to_biopython()) == positions(chain)
    assert chain.get_parent() is structure[1]
    residue = chain[2]
    assert len(positions(file("model.pdb", sent(residue, "pdb")).to_biopython())) == 4
    assert residue.get_parent() is chain
    assert len(positions(file("model.pdb", sent(structure, "pdb")).to_biopython())) == 32


def test_other_parts_of_biopython_are_refused() -> None:
    import Bio.PDB.Entity

    library: Any = Bio.PDB.Entity
    entity = library.Entity("x")
    entity.level = "other"
    assert refused(entity, "pdb") == "must be a Structure, Model, Chain or Residue, got Entity"


@pytest.mark.parametrize("format", ["pdb", "cif"])
@pytest.mark.parametrize("models", [1, 2])
def test_atoms_of_biotite_are_sent_in_a_format_of_the_slot(format: str, models: int) -> None:
    pytest.importorskip("biotite")
    atoms = file("model.pdb", pdb(models)).to_biotite()
    again = file(f"model.{format}", sent(atoms, format)).to_biotite()
    assert again.coord.tolist() == atoms.coord.tolist()
    assert again.b_factor.tolist() == atoms.b_factor.tolist()
    assert (type(again), again.res_name.tolist()) == (type(atoms), atoms.res_name.tolist())


def test_what_does_not_fit_into_pdb_is_sent_as_mmcif() -> None:
    pytest.importorskip("biotite")
    atoms = file("model.pdb", pdb()).to_biotite()
    atoms.chain_id[:8] = "AA"
    assert (
        file("model.cif", sent(atoms, "pdb", "cif")).to_biotite().chain_id.tolist() == ["AA"] * 8 + ["B"] * 8
    )
    assert refused(atoms, "pdb") == (
        "the AtomArray has a chain 'AA', and a PDB file has one character for it; the slot doesn't take mmCIF: pass a "
        "part of it"
    )


def test_what_a_pdb_file_has_no_columns_for() -> None:
    biotite = pytest.importorskip("biotite.structure")
    many = biotite.AtomArray(100_000)
    many.coord[:] = 0
    assert "100,000 atoms, and a PDB file has at most 99,999" in refused(many, "pdb")
    assert refused(biotite.AtomArray(0), "pdb") == "the AtomArray has no atoms"
    assert refused(biotite.AtomArray(2), "pdb") == "the AtomArray has atoms without coordinates (NaN)"
    atoms = file("model.pdb", pdb()).to_biotite()
    atoms.coord[3] = [10_000, 0, 0]
    assert "coordinates beyond" in refused(atoms, "pdb")
    structure = file("model.pdb", pdb()).to_biopython()
    structure[0]["A"][1].resname = "LIG01"
    assert "a residue LIG01 1, and" in refused(structure, "pdb")


def test_a_slot_for_sequences_takes_no_structure() -> None:
    structure = file("model.pdb", pdb()).to_biopython()
    assert refused(structure, "fasta") == "the slot takes fasta, and a Structure can't be written as that"


def test_what_a_library_can_not_write(monkeypatch: pytest.MonkeyPatch) -> None:
    structure = file("model.pdb", pdb()).to_biopython()

    def fails(*_: Any) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr("Bio.PDB.PDBIO.save", fails)
    assert refused(structure, "pdb") == "the Structure can't be written: no such thing"


def test_an_object_of_a_library_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    structure = file("model.pdb", pdb()).to_biopython()
    monkeypatch.setitem(sys.modules, "Bio.PDB", None)
    with pytest.raises(ConfigurationError, match=r"to_biopython\(\) needs Bio\.PDB"):
        file("model.pdb", pdb()).to_biopython()
    with pytest.raises(ConfigurationError, match=r"a structure of Biopython needs Bio\.PDB"):
        sent(structure, "pdb")


def test_a_molecule_is_sent_as_sdf_or_smiles() -> None:
    pytest.importorskip("rdkit")
    from rdkit import Chem

    flat, placed = Chem.MolFromSmiles("OCC"), ligand("OCC")
    placed.SetProp("score", "-7.5")
    again = file("l.sdf", sent(placed, "sdf")).to_rdkit()
    assert (smiles(again), again.GetProp("score"), again.GetNumAtoms()) == ("CCO", "-7.5", 9)
    assert sent(placed, "smiles", "sdf").endswith("$$$$\n")
    assert sent(flat, "sdf", "smiles") == "CCO\n"
    assert refused(flat, "sdf").startswith("the molecule has no coordinates: ")
    assert refused(ligand("CCO", 3), "sdf").startswith("the molecule has 3 conformers, ")
    assert refused(placed, "fasta") == "the slot takes fasta, and a Mol can't be written as that"
    assert refused(placed, "pdb") == (
        "the slot takes pdb, and a Mol can't be written as that: write it yourself, as "
        "rdkit.Chem.MolToPDBBlock(molecule) does, and pass the text"
    )


def test_sequences_of_biotite() -> None:
    sequence = pytest.importorskip("biotite.sequence")
    assert sent([sequence.ProteinSequence("MK"), sequence.ProteinSequence("VV")], "fasta") == (
        ">sequence-1\nMK\n>sequence-2\nVV\n"
    )


# ---- columns of frames


def columns() -> list[Any]:
    found = []
    for library, made in (
        ("pandas", lambda pandas, values: pandas.Series(values, dtype="string")),
        ("polars", lambda polars, values: polars.Series("sequence", values)),
        ("pyarrow", lambda pyarrow, values: pyarrow.chunked_array([values])),
    ):
        try:
            found.append(pytest.param(__import__(library), made, id=library))
        except ImportError:  # pragma: no cover
            continue
    return found


@pytest.mark.parametrize(("library", "made"), columns())
def test_a_column_is_its_sequences(library: Any, made: Any) -> None:
    assert sent(made(library, ["MK", "VV"]), "fasta") == ">sequence-1\nMK\n>sequence-2\nVV\n"
    assert "value 2: " in (problem := refused(made(library, ["MK", None]), "fasta"))
    assert "leave out rows without one" in problem
