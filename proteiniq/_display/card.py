"""An object as HTML for a notebook.

A notebook that isn't trusted keeps tables, inline styles and `<img>`, and drops `<style>`, `<svg>` and scripts. Colours
are those of the notebook's theme, light or dark; borders are half transparent.
"""

from __future__ import annotations

from typing import Any

from .markup import escape, image
from .sheet import Grid, Sheet, sheet
from .text import shown

_LINE = "1px solid #88888866"
_TABLE = "border-collapse: collapse; margin: 4px 0"
_CELL = "text-align: left; vertical-align: top; padding: 2px 12px 2px 0; overflow-wrap: break-word"
_SHORT = 30
"""Tables with more rows are closed until they are clicked."""


def card(value: Any) -> str | None:
    """Return an object as HTML, None if its `repr` is all that there is."""
    made = sheet(value)
    return None if made is None else rendered(made)


def rendered(sheet: Sheet) -> str:
    """Return a sheet as HTML."""
    facts = [(name, shown(value)) for name, value in sheet.facts]
    rows = "".join(
        f'<tr><th scope="row" style="{_CELL}">{escape(shown(name))}</th><td style="{_CELL}">{escape(text)}</td></tr>'
        for name, text in facts
        if text
    )
    parts = [
        f'<div style="margin: 4px 0"><strong>{escape(sheet.title)}</strong> {_picture(sheet)}</div>',
        f'<table style="{_TABLE}"><tbody>{rows}</tbody></table>' if rows else "",
        *map(_grid, sheet.grids),
        f'<div style="margin: 4px 0"><em>{escape(sheet.note)}</em></div>' if sheet.note else "",
    ]
    return f"<div>{''.join(parts)}</div>"


def _picture(sheet: Sheet) -> str:
    made = sheet.picture
    if made is None:
        return ""
    style = f"width: {made.width}px; height: {made.height}px; vertical-align: middle; display: inline"
    return image(made.svg, made.description, style)


def _grid(grid: Grid) -> str:
    head = "".join(
        f'<th scope="col" style="{_CELL}; border-bottom: {_LINE}">{escape(shown(name))}</th>'
        for name in grid.columns
    )
    body = "".join(
        f"<tr>{''.join(f'<td style={chr(34)}{_CELL}{chr(34)}>{escape(shown(each))}</td>' for each in row)}</tr>"
        for row in grid.rows
    )
    table = f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    left = f'<div style="margin: 4px 0">… and {grid.left:,} more</div>' if grid.left else ""
    caption = escape(shown(grid.caption))
    if len(grid.rows) > _SHORT and caption:
        return f"<details><summary><strong>{caption}</strong></summary>{table}{left}</details>"
    return (f'<div style="margin: 4px 0"><strong>{caption}</strong></div>' if caption else "") + table + left
