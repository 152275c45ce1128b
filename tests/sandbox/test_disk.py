"""What jobs leave on the disk, what happens when it is full, and who can read what is on it."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from proteiniq.sandbox import Sandbox, SandboxError, _space, _supervisor, _watch
from proteiniq.sandbox._blobs import Blobs
from proteiniq.sandbox._rows import Ending
from proteiniq.sandbox._runner import LocalRun
from proteiniq.sandbox._store import Store

from .clients import Api, body, code, error, generous, gone, job
from .commands import served, wait_until_gone
from .fake_tools import ALL, MESSY


def full(*_: object, **__: object) -> Any:
    """What SQLite raises on a full disk."""
    raised = sqlite3.OperationalError("database or disk is full")
    raised.sqlite_errorcode = sqlite3.SQLITE_FULL
    raise raised


def fails_once(monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> list[object]:
    """Let the first call of a method fail as on a full disk. The list has an item for each call that did."""
    whole: Callable[..., Any] = getattr(kind, name)
    failed: list[object] = []

    def method(self: object, *arguments: Any, **options: Any) -> Any:
        if failed:
            return whole(self, *arguments, **options)
        failed.append(self)
        return full()

    monkeypatch.setattr(kind, name, method)
    return failed


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_supervisor, "RETRY_S", 0.01)
    monkeypatch.setattr(_watch, "LOOK_S", 0.01)


@pytest.fixture
def alone() -> Iterator[Api]:
    """A sandbox of the test alone, with one worker."""
    with generous(workers=1, tools=(*ALL, *MESSY)) as sandbox, Api(sandbox) as api:
        yield api


def left(api: Api) -> list[str]:
    return sorted(path.name for path in (api.sandbox.data / "jobs").iterdir())


class TestFull:
    @pytest.mark.case
    @pytest.mark.parametrize("step", ["finish", "claim"])
    def test_a_job_ends_when_there_is_room_again(
        self, alone: Api, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        failed = fails_once(monkeypatch, Store, step)
        assert alone.run("talkative")["status"] == "COMPLETED"
        assert failed
        assert body(alone.get("account"))["limits"]["active_jobs"] == 0

    def test_a_stop_does_not_wait_for_room(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        finish = Store.finish
        with generous(tmp_path) as sandbox, Api(sandbox) as api:
            monkeypatch.setattr(Store, "finish", full)
            job_id = api.submit("plain")["id"]
            api.until(job_id, progress=50)
        monkeypatch.setattr(Store, "finish", finish)
        with generous(tmp_path) as sandbox, Api(sandbox) as api:
            assert api.ended(job_id)["status"] == "COMPLETED"

    @pytest.mark.case
    def test_an_end_that_can_never_be_written_fails_the_job(
        self, alone: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        finish = Store.finish

        def refuse(self: Store, job_id: str, ending: Ending, now: int) -> bool:
            if ending.status == "COMPLETED":
                raise ValueError("cannot be stored")
            return finish(self, job_id, ending, now)

        monkeypatch.setattr(Store, "finish", refuse)
        assert alone.run()["error"] == {
            "code": "internal_error",
            "message": "The job's end could not be stored.",
        }

    @pytest.mark.case
    def test_progress_that_cannot_be_written_does_not_end_the_job(
        self, alone: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failed = fails_once(monkeypatch, Store, "progress")
        assert alone.run()["status"] == "COMPLETED"
        assert failed

    @pytest.mark.case
    def test_a_job_that_cannot_be_watched_leaves_no_process(
        self, alone: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        poll, pid = LocalRun.poll, tmp_path / "pid"

        def fails_when_it_runs(self: LocalRun, timeout: float) -> Any:
            runs = pid.exists() and pid.read_text() != ""
            return full() if runs else poll(self, timeout)

        monkeypatch.setattr(LocalRun, "poll", fails_when_it_runs)
        failed = alone.run("waits", settings={"pid": str(pid)})
        assert failed["error"]["code"] == "out_of_space"
        assert gone(int(pid.read_text()))

    @pytest.mark.case
    def test_output_that_cannot_be_stored_is_not_left(
        self, alone: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft, calls = Blobs.draft, list[Path]()

        def second_fails(self: Blobs, source: Path) -> Any:
            calls.append(source)
            return full() if len(calls) == 2 else draft(self, source)

        monkeypatch.setattr(Blobs, "draft", second_fails)
        failed = alone.run("talkative")
        assert (failed["status"], failed["error"]["code"]) == ("FAILED", "out_of_space")
        assert (left(alone), len(calls)) == ([], 2)
        assert not [path for path in (alone.sandbox.data / "blobs").rglob("*") if path.is_file()]
        assert alone.run()["status"] == "COMPLETED"

    def test_a_request_reports_a_full_disk(self, alone: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Store, "submit", full)
        refused = alone.post("jobs", json=job())
        assert code(refused) == (500, "internal_error")
        assert "disk is full" in error(refused)["message"]


class TestBounds:
    @pytest.mark.parametrize("size", [2000, 4000])
    def test_a_job_that_writes_too_much_is_ended(self, size: int) -> None:
        with generous(workers=1, max_output_bytes=3500, tools=(*ALL, *MESSY)) as sandbox, Api(sandbox) as api:
            failed = api.run("writes", settings={"size": size})
            assert (failed["status"], failed["error"]["code"]) == ("FAILED", "output_too_large")
            assert "3500 bytes" in failed["error"]["message"]
            assert (left(api), api.credits()) == ([], 10_000)
            assert api.run()["status"] == "COMPLETED"

    def test_a_job_is_ended_when_the_disk_is_almost_full(
        self, alone: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        running = alone.submit("waits")["id"]
        alone.until(running, progress=50)
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=1 << 40, free=1 << 20))
        failed = alone.ended(running)
        assert (failed["status"], failed["error"]["code"]) == ("FAILED", "out_of_space")

    def test_what_has_no_room_is_not_stored(self, alone: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        # The reserve of a disk of 20 MB is 1 MB; output is copied in pieces of 1 MiB.
        usage = SimpleNamespace(total=20_000_000, free=1_500_000)
        monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
        assert alone.run("talkative")["error"]["code"] == "out_of_space"
        assert alone.run("plain")["status"] == "COMPLETED"
        refused = alone.post("files", files={"file": ("a.fasta", b"A" * 2_000_000)})
        assert code(refused) == (500, "internal_error")
        assert "disk is full" in error(refused)["message"]
        assert not list((alone.sandbox.data / "blobs" / "drafts").iterdir())

    def test_a_file_system_that_does_not_know_its_size_is_not_full(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=0, free=0))
        _space.check_room(tmp_path, 1000)

    def test_a_file_that_goes_while_it_is_measured_counts_no_more(self, tmp_path: Path) -> None:
        assert sum(_space._sizes(tmp_path / "gone")) == 0


class TestLeftovers:
    @pytest.mark.parametrize("settings", [{"how": "raise"}, {"how": "exit"}, {"how": "partial"}])
    def test_a_job_that_failed_leaves_no_folder(self, alone: Api, settings: dict[str, str]) -> None:
        assert alone.run("fails", settings=settings)["status"] == "FAILED"
        assert left(alone) == []

    @pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
    def test_a_process_that_left_its_group_ends_with_the_job(self, alone: Api, tmp_path: Path) -> None:
        gate, child = tmp_path / "gate", tmp_path / "child"
        gate.touch()
        ended = alone.run("leaves", settings={"gate": str(gate), "child": str(child)})
        assert ended["status"] == "COMPLETED"
        wait_until_gone(int(child.read_text()))

    @pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
    def test_what_a_killed_sandbox_left_is_gone_after_the_next_start(self, tmp_path: Path) -> None:
        data, gate, pid, child = (tmp_path / name for name in ("data", "gate", "pid", "child"))
        with served(data, *(f"--tool={tool}" for tool in MESSY)) as (_, api):
            settings = {"gate": str(gate), "pid": str(pid), "child": str(child)}
            job_id = api.submit("leaves", settings=settings)["id"]
            api.until(job_id, progress=50)
            orphan = int(child.read_text())
            # The job would end with the sandbox, and the orphan with it.
            os.kill(int(pid.read_text()), signal.SIGSTOP)
        assert not gone(orphan)
        (data / "jobs" / "job_of_yesterday" / "out").mkdir(parents=True)
        gate.touch()
        with generous(data, tools=MESSY) as sandbox, Api(sandbox) as api:
            wait_until_gone(orphan)
            assert api.ended(job_id)["status"] == "COMPLETED"
            assert left(api) == []


def test_a_temporary_folder_of_a_sandbox_that_died_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    abandoned, kept, other = (tmp_path / f"proteiniq-{name}" for name in ("x", "of-a-user", "notes"))
    with generous(kept) as sandbox:
        key = sandbox.api_key
    (abandoned / "jobs").mkdir(parents=True)
    for name in ("lock", "temporary"):
        (abandoned / name).touch()
    other.mkdir()
    (tmp_path / "proteiniq-link").symlink_to(abandoned)
    with generous() as first, generous() as second:
        there = {first.data.name, second.data.name, kept.name, other.name, "proteiniq-link"}
        assert {path.name for path in tmp_path.iterdir()} == there
    with generous(kept) as sandbox:
        assert sandbox.api_key == key


def test_a_key_file_that_was_replaced_replaces_the_key(tmp_path: Path) -> None:
    with generous(tmp_path) as sandbox:
        old = sandbox.api_key
    new = old[:-4] + "abcd"
    (tmp_path / "api_key").write_text(new + "\n")
    with generous(tmp_path) as sandbox, Api(sandbox) as api, Api(sandbox, old) as former:
        assert (api.get("account").status_code, former.get("account").status_code) == (200, 401)


def modes(folder: Path) -> dict[str, int]:
    return {
        str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode)
        for path in [folder, *folder.rglob("*")]
    }


@contextlib.contextmanager
def permissive() -> Iterator[None]:
    """The usual file mode creation mask, with which others may read."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


class TestAccess:
    @pytest.mark.case
    def test_only_the_owner_can_read_what_is_in_the_folder(self, tmp_path: Path) -> None:
        with permissive(), generous(tmp_path / "data") as sandbox, Api(sandbox) as api:
            running = api.submit("waits")["id"]
            api.until(running, progress=50)
            api.run("plain")
            api.upload()
            found = modes(sandbox.data)
        assert {"blobs/drafts", f"jobs/{running}/out", f"jobs/{running}/log", "api_key", "lock"} <= set(found)
        assert {name: oct(mode) for name, mode in found.items() if mode & 0o077} == {}

    def test_a_folder_of_an_older_version_is_closed_to_others(self, tmp_path: Path) -> None:
        with generous(tmp_path):
            pass
        for path in [tmp_path, *tmp_path.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        with generous(tmp_path):
            assert {
                name: mode for name, mode in modes(tmp_path).items() if mode & 0o077 and "/" not in name
            } == {}

    def test_the_access_to_a_folder_with_other_content_is_not_changed(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.tex").touch()
        tmp_path.chmod(0o755)
        with generous(tmp_path):
            found = modes(tmp_path)
        assert (found["."], found["sandbox.sqlite3"], found["jobs"]) == (0o755, 0o600, 0o700)

    @pytest.mark.parametrize("name", ["api_key", "url_secret"])
    @pytest.mark.parametrize(
        ("content", "problem"),
        [(b"", "is empty"), (b"\n \n", "does not contain"), (b"\xff\xfe", "does not contain")],
    )
    def test_a_key_file_without_a_key_is_refused_by_name(
        self, tmp_path: Path, name: str, content: bytes, problem: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SandboxError, match=f"{name} {problem}.* delete it to get a new one"):
            generous(tmp_path).start()
        (tmp_path / name).unlink()
        with generous(tmp_path):
            pass

    def test_a_key_file_with_another_text_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "api_key").write_text("hunter2")
        with pytest.raises(SandboxError, match="api_key does not contain an API key") as raised:
            generous(tmp_path).start()
        assert "hunter2" not in str(raised.value)

    def test_a_key_file_that_cannot_be_read_is_refused_by_name(self, tmp_path: Path) -> None:
        (tmp_path / "api_key").mkdir()  # Root reads any file, but not a folder as a file.
        with pytest.raises(SandboxError, match=r"api_key: Is a directory\. Make it readable .* or delete it"):
            generous(tmp_path).start()

    @pytest.mark.parametrize("name", ["jobs", "blobs", "lock", "sandbox.sqlite3"])
    def test_a_folder_whose_parts_cannot_be_used_is_refused(self, tmp_path: Path, name: str) -> None:
        part = tmp_path / name
        part.touch() if name in ("jobs", "blobs") else part.mkdir()
        with pytest.raises(SandboxError, match="cannot use the folder"):
            Sandbox(tmp_path).start()

    def test_a_start_on_a_full_disk_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Store, "add_workspace", full)
        with pytest.raises(SandboxError, match="disk is full"):
            Sandbox(tmp_path).start()
