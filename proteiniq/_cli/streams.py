"""What the streams of a command are and can do."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from typing import TextIO


def is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False


def can_encode(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def nowhere() -> TextIO:
    """Return a stream in place of one that is closed, as of `>&-`."""
    return io.TextIOWrapper(io.BytesIO())


def leave(stream: TextIO) -> None:
    """Send what a stream still has to nowhere: else the interpreter fails on it once more when it ends."""
    with suppress(OSError, ValueError):
        fileno = stream.fileno()
        os.dup2(os.open(os.devnull, os.O_WRONLY), fileno)
