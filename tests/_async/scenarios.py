"""What was recorded as cassettes: a scenario each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from proteiniq import AsyncProteinIQ, NotFound, ValidationError

from ..support import ALPHA, BETA, ENTRY, LYSOZYME, UBIQUITIN


async def account(client: AsyncProteinIQ) -> None:
    found = await client.account.get()
    assert found.workspace.id == "team_sandbox"
    assert found.api_key is not None
    assert found.api_key.prefix is not None


async def parameters(client: AsyncProteinIQ) -> None:
    result = await client.run("protein-parameters", {"protein": LYSOZYME + UBIQUITIN})
    lysozyme, ubiquitin = result.data["rows"]
    assert (lysozyme["extinction_reduced"], lysozyme["extinction_cystines"]) == (37470, 37970)
    assert ubiquitin["molecular_weight"] == pytest.approx(8564.8, abs=0.2)
    assert (await result.files["parameters.csv"].read()).count(b"\n") == 3


async def alignment(client: AsyncProteinIQ) -> None:
    result = await client.run("pairwise-alignment", {"query": ALPHA, "target": BETA})
    assert (result.data["score"], result.data["identities"], result.data["length"]) == (290.5, 63, 148)


async def library(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(LYSOZYME.encode(), filename="lysozyme.fasta")
    assert [each.id async for each in client.files.list(limit=1)] == [file.id]
    assert (await client.files.delete(file.id)).deleted


async def refusals(client: AsyncProteinIQ) -> None:
    with pytest.raises(NotFound):
        await client.tools.get("alphafold-9")
    with pytest.raises(ValidationError) as caught:
        await client.jobs.submit("protein-parameters", [{**ENTRY, "slotId": "nowhere"}])
    assert "input.inputs[0].slotId" in str(caught.value)


SCENARIOS: dict[str, Callable[[AsyncProteinIQ], Any]] = {
    "account": account,
    "parameters": parameters,
    "alignment": alignment,
    "library": library,
    "refusals": refusals,
}
