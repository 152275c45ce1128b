# Generated from tests/_async/test_inputs.py by scripts/unasync.py. Edit that file instead.

"""What users have in hand, as input of a job that the sandbox really runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord

from proteiniq import ProteinIQ

from ..support import ENTRY, LYSOZYME, UBIQUITIN


def lengths(client: ProteinIQ, value: Any) -> list[int]:
    """How long the sequences are that the tool saw in its slot `protein`."""
    result = client.run("protein-parameters", {"protein": value})
    return [row["length"] for row in result.data["rows"]]


def test_text(client: ProteinIQ) -> None:
    assert lengths(client, LYSOZYME) == [129]


def test_text_without_a_header(client: ProteinIQ) -> None:
    assert lengths(client, "MKV") == [3]


def test_bytes(client: ProteinIQ) -> None:
    assert lengths(client, UBIQUITIN.encode()) == [76]


def test_a_path(client: ProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "two.fasta"
    path.write_text(LYSOZYME + UBIQUITIN)
    assert lengths(client, path) == [129, 76]


def test_an_uploaded_file(client: ProteinIQ) -> None:
    file = client.files.upload(LYSOZYME.encode(), filename="lysozyme.fasta")
    assert lengths(client, file) == [129]


def test_a_biopython_record(client: ProteinIQ) -> None:
    assert lengths(client, SeqRecord(Seq("MKVAA"), id="mine")) == [5]


def test_a_biopython_sequence(client: ProteinIQ) -> None:
    assert lengths(client, Seq("MKVA")) == [4]


def test_a_list_of_several_kinds_is_one_input(client: ProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "ubiquitin.fasta"
    path.write_text(UBIQUITIN)
    assert lengths(client, [LYSOZYME, path, b"MKV", SeqRecord(Seq("MKVAA"), id="mine")]) == [
        129,
        76,
        3,
        5,
    ]


def test_full_api_entries_are_taken_as_they_are(client: ProteinIQ) -> None:
    result = client.run("protein-parameters", [ENTRY])
    assert [row["id"] for row in result.data["rows"]] == ["a"]


def test_the_input_of_a_documented_body_is_taken_as_it_is(client: ProteinIQ) -> None:
    result = client.run("protein-parameters", {"inputs": [ENTRY]})
    assert [row["id"] for row in result.data["rows"]] == ["a"]


def test_a_tool_that_was_fetched_before_needs_no_other_request(client: ProteinIQ) -> None:
    tool = client.tools.get("translate")
    result = client.run(tool, {tool.slots[0].id: ">dna\nATGAAAGTTTAA\n"})
    assert result.tool == "translate"


def test_the_arguments_may_change_once_submit_has_returned(client: ProteinIQ) -> None:
    entries = [{**ENTRY, "source": {"type": "text"}}]
    job = client.jobs.submit("protein-parameters", entries)
    entries[0]["source"] = {"type": "nonsense"}
    entries.clear()
    assert (job.wait()).status == "COMPLETED"


def test_a_job_without_a_name_is_called_by_its_input(client: ProteinIQ) -> None:
    job = client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    assert job.name == "protein-parameters P00698"


def test_settings_reach_the_tool(client: ProteinIQ) -> None:
    quiet = client.run("peptide-digest", {"protein": LYSOZYME}, {"missed_cleavages": 0})
    chatty = client.run("peptide-digest", {"protein": LYSOZYME}, {"missed_cleavages": 2})
    assert len(chatty.data["rows"]) > len(quiet.data["rows"])
