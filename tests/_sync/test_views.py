# Generated from tests/_async/test_views.py by scripts/unasync.py. Edit that file instead.

"""Views of a result's structures: which files are downloaded, and what the contract says of them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from proteiniq import InvalidInput

from ..storage import FILE, STORAGE
from ..structures import entry
from ..support import RESULT, Routes, answer, documented, refusal
from .clients import fetched, over

STRUCTURE = entry("1ubq.pdb")
TOOL = "GET /api/v1/tools/esmfold"


def result(*names: str, tool: str | None = "esmfold", **data: Any) -> Any:
    files = [{"name": name, "content_type": "text/plain", "url": STORAGE, "key": None} for name in names]
    return {**documented("get_result"), "job_id": "job_1", "tool": tool, "files": files, "results": data}


def service(made: Any, tool: Any = None) -> Routes:
    contract = answer(tool) if tool is not None else refusal(404, "not_found")
    file = httpx.Response(200, content=STRUCTURE.encode())
    return Routes({RESULT: answer(made), TOOL: contract, FILE: file})


def contract(**file: Any) -> Any:
    return {**documented("get_tool"), "output": {"files": [{"name": "x.pdb", **file}], "results": {}}}


def test_a_view_has_the_structure_files_of_the_result() -> None:
    made = fetched(service(result("a.csv", "x.pdb", "y.pdb"), tool=contract()))
    assert (made.view()).description.startswith("x.pdb, y.pdb: 1 chain, 76 residues")
    assert (made.view("y.pdb")).description.startswith("y.pdb: 1 chain")
    with pytest.raises(KeyError, match=r"no file 'z.pdb'"):
        made.view("z.pdb")


def test_b_factors_are_plddt_where_the_contract_says_so() -> None:
    said = fetched(service(result("x.pdb"), tool=contract(b_factor="pLDDT")))
    assert (said.view()).description.endswith("coloured by plddt")
    unsaid = fetched(service(result("x.pdb"), tool=contract()))
    assert (unsaid.view()).description.endswith("coloured by secondary structure")
    assert (unsaid.view(color="plddt")).description.endswith("coloured by plddt")


@pytest.mark.parametrize("tool", ["esmfold", None])
def test_a_view_needs_no_contract(tool: str | None) -> None:
    made = fetched(service(result("x.pdb", tool=tool)))
    assert (made.view()).description.endswith("coloured by secondary structure")


def test_a_contract_that_is_passed_is_not_fetched() -> None:
    routes = service(result("x.pdb"), tool=contract(b_factor="plddt"))
    tool = over(routes).tools.get("esmfold")
    made = fetched(routes)
    assert (made.view(tool=tool)).description.endswith("coloured by plddt")
    assert [request.url.path for request in routes.requests].count("/api/v1/tools/esmfold") == 1


def test_the_contract_that_the_client_has_read_is_not_requested_again() -> None:
    routes = service(result("x.pdb"), tool=contract(b_factor="plddt"))
    client = over(routes)
    client.tools.get("esmfold")
    assert ((client.results.get("job_1")).view()).description.endswith("coloured by plddt")
    assert [request.url.path for request in routes.requests].count("/api/v1/tools/esmfold") == 1


def test_a_structure_file_may_be_known_by_the_contract_only() -> None:
    said = {"output": {"files": [{"name": "model", "content_type": "chemical/x-pdb"}], "results": {}}}
    made = fetched(service(result("a.csv", "model"), tool={**documented("get_tool"), **said}))
    assert (made.view()).description.startswith("model: 1 chain, 76 residues")


def test_a_file_of_which_nothing_is_said_is_what_it_looks_like() -> None:
    made = fetched(service(result("model"), tool=contract()))
    assert (made.view("model")).description.startswith("model: 1 chain, 76 residues")


def test_a_column_of_the_result_colors_residues() -> None:
    rows = [{"position": at, "charge": at % 3} for at in range(1, 77)]
    made = fetched(service(result("x.pdb", rows=rows), tool=contract()))
    assert (made.view(color="charge")).description.endswith("coloured by charge")
    with pytest.raises(
        InvalidInput,
        match=r"can't color by 'mass': the result has no .* 'mass': choose from chain, .*, position, charge$",
    ):
        made.view(color="mass")
    for typed, meant in {"charg": "charge", "chian": "chain"}.items():
        with pytest.raises(InvalidInput, match=f"can't color by '{typed}': .*: did you mean '{meant}'"):
            made.view(color=typed)
    color: Any = 3
    with pytest.raises(InvalidInput, match=r"color must be a text, one of chain, .* got 3"):
        made.view(color=color)


def test_structures_are_superposed(tmp_path: Path) -> None:
    path = tmp_path / "mine.pdb"
    path.write_text(STRUCTURE)
    made = fetched(service(result("x.pdb"), tool=contract()))
    for other in (made, made.files[0], path):
        assert "RMSD 0.00 Å of 76 Cα atoms" in (made.view(superpose=other)).html
    with pytest.raises(InvalidInput, match=r"can't read .*none.pdb"):
        made.view(superpose=tmp_path / "none.pdb")
    wrong: Any = 5
    with pytest.raises(InvalidInput, match="superpose must be a Result, a ResultFile or a path, got 5"):
        made.view(superpose=wrong)


def test_of_superposed_structures_the_first_is_colored_by_a_column() -> None:
    rows = [{"position": at, "charge": at % 3} for at in range(1, 77)]
    made = fetched(service(result("x.pdb", rows=rows), tool=contract()))
    shown = made.view(superpose=made, color="charge")
    assert shown.description.endswith("coloured by charge")
    assert "No value" in shown.html


def test_columns_are_shown_on_a_structure_that_the_result_does_not_contain(tmp_path: Path) -> None:
    groups = [
        {"group": "ASP", "chain": "A", "number": 21, "pka": 3.0},
        {"group": "GLU", "chain": "A", "number": 34},
    ]
    made = fetched(service(result("pka.csv", tool=None, rows=[{"pka": 4.5, **row} for row in groups])))
    path = tmp_path / "mine.pdb.gz"
    path.write_bytes(gzip.compress(STRUCTURE.encode()))
    other = fetched(service(result("x.pdb")))
    for structure in (path, other.files["x.pdb"]):
        for color in ("pka", "rows.pka"):
            assert (made.view(structure, color=color)).description.endswith(f"coloured by {color}")
    assert (made.view(path)).description.startswith("mine.pdb: 1 chain, 76 residues")
    with pytest.raises(InvalidInput, match=r"no structure file .* pass that: view\(pathlib.Path"):
        made.view(color="pka")


def test_what_a_contract_says_is_not_about_files_of_other_results() -> None:
    made = fetched(service(result("x.pdb"), tool=contract(b_factor="plddt")))
    assert (made.view(made.files[0])).description.endswith("coloured by plddt")
    other = attrs.evolve(made.files[0], job_id="job_2")
    assert (made.view(other)).description.endswith("coloured by secondary structure")


def test_what_can_not_be_a_structure_is_refused(tmp_path: Path) -> None:
    made = fetched(service(result("x.pdb")))
    wrong: Any = 5
    with pytest.raises(
        InvalidInput, match=r"a structure must be a file's name, a ResultFile or a pathlib.Path, got 5"
    ):
        made.view(wrong)
    with pytest.raises(InvalidInput, match=r"can't read .*none.pdb"):
        made.view(tmp_path / "none.pdb")
    (tmp_path / "x.pdb").write_bytes(b"PK\x03\x04")
    with pytest.raises(InvalidInput, match=r"^'.*x.pdb' is a zip archive"):
        made.view(tmp_path / "x.pdb")
    with pytest.raises(InvalidInput, match=r"^'.*x.pdb' is a zip archive"):
        made.view(superpose=tmp_path / "x.pdb")


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("ten.fasta", ">a\nMKV\n", "its format is fasta"),
        ("x.py", "import os\n", "its format is unknown"),
        ("empty.pdb", "", "the file has no atoms"),
        ("x.pdb", "ATOM  damaged", "line 1: an atom's coordinates end"),
    ],
)
def test_a_file_at_a_path_that_is_not_a_structure_is_named(
    name: str, text: str, why: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    made = fetched(service(result("x.pdb"), tool=contract()))
    message = rf"^can't read '.*{name}' as a structure \(PDB, PDBQT, mmCIF, SDF, MOL2, XYZ\): {why}"
    for color in (None, "sasa", "chain"):
        with pytest.raises(InvalidInput, match=message):
            made.view(path, color=color)
    with pytest.raises(InvalidInput, match=message):
        made.view(superpose=path)


def test_a_file_of_a_result_that_is_not_a_structure_is_shown_as_text_unless_more_is_asked_of_it() -> None:
    gone = refusal(404, "not_found")
    damaged = httpx.Response(200, content=b"REMARK\n")
    made = fetched(Routes({RESULT: answer(result("x.pdb")), TOOL: gone, FILE: damaged}))
    assert (made.view()).description == "x.pdb: shown as text"
    other = fetched(service(result("y.pdb")))
    asked: Any
    for of, asked in ((made, {"color": "sasa"}), (made, {"superpose": other}), (other, {"superpose": made})):
        with pytest.raises(
            InvalidInput, match=r"^can't read 'x.pdb' as a structure .*: the file has no atoms"
        ):
            of.view(**asked)


def test_a_structure_is_recognized_under_the_name_of_another_format(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(STRUCTURE)
    made = fetched(service(result("x.pdb"), tool=contract()))
    assert (made.view(path)).description.startswith("x.csv: 1 chain, 76 residues")


def test_a_path_as_text_is_not_a_file_of_the_result() -> None:
    made = fetched(service(result("x.pdb", "x.pdb")))
    with pytest.raises(
        KeyError, match=r"no file '1ubq.pdb'; .* pass its path: view\(pathlib.Path\('1ubq.pdb'\)\)"
    ):
        made.view("1ubq.pdb")


def test_of_files_with_one_name_one_is_chosen_by_its_place() -> None:
    two = result("x.pdb", "x.pdb")
    two["files"][1]["content_type"] = "chemical/x-pdb"
    with pytest.raises(KeyError, match=r"files\[0\] or files\[1\]\"$"):
        (fetched(service(two))).view("x.pdb")


def test_a_result_without_structures_says_what_it_has() -> None:
    made = fetched(service(result("a.csv", "b.json")))
    with pytest.raises(InvalidInput, match=r"no structure file .*; its files: a.csv, b.json"):
        made.view()


def test_the_name_of_a_tool_is_not_its_contract(tmp_path: Path) -> None:
    made = fetched(service(result("x.pdb")))
    tool: Any = "esmfold"
    with pytest.raises(InvalidInput, match=r"tool must be a Tool, such as client.tools.get\(id\) returns"):
        made.view(tool=tool)
    with pytest.raises(InvalidInput, match="tool must be a Tool"):
        made.report(tmp_path / "x.html", tool=tool)
    with pytest.raises(InvalidInput, match="tool must be a Tool"):
        made.to_arrow(tool=tool)
