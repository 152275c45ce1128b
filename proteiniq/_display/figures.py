"""An output of a result as a piece of a page, by its kind: a plot, a table, a list of values, a text."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import Any

import attrs

from .._frames.rows import as_text
from .axes import Axis, minus
from .documents import is_numbers
from .markup import escape
from .matrix import Matrix as Shown, heat_map
from .page import Part, asset
from .plots import MOST_LINES, Level, bins, histogram, line_plot, sparkline
from .shapes import (
    Alignment,
    Column,
    Curve,
    Image,
    Line,
    Matrix,
    Numbers,
    Output,
    PerResidue,
    Sequences,
    Table,
    Text,
    Tree,
    Value,
    Values,
)
from .tables import number_format, plain, table

FEWEST = 20
"""The numbers that a histogram is of, at least."""

_MOST_HISTOGRAMS = 12
_FEW = 4
"""So many numbers that are not along a sequence are written, not drawn, and so is a matrix of as many rows."""
_MOST_NUMBERS = 20_000
"""The cells of the table of a plot's numbers, at most; the files of the result have all."""
_LONGEST = 100_000
"""The characters of a text that are shown."""
_PAE_HIGHEST = 31.75
"""Where AlphaFold's predicted aligned errors end: the center of the last of 64 bins (Jumper et al. 2021)."""


def figure(output: Output, id: str, lengths: Collection[int] = ()) -> Part | None:
    """Return an output as a piece of a page; None if it is only a file to save.

    `id` begins the ids of its elements. `lengths` are those of the sequences that are known: as many numbers are along
    one of them.
    """
    match output:
        case PerResidue():
            return _per_residue(output, id)
        case Table():
            return rows(output, id)
        case Curve():
            return curve(output)
        case Numbers():
            return _numbers(output, lengths)
        case Matrix():
            return _plot(_matrix(output))
        case Values():
            return Part(values(output.values))
        case Sequences():
            return Part(_sequences(output))
        case Alignment() | Text():
            return Part(_text(output.text))
        case Tree():
            return Part(_text(json.dumps(output.value, ensure_ascii=False, indent=1)))
        case Image():
            return Part(_image(output))
    return None


def values(given: Iterable[Value]) -> str:
    """Return single values as a list."""
    made = []
    for each in given:
        unit = f' <span class="unit">{escape(each.unit)}</span>' if each.unit else ""
        note = f'<dd class="note">{escape(each.description)}</dd>' if each.description else ""
        name = escape(each.name or "value")
        made.append(f"<div><dt>{name}</dt><dd>{_value(each.value)}{unit}</dd>{note}</div>")
    return f'<dl class="values">{"".join(made)}</dl>'


def _value(value: Any) -> str:
    if value is None:
        return '<span class="none">none</span>'
    if isinstance(value, float):
        return escape(minus(f"{value:.12g}"))
    if is_numbers(value) and len(value) > 1 and None not in value:
        return sparkline(value)
    return escape(as_text(value))


def rows(output: Table, id: str, *, save_as: str | None = None, details: str = "") -> Part:
    """Return a table, as a list of values if it has one row, and the distributions of its numbers if it has many."""
    if len(output.rows) == 1 and not details:
        given = zip(output.columns, output.rows[0], strict=True)
        return Part(
            values(Value(column.name, cell, column.unit, column.description) for column, cell in given)
        )
    made = table(
        output.columns,
        output.rows,
        id=id,
        caption=output.description or f"{output.name or 'Values'}, {len(output.rows):,} rows",
        save_as=save_as or f"{output.name.rpartition('/')[2] or 'table'}.csv",
        details=details,
    )
    drawn = distributions(output)
    return attrs.evolve(made, body=made.body + drawn, styles=(*made.styles, asset("plots.css")))


def distributions(output: Table) -> str:
    """Return histograms of the columns with numbers, to be opened; nothing if there are few rows."""
    made: list[str] = []
    left = 0
    for place, column in enumerate(output.columns):
        if column.type not in (int, float):
            continue
        given = [row[place] for row in output.rows if row[place] is not None]
        if len(given) < FEWEST or len({*given}) < 3:
            continue
        if len(made) < _MOST_HISTOGRAMS:
            made.append(f"<figure>{_histogram(given, column)}</figure>")
        else:
            left += 1
    if not made:
        return ""
    note = f"<p>Those of the other {left} columns are not drawn.</p>" if left else ""
    grid = f'<div class="grid">{"".join(made)}</div>'
    return f'<details class="plots"><summary>Distributions</summary>{grid}{note}</details>'


def _histogram(given: Sequence[float], column: Column) -> str:
    found = bins(given)
    count = f"{len(found.counts)} bins" if len(found.counts) > 1 else "1 bin"
    text = f"{len(given):,} values in {count} ({found.rule}), {_range(given, column.unit)}"
    drawn = histogram(
        found,
        Axis(column.name, column.unit),
        title=f"Distribution of {column.name}",
        description=text,
    )
    return f"{_scrolled(drawn)}<figcaption>{escape(text)}</figcaption>"


def _range(given: Sequence[float], unit: str | None) -> str:
    shown = number_format([min(given), max(given)])
    text = f"from {shown(float(min(given)))} to {shown(float(max(given)))}"
    return f"{text} {unit}" if unit else text


def _plot(body: str) -> Part:
    return Part(body, styles=(asset("tables.css"), asset("plots.css")))


def _figure(drawn: str, caption: str, numbers: str) -> str:
    more = (
        f"<details><summary>Numbers</summary><div class=scroll tabindex=0>{numbers}</div></details>"
        if numbers
        else ""
    )
    return f"<figure>{_scrolled(drawn)}<figcaption>{escape(caption)}</figcaption></figure>{more}"


def _scrolled(drawn: str) -> str:
    return f'<div class="drawing" tabindex="0">{drawn}</div>'


def curve(output: Curve, y: Axis | None = None, levels: Sequence[Level] = ()) -> Part:
    """Return lines with their numbers. `y` replaces the axis that the numbers would have."""
    lines = [line for line in output.lines if any(each is not None for each in line.y)]
    if not lines:
        return _plot("<p>No values.</p>")
    caption = f"{_lines(lines, output.y.unit)}."
    drawn = line_plot(
        lines,
        Axis(output.x.name, output.x.unit),
        y or Axis(output.y.name, output.y.unit),
        title=f"{output.y.name} against {output.x.name}",
        description=caption,
        levels=levels,
    )
    if len(lines) > MOST_LINES:
        caption += f" The first {MOST_LINES} are drawn."
    return _plot(_figure(drawn, caption, _points(output, lines)))


def _lines(lines: Sequence[Line], unit: str | None) -> str:
    known = [value for line in lines for value in line.y if value is not None]
    count = f"{len(lines):,} lines, " if len(lines) > 1 else ""
    return f"{count}{sum(len(line.y) for line in lines):,} points, {_range(known, unit)}"


def _points(output: Curve, lines: Sequence[Line]) -> str:
    """Return the numbers of lines as a table: with a column for each line if they have the same places."""
    if len(lines) * len(lines[0].x) > _MOST_NUMBERS:
        lines = lines[:MOST_LINES]
    caption = f"{output.y.name} against {output.x.name}"
    if all(line.x == lines[0].x for line in lines):
        named = [Column(line.name or output.y.name, float, output.y.unit) for line in lines]
        return plain([output.x, *named], zip(lines[0].x, *(line.y for line in lines), strict=True), caption)
    points = ((line.name, x, y) for line in lines for x, y in zip(line.x, line.y, strict=True))
    return plain([Column("line", str), output.x, output.y], points, caption)


def _per_residue(output: PerResidue, id: str) -> Part:
    """Return a plot for each column with numbers, with a line for each chain, and the table."""
    position = output.columns[output.position]
    drawn = []
    for place in output.values:
        column = output.columns[place]
        lines = [
            Line(
                "" if chain is None else f"chain {chain}",
                [row[output.position] for row in part],
                [row[place] for row in part],
            )
            for chain, part in _chains(output)
        ]
        if any(value is not None for line in lines for value in line.y):
            drawn.append(
                line_plot(
                    lines,
                    Axis(position.name),
                    Axis(column.name, column.unit),
                    title=f"{column.name} along the sequence",
                    description=_lines(lines, column.unit),
                )
            )
    left = (
        f"<p>Of {len(drawn)} columns, the first {_MOST_HISTOGRAMS} are drawn.</p>"
        if len(drawn) > _MOST_HISTOGRAMS
        else ""
    )
    figures = "".join(f"<figure>{_scrolled(each)}</figure>" for each in drawn[:_MOST_HISTOGRAMS])
    made = rows(output, id)
    return attrs.evolve(made, body=figures + left + made.body)


def _chains(output: PerResidue) -> list[tuple[Any, list[Sequence[Any]]]]:
    chain = output.chain
    return [
        (name, list(part))
        for name, part in groupby(output.rows, key=lambda row: None if chain is None else row[chain])
    ]


def _numbers(output: Numbers, lengths: Collection[int]) -> Part:
    """Return numbers along a sequence of as many residues, or else their distribution."""
    known = [each for each in output.values if each is not None]
    y = Column(output.name.rpartition(".")[2] or "value", float, output.unit)
    is_along = len(output.values) in lengths
    if not is_along and len(output.values) <= _FEW:
        return _plot(_plain([[each] for each in output.values], output))
    if not is_along and len(known) >= FEWEST and len({*known}) > 2:
        return _plot(f"<figure>{_histogram(known, y)}</figure>")
    x = Column("residue" if is_along else "place in the list", int)
    line = Line("", [float(number) for number in range(1, len(output.values) + 1)], output.values)
    return curve(Curve(name=output.name, x=x, y=y, lines=(line,)))


def _matrix(output: Matrix) -> str:
    if output.kind is None and len(output.rows) <= _FEW:
        return _plain(output.rows, output)
    known = [value for row in output.rows for value in row if value is not None]
    shown = Shown.of(output.rows)
    is_pae = output.kind == "pae"
    low, high = min(known), max(known)
    if is_pae:
        low = 0.0
        high = output.highest or max(high, _PAE_HIGHEST)
    x, y = (Axis("scored residue"), Axis("aligned residue")) if is_pae else (Axis("column"), Axis("row"))
    value = Axis("expected position error", "Å") if is_pae else Axis(output.name or "value", output.unit)
    mean = sum(known) / len(known)
    text = (
        f"{len(output.rows):,} × {len(output.rows[0]):,} numbers, {_range(known, output.unit)}, "
        f"mean {number_format([mean])(mean)}"
    )
    if shown.block > 1:
        text += f"; a pixel is the mean of {shown.block} × {shown.block} numbers"
    title = "Predicted aligned error" if is_pae else output.name or "Matrix"
    return _figure(heat_map(shown, low, high, x, y, value, title=title, description=text), f"{text}.", "")


def _plain(rows: Sequence[Sequence[Any]], output: Numbers | Matrix) -> str:
    """Return a few numbers, such as a vector or a rotation, to be read."""
    columns = [
        Column(str(place) if len(rows[0]) > 1 else "value", float, output.unit)
        for place in range(1, len(rows[0]) + 1)
    ]
    return plain(columns, rows, "")


def _sequences(output: Sequences) -> str:
    made = []
    for record in output.records:
        made.append(
            f'<div class="record"><h4>{escape(record.header or "sequence")}</h4>{sequence(record.letters)}</div>'
        )
    return "".join(made)


def sequence(letters: str) -> str:
    """Return a sequence in tens with the number of the first letter of each line, as in UniProt and GenBank."""
    lines = []
    for start in range(0, len(letters), 60):
        tens = (letters[place : place + 10] for place in range(start, min(start + 60, len(letters)), 10))
        lines.append(f"{start + 1:>6}  {' '.join(tens)}")
    return f'<pre tabindex="0">{escape(chr(10).join(lines))}</pre>'


def _text(text: str) -> str:
    left = f"<p>{len(text) - _LONGEST:,} more characters are in the file.</p>" if len(text) > _LONGEST else ""
    return f'<pre tabindex="0">{escape(text[:_LONGEST])}</pre>{left}'


def _image(output: Image) -> str:
    kind = "svg+xml" if output.format == "svg" else output.format
    source = f"data:image/{kind};base64,{base64.b64encode(output.content).decode()}"
    return f'<img class="picture" src="{source}" alt="{escape(output.description or output.name)}">'
