"""What a tool takes and costs, as text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from .._message_text import counted, number_text
from .text import MANY, one_line, shown

if TYPE_CHECKING:
    from ..models import Setting, Slot, Tool

_COLUMNS = 100
_LONGEST = 5000


def price(tool: Tool) -> str | None:
    """Return what a job of a tool costs, None if only a quote says so."""
    model = tool.credit_model
    if model is None:
        return None
    if model.is_free:
        return "free"
    parts = []
    if model.base_credits:
        parts.append(counted(model.base_credits, "credit"))
    if model.credits_per_unit:
        parts.append(f"{counted(model.credits_per_unit, 'credit')} per {model.unit or 'unit'}")
    return " and ".join(parts) or None


def needed(slot: Slot) -> str:
    """Return whether a job needs the slot."""
    return "required" if slot.required else "optional"


def slot_text(slot: Slot) -> str:
    """Return what a slot takes."""
    limits = (
        ("entry", "entries", slot.max_entries),
        ("record", "records", slot.max_records),
        ("byte", "bytes", slot.max_bytes),
    )
    parts = [
        slot.kind,
        ", ".join(slot.formats),
        *(f"at most {most:,} {one if most == 1 else many}" for one, many, most in limits if most is not None),
    ]
    return "; ".join(part for part in parts if part)


def setting_text(setting: Setting) -> str:
    """Return which values a setting has."""
    ends = (("from", setting.minimum), ("to", setting.maximum))
    span = " ".join(f"{word} {number_text(end)}" for word, end in ends if end is not None)
    parts = [
        setting.type,
        f"default {'empty' if setting.default == '' else setting.default}"
        if setting.default is not None
        else None,
        f"one of {', '.join(one_line(each, 40) for each in setting.options[:MANY])}"
        if setting.options
        else None,
        f"{span} {setting.unit or ''}".strip() if span else setting.unit,
    ]
    return "; ".join(part for part in parts if part)


def tool_page(tool: Tool) -> str:
    """Return a tool as a page of text: what it is, takes, returns and costs."""
    from .sheet import sheet

    made = sheet(tool)
    assert made is not None
    lines = [made.title]
    for name, value in made.facts:
        lines += _entry(f"{name}: ", shown(value, _LONGEST), "  ")
    for grid in made.grids:
        lines += ["", grid.caption]
        for first, *rest in grid.rows:
            text = "; ".join(filter(None, (shown(each, _LONGEST) for each in rest)))
            lines += _entry(f"{shown(first)}: ", text, "  ")
        if grid.left:
            lines.append(f"  … and {grid.left:,} more")
    return "\n".join(lines)


def _entry(name: str, text: str, indent: str) -> list[str]:
    """Return a name and its text as lines, and none if the text is empty."""
    if not text:
        return []
    return textwrap.wrap(
        name + text, _COLUMNS, initial_indent=indent, subsequent_indent=indent * 2, break_on_hyphens=False
    )
