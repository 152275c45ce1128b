"""The command line, `proteiniq`: one module for each noun, over the client, with no logic that the client lacks.

Only click is imported to parse a command and to show its help. The client, and what it needs, is imported by a command
that runs; rich only where a live line is shown. `tests/cli/test_start.py` holds both.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

_MISSING = (
    "proteiniq: the command line needs click, which the extra `cli` installs: pip install 'proteiniq[cli]'\n"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, by default that of `sys.argv`, and return its exit code (see `exits`)."""
    try:
        import click  # noqa: F401 - whether it is there

        from .program import run

        return run(sys.argv[1:] if arguments is None else list(arguments))
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.stderr.write(_MISSING)
        return 1
    except KeyboardInterrupt:  # while it started or ended; a command says more
        return 130
