# Made from proteiniq/_async/jobs.py by scripts/unasync.py: edit that file instead.

"""Jobs: quote, submit, list, follow, cancel."""

from __future__ import annotations

import copy
import logging
import uuid
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from typing import Any

import attrs
from proteiniq_openapi.api.jobs import cancel_job, list_jobs, quote_job, submit_job
from proteiniq_openapi.models import (
    InputEntry,
    JobBilling,
    JobInput,
    JobRequest,
    JobRequestSettings,
    QuoteRequest,
    QuoteRequestSettings,
)
from proteiniq_openapi.types import UNSET

from .._inputs import entries
from .._inputs.arguments import (
    check_credits,
    check_id,
    check_idempotency_key,
    check_limit,
    check_reserved_credits,
    check_timeout,
    moment,
)
from .._policy.resume import late_result
from .._policy.retry import GiveUp
from .._responses import convert
from .._responses.messages import (
    CANCEL_WITHIN,
    RESULT_PATIENCE,
    after_submit,
    blocked,
    cancelled_late,
    end_of_wait,
    left_running,
    left_running_all,
    no_result,
    not_cancelled,
    result_late,
    spend_limit,
    unknown,
    where_it_is,
    where_its_result_is,
    where_they_are,
)
from .._short_repr import shown
from ..errors import (
    APIError,
    Conflict,
    InvalidInput,
    JobFailed,
    NotFound,
    ProteinIQError,
    WaitTimeout,
)
from ..models import JobState, JobStatus, Quote, Tool
from .job import Job, OnUpdate
from .paging import Page, Pager
from .pipeline import Pipeline
from .reads import read_job, read_status
from .results import Result, Results
from .tools import Tools
from .wait_many import Gatherer
from .wait_one import Watcher

log = logging.getLogger("proteiniq")


class Jobs:
    """`client.jobs`."""

    def __init__(self, pipeline: Pipeline, tools: Tools, results: Results) -> None:
        self._pipeline = pipeline
        self._tools = tools
        self._results = results

    def quote(
        self,
        tool: str | Tool,
        inputs: Any,
        settings: Mapping[str, Any] | None = None,
        *,
        max_reserved_credits: int | None = None,
    ) -> Quote:
        """What a job would cost, in credits, without making it (documentation, "Jobs").

        The arguments are as in `submit`. Raises InvalidInput, ValidationError, APIError, TransportError.
        """
        _check_reserved("QuoteRequest", max_reserved_credits)
        return self._quote(self._order(tool, inputs, settings), max_reserved_credits)

    def submit(
        self,
        tool: str | Tool,
        inputs: Any,
        settings: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        max_credits: float | None = None,
        max_reserved_credits: int | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Submit a job; it is paid for (documentation, "Jobs").

        `inputs` maps a slot of the tool to text, bytes, a `pathlib.Path`, an uploaded `File`, a Biopython record, or a
        list of these. A full list of API entries, or the documented object `{"inputs": [entry, …]}`, is taken as it
        is. `settings` maps settings to values, what is left out has its default. `max_credits` asks for a quote first
        and submits nothing when it is higher. `max_reserved_credits` limits a job that is billed by the minute (stated
        for the MCP connector).

        Every submit carries an idempotency key, made here unless it is given, and repeated when an answer was lost:
        one call makes one job. Giving the same key again, in another process even, gives the same job.

        Raises InvalidInput before any request, SpendLimitExceeded before any spending, ValidationError,
        PaymentRequired and its kinds, which with `max_credits` come before the job is asked for, Conflict when the key
        was used for another job, APIError, TransportError, ContractError. Where the job may have been made all the
        same, an interrupt included, the notes say which key to repeat.
        """
        check_credits("max_credits", max_credits)
        _check_reserved("JobRequest", max_reserved_credits)
        key = check_idempotency_key(
            f"proteiniq-{uuid.uuid4()}" if idempotency_key is None else idempotency_key
        )
        order = self._order(tool, inputs, settings)
        if max_credits is not None:
            quote = self._quote(order, max_reserved_credits)
            refusal = spend_limit(order.tool, quote, max_credits) or blocked(order.tool, quote)
            if refusal is not None:
                raise refusal
        body = JobRequest(
            tool=order.tool,
            name=name or order.name,
            input_=JobInput(inputs=order.entries),
            settings=JobRequestSettings.from_dict(order.settings),
            billing=UNSET
            if max_reserved_credits is None
            else JobBilling(max_reserved_credits=max_reserved_credits),
        )
        prepared = submit_job.prepared(body=body, idempotency_key=key)
        try:
            made = convert.job(self._pipeline.call(prepared))
            return self._job(attrs.evolve(made, tool=made.tool or body.tool, name=made.name or body.name))
        except BaseException as error:
            if note := after_submit(error, key):
                error.add_note(note)
            raise

    def list(
        self,
        *,
        q: str | None = None,
        tool: str | None = None,
        status: str | None = None,
        created_after: datetime | str | None = None,
        created_before: datetime | str | None = None,
        limit: int | None = None,
    ) -> Pager[Job]:
        """The workspace's jobs, page after page, newest first; `limit` is the size of a page, 1 to 100.

        The filters are stated for the service's MCP connector only. Times are aware datetimes or ISO 8601 text, a time
        without an offset is UTC. Raises InvalidInput, and on iteration APIError, TransportError.
        """
        check_limit(limit)
        after, before = moment("created_after", created_after), moment("created_before", created_before)

        def fetch(cursor: str | None) -> Page[Job]:
            answer = self._pipeline.call(
                list_jobs.prepared(
                    q=q or UNSET,
                    tool=tool or UNSET,
                    status=status or UNSET,
                    created_after=after or UNSET,
                    created_before=before or UNSET,
                    limit=limit or UNSET,
                    starting_after=cursor or UNSET,
                )
            )
            page = convert.page(answer, "list_jobs", convert.job, cursor=cursor)
            return Page(tuple(map(self._job, page.items)), page.next_cursor, page.problem)

        return Pager("list_jobs", fetch)

    def get(self, job_id: str) -> Job:
        """A job as it is now (documentation, "Jobs"). Reads of one job are 5 s apart: a second one waits.

        Raises NotFound, APIError, TransportError.
        """
        return self._job(read_job(self._pipeline, check_id("job", job_id), paced=True))

    def cancel(self, job_id: str) -> Job:
        """Cancel a job that is queued; one that runs can't be cancelled (documentation, "Jobs").

        The job comes as it is after that: a service that cancels in the background may say QUEUED for a while. Raises
        Conflict when it is not queued any more, UnsupportedOperation when the contract has no way to cancel, NotFound,
        APIError, TransportError.
        """
        return self._cancel(job_id)

    def _cancel(self, job_id: str, *, deadline: float | None = None) -> Job:
        prepared = cancel_job.prepared(check_id("job", job_id))
        try:
            answer = self._pipeline.call_any(prepared, job_id=job_id, deadline=deadline)
        except Conflict as error:
            # The answer to an earlier attempt may have been lost, and that one have cancelled it.
            if error.attempts > 1 and (state := self._cancelled(job_id, deadline)):
                return state
            error.add_note("Only queued jobs can be cancelled; this one goes on, or has ended.")
            raise
        told = None if answer is None else convert.job(answer)
        if told is not None and told.is_terminal and told._is_whole:
            return self._job(told)
        return self._job(self._after_cancel(job_id, told, deadline))

    def _after_cancel(self, job_id: str, told: JobState | None, deadline: float | None) -> JobState:
        """The whole job, once, after the service accepted a cancel; what is known when it can't be read."""
        try:
            state = read_job(self._pipeline, job_id, deadline)
        except ProteinIQError as error:
            log.warning(
                "job %s: the service accepted the cancel, and its state can't be read: %s", job_id, error
            )
            return told or unknown(job_id)
        if told is None:
            return state
        # A job never leaves a terminal state: what says otherwise lags behind.
        return told.newer(state) if told.is_terminal and not state.is_terminal else state.newer(told)

    def _cancelled(self, job_id: str, deadline: float | None) -> Job | None:
        """The job, if it is cancelled, as far as that can be found out."""
        try:
            state = read_status(self._pipeline, job_id, deadline)
        except ProteinIQError:
            return None
        return self._job(state) if state.status == JobStatus.CANCELLED else None

    def events(
        self, job: str | JobState, *, timeout: float | None = None, streams: bool = True
    ) -> Generator[Job]:
        """The job at each change, until it has ended or `timeout` seconds are over.

        It reconnects, and polls where there is no event stream (`streams=False` only polls). Raises NotFound,
        APIError; a fault that may pass does not end it.
        """
        with closing(self._watcher(job, timeout, streams).states()) as states:
            for state in states:
                yield self._job(state)

    def _watcher(self, job: str | JobState, timeout: float | None, streams: bool) -> Watcher:
        job_id, known = _known(job)
        deadline = self._deadline(timeout)
        return Watcher(self._pipeline, job_id, deadline=deadline, known=known, streams=streams)

    def wait(
        self,
        job: str | JobState,
        *,
        timeout: float | None = None,
        on_update: OnUpdate | None = None,
        cancel_on_timeout: bool = False,
        streams: bool = True,
    ) -> Job:
        """The job when it has ended, well or not; `on_update` is called with it at each change.

        `timeout` is in seconds, None waits for ever. A fault that may pass does not end the wait. `streams=False` only
        polls. `cancel_on_timeout` asks to cancel the job then, which takes up to 10 s more; only a queued job can be.
        Raises WaitTimeout, which else leaves the job running and says how to go on, NotFound, APIError.
        """
        job_id, known = _known(job)
        last = self._job(known) if known is not None else None
        if last is not None and last.is_terminal:
            return last
        watcher = self._watcher(job, timeout, streams)
        try:
            with closing(watcher.states()) as states:
                for state in states:
                    last = self._job(state)
                    if on_update is not None:
                        on_update(last)
        except (NotFound, InvalidInput):
            raise
        except BaseException as interrupt:
            # Ctrl-C and a cancelled task end the wait, not the job that is paid for.
            interrupt.add_note(where_it_is(job_id))
            raise
        if last is not None and last.is_terminal:
            return last
        end = end_of_wait(timeout, watcher.asked)
        if cancel_on_timeout:
            raise self._cancel_late(job_id, last, end)
        raise left_running(job_id, last, end)

    def _cancel_late(self, job_id: str, last: JobState | None, end: str) -> WaitTimeout:
        """Ask to cancel a job whose wait is over, and say what became of it."""
        try:
            ended = self._cancel(job_id, deadline=self._deadline(CANCEL_WITHIN))
        except ProteinIQError as error:
            return not_cancelled(job_id, last, end, error)
        return cancelled_late(ended, last, end)

    def wait_all(
        self,
        jobs: Iterable[str | JobState],
        *,
        timeout: float | None = None,
        on_update: OnUpdate | None = None,
    ) -> Generator[Job]:
        """Each of the jobs when it has ended, well or not, in the order in which they end.

        `jobs` are ids or jobs; one that is there twice is waited for once. Pages of the job list tell of a hundred jobs
        with one request, and only what no page shows is asked for by itself, so that the wait stays far below
        the rate limit. `on_update` is called with a job at each of its changes. `timeout` is in seconds for all
        together, None waits for ever. A fault that may pass does not end the wait.

        Raises WaitTimeout, whose `jobs` are those that go on, NotFound, APIError, and InvalidInput at once.
        """
        return self._wait_all(_awaited(jobs), self._deadline(timeout), timeout, on_update)

    def _wait_all(
        self,
        left: dict[str, JobState | None],
        deadline: float | None,
        timeout: float | None,
        on_update: OnUpdate | None,
    ) -> Generator[Job]:
        for state in [state for state in left.values() if state is not None and state.is_terminal]:
            del left[state.id]
            yield self._job(state)
        last: Job | None = None
        gatherer = Gatherer(self._pipeline, left, deadline=deadline)
        try:
            with closing(gatherer.states()) as states:
                for state in states:
                    job = self._job(state)
                    left[job.id] = job
                    if on_update is not None:
                        on_update(job)
                    if job.is_terminal:
                        del left[job.id]
                        if left:
                            yield job
                        else:
                            last = job  # given when its stream is closed
        except BaseException as interrupt:
            if left:
                interrupt.add_note(where_they_are(list(left)))
            raise
        if last is not None:
            yield last
        elif left:
            raise left_running_all(left, end_of_wait(timeout, gatherer.asked))

    def result(
        self,
        job: str | JobState,
        *,
        timeout: float | None = None,
        on_update: OnUpdate | None = None,
        cancel_on_timeout: bool = False,
    ) -> Result:
        """The result of a job, waited for if need be; the options are those of `wait`.

        A fault that may pass is waited out until the deadline, without one for five minutes. Raises JobFailed when it
        ended without a result, WaitTimeout, APIError, TransportError.
        """
        deadline = self._deadline(timeout)
        ended = self.wait(job, timeout=timeout, on_update=on_update, cancel_on_timeout=cancel_on_timeout)
        if ended.status in (JobStatus.CANCELLED, JobStatus.TIMEOUT):
            raise no_result(ended)
        try:
            return self._result_of(ended, timeout, deadline)
        except (JobFailed, WaitTimeout):
            raise
        except BaseException as error:
            error.add_note(where_its_result_is(ended.id))
            raise

    def _result_of(self, ended: Job, timeout: float | None, deadline: float | None) -> Result:
        """The result of a job that has ended: a fault that may pass does not lose what is paid for."""
        clock = self._pipeline.clock
        give_up = clock.monotonic() + RESULT_PATIENCE if deadline is None else deadline
        reads = 0
        while True:
            try:
                return self._results._get(ended.id, deadline=deadline)
            except NotFound:
                raise no_result(ended) from None
            except ProteinIQError as error:
                if not error.retryable:
                    raise
                reads += 1
                asked = error.retry_after if isinstance(error, APIError) else None
                move = late_result(
                    ended.status, reads=reads, retry_after=asked, now=clock.monotonic(), give_up=give_up
                )
                if isinstance(move, GiveUp):
                    if deadline is not None:
                        raise result_late(ended, end_of_wait(timeout, move.needed)) from error
                    raise
            clock.sleep(move.seconds)

    def _deadline(self, timeout: float | None) -> float | None:
        check_timeout(timeout)
        return None if timeout is None else self._pipeline.clock.monotonic() + timeout

    def _job(self, state: JobState) -> Job:
        if isinstance(state, Job):
            return state
        fields = {field.name: getattr(state, field.name) for field in attrs.fields(JobState)}
        return Job(**fields, jobs=self)

    def _order(self, tool: str | Tool, inputs: Any, settings: Mapping[str, Any] | None) -> _Order:
        if settings is not None and not isinstance(settings, Mapping):
            raise InvalidInput(f"settings: expected a mapping of settings to values, not {shown(settings)}")
        chosen: dict[str, Any] = _copied(dict(settings or {}), "settings")
        given = entries.given_entries(inputs)
        if given is not None:
            given = _copied(given, "inputs")
            tool_id = tool.id if isinstance(tool, Tool) else check_id("tool", tool)
            return _Order(tool_id, _default_name(tool_id, given), convert.entries_as_given(given), chosen)
        known = tool if isinstance(tool, Tool) else self._tools._recall(tool)
        made = entries.entries(known, inputs, settings)
        return _Order(known.id, _default_name(known.id, made), convert.entries(made), chosen)

    def _quote(self, order: _Order, max_reserved_credits: int | None) -> Quote:
        body = QuoteRequest(
            tool=order.tool,
            input_=JobInput(inputs=order.entries),
            settings=QuoteRequestSettings.from_dict(order.settings),
            billing=JobBilling(max_reserved_credits=max_reserved_credits)
            if max_reserved_credits is not None and _may_reserve("QuoteRequest")
            else UNSET,
        )
        return convert.quote(self._pipeline.call(quote_job.prepared(body=body)))


def _copied(value: Any, what: str) -> Any:
    """A copy, safe from later changes. Raises InvalidInput for what can't be copied."""
    try:
        return copy.deepcopy(value)
    except (TypeError, RecursionError) as error:
        raise InvalidInput(f"{what}: {str(error)[:100]}. Nothing was sent: give what JSON can hold") from None


@attrs.frozen
class _Order:
    """What is to be computed: a snapshot, so that later changes of the arguments don't reach it."""

    tool: str
    name: str
    entries: list[InputEntry]
    settings: dict[str, Any]


def _may_reserve(role: str) -> bool:
    """Whether the contract has a limit of reserved credits in this request."""
    return convert.is_documented(role, "billing") and convert.is_documented(
        "JobBilling", "max_reserved_credits"
    )


def _check_reserved(role: str, max_reserved_credits: int | None) -> None:
    """Raise InvalidInput for a limit that can't be sent in this request."""
    check_reserved_credits(max_reserved_credits)
    if max_reserved_credits is not None and not _may_reserve(role):
        raise InvalidInput(
            "max_reserved_credits: the service's contract has no such limit, so it might be ignored and the job "
            "cost more. Nothing was submitted; leave it out, or use max_credits"
        )


def _known(job: str | JobState) -> tuple[str, JobState | None]:
    return (job.id, job) if isinstance(job, JobState) else (check_id("job", job), None)


def _awaited(jobs: Iterable[str | JobState]) -> dict[str, JobState | None]:
    """The jobs, each once, in order. Raises InvalidInput."""
    if isinstance(jobs, (str, bytes, JobState)) or not isinstance(jobs, Iterable):
        raise InvalidInput(f"jobs: expected a list of jobs or ids, not {shown(jobs)}; `wait` takes one")
    awaited: dict[str, JobState | None] = {}
    for job in jobs:
        job_id, known = _known(job)
        awaited[job_id] = known or awaited.get(job_id)
    return awaited


def _default_name(tool_id: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """A name for people: the tool and the first label or FASTA header."""
    for entry in entries:
        label, content = entry.get("label"), entry.get("content")
        if not label and isinstance(content, str) and content.startswith(">"):
            label = content[1:].split("\n", 1)[0].split(" ", 1)[0].strip()
        if label and isinstance(label, str):
            return f"{tool_id} {label}"[:100]
    return tool_id
