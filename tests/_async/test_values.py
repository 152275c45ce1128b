"""Known values, through the whole way: client, HTTP, service, process, tool, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proteiniq import AsyncProteinIQ

from ..support import ALPHA, BETA, LYSOZYME, REFERENCE, UBIQUITIN


@pytest.mark.once
@pytest.mark.anyio
async def test_the_extinction_coefficients_of_lysozyme(client: AsyncProteinIQ) -> None:
    result = await client.run("protein-parameters", {"protein": LYSOZYME})
    (row,) = result.data["rows"]
    assert (row["length"], row["extinction_reduced"], row["extinction_cystines"]) == (129, 37470, 37970)


@pytest.mark.once
@pytest.mark.anyio
async def test_the_mass_of_ubiquitin(client: AsyncProteinIQ) -> None:
    result = await client.run("protein-parameters", {"protein": UBIQUITIN})
    (row,) = result.data["rows"]
    assert row["length"] == 76
    assert row["molecular_weight"] == pytest.approx(8564.8, abs=0.2)


@pytest.mark.once
@pytest.mark.anyio
async def test_the_alignment_of_the_haemoglobins_is_that_of_emboss(client: AsyncProteinIQ) -> None:
    result = await client.run(
        "pairwise-alignment",
        {"query": ALPHA, "target": BETA},
        settings={"matrix": "BLOSUM62", "gap_open": 10, "gap_extend": 0.5, "end_gaps": "free"},
    )
    assert (result.data["score"], result.data["identities"], result.data["length"]) == (290.5, 63, 148)
    expected = json.loads((REFERENCE / "emboss.json").read_text())["alignments"][0]
    assert (expected["query"], expected["target"]) == ("P69905", "P68871")
    assert result.data["similarities"] == expected["global_free"]["similarities"]
    assert [result.data["query"]["aligned"], result.data["target"]["aligned"]] == expected["global_free"][
        "aligned"
    ]


@pytest.mark.once
@pytest.mark.anyio
async def test_the_alignment_is_a_file_too(client: AsyncProteinIQ, tmp_path: Path) -> None:
    result = await client.run("pairwise-alignment", {"query": ALPHA, "target": BETA})
    saved = await result.files["alignment.txt"].save(tmp_path)
    assert "290.5" in saved.read_text()


@pytest.mark.once
@pytest.mark.anyio
async def test_several_sequences_in_one_input_give_several_rows(client: AsyncProteinIQ) -> None:
    result = await client.run("protein-parameters", {"protein": LYSOZYME + UBIQUITIN + ALPHA})
    assert [row["length"] for row in result.data["rows"]] == [129, 76, 141]


@pytest.mark.once
@pytest.mark.anyio
async def test_every_tool_has_a_contract_that_fits(client: AsyncProteinIQ) -> None:
    tools = [await client.tools.get(tool.id) async for tool in client.tools.list()]
    assert {"protein-parameters", "isoelectric-point-calculator", "pairwise-alignment"} <= {
        t.id for t in tools
    }
    for tool in tools:
        assert tool.slots
        assert tool.outputs
        assert tool.results
        assert tool.credit_model is not None
        assert not set(tool.extra) - {"object", "processing", "limits"}, tool.id
