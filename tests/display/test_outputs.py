from __future__ import annotations

import gzip
import json
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from proteiniq._display.outputs import expected, of_file, outputs
from proteiniq._display.shapes import (
    Alignment,
    Binary,
    Column,
    Curve,
    GivenFile,
    Image,
    Line,
    Matrix,
    Numbers,
    Output,
    PerResidue,
    Sequences,
    Structure,
    Table,
    Text,
    Tree,
    Unread,
    Value,
    Values,
)
from proteiniq.models import OutputFile, Tool
from proteiniq.testing import tool

PDB = "ATOM      1  N   MET A   1      27.340  24.430   2.614  1.00  9.67           N\n"
CIF = "data_x\nloop_\n_atom_site.id\n_atom_site.Cartn_x\n1 2.5\n"
SDF = "\n  x\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    0.0       0.0       0.0    C   0\nM  END\n$$$$\n"
MOL2 = "@<TRIPOS>MOLECULE\nx\n@<TRIPOS>ATOM\n 1 C 0 0 0 C.3\n"
XYZ = "1\nmethane\nC 0.000 0.000 0.000\n"
FASTA = ">a\nMK\n>b\nVVV\n"
SVG = '<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg"></svg>'
PNG = b"\x89PNG\r\n\x1a\n\x00"
CLUSTAL = "CLUSTAL W (1.82) multiple sequence alignment\n\nx  MK-L\ny  MKVL\n"
EMBOSS = "################\n# Program: needle\n################\nx 1 MK 2\n"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


def shown(data: Any, files: Any = (), known: Tool | None = None) -> Any:
    return outputs(data, files, known)


def files_of(file: GivenFile, known: Tool | None = None) -> Any:
    return of_file(file, known)


def contract(files: Any = (), **results: Any) -> Tool:
    return attrs.evolve(tool(), outputs=files, results=results)


def stated(name: str, content_type: str, **extra: Any) -> OutputFile:
    return OutputFile(name=name, content_type=content_type, description="what it is", extra=extra)


def of(
    content: str | bytes, name: str = "output", content_type: str | None = None, known: Tool | None = None
) -> Any:
    """The only output in a file."""
    data = content.encode() if isinstance(content, str) else content
    (found,) = files_of(GivenFile(name, content_type, data), known)
    return found


def kinds(found: Any) -> list[type]:
    return [type(each) for each in found]


# ---- everything is shown


@given(JSON)
def test_any_document_is_shown(data: Any) -> None:
    found = shown(data)
    assert all(isinstance(each, Output) for each in found)
    assert bool(found) == (data not in (None, [], {}))


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode) | JSON.map(json.dumps).map(str.encode))
def test_any_file_is_shown(content: bytes) -> None:
    for name in ("a.pdb", "a.json", "a.csv", "a.svg", "a.fasta", "a.aln", "a"):
        found = files_of(GivenFile(name, None, content))
        assert found
        assert all(each.file is not None for each in found)


def test_a_file_that_is_nested_too_deeply_is_text() -> None:
    assert kinds(files_of(GivenFile("a.json", None, b"[" * 100_000))) == [Text]


def test_a_document_of_many_rows_and_one_that_is_nested() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = {"a": deep}
    table, tree = shown({"rows": [{"x": number} for number in range(10_000)], "deep": deep})
    assert (len(table.rows), type(tree), tree.name) == (10_000, Tree, "deep.a.a.a")
    for _ in range(100_000):
        deep = [deep]
    assert kinds(shown({"deep": deep})) == [Tree]


# ---- files


@pytest.mark.parametrize(
    ("content", "kind", "format"),
    [
        (PDB, Structure, "pdb"),
        (CIF, Structure, "cif"),
        (SDF, Structure, "sdf"),
        (MOL2, Structure, "mol2"),
        (FASTA, Sequences, None),
        (CLUSTAL, Alignment, None),
        (EMBOSS, Alignment, None),
        ("#====\n#\n# 1: x\n# 2: y\n", Alignment, None),
        (PNG, Image, "png"),
        (b"\xff\xd8\xff\xe0", Image, "jpeg"),
        ("a,b\n1,2\n", Table, None),
        ("hello", Text, None),
        ("", Text, None),
        (b"PK\x03\x04", Binary, None),
    ],
)
def test_a_file_of_which_nothing_is_stated_is_what_it_looks_like(
    content: Any, kind: type, format: str | None
) -> None:
    found = of(content)
    assert (type(found), getattr(found, "format", None)) == (kind, format)


@pytest.mark.parametrize(
    ("content", "name", "content_type", "kind"),
    [
        (XYZ, "output", "chemical/x-xyz", Structure),
        (XYZ, "a.xyz", None, Structure),
        (SVG, "a.svg", None, Image),
        (FASTA, "a.txt", "text/x-fasta; charset=utf-8", Sequences),
        (gzip.compress(PDB.encode(), mtime=0), "a.pdb.gz", "application/gzip", Structure),
        ("a\tb\n1\t2\n", "a.tsv", None, Table),
    ],
)
def test_a_file_is_what_its_type_or_name_says(
    content: Any, name: str, content_type: str | None, kind: type
) -> None:
    assert type(of(content, name, content_type)) is kind


@pytest.mark.parametrize(
    "name", ["a.pdb", "a.cif", "a.xyz", "a.mol2", "a.sdf", "a.fasta", "a.aln", "a.svg", "a.csv", "a.json"]
)
def test_a_file_that_is_not_what_it_is_called_is_text(name: str) -> None:
    assert type(of("some words\nand more", name)) is Text


def test_the_contract_comes_first() -> None:
    known = contract((stated("output", "chemical/x-pdb", b_factor="pLDDT"),))
    found = of(PDB, "output", "text/plain", known)
    assert (type(found), found.b_factor, found.description) == (Structure, "plddt", "what it is")
    assert of(PDB, "other.pdb", None, known).b_factor is None
    assert of(PDB, "output", None, contract((stated("output", "x", b_factor=7),))).b_factor is None


def test_a_file_of_autodock_is_read_as_one() -> None:
    found = of(PDB, "poses.pdbqt")
    assert (type(found), found.format) == (Structure, "pdbqt")


def test_a_file_without_content_is_expected_to_be_something() -> None:
    known = contract((stated("output", "chemical/x-mmcif"),))
    (found,) = shown(None, [GivenFile("output")], known)
    assert (type(found), found.format, found.description) == (Unread, "cif", "what it is")
    assert (expected(GivenFile("a.sdf")), expected(GivenFile("a.txt", "text/plain"))) == ("sdf", None)


def test_a_binary_file_says_what_it_is() -> None:
    assert of(b"SQLite format 3\x00").reason == "is a SQLite database, not text"


def test_gapped_sequences_of_one_length_are_aligned() -> None:
    assert of(">a\nM-\n>b\nMK\n").aligned
    assert not of(FASTA).aligned
    assert [record.name for record in of(FASTA).records] == ["a", "b"]
    assert type(of(">a\n>b\nMK\n", "a.fasta")) is Text  # without a sequence
    assert type(of(">> a\nscore 3\na 1 MK 2\n")) is Text  # a report of a search


# ---- tables in files


def test_the_cells_of_a_file_have_the_types_that_they_look_like() -> None:
    found = of("id,n,x,code,none\na,1,1e-3,007,\nb,,2,1,\n", "a.csv")
    assert [(each.name, each.type) for each in found.columns] == [
        ("id", str),
        ("n", int),
        ("x", float),
        ("code", str),
        ("none", str),
    ]
    assert [list(row) for row in found.rows] == [["a", 1, 0.001, "007", None], ["b", None, 2.0, "1", None]]
    assert of("a,b\n", "a.csv").rows == []


@pytest.mark.parametrize("text", ["a,b\n1\n", 'a,b\n"x\n', "a\n1\n", "", "a,b\n" + "x" * 200_000 + ",1\n"])
def test_text_that_is_no_table_is_text(text: str) -> None:
    assert type(of(text, "a.csv")) is Text


def test_columns_that_ascend_are_a_curve() -> None:
    rows = "a,1,2.5\na,2,2\na,3,1\n"
    curve, table = files_of(GivenFile("a.csv", None, f"id,ph,charge\n{rows}b,1,2.5\nb,2,2\nb,3,1\n".encode()))
    assert (type(table), table.name) == (Table, "a.csv")
    assert curve.lines == (Line("a", [1, 2, 3], [2.5, 2.0, 1.0]), Line("b", [1, 2, 3], [2.5, 2.0, 1.0]))
    assert (curve.x.name, curve.y.name) == ("ph", "charge")
    curve, _ = files_of(GivenFile("a.csv", None, b"x,y\n1,1\n2,2\n3,4\n"))
    assert curve.lines == (Line("", [1, 2, 3], [1, 2, 4]),)


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n1,1\n2,2\n",  # too few
        "x,y\n1,1\n3,2\n2,3\n",
        "x,y\n1,1\n2,2\n,3\n",
        "x,y\na,1\nb,2\nc,3\n",
        "n,x,y\n1,1,1\n1,2,2\n1,3,3\n",
        "a,x,y,z\na,1,1,1\na,2,2,2\na,3,3,3\n",
    ],
)
def test_other_tables_are_no_curve(text: str) -> None:
    assert type(of(text, "a.csv")) is Table


def test_a_table_along_a_sequence() -> None:
    found = of("chain,residue,resi,plddt\nA,M,1,90\nA,K,2,80.5\nB,M,1,70\n", "a.csv")
    assert (type(found), found.chain, found.residue, found.position, found.values) == (
        PerResidue,
        0,
        1,
        2,
        (3,),
    )
    found = of("index,aa,x\n1,M,5\n2,K,4\n3,L,6\n", "a.csv")
    assert (type(found), found.chain, found.residue, found.position, found.values) == (
        PerResidue,
        None,
        1,
        0,
        (2,),
    )


@pytest.mark.parametrize(
    "text",
    [
        "index,x,y\n1,1,a\n2,2,a\n3,3,a\n",  # no letters
        "position,to,x\n1,A,1\n1,C,2\n2,A,3\n",  # mutations
        "position,to\n1,A\n2,C\n3,D\n",  # nothing to draw
    ],
)
def test_other_tables_are_not_along_a_sequence(text: str) -> None:
    assert type(of(text, "a.csv")) is Table


# ---- documents


def test_single_values_have_units_and_descriptions() -> None:
    known = contract(mass={"description": "d", "unit": "Da"}, **{"in.x": "an x"})
    (found,) = shown({"mass": 3.5, "in": {"x": None, "none": {}}, "list": []}, (), known)
    assert found.values == (
        Value("mass", 3.5, "Da", "d"),
        Value("in.x", None, None, "an x"),
        Value("in.none", {}),
        Value("list", []),
    )


def test_a_document_of_one_value() -> None:
    assert shown(7) == (Values(name="", values=(Value("", 7),)),)


def test_a_list_of_objects_is_a_table_with_columns_of_the_contract() -> None:
    known = contract(**{"hits": "the hits", "hits[].at.start": {"type": "integer", "unit": "residue"}})
    (found,) = shown({"hits": [{"at": {"start": 5.0}, "name": "a"}, {"name": "b", "more": [1]}]}, (), known)
    assert (type(found), found.name, found.description) == (Table, "hits", "the hits")
    assert found.columns == (Column("at.start", int, "residue"), Column("name", str), Column("more", str))
    assert found.rows == [[5.0, "a", None], [None, "b", [1]]]
    assert kinds(shown([{"x": 1}])) == [Table]


def test_objects_without_values_are_a_tree() -> None:
    assert kinds(shown({"hits": [{}, {"x": []}]})) == [Tree]


@pytest.mark.parametrize("value", [[1, "a"], ["a", "b"], [True, 1], [[1, 2], [3]], [10**30], [None]])
def test_other_lists_are_trees(value: Any) -> None:
    assert kinds(shown({"x": value})) == [Tree]


def test_a_list_of_numbers() -> None:
    (found,) = shown({"plddt": [90, None, 80.5]}, (), contract(plddt={"unit": "%"}))
    assert found == Numbers(name="plddt", values=[90, None, 80.5], unit="%")


def test_pairs_of_numbers_are_a_curve() -> None:
    (found,) = shown({"c": [[0, 1], [1, 4], [2, 9]]})
    assert (type(found), found.lines) == (Curve, (Line("", [0, 1, 2], [1, 4, 9]),))


def test_a_square_of_numbers_is_a_matrix() -> None:
    (found,) = shown({"m": [[1, 2], [3, None]]})
    assert found == Matrix(name="m", rows=[[1, 2], [3, None]])


PAE = {"predicted_aligned_error": [[0, 5], [5, 0]], "max_predicted_aligned_error": 31.75}


def test_predicted_aligned_errors() -> None:
    _, found = files_of(GivenFile("s.json", None, json.dumps([PAE]).encode()))  # AlphaFold's database
    assert (found.name, found.kind, found.unit, found.highest) == (
        "s.json: predicted_aligned_error",
        "pae",
        "Å",
        31.75,
    )
    _, matrix = shown({"other": [[1, 2], [2, 1]], "pae": None})
    assert matrix.kind is None
    (matrix,) = shown({"pae": [[0, 5], [5, 0]]})  # ColabFold
    assert (matrix.kind, matrix.highest) == ("pae", None)


def test_lists_beside_one_that_ascends_are_curves() -> None:
    known = contract(**{"ph": {"unit": "pH"}, "rows[].charges": "net charges"})
    data = {
        "rows": [{"id": "a", "charges": [1, 0], "pi": 5}, {"id": "", "charges": [2, 1.5], "pi": 6}],
        "ph": [0, 7],
        "slope": [3, 2],
        "scale": "s",
        "three": [3, 2, 1],
    }
    _, charges, slope, table, three = shown(data, (), known)
    assert (charges.name, charges.description, charges.x) == (
        "rows.charges",
        "net charges",
        Column("ph", float, "pH"),
    )
    assert charges.lines == (Line("a", [0, 7], [1, 0]), Line("2", [0, 7], [2, 1.5]))
    assert slope.lines == (Line("slope", [0, 7], [3, 2]),)
    assert [each.name for each in table.columns] == ["id", "pi"]
    assert type(three) is Numbers


def test_no_curve_if_two_lists_ascend_or_one_has_gaps() -> None:
    assert kinds(shown({"a": [1, 2], "b": [3, 4]})) == [Numbers, Numbers]
    assert kinds(shown({"a": [1, None], "b": [3, 2]})) == [Numbers, Numbers]
    assert kinds(shown({"a": [1, 2], "rows": [{"x": [1]}]})) == [Numbers, Table]


def test_a_structure_or_sequences_within_a_document() -> None:
    structure, sequences, other = shown(
        {"model": PDB * 2, "seqs": FASTA, "note": "two\nlines", "mol": "a"}, (), contract(model="the model")
    )[1:] + shown({"x": "one\ntwo"})
    assert (structure.format, structure.name, structure.description) == ("pdb", "model", "the model")
    assert (type(sequences), type(other)) == (Sequences, Values)


def test_what_json_has_no_words_for() -> None:
    content = b'{"a": [1.5, NaN], "b": [1, Infinity], "c": 1e999}'
    values, numbers, tree = files_of(GivenFile("a.json", None, content))
    assert numbers.values == [1.5, None]
    assert tree.value == [1, "Infinity"]
    assert values.values == (Value("c", "Infinity"),)
    (found,) = shown({"a": float("inf"), "b": float("nan"), "c": 1.5})
    assert found.values == (Value("a", "Infinity"), Value("b", None), Value("c", 1.5))
    tree, table = shown({"a": [float("-inf")], "b": [{"x": float("inf")}]})
    assert (tree.value, table.rows) == (["-Infinity"], [["Infinity"]])
