"""Keep jobs of the real service in a folder, for `Sandbox(recordings=)`."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from proteiniq import JobFailed, JobNotCompleted, JobState, NotFound, ProteinIQ, Result, Tool
from proteiniq.sandbox._recordings import SCHEMA, folder_of, key_of

from .._inputs.arguments import is_text
from .._inputs.files import save_path
from .._transfer import durable
from .._transfer.filenames import local_names

_KEY = re.compile(r"(pq_live_[^\s_]+)_[^\s\"']+")


class Recorder:
    """Keeps jobs of the real service, with what it responded, in a folder.

        with ProteinIQ() as client, Recorder(client, "tests/recordings"):
            my_application(client)

    This keeps every job that the client, or one that `with_options` made of it, submits until the block ends, which
    waits for them; after an exception it keeps those that have ended. `run` and `keep` do the same for one job.

    Jobs cost what they cost. The folder has the tool's contract, the submission, the job, its result and its files, as
    readable JSON beside the files themselves; signed URLs and API keys are left out. Inputs and results are not: look
    at them before you publish the folder. Recording a submission again replaces the former recording.

    Raises TypeError for an async client, and OSError at the start of the block if the folder can't be written. The end
    of the block records as many jobs as it can, and then raises the error of the first that could not be recorded;
    after an exception of the block, such errors are its notes.
    """

    def __init__(self, client: ProteinIQ, folder: str | os.PathLike[str]) -> None:
        if not isinstance(client, ProteinIQ):
            raise TypeError(f"client must be a ProteinIQ, got {type(client).__name__}")
        self._client = client
        self._folder = save_path(folder)
        self._submitted: list[tuple[Any, JobState]] = []

    def __enter__(self) -> Self:
        # A folder that can't be written is found before a job costs anything.
        self._folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=self._folder).close()
        self._client._pipeline.on_submit.append(self._note)
        return self

    def _note(self, order: Any, job: JobState) -> None:
        self._submitted.append((order, job))

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self._client._pipeline.on_submit.remove(self._note)
        submitted, self._submitted = self._submitted, []
        failures: list[tuple[Exception, str]] = []
        for order, job in submitted:
            try:
                if error is None or self._client.jobs.get(job.id).is_terminal:
                    self._keep_submitted(order, job)
            except Exception as failure:  # the other jobs were paid for, too
                note = f"Job {job.id} was not recorded: `Recorder.keep` records it without another submit."
                failures.append((failure, note))
        if error is not None:
            for each, note in failures:
                error.add_note(f"{type(each).__name__}: {each}. {note}")
        elif failures:
            first, _ = failures[0]
            for _, note in failures:
                first.add_note(note)
            raise first

    def _keep_submitted(self, order: Any, job: JobState) -> None:
        self.tool(order.tool)
        with suppress(JobFailed):  # It is kept too; whoever waited for it knows.
            self._keep(job, self._described(order), None)

    def tool(self, tool: str | Tool) -> Tool:
        """Keep a tool's contract, and return the tool. Raises the errors of `client.tools.get`, and OSError."""
        found = self._client.tools.get(tool if isinstance(tool, str) else tool.id)
        folder = folder_of(self._folder, found.id)
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "tool.json", {"schema": SCHEMA, "tool": _clean(found.raw)})
        return found

    def run(
        self, tool: str | Tool, inputs: Any, settings: Mapping[str, Any] | None = None, **options: Any
    ) -> Result:
        """Run a job as `client.run` does, and keep it; a job that failed is kept too.

        `options` are those of `client.jobs.submit`, and `timeout`. Raises the errors of `client.run`, and OSError. If
        it is interrupted after the submit, `keep` records the job without submitting another.
        """
        timeout = options.pop("timeout", None)
        # It writes the tool's contract: a folder that can't be written is found before the job costs anything.
        submission = self._submission(tool, inputs, settings)
        name = options.pop("name", None) or f"recording of {submission['tool']}"
        entries = [
            {key: value for key, value in each.items() if key != "file"} for each in _entries(submission)
        ]
        job = self._client.jobs.submit(
            submission["tool"], entries, submission["settings"], name=name, **options
        )
        return self._keep(job, submission, timeout)

    def keep(
        self,
        job: str | JobState,
        tool: str | Tool,
        inputs: Any,
        settings: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> Result:
        """Keep a job that was submitted with these arguments, waiting for its end if necessary.

        Raises the errors of `client.jobs.result`, and OSError.
        """
        return self._keep(job, self._submission(tool, inputs, settings), timeout)

    def _submission(
        self, tool: str | Tool, inputs: Any, settings: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """What a submit with these arguments sends, with a description of each saved file."""
        order = self._client.jobs._submitter._order(self.tool(tool), inputs, settings, check=True)
        return self._described(order)

    def _described(self, order: Any) -> dict[str, Any]:
        """An order of the client as a submission."""
        entries = [dict(entry) for entry in order.entries]
        for entry in entries:
            file_id = (entry.get("source") or {}).get("file_id")
            if file_id is not None:
                file = self._client.files.get(file_id)
                entry["file"] = {"filename": file.filename, "size_bytes": file.size_bytes}
        return {"tool": order.tool, "input": {"inputs": entries}, "settings": dict(order.settings)}

    def _keep(self, job: str | JobState, submission: dict[str, Any], timeout: float | None) -> Result:
        ended = self._client.jobs.wait(job, timeout=timeout)
        try:
            result = self._client.jobs.result(ended, timeout=timeout)
        except JobFailed as failed:
            self._store(ended, submission, failed.result or self._left_by(ended))
            raise
        self._store(ended, submission, result)
        return result

    def _left_by(self, job: JobState) -> Result | None:
        """What a job without success has left, if it is not in its error."""
        try:
            return self._client.results.get(job.id)
        except (NotFound, JobNotCompleted):
            return None

    def _store(self, job: JobState, submission: dict[str, Any], result: Result | None) -> None:
        folder = folder_of(self._folder, submission["tool"])
        tool = json.loads((folder / "tool.json").read_text(encoding="utf-8"))["tool"]
        kept = folder / key_of(submission, tool)
        # The contract is sure of an event's status only, so the job is read whole.
        whole = self._client.jobs.get(job.id)
        found = {"schema": SCHEMA, "submission": submission, "job": _clean(whole.raw), "result": None}
        shutil.rmtree(kept, ignore_errors=True)
        if result is not None:
            kept.mkdir()
            found["result"] = {**_clean(result.raw), "files": _files(result, kept)}
        _write(kept.with_suffix(".json"), found)


def _entries(submission: Mapping[str, Any]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = submission["input"]["inputs"]
    return entries


def _files(result: Result, folder: Path) -> list[dict[str, Any]]:
    """Save the files of a result. Returns what the service said of each, and where it is."""
    listed = []
    for file, local in zip(result.files, local_names([file.name for file in result.files]), strict=True):
        file.save(folder / local)
        kept = {name: each for name, each in _clean(file.info.raw).items() if not _is_url(each)}
        listed.append({**kept, "name": file.name, "local": local})
    return listed


def _clean(value: Any) -> Any:
    """A JSON value without signed URLs and keys."""
    if isinstance(value, Mapping):
        return {name: _clean(each) for name, each in value.items() if not (name == "url" and _is_url(each))}
    if isinstance(value, (list, tuple)):
        return [_clean(each) for each in value]
    if isinstance(value, str):
        return _KEY.sub(r"\1_…", value.partition("?")[0] if _is_url(value) else value)
    return value


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _write(path: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if not is_text(text):  # JSON can have half of a character, escaped
        text = json.dumps(value, indent=2, sort_keys=True) + "\n"
    durable.replace(path, text.encode())
