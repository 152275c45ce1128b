"""Run queued jobs, a few at a time, each in its own process, and record how they end."""

from __future__ import annotations

import json
import logging
import math
import secrets
import shutil
import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from . import _formats, _times
from ._blobs import Blobs, Draft
from ._rows import Artifact, Ending, File, Job
from ._runner import Ended, Progress, Run, Runner
from ._store import Store
from ._worker import without_paths
from .tools.base import Tool

log = logging.getLogger("proteiniq.sandbox")

MAX_TRIES = 3
"""How many times a job is started if the sandbox dies while it runs."""


class Supervisor:
    """`workers` threads, each of which claims the job that has waited longest and watches it until it ends."""

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        runner: Runner,
        tools: Mapping[str, Tool],
        folder: Path,
        *,
        workers: int,
        changed: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._runner = runner
        self._tools = tools
        self._folder = folder
        self._changed = changed
        self._clock = clock
        self._condition = threading.Condition()
        self._calls = 0
        self._stopping = False
        self._running: dict[str, Run] = {}
        self._threads = [
            threading.Thread(target=self._work, name=f"proteiniq-job-{n}", daemon=True)
            for n in range(workers)
        ]

    def start(self) -> None:
        self._store.recover(self._now(), MAX_TRIES)
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Let an idle thread look for a job."""
        with self._condition:
            self._calls += 1
            self._condition.notify_all()

    def stop(self) -> None:
        """Kill running jobs and requeue them for the next start."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self.kill_all()
        for thread in self._threads:
            thread.join()

    def kill_all(self) -> None:
        """Kill running jobs. Those still in the store then end as failed."""
        with self._condition:
            for run in self._running.values():
                run.kill()

    def _work(self) -> None:
        while True:
            with self._condition:
                calls = self._calls
                if self._stopping:
                    return
            try:
                busy = self._next()
            except Exception:
                log.exception("the queue could not be read or written")
                busy = False
            with self._condition:
                while not busy and not self._stopping and self._calls == calls:
                    self._condition.wait()

    def _next(self) -> bool:
        """Run the job that has waited longest. Returns False if the queue is empty."""
        claimed = self._store.claim(self._now())
        if claimed is None:
            return False
        job, payload = claimed
        self._changed(job.id)
        try:
            self._run(job, payload)
        except Exception:
            log.exception("job %s could not be run", job.id)
            self._finish(job, Ending("FAILED", ("internal_error", "The job could not be run.")))
        return True

    def _run(self, job: Job, payload: str) -> None:
        tool = self._tools.get(job.tool)
        if tool is None:
            error = ("tool_unavailable", f"{job.tool} is no longer installed.")
            self._finish(job, Ending("FAILED", error))
            return
        folder = self._folder / job.id
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "out").mkdir(parents=True)
        (folder / "job.json").write_text(payload, encoding="utf-8")
        with self._condition:
            # The job may have been deleted since it was claimed. From here on `kill_all` finds it.
            wanted = not self._stopping and self._store.job(job.id) is not None
            if wanted:
                run = self._running[job.id] = self._runner.start(folder)
        if not wanted:
            self._store.release(job.id)
            return
        try:
            ended, in_time = self._watch(job, run, tool.contract.time_limit_s)
        finally:
            with self._condition:
                del self._running[job.id]
        if self._stopping and ended.outcome is None:
            self._store.release(job.id)
            return
        self._end(job, tool, folder, ended, in_time)
        shutil.rmtree(folder / "out", ignore_errors=True)
        for name in ("job.json", "results.json"):
            (folder / name).unlink(missing_ok=True)
        if (folder / "log").stat().st_size == 0:
            shutil.rmtree(folder)

    def _watch(self, job: Job, run: Run, time_limit: float) -> tuple[Ended, bool]:
        """Watch a run until it ends. Returns how it ended, and whether it was within its time limit."""
        deadline = time.monotonic() + time_limit
        in_time = True
        while True:
            left = max(deadline - time.monotonic(), 0.0) if in_time else math.inf
            news = run.poll(left)
            if isinstance(news, Ended):
                return news, in_time
            if isinstance(news, Progress):
                self._store.progress(job.id, news.percent)
                self._changed(job.id)
            if in_time and time.monotonic() >= deadline:
                in_time = False
                run.kill()

    def _end(self, job: Job, tool: Tool, folder: Path, ended: Ended, in_time: bool) -> None:
        if not in_time:
            limit = tool.contract.time_limit_s
            message = f"The job ran longer than the {limit:g} s that {tool.contract.id} allows."
            self._finish(job, Ending("TIMEOUT", ("timeout", message)))
            return
        drafts = self._drafts(tool, folder / "out")
        error = self._error(tool, folder, ended, drafts)
        log.info("job %s of %s: %s", job.id, job.tool, error[0] if error else "completed")
        results = None
        if error is None:
            results = (folder / "results.json").read_text(encoding="utf-8")
        elif drafts:
            results = "{}"
        artifacts = [Artifact(n, t, d.sha256) for n, (t, d) in drafts.items()]
        files = [self._file(job, n, t, d) for n, (t, d) in drafts.items()]
        status = "FAILED" if error else "COMPLETED"
        ending = Ending(status, error, results, artifacts, files)
        self._finish(job, ending, [draft for _, draft in drafts.values()])

    def _finish(self, job: Job, ending: Ending, drafts: list[Draft] | None = None) -> None:
        with self._blobs.lock:
            for draft in drafts or ():
                self._blobs.keep(draft)
            if not self._store.finish(job.id, ending, self._now()):
                self._blobs.sweep(self._store.referenced())
        self._changed(job.id)
        # A job that ended makes room for a queued one.
        self.wake()

    def _drafts(self, tool: Tool, out: Path) -> dict[str, tuple[str, Draft]]:
        """Name → media type and content of the files that the tool wrote, documented ones first."""
        types = {output.name: output.content_type for output in tool.contract.outputs}
        written = {
            path.name: path
            for path in sorted(out.iterdir())
            if path.is_file() and not path.is_symlink() and path.name.isprintable()
        }
        drafts = {}
        for name in [n for n in types if n in written] + [n for n in written if n not in types]:
            draft = self._blobs.draft(written[name])
            guessed = _formats.mime_type(name, _formats.guess(name, draft.head))
            drafts[name] = (types.get(name, guessed), draft)
        return drafts

    def _error(
        self, tool: Tool, folder: Path, ended: Ended, drafts: Mapping[str, object]
    ) -> tuple[str, str] | None:
        """Code and message of the error, or None."""
        if ended.outcome is None:
            return ("crashed", _post_mortem(ended.exit_code, folder / "log"))
        if failed := ended.outcome.get("failed"):
            return (failed["code"], failed["message"])
        missing = [o.name for o in tool.contract.outputs if o.name not in drafts]
        if missing:
            return ("output_missing", f"The tool did not write {', '.join(missing)}.")
        if not isinstance(json.loads((folder / "results.json").read_bytes()), dict):
            return ("tool_error", "The tool's result is not a JSON object.")
        return None

    def _file(self, job: Job, name: str, content_type: str, draft: Draft) -> File:
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
            created_at=self._now(),
        )

    def _now(self) -> int:
        return _times.milliseconds(self._clock())


def _post_mortem(exit_code: int, log_file: Path) -> str:
    """Describe how a process ended that sent no last message."""
    signalled = exit_code < 0
    how = f"signal {signal.Signals(-exit_code).name}" if signalled else f"exit code {exit_code}"
    with log_file.open("rb") as file:
        file.seek(max(log_file.stat().st_size - 4096, 0))
        lines = file.read().decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    log_line = f" Last line of its log: {without_paths(last)[:500]}" if last else ""
    return f"The tool's process ended with {how}.{log_line}"
