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


@pytest.mark.anyio
async def test_a_view_has_the_structure_files_of_the_result() -> None:
    made = await fetched(service(result("a.csv", "x.pdb", "y.pdb"), tool=contract()))
    assert (await made.view()).description.startswith("x.pdb, y.pdb: 1 chain, 76 residues")
    assert (await made.view("y.pdb")).description.startswith("y.pdb: 1 chain")
    with pytest.raises(KeyError, match=r"no file 'z.pdb'"):
        await made.view("z.pdb")


@pytest.mark.anyio
async def test_b_factors_are_plddt_where_the_contract_says_so() -> None:
    said = await fetched(service(result("x.pdb"), tool=contract(b_factor="pLDDT")))
    assert (await said.view()).description.endswith("coloured by plddt")
    unsaid = await fetched(service(result("x.pdb"), tool=contract()))
    assert (await unsaid.view()).description.endswith("coloured by secondary structure")
    assert (await unsaid.view(color="plddt")).description.endswith("coloured by plddt")


@pytest.mark.anyio
@pytest.mark.parametrize("tool", ["esmfold", None])
async def test_a_view_needs_no_contract(tool: str | None) -> None:
    made = await fetched(service(result("x.pdb", tool=tool)))
    assert (await made.view()).description.endswith("coloured by secondary structure")


@pytest.mark.anyio
async def test_a_contract_that_is_passed_is_not_fetched() -> None:
    routes = service(result("x.pdb"), tool=contract(b_factor="plddt"))
    tool = await over(routes).tools.get("esmfold")
    made = await fetched(routes)
    assert (await made.view(tool=tool)).description.endswith("coloured by plddt")
    assert [request.url.path for request in routes.requests].count("/api/v1/tools/esmfold") == 1


@pytest.mark.anyio
async def test_the_contract_that_the_client_has_read_is_not_requested_again() -> None:
    routes = service(result("x.pdb"), tool=contract(b_factor="plddt"))
    client = over(routes)
    await client.tools.get("esmfold")
    assert (await (await client.results.get("job_1")).view()).description.endswith("coloured by plddt")
    assert [request.url.path for request in routes.requests].count("/api/v1/tools/esmfold") == 1


@pytest.mark.anyio
async def test_a_structure_file_may_be_known_by_the_contract_only() -> None:
    said = {"output": {"files": [{"name": "model", "content_type": "chemical/x-pdb"}], "results": {}}}
    made = await fetched(service(result("a.csv", "model"), tool={**documented("get_tool"), **said}))
    assert (await made.view()).description.startswith("model: 1 chain, 76 residues")


@pytest.mark.anyio
async def test_a_file_of_which_nothing_is_said_is_what_it_looks_like() -> None:
    made = await fetched(service(result("model"), tool=contract()))
    assert (await made.view("model")).description.startswith("model: 1 chain, 76 residues")


@pytest.mark.anyio
async def test_a_column_of_the_result_colors_residues() -> None:
    rows = [{"position": at, "charge": at % 3} for at in range(1, 77)]
    made = await fetched(service(result("x.pdb", rows=rows), tool=contract()))
    assert (await made.view(color="charge")).description.endswith("coloured by charge")
    with pytest.raises(
        InvalidInput,
        match=r"can't color by 'mass': the result has no .* 'mass': choose from chain, .*, position, charge$",
    ):
        await made.view(color="mass")
    for typed, meant in {"charg": "charge", "chian": "chain"}.items():
        with pytest.raises(InvalidInput, match=f"can't color by '{typed}': .*: did you mean '{meant}'"):
            await made.view(color=typed)
    color: Any = 3
    with pytest.raises(InvalidInput, match=r"color must be a text, one of chain, .* got 3"):
        await made.view(color=color)


@pytest.mark.anyio
async def test_structures_are_superposed(tmp_path: Path) -> None:
    path = tmp_path / "mine.pdb"
    path.write_text(STRUCTURE)
    made = await fetched(service(result("x.pdb"), tool=contract()))
    for other in (made, made.files[0], path):
        assert "RMSD 0.00 Å of 76 Cα atoms" in (await made.view(superpose=other)).html
    with pytest.raises(InvalidInput, match=r"can't read .*none.pdb"):
        await made.view(superpose=tmp_path / "none.pdb")
    wrong: Any = 5
    with pytest.raises(InvalidInput, match="superpose must be a Result, a ResultFile or a path, got 5"):
        await made.view(superpose=wrong)


@pytest.mark.anyio
async def test_of_superposed_structures_the_first_is_colored_by_a_column() -> None:
    rows = [{"position": at, "charge": at % 3} for at in range(1, 77)]
    made = await fetched(service(result("x.pdb", rows=rows), tool=contract()))
    shown = await made.view(superpose=made, color="charge")
    assert shown.description.endswith("coloured by charge")
    assert "No value" in shown.html


@pytest.mark.anyio
async def test_columns_are_shown_on_a_structure_that_the_result_does_not_contain(tmp_path: Path) -> None:
    groups = [
        {"group": "ASP", "chain": "A", "number": 21, "pka": 3.0},
        {"group": "GLU", "chain": "A", "number": 34},
    ]
    made = await fetched(service(result("pka.csv", tool=None, rows=[{"pka": 4.5, **row} for row in groups])))
    path = tmp_path / "mine.pdb.gz"
    path.write_bytes(gzip.compress(STRUCTURE.encode()))
    other = await fetched(service(result("x.pdb")))
    for structure in (path, other.files["x.pdb"]):
        for color in ("pka", "rows.pka"):
            assert (await made.view(structure, color=color)).description.endswith(f"coloured by {color}")
    assert (await made.view(path)).description.startswith("mine.pdb: 1 chain, 76 residues")
    with pytest.raises(InvalidInput, match=r"no structure file .* pass that: view\(pathlib.Path"):
        await made.view(color="pka")


@pytest.mark.anyio
async def test_what_a_contract_says_is_not_about_files_of_other_results() -> None:
    made = await fetched(service(result("x.pdb"), tool=contract(b_factor="plddt")))
    assert (await made.view(made.files[0])).description.endswith("coloured by plddt")
    other = attrs.evolve(made.files[0], job_id="job_2")
    assert (await made.view(other)).description.endswith("coloured by secondary structure")


@pytest.mark.anyio
async def test_what_can_not_be_a_structure_is_refused(tmp_path: Path) -> None:
    made = await fetched(service(result("x.pdb")))
    wrong: Any = 5
    with pytest.raises(
        InvalidInput, match=r"a structure must be a file's name, a ResultFile or a pathlib.Path, got 5"
    ):
        await made.view(wrong)
    with pytest.raises(InvalidInput, match=r"can't read .*none.pdb"):
        await made.view(tmp_path / "none.pdb")
    (tmp_path / "x.pdb").write_bytes(b"PK\x03\x04")
    with pytest.raises(InvalidInput, match=r"^'.*x.pdb' is a zip archive"):
        await made.view(tmp_path / "x.pdb")
    with pytest.raises(InvalidInput, match=r"^'.*x.pdb' is a zip archive"):
        await made.view(superpose=tmp_path / "x.pdb")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("ten.fasta", ">a\nMKV\n", "its format is fasta"),
        ("x.py", "import os\n", "its format is unknown"),
        ("empty.pdb", "", "the file has no atoms"),
        ("x.pdb", "ATOM  damaged", "line 1: an atom's coordinates end"),
    ],
)
async def test_a_file_at_a_path_that_is_not_a_structure_is_named(
    name: str, text: str, why: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    made = await fetched(service(result("x.pdb"), tool=contract()))
    message = rf"^can't read '.*{name}' as a structure \(PDB, PDBQT, mmCIF, SDF, MOL2, XYZ\): {why}"
    for color in (None, "sasa", "chain"):
        with pytest.raises(InvalidInput, match=message):
            await made.view(path, color=color)
    with pytest.raises(InvalidInput, match=message):
        await made.view(superpose=path)


@pytest.mark.anyio
async def test_a_file_of_a_result_that_is_not_a_structure_is_shown_as_text_unless_more_is_asked_of_it() -> (
    None
):
    gone = refusal(404, "not_found")
    damaged = httpx.Response(200, content=b"REMARK\n")
    made = await fetched(Routes({RESULT: answer(result("x.pdb")), TOOL: gone, FILE: damaged}))
    assert (await made.view()).description == "x.pdb: shown as text"
    other = await fetched(service(result("y.pdb")))
    asked: Any
    for of, asked in ((made, {"color": "sasa"}), (made, {"superpose": other}), (other, {"superpose": made})):
        with pytest.raises(
            InvalidInput, match=r"^can't read 'x.pdb' as a structure .*: the file has no atoms"
        ):
            await of.view(**asked)


@pytest.mark.anyio
async def test_a_structure_is_recognized_under_the_name_of_another_format(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(STRUCTURE)
    made = await fetched(service(result("x.pdb"), tool=contract()))
    assert (await made.view(path)).description.startswith("x.csv: 1 chain, 76 residues")


@pytest.mark.anyio
async def test_a_path_as_text_is_not_a_file_of_the_result() -> None:
    made = await fetched(service(result("x.pdb", "x.pdb")))
    with pytest.raises(
        KeyError, match=r"no file '1ubq.pdb'; .* pass its path: view\(pathlib.Path\('1ubq.pdb'\)\)"
    ):
        await made.view("1ubq.pdb")


@pytest.mark.anyio
async def test_of_files_with_one_name_one_is_chosen_by_its_place() -> None:
    two = result("x.pdb", "x.pdb")
    two["files"][1]["content_type"] = "chemical/x-pdb"
    with pytest.raises(KeyError, match=r"files\[0\] or files\[1\]\"$"):
        await (await fetched(service(two))).view("x.pdb")


@pytest.mark.anyio
async def test_a_result_without_structures_says_what_it_has() -> None:
    made = await fetched(service(result("a.csv", "b.json")))
    with pytest.raises(InvalidInput, match=r"no structure file .*; its files: a.csv, b.json"):
        await made.view()


@pytest.mark.anyio
async def test_the_name_of_a_tool_is_not_its_contract(tmp_path: Path) -> None:
    made = await fetched(service(result("x.pdb")))
    tool: Any = "esmfold"
    with pytest.raises(InvalidInput, match=r"tool must be a Tool, such as client.tools.get\(id\) returns"):
        await made.view(tool=tool)
    with pytest.raises(InvalidInput, match="tool must be a Tool"):
        await made.report(tmp_path / "x.html", tool=tool)
    with pytest.raises(InvalidInput, match="tool must be a Tool"):
        made.to_arrow(tool=tool)
