# Generated from proteiniq/_async/ended.py by scripts/unasync.py. Edit that file instead.

"""Get the result of a job that has ended: a job without success is an error, whatever it left behind."""

from __future__ import annotations

import attrs

from .._policy.resume import late_result
from .._policy.retry import GiveUp
from .._policy.tolerance import Tolerance
from .._responses.messages import (
    RESULT_PATIENCE,
    end_of_wait,
    job_failed,
    result_late,
    result_unread,
    where_its_result_is,
)
from ..errors import JobFailed, NotFound, ProteinIQError, RequestTimeout, WaitTimeout
from ..models import JobStatus
from .job import Job
from .pipeline import Pipeline
from .reads import requested_wait
from .results import Result, Results

WITHOUT_RESULT = (JobStatus.CANCELLED, JobStatus.TIMEOUT)
"""How a job ends that never has a result (documentation, "Results")."""


class Ended:
    """A job that has ended. `timeout` is what the caller gave, `deadline` the monotonic time that it ends at."""

    def __init__(
        self,
        pipeline: Pipeline,
        results: Results,
        job: Job,
        *,
        timeout: float | None,
        deadline: float | None,
    ) -> None:
        self._pipeline = pipeline
        self._clock = pipeline.clock
        self._results = results
        self._job = job
        self._timeout = timeout
        self._deadline = deadline

    def result(self, *, partial: bool) -> Result:
        """Return the result. Raises JobFailed for a job without success, unless `partial` is true and it left one."""
        if self._job.status in WITHOUT_RESULT:
            raise job_failed(self._job)
        try:
            if partial or self._should_have_one:
                result = self._of_job(self._read_late())
            else:
                raise self._failure()
        except NotFound:
            raise job_failed(self._job) from None
        except (JobFailed, WaitTimeout):
            raise
        except BaseException as error:
            error.add_note(where_its_result_is(self._job.id))
            raise
        status = result.status
        if partial or status is None or status == JobStatus.COMPLETED or not status.is_terminal:
            return result
        raise job_failed(attrs.evolve(self._job, status=status), result)

    @property
    def _should_have_one(self) -> bool:
        """Whether the job has a result as far as is known: it succeeded, or ended in a way that is not known."""
        return self._job.status == JobStatus.COMPLETED or not self._job.status.is_known

    def _failure(self) -> JobFailed:
        """Return the error of a job without success, with the result that it left, if that can be read."""
        try:
            result = self._results._get(self._job.id, deadline=self._deadline)
        except NotFound:
            return job_failed(self._job)
        except ProteinIQError as error:
            failed = job_failed(self._job)
            failed.add_note(result_unread(self._job.id, error))
            return failed
        return job_failed(self._job, self._of_job(result))

    def _of_job(self, result: Result) -> Result:
        """Return the result with what only the job knows."""
        status = result.status or self._job.status
        return attrs.evolve(result, status=status, error=self._job.error, job=self._job)

    def _read_late(self) -> Result:
        """Read the result, retrying failures that may pass, since it is paid for."""
        give_up = self._clock.monotonic() + RESULT_PATIENCE if self._deadline is None else self._deadline
        reads = 0
        tolerance = Tolerance()
        failure: ProteinIQError | None = None
        while True:
            try:
                return self._results._get(self._job.id, deadline=give_up)
            except ProteinIQError as error:
                now = self._clock.monotonic()
                if not tolerance.passes_over(error, now, exists=self._should_have_one):
                    raise
                if failure is None or not _only_ran_out_of_time(error):
                    failure = error
                reads += 1
                move = late_result(
                    self._job.status,
                    reads=reads,
                    retry_after=requested_wait(error),
                    now=now,
                    give_up=give_up,
                )
            if isinstance(move, GiveUp):
                if self._deadline is None:
                    raise failure
                raise result_late(self._job, end_of_wait(self._timeout, move.needed)) from failure
            self._pipeline.pause(move.seconds, "the result is not available yet", "get_result", self._job.id)


def _only_ran_out_of_time(error: ProteinIQError) -> bool:
    """Whether a request was not sent, or not again, because its turn comes after the deadline."""
    return isinstance(error, RequestTimeout) and error.failure is None
