# Generated from tests/_async/test_inputs.py by scripts/unasync.py. Edit that file instead.

"""What users have in hand, as input of a job that the sandbox really runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord

from proteiniq import ProteinIQ
from proteiniq.hooks import AttemptDetails
from proteiniq.sandbox import Sandbox

from ..support import ENTRY, LYSOZYME, UBIQUITIN
from .clients import connect


def lengths(client: ProteinIQ, value: Any) -> list[int]:
    """How long the sequences are that the tool saw in its slot `protein`."""
    result = client.run("protein-parameters", {"protein": value})
    return [row["length"] for row in result.data["rows"]]


def test_a_path(client: ProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "two.fasta"
    path.write_text(LYSOZYME + UBIQUITIN)
    assert lengths(client, path) == [129, 76]


def test_an_uploaded_file(client: ProteinIQ) -> None:
    file = client.files.upload(LYSOZYME.encode(), filename="lysozyme.fasta")
    assert lengths(client, file) == [129]


def test_a_list_of_several_kinds_is_one_input(client: ProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "ubiquitin.fasta"
    path.write_text(UBIQUITIN)
    assert lengths(client, [LYSOZYME, path, b"MKV", SeqRecord(Seq("MKVAA"), id="mine")]) == [
        129,
        76,
        3,
        5,
    ]


def test_a_tool_that_was_fetched_before_needs_no_other_request(sandbox: Sandbox, key: str) -> None:
    attempts: list[AttemptDetails] = []
    with connect(sandbox, key, hooks=[attempts.append]) as client:
        tool = client.tools.get("translate")
        result = client.run(tool, {tool.slots[0].id: ">dna\nATGAAAGTTTAA\n"})
    assert result.tool == "translate"
    assert [each.operation for each in attempts].count("get_tool") == 1
