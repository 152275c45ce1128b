"""The structures in a report: a viewer for each, with columns of the result and the confidence along the sequence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from .._frames.file_formats import STRUCTURES, sniff
from .._inputs.sent import Sent
from . import structure as reading
from .axes import Axis
from .colours import Value, plddt_limits
from .columns import Ambiguous, columns_of, values_of
from .figures import curve
from .markup import escape
from .page import Part
from .plots import Level
from .shapes import Column, Curve, Line, Numbers, Output, Sequences, Structure
from .viewer import Source, viewer

_MOST_COLUMNS = 4
"""The columns of a result that a structure can be coloured by, so that the page doesn't grow too large."""

_MOST_INPUTS = 4
"""The structures among the inputs that are shown."""


@attrs.frozen
class Shown:
    """A structure in a report. `read` is None if it can't be read; then it is text."""

    output: Structure
    read: reading.Structure | None
    columns: dict[str, list[Value]]
    is_input: bool = False

    @property
    def traces(self) -> tuple[Line, ...]:
        """The B-factors of each chain's residues, counted from 1."""
        chains = self.read.models[0].chains if self.read is not None else {}
        return tuple(
            Line(
                f"chain {name}" if len(chains) > 1 else "",
                [float(number) for number in range(1, len(chain) + 1)],
                [residue.b_factor for residue in chain],
            )
            for name, chain in chains.items()
        )


def shown(data: Any, found: Sequence[Output], sent: Sent | None) -> list[Shown]:
    """Return the structures of a result, or else those among its inputs that columns of the result belong to."""
    made = _without_shared([_of_result(each, data, found) for each in found if isinstance(each, Structure)])
    if any(each.columns for each in made) or sent is None:
        return made
    inputs = _without_shared([_of_inputs(each, data) for each in _inputs(sent)])
    return [*made, *[each for each in inputs if each.columns][:_MOST_INPUTS]]


def _without_shared(made: Sequence[Shown]) -> list[Shown]:
    """Leave out columns that belong to several structures alike: it can't be told which one they are about."""
    return [
        attrs.evolve(
            each,
            columns={
                name: values
                for name, values in each.columns.items()
                if not any(
                    other is not each and _given(other.columns.get(name, ())) == _given(values)
                    for other in made
                )
            },
        )
        for each in made
    ]


def _given(values: Sequence[Value]) -> list[Value]:
    return [value for value in values if value is not None]


def _of_result(output: Structure, data: Any, found: Sequence[Output]) -> Shown:
    read = _read(output)
    if read is None:
        return Shown(output, None, {})
    columns = columns_of(data, read, _MOST_COLUMNS)
    for other in found:
        if isinstance(other, Numbers) and other.file is not None and len(columns) < _MOST_COLUMNS:
            try:
                columns[other.name] = values_of({"it": [*other.values]}, "it", read)
            except Ambiguous:
                continue
    return Shown(output, read, columns)


def _of_inputs(output: Structure, data: Any) -> Shown:
    read = _read(output)
    columns = {} if read is None else columns_of(data, read, _MOST_COLUMNS, plain=False)
    return Shown(output, read, columns, is_input=True)


def _read(output: Structure) -> reading.Structure | None:
    try:
        return reading.read(output.name, output.text, output.format)
    except reading.Unreadable:
        return None


def _inputs(sent: Sent) -> Iterator[Structure]:
    """Yield the structures that were sent as text. One without a label has its number, as in the rows of `propka`."""
    for number, each in enumerate(sent.inputs, start=1):
        if each.content is not None:
            format = each.format if each.format in STRUCTURES else sniff(each.content)
            if format in STRUCTURES:
                yield Structure(name=each.label or str(number), format=format, text=each.content)


def section(structures: Sequence[Shown]) -> list[Part]:
    """Return a viewer for each structure, with the columns of its residues as colours."""
    made = []
    for number, each in enumerate(structures, start=1):
        output, lines = each.output, each.traces
        plddt = output.b_factor == "plddt"
        title = f"Input {output.name}" if each.is_input else output.name
        colour = next(iter(each.columns)) if each.is_input else None
        source = Source(output.name, output.text, output.format, plddt, each.columns, each.read)
        made.append(viewer([source], title=title, id=f"structure-{number}", colour=colour))
        if output.description:
            made.append(Part(f'<p class="note">{escape(output.description)}</p>'))
        if plddt and lines:
            made.append(_confidence(output.name, lines))
    return made


def _confidence(name: str, lines: tuple[Line, ...]) -> Part:
    """Return the pLDDT of each residue, with the limits of the AlphaFold database's classes."""
    limits = plddt_limits(value for line in lines for value in line.y)
    whole = 1 if max(limits) <= 1 else 100
    levels = [Level(limit, text.lower()) for limit, text in limits.items()]
    drawn = Curve(name=name, x=Column("residue", int), y=Column("pLDDT", float), lines=lines)
    part = curve(drawn, Axis("pLDDT", low=0, high=whole), levels)
    return attrs.evolve(part, body=f"<h3>Confidence along the sequence</h3>{part.body}")


def lengths_of(structures: Sequence[Shown], found: Sequence[Output], sent: Sent | None) -> set[int]:
    """Return the lengths of the sequences that a job is about."""
    records = [record for each in found if isinstance(each, Sequences) for record in each.records]
    lengths = {len(record.letters) for record in records}
    for lines in (each.traces for each in structures):
        lengths |= {len(line.x) for line in lines} | {sum(len(line.x) for line in lines)}
    if sent is not None:
        lengths |= {length for entry in sent.inputs for length in entry.lengths}
    return lengths
