"""The tools."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from proteiniq_openapi.api.tools import get_tool, list_tools
from proteiniq_openapi.models import ToolSummary as LowToolSummary
from proteiniq_openapi.types import UNSET

from .._inputs.arguments import LARGEST_PAGE, Span, check_filters, check_id
from .._responses import convert
from .._responses.messages import did_you_mean, similar
from ..errors import NotFound
from ..models import Tool, ToolSummary
from .paging import AsyncListing, AsyncPager
from .pipeline import AsyncPipeline

REMEMBERED = 300.0
"""How long a tool's contract is cached, in seconds; a choice of this client."""

SUGGESTED_WITHIN = 5.0
"""How long listing the tools for a suggestion may take, in seconds; a choice of this client."""


class AsyncTools:
    """`client.tools`."""

    def __init__(self, pipeline: AsyncPipeline) -> None:
        self._pipeline = pipeline
        self._known: dict[str, tuple[float, Tool]] = {}
        self._ids: set[str] = set()
        self._has_listed = False

    def list(
        self,
        *,
        q: str | None = None,
        category: str | None = None,
        tag: str | None = None,
        task: str | None = None,
        limit: int | None = None,
        page_size: int | None = None,
        max_items: int | None = None,
        starting_after: str | None = None,
    ) -> AsyncPager[ToolSummary]:
        """Iterate over the tools (documentation, "Tools").

        `page_size` is from 1 to 100 (`limit` is its older name), and `max_items` limits the items of all pages. To
        continue a list, pass the `next_cursor` of a page as `starting_after`.

        The filters are documented for the service's MCP connector only. Raises InvalidInput, and on iteration
        APIError, TransportError.
        """
        span = Span.of(limit, page_size, max_items, starting_after)
        check_filters(category=category, tag=tag, task=task)
        prepare = partial(
            list_tools.prepared,
            q=q or UNSET,
            category=category or UNSET,
            tag=tag or UNSET,
            task=task or UNSET,
        )
        return AsyncPager(AsyncListing(self._pipeline, prepare, self._listed), span)

    async def get(self, tool_id: str | ToolSummary | Tool) -> Tool:
        """Return a tool with its slots, settings, outputs and price (documentation, "Tools").

        Raises NotFound for an unknown tool, which names those with a similar id, APIError, TransportError.
        """
        tool_id = check_id("tool", tool_id)
        try:
            response = await self._pipeline.call(get_tool.prepared(tool_id))
        except NotFound as error:
            await self._suggest(error, tool_id)
            raise
        tool = convert.tool(response)
        self._known[tool_id] = (self._pipeline.clock.monotonic(), tool)
        return tool

    async def _recall(self, tool_id: str | ToolSummary) -> Tool:
        """Return the tool, cached for `REMEMBERED` seconds; a submit checks its input against it."""
        tool_id = check_id("tool", tool_id)
        at, tool = self._known.get(tool_id, (float("-inf"), None))
        if tool is not None and self._pipeline.clock.monotonic() - at < REMEMBERED:
            return tool
        return await self.get(tool_id)

    def _remembered(self, tool_id: str | None) -> Tool | None:
        """Return the contract of a tool that was read before, however long ago, without a request."""
        return self._known[tool_id][1] if tool_id in self._known else None

    def _listed(self, response: LowToolSummary) -> ToolSummary:
        tool = convert.tool_summary(response)
        self._ids.add(tool.id)
        return tool

    async def _suggest(self, error: NotFound, tool_id: str) -> None:
        """Add tools with a similar id to an error about an unknown one, from the lists seen so far or a new one."""
        if type(error) is not NotFound or tool_id in self._ids | self._known.keys():
            return
        if not similar(tool_id, self._ids) and not self._has_listed:
            self._has_listed = True
            deadline = self._pipeline.clock.monotonic() + SUGGESTED_WITHIN
            with suppress(Exception):  # a suggestion that can't be made must not replace the error
                response = await self._pipeline.call(
                    list_tools.prepared(limit=LARGEST_PAGE), deadline=deadline
                )
                for each in response.data:
                    self._listed(each)
        did_you_mean(error, similar(tool_id, self._ids))
