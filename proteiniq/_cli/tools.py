"""The tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .._display.tools import needed, price, setting_text, slot_text
from .base import LIMIT, group
from .output import Column, always, attributes
from .session import Session

if TYPE_CHECKING:
    from proteiniq import Tool

tools = group("tools", "The tools, with their slots, settings and prices.")


@tools.command(
    "list",
    short_help="List the tools.",
    examples=("proteiniq tools list", "proteiniq tools list -q", "proteiniq tools list --search alignment"),
)
@click.option("--search", "q", metavar="TEXT", help="Only tools that have this text.")
@click.option("--category", metavar="NAME", help="Only tools of this category.")
@click.option("--tag", metavar="NAME", help="Only tools with this tag.")
@LIMIT
@click.pass_obj
def list_tools(session: Session, /, **filters: Any) -> None:
    """List the tools."""
    from .names import remembering_tools

    columns = [
        *attributes("id", "name", "category"),
        Column("free", lambda tool: tool.is_free),
        *attributes("description"),
    ]
    found = remembering_tools(session.client.tools.list(**filters))
    session.output.listing(columns, found, id=lambda tool: tool.id, empty="No tool fits.")


@tools.command(
    "show",
    short_help="Show a tool's slots, settings, outputs and price.",
    examples=("proteiniq tools show protein-parameters", "proteiniq tools show protein-parameters --json"),
)
@click.argument("tool")
@click.pass_obj
def show_tool(session: Session, tool: str) -> None:
    """Show a tool: what its slots take, its settings with types, defaults and ranges, its outputs and its price."""
    found = session.client.tools.get(tool)
    rows = [
        ("id", found.id),
        ("name", found.name),
        ("version", found.version),
        ("category", found.category),
        ("description", found.description),
        ("price", price(found) or "`proteiniq quote` says what a job costs"),
        *(
            (f"slot {slot.id}", _joined(needed(slot), slot_text(slot), slot.description))
            for slot in found.slots
        ),
        *(
            (f"setting {setting.id}", _joined(setting_text(setting), setting.description))
            for setting in found.settings
        ),
        *((f"output {output.name}", output.description) for output in found.outputs),
    ]
    columns = [Column(name, always(value)) for name, value in rows]
    session.output.record(columns, found, id=found.id)


def is_free(tool: Tool) -> bool:
    """Whether the service states that a job of a tool costs nothing."""
    return tool.credit_model is not None and bool(tool.credit_model.is_free)


def _joined(*parts: str | None) -> str:
    return "; ".join(part for part in parts if part)
