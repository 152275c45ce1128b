"""Jobs that are recorded, and served again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proteiniq import JobFailed, ProteinIQ, ValidationError, WaitTimeout
from proteiniq.sandbox import SandboxError
from proteiniq.sandbox._recordings import Recordings, canonical, differences
from proteiniq.testing import Recorder, Sandbox
from proteiniq.testing._recorder import _write

from .. import tools
from ..support import ENTRY

SEQUENCE = ">a\nMKVLAA\n"
ESMFOLD = f"{tools.__name__}:Esmfold"


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    """What is recorded: it stands for the real service."""
    with Sandbox(tools=(ESMFOLD, *tools.ALL)) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture(autouse=True)
def clean(service: Sandbox) -> Iterator[None]:
    yield
    service.reset()


@pytest.fixture
def recorder(service: Sandbox, folder: Path) -> Iterator[Recorder]:
    with service.client() as client:
        yield Recorder(client, folder)


def one_job(folder: Path, tool: str = "esmfold") -> dict[str, Any]:
    (path,) = [path for path in (folder / tool).glob("*.json") if path.name != "tool.json"]
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def change(folder: Path, **parts: Any) -> None:
    """Change parts of the only recording."""
    (path,) = [path for path in (folder / "esmfold").glob("*.json") if path.name != "tool.json"]
    path.write_text(json.dumps({**json.loads(path.read_text()), **parts}))


class TestRecord:
    def test_a_folder_that_cannot_be_written_is_found_before_a_job_is_paid_for(
        self, service: Sandbox, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        with service.client() as client:
            with pytest.raises(FileExistsError), Recorder(client, tmp_path / "file"):
                client.jobs.submit("esmfold", {"protein": SEQUENCE})
            assert client.jobs.list().first() is None

    def test_a_run_returns_its_result_and_keeps_all_of_it(self, recorder: Recorder, folder: Path) -> None:
        result = recorder.run("esmfold", {"protein": SEQUENCE}, timeout=60)
        kept = one_job(folder)
        assert kept["schema"] == "proteiniq-recording/1"
        assert kept["submission"]["input"]["inputs"][0]["content"] == SEQUENCE
        assert (kept["job"]["id"], kept["job"]["status"]) == (result.job_id, "COMPLETED")
        assert [each["name"] for each in kept["result"]["files"]] == ["prediction.pdb"]
        (file,) = (folder / "esmfold").glob("*/prediction.pdb")
        assert file.read_bytes() == result.files["prediction.pdb"].read()
        assert json.loads((folder / "esmfold" / "tool.json").read_text())["tool"]["id"] == "esmfold"

    @pytest.mark.case
    def test_a_job_that_cannot_be_recorded_does_not_keep_others_from_it(
        self, service: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[str] = []
        keep = Recorder._keep

        def full(self: Recorder, job: Any, *arguments: Any) -> Any:
            if job.id in made[:2]:
                raise OSError("disk full")
            return keep(self, job, *arguments)

        def record(client: ProteinIQ) -> None:
            with Recorder(client, folder):
                for each in ("MK", "VA", "LL"):
                    made.append(client.jobs.submit("esmfold", {"protein": f">a\n{each}\n"}).id)

        monkeypatch.setattr(Recorder, "_keep", full)
        with service.client() as client, pytest.raises(OSError, match="disk full") as caught:
            record(client)
        assert all(job in note for job, note in zip(made[:2], caught.value.__notes__, strict=True))
        assert one_job(folder)["job"]["id"] == made[2]

    @pytest.mark.case
    def test_jobs_of_derived_clients_and_nested_blocks_are_kept(
        self, service: Sandbox, tmp_path: Path
    ) -> None:
        outer, inner = tmp_path / "outer", tmp_path / "inner"
        with service.client() as client:
            with Recorder(client, outer):
                with Recorder(client, inner):
                    one = client.with_options(timeout=20).jobs.submit("esmfold", {"protein": SEQUENCE})
                client.jobs.submit("esmfold", {"protein": ">b\nVA\n"})
            client.jobs.submit("esmfold", {"protein": ">c\nLL\n"})
        assert one_job(inner)["job"]["id"] == one.id
        assert len(list((outer / "esmfold").glob("*.json"))) == 3  # with the tool's contract

    @pytest.mark.case
    def test_an_exception_of_the_block_is_not_replaced(
        self, service: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*arguments: Any) -> None:
            raise OSError("disk full")

        def record(client: ProteinIQ) -> None:
            with Recorder(client, folder):
                client.jobs.submit("esmfold", {"protein": SEQUENCE}).wait()
                raise ZeroDivisionError

        monkeypatch.setattr(Recorder, "_keep", full)
        with service.client() as client, pytest.raises(ZeroDivisionError) as caught:
            record(client)
        assert caught.value.__notes__[0].startswith("OSError: disk full. Job job_")

    @pytest.mark.case
    def test_text_with_half_of_a_character_is_kept(self, tmp_path: Path) -> None:
        _write(tmp_path / "a.json", {"name": "\ud800"})
        assert json.loads((tmp_path / "a.json").read_text()) == {"name": "\ud800"}

    def test_neither_keys_nor_signed_urls_are_kept(
        self, service: Sandbox, recorder: Recorder, folder: Path
    ) -> None:
        recorder.run("esmfold", {"protein": SEQUENCE}, timeout=60)
        text = "".join(path.read_text() for path in folder.rglob("*.json"))
        assert "signature" not in text
        assert "http" not in text
        assert service.api_key not in text

    def test_links_and_keys_inside_a_result_are_shortened(self) -> None:
        from proteiniq.testing._recorder import _clean

        assert _clean(
            {
                "url": "https://storage.test/x?signature=1",
                "report": "https://storage.test/y?signature=1",
                "notes": ["key pq_live_abc_S3cret0fMine was used", 7],
            }
        ) == {"report": "https://storage.test/y", "notes": ["key pq_live_abc_… was used", 7]}

    def test_a_submission_that_is_recorded_again_replaces_the_former(
        self, recorder: Recorder, folder: Path
    ) -> None:
        recorder.run("esmfold", {"protein": SEQUENCE}, timeout=60)
        again = recorder.run(recorder.tool("esmfold"), {"protein": SEQUENCE}, timeout=60, name="again")
        assert one_job(folder)["job"]["id"] == again.job_id

    def test_a_job_that_failed_is_kept_and_raised(self, recorder: Recorder, folder: Path) -> None:
        with pytest.raises(JobFailed):
            recorder.run("broken", {"text": SEQUENCE}, timeout=60)
        assert one_job(folder, "broken")["job"]["error"]["code"] == "tool_error"
        assert one_job(folder, "broken")["result"] is None

    def test_what_a_failed_job_left_is_kept_though_its_error_lacks_it(
        self, service: Sandbox, folder: Path
    ) -> None:
        service.faults.add("GET", "/results/*", status=403)
        with service.client(max_retries=0) as client, pytest.raises(JobFailed) as failed:
            Recorder(client, folder).run("broken", {"text": SEQUENCE}, {"partial": True}, timeout=60)
        assert failed.value.result is None
        assert one_job(folder, "broken")["result"]["files"][0]["name"] == "copy.txt"

    def test_a_job_that_was_submitted_before_can_be_kept(
        self, service: Sandbox, recorder: Recorder, folder: Path, tmp_path: Path
    ) -> None:
        arguments = ("gate", {"text": SEQUENCE}, {"gate": str(tmp_path / "open")})
        with service.client() as client:
            with pytest.raises(WaitTimeout):
                recorder.run(*arguments, timeout=0)
            (job,) = client.jobs.list()
            (tmp_path / "open").touch()
            recorder.keep(job, *arguments, timeout=60)
            assert len(list(client.jobs.list())) == 1
        assert one_job(folder, "gate")["job"]["id"] == job.id

    def test_what_an_application_submits_is_kept_when_the_block_ends(
        self, service: Sandbox, folder: Path
    ) -> None:
        with service.client() as client:
            with Recorder(client, folder):
                done = client.run("esmfold", {"protein": SEQUENCE}, timeout=60)
                running = client.jobs.submit("gate", {"text": SEQUENCE})
                with pytest.raises(JobFailed):
                    client.run("broken", {"text": SEQUENCE}, timeout=60)
            client.run("esmfold", {"protein": ">b\nMK\n"}, timeout=60)
        assert one_job(folder)["job"]["id"] == done.job_id
        assert one_job(folder, "gate")["job"]["id"] == running.id
        assert one_job(folder, "broken")["job"]["status"] == "FAILED"

    def test_after_an_exception_the_jobs_that_have_ended_are_kept(
        self, service: Sandbox, folder: Path, gate: Path
    ) -> None:
        def application(client: ProteinIQ) -> None:
            with Recorder(client, folder):
                client.run("esmfold", {"protein": SEQUENCE}, timeout=60)
                client.jobs.submit("gate", {"text": SEQUENCE}, {"gate": str(gate)})
                raise ArithmeticError

        with service.client() as client, pytest.raises(ArithmeticError):
            application(client)
        assert one_job(folder)["job"]["status"] == "COMPLETED"
        assert not (folder / "gate").exists()

    def test_an_async_client_is_refused(self, service: Sandbox, folder: Path) -> None:
        with pytest.raises(TypeError, match="client must be a ProteinIQ, got AsyncProteinIQ"):
            Recorder(service.async_client(), folder)  # type: ignore[arg-type]  # as a user may

    def test_a_folder_that_cannot_be_written_costs_no_job(self, service: Sandbox, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with service.client() as client:
            with pytest.raises(OSError, match="file"):
                Recorder(client, tmp_path / "file").run("esmfold", {"protein": SEQUENCE})
            assert list(client.jobs.list()) == []


@pytest.fixture
def recorded(recorder: Recorder, folder: Path) -> Path:
    """A folder with a recorded job of `esmfold`."""
    recorder.run("esmfold", {"protein": SEQUENCE}, timeout=60)
    return folder


@pytest.fixture
def replay(recorded: Path) -> Iterator[ProteinIQ]:
    """A client of a sandbox that serves nothing but recordings."""
    with Sandbox(recordings=recorded, tools=()) as sandbox, sandbox.client() as client:
        yield client


class TestReplay:
    def test_an_equal_submission_gets_the_recorded_result(self, replay: ProteinIQ, recorded: Path) -> None:
        result = replay.run("esmfold", {"protein": SEQUENCE}, timeout=60)
        (file,) = (recorded / "esmfold").glob("*/prediction.pdb")
        assert result.files["prediction.pdb"].read() == file.read_bytes()
        assert result.files["prediction.pdb"].content_type == "chemical/x-pdb"
        job = replay.jobs.get(result.job_id)
        assert (job.credits_used, result.data_source) == (50, one_job(recorded)["result"]["data_source"])
        assert job.id != one_job(recorded)["job"]["id"]

    def test_the_result_has_unknown_fields_of_the_service(self, recorded: Path) -> None:
        result = one_job(recorded)["result"]
        result["files"][0] |= {"name": "models/rank 1.pdb", "sha256": "abc"}
        change(recorded, result={**result, "queue": "gpu", "results": {"plddt": [91.5]}})
        with Sandbox(recordings=recorded) as sandbox, sandbox.client() as client:
            found = client.run("esmfold", {"protein": SEQUENCE}, timeout=60)
            assert (found.data, found.extra["queue"]) == ({"plddt": [91.5]}, "gpu")
            assert found.files[0].info.extra["sha256"] == "abc"
            assert found.files["models/rank 1.pdb"].text().startswith("REMARK")
            assert "local" not in found.files[0].info.raw

    def test_its_tools_are_served_beside_the_own_ones(self, recorded: Path) -> None:
        path = recorded / "esmfold" / "tool.json"
        kept = json.loads(path.read_text())
        path.write_text(json.dumps({**kept, "tool": {**kept["tool"], "gpu": "a100", "tags": None}}))
        with (
            Sandbox(recordings=recorded, tools=(ESMFOLD, tools.ALL[0])) as sandbox,
            sandbox.client() as client,
        ):
            assert [tool.id for tool in client.tools.list()] == ["esmfold", "gate"]
            assert [tool.id for tool in client.tools.list(q="esmfold")] == ["esmfold"]
            assert client.tools.get("esmfold").extra["gpu"] == "a100"
            assert client.tools.get("gate").id == "gate"
            assert client.run("gate", {"text": SEQUENCE}, timeout=60).data == {"length": len(SEQUENCE)}

    def test_a_quote_has_the_recorded_price(self, replay: ProteinIQ) -> None:
        assert replay.jobs.quote("esmfold", {"protein": SEQUENCE}).estimated_credits == 50

    @pytest.mark.parametrize(
        ("inputs", "settings", "difference"),
        [
            ({"protein": ">a\nMKVLAC\n"}, {}, r'content: .* line 2 is "MKVLAC", the recording has "MKVLAA"'),
            ({"protein": SEQUENCE}, {"recycles": 3}, r"settings\.recycles: .* got 3, the recording has none"),
            ({"protein": SEQUENCE + "A\n"}, {}, "got 3 lines, the recording has 2"),
        ],
    )
    def test_another_submission_is_refused_with_the_first_difference(
        self, replay: ProteinIQ, inputs: Any, settings: Any, difference: str
    ) -> None:
        with pytest.raises(ValidationError, match=difference) as raised:
            replay.jobs.submit("esmfold", [{**ENTRY, "content": inputs["protein"]}], settings)
        assert "no recorded job has this submission" in str(raised.value)
        assert list(replay.jobs.list()) == []

    def test_a_slot_without_a_kind_is_recorded_and_served(self, recorded: Path) -> None:
        path = recorded / "esmfold" / "tool.json"
        kept = json.loads(path.read_text())
        del kept["tool"]["input"]["slots"][0]["kind"]
        path.write_text(json.dumps(kept))
        submission = one_job(recorded)["submission"]
        del submission["input"]["inputs"][0]["kind"]
        change(recorded, submission=submission)
        with Sandbox(recordings=recorded, tools=()) as sandbox, sandbox.client() as client:
            assert client.run("esmfold", {"protein": SEQUENCE}, timeout=60).files

    def test_a_recorded_failure_fails(self, recorder: Recorder, folder: Path) -> None:
        with pytest.raises(JobFailed):
            recorder.run("broken", {"text": SEQUENCE}, timeout=60)
        with pytest.raises(JobFailed):
            recorder.run("broken", {"text": SEQUENCE}, {"partial": True}, timeout=60)
        with Sandbox(recordings=folder, tools=()) as sandbox, sandbox.client() as client:
            with pytest.raises(JobFailed, match="no convergence after 12 steps"):
                client.run("broken", {"text": SEQUENCE}, timeout=60)
            with pytest.raises(JobFailed) as failed:
                client.run("broken", {"text": SEQUENCE}, {"partial": True}, timeout=60)
            assert failed.value.result.files["copy.txt"].text() == "half"

    def test_a_saved_file_is_compared_by_name_and_size(
        self, service: Sandbox, recorder: Recorder, folder: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "query.fasta"
        path.write_text(SEQUENCE)

        def entry(client: ProteinIQ) -> list[dict[str, Any]]:
            file = client.files.upload(path)
            source = {"type": "file", "file_id": file.id}
            return [{"id": "x", "slotId": "protein", "kind": "protein", "format": "fasta", "source": source}]

        with service.client() as client:
            recorder.run("esmfold", entry(client), timeout=60)
        with Sandbox(recordings=folder, tools=()) as sandbox, sandbox.client() as client:
            assert client.run("esmfold", entry(client), timeout=60).files
            path.write_text(SEQUENCE * 2)
            with pytest.raises(ValidationError, match=r"file\.size_bytes: .* got 20, the recording has 10"):
                client.jobs.submit("esmfold", entry(client))
            unknown = entry(client)
            unknown[0]["source"]["file_id"] = "file_1"
            with pytest.raises(ValidationError, match="No such file"):
                client.jobs.submit("esmfold", unknown)

    def test_a_job_takes_the_chosen_time(self, recorded: Path) -> None:
        with Sandbox(recordings=recorded, recorded_seconds=3600) as sandbox, sandbox.client() as client:
            job = client.jobs.submit("esmfold", {"protein": SEQUENCE})
            assert next(state for state in job.events(timeout=60) if state.started_at).status == "PROCESSING"

    def test_a_reset_ends_a_job_that_has_not_taken_its_time(self, recorded: Path) -> None:
        options = {"recordings": recorded, "recorded_seconds": 3600, "workers": 1, "tools": tools.ALL}
        with Sandbox(**options) as sandbox, sandbox.client() as client:
            job = client.jobs.submit("esmfold", {"protein": SEQUENCE})
            next(state for state in job.events(timeout=60) if state.started_at)
            sandbox.reset()
            assert client.run("gate", {"text": SEQUENCE}, timeout=60).status == "COMPLETED"

    def test_a_recording_that_is_gone_fails_its_job(self, recorded: Path, tmp_path: Path) -> None:
        data = tmp_path / "data"
        with Sandbox(data, recordings=recorded, recorded_seconds=3600) as sandbox, sandbox.client() as client:
            job = client.jobs.submit("esmfold", {"protein": SEQUENCE})
            next(state for state in job.events(timeout=60) if state.started_at)
        for path in (recorded / "esmfold").glob("*.json"):
            if path.name != "tool.json":
                path.unlink()
        with Sandbox(data, recordings=recorded) as sandbox, sandbox.client() as client:
            with pytest.raises(JobFailed, match="recorded job of esmfold is no longer there"):
                client.jobs.result(job.id, timeout=60)
            with pytest.raises(ValidationError, match="has a recorded contract, but no recorded job"):
                client.jobs.submit("esmfold", {"protein": SEQUENCE})
        with Sandbox(data, tools=(ESMFOLD,)) as sandbox, sandbox.client() as client:
            assert client.jobs.get(job.id).status == "FAILED"

    def test_output_that_cannot_be_stored_fails_the_job(self, replay: ProteinIQ, recorded: Path) -> None:
        for path in (recorded / "esmfold").glob("*/prediction.pdb"):
            path.unlink()
        with pytest.raises(JobFailed, match="could not be run"):
            replay.run("esmfold", {"protein": SEQUENCE}, timeout=60)


class TestLoad:
    def test_a_folder_without_recordings_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(
            SandboxError, match=r"has no recordings: make some with proteiniq\.testing\.Recorder"
        ):
            Sandbox(recordings=tmp_path)

    @pytest.mark.parametrize(("name", "why"), [("missing", "does not exist"), ("file", "is not a folder")])
    def test_what_is_not_a_folder_is_refused_with_its_full_path(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("file").touch()
        with pytest.raises(SandboxError, match=f"got {tmp_path / name}, which {why}"):
            Sandbox(recordings=name)

    @pytest.mark.parametrize(
        ("parts", "why"),
        [
            (
                {"schema": "proteiniq-recording/2"},
                "has the schema 'proteiniq-recording/2'; this version reads",
            ),
            ({"submission": None}, "is not complete: it lacks submission"),
            ({"submission": {"tool": "esmfold"}}, "is not complete: KeyError"),
            ({"job": {"status": "PROCESSING"}}, "is of a job that is PROCESSING, and had not ended"),
            ({"result": {"files": [{"name": "a", "local": "a"}]}}, "lacks its file .*: record the job again"),
        ],
    )
    def test_a_recording_that_cannot_be_read_is_named(
        self, recorded: Path, parts: dict[str, Any], why: str
    ) -> None:
        change(recorded, **parts)
        with pytest.raises(SandboxError, match=rf"recording .*\.json .*{why}|recording .*\.json {why}"):
            Recordings(recorded)

    def test_a_recording_that_is_not_json_is_named(self, recorded: Path) -> None:
        (recorded / "esmfold" / "x.json").write_text("{")
        with pytest.raises(SandboxError, match=r"cannot read the recording .*x\.json"):
            Recordings(recorded)


def entry(**changes: Any) -> dict[str, Any]:
    made = {"id": "x", "slotId": "a", "kind": "protein", "format": "fasta", "content": "MK"}
    return {**made, "source": {"type": "text"}, **changes}


def compared(one: dict[str, Any], other: dict[str, Any], tool: Any = None) -> list[str]:
    """The places where two submissions differ."""
    first, second = (canonical({"settings": {}, **each}, tool or {}, lambda _: None) for each in (one, other))
    return [path for path, _ in differences(first, second, "")]


def inputs(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"input": {"inputs": list(entries)}}


class TestComparison:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (inputs(entry()), inputs(entry(id="y"))),
            (inputs(entry()), inputs(entry(kind="PROTEIN", format="Fasta"))),
            (inputs(entry(content=">a\r\nMK\r\n")), inputs(entry(content=">a\nMK"))),
            (inputs(entry(), entry(slotId="b")), inputs(entry(slotId="b"), entry())),
            ({**inputs(), "settings": {"n": 4.0}}, inputs()),
            ({**inputs(), "settings": {"m": 1}}, {**inputs(), "settings": {"m": 1.0}}),
            ({**inputs(), "settings": None}, inputs()),
        ],
    )
    def test_what_does_not_count(self, one: dict[str, Any], other: dict[str, Any]) -> None:
        tool = {"input": {"settings": [{"id": "n", "default": 4}, "odd", {"id": "without"}]}}
        assert compared(one, other, tool) == []

    @pytest.mark.parametrize(
        ("one", "other", "place"),
        [
            (inputs(entry()), inputs(entry(label="b")), "input.inputs[0].label"),
            (inputs(entry()), inputs(), "input.inputs"),
            (inputs(entry()), inputs(entry(content="MR")), "input.inputs[0].content"),
            ({**inputs(), "settings": {"n": True}}, {**inputs(), "settings": {"n": 1}}, "settings.n"),
            (
                {**inputs(), "settings": {"n": [1, {"a": 2}]}},
                {**inputs(), "settings": {"n": [1, {"a": 3}]}},
                "settings.n[1].a",
            ),
            ({**inputs(), "settings": {"n": "x" * 99}}, {**inputs(), "settings": {"n": None}}, "settings.n"),
        ],
    )
    def test_what_counts(self, one: dict[str, Any], other: dict[str, Any], place: str) -> None:
        assert compared(one, other) == [place]

    def test_defaults_that_are_lists_are_compared_by_value(self) -> None:
        tool = {"input": {"settings": [{"id": "n", "default": [{"a": 1}, 2]}]}}
        assert compared({**inputs(), "settings": {"n": [{"a": 1.0}, 2]}}, inputs(), tool) == []
        assert compared({**inputs(), "settings": {"n": [{"a": 1}]}}, inputs(), tool) == ["settings.n"]
