# Generated from tests/_async/test_values.py by scripts/unasync.py. Edit that file instead.

"""Known values, through the whole way: client, HTTP, service, process, tool, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proteiniq import ProteinIQ

from ..support import ALPHA, BETA, LYSOZYME, REFERENCE, UBIQUITIN


def test_the_extinction_coefficients_of_lysozyme(client: ProteinIQ) -> None:
    result = client.run("protein-parameters", {"protein": LYSOZYME})
    (row,) = result.data["rows"]
    assert (row["length"], row["extinction_reduced"], row["extinction_cystines"]) == (129, 37470, 37970)


def test_the_mass_of_ubiquitin(client: ProteinIQ) -> None:
    result = client.run("protein-parameters", {"protein": UBIQUITIN})
    (row,) = result.data["rows"]
    assert row["length"] == 76
    assert row["molecular_weight"] == pytest.approx(8564.8, abs=0.2)


def test_the_alignment_of_the_haemoglobins_is_that_of_emboss(client: ProteinIQ) -> None:
    result = client.run(
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


def test_the_alignment_is_a_file_too(client: ProteinIQ, tmp_path: Path) -> None:
    result = client.run("pairwise-alignment", {"query": ALPHA, "target": BETA})
    saved = result.files["alignment.txt"].save(tmp_path)
    assert "290.5" in saved.read_text()


def test_several_sequences_in_one_input_give_several_rows(client: ProteinIQ) -> None:
    result = client.run("protein-parameters", {"protein": LYSOZYME + UBIQUITIN + ALPHA})
    assert [row["length"] for row in result.data["rows"]] == [129, 76, 141]


def test_every_tool_has_a_contract_that_fits(client: ProteinIQ) -> None:
    tools = [client.tools.get(tool.id) for tool in client.tools.list()]
    assert {"protein-parameters", "isoelectric-point-calculator", "pairwise-alignment"} <= {
        t.id for t in tools
    }
    for tool in tools:
        assert tool.slots
        assert tool.outputs
        assert tool.results
        assert tool.credit_model is not None
        assert not set(tool.extra) - {"object", "processing", "limits"}, tool.id
