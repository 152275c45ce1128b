"""Run queued jobs, a few at a time, each in its own process, and record how they end."""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from . import _lease, _outcomes, _times
from ._blobs import Blobs
from ._errors import OUT_OF_SPACE, is_full
from ._folder import open_private
from ._outcomes import Finished
from ._processes import kill_marked
from ._recordings import Recording, Recordings
from ._rows import Job
from ._runs import Ended, Limits, Lost, Order, Run, Runner
from ._space import OUT_OF_SPACE_CODE
from ._store import Store
from .tools.base import Tool

log = logging.getLogger("proteiniq.sandbox")

POLL_S = 1.0
"""How long a run is polled at a time, in seconds."""

RETRY_S = 1.0
"""Pause before the queue is read or written again after a failure, such as a full disk, in seconds."""


class Supervisor:
    """A thread for each slot of the runner, which claims the job that has waited longest and watches it until it ends.

    `wake` starts the threads of new slots; those of slots that have gone stay idle. A job that has ended leaves no
    process and no folder. Its end is written as soon as it can be. `lease` is how long jobs of a sandbox that died may
    still run elsewhere, in seconds: they don't run again before.
    """

    def __init__(
        self,
        store: Store,
        blobs: Blobs,
        runner: Runner,
        tools: Mapping[str, Tool],
        folder: Path,
        *,
        max_output_bytes: int,
        max_memory_bytes: int | None = None,
        max_tries: int = 3,
        lease: float = 0.0,
        changed: Callable[[str], None],
        clock: Callable[[], float],
        recordings: Recordings | None = None,
        recorded_seconds: float = 0.0,
    ) -> None:
        self._store = store
        self._blobs = blobs
        self._runner = runner
        self._tools = tools
        self._folder = folder
        self._max_output_bytes = max_output_bytes
        self._max_memory_bytes = max_memory_bytes
        self._max_tries = max_tries
        self._orphans_end = _lease.over(_lease.clock(), lease) if lease else 0.0
        """When nothing runs any more that a sandbox which died has begun on a cluster."""
        self._changed = changed
        self._clock = clock
        self._recordings = recordings
        self._recorded_s = recorded_seconds
        self._condition = threading.Condition()
        self._claiming = threading.Lock()
        self._claimed: list[str] = []
        """The tools of the jobs that run."""
        self._calls = 0
        self._started = False
        self._stopping = False
        self._running: dict[str, Run] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        # What a sandbox that died has left; its jobs run again from the start.
        kill_marked(self._folder)
        for left in self._folder.iterdir():
            shutil.rmtree(left, ignore_errors=True)
        self._store.recover(self._now(), self._max_tries)
        with self._condition:
            self._started = True
        self.wake()

    def wake(self) -> None:
        """Let idle threads look for a job, as many as there are slots."""
        with self._condition:
            self._calls += 1
            self._condition.notify_all()
            if self._started and not self._stopping:
                for slot in range(len(self._threads), self._runner.slots):
                    name = f"proteiniq-job-{slot}"
                    thread = threading.Thread(target=self._work, args=(slot,), name=name, daemon=True)
                    thread.start()
                    self._threads.append(thread)

    def stop(self, ended: Callable[[], None]) -> None:
        """Kill running jobs and requeue them for the next start.

        `ended` is called if then nothing runs any more, also of a sandbox that died.
        """
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self.kill_all()
        for thread in self._threads:
            thread.join()
        if _lease.clock() >= self._orphans_end:
            ended()

    def kill_all(self) -> None:
        """Kill running jobs. Those still in the store then end as failed."""
        with self._condition:
            for run in self._running.values():
                run.kill()
            self._condition.notify_all()

    def _work(self, slot: int) -> None:
        while True:
            with self._condition:
                calls = self._calls
                if self._stopping:
                    return
            try:
                busy, pause = slot < self._runner.slots and self._next(), None
            except Exception:
                log.exception("the queue could not be read")
                busy, pause = False, RETRY_S
            with self._condition:
                if not busy:
                    self._condition.wait_for(lambda: self._stopping or self._calls != calls, pause)  # noqa: B023 -- called at once

    def _next(self) -> bool:
        """Run the job that has waited longest. Returns False if the queue is empty."""
        claimed = self._claim()
        if claimed is None:
            return False
        job, payload = claimed
        try:
            self._changed(job.id)
            self._carry_out(job, payload)
        finally:
            self._unclaim(job)
        return True

    def _claim(self) -> tuple[Job, str] | None:
        """Claim the job that has waited longest, of those that the runner can start now."""
        with self._claiming:
            claimed = self._store.claim(self._now(), self._runner.unable(self._claimed))
            if claimed is not None:
                self._claimed.append(claimed[0].tool)
            return claimed

    def _unclaim(self, job: Job) -> None:
        """A job that has ended, or waits again, makes room for others."""
        with self._claiming:
            self._claimed.remove(job.tool)
        self.wake()

    def _carry_out(self, job: Job, payload: str) -> None:
        """Run a job, and write how it ended."""
        folder = self._folder / job.id
        finished: Finished | Lost | None
        try:
            finished = self._run(job, payload, folder)
        except Exception as error:
            log.exception("job %s could not be run", job.id)
            message = OUT_OF_SPACE if is_full(error) else "The job could not be run."
            code = OUT_OF_SPACE_CODE if is_full(error) else "internal_error"
            finished = _outcomes.failed((code, message))
        finally:
            # Before the end is written: on a full disk, this makes the room for it.
            shutil.rmtree(folder, ignore_errors=True)
        self._write(job, finished)

    def _run(self, job: Job, payload: str, folder: Path) -> Finished | Lost | None:
        """Run a job. Returns how it ended, or None if it is to run again at the next start."""
        recorded = json.loads(payload).get("recording")
        if recorded is not None and self._recordings is not None:
            if recording := self._recordings.get(job.tool, recorded):
                return self._play(job, recording)
            return _outcomes.failed(
                ("tool_unavailable", f"The recorded job of {job.tool} is no longer there.")
            )
        tool = None if recorded is not None else self._tools.get(job.tool)
        if tool is None:
            return _outcomes.failed(("tool_unavailable", f"{job.tool} is no longer installed."))
        shutil.rmtree(folder, ignore_errors=True)
        for each in (folder, folder / "out"):
            each.mkdir(mode=0o700)
        if tool.weights is not None:
            # Where they are today: the payload may be from before a restart.
            payload = json.dumps({**json.loads(payload), "weights": str(tool.weights)}, ensure_ascii=False)
        with open_private(folder / "job.json") as file:
            file.write(payload.encode())
        with self._condition:
            if job.tries > 1 and (left := self._orphans_end - _lease.clock()) > 0:
                self._condition.wait_for(lambda: not self._is_wanted(job), left)
            # The job may have been deleted since it was claimed. From here on `kill_all` finds it.
            if not self._is_wanted(job):
                return None
            run = self._running[job.id] = self._runner.start(folder, self._order(job, tool))
        try:
            ended = self._watch(job, run)
        except BaseException:
            run.end()
            raise
        finally:
            with self._condition:
                del self._running[job.id]
        if isinstance(ended, Lost):
            return ended
        if self._stopping and ended.outcome is None and ended.stopped is None:
            return None
        return _outcomes.of_run(job, tool, folder, ended, self._blobs, self._now())

    def _order(self, job: Job, tool: Tool) -> Order:
        contract = tool.contract
        memory = [n for n in (contract.memory_limit_bytes, self._max_memory_bytes) if n is not None]
        return Order(
            job.id,
            job.tries,
            Limits(contract.id, contract.time_limit_s, self._max_output_bytes, min(memory, default=None)),
            contract.resources,
        )

    def _is_wanted(self, job: Job) -> bool:
        """Whether a job that was claimed is to go on: it may have been deleted since, or the sandbox stops."""
        return not self._stopping and self._store.job(job.id) is not None

    def _play(self, job: Job, recording: Recording) -> Finished | None:
        """End a job as a recorded one did, after the time that such jobs take."""
        with self._condition:
            if self._condition.wait_for(lambda: not self._is_wanted(job), self._recorded_s):
                return None
        return _outcomes.of_recording(job, recording, self._blobs, self._now())

    def _watch(self, job: Job, run: Run) -> Ended | Lost:
        """Follow a run until it ends."""
        while True:
            news = run.poll(POLL_S)
            if isinstance(news, (Ended, Lost)):
                return news
            if news is not None:
                self._progress(job, news.percent)

    def _progress(self, job: Job, percent: float) -> None:
        try:
            self._store.progress(job.id, percent)
        except Exception:
            # The next one may be written; the job itself is not affected.
            log.warning("the progress of job %s could not be written", job.id, exc_info=True)
        else:
            self._changed(job.id)

    def _write(self, job: Job, finished: Finished | Lost | None) -> None:
        """Write how a job ended; again and again while that fails, for its credits and its place are held meanwhile."""
        while True:
            try:
                if finished is None:
                    self._store.release(job.id)
                elif isinstance(finished, Lost):
                    said = "job %s was lost, and runs again unless it was started %d times: %s"
                    log.warning(said, job.id, self._max_tries, finished.reason)
                    self._store.requeue(job.id, finished.reason, self._max_tries, self._now())
                    self._changed(job.id)
                else:
                    self._finish(job, finished)
                return
            except Exception as error:
                log.exception("the end of job %s could not be written; it will be tried again", job.id)
                if isinstance(finished, Finished) and not isinstance(error, (OSError, sqlite3.Error)):
                    # What can't be written never can be.
                    finished = _outcomes.failed(("internal_error", "The job's end could not be stored."))
            with self._condition:
                if self._condition.wait_for(lambda: self._stopping, RETRY_S):
                    return  # The job is still running in the store, and so runs again at the next start.

    def _finish(self, job: Job, finished: Finished) -> None:
        with self._blobs.lock:
            for draft in finished.drafts:
                self._blobs.keep(draft)
            if not self._store.finish(job.id, finished.ending, self._now()):
                self._blobs.sweep(self._store.referenced())
        self._changed(job.id)

    def _now(self) -> int:
        return _times.milliseconds(self._clock())
