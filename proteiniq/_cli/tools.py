"""The tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .base import LIMIT, group
from .output import Column, always, attributes, shown
from .session import Session

if TYPE_CHECKING:
    from proteiniq import Setting, Slot, Tool

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
        ("price", price(found)),
        *((f"slot {slot.id}", _slot(slot)) for slot in found.slots),
        *((f"setting {setting.id}", _setting(setting)) for setting in found.settings),
        *((f"output {output.name}", output.description) for output in found.outputs),
    ]
    columns = [Column(name, always(value)) for name, value in rows]
    session.output.record(columns, found, id=found.id)


def price(tool: Tool) -> str:
    """Return what a job of a tool costs, as text."""
    model = tool.credit_model
    if model is None:
        return "unknown; `proteiniq quote` says what a job costs"
    if is_free(tool):
        return "free"
    parts = []
    if model.base_credits:
        parts.append(_counted(model.base_credits))
    if model.credits_per_unit:
        parts.append(f"{_counted(model.credits_per_unit)} per {model.unit or 'unit'}")
    return " and ".join(parts) or "`proteiniq quote` says what a job costs"


def is_free(tool: Tool) -> bool:
    """Whether the service states that a job of a tool costs nothing."""
    return tool.credit_model is not None and bool(tool.credit_model.is_free)


def _counted(credits: float) -> str:
    return f"{shown(credits)} credit{'' if credits == 1 else 's'}"


def _slot(slot: Slot) -> str:
    limits = (("entries", slot.max_entries), ("records", slot.max_records), ("bytes", slot.max_bytes))
    parts = [
        "required" if slot.required else "optional",
        slot.kind,
        ", ".join(slot.formats),
        *(f"at most {most:,} {what}" for what, most in limits if most is not None),
        slot.description,
    ]
    return "; ".join(part for part in parts if part)


def _setting(setting: Setting) -> str:
    from .._message_text import number_text

    ends = (("from", setting.minimum), ("to", setting.maximum))
    span = " ".join(f"{word} {number_text(end)}" for word, end in ends if end is not None)
    parts = [
        setting.type,
        f"default {setting.default}" if setting.default is not None else None,
        f"one of {', '.join(map(str, setting.options))}" if setting.options else None,
        f"{span} {setting.unit or ''}".strip() if span else setting.unit,
        setting.description,
    ]
    return "; ".join(part for part in parts if part)
