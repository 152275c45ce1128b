"""Reading structures."""

from __future__ import annotations

import io
import warnings
from typing import Any

import pytest
from Bio import PDB

from proteiniq._display.bonds import bonds_of
from proteiniq._display.structure import Unreadable, element_in, read

from ..structures import SDF, atom, entry

ENTRIES = ("1a8o.cif", "1a8o.pdb", "1lcd.pdb", "1ubq.pdb", "2beg.pdb", "3jqh.cif", "4cup.cif")


@pytest.mark.parametrize("name", ENTRIES)
def test_residues_atoms_and_positions_are_those_that_biopython_reads(name: str) -> None:
    parsers: Any = PDB  # without types
    parser = parsers.MMCIFParser(QUIET=True) if name.endswith("cif") else parsers.PDBParser(QUIET=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = parser.get_structure("x", io.StringIO(entry(name)))
    found = read(name, entry(name))
    assert len(found.models) == len(expected)
    for one, other in zip(found.models, expected, strict=True):
        theirs = {
            (residue.get_parent().id, f"{residue.id[1]}{residue.id[2].strip()}"): residue
            for residue in other.get_residues()
        }
        assert {(residue.chain, residue.number) for residue in one.residues} == set(theirs)
        for residue in one.residues:
            same = theirs[residue.chain, residue.number]
            if (
                same.is_disordered() == 2
            ):  # two kinds of residues at one place: the first is kept, Biopython has the last
                continue
            assert residue.name == same.resname
            assert {each.name for each in residue.atoms} == {each.id for each in same}
            for each in residue.atoms:
                if not same[each.name].is_disordered():
                    assert each.position == pytest.approx(same[each.name].coord, abs=1e-3)
                    assert each.b_factor == pytest.approx(same[each.name].bfactor)
                    assert each.element.upper() == same[each.name].element


def test_the_two_formats_of_an_entry_are_the_same_structure() -> None:
    one, other = (read(name, entry(name)).models[0] for name in ("1a8o.pdb", "1a8o.cif"))
    assert [r.label for r in one.residues] == [r.label for r in other.residues]
    assert [r.helix_or_strand for r in one.residues] == [r.helix_or_strand for r in other.residues]


def test_the_sequence_has_modified_residues_by_their_parent() -> None:
    # Biopython's SeqRecord of the chain has M for MSE as well.
    letters = "".join(residue.letter for residue in read("1a8o.pdb", entry("1a8o.pdb")).models[0].chains["A"])
    assert letters.startswith("MDIRQGPKEPFRDYVDRFYKTLRAEQASQEVKNWMTETLLVQNANPDCKTILKALGPGATLEEMMTACQG")


def test_kinds_of_residues() -> None:
    model = read("1lcd.pdb", entry("1lcd.pdb")).models[0]
    assert {residue.kind for residue in model.chains["B"]} == {"nucleic"}
    assert {residue.kind for residue in model.chains["A"]} == {"protein"}
    assert model.chains["B"][1].label == "B:DA2"
    assert model.chains["A"][0].label == "A:Met1"


def test_of_alternate_locations_the_first_is_kept() -> None:
    first, second = atom(1, alternate="A"), atom(2, alternate="B", x="   9.000")
    text = f"{first}\n{second}\n{atom(3, name=' CB ', residue='GLY', alternate='B')}"
    (residue,) = read("x.pdb", text).models[0].residues
    assert [(each.name, each.position[0]) for each in residue.atoms] == [("CA", 1.0)]


def test_numbers_have_insertion_codes() -> None:
    text = f"{atom(1)}\n{atom(2, number='   1A')}"
    assert [residue.number for residue in read("x.pdb", text).models[0].residues] == ["1", "1A"]


def test_an_ion_has_its_own_element() -> None:
    text = atom(1, "CA  ", " CA", record="HETATM", tail="")
    (residue,) = read("x.pdb", text).models[0].residues
    assert (residue.kind, residue.atoms[0].element, residue.atoms[0].b_factor) == ("ligand", "Ca", None)
    assert (residue.trace, residue.b_factor) == (None, None)


@pytest.mark.parametrize(
    ("name", "element"), [("CA", "C"), ("CL1", "Cl"), ("1HB", "H"), ("ZN", "Zn"), ("OXT", "O"), ("*", "")]
)
def test_an_element_is_guessed_from_the_name(name: str, element: str) -> None:
    assert element_in(name) == element


def test_poses_of_vina_have_their_scores() -> None:
    pose = "MODEL {0}\nREMARK VINA RESULT:    -{0}.5      0.000      0.000\n{1}\nENDMDL\n"
    line = atom(1, " C1 ", "LIG", record="HETATM", tail="  1.00  0.00    +0.100 OA")
    found = read("poses.pdbqt", pose.format(1, line) + pose.format(2, line))
    assert [model.properties for model in found.models] == [
        (("VINA RESULT", "-1.5"),),
        (("VINA RESULT", "-2.5"),),
    ]
    assert next(found.models[0].atoms).element == "O"
    assert not found.has_polymer


def test_a_molecule_has_its_bonds_and_its_data() -> None:
    text = f"{SDF}> <score>\n-7.1\n\n> <long>\n{'x' * 99}\n\n> <lines>\n1\n2\n\n$$$$\n\n\n"
    (model,) = read("x.sdf", text).models
    assert (model.title, model.bonds, model.properties) == (
        "ethanol",
        ((0, 1, 1), (1, 2, 1)),
        (("score", "-7.1"),),
    )
    assert [each.element for each in model.atoms] == ["C", "C", "O"]


V3000 = """\
water


  0  0  0     0  0            999 V3000
M  V30 BEGIN CTAB
M  V30 COUNTS 2 1 0 0 0
M  V30 BEGIN ATOM
M  V30 7 O 0.0 0.0 0.0 0
M  V30 9 H 0.96 0.0 0.0 0
M  V30 END ATOM
M  V30 BEGIN BOND
M  V30 1 2 7 9
M  V30 END BOND
M  V30 END CTAB
M  END
"""


def test_the_newer_molfile() -> None:
    (model,) = read("x.mol", V3000).models
    assert (len(list(model.atoms)), model.bonds) == (2, ((0, 1, 2),))


MOL2 = """\
# made by hand
@<TRIPOS>MOLECULE
ligand
@<TRIPOS>ATOM
1 C1 0.0 0.0 0.0 C.ar 1 LIG1 0.0
2 BR 1.9 0.0 0.0 Br 1 LIG1 0.0
@<TRIPOS>BOND
1 1 2 ar
@<TRIPOS>MOLECULE
protein
@<TRIPOS>ATOM
1 CA 0.0 0.0 0.0 C.3 1 ALA12 0.0
2 N 1.4 0.0 0.0 N.3
"""


def test_mol2_with_several_molecules() -> None:
    one, other = read("x.mol2", MOL2).models
    assert (one.title, one.bonds, [each.element for each in one.atoms]) == (
        "ligand",
        ((0, 1, 1),),
        ["C", "Br"],
    )
    assert [(residue.number, residue.kind) for residue in other.residues] == [
        ("12", "protein"),
        ("", "ligand"),
    ]


def test_xyz_with_several_frames() -> None:
    found = read("x.xyz", "1\nfirst\nFe 0 0 0\n\n1\n\nC 1 1 1\n")
    assert [(model.title, next(model.atoms).element) for model in found.models] == [
        ("first", "Fe"),
        ("", "C"),
    ]


def test_bonds_that_a_file_does_not_list_are_found_by_distance() -> None:
    found = read("x.xyz", "4\n\nC 0 0 0\nO 1.2 0 0\nZn 2 0 0\nC 9 0 0\n").models[0]
    assert bonds_of(found) == ((0, 1, 1),)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.txt", "", "its format is unknown"),
        ("x.pdb", "HEADER", "no atoms"),
        ("x.pdb", "ATOM      1", "line 1: an atom's coordinates end at column 54, and the line at 11"),
        ("x.pdb", atom(x="********"), r"line 1: a coordinate must be a number, got '\*+'"),
        ("x.pdb", atom(x="     nan"), "line 1: a coordinate must be a number, got 'nan'"),
        ("x.pdb", atom(x="   1e300"), "line 1: a coordinate must be at most 100,000 Å from 0"),
        ("x.pdb", atom(tail="  1.00 bad.0"), "line 1: a B-factor must be a number, got 'bad.0'"),
        ("x.cif", "data_x\n", "the file has no _atom_site.Cartn_x"),
        ("x.cif", "loop_\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n1\n", "line 1: the last row of the loop"),
        ("x.sdf", "a\nb\n", "line 2: a record must have a header"),
        ("x.sdf", "\n\n\n  x  0\n", "line 4: a count must be a whole number, got 'x'"),
        ("x.sdf", "\n\n\n  9  0\n", "line 4: the file ends before the 9 atoms"),
        ("x.sdf", SDF.replace("  2  3  1", "  2  9  1"), "line 9: a bond is between atoms that the file doesn't have"),
        ("x.mol2", "@<TRIPOS>ATOM\n1 C1\n", "line 2: an atom must have a name"),
        ("x.mol2", "@<TRIPOS>BOND\n1 C1\n", "line 2: a bond must have two atoms"),
        ("x.xyz", "1\n\nC 1\n", "line 3: an atom must have an element"),
        ("x.xyz", "9999999\n", "more than 250,000 atoms"),
        ("x.xyz", "2\n\nC 0 0 0\n", "line 1: the file ends before the 2 atoms"),
    ],
)  # fmt: skip
def test_a_damaged_file_is_refused_with_its_line(name: str, text: str, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read(name, text)


def test_a_file_with_too_many_atoms_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pdb", "mmcif"):
        monkeypatch.setattr(f"proteiniq._display.{module}.MOST_ATOMS", 3)
    for name in ("1ubq.pdb", "4cup.cif"):
        with pytest.raises(Unreadable, match="more than 3 atoms"):
            read(name, entry(name))


CIF = """\
data_x # a comment
_atom_site.id 1
_atom_site.Cartn_x 1.0
_atom_site.Cartn_y 2.0
_atom_site.Cartn_z 3.0
_atom_site.auth_atom_id "C'1" # another
_atom_site.label_comp_id 'X Y'
_other.text
;several
lines
;
_empty.one _empty.two 1
loop_
_ranges.none
loop_
stray
"""


def test_mmcif_with_one_atom_needs_no_loop() -> None:
    (residue,) = read("x.cif", CIF).models[0].residues
    assert (residue.name, residue.atoms[0].name, residue.atoms[0].position) == ("X Y", "C'1", (1.0, 2.0, 3.0))


def test_ranges_of_residues_that_are_missing_are_left_out() -> None:
    helix = "HELIX    1   1 ALA A    1  ALA A    9  1"
    (residue,) = read("x.pdb", f"{helix}\n{atom()}").models[0].residues
    assert residue.helix_or_strand == "-"


def test_an_empty_mol2_has_no_atoms() -> None:
    with pytest.raises(Unreadable, match="no atoms"):
        read("x.mol2", "@<TRIPOS>MOLECULE\nempty\n")


def test_only_helices_of_the_conformations_of_mmcif_are_helices() -> None:
    conformation = (
        "loop_\n_struct_conf.conf_type_id\n_struct_conf.beg_auth_asym_id\n_struct_conf.beg_auth_seq_id\n"
        "_struct_conf.end_auth_seq_id\nTURN_P A 1 1\nHELX_P A 2 2\n"
    )
    atoms = "".join(f"ATOM {at} CA ALA A {at} {4 * at} 0 0\n" for at in (1, 2, 3))
    names = [
        "group_PDB",
        "id",
        "auth_atom_id",
        "auth_comp_id",
        "auth_asym_id",
        "auth_seq_id",
        "Cartn_x",
        "Cartn_y",
        "Cartn_z",
    ]
    text = f"data_x\nstray\n{conformation}loop_\n" + "".join(f"_atom_site.{name}\n" for name in names) + atoms
    assert "".join(each.helix_or_strand for each in read("x.cif", text).models[0].residues) == "-H-"


def test_alternate_residues_that_take_turns_are_one_residue() -> None:
    lines = [
        atom(at, name, residue, alternate=alternate)
        for at, (name, residue, alternate) in enumerate(
            [(" N  ", "PRO", "A"), (" N  ", "SER", "B"), (" CA ", "PRO", "A"), (" CA ", "SER", "B")], 1
        )
    ]
    (residue,) = read("x.pdb", "\n".join(lines)).models[0].residues
    assert (residue.name, [each.name for each in residue.atoms]) == ("PRO", ["N", "CA"])
