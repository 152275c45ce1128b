"""Streams of tests."""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import MappingProxyType

from proteiniq._cli.output import Column, Output

from .program import Terminal

COLUMNS = [Column("id", lambda each: each["id"]), Column("text", lambda each: each["text"])]


class Made:
    """An output over buffers."""

    def __init__(
        self,
        environment: Mapping[str, str] = MappingProxyType({}),
        *,
        terminal: bool = False,
        encoding: str = "utf-8",
        **more: str,
    ) -> None:
        kind: type[io.TextIOWrapper] = Terminal if terminal else io.TextIOWrapper
        stdout, stderr = (
            kind(io.BytesIO(), encoding=encoding, write_through=True, newline="\n") for _ in range(2)
        )
        self.streams = (stdout, stderr)
        self.output = Output(stdout, stderr, {**environment, **more})

    def listed(self, *texts: object) -> str:
        items = [{"id": f"x{place}", "text": text} for place, text in enumerate(texts)]
        self.output.listing(COLUMNS, items, id=lambda each: str(each["id"]), empty="Nothing.")
        return self.text(0)

    def text(self, place: int) -> str:
        buffer = self.streams[place].buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode(self.streams[place].encoding)


class Gone(io.TextIOWrapper):
    """The stream of a reader that has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError

    def fileno(self) -> int:
        raise OSError("it is not a file")
