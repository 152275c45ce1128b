"""What users have in hand, as input of a job that the sandbox really runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord

from proteiniq import AsyncProteinIQ
from proteiniq.hooks import AttemptDetails
from proteiniq.sandbox import Sandbox

from ..support import ENTRY, LYSOZYME, UBIQUITIN
from .clients import connect


async def lengths(client: AsyncProteinIQ, value: Any) -> list[int]:
    """How long the sequences are that the tool saw in its slot `protein`."""
    result = await client.run("protein-parameters", {"protein": value})
    return [row["length"] for row in result.data["rows"]]


@pytest.mark.once
@pytest.mark.anyio
async def test_text(client: AsyncProteinIQ) -> None:
    assert await lengths(client, LYSOZYME) == [129]


@pytest.mark.anyio
async def test_a_path(client: AsyncProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "two.fasta"
    path.write_text(LYSOZYME + UBIQUITIN)
    assert await lengths(client, path) == [129, 76]


@pytest.mark.anyio
async def test_an_uploaded_file(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(LYSOZYME.encode(), filename="lysozyme.fasta")
    assert await lengths(client, file) == [129]


@pytest.mark.anyio
async def test_a_list_of_several_kinds_is_one_input(client: AsyncProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "ubiquitin.fasta"
    path.write_text(UBIQUITIN)
    assert await lengths(client, [LYSOZYME, path, b"MKV", SeqRecord(Seq("MKVAA"), id="mine")]) == [
        129,
        76,
        3,
        5,
    ]


@pytest.mark.once
@pytest.mark.anyio
async def test_full_api_entries_are_taken_as_they_are(client: AsyncProteinIQ) -> None:
    result = await client.run("protein-parameters", [ENTRY])
    assert [row["id"] for row in result.data["rows"]] == ["a"]


@pytest.mark.once
@pytest.mark.anyio
async def test_the_input_of_a_documented_body_is_taken_as_it_is(client: AsyncProteinIQ) -> None:
    result = await client.run("protein-parameters", {"inputs": [ENTRY]})
    assert [row["id"] for row in result.data["rows"]] == ["a"]


@pytest.mark.anyio
async def test_a_tool_that_was_fetched_before_needs_no_other_request(sandbox: Sandbox, key: str) -> None:
    attempts: list[AttemptDetails] = []
    async with connect(sandbox, key, hooks=[attempts.append]) as client:
        tool = await client.tools.get("translate")
        result = await client.run(tool, {tool.slots[0].id: ">dna\nATGAAAGTTTAA\n"})
    assert result.tool == "translate"
    assert [each.operation for each in attempts].count("get_tool") == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_the_arguments_may_change_once_submit_has_returned(client: AsyncProteinIQ) -> None:
    entries = [{**ENTRY, "source": {"type": "text"}}]
    job = await client.jobs.submit("protein-parameters", entries)
    entries[0]["source"] = {"type": "nonsense"}
    entries.clear()
    assert (await job.wait()).status == "COMPLETED"


@pytest.mark.once
@pytest.mark.anyio
async def test_a_job_without_a_name_is_called_by_its_input(client: AsyncProteinIQ) -> None:
    job = await client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    assert job.name == "protein-parameters P00698"


@pytest.mark.once
@pytest.mark.anyio
async def test_settings_reach_the_tool(client: AsyncProteinIQ) -> None:
    quiet = await client.run("peptide-digest", {"protein": LYSOZYME}, {"missed_cleavages": 0})
    chatty = await client.run("peptide-digest", {"protein": LYSOZYME}, {"missed_cleavages": 2})
    assert len(chatty.data["rows"]) > len(quiet.data["rows"])
