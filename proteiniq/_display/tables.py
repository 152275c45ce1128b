"""Tables of a page. A script (assets/tables.js) makes them sort, filter, copy and save; without it they are whole.

Numbers are shown rounded to what a column needs, and sorted, copied and saved as they are. All rows are in the page;
with the script, `ROWS` of them are laid out at a time, and all are printed.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from .._frames.rows import as_text
from .axes import minus
from .markup import escape
from .page import Part, asset
from .plots import sparkline
from .shapes import Column

ROWS = 25
"""How many rows are shown at a time."""

_DIGITS = 5
"""How many significant digits the usual number of a column has."""

_FEWEST_DECIMALS = 2

_EMPTY = '<td class="null"></td>'
_LONGEST = 300
"""The characters of a text that a cell shows; the rest is copied and saved."""

_SHORT = 20
"""The characters of a word with hyphens, such as an id or a date, that is not broken at them."""


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    id: str,
    caption: str,
    save_as: str,
    details: str = "",
) -> Part:
    """Return a table. A cell is None, what JSON has, or `Marked` HTML; a list of numbers is drawn.

    `save_as` is the name of a file of CSV, and `details` the id of the data that each row shows on demand, if any: a
    list with HTML for each row.
    """
    rows = list(rows)
    formats = [_format(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
    head = "".join(
        f'<th scope="col" data-type="{_type(column)}"{_title(column)}>{escape(column.name)}{_unit(column)}</th>'
        for column in columns
    )
    body = "".join(
        f"<tr{' class=off' if number >= ROWS else ''}>"
        f"{''.join(_cell(shape, value) for shape, value in zip(formats, row, strict=True))}</tr>"
        for number, row in enumerate(rows)
    )
    more = f' data-details="{escape(details)}"' if details else ""
    return Part(
        f'<div class="table" id="{id}" data-save="{escape(save_as)}"{more}>'
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{id}-caption"><table>'
        f'<caption id="{id}-caption">{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{about(columns)}</div>",
        styles=(asset("tables.css"),),
        scripts=(asset("save.js"), asset("tables.js")),
    )


def plain(columns: Sequence[Column], rows: Iterable[Sequence[Any]], caption: str) -> str:
    """Return a table of numbers that is only read, such as those of a plot."""
    rows = list(rows)
    formats = [_format(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
    head = "".join(f'<th scope="col">{escape(column.name)}{_unit(column)}</th>' for column in columns)
    body = "".join(
        f"<tr>{''.join(_cell(shape, value, raw=False) for shape, value in zip(formats, row, strict=True))}</tr>"
        for row in rows
    )
    return (
        f'<table class="plain"><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def about(columns: Iterable[Column]) -> str:
    """Return what is known of columns, as a list to open; nothing if nothing is."""
    known = "".join(
        f"<div><dt>{escape(column.name)}</dt><dd>{escape(column.description)}</dd></div>"
        for column in columns
        if column.description
    )
    return (
        f'<details class="about"><summary>What the columns are</summary><dl>{known}</dl></details>'
        if known
        else ""
    )


def _type(column: Column) -> str:
    return "number" if column.type in (int, float) else "text"


def _title(column: Column) -> str:
    return f' title="{escape(column.description)}"' if column.description else ""


def _unit(column: Column) -> str:
    return f' <span class="unit">{escape(column.unit)}</span>' if column.unit else ""


def _format(column: Column, values: Iterable[Any]) -> Callable[[Any], str]:
    if column.type is float:
        return number_format(value for value in values if isinstance(value, (int, float)))
    return as_text


def number_format(values: Iterable[float]) -> Callable[[float], str]:
    """Return how the numbers of a column are shown: with the decimals that give the usual one five digits, and with two
    where they have any, as masses need.

    One that these decimals would change by more than 0.5 % has three digits of its own.

    >>> shown = number_format([12.3456, 9.87654, 1e-9])
    >>> shown(12.3456), shown(-3.0), shown(1e-9), shown(2e12)
    ('12.3456', '−3.0000', '1e−9', '2e12')
    """
    given = [abs(value) for value in values if value and math.isfinite(value)]
    usual = min(median(given), sys.float_info.max) if given else 1.0
    needed = max((_decimals(value) for value in given), default=0)
    decimals = min(max(_FEWEST_DECIMALS, _DIGITS - 1 - math.floor(math.log10(usual))), needed, 6)

    def shown(value: float) -> str:
        if abs(value) < 1e9 and abs(round(value, decimals) - value) <= 0.005 * abs(value):
            return minus(f"{value:.{decimals}f}")
        return minus(re.sub(r"e([-+])0*", lambda found: "e" + found[1].strip("+"), f"{value:.3g}"))

    return shown


def _decimals(value: float) -> int:
    """Return how many decimals a number has."""
    text = repr(float(value))
    return 6 if "e" in text else len(text.partition(".")[2].rstrip("0"))


class Marked(str):
    """HTML of a cell. It is copied as the text in it."""

    __slots__ = ()


def _cell(shape: Callable[[Any], str], value: Any, *, raw: bool = True) -> str:
    if value is None:
        return _EMPTY
    if isinstance(value, Marked):
        return f"<td>{value}</td>"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text, exact = shape(value), repr(value)
        kept = f' data-v="{escape(exact)}"' if raw and text != exact else ""
        return f'<td class="n"{kept}>{escape(text)}</td>'
    if isinstance(value, list) and len(value) > 1 and all(_is_number(each) for each in value):
        return f"<td>{sparkline(value)}</td>"
    text = as_text(value)
    if len(text) > _LONGEST:
        return f'<td class="long" data-v="{escape(text)}">{escape(text[:_LONGEST])}…</td>'
    kind = ' class="s"' if "-" in text and len(text) <= _SHORT and not re.search(r"\s", text) else ""
    return f"<td{kind}>{escape(text)}</td>"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
