"""The client."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from types import TracebackType
from typing import Any, Literal, NoReturn, Self, Unpack

from .._cached import cached_property
from .._policy.pacing import JOB_READ_INTERVAL, RATE_LIMIT, RATE_WINDOW
from .._policy.retry import RetryBudget
from .._wire.clock import AsyncClock, AsyncMachineClock
from .._wire.config import NOT_PICKLED, Options, check_pace, read_credentials, resolve
from .._wire.extra_headers import read_extra_headers
from .._wire.pacers import LocalPacer, Pacer, shared
from .._wire.route import Verify, read_route
from ..errors import ConfigurationError
from ..hooks import Hook
from . import lazy
from .transport import AsyncTransport
from .wire import AsyncWire


class AsyncProteinIQ:
    """A client of the service for one API key.

    `api_key` defaults to PROTEINIQ_API_KEY, `base_url` (host only) to PROTEINIQ_BASE_URL or https://proteiniq.io.
    `profile` names a key that `proteiniq login` has stored, and the service that it is for; it comes before the
    environment. Without `api_key`, `profile` and PROTEINIQ_API_KEY, the profile is that of PROTEINIQ_PROFILE, of
    config.toml, or `default`.

    `timeout` limits one request, in seconds. `max_retries` is the number of retries of a request, made only when a
    retry may succeed and is harmless. `deadline` limits a request with its retries and the pauses between them, in
    seconds; None means no limit. It does not apply to uploads and downloads; a wait has its own timeout.

    The defaults of the rate limit are the service's (120 requests per key in 60 s, reads of one job 5 s apart). All
    clients of a key in this process share one limit, which is corrected by the service's headers; `rate_limit` is never
    exceeded. Different values of a later client are ignored with a warning. Programs on one machine share the limit by
    naming the same `pace_file`, a small SQLite file that is created if missing; while it can't be used, the client
    keeps its own count. `hooks` are called with the `AttemptDetails` of every attempt to send a request. `clock`
    replaces the machine's clock in tests. `allow_http` names hosts of a private network to which the key may be sent
    unencrypted, such as a sandbox in a container: `allow_http=("sandbox",)`. They are reached without a proxy of the
    environment, which could read the key.

    `headers` are sent with every request to the service, never to the storage behind a signed URL; their values are not
    logged. Headers that the client sets itself are refused. `app`, such as `("my-pipeline", "1.2")`, is appended to
    `User-Agent` as `my-pipeline/1.2`.

    `proxy` is an http:// or https:// URL, or a socks5:// one if the package socksio is installed; user name and
    password in it are never shown. False connects directly, and None takes the proxies of the environment
    (HTTPS_PROXY, ALL_PROXY), to which alone NO_PROXY applies. Services on this machine are reached through a proxy on
    this machine only. `verify` is a file or directory of CA certificates, or an `ssl.SSLContext`, to verify servers
    with; None takes SSL_CERT_FILE or SSL_CERT_DIR, else the certificates of certifi. Verification can't be switched
    off, since the key would be readable on the way.

    `transport`, an `AsyncTransport`, sends the requests instead: in-process, from a recording, or over another HTTP
    library. It makes its own connections, without `proxy` and `verify`, and the client doesn't share its rate limit.

    The client is a context manager, and safe for many tasks of one event loop. Raises ConfigurationError.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        profile: str | None = None,
        timeout: float = 30.0,
        max_retries: int = 4,
        deadline: float | None = None,
        rate_limit: int | None = None,
        rate_window: float = RATE_WINDOW,
        job_read_interval: float = JOB_READ_INTERVAL,
        pace_file: str | PathLike[str] | None = None,
        allow_http: Sequence[str] = (),
        hooks: Sequence[Hook] = (),
        headers: Mapping[str, str] | None = None,
        app: tuple[str, str] | None = None,
        proxy: str | Literal[False] | None = None,
        verify: Verify = None,
        transport: AsyncTransport | None = None,
        clock: AsyncClock | None = None,
    ) -> None:
        key, origin = read_credentials(api_key, base_url, profile, allow_http)
        extra, route = read_extra_headers(headers, app), read_route(proxy, verify, transport)
        # A traceback that shows locals must not show a secret, in whichever argument it was passed.
        del api_key, base_url, headers, app, proxy, verify
        config = resolve(
            key, origin, extra, timeout=timeout, max_retries=max_retries, deadline=deadline, hooks=hooks
        )
        if isinstance(route, ConfigurationError):
            raise route
        check_pace(rate_limit, rate_window, job_read_interval, pace_file)
        pace: Mapping[str, Any] = {
            "limit": RATE_LIMIT if rate_limit is None else rate_limit,
            "seconds": rate_window,
            "job_interval": job_read_interval,
            "most": rate_limit,
        }
        # What a transport reaches need not be the service: its rate limit says nothing to other clients.
        pacer: Pacer = LocalPacer(**pace)
        if transport is None:
            pacer = shared(config.base_url, config.key.prefix, **pace)
        if pace_file is not None:
            from .._wire.pace_file import FilePacer  # imports sqlite3 only if it is used

            key_id = f"{config.base_url} {config.key.prefix}"
            pacer = FilePacer(pace_file, key_id, instead=pacer, **pace)
        clock = clock or AsyncMachineClock()
        self._parts = (
            config,
            AsyncWire(clock=clock, route=route.to(config.base_url), own=transport),
            clock,
            pacer,
        )

    # The client from which `with_options` derived this one, while it exists.
    _first: Callable[[], Self | None] = staticmethod(lambda: None)

    @classmethod
    def _over(cls, pipeline: lazy.AsyncPipeline) -> Self:
        """Return a client over an existing pipeline."""
        client = object.__new__(cls)
        client._pipeline = pipeline
        return client

    @cached_property
    def _pipeline(self) -> lazy.AsyncPipeline:
        return lazy.AsyncPipeline(*self._parts, RetryBudget())

    @cached_property
    def account(self) -> lazy.AsyncAccountAPI:
        """The account behind the key."""
        return lazy.AsyncAccountAPI(self._pipeline)

    @cached_property
    def tools(self) -> lazy.AsyncTools:
        """The tools."""
        return lazy.AsyncTools(self._pipeline)

    @cached_property
    def jobs(self) -> lazy.AsyncJobs:
        """Quote, submit, list, follow and cancel jobs."""
        return lazy.AsyncJobs(self._pipeline, self.tools, self.results)

    @cached_property
    def results(self) -> lazy.AsyncResults:
        """Results and their files."""
        return lazy.AsyncResults(self._pipeline, self.tools)

    @cached_property
    def files(self) -> lazy.AsyncFiles:
        """The file library."""
        return lazy.AsyncFiles(self._pipeline)

    def with_options(self, **options: Unpack[Options]) -> Self:
        """Return a client with another `timeout`, `max_retries` or `deadline`; this client is unchanged.

        Both share connections, rate limit and retry budget. Closing the new client leaves this one open; closing this
        one closes both. Attributes that a subclass has set are copied, except cached properties. Raises
        ConfigurationError.
        """
        client = self._over(self._pipeline.with_config(self._pipeline.config.with_options(**options)))
        vars(client).update(
            (name, value)
            for name, value in vars(self).items()
            if name not in ("_parts", "_first")
            and not isinstance(getattr(type(self), name, None), functools.cached_property)
        )
        client._first = weakref.ref(self._first() or self)
        return client

    async def run(
        self,
        tool: str | lazy.ToolSummary | lazy.Tool,
        inputs: Any,
        settings: Mapping[str, Any] | None = None,
        *,
        name: str | None = None,
        max_credits: float | None = None,
        max_reserved_credits: int | None = None,
        idempotency_key: str | None = None,
        timeout: float | None = None,
        on_update: lazy.OnUpdate | None = None,
        progress: bool = False,
        cancel_on_timeout: bool = False,
        partial: bool = False,
        wait_for_slot: bool = True,
        check: bool = True,
    ) -> lazy.AsyncResult:
        """Submit a job, wait for it and return its result: `submit`, `wait` and `result` of `client.jobs` in one call.

        `timeout` limits the wait for a job slot and for the job together, in seconds; None waits forever. `progress`
        shows the job while it is waited for, as in `client.jobs.wait`. Raises their errors: JobFailed if the job ended
        without success, unless `partial` is set and it left a result; WaitTimeout, which leaves the job running unless
        `cancel_on_timeout` is set; ConcurrentJobLimitExceeded if no slot became free, or at once without
        `wait_for_slot`.
        """
        return await self.jobs._run(
            timeout,
            on_update,
            progress=progress,
            cancel_on_timeout=cancel_on_timeout,
            partial=partial,
            wait_for_slot=wait_for_slot,
            tool=tool,
            inputs=inputs,
            settings=settings,
            name=name,
            max_credits=max_credits,
            max_reserved_credits=max_reserved_credits,
            idempotency_key=idempotency_key,
            check=check,
        )

    def batch(
        self,
        tool: str | lazy.ToolSummary | lazy.Tool,
        items: Any,
        folder: str | PathLike[str],
        *,
        settings: Mapping[str, Any] | None = None,
        columns: Mapping[str, str | None] | None = None,
        inputs: Mapping[str, Any] | None = None,
        name: str | None = None,
        max_credits: float | None = None,
        max_credits_each: float | None = None,
        on_failure: str | lazy.OnFailure = "skip",
        keep: str = "all",
        resend_within: float = 12 * 3600.0,
        resend_in_doubt: bool = False,
        retry_failed: bool = False,
        reuse: str | PathLike[str] | None = None,
        take_over: bool = False,
        progress: bool = False,
        on_progress: lazy.OnBatchProgress | None = None,
        check: bool = True,
    ) -> lazy.AsyncBatch:
        """Return a batch: a job for each item, with plan, progress and results in `folder`. Iterate over it to run it.

        `items` is an iterable of inputs, of `(id, inputs)` or of `(id, inputs, settings)`, a mapping of ids to inputs,
        a path to a FASTA, SDF, SMILES, CSV, TSV or Parquet file, or a DataFrame of pandas or polars, with one item a
        record or row. `columns` maps columns to a slot, a setting or `id` (None leaves one out), or `{"record": slot}`
        for FASTA, SDF and SMILES. `settings` and `inputs` are for all items that lack their own. Items with equal
        inputs and settings run once.

        All items are checked before the first submit. The same call resumes an interrupted batch: nothing is submitted
        twice, and no saved result is downloaded again. Items added at the end extend the batch; changed items are
        refused.

        `max_credits` is the limit of the whole batch, over all its runs, and `max_credits_each` that of one item; both
        compare with the service's quote, made once for items of the same settings and about the same size. None keeps
        the limit of the run before, and `float("inf")` removes it. `on_failure` is "skip", "stop" or an `OnFailure`.
        `keep="data"` saves only the structured results, not the files. A submit whose response was lost is looked for
        in the job list, and is repeated with its idempotency key if it isn't there and is younger than `resend_within`
        seconds (how long the service keeps a key is not documented); otherwise its item stays in doubt until you pass
        `resend_in_doubt=True`. `retry_failed` submits the failed items again. `reuse` is the folder of another batch,
        whose results are copied for items with equal inputs and settings. `take_over` takes the folder from a process
        on another machine that is dead. `progress` shows a bar on stderr, or a line a minute if that is not a terminal,
        or a card in a notebook; `on_progress` is called with a `BatchStatus`, at most once a second.

        Iterating raises InvalidInput before the first submit, BatchPaused if the batch can't go on now (no credits, an
        invalid key, too many failures), BatchLocked, BatchError, APIError, TransportError.
        """
        options = lazy.BatchOptions(
            settings=settings,
            columns=columns,
            inputs=inputs,
            name=name,
            max_credits=max_credits,
            max_credits_each=max_credits_each,
            on_failure=on_failure,
            keep=keep,
            resend_within=resend_within,
            resend_in_doubt=resend_in_doubt,
            retry_failed=retry_failed,
            reuse=reuse,
            take_over=take_over,
            check=check,
        )
        return lazy.AsyncBatch(
            self._pipeline,
            self.tools,
            self.jobs,
            tool,
            items,
            folder,
            options,
            progress=progress,
            on_progress=on_progress,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        idempotency_key: str | None = None,
    ) -> Any:
        """Send a request to a route that has no method here, such as `client.request("GET", "/api/v1/projects")`.

        `path` is a path on the service, never another host. `params` is the query, and `json` the body. The request is
        paced and retried like any other; with a method other than GET, HEAD and DELETE, it is retried after a lost
        response only with an `idempotency_key`, which the route must support. Returns the value of a JSON response, the
        bytes of any other, None for an empty one. Raises InvalidInput, APIError, TransportError, ContractError if the
        response is not the JSON that it claims to be.
        """
        from .request import request

        return await request(
            self._pipeline, method, path, params=params, json=json, idempotency_key=idempotency_key
        )

    async def openapi(self) -> dict[str, Any]:
        """Return the contract that the service publishes, an OpenAPI document, unchanged.

        Raises APIError, TransportError, ContractError.
        """
        from proteiniq_openapi.api.contract import get_openapi

        return (await self._pipeline.call(get_openapi.prepared())).additional_properties

    async def close(self) -> None:
        """Close the connections. Jobs continue."""
        # If the first client no longer exists, this one has to close the connections.
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

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_PICKLED)

    def __copy__(self) -> Self:
        """Return a client over the same connections; closing either closes both."""
        copied = object.__new__(type(self))
        vars(copied).update(vars(self))
        return copied

    def __repr__(self) -> str:
        made = vars(self)
        if "_parts" not in made and "_pipeline" not in made:  # a traceback of the constructor shows it too
            return f"<{type(self).__name__}, not made>"
        config = self._pipeline.config if "_pipeline" in made else self._parts[0]
        return f"<{type(self).__name__} {config.key} at {config.base_url}>"
