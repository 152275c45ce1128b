"""Time to normalise the contract, and to regenerate everything from it.

    python benchmarks/contract.py

Limits: 0.3 s to normalise, 6 s to regenerate with the tools installed. The exit code is 1 if one is exceeded.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from proteiniq.contract import bindings, check, normalise, upstream

ROOT = Path(__file__).resolve().parent.parent
UPSTREAM = ROOT / "openapi" / "upstream.json"


def command(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def regenerated() -> None:
    with tempfile.TemporaryDirectory() as folder:
        command("scripts/regenerate.py", "--from", str(UPSTREAM), "--out", folder)


def inlined() -> None:
    """The slowest spelling: every reference is replaced by its target."""
    normalise(INLINED, OURS)


def resolved(node: object) -> object:
    if isinstance(node, list):
        return [resolved(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: object = upstream()
        for part in node["$ref"][2:].split("/"):
            assert isinstance(target, dict)
            target = target[part]
        return resolved(target)
    return {key: resolved(value) for key, value in node.items()}


OURS = bindings()
INLINED = json.loads(json.dumps(resolved(upstream())))

CASES: list[tuple[str, Callable[[], object], int, float | None]] = [
    # name, function, runs, limit in seconds
    ("normalise", lambda: normalise(upstream(), OURS), 20, 0.3),
    ("normalise, everything inlined", inlined, 20, 0.3),
    ("check a file", lambda: check(UPSTREAM), 20, None),
    ("scripts/regenerate.py --out, a process", regenerated, 5, 6.0),
]


def main() -> int:
    late = False
    sys.stdout.write(f"{'':42} {'median (s)':>11} {'worst (s)':>11} {'limit (s)':>11}\n")
    for name, function, runs, limit in CASES:
        times = []
        for _ in range(runs):
            began = perf_counter()
            function()
            times.append(perf_counter() - began)
        late |= limit is not None and max(times) > limit
        shown = f"{limit:11.1f}" if limit is not None else ""
        sys.stdout.write(f"{name:42} {statistics.median(times):11.3f} {max(times):11.3f} {shown}\n")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
