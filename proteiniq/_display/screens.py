"""Where progress is shown: a card in a notebook, a line that changes on a terminal, lines elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol, TextIO

from .card import rendered
from .progress import Progress
from .text import cut, text_width

_BAR = 20


class Screen(Protocol):
    """Shows progress. `every` is how long it is left alone while nothing of note happens, in seconds."""

    every: float

    def show(self, progress: Progress) -> None: ...

    def close(self) -> None: ...


class Cell:
    """A card below the cell of a notebook that runs, changed in place."""

    every = 0.2

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, progress: Progress) -> None:
        bundle = {"text/plain": progress.text, "text/html": rendered(progress.sheet())}
        if self._handle is None:
            self._handle = import_module("IPython.display").display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)

    def close(self) -> None:
        """Leave the card as it is."""


class Terminal:
    """One line that changes."""

    every = 0.1

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._columns = 0

    def show(self, progress: Progress) -> None:
        columns = shutil.get_terminal_size().columns - 1
        text = f"{_bar(progress.share)} {progress.text}"
        if text_width(text) > columns:
            text = f"{cut(text, max(0, columns - 3))}..."
        blank = " " * (min(columns, self._columns) - text_width(text))
        print(f"\r{text}{blank}", end="", file=self._stream, flush=True)
        self._columns = text_width(text)

    def close(self) -> None:
        """Leave the line as it is."""
        if self._columns:
            self._columns = 0
            print(file=self._stream, flush=True)


class Lines:
    """A line for each thing of note, and one a minute."""

    every = 60.0

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, progress: Progress) -> None:
        print(progress.text, file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is left to do."""


def screen(environment: Mapping[str, str] = os.environ) -> Screen | None:
    """Return where progress is shown, None if there is no place. Imports nothing outside of a notebook."""
    if _is_notebook():
        return Cell()
    stream = sys.stderr
    if stream is None:  # as in a program without a console on Windows
        return None
    return Terminal(stream) if stream.isatty() and environment.get("TERM") != "dumb" else Lines(stream)


def _is_notebook() -> bool:
    """Whether a Jupyter kernel runs this program; IPython in a terminal has no kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def _bar(share: float | None) -> str:
    """Return a share as text: `[##########----------]  50 %`."""
    if share is None:
        return f"[{'-' * _BAR}]   ? %"
    full = int(share * _BAR)
    return f"[{'#' * full}{'-' * (_BAR - full)}] {int(share * 100):3d} %"
