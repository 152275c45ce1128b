# Generated from proteiniq/_async/tools.py by scripts/unasync.py. Edit that file instead.

"""The tools."""

from __future__ import annotations

from proteiniq_openapi.api.tools import get_tool, list_tools
from proteiniq_openapi.types import UNSET

from .._inputs.arguments import check_id, check_limit
from .._responses import convert
from ..models import Tool, ToolSummary
from .paging import Page, Pager
from .pipeline import Pipeline

REMEMBERED = 300.0
"""How long a tool's contract is cached, in seconds; a choice of this client."""


class Tools:
    """`client.tools`."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._known: dict[str, tuple[float, Tool]] = {}

    def list(
        self,
        *,
        q: str | None = None,
        category: str | None = None,
        tag: str | None = None,
        task: str | None = None,
        limit: int | None = None,
    ) -> Pager[ToolSummary]:
        """Iterate over the tools; `limit` is the page size, from 1 to 100 (documentation, "Tools").

        The filters are documented for the service's MCP connector only. Raises InvalidInput for an invalid limit, and
        on iteration APIError, TransportError.
        """
        check_limit(limit)

        def fetch(cursor: str | None) -> Page[ToolSummary]:
            answer = self._pipeline.call(
                list_tools.prepared(
                    q=q or UNSET,
                    category=category or UNSET,
                    tag=tag or UNSET,
                    task=task or UNSET,
                    limit=limit or UNSET,
                    starting_after=cursor or UNSET,
                )
            )
            return convert.page(answer, "list_tools", convert.tool_summary, cursor=cursor)

        return Pager("list_tools", fetch)

    def get(self, tool_id: str) -> Tool:
        """Return a tool with its slots, settings, outputs and price (documentation, "Tools").

        Raises NotFound for an unknown tool, APIError, TransportError.
        """
        prepared = get_tool.prepared(check_id("tool", tool_id))
        tool = convert.tool(self._pipeline.call(prepared))
        self._known[tool_id] = (self._pipeline.clock.monotonic(), tool)
        return tool

    def _recall(self, tool_id: str) -> Tool:
        """Return the tool, cached for `REMEMBERED` seconds; a submit checks its input against it."""
        at, tool = self._known.get(check_id("tool", tool_id), (float("-inf"), None))
        if tool is not None and self._pipeline.clock.monotonic() - at < REMEMBERED:
            return tool
        return self.get(tool_id)
