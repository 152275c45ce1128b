# Generated from tests/_async/scenarios.py by scripts/unasync.py. Edit that file instead.

"""What was recorded as cassettes: a scenario each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from proteiniq import NotFound, ProteinIQ, ValidationError

from ..support import ALPHA, BETA, ENTRY, LYSOZYME, UBIQUITIN


def account(client: ProteinIQ) -> None:
    found = client.account.get()
    assert found.workspace.id == "team_sandbox"
    assert found.api_key is not None
    assert found.api_key.prefix is not None


def parameters(client: ProteinIQ) -> None:
    result = client.run("protein-parameters", {"protein": LYSOZYME + UBIQUITIN})
    lysozyme, ubiquitin = result.data["rows"]
    assert (lysozyme["extinction_reduced"], lysozyme["extinction_cystines"]) == (37470, 37970)
    assert ubiquitin["molecular_weight"] == pytest.approx(8564.8, abs=0.2)
    assert (result.files["parameters.csv"].read()).count(b"\n") == 3


def alignment(client: ProteinIQ) -> None:
    result = client.run("pairwise-alignment", {"query": ALPHA, "target": BETA})
    assert (result.data["score"], result.data["identities"], result.data["length"]) == (290.5, 63, 148)


def library(client: ProteinIQ) -> None:
    file = client.files.upload(LYSOZYME.encode(), filename="lysozyme.fasta")
    assert [each.id for each in client.files.list(limit=1)] == [file.id]
    assert (client.files.delete(file.id)).deleted


def refusals(client: ProteinIQ) -> None:
    with pytest.raises(NotFound):
        client.tools.get("alphafold-9")
    with pytest.raises(ValidationError) as caught:
        client.jobs.submit("protein-parameters", [{**ENTRY, "slotId": "nowhere"}])
    assert "input.inputs[0].slotId" in str(caught.value)


SCENARIOS: dict[str, Callable[[ProteinIQ], Any]] = {
    "account": account,
    "parameters": parameters,
    "alignment": alignment,
    "library": library,
    "refusals": refusals,
}
