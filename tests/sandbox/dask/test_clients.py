"""Clients work against a cluster as they do against one machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proteiniq import ProteinIQ
from proteiniq.sandbox import Sandbox

from ...cli.program import Program
from ...support import FastClock
from ..clients import Api, body
from .cluster import Cluster, sandbox_on, until


def test_a_batch_saves_the_result_of_each_item(on_cluster: Sandbox, api: Api, tmp_path: Path) -> None:
    sequences = {f"s{number}": f"M{'K' * number}" for number in range(1, 7)}
    with ProteinIQ(api.key, base_url=on_cluster.url, clock=FastClock()) as client:
        batch = client.batch("plain", list(sequences.items()), tmp_path / "batch")
        ended = list(batch)
    assert {item.id: item.status for item in ended} == dict.fromkeys(sequences, "done")
    for item in ended:
        folder = tmp_path / "batch" / str(item.folder)
        text = (folder / "files" / "copy.txt").read_text()
        assert sequences[item.id] in text
        assert json.loads((folder / "result.json").read_text())["results"] == {"length": len(text)}


def test_the_doctor_shows_how_many_jobs_the_cluster_takes(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox_on(cluster, max_concurrent_jobs=None) as sandbox, Api(sandbox) as api:
        until(lambda: body(api.get("account"))["limits"]["concurrent_jobs"]["max"] == 4)
        environment = {
            "PROTEINIQ_API_KEY": sandbox.api_key,
            "PROTEINIQ_BASE_URL": sandbox.url,
            "XDG_CONFIG_HOME": str(tmp_path),
        }
        findings = {row["check"]: row["finding"] for row in Program(monkeypatch, environment)("doctor").rows}
    assert findings["slots"] == "4 of 4 job slots are free"
