"""Jobs of the structure tools, submitted through HTTP, and what other programs give for the same structures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import httpx

from ...structures import entry
from ..clients import Api, Json, body

REFERENCE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "reference" / "structures.json").read_text(encoding="utf-8")
)
"""Values of FreeSASA and DSSP, by program and entry."""


@attrs.frozen
class Done:
    """A completed job: its result document, and the texts of its files by name."""

    results: Json
    files: dict[str, str]


def structure(slot: str, name: str) -> Json:
    """An input entry with a structure of `tests/data/structures`."""
    return {"slotId": slot, "kind": "structure", "format": name.rpartition(".")[2], "content": entry(name)}


def submission(tool: str, entries: Iterable[Json], settings: Json) -> Json:
    inputs = [{"id": f"e{n}", "source": {"type": "text"}} | each for n, each in enumerate(entries)]
    return {"tool": tool, "name": "a job", "input": {"inputs": inputs}, "settings": settings}


def run(api: Api, tool: str, *entries: Json, **settings: Any) -> Done:
    response = api.post("jobs", json=submission(tool, entries, settings))
    assert response.status_code == 201, response.text
    job = api.ended(body(response)["id"])
    assert job["status"] == "COMPLETED", job["error"]
    result = body(api.get(f"results/{job['id']}"))
    files = {file["name"]: httpx.get(file["url"]).text for file in result["files"]}
    return Done(result["results"], files)


def refusal(api: Api, tool: str, *entries: Json, **settings: Any) -> str:
    """The first problem of a submission that is refused before a job is created."""
    response = api.post("jobs", json=submission(tool, entries, settings))
    assert response.status_code == 400, response.text
    message: str = body(response)["error"]["details"]["issues"][0]["message"]
    assert body(api.get("jobs"))["data"] == []
    return message
