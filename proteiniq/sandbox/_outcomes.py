"""How a job ended, from what its run or its recording has left."""

from __future__ import annotations

import json
import logging
import secrets
import signal
from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs

from . import _formats
from ._blobs import Blobs, Draft
from ._recordings import SCHEMA, Recording
from ._rows import Artifact, Ending, File, Job
from ._runs import TIMEOUT_CODE, Ended
from ._space import Problem
from ._worker import without_paths
from .tools.base import Tool

log = logging.getLogger("proteiniq.sandbox")

Drafts = Mapping[str, tuple[str, Draft]]
"""Name → media type and content of a file."""


@attrs.frozen
class Finished:
    """How a job ended, and the content that it leaves."""

    ending: Ending
    drafts: tuple[Draft, ...] = ()


def of_run(job: Job, tool: Tool, folder: Path, ended: Ended, blobs: Blobs, now: int) -> Finished:
    """How a job ended that has run in a folder. `now` is in milliseconds since the epoch."""
    if ended.stopped is not None:
        return failed(ended.stopped, "TIMEOUT" if ended.stopped[0] == TIMEOUT_CODE else "FAILED")
    types = {output.name: output.content_type for output in tool.contract.outputs}
    out = folder / "out"
    written = {
        path.name: path
        for path in (sorted(out.iterdir()) if out.is_dir() else ())  # the tool may have removed it
        if path.is_file() and not path.is_symlink() and path.name.isprintable()
    }
    names = [name for name in types if name in written] + [name for name in written if name not in types]
    drafts = _drafts(blobs, ((name, types.get(name), written[name]) for name in names))
    error = _error(tool, folder, ended, drafts)
    log.info("job %s of %s: %s", job.id, job.tool, error[0] if error else "completed")
    if error:
        log.info("the end of the log of job %s:\n%s", job.id, _tail(folder / "log"))
    results = None
    if error is None:
        results = (folder / "results.json").read_text(encoding="utf-8")
    elif drafts:
        results = "{}"
    return _finished(job, "FAILED" if error else "COMPLETED", error, results, drafts, now)


def of_recording(job: Job, recording: Recording, blobs: Blobs, now: int) -> Finished:
    """How a job ended that was recorded."""
    told = ((each["name"], each.get("content_type"), path) for each, path in recording.files)
    error = recording.job.get("error")
    return _finished(
        job,
        recording.status,
        (str(error.get("code")), str(error.get("message"))) if isinstance(error, dict) else None,
        None if recording.result is None else json.dumps({SCHEMA: recording.result}),
        _drafts(blobs, told),
        now,
    )


def failed(problem: Problem, status: str = "FAILED") -> Finished:
    return Finished(Ending(status, problem))


def _finished(
    job: Job, status: str, error: Problem | None, results: str | None, drafts: Drafts, now: int
) -> Finished:
    ending = Ending(
        status,
        error,
        results,
        [Artifact(name, type, draft.sha256) for name, (type, draft) in drafts.items()],
        [_file(job, name, type, draft, now) for name, (type, draft) in drafts.items()],
    )
    return Finished(ending, tuple(draft for _, draft in drafts.values()))


def _drafts(blobs: Blobs, files: Iterable[tuple[str, object, Path]]) -> Drafts:
    """Copy files: name, media type or None if it is to be guessed, and path of each."""
    drafts: dict[str, tuple[str, Draft]] = {}
    try:
        for name, type, path in files:
            draft = blobs.draft(path)
            guessed = _formats.mime_type(name, _formats.guess(name, draft.head))
            drafts[name] = (str(type or guessed), draft)
    except BaseException:
        for _, draft in drafts.values():
            draft.path.unlink(missing_ok=True)
        raise
    return drafts


def _error(tool: Tool, folder: Path, ended: Ended, drafts: Drafts) -> Problem | None:
    """Code and message of the error, or None."""
    if ended.outcome is None:
        return ("crashed", _post_mortem(ended.exit_code, folder / "log"))
    if told := ended.outcome.get("failed"):
        return (told["code"], told["message"])
    missing = [output.name for output in tool.contract.outputs if output.name not in drafts]
    if missing:
        return ("output_missing", f"The tool did not write {', '.join(missing)}.")
    if not isinstance(json.loads((folder / "results.json").read_bytes()), dict):
        return ("tool_error", "The tool's result is not a JSON object.")
    return None


def _file(job: Job, name: str, content_type: str, draft: Draft, now: int) -> File:
    """The library record of a result file."""
    return File(
        id=f"file_{secrets.token_hex(12)}",
        workspace=job.workspace,
        key=job.key,
        filename=name,
        format=_formats.guess(name, draft.head),
        mime_type=content_type,
        size_bytes=draft.size,
        sha256=draft.sha256,
        origin="JOB_OUTPUT",
        storage_owner="JOB_ARTIFACT",
        description=None,
        tags=(),
        collection_ids=(),
        created_at=now,
    )


def _post_mortem(exit_code: int, log_file: Path) -> str:
    """Describe how a process ended that sent no last message."""
    how = f"signal {_signal_name(-exit_code)}" if exit_code < 0 else f"exit code {exit_code}"
    last = next((line.strip() for line in reversed(_tail(log_file).split("\n")) if line.strip()), "")
    log_line = f" Last line of its log: {without_paths(last)[:500]}" if last else ""
    return f"The tool's process ended with {how}.{log_line}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal, of which only the first and the last have names
        return str(number)


def _tail(log_file: Path) -> str:
    """The last lines of a log."""
    with log_file.open("rb") as file:
        file.seek(max(log_file.stat().st_size - 4096, 0))
        return file.read().decode("utf-8", "replace")
