# Generated from proteiniq/_async/views.py by scripts/unasync.py. Edit that file instead.

"""What a view of a result's structures is made of: files, and the contract of the tool."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from .._display.colours import BUILT_IN
from .._display.columns import Ambiguous, values_of
from .._display.outputs import b_factor, expected
from .._display.shapes import GivenFile
from .._display.structure import Structure, Unreadable
from .._display.structure_view import view
from .._display.view import View
from .._display.viewer import Source
from .._frames.described import check_tool
from .._frames.file_formats import STRUCTURES, sniff
from .._inputs.files import Unusable, in_file, path_of
from .._message_text import short_repr
from .._text.encodings import NotText, decoded
from ..errors import InvalidInput
from ..models import Tool

if TYPE_CHECKING:
    from .results import Result, ResultFile


def view_of(
    result: Result,
    names: Sequence[str | ResultFile | os.PathLike[str]],
    color: str | None,
    superpose: Result | ResultFile | str | os.PathLike[str] | None,
    tool: Tool | None,
) -> View:
    if color is not None and not isinstance(color, str):
        raise InvalidInput(f"color must be a text, one of {', '.join(BUILT_IN)} or a column, got {color!r}")
    check_tool(tool)
    files = [_named(result, name) for name in names]
    tool = tool or result._read_contract()
    sources = [_source(file, result, tool, color) for file in files or _structures(result, tool)]
    if color is not None and color not in BUILT_IN:
        sources[0] = _with_column(sources[0], result, color)
    title = ", ".join(source.name for source in sources)
    if superpose is None:
        return view(sources, title=title, color=color)
    _read(sources[0], sources[0].name)
    other = _other(superpose, color)
    return view([sources[0], other], title=f"{other.name} on {sources[0].name}", color=color, superposed=True)


def _named(result: Result, name: str | ResultFile | os.PathLike[str]) -> ResultFile | os.PathLike[str]:
    """Return the file of the result that a name means; any other file is as it is given."""
    from .results import ResultFile

    if isinstance(name, (ResultFile, os.PathLike)):
        return name
    if not isinstance(name, str):
        raise InvalidInput(
            f"a structure must be a file's name, a ResultFile or a pathlib.Path, got {short_repr(name)}"
        )
    try:
        return result.files[name]
    except KeyError as error:
        if name in result.files:
            raise
        hint = f"to show a file on disk, pass its path: view(pathlib.Path({short_repr(name)}))"
        raise KeyError(f"{error.args[0]}; {hint}") from None


def _structures(result: Result, tool: Tool | None) -> list[ResultFile]:
    found = [file for file in result.files if expected(_given(file), tool) in STRUCTURES]
    if not found:
        there = ", ".join(result.files.names) or "none"
        raise InvalidInput(
            f"the result has no structure file (PDB, PDBQT, mmCIF, SDF, MOL2, XYZ); its files: {there}. To show its "
            'columns on another structure, pass that: view(pathlib.Path("a.pdb"), color="rows.sasa")'
        )
    return found


def _given(file: ResultFile) -> GivenFile:
    return GivenFile(file.name, file.content_type)


def _source(
    file: ResultFile | os.PathLike[str], result: Result, tool: Tool | None, color: str | None
) -> Source:
    if isinstance(file, os.PathLike):
        return _at_path(file, color)
    return _downloaded(file, tool if file.job_id == result.job_id else None, color)


def _downloaded(file: ResultFile, tool: Tool | None, color: str | None) -> Source:
    given = _given(file)
    text = (file.read()).decode("utf-8", "replace")
    return Source(
        file.name,
        text,
        _format(expected(given, tool), text),
        plddt=color == "plddt" or b_factor(given, tool) == "plddt",
    )


def _at_path(given: str | os.PathLike[str], color: str | None) -> Source:
    try:
        path = path_of(given)
        data = in_file(path, None)
    except Unusable as error:
        raise InvalidInput(str(error)) from None
    try:
        text, _ = decoded(data)
    except NotText as error:
        raise InvalidInput(f"{str(path)!r} {error}") from None
    name = path.name.removesuffix(".gz")
    source = Source(name, text, _format(expected(GivenFile(name)), text), plddt=color == "plddt")
    _read(source, str(path))
    return source


def _format(stated: str | None, text: str) -> str | None:
    return stated if stated in STRUCTURES else sniff(text) or stated


def _read(source: Source, called: str) -> Structure:
    """Return the structure. Raises InvalidInput if the file can't be read, where it must not be shown as text."""
    try:
        return source.structure
    except Unreadable as error:
        raise InvalidInput(
            f"can't read {called!r} as a structure (PDB, PDBQT, mmCIF, SDF, MOL2, XYZ): {error}"
        ) from None


def _with_column(source: Source, result: Result, column: str) -> Source:
    structure = _read(source, source.name)
    try:
        values = values_of(result.data, column, structure)
    except Ambiguous as error:
        raise InvalidInput(f"can't color by {column!r}: {error}") from None
    return attrs.evolve(source, columns={column: values}, known=structure)


def _other(given: Result | ResultFile | str | os.PathLike[str], color: str | None) -> Source:
    """Return the structure to superpose: the first of a result, a file of one, or one at a path."""
    from .results import Result, ResultFile

    if isinstance(given, Result):
        given = _structures(given, given._contract)[0]
    if isinstance(given, ResultFile):
        source = _downloaded(given, None, color)
        _read(source, source.name)
        return source
    if not isinstance(given, (str, bytes, os.PathLike)):
        raise InvalidInput(f"superpose must be a Result, a ResultFile or a path, got {short_repr(given)}")
    return _at_path(given, color)
