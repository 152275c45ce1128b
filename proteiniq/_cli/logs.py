"""What the client logs, on stderr: warnings, and each request with `--debug`."""

from __future__ import annotations

import logging
from collections.abc import Callable

from .output import Output


class _Handler(logging.Handler):
    def __init__(self, output: Output, level: int) -> None:
        super().__init__(level)
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.notice(f"{record.levelname.lower()}: {record.getMessage()}", "Log")


def listen(output: Output, *, debug: bool) -> Callable[[], None]:
    """Show what the client logs from now on, and return how to end that."""
    logger, level = logging.getLogger("proteiniq"), logging.DEBUG if debug else logging.WARNING
    handler, before = _Handler(output, level), logger.level
    logger.addHandler(handler)
    if debug:
        logger.setLevel(level)

    def end() -> None:
        logger.removeHandler(handler)
        logger.setLevel(before)

    return end
