"""The kinds of outputs, as plain data. `outputs.py` decides which output is what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from .._text.fasta import Record


@attrs.frozen
class GivenFile:
    """A file of a result. `content` is None if it was not downloaded."""

    name: str
    content_type: str | None = None
    content: bytes | None = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Output:
    """Something to show.

    `name` is the name of its file, or its path in the result document, such as `scores.pae`; it is empty for the
    document as a whole. For a value in a file of JSON it is both: `scores.json: pae`. `file` is the file that it was
    found in.
    """

    name: str
    description: str | None = None
    file: GivenFile | None = None


@attrs.frozen(kw_only=True)
class Structure(Output):
    """Coordinates of atoms. `format` is `pdb`, `cif`, `sdf`, `mol2` or `xyz`.

    `b_factor` is what the contract says that the column of B-factors has, such as `plddt`; None if it says nothing.
    Poses are models or records of the text.
    """

    format: str
    text: str = attrs.field(repr=False)
    b_factor: str | None = None


@attrs.frozen
class Column:
    """A column of a table. `type` is bool, int, float or str; values of other types are shown as JSON."""

    name: str
    type: type
    unit: str | None = None
    description: str | None = None


@attrs.frozen(kw_only=True)
class Table(Output):
    """Rows with a cell for each column: None, or what JSON has."""

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class PerResidue(Table):
    """A table whose rows go along a sequence: the column at `position` numbers its residues.

    `values` are the places of the columns with numbers to draw, `residue` and `chain` of those with letters.
    """

    position: int
    values: tuple[int, ...]
    residue: int | None = None
    chain: int | None = None


@attrs.frozen
class Line:
    """A line of a plot. A point whose `y` is None is a gap."""

    name: str
    x: Sequence[float] = attrs.field(repr=False)
    y: Sequence[float | None] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Curve(Output):
    """Numbers against numbers, one line or several, such as charges of proteins against pH."""

    x: Column
    y: Column
    lines: tuple[Line, ...]


@attrs.frozen(kw_only=True)
class Numbers(Output):
    """Numbers in a row, with None for gaps: along a sequence if there is one for each residue, else a distribution."""

    values: Sequence[float | None] = attrs.field(repr=False)
    unit: str | None = None


@attrs.frozen(kw_only=True)
class Matrix(Output):
    """A square of numbers, None where there is none.

    `kind` is `pae` for predicted aligned errors in Å: row i, column j has the expected error of the position of residue
    j where prediction and true structure are superposed on residue i (Jumper et al. 2021, Nature 596:583). `highest` is
    the stated end of the scale.
    """

    rows: Sequence[Sequence[float | None]] = attrs.field(repr=False)
    kind: str | None = None
    unit: str | None = None
    highest: float | None = None


@attrs.frozen(kw_only=True)
class Sequences(Output):
    """Records of FASTA. They are `aligned` if they have gaps and the same length."""

    records: tuple[Record, ...] = attrs.field(repr=False)
    aligned: bool = False


@attrs.frozen(kw_only=True)
class Alignment(Output):
    """An alignment as a program printed it, to be shown in one width."""

    text: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Image(Output):
    """A picture. `format` is `png`, `jpeg` or `svg`; an SVG is only safe within an `<img>`."""

    format: str
    content: bytes = attrs.field(repr=False)


@attrs.frozen
class Value:
    """A single value: text, a number, a truth value, None, or an empty list or object."""

    name: str
    value: Any
    unit: str | None = None
    description: str | None = None


@attrs.frozen(kw_only=True)
class Values(Output):
    """Single values by their names."""

    values: tuple[Value, ...]


@attrs.frozen(kw_only=True)
class Text(Output):
    """Any other text."""

    text: str = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Tree(Output):
    """Any other JSON, which may be nested deeply."""

    value: Any = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class Binary(Output):
    """A file that can only be downloaded. `reason` says what it is, such as "is a zip archive, not text"."""

    reason: str


@attrs.frozen(kw_only=True)
class Unread(Output):
    """A file whose content was not given. `format` is what it is expected to be, such as `pdb`; None if unknown."""

    format: str | None = None
