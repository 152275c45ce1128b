"""How long it takes to normalise the contract, and to regenerate everything from it.

    python benchmarks/contract.py

Limits: 0.3 s to normalise, 6 s to regenerate once the tools are installed. Exit code 1 when one is exceeded.
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
    """The worst spelling: every reference written out."""
    normalise(INLINED, OURS)


def written_out(node: object) -> object:
    if isinstance(node, list):
        return [written_out(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: object = upstream()
        for part in node["$ref"][2:].split("/"):
            assert isinstance(target, dict)
            target = target[part]
        return written_out(target)
    return {key: written_out(value) for key, value in node.items()}


OURS = bindings()
INLINED = json.loads(json.dumps(written_out(upstream())))

CASES: list[tuple[str, Callable[[], object], int, float | None]] = [
    # what, how, runs, limit in seconds
    ("normalise", lambda: normalise(upstream(), OURS), 20, 0.3),
    ("normalise, everything inlined", inlined, 20, 0.3),
    ("check a file", lambda: check(UPSTREAM), 20, None),
    ("scripts/regenerate.py --out, a process", regenerated, 5, 6.0),
]


def main() -> int:
    late = False
    sys.stdout.write(f"{'':42} {'median s':>9} {'worst s':>9} {'limit s':>9}\n")
    for what, how, runs, limit in CASES:
        times = []
        for _ in range(runs):
            began = perf_counter()
            how()
            times.append(perf_counter() - began)
        late |= limit is not None and max(times) > limit
        said = f"{limit:9.1f}" if limit is not None else ""
        sys.stdout.write(f"{what:42} {statistics.median(times):9.3f} {max(times):9.3f} {said}\n")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
