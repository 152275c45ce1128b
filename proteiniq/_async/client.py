"""The client."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .._policy.pacing import JOB_READ_INTERVAL, RATE_LIMIT, RATE_WINDOW, Pacer, shared
from .._wire.clock import AsyncClock, AsyncMachineClock
from .._wire.config import check_pace, read_base_url, read_key, resolve
from .._wire.transport import AsyncWire

if TYPE_CHECKING:
    from ..hooks import Hook
    from ..models import Tool
    from .account import AsyncAccountAPI
    from .files import AsyncFiles
    from .job import OnUpdate
    from .jobs import AsyncJobs
    from .pipeline import AsyncPipeline
    from .results import AsyncResult, AsyncResults
    from .tools import AsyncTools


class AsyncProteinIQ:
    """A client of the service, for one key.

    `api_key` is taken from PROTEINIQ_API_KEY when it is not given, `base_url` (host only) from PROTEINIQ_BASE_URL, then
    it is https://proteiniq.io. `timeout` is how long one request may take, s; `max_retries` how often it is
    sent again when that may help and can't harm; `deadline` how long all of that may take with the pauses between, s,
    None for as long as it takes. Uploads and downloads have no deadline, and a wait for a job has its own.

    The rate limit's figures are the service's own (120 requests in 60 s for a key, reads of one job 5 s apart); they
    are shared by all clients of a key in this process, and the service's headers correct them. Other figures of a later
    client are not taken; a warning says so. Programs that run side by side on one machine share them by naming the same
    `pace_file`, a small SQLite file that is made where it isn't there. `hooks` are called with the `AttemptDetails` of
    every attempt to send a request.

    It is a context manager, and safe for many tasks of one event loop. Raises ConfigurationError.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = 30.0,
        max_retries: int = 4,
        deadline: float | None = None,
        rate_limit: int = RATE_LIMIT,
        rate_window: float = RATE_WINDOW,
        job_read_interval: float = JOB_READ_INTERVAL,
        pace_file: str | PathLike[str] | None = None,
        hooks: Sequence[Hook] = (),
        clock: AsyncClock | None = None,
    ) -> None:
        key, origin = read_key(api_key), read_base_url(base_url)
        # A traceback that shows locals must not show a key, in whichever place it was given.
        del api_key, base_url
        config = resolve(
            key, origin, timeout=timeout, max_retries=max_retries, deadline=deadline, hooks=hooks
        )
        check_pace(rate_limit, rate_window, job_read_interval)
        pace: Mapping[str, Any] = {
            "limit": rate_limit,
            "seconds": rate_window,
            "job_interval": job_read_interval,
        }
        pacer: Pacer = shared(config.base_url, config.key.prefix, **pace)
        if pace_file is not None:
            from .._wire.pace_file import FilePacer  # sqlite3 is for those who ask for it

            pacer = FilePacer(pace_file, f"{config.base_url} {config.key.prefix}", **pace)
        clock = clock or AsyncMachineClock()
        self._parts = (config, AsyncWire(clock=clock), clock, pacer)

    # The client that this one was made of by `with_options`, as long as it is there.
    _first: Callable[[], Self | None] = staticmethod(lambda: None)

    @classmethod
    def _over(cls, pipeline: AsyncPipeline) -> Self:
        """A client over a pipeline that is there already."""
        client = object.__new__(cls)
        client._pipeline = pipeline
        return client

    # What follows is loaded when it is first used: models and generated operations alone take longer to load than
    # all that a client needs to be there.

    @cached_property
    def _pipeline(self) -> AsyncPipeline:
        from .._policy.retry import RetryBudget
        from .pipeline import AsyncPipeline

        return AsyncPipeline(*self._parts, RetryBudget())

    @cached_property
    def account(self) -> AsyncAccountAPI:
        """The account behind the key."""
        from .account import AsyncAccountAPI

        return AsyncAccountAPI(self._pipeline)

    @cached_property
    def tools(self) -> AsyncTools:
        """The tools."""
        from .tools import AsyncTools

        return AsyncTools(self._pipeline)

    @cached_property
    def jobs(self) -> AsyncJobs:
        """Jobs: quote, submit, list, follow, cancel."""
        from .jobs import AsyncJobs

        return AsyncJobs(self._pipeline, self.tools, self.results)

    @cached_property
    def results(self) -> AsyncResults:
        """Results and their files."""
        from .results import AsyncResults

        return AsyncResults(self._pipeline)

    @cached_property
    def files(self) -> AsyncFiles:
        """The file library."""
        from .files import AsyncFiles

        return AsyncFiles(self._pipeline)

    def with_options(self, **options: Any) -> Self:
        """A client with another `timeout`, `max_retries` or `deadline`; this one stays as it is.

        Both share connections, pace and retry budget. Closing the new one leaves this one open, closing this one closes
        both. Raises ConfigurationError.
        """
        client = self._over(self._pipeline.with_config(self._pipeline.config.with_options(**options)))
        client._first = weakref.ref(self._first() or self)
        return client

    async def run(
        self,
        tool: str | Tool,
        inputs: Any,
        settings: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        max_credits: float | None = None,
        max_reserved_credits: int | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        on_update: OnUpdate | None = None,
        cancel_on_timeout: bool = False,
    ) -> AsyncResult:
        """Submit a job, wait for it, and get its result: `submit`, `wait` and `result` of `client.jobs` in one.

        `timeout` is how long to wait, s, None for ever. Raises what they raise; WaitTimeout leaves the job running,
        unless `cancel_on_timeout` asks to cancel it.
        """
        job = await self.jobs.submit(
            tool,
            inputs,
            settings,
            name=name,
            max_credits=max_credits,
            max_reserved_credits=max_reserved_credits,
            idempotency_key=idempotency_key,
        )
        return await self.jobs.result(
            job, timeout=timeout, on_update=on_update, cancel_on_timeout=cancel_on_timeout
        )

    async def openapi(self) -> dict[str, Any]:
        """The contract that the service publishes, as it is: an OpenAPI document.

        Raises APIError, TransportError, ContractError.
        """
        from proteiniq_openapi.api.contract import get_openapi

        return (await self._pipeline.call(get_openapi.prepared())).additional_properties

    async def close(self) -> None:
        """Close the connections. Jobs go on."""
        # Of a first client that was only there for its options, nobody is left to close them.
        if self._first() is None:
            await self._pipeline.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        made = vars(self)
        if "_parts" not in made and "_pipeline" not in made:  # a traceback of the constructor shows it too
            return f"<{type(self).__name__}, not made>"
        config = self._pipeline.config if "_pipeline" in made else self._parts[0]
        return f"<{type(self).__name__} {config.key} at {config.base_url}>"
