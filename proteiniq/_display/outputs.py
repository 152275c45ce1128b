"""Which output is what: the one place that decides how a value or a file of a result is shown.

A file is what the tool's contract says; else what its content type says, its name, and its content, in this order. What
its content doesn't bear out is passed over, so that a file whose content is not what it is called is still shown. A
value in the result document is what its shape says. What nothing is known of is a tree, a text, or a file to download:
everything is in some output.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from .._frames.described import Described, described
from .._frames.file_formats import STRUCTURES, is_alignment, is_structure, sniff, stated
from .._text import encodings
from ..models import OutputFile, Tool
from . import documents, texts
from .shapes import Alignment, Binary, GivenFile, Image, Output, Structure, Text, Unread


def outputs(data: Any, files: Sequence[GivenFile] = (), tool: Tool | None = None) -> tuple[Output, ...]:
    """Return everything in a result, in the order of the document and then of the files.

    `data` is the result document, any JSON. A file whose content is not given is `Unread`, and says what is expected.
    """
    found = list(documents.outputs(data, lambda path: described(tool, path)))
    for file in files:
        found += of_file(file, tool)
    return tuple(found)


def expected(file: GivenFile, tool: Tool | None = None) -> str | None:
    """Return the format that a file has by the contract, its content type or its name; None if these don't say."""
    return next(iter(_stated(file, _contract_of(file, tool))), None)


def b_factor(file: GivenFile, tool: Tool | None = None) -> str | None:
    """Return what the contract says that a structure's column of B-factors has, in lower case."""
    contract = _contract_of(file, tool)
    stated = contract.extra.get("b_factor") if contract is not None else None
    return stated.lower() if isinstance(stated, str) else None


def of_file(file: GivenFile, tool: Tool | None = None) -> list[Output]:
    """Return what is in a file: one output, or several for a file of JSON."""
    contract = _contract_of(file, tool)
    description = contract.description if contract is not None else None
    stated = _stated(file, contract)
    if file.content is None:
        return [Unread(name=file.name, description=description, file=file, format=next(iter(stated), None))]
    found = list(_found(file, file.content, stated, tool))
    return [attrs.evolve(each, description=each.description or description, file=file) for each in found]


def _contract_of(file: GivenFile, tool: Tool | None) -> OutputFile | None:
    return next((each for each in tool.outputs if each.name == file.name), None) if tool is not None else None


def _stated(file: GivenFile, contract: OutputFile | None) -> list[str]:
    """Return the formats that a file is said to have, the most reliable first."""
    return stated(file.name, contract.content_type if contract is not None else None, file.content_type)


def _found(file: GivenFile, content: bytes, stated: Sequence[str], tool: Tool | None) -> Sequence[Output]:
    image = texts.image(content)
    if image is not None:
        return [Image(name=file.name, format=image, content=content)]
    try:
        text, _ = encodings.decoded(content)
    except encodings.NotText as error:
        return [Binary(name=file.name, reason=str(error).partition(":")[0])]
    for format in dict.fromkeys([*stated, *([sniffed] if (sniffed := sniff(text)) else [])]):
        made = _as(format, file, text, tool)
        if made:
            return made
    return [Text(name=file.name, text=text)]


def _as(format: str, file: GivenFile, text: str, tool: Tool | None) -> Sequence[Output]:
    """Return what a text is in a format; nothing if it is not in it."""
    name = file.name
    if format in STRUCTURES and is_structure(format, text):
        return [Structure(name=name, format=format, text=text, b_factor=b_factor(file, tool))]
    if format == "fasta":
        return texts.of_sequences(name, text)
    if format == "alignment" and is_alignment(text):
        return [Alignment(name=name, text=text)]
    if format == "svg" and texts.is_svg(text):
        return [Image(name=name, format="svg", content=text.encode())]
    if format in ("csv", "tsv"):
        return texts.table(name, text, "\t" if format == "tsv" else ",")
    if format == "json":
        return _of_json(name, text)
    return []


def _of_json(name: str, text: str) -> Sequence[Output]:
    try:
        data = texts.document(text)
    except ValueError:
        return []
    return documents.outputs(data, lambda _: Described(), name)
