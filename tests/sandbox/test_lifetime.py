"""Start, stop, kill, and start again; the command line."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq.sandbox import Sandbox, SandboxError
from proteiniq.sandbox._store import Store

from .clients import Api, Json, body, generous, gone
from .commands import Address, command, refusal, run_python, served, wait_until_gone
from .fake_tools import ALL


def test_a_killed_sandbox_runs_its_jobs_again_with_the_same_key(tmp_path: Path) -> None:
    data, gate, pid = tmp_path / "data", tmp_path / "gate", tmp_path / "pid"
    with served(data, "--workers=1") as (process, api):
        key = api.key
        settings = {"gate": str(gate), "pid": str(pid)}
        done = api.run("priced")
        running = api.submit("waits", settings=settings)["id"]
        waiting = api.submit("plain")["id"]
        file_id = api.upload()["id"]
        api.until(running, progress=50)
        process.kill()
        process.wait()
        worker = int(pid.read_text())
    wait_until_gone(worker)
    with served(data, "--workers=1") as (_, api):
        assert api.key == key
        assert body(api.get(f"jobs/{done['id']}/status")) == done
        assert body(api.get(f"results/{done['id']}"))["files"]
        assert body(api.get(f"files/{file_id}"))["id"] == file_id
        again = api.until(running, progress=50)
        assert again["status"] == "PROCESSING"
        assert int(pid.read_text()) != worker
        gate.touch()
        assert api.ended(running)["status"] == "COMPLETED"
        assert api.ended(waiting)["status"] == "COMPLETED"
        assert api.credits() == 10_000 - 20 - 7


def test_a_job_fails_after_the_sandbox_has_died_three_times(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data) as (_, api):
        job_id = api.submit("waits")["id"]
        api.until(job_id, progress=50)
    for _ in range(2):
        with served(data) as (_, api):
            api.until(job_id, progress=50)
    with served(data) as (_, api):
        failed = api.ended(job_id)
        assert failed["status"] == "FAILED"
        assert failed["error"]["code"] == "interrupted"
        assert api.credits() == 10_000


def test_a_stop_leaves_running_jobs_for_the_next_start(tmp_path: Path) -> None:
    gate, pid = tmp_path / "gate", tmp_path / "pid"
    data = tmp_path / "data"
    with generous(data) as sandbox, Api(sandbox) as api:
        job_id = api.submit("waits", settings={"gate": str(gate), "pid": str(pid)})["id"]
        api.until(job_id, progress=50)
    assert gone(int(pid.read_text()))
    for _ in range(4):  # A stop doesn't count as a try, however often it happens.
        with generous(data) as sandbox, Api(sandbox) as api:
            api.until(job_id, progress=50)
    gate.touch()
    with generous(data) as sandbox, Api(sandbox) as api:
        assert api.ended(job_id)["status"] == "COMPLETED"


def test_a_stop_ends_all_processes_and_threads() -> None:
    threads = set(threading.enumerate())
    with generous() as sandbox, Api(sandbox) as api:
        for _ in range(3):
            api.submit("waits")
        api.until(body(api.get("jobs"))["data"][-1]["id"], progress=50)
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if children.exists():
        assert not [c for c in children.read_text().split() if is_worker(int(c))]
    assert not [t for t in set(threading.enumerate()) - threads if "proteiniq" in t.name]


def is_worker(pid: int) -> bool:
    """Whether a child of this process is a worker, or was one and has not been reaped."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        command_line = Path(f"/proc/{pid}/cmdline").read_bytes()
        return b"_worker" in command_line or gone(pid)
    return False


def test_a_stop_ends_open_streams(tmp_path: Path) -> None:
    sandbox = generous().start()
    with Api(sandbox) as api:
        events = api.events(api.submit("waits")["id"])
        next(events)
        stopper = threading.Thread(target=sandbox.stop)
        stopper.start()
        with contextlib.suppress(httpx.RemoteProtocolError):
            assert all(job["status"] in ("QUEUED", "PROCESSING") for job in events)
        stopper.join(timeout=5)
        assert not stopper.is_alive()


def test_a_temporary_folder_is_deleted_with_the_sandbox() -> None:
    with generous() as sandbox:
        data = sandbox.data
        assert (data / "sandbox.sqlite3").exists()
    assert not data.exists()


def test_a_sandbox_can_be_started_again_and_stopped_twice(tmp_path: Path) -> None:
    sandbox = generous(tmp_path)
    with sandbox:
        key = sandbox.api_key
        with pytest.raises(RuntimeError, match="is already running"):
            sandbox.start()
    sandbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = sandbox.url
    with sandbox, Api(sandbox) as api:
        assert sandbox.api_key == key
        assert api.run()["status"] == "COMPLETED"


def test_a_folder_can_be_used_by_one_sandbox_only(tmp_path: Path) -> None:
    with generous(tmp_path), pytest.raises(SandboxError, match="in use by another sandbox"):
        generous(tmp_path).start()
    with generous(tmp_path):
        pass


def test_unreferenced_content_is_removed_at_the_start(tmp_path: Path) -> None:
    orphan, draft = tmp_path / "blobs" / "ab" / "ab12", tmp_path / "blobs" / "drafts" / "x"
    for path in (orphan, draft):
        path.parent.mkdir(parents=True)
        path.touch()
    with generous(tmp_path):
        assert not orphan.exists()
        assert not draft.exists()


def test_a_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "sandbox.sqlite3")) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(SandboxError, match="another version"):
        generous(tmp_path).start()


def test_a_broken_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(SandboxError, match="cannot use the database"):
        generous(tmp_path).start()


def test_a_broken_database_is_closed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, made, connect = tmp_path / "sandbox.sqlite3", list[sqlite3.Connection](), sqlite3.connect
    path.write_bytes(b"no database" * 1000)

    def kept(*arguments: Any, **options: Any) -> sqlite3.Connection:
        made.append(connect(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(sqlite3, "connect", kept)
    with pytest.raises(SandboxError):
        Store(path)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].execute("SELECT 1")


def test_a_failed_start_leaves_port_and_folder_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"cannot listen on 127.0.0.1:{port}"):
            generous(tmp_path, port=port).start()
    with generous(tmp_path, port=port) as sandbox:
        assert sandbox.url.endswith(f":{port}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workers", 0),
        ("workers", 100_000),
        ("rate_limit", 0),
        ("credits", -1),
        ("credits", 10**20),
        ("max_concurrent_jobs", 0),
        ("daily_limit", -1),
        ("rate_window", 0),
        ("rate_window", float("nan")),
        ("url_lifetime", float("inf")),
        ("heartbeat", 0),
        ("job_read_interval", -1),
    ],
)
def test_an_invalid_parameter_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least"):
        Sandbox(**{name: value})  # type: ignore[arg-type]


@pytest.mark.case
def test_an_empty_path_is_not_the_current_folder() -> None:
    with pytest.raises(ValueError, match="data must be the path of a folder"):
        Sandbox("")


@pytest.mark.parametrize(
    "reference",
    ["", "nothing", "no.module:X", "proteiniq.sandbox.tools:Nothing", "proteiniq.sandbox:Sandbox"],
)
def test_an_invalid_tool_is_refused_by_name(reference: str) -> None:
    with pytest.raises(ValueError, match=f"'{reference}'"):
        Sandbox(tools=[reference])


def test_jobs_of_a_removed_tool_fail(tmp_path: Path) -> None:
    with generous(tmp_path, workers=1) as sandbox, Api(sandbox) as api:
        job_id = api.submit("waits")["id"]
        api.until(job_id, progress=50)
    with generous(tmp_path, tools=ALL[:1]) as sandbox, Api(sandbox) as api:
        assert api.ended(job_id)["error"]["code"] == "tool_unavailable"


def test_the_store_closes_every_connection(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.sqlite3")
    store.close()
    assert not (tmp_path / "x.sqlite3-wal").exists()


class TestCommand:
    def test_it_prints_the_lines_to_export_and_ends_cleanly(self, tmp_path: Path) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with command("--data", str(tmp_path)) as process:
                assert process.stdout is not None
                lines = [process.stdout.readline() for _ in range(3)]
                exported = dict(line.removeprefix("export ").strip().split("=") for line in lines[1:])
                account = httpx.get(
                    f"{exported['PROTEINIQ_BASE_URL']}/api/v1/account",
                    headers={"Authorization": f"Bearer {exported['PROTEINIQ_API_KEY']}"},
                )
                assert account.status_code == 200
                process.send_signal(number)
                out, err = process.communicate(timeout=30)
            assert (process.returncode, out, err) == (0, "", "")

    def test_it_has_the_documented_defaults(self, tmp_path: Path) -> None:
        with command("--json", "--data", str(tmp_path)) as process:
            assert process.stdout is not None
            started: Json = json.loads(process.stdout.readline())
            with Api(Address(**started)) as api:  # type: ignore[arg-type]
                limits = body(api.get("account"))["limits"]
            process.terminate()
        assert limits["public_api_rate_limit"] == {"limit": 120, "window_seconds": 60}
        assert limits["concurrent_jobs"]["max"] == 3

    @pytest.mark.parametrize("arguments", [("--tool", "nothing:X"), ("--heartbeat", "0")])
    def test_an_invalid_option_prints_one_line(self, arguments: tuple[str, str]) -> None:
        status, message = refusal(*arguments)
        assert status == 2
        assert message.startswith("error: ")
        assert message.count("\n") == 1

    def test_a_port_in_use_prints_one_line(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            status, message = refusal("--port", str(port))
        assert status == 2
        assert message == f"error: cannot listen on 127.0.0.1:{port}: Address already in use\n"

    def test_an_unusable_folder_prints_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        status, message = refusal("--data", str(tmp_path / "file" / "data"))
        assert status == 2
        assert message.startswith("error: cannot use the folder")
        assert message.count("\n") == 1

    def test_a_folder_in_use_prints_one_line(self, tmp_path: Path) -> None:
        with generous(tmp_path):
            status, message = refusal("--data", str(tmp_path))
        assert (status, message.count("\n")) == (2, 1)
        assert "in use by another sandbox" in message


def test_importing_the_package_does_not_load_the_server() -> None:
    code = "import sys, proteiniq.sandbox; print('starlette' in sys.modules, 'uvicorn' in sys.modules)"
    assert run_python(code) == "False False"


def test_the_sandbox_does_not_import_the_facade() -> None:
    code = """
import sys
from proteiniq.sandbox import Sandbox
ours = sorted(m for m in sys.modules if m.startswith("proteiniq"))
shared = ("proteiniq.sandbox", "proteiniq.contract", "proteiniq._text", "proteiniq._message_text")
print([m for m in ours if not m.startswith(shared)])
"""
    assert run_python(code) == "['proteiniq']"
