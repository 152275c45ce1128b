"""How many of the changes of `mutmut run` were found. Exit codes: 0 at least 19 of 20; 1 fewer, or none made."""

from __future__ import annotations

import json
import sys
from pathlib import Path

LEAST = 0.95

NOT_FOUND = (0, 2, 5, 33, 34, None)
"""Exit codes of mutmut: all tests passed, none was run, or the run was interrupted."""


def main() -> int:
    found: list[str] = []
    survivors: list[str] = []
    for path in sorted(Path("mutants").rglob("*.py.meta")):
        for name, code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            (survivors if code in NOT_FOUND else found).append(name)
    made = len(found) + len(survivors)
    for name in survivors:
        print(f"not found: {name} (`mutmut show {name}`)")  # noqa: T201
    print(f"{len(found)} of {made} changes were found")  # noqa: T201
    return 0 if made and len(found) >= LEAST * made else 1


if __name__ == "__main__":
    sys.exit(main())
