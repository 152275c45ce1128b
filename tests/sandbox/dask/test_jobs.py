"""Jobs on a cluster end as they do on one machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from ..clients import Api, body, gone
from ..commands import wait_until_gone
from ..fake_tools import Talkative
from .cluster import Cluster, sandbox_on, until


def test_result_and_files_come_back(api: Api) -> None:
    done = api.run("priced")
    assert (done["status"], done["credits_used"]) == ("COMPLETED", 20)
    result = body(api.get(f"results/{done['id']}"))
    assert result["results"] == {"length": 6}
    (file,) = result["files"]
    assert httpx.get(file["url"]).text == ">a\nMK\n"


def test_a_file_of_several_pieces_is_whole(api: Api) -> None:
    done = api.run("talkative")
    files = {file["name"]: file for file in body(api.get(f"results/{done['id']}"))["files"]}
    assert list(files) == ["big.bin", "extra é.csv"]
    content = httpx.get(files["big.bin"]["url"]).content
    assert content == bytes(range(256)) * (Talkative.SIZE // 256 + 1)


@pytest.mark.parametrize(
    ("tool", "settings", "status", "code", "message"),
    [
        ("fails", {"how": "raise"}, "FAILED", "tool_error", "ValueError: cannot read copy.txt"),
        ("fails", {"how": "exit"}, "FAILED", "crashed", "exit code 7. Last line of its log: no licence in"),
        ("fails", {"how": "nothing"}, "FAILED", "output_missing", "copy.txt"),
        ("writes", {"size": 5_000_000}, "FAILED", "output_too_large", "8000000 bytes"),
        ("hoards", {"mebibytes": 400, "how": "child"}, "FAILED", "out_of_memory", "300 MiB"),
    ],
)
def test_a_failure_is_that_of_one_machine(
    api: Api, tool: str, settings: dict[str, Any], status: str, code: str, message: str
) -> None:
    before = api.credits()
    failed = api.run(tool, settings=settings)
    assert (failed["status"], failed["error"]["code"]) == (status, code)
    assert message in failed["error"]["message"]
    assert api.credits() == before


def test_a_job_that_runs_too_long_leaves_no_process(api: Api, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    ended = api.run("endless", settings={"pid": str(pid)})
    assert (ended["status"], ended["error"]["code"]) == ("TIMEOUT", "timeout")
    assert all(gone(int(number)) for number in pid.read_text().split())


def test_jobs_wait_while_the_cluster_is_full(api: Api, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    running = [api.submit("waits", settings={"gate": str(gate)})["id"] for _ in range(2)]
    for job_id in running:
        api.until(job_id, progress=50)
    waiting = api.submit("plain")["id"]
    assert body(api.get(f"jobs/{waiting}/status"))["status"] == "QUEUED"
    gate.touch()
    assert [api.ended(job_id)["status"] for job_id in (*running, waiting)] == ["COMPLETED"] * 3


def test_a_job_that_is_killed_leaves_no_process_and_frees_its_worker(
    cluster: Cluster, tmp_path: Path
) -> None:
    pid, child = tmp_path / "pid", tmp_path / "child"
    with sandbox_on(cluster) as sandbox, Api(sandbox) as api:
        job_id = api.submit("leaves", settings={"pid": str(pid), "child": str(child)})["id"]
        api.until(job_id, progress=50)
        sandbox.reset()
        for file in (pid, child):
            wait_until_gone(int(file.read_text()))
        assert [api.run()["status"] for _ in range(2)] == ["COMPLETED"] * 2
    until(
        lambda: (
            not list((cluster.folder / "dask-scratch-space" / f"proteiniq-jobs-{os.getuid()}").glob("*/*"))
        )
    )


def test_the_log_of_a_running_job_comes_while_it_runs(cluster: Cluster) -> None:
    with sandbox_on(cluster) as sandbox, Api(sandbox) as api:
        job_id = api.submit("writes", settings={"size": 1000})["id"]
        log = sandbox.data / "jobs" / job_id / "log"
        until(lambda: log.exists() and log.read_bytes() == b"x" * 1000)


def test_the_account_shows_the_size_of_the_cluster(cluster: Cluster) -> None:
    with sandbox_on(cluster, max_concurrent_jobs=None) as sandbox, Api(sandbox) as api:
        until(lambda: body(api.get("account"))["limits"]["concurrent_jobs"]["max"] == 4)


def test_files_come_through_a_storage_and_leave_nothing_there(cluster: Cluster, tmp_path: Path) -> None:
    storage = tmp_path / "storage"
    with sandbox_on(cluster, storage=str(storage)) as sandbox, Api(sandbox) as api:
        done = api.run("talkative")
        assert len(body(api.get(f"results/{done['id']}"))["files"]) == 2
        assert [path for path in storage.rglob("*") if path.is_file()] == []
        assert [path.name for path in storage.iterdir()] != []


def test_a_worker_that_is_reached_through_the_scheduler_serves_too(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(self: object, client: object) -> bool:
        return False

    monkeypatch.setattr("proteiniq.sandbox._dask.link.Link._is_reachable", never)
    with sandbox_on(cluster) as sandbox, Api(sandbox) as api:
        assert api.run("talkative")["status"] == "COMPLETED"


def test_a_file_that_is_damaged_on_the_way_is_brought_again(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    from proteiniq.sandbox._dask.link import Link

    call, damaged = Link.call, list[str]()

    async def once(self: Link, what: str, **arguments: Any) -> Any:
        found = await call(self, what, **arguments)
        if what == "piece" and not damaged:
            damaged.append(arguments["name"])
            return bytes(len(found))
        return found

    monkeypatch.setattr(Link, "call", once)
    with sandbox_on(cluster) as sandbox, Api(sandbox) as api:
        done = api.run("talkative")
        files = {file["name"]: file for file in body(api.get(f"results/{done['id']}"))["files"]}
        content = httpx.get(files["big.bin"]["url"]).content
    assert content == bytes(range(256)) * (Talkative.SIZE // 256 + 1)
    assert damaged == ["out/big.bin"]
